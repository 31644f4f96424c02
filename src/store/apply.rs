//! Applies what the ledger decided: few wide statements in the transaction. The marks of what has to be published again
//! follow from the changes. Decides nothing.

use super::batch::ROWS;
use super::known::code;
use super::{Result, Write, to_json};
use crate::ledger::{ChangedEdition, Changes, EntryState, Says, Stand};
use crate::model::Edition;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::QueryBuilder;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Where it is counted how often changes were applied.
const APPLIED: &str = "applied";

impl Write {
    /// How often changes were applied to this store; as long as that stays, nobody else has applied any.
    pub async fn times_applied(&mut self) -> Result<u64> {
        Ok(self.meta(APPLIED).await?.and_then(|times| times.parse().ok()).unwrap_or_default())
    }

    /// Applies changes. To apply the same ones once more changes nothing.
    pub async fn apply(&mut self, changes: &Changes, now: DateTime<Utc>) -> Result<()> {
        self.put_editions(&changes.editions).await?;
        self.put_spelled(&changes.editions).await?;
        self.put_all_items(&changes.items, now).await?;
        self.put_entries(&changes.entries, now).await?;
        self.mark_stories(&changes.stories.iter().copied().collect::<Vec<_>>()).await?;
        self.mark_editions(&changes.editions, &changes.touched).await?;
        let times = self.times_applied().await? + 1;
        self.set_meta(APPLIED, &times.to_string()).await
    }

