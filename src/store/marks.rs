//! Marks what the publisher has to look at again, many at a time.
//!
//! Decides nothing; what a mark leads to is the publisher's business.

use super::{Result, Write, to_json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Where an item stands: channel, date and item.
pub(super) type Standing = (i64, i64, Uuid);

impl Write {
    /// Marks items and the channels that they stood and stand in.
    pub(super) async fn mark_items(
        &mut self,
        items: &[Uuid],
        before: &BTreeSet<Standing>,
        after: &BTreeSet<Standing>,
    ) -> Result<()> {
        if !self.marks || items.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO dirty_items (item_id) SELECT value FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
        )
        .bind(to_json("dirty_items", &items)?)
        .execute(&mut *self.tx)
        .await?;
        let mut channels = BTreeSet::new();
        for standing in before.union(after) {
            let shifted = before.contains(standing) != after.contains(standing);
            channels.insert((standing.0, standing.1, i64::from(shifted)));
        }
        sqlx::query(
            "INSERT INTO dirty_channels (channel_id, published, shifted)
             SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT) FROM json_each($1)
             WHERE true ON CONFLICT DO NOTHING",
        )
        .bind(to_json("dirty_channels", &channels)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Marks an edition that stands, or stood, at these dates; `shifted`: it entered or left there.
    pub(super) async fn mark_edition(&mut self, edition: Uuid, dates: &BTreeSet<i64>, shifted: bool) -> Result<()> {
        if !self.marks {
            return Ok(());
        }
        for published in dates {
            sqlx::query(
                "INSERT INTO dirty_editions (edition_id, published, shifted) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING",
            )
            .bind(edition.to_string())
            .bind(*published)
            .bind(i64::from(shifted))
            .execute(&mut *self.tx)
            .await?;
        }
        Ok(())
    }

    /// Marks the items that cite these links, their editions and their channels.
    pub(super) async fn mark_citing(&mut self, keys: &[&str]) -> Result<()> {
        if !self.marks || keys.is_empty() {
            return Ok(());
        }
        let keys = to_json("links.key", &keys)?;
        let citing = "(SELECT item_id FROM item_sources WHERE link_key IN (SELECT value FROM json_each($1)))";
        for sql in [
            format!(
                "INSERT INTO dirty_items (item_id) SELECT i.id FROM items i WHERE i.id IN {citing} ON CONFLICT DO NOTHING"
            ),
            format!(
                "INSERT INTO dirty_editions (edition_id, published, shifted) SELECT DISTINCT e.id, e.published, 0
                 FROM editions e JOIN items i ON i.edition_id = e.id WHERE i.id IN {citing} ON CONFLICT DO NOTHING"
            ),
            format!(
                "INSERT INTO dirty_channels (channel_id, published, shifted) SELECT DISTINCT channel_id, published, 0
                 FROM memberships WHERE item_id IN {citing} ON CONFLICT DO NOTHING"
            ),
        ] {
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&keys).execute(&mut *self.tx).await?;
        }
        Ok(())
    }
}
