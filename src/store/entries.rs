//! Entries of feed inputs: those that were met, and which item shows each.
//!
//! Which of them is which is decided in the ledger.

use super::{Result, Store, Write};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

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
