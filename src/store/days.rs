//! The day editions, which the items of feeds form. One input of ours owns them.
//!
//! Which day an item belongs to is decided in the ledger.

use super::{Result, Write, parse};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

pub use crate::ledger::DAYS;

impl Write {
    /// The row of the input that owns the day editions, made at first sight.
    pub async fn days_input(&mut self) -> Result<i64> {
        if let Some(id) = self.days {
            return Ok(id);
        }
        let id =
            sqlx::query_scalar("INSERT INTO inputs (name, fingerprint, kind) VALUES ($1, '', 'days') RETURNING id")
                .bind(DAYS)
                .fetch_one(&mut *self.tx)
                .await?;
        self.days = Some(id);
        Ok(id)
    }

    /// Lets the editions of days that have ended enter the list of editions.
    pub async fn list_days(&mut self, ended_before: DateTime<Utc>) -> Result<()> {
        let Some(days) = self.days else { return Ok(()) };
        let ended: Vec<(String, i64)> = sqlx::query_as(
            "UPDATE editions SET listed = 1 WHERE input_id = $1 AND listed = 0 AND published < $2
             RETURNING id, published",
        )
        .bind(days)
        .bind(ended_before.timestamp())
        .fetch_all(&mut *self.tx)
        .await?;
        for (id, published) in ended {
            self.mark_edition(parse("editions.id", &id)?, &BTreeSet::from([published]), true).await?;
        }
        Ok(())
    }
}
