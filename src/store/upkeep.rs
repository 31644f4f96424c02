//! Checks that grow old: which links have some, and forgetting them. What may be forgotten is decided in `verify`. And what an
//! engine is told so that it answers fast.

use super::copy::TABLES;
use super::{Result, Store, Write, from_json};
use crate::model::Check;
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

/// Ids forgotten in one statement.
const BATCH: usize = 500;

impl Store {
    /// Has PostgreSQL look how many rows there are and what they hold, before much is asked about them: by itself it does so some
    /// minutes after they came, and plans for a handful until then. `SQLite` is told by the statements how to go about it.
    pub async fn gather_statistics(&self) -> Result<()> {
        if !self.pool.plans_by_statistics()? {
            return Ok(());
        }
        let tables: Vec<&str> = TABLES.iter().map(|(table, _)| *table).collect();
        sqlx::query(AssertSqlSafe(format!("ANALYZE {}", tables.join(", ")))).execute(&self.pool).await?;
        Ok(())
    }

    /// Keys of links with more than one check older than an instant, in order, behind `after`.
    pub async fn links_with_old_checks(&self, after: &str, before: DateTime<Utc>, limit: u32) -> Result<Vec<String>> {
        let sql = "SELECT link_key FROM checks WHERE link_key > $1 AND at < $2
                   GROUP BY link_key HAVING COUNT(*) > 1 ORDER BY link_key LIMIT $3";
        let query = sqlx::query_scalar(sql).bind(after).bind(before.timestamp()).bind(i64::from(limit));
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// Daily totals of checks: day, host, verdict, count; by day.
    pub async fn check_totals(&self) -> Result<Vec<(String, String, String, u64)>> {
        let rows: Vec<(String, String, String, i64)> =
            sqlx::query_as("SELECT day, host, verdict, count FROM check_totals ORDER BY day, host, verdict")
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.into_iter().map(|(day, host, verdict, count)| (day, host, verdict, count.unsigned_abs())).collect())
    }
}

impl Write {
    /// The checks of a link that count, oldest first, with their rows.
    pub async fn check_rows(&mut self, key: &str) -> Result<(Vec<i64>, Vec<Check>)> {
        let rows: Vec<(i64, String)> =
            sqlx::query_as("SELECT id, seen FROM checks WHERE link_key = $1 AND counted = 1 ORDER BY at, id")
                .bind(key)
                .fetch_all(&mut *self.tx)
                .await?;
        let (ids, seen): (Vec<i64>, Vec<String>) = rows.into_iter().unzip();
        Ok((ids, seen.iter().map(|seen| from_json("checks.seen", seen)).collect::<Result<_>>()?))
    }

    /// Forgets checks by row.
    pub async fn forget_checks(&mut self, ids: &[i64]) -> Result<()> {
        for batch in ids.chunks(BATCH) {
            let mut query = sqlx::QueryBuilder::new("DELETE FROM checks WHERE id IN (");
            let mut list = query.separated(", ");
            for id in batch {
                list.push_bind(*id);
            }
            query.push(")");
            query.build().execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// Forgets the checks of a link that never counted and are older than an instant.
    pub async fn forget_uncounted(&mut self, key: &str, before: DateTime<Utc>) -> Result<()> {
        sqlx::query("DELETE FROM checks WHERE link_key = $1 AND at < $2 AND counted = 0")
            .bind(key)
            .bind(before.timestamp())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}
