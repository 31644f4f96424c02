//! Cycles that ran, for `wellsourced status`.

use super::{Result, Store, Write, time};
use chrono::{DateTime, Utc};

/// How many cycles are remembered.
const KEPT: i64 = 200;

/// A cycle that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CycleRecord {
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// Whether nothing could be published.
    pub failed: bool,
    /// Its report as JSON.
    pub report: String,
}

impl Store {
    /// The last cycle.
    pub async fn last_cycle(&self) -> Result<Option<CycleRecord>> {
        Ok(self.last_cycles(1).await?.pop())
    }

    /// The last cycles, the latest first.
    pub async fn last_cycles(&self, limit: u32) -> Result<Vec<CycleRecord>> {
        let rows: Vec<(i64, i64, i64, String)> =
            sqlx::query_as("SELECT started, ended, failed, report FROM cycles ORDER BY id DESC LIMIT $1")
                .bind(i64::from(limit))
                .fetch_all(&self.pool)
                .await?;
        let cycle = |(started, ended, failed, report)| CycleRecord {
            started: time(started),
            ended: time(ended),
            failed: failed != 0,
            report,
        };
        Ok(rows.into_iter().map(cycle).collect())
    }

    /// When a cycle last ended that published, or found nothing to publish.
    pub async fn last_published(&self) -> Result<Option<DateTime<Utc>>> {
        let ended = sqlx::query_scalar("SELECT ended FROM cycles WHERE failed = 0 ORDER BY id DESC LIMIT 1");
        Ok(ended.fetch_optional(&self.pool).await?.map(time))
    }
}

impl Write {
    /// Remembers a cycle, and forgets old ones.
    pub async fn record_cycle(&mut self, cycle: &CycleRecord) -> Result<()> {
        sqlx::query("INSERT INTO cycles (started, ended, failed, report) VALUES ($1, $2, $3, $4)")
            .bind(cycle.started.timestamp())
            .bind(cycle.ended.timestamp())
            .bind(i64::from(cycle.failed))
            .bind(&cycle.report)
            .execute(&mut *self.tx)
            .await?;
        sqlx::query("DELETE FROM cycles WHERE id <= (SELECT MAX(id) FROM cycles) - $1")
            .bind(KEPT)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}