    async fn put_editions(&mut self, changes: &[ChangedEdition]) -> Result<()> {
        for batch in changes.chunks(ROWS) {
            let mut written = Vec::with_capacity(batch.len());
            for ChangedEdition { state, .. } in batch {
                let header = |edition: &Edition| to_json("editions.written", edition);
                written.push(state.written.as_ref().map(header).transpose()?.unwrap_or_default());
            }
            let mut insert = QueryBuilder::new(
                "INSERT INTO editions (id, input_id, path, slug, permalink, number, title, date, written, header_hash,
                                       published, updated, live, shown, listed, shows, showed) ",
            );
            insert.push_values(
                batch.iter().zip(written),
                |mut row, (ChangedEdition { state, stands, .. }, written)| {
                    let known = &state.known;
                    row.push_bind(known.id.to_string()).push_bind(state.input).push_bind(&known.path);
                    row.push_bind(&known.slug).push_bind(&known.permalink).push_bind(known.number.map(i64::from));
                    row.push_bind(&known.title).push_bind(known.date.to_rfc3339()).push_bind(written);
                    row.push_bind(known.header_hash.to_string()).push_bind(known.published.timestamp());
                    row.push_bind(known.updated.timestamp()).push_bind(code(known.presence));
                    row.push_bind(i64::from(stands.is_shown)).push_bind(i64::from(state.is_listed));
                    row.push_bind(text(known.shows)).push_bind(text(known.showed));
                },
            );
            insert.push(
                " ON CONFLICT (id) DO UPDATE SET path = excluded.path, permalink = excluded.permalink,
                 number = excluded.number, title = excluded.title, date = excluded.date, written = excluded.written,
                 header_hash = excluded.header_hash, published = excluded.published, updated = excluded.updated,
                 live = excluded.live, shown = excluded.shown, listed = excluded.listed, shows = excluded.shows,
                 showed = excluded.showed",
            );
            self.insert(insert, batch.len()).await?;
        }
        Ok(())
    }

    /// Records entries: new ones with everything, others without what was not asked for.
    async fn put_entries(&mut self, entries: &[EntryState], now: DateTime<Utc>) -> Result<()> {
        let (new, known): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.row < 0);
        // In the order in which they came.
        let new: Vec<&EntryState> = new.into_iter().rev().collect();
        for batch in new.chunks(ROWS) {
            let mut says = Vec::with_capacity(batch.len());
            for entry in batch {
                says.push(said(entry)?.unwrap_or_default());
            }
            let mut insert = QueryBuilder::new(
                "INSERT INTO entries (input_id, key, link, story, title, content_hash, hash, written, published,
                                      item_id, place, left_at, first_seen) ",
            );
            insert.push_values(batch.iter().zip(says), |mut row, (entry, says)| {
                row.push_bind(entry.input).push_bind(&entry.key).push_bind(&entry.link).push_bind(&entry.story);
                row.push_bind(&entry.title).push_bind(entry.content_hash.to_string()).push_bind(entry.hash.to_string());
                row.push_bind(says).push_bind(entry.published.timestamp());
                row.push_bind(entry.item.map(|id| id.to_string())).push_bind(entry.place);
                row.push_bind(entry.left_at.map(|at| at.timestamp())).push_bind(now.timestamp());
            });
            insert.push(
                " ON CONFLICT (input_id, key) DO UPDATE SET link = excluded.link, story = excluded.story,
                 title = excluded.title, content_hash = excluded.content_hash, hash = excluded.hash,
                 written = excluded.written, published = excluded.published, item_id = excluded.item_id,
                 place = excluded.place, left_at = excluded.left_at",
            );
            self.insert(insert, batch.len()).await?;
        }
        if known.is_empty() {
            return Ok(());
        }
        let rows = known.into_iter().map(entry_row).collect::<Result<Vec<Value>>>()?;
        sqlx::query(
            "UPDATE entries SET key = new.value ->> 1, link = new.value ->> 2, story = new.value ->> 3,
                 title = new.value ->> 4, content_hash = new.value ->> 5, hash = new.value ->> 6,
                 published = CAST(new.value ->> 7 AS BIGINT), item_id = new.value ->> 8,
                 place = CAST(new.value ->> 9 AS BIGINT), left_at = CAST(new.value ->> 10 AS BIGINT),
                 written = COALESCE(new.value ->> 11, written)
             FROM json_each($1) AS new WHERE entries.id = CAST(new.value ->> 0 AS BIGINT)",
        )
        .bind(to_json("entries", &rows)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Marks editions where they stood and stand, and those of which only an item changed.
    async fn mark_editions(&mut self, changes: &[ChangedEdition], touched: &BTreeSet<Uuid>) -> Result<()> {
        if !self.marks {
            return Ok(());
        }
        let mut marks = BTreeSet::new();
        for ChangedEdition { state, stands, stood, .. } in changes {
            let shifted = i64::from(stood.as_ref() != Some(stands));
            let dates = stood.iter().chain([stands]).map(|stand: &Stand| stand.published);
            marks.extend(dates.map(|published| (state.known.id, published, shifted)));
        }
        if !marks.is_empty() {
            sqlx::query(
                "INSERT INTO dirty_editions (edition_id, published, shifted)
                 SELECT value ->> 0, CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT) FROM json_each($1) WHERE true
                 ON CONFLICT DO NOTHING",
            )
            .bind(to_json("dirty_editions", &marks)?)
            .execute(&mut *self.tx)
            .await?;
        }
        if !touched.is_empty() {
            sqlx::query(
                "INSERT INTO dirty_editions (edition_id, published, shifted) SELECT id, published, 0 FROM editions
                 WHERE id IN (SELECT value FROM json_each($1)) ON CONFLICT DO NOTHING",
            )
            .bind(to_json("dirty_editions", touched)?)
            .execute(&mut *self.tx)
            .await?;
        }
        Ok(())
    }
}

fn text(hash: Option<u64>) -> String {
    hash.map(|hash| hash.to_string()).unwrap_or_default()
}

/// What is kept of what an entry says; `None`: what is kept stays.
fn said(entry: &EntryState) -> Result<Option<String>> {
    match &entry.says {
        Says::This(item) => to_json("entries.written", item.as_ref()).map(Some),
        Says::AsItem => Ok(Some(String::new())),
        Says::Unasked => Ok(None),
    }
}

fn entry_row(entry: &EntryState) -> Result<Value> {
    let (content_hash, hash) = (entry.content_hash.to_string(), entry.hash.to_string());
    let left = entry.left_at.map(|at| at.timestamp());
    Ok(json!([
        entry.row,
        entry.key,
        entry.link,
        entry.story,
        entry.title,
        content_hash,
        hash,
        entry.published.timestamp(),
        entry.item,
        entry.place,
        left,
        said(entry)?
    ]))
}
