//! Who of several nodes may do what: a lease is taken for some time, renewed while the work goes on, and let go of.
//!
//! Whoever was away for longer than its lease finds another token in its place and can write nothing under it. All times are the
//! store's clock, never a node's. Leases are taken and renewed outside of the transactions that write, of which there is one at a
//! time; rows are always locked in the order of their names, so that no two wait for each other.

use super::connection::{Fence, PUBLISHER, Pool};
use super::{Result, Store, Write, from_rows, to_json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// What the publisher does while nobody else may write.
const PUBLISHING: &str = "publishing";

/// Leases that nobody took for so long are forgotten.
const FORGOTTEN: Duration = Duration::from_hours(24 * 7);

/// Leases by name, with the token of each.
pub type Held = BTreeMap<String, i64>;

/// The leases of a store, as one node takes them.
#[derive(Debug, Clone)]
pub struct Leases {
    pool: Pool,
    node: Arc<str>,
}

/// The right to publish, and to do whatever only one node may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publisher {
    token: i64,
}

/// A lease as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it is for.
    pub name: String,
    /// Who has it.
    pub node: String,
    /// For how much longer, milliseconds.
    pub left: i64,
}

impl Leases {
    /// The leases of a store for a node of this name.
    pub fn of(store: &Store, node: &str) -> Self {
        Self { pool: store.pool.clone(), node: node.into() }
    }

    /// The node that takes them.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Sees to it that there is a row for each name, so that it can be claimed.
    pub async fn note(&self, names: &BTreeSet<String>) -> Result<()> {
        sqlx::query(
            "INSERT INTO leases (name, node, token, until)
             SELECT value, '', CAST(unixepoch('subsec') * 1000 AS BIGINT), 0 FROM json_each($1)
             WHERE value NOT IN (SELECT name FROM leases) ORDER BY value
             ON CONFLICT (name) DO NOTHING",
        )
        .bind(to_json("leases.name", names)?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Claims those of these names that nobody has, at most `most`, for a time. Waits for nobody.
    pub async fn claim(&self, names: &[&str], most: usize, time: Duration) -> Result<Held> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "WITH free AS (
                 SELECT name FROM leases WHERE name IN (SELECT value FROM json_each($1))
                     AND until <= CAST(unixepoch('subsec') * 1000 AS BIGINT)
                 ORDER BY name LIMIT $2 /*PG FOR UPDATE SKIP LOCKED PG*/)
             UPDATE leases SET node = $3, token = token + 1, doing = '',
                 until = CAST(unixepoch('subsec') * 1000 AS BIGINT) + $4
             WHERE name IN (SELECT name FROM free) RETURNING name, token",
        )
        .bind(to_json("leases.name", &names)?)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .bind(&*self.node)
        .bind(millis(time))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().collect())
    }

    /// Keeps leases for a time from now on; tells how many of them were still ours.
    pub async fn renew(&self, held: &Held, time: Duration) -> Result<usize> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "WITH mine AS (
                 SELECT name FROM leases JOIN json_each($1) AS held ON name = held.value ->> 0
                 WHERE token = CAST(held.value ->> 1 AS BIGINT) AND until > CAST(unixepoch('subsec') * 1000 AS BIGINT)
                 ORDER BY name /*PG FOR UPDATE OF leases PG*/)
             UPDATE leases SET until = CAST(unixepoch('subsec') * 1000 AS BIGINT) + $2
             WHERE name IN (SELECT name FROM mine) RETURNING name",
        )
        .bind(pairs(held)?)
        .bind(millis(time))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.len())
    }

    /// Lets go of leases that are still ours; nobody takes them before `rest` is over.
    pub async fn release(&self, held: &Held, rest: Duration) -> Result<()> {
        if held.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "WITH mine AS (
                 SELECT name FROM leases JOIN json_each($1) AS held ON name = held.value ->> 0
                 WHERE token = CAST(held.value ->> 1 AS BIGINT)
                 ORDER BY name /*PG FOR UPDATE OF leases PG*/)
             UPDATE leases SET node = '', doing = '', until = CAST(unixepoch('subsec') * 1000 AS BIGINT) + $2
             WHERE name IN (SELECT name FROM mine)",
        )
        .bind(pairs(held)?)
        .bind(millis(rest))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Which of these leases are still ours. Until the transaction ends nobody else can take them.
    pub async fn hold(&self, write: &mut Write, held: &Held) -> Result<BTreeSet<String>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(name) FROM (
                 SELECT name FROM leases JOIN json_each($1) AS held ON name = held.value ->> 0
                 WHERE token = CAST(held.value ->> 1 AS BIGINT) AND until > CAST(unixepoch('subsec') * 1000 AS BIGINT)
                 ORDER BY name /*PG FOR UPDATE OF leases PG*/)",
        )
        .bind(pairs(held)?)
        .fetch_one(&mut *write.tx)
        .await?;
        Ok(from_rows::<String>(&rows)?.into_iter().collect())
    }

    /// Claims the right to publish for a time; `None` where somebody has it.
    pub async fn claim_publisher(&self, time: Duration) -> Result<Option<Publisher>> {
        self.note(&BTreeSet::from([PUBLISHER.to_owned()])).await?;
        let token: Option<i64> = sqlx::query_scalar(
            "UPDATE leases SET node = $2, token = token + 1, doing = '',
                 until = CAST(unixepoch('subsec') * 1000 AS BIGINT) + $3
             WHERE name = $1 AND until <= CAST(unixepoch('subsec') * 1000 AS BIGINT) RETURNING token",
        )
        .bind(PUBLISHER)
        .bind(&*self.node)
        .bind(millis(time))
        .fetch_optional(&self.pool)
        .await?;
        Ok(token.map(|token| Publisher { token }))
    }

    /// Keeps the right to publish for a time from now on; whether it was still ours.
    pub async fn renew_publisher(&self, publisher: Publisher, time: Duration) -> Result<bool> {
        Ok(self.renew(&publisher.held(), time).await? == 1)
    }

    /// Lets go of the right to publish.
    pub async fn release_publisher(&self, publisher: Publisher) -> Result<()> {
        self.release(&publisher.held(), Duration::ZERO).await
    }

    /// The store for who has the right to publish: nothing is written through it once another node has that right.
    pub fn fenced(&self, store: &Store, publisher: Publisher) -> Store {
        Store { pool: store.pool.fenced(Fence { token: publisher.token }), quiet: None }
    }

    /// All leases of hosts that somebody has.
    pub async fn standing(store: &Store) -> Result<Vec<Lease>> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT name, node, until - CAST(unixepoch('subsec') * 1000 AS BIGINT) FROM leases
             WHERE node <> '' AND name <> $1 AND until > CAST(unixepoch('subsec') * 1000 AS BIGINT) ORDER BY name",
        )
        .bind(PUBLISHER)
        .fetch_all(&store.pool)
        .await?;
        Ok(rows.into_iter().map(|(name, node, left)| Lease { name, node, left }).collect())
    }
}

