//! Entries of feed inputs: those that were met, and which item shows each.
//!
//! What an entry is compared by is computed in `collect`; here it is only found again.

use super::rows::ROWS;
use super::{Result, Store, Write, from_json, from_rows, to_json};
use crate::model::Item;
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::QueryBuilder;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// An entry that was met before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryState {
    /// Its row.
    pub id: i64,
    /// Row of its input.
    pub input_id: i64,
    /// What tells it from the others of its feed.
    pub key: String,
    /// What its link is compared by.
    pub link: Option<String>,
    /// Title when last read.
    pub title: String,
    /// Hash of title and content when last read.
    pub content_hash: u64,
    /// Hash of all that was taken over.
    pub hash: u64,
    /// The item that shows it.
    pub item: Option<Uuid>,
    /// Whether it is no longer in the document.
    pub has_left: bool,
}

/// An entry as it was read now.
#[derive(Debug, Clone, Copy)]
pub struct EntryRow<'a> {
    /// What tells it from the others of its feed.
    pub key: &'a str,
    /// What its link is compared by.
    pub link: Option<&'a str>,
    /// The link, where it names one story.
    pub story: Option<&'a str>,
    /// Title.
    pub title: &'a str,
    /// Hash of title and content.
    pub content_hash: u64,
    /// Hash of all that is taken over.
    pub hash: u64,
    /// What is taken over; empty when the item that it founds holds it.
    pub written: &'a str,
}

/// An entry that is met for the first time.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// Row of its input.
    pub input_id: i64,
    /// As it was read.
    pub row: EntryRow<'a>,
    /// When it was published, at latest when it was first seen.
    pub published: DateTime<Utc>,
    /// The item that shows it.
    pub item: Option<Uuid>,
    /// Order among those who carry the item.
    pub place: i64,
}

/// An entry that carries an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// Its row.
    pub id: i64,
    /// What it is compared by, where that names one story.
    pub story: Option<String>,
    /// What it says.
    pub item: Item,
    /// When it was published.
    pub published: DateTime<Utc>,
    /// Order among those who carry the item.
    pub place: i64,
}

/// Id, input, key, link, title, content hash, hash, item and whether it left.
type Row = (i64, i64, String, Option<String>, String, String, String, Option<Uuid>, i64);

/// Row, item, story, what it says, date and place of a carrier.
type CarrierRow = (i64, Uuid, Option<String>, String, i64, i64);

impl Store {
    /// Per feed input, by name: entries that are shown, and how many of them were first seen since an instant.
    pub async fn entry_counts(&self, since: DateTime<Utc>) -> Result<HashMap<String, (u64, u64)>> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT i.name, COUNT(*), COALESCE(SUM(CASE WHEN e.first_seen >= $1 THEN 1 ELSE 0 END), 0)
             FROM entries e JOIN inputs i ON i.id = e.input_id WHERE e.item_id IS NOT NULL GROUP BY i.id",
        )
        .bind(since.timestamp())
        .fetch_all(&self.pool)
        .await?;
        let counts = |(name, all, new): (String, i64, i64)| (name, (all.unsigned_abs(), new.unsigned_abs()));
        Ok(rows.into_iter().map(counts).collect())
    }
}

