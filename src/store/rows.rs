//! Saves items, of one edition or of several: what is written of them, what they cite, where they stand.
//!
//! A statement holds many rows, since each costs two switches between threads. Marks what the publisher has to look at
//! again; decides nothing.

use super::channels::Places;
use super::known::code;
use super::marks::Standing;
use super::{Result, Write, parse, to_json};
use crate::model::{Item, KnownItem, LinkKey, Presence, SourceLink};
use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, Sqlite};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Items saved in one go.
const BATCH: usize = 500;

/// An item as it is to stand.
#[derive(Debug, Clone, Copy)]
pub struct ItemRow<'a> {
    /// The edition it belongs to.
    pub edition: Uuid,
    /// Its identity.
    pub known: &'a KnownItem,
    /// What was written of it; `None` when it left.
    pub written: Option<&'a Item>,
    /// What others who carry the same story wrote; their sources and tags are added.
    pub carriers: &'a [Item],
    /// Whether the store certainly has no such item yet.
    pub is_new: bool,
}

/// A row with what it adds up to.
struct Placed<'a> {
    row: ItemRow<'a>,
    sources: Vec<&'a SourceLink>,
    places: Places,
}

impl<'a> ItemRow<'a> {
    /// What was written, where the item is live.
    fn live(&self) -> Option<&'a Item> {
        self.written.filter(|_| self.known.presence == Presence::Live)
    }
}

/// Rows in one statement. Each full one has the same text and is prepared once.
pub(super) const ROWS: usize = 100;