impl Publisher {
    fn held(self) -> Held {
        Held::from([(PUBLISHER.to_owned(), self.token)])
    }
}

impl Store {
    /// The node that may publish at present.
    pub async fn publisher(&self) -> Result<Option<String>> {
        let sql = "SELECT node FROM leases WHERE name = $1 AND node <> ''
                   AND until > CAST(unixepoch('subsec') * 1000 AS BIGINT)";
        Ok(sqlx::query_scalar(sql).bind(PUBLISHER).fetch_optional(&self.pool).await?)
    }
}

impl Write {
    /// Says that what is marked is published from now on, or not any more: others write nothing meanwhile. Only the publisher
    /// says so, under its lease.
    pub async fn set_publishing(&mut self, is_publishing: bool) -> Result<()> {
        sqlx::query("UPDATE leases SET doing = $2 WHERE name = $1")
            .bind(PUBLISHER)
            .bind(if is_publishing { PUBLISHING } else { "" })
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Whether somebody publishes what is marked at present.
    pub async fn is_publishing(&mut self) -> Result<bool> {
        let sql = "SELECT name FROM leases
                   WHERE name = $1 AND doing = $2 AND until > CAST(unixepoch('subsec') * 1000 AS BIGINT)";
        let row: Option<String> =
            sqlx::query_scalar(sql).bind(PUBLISHER).bind(PUBLISHING).fetch_optional(&mut *self.tx).await?;
        Ok(row.is_some())
    }

    /// Forgets leases that nobody took for a long time.
    pub async fn forget_leases(&mut self) -> Result<()> {
        sqlx::query("DELETE FROM leases WHERE until < CAST(unixepoch('subsec') * 1000 AS BIGINT) - $1 AND until > 0")
            .bind(millis(FORGOTTEN))
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 2)
}

/// Names with their tokens, in the order of names.
fn pairs(held: &Held) -> Result<String> {
    to_json("leases", &held.iter().collect::<Vec<_>>())
}