impl Write {
    /// Entries of some inputs that stand in their documents, that left after an instant, or that have one of these keys.
    pub async fn entries_of(
        &mut self,
        inputs: &[i64],
        left_after: DateTime<Utc>,
        keys: &[&str],
    ) -> Result<HashMap<i64, Vec<EntryState>>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(id, input_id, key, link, title, content_hash, hash, item_id,
                        left_at IS NOT NULL) ORDER BY id) FROM entries
             WHERE input_id IN (SELECT value FROM json_each($1))
                 AND (left_at IS NULL OR left_at >= $2 OR key IN (SELECT value FROM json_each($3)))",
        )
        .bind(to_json("entries.input_id", &inputs)?)
        .bind(left_after.timestamp())
        .bind(to_json("entries.key", &keys)?)
        .fetch_one(&mut *self.tx)
        .await?;
        let mut entries: HashMap<i64, Vec<EntryState>> = HashMap::new();
        for row in from_rows::<Row>(&rows)? {
            let state = state(row)?;
            entries.entry(state.input_id).or_default().push(state);
        }
        Ok(entries)
    }

    /// Records entries that are met for the first time.
    pub async fn add_entries(&mut self, entries: &[NewEntry<'_>], now: DateTime<Utc>) -> Result<()> {
        for batch in entries.chunks(ROWS) {
            let mut insert = QueryBuilder::new(
                "INSERT INTO entries (input_id, key, link, story, title, content_hash, hash, written, published,
                                      item_id, place, first_seen) ",
            );
            insert.push_values(batch, |mut values, entry| {
                let EntryRow { key, link, story, title, content_hash, hash, written } = entry.row;
                values.push_bind(entry.input_id).push_bind(key).push_bind(link).push_bind(story).push_bind(title);
                values.push_bind(content_hash.to_string()).push_bind(hash.to_string()).push_bind(written);
                values.push_bind(entry.published.timestamp()).push_bind(entry.item.map(|id| id.to_string()));
                values.push_bind(entry.place).push_bind(now.timestamp());
            });
            self.insert(insert, batch.len()).await?;
        }
        Ok(())
    }

    /// Records how known entries, by row, read now.
    pub async fn revise_entries(&mut self, entries: &[(i64, EntryRow<'_>)]) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let row = |(id, row): &(i64, EntryRow<'_>)| {
            let (content_hash, hash) = (row.content_hash.to_string(), row.hash.to_string());
            json!([id, row.key, row.link, row.story, row.title, content_hash, hash, row.written])
        };
        sqlx::query(
            "UPDATE entries SET key = new.value ->> 1, link = new.value ->> 2, story = new.value ->> 3,
                 title = new.value ->> 4, content_hash = new.value ->> 5, hash = new.value ->> 6,
                 written = new.value ->> 7
             FROM json_each($1) AS new WHERE entries.id = new.value ->> 0",
        )
        .bind(to_json("entries", &entries.iter().map(row).collect::<Vec<_>>())?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Remembers since when entries are no longer in their documents; `None`: they are.
    pub async fn note_entries_left(&mut self, ids: &[i64], since: Option<DateTime<Utc>>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        sqlx::query("UPDATE entries SET left_at = $2 WHERE id IN (SELECT value FROM json_each($1))")
            .bind(to_json("entries.id", &ids)?)
            .bind(since.map(|since| since.timestamp()))
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Who carries these items, in order.
    pub async fn carriers(&mut self, items: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Carrier>>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(e.id, e.item_id, e.story,
                        CASE WHEN e.written = '' THEN i.written ELSE e.written END, e.published, e.place)
                        ORDER BY e.item_id, e.place, e.id)
             FROM entries e JOIN items i ON i.id = e.item_id
             WHERE e.item_id IN (SELECT value FROM json_each($1))",
        )
        .bind(to_json("entries.item_id", &items)?)
        .fetch_one(&mut *self.tx)
        .await?;
        let mut carriers: BTreeMap<Uuid, Vec<Carrier>> = BTreeMap::new();
        for (id, item_id, story, written, published, place) in from_rows::<CarrierRow>(&rows)? {
            let item = from_json("entries.written", &written)?;
            let published = super::time(published);
            carriers.entry(item_id).or_default().push(Carrier { id, story, item, published, place });
        }
        Ok(carriers)
    }

    /// What the feeds that carry an editor's items say of them. From then on they hold it themselves, for the items' words
    /// are the editor's.
    pub(super) async fn carried_with(
        &mut self,
        items: impl Iterator<Item = Uuid>,
    ) -> Result<BTreeMap<Uuid, Vec<Item>>> {
        if self.days.is_none() {
            return Ok(BTreeMap::new());
        }
        let items: Vec<Uuid> = items.collect();
        self.keep_written(&items).await?;
        let carriers = self.carriers(&items).await?;
        let items = |carriers: Vec<Carrier>| carriers.into_iter().map(|carrier| carrier.item).collect();
        Ok(carriers.into_iter().map(|(id, carriers)| (id, items(carriers))).collect())
    }

    /// Lets entries hold what they say, where their items did.
    pub async fn keep_written(&mut self, items: &[Uuid]) -> Result<()> {
        sqlx::query(
            "UPDATE entries SET written = (SELECT i.written FROM items i WHERE i.id = entries.item_id)
             WHERE written = '' AND item_id IN (SELECT value FROM json_each($1))",
        )
        .bind(to_json("entries.item_id", &items)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Lets everything that carries one item carry another, behind what carries that already.
    pub async fn carry_instead(&mut self, from: Uuid, to: Uuid) -> Result<()> {
        self.keep_written(&[from]).await?;
        sqlx::query(
            "UPDATE entries SET item_id = $2,
                 place = place + 1 + COALESCE((SELECT MAX(e.place) FROM entries e WHERE e.item_id = $2), 0)
             WHERE item_id = $1",
        )
        .bind(from.to_string())
        .bind(to.to_string())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Takes entries, by row, from the item that they carried.
    pub async fn release_entries(&mut self, ids: &[i64]) -> Result<()> {
        sqlx::query("UPDATE entries SET item_id = NULL WHERE id IN (SELECT value FROM json_each($1))")
            .bind(to_json("entries.id", &ids)?)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Gives an entry, by row, the item that shows it.
    pub async fn assign_entry(&mut self, id: i64, item: Uuid, place: i64) -> Result<()> {
        sqlx::query("UPDATE entries SET item_id = $2, place = $3 WHERE id = $1")
            .bind(id)
            .bind(item.to_string())
            .bind(place)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Forgets the entries of an input; their items are to be looked at.
    pub async fn forget_entries(&mut self, input_id: i64) -> Result<()> {
        sqlx::query(
            "INSERT INTO dirty_stories (item_id) SELECT DISTINCT item_id FROM entries
             WHERE input_id = $1 AND item_id IS NOT NULL ON CONFLICT DO NOTHING",
        )
        .bind(input_id)
        .execute(&mut *self.tx)
        .await?;
        // The others who carry an item must not lose what it says with the one that founded it.
        sqlx::query(
            "UPDATE entries SET written = (SELECT i.written FROM items i WHERE i.id = entries.item_id)
             WHERE written = '' AND input_id <> $1
                 AND item_id IN (SELECT o.item_id FROM entries o WHERE o.input_id = $1)",
        )
        .bind(input_id)
        .execute(&mut *self.tx)
        .await?;
        sqlx::query("DELETE FROM entries WHERE input_id = $1").bind(input_id).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Forgets entries that left their documents before an instant and that no item shows.
    pub async fn forget_entries_left(&mut self, before: DateTime<Utc>) -> Result<()> {
        sqlx::query("DELETE FROM entries WHERE item_id IS NULL AND left_at < $1")
            .bind(before.timestamp())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}

fn state((id, input_id, key, link, title, content_hash, hash, item, left): Row) -> Result<EntryState> {
    Ok(EntryState {
        id,
        input_id,
        key,
        link,
        title,
        content_hash: super::parse("entries.content_hash", &content_hash)?,
        hash: super::parse("entries.hash", &hash)?,
        item,
        has_left: left == 1,
    })
}
