//! Items of which is to be looked once more whether they are one story with others, and where links lead. What is one story
//! is decided in the ledger.

use super::{Result, Write, from_rows, to_json};
use uuid::Uuid;

impl Write {
    /// Marks items of which it is to be looked whether they are still one story with those who carry them.
    pub async fn mark_stories(&mut self, items: &[Uuid]) -> Result<()> {
        if self.days.is_none() || items.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO dirty_stories (item_id) SELECT value FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
        )
        .bind(to_json("dirty_stories", &items)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Remembers, by [`crate::model::LinkKey`], what links are compared by where they led; `None`: nowhere else. What they
    /// are the primary source of is to be looked at.
    pub async fn note_led_to(&mut self, links: &[(&str, Option<String>)]) -> Result<()> {
        let changed: Vec<String> = sqlx::query_scalar(
            "UPDATE links SET leads_to = new.value ->> 1 FROM json_each($1) AS new
             WHERE links.key = new.value ->> 0 AND links.leads_to IS DISTINCT FROM new.value ->> 1 RETURNING links.key",
        )
        .bind(to_json("links.leads_to", &links)?)
        .fetch_all(&mut *self.tx)
        .await?;
        if self.days.is_none() || changed.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO dirty_stories (item_id) SELECT item_id FROM item_sources
             WHERE position = 0 AND link_key IN (SELECT value FROM json_each($1)) ON CONFLICT DO NOTHING",
        )
        .bind(to_json("dirty_stories", &changed)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// The next marked items, in order; they are no longer marked.
    pub async fn take_marked_stories(&mut self, most: u32) -> Result<Vec<Uuid>> {
        let marked: String = sqlx::query_scalar(
            "SELECT json_group_array(item_id) FROM (SELECT item_id FROM dirty_stories ORDER BY item_id LIMIT $1)",
        )
        .bind(i64::from(most))
        .fetch_one(&mut *self.tx)
        .await?;
        sqlx::query("DELETE FROM dirty_stories WHERE item_id IN (SELECT value FROM json_each($1))")
            .bind(&marked)
            .execute(&mut *self.tx)
            .await?;
        from_rows(&marked)
    }
}
