//! Entries of feed inputs: those that were met, and which item shows each.
//!
//! Which of them is which is decided in the ledger.

use super::{DAYS, Result, Store, Write, from_rows, time, to_json};
use crate::model::Founder;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Item, input, key, link, title and date of a founder.
type FounderRow = (Uuid, String, String, Option<String>, String, i64);

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

impl Store {
    /// Ids of the items that feeds brought since an instant and that are shown, the newest first.
    pub async fn brought_since(&self, since: DateTime<Utc>, take: u32) -> Result<Vec<Uuid>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(id) FROM (
                 SELECT i.id FROM items i JOIN editions e ON e.id = i.edition_id JOIN inputs n ON n.id = e.input_id
                 WHERE n.name = $3 AND i.live = 1 AND i.shown = 1 AND i.first_seen >= $1
                 ORDER BY i.published DESC, i.id LIMIT $2)",
        )
        .bind(since.timestamp())
        .bind(i64::from(take))
        .bind(DAYS)
        .fetch_one(&self.pool)
        .await?;
        from_rows(&rows)
    }

    /// Who founded the items of days that several entries carry: of all, or of these.
    pub async fn founders(&self, items: Option<&[Uuid]>) -> Result<HashMap<Uuid, Founder>> {
        let asked = items.map(|items| to_json("items.id", &items)).transpose()?;
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(e.item_id, n.name, e.key, e.link, e.title, e.published))
             FROM entries e JOIN inputs n ON n.id = e.input_id
             WHERE e.item_id IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM entries f WHERE f.item_id = e.item_id
                     AND (f.place < e.place OR (f.place = e.place AND f.id < e.id)))
                 AND ($1 IS NULL OR e.item_id IN (SELECT value FROM json_each($1)))
                 AND EXISTS (SELECT 1 FROM entries o WHERE o.item_id = e.item_id AND o.id <> e.id)",
        )
        .bind(asked)
        .fetch_one(&self.pool)
        .await?;
        let founder = |(item, input, key, link, title, published): FounderRow| {
            (item, Founder { input, key, link, title, published: time(published) })
        };
        Ok(from_rows::<FounderRow>(&rows)?.into_iter().map(founder).collect())
    }
}

impl Write {
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