impl Write {
    /// Runs a statement of several rows. A statement that is not full is not kept: there would be one per number of rows,
    /// and each takes a megabyte.
    pub(super) async fn insert(&mut self, mut insert: QueryBuilder<Sqlite>, rows: usize) -> Result<()> {
        insert.build().persistent(rows == ROWS).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Saves items. One that stood in another edition moves, and with it what the store knows of it.
    pub async fn save_items(&mut self, rows: &[ItemRow<'_>], now: DateTime<Utc>) -> Result<()> {
        for batch in rows.chunks(BATCH) {
            let old: Vec<Uuid> = batch.iter().filter(|row| !row.is_new).map(|row| row.known.id).collect();
            let before = self.forget_places(&old).await?;
            let mut after: BTreeSet<Standing> = BTreeSet::new();
            let mut placed = Vec::with_capacity(batch.len());
            for row in batch {
                let joined = row.live().map(|item| item.joined(row.carriers)).unwrap_or_default();
                let mut places = Places::default();
                if row.live().is_some() && row.known.shown {
                    places = self.places_of(&joined.tags, &joined.sources).await?;
                }
                let (published, id) = (row.known.published.timestamp(), row.known.id);
                after.extend(places.all.iter().map(|(channel, _)| (*channel, published, id)));
                placed.push(Placed { row: *row, sources: joined.sources, places });
            }
            self.put_items(&placed).await?;
            self.put_sources(&placed).await?;
            self.put_memberships(&placed).await?;
            let left = before.difference(&after).map(|(channel, ..)| *channel).collect();
            self.note_emptied(&left, now).await?;
            let items: Vec<Uuid> = batch.iter().map(|row| row.known.id).collect();
            self.mark_items(&items, &before, &after).await?;
        }
        Ok(())
    }

    /// Takes items out of their channels and from their links. Tells where they stood.
    async fn forget_places(&mut self, items: &[Uuid]) -> Result<BTreeSet<Standing>> {
        if items.is_empty() {
            return Ok(BTreeSet::new());
        }
        let ids = to_json("items.id", &items)?;
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(
            "SELECT channel_id, published, item_id FROM memberships
             WHERE item_id IN (SELECT value FROM json_each($1))",
        )
        .bind(&ids)
        .fetch_all(&mut *self.tx)
        .await?;
        for sql in [
            "DELETE FROM memberships WHERE item_id IN (SELECT value FROM json_each($1))",
            "DELETE FROM item_sources WHERE item_id IN (SELECT value FROM json_each($1))",
        ] {
            sqlx::query(sql).bind(&ids).execute(&mut *self.tx).await?;
        }
        rows.into_iter().map(|(c, p, id)| Ok((c, p, parse("memberships.item_id", &id)?))).collect()
    }

    async fn put_items(&mut self, rows: &[Placed<'_>]) -> Result<()> {
        let mut json = Vec::with_capacity(rows.len());
        for Placed { row, places, .. } in rows {
            let written = row.live().map(|item| to_json("items.written", item)).transpose()?.unwrap_or_default();
            json.push((written, to_json("items.tags", &places.tags)?));
        }
        let rows: Vec<_> = rows.iter().zip(json).collect();
        for batch in rows.chunks(ROWS) {
            let mut insert = QueryBuilder::new(
                "INSERT INTO items (id, short_id, edition_id, position, title, source_key, story, sketch, content_hash,
                                written, tags, published, updated, live, first_seen, shown) ",
            );
            insert.push_values(batch, |mut values, (placed, (written, tags))| {
                let item = placed.row.known;
                values
                    .push_bind(item.id.to_string())
                    .push_bind(&item.short_id)
                    .push_bind(placed.row.edition.to_string());
                values.push_bind(i64::from(item.position)).push_bind(&item.title).push_bind(&item.source);
                values.push_bind(&item.story).push_bind(item.sketch.to_hex()).push_bind(item.content_hash.to_string());
                values.push_bind(written).push_bind(tags).push_bind(item.published.timestamp());
                values.push_bind(item.updated.timestamp()).push_bind(code(item.presence));
                values.push_bind(item.first_seen.timestamp()).push_bind(i64::from(item.shown));
            });
            insert.push(
                " ON CONFLICT (id) DO UPDATE SET edition_id = excluded.edition_id, position = excluded.position,
                 title = excluded.title, source_key = excluded.source_key, story = excluded.story,
                 sketch = excluded.sketch, content_hash = excluded.content_hash, written = excluded.written,
                 tags = excluded.tags, published = excluded.published, updated = excluded.updated,
                 live = excluded.live, shown = excluded.shown",
            );
            self.insert(insert, batch.len()).await?;
        }
        Ok(())
    }

    async fn put_sources(&mut self, rows: &[Placed<'_>]) -> Result<()> {
        let mut sources = Vec::new();
        let mut links: BTreeMap<LinkKey, (&SourceLink, i64)> = BTreeMap::new();
        for Placed { row, sources: cited, .. } in rows {
            for (position, source) in (0_i64..).zip(cited) {
                let Some(key) = LinkKey::of(&source.url) else { continue };
                sources.push((row.known.id, position, *source, key.clone()));
                let newest = links.entry(key).or_insert((source, i64::MIN));
                newest.1 = newest.1.max(row.known.published.timestamp());
            }
        }
        if sources.is_empty() {
            return Ok(());
        }
        for batch in sources.chunks(ROWS) {
            let mut insert = QueryBuilder::new("INSERT INTO item_sources (item_id, position, label, url, link_key) ");
            insert.push_values(batch, |mut row, (item, position, source, key)| {
                row.push_bind(item.to_string()).push_bind(*position).push_bind(&source.label);
                row.push_bind(&source.url).push_bind(key.as_str());
            });
            self.insert(insert, batch.len()).await?;
        }
        let links: Vec<_> = links.into_iter().collect();
        for batch in links.chunks(ROWS) {
            let mut insert = QueryBuilder::new("INSERT INTO links (key, url, host, newest) ");
            insert.push_values(batch, |mut row, (key, (source, newest))| {
                row.push_bind(key.as_str()).push_bind(&source.url);
                row.push_bind(LinkKey::host_of(&source.url).unwrap_or_default()).push_bind(*newest);
            });
            insert.push(
                " ON CONFLICT (key) DO UPDATE SET
                     newest = CASE WHEN excluded.newest > links.newest THEN excluded.newest ELSE links.newest END",
            );
            self.insert(insert, batch.len()).await?;
        }
        Ok(())
    }

    async fn put_memberships(&mut self, rows: &[Placed<'_>]) -> Result<()> {
        let standing = |placed: &'_ Placed<'_>| {
            let (published, id) = (placed.row.known.published.timestamp(), placed.row.known.id);
            placed.places.all.iter().map(|(channel, ordinal)| (*channel, published, id, *ordinal)).collect::<Vec<_>>()
        };
        let all: Vec<(i64, i64, Uuid, i64)> = rows.iter().flat_map(standing).collect();
        for batch in all.chunks(ROWS) {
            let mut insert = QueryBuilder::new("INSERT INTO memberships (channel_id, published, item_id, ordinal) ");
            insert.push_values(batch, |mut row, (channel, published, item, ordinal)| {
                row.push_bind(*channel).push_bind(*published).push_bind(item.to_string()).push_bind(*ordinal);
            });
            self.insert(insert, batch.len()).await?;
        }
        Ok(())
    }
}
