//! The nodes that share a store, and what time it is there.

use super::connection::Pool;
use super::{Result, Store, postgres};
use std::sync::Arc;

/// A node that was not seen for so long is forgotten, milliseconds.
const FORGOTTEN: i64 = 24 * 3600 * 1000;

/// Who was not seen for so long is taken for gone, milliseconds.
const GONE: i64 = 15_000;

/// What a node says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeState {
    /// What it is doing.
    pub doing: String,
    /// The generation of the published files that its directory holds.
    pub generation: i64,
    /// How many files its directory lacks, or has in another state.
    pub behind: u64,
}

impl NodeState {
    /// What a node does that does nothing.
    pub const WAITS: &str = "waits for the next cycle";
}

/// A node as the others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRecord {
    /// Its name.
    pub name: String,
    /// The version of wellsourced that it runs.
    pub version: String,
    /// How long ago it began, milliseconds.
    pub age: i64,
    /// How long ago it was seen, milliseconds.
    pub unseen: i64,
    /// What it said last.
    pub state: NodeState,
}

impl NodeRecord {
    /// Whether it was not seen for so long that it is taken for gone.
    pub fn is_gone(&self) -> bool {
        self.unseen > GONE
    }

    /// How it is, in a line; `leases` are the hosts that it has claimed.
    pub fn told(&self, leases: usize) -> String {
        let doing = match self.state.doing.as_str() {
            _ if self.is_gone() => format!("not seen for {} s", self.unseen / 1000),
            "" => NodeState::WAITS.to_owned(),
            doing => doing.to_owned(),
        };
        let mut told = format!("wellsourced {}, {doing}", self.version);
        let leases = u64::try_from(leases).unwrap_or(u64::MAX);
        for (what, count) in [("hosts claimed", leases), ("files behind", self.state.behind)] {
            if count > 0 {
                told.extend([", ", what, ": ", &count.to_string()]);
            }
        }
        told
    }
}

/// What a node learns when it shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    /// The store's clock, milliseconds since 1970.
    pub now: i64,
    /// The generation of the published files.
    pub generation: i64,
    /// Whether a newer wellsourced has altered the tables.
    pub is_outdated: bool,
    /// How many nodes were seen of late, this one included.
    pub alive: usize,
}

/// How a node shows itself to the others.
#[derive(Debug, Clone)]
pub struct NodePresence {
    pool: Pool,
    node: Arc<str>,
    version: Arc<str>,
    is_shared: bool,
}

impl NodePresence {
    /// Of a node of this name that runs this version.
    pub fn of(store: &Store, node: &str, version: &str) -> Self {
        Self { pool: store.pool.clone(), node: node.into(), version: version.into(), is_shared: store.is_shared() }
    }

    /// Says that the node began.
    pub async fn begin(&self) -> Result<()> {
        sqlx::query(
            "INSERT INTO nodes (name, version, started, seen, doing, generation, behind)
             SELECT $1, $2, now, now, '', 0, 0 FROM (SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT) AS now) AS clock WHERE true
             ON CONFLICT (name) DO UPDATE SET version = excluded.version, started = excluded.started,
                 seen = excluded.seen",
        )
        .bind(&*self.node)
        .bind(&*self.version)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Says that the node is there and how it is; tells what it has to know.
    pub async fn show(&self, state: &NodeState) -> Result<Pulse> {
        sqlx::query(
            "UPDATE nodes SET seen = CAST(unixepoch('subsec') * 1000 AS BIGINT), doing = $2, generation = $3, behind = $4
             WHERE name = $1",
        )
        .bind(&*self.node)
        .bind(&state.doing)
        .bind(state.generation)
        .bind(i64::try_from(state.behind).unwrap_or(i64::MAX))
        .execute(&self.pool)
        .await?;
        let (now, generation, newest, alive): (i64, Option<String>, i64, i64) = sqlx::query_as(
            "SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT), (SELECT value FROM meta WHERE key = 'generation'),
                 (SELECT CAST(MAX(version) AS BIGINT) FROM _sqlx_migrations),
                 (SELECT COUNT(*) FROM nodes WHERE seen > CAST(unixepoch('subsec') * 1000 AS BIGINT) - $1)",
        )
        .bind(GONE)
        .fetch_one(&self.pool)
        .await?;
        Ok(Pulse {
            now,
            generation: generation.and_then(|generation| generation.parse().ok()).unwrap_or_default(),
            is_outdated: self.is_shared && newest > postgres::version(),
            alive: usize::try_from(alive).unwrap_or(1),
        })
    }

    /// What time it is by the store's clock, milliseconds since 1970.
    pub async fn clock(store: &Store) -> Result<i64> {
        let sql = "SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT)";
        Ok(sqlx::query_scalar(sql).fetch_one(&store.pool).await?)
    }

    /// Says that the node ends.
    pub async fn end(&self) -> Result<()> {
        sqlx::query("DELETE FROM nodes WHERE name = $1").bind(&*self.node).execute(&self.pool).await?;
        Ok(())
    }
}

impl Store {
    /// Whether several nodes may share it.
    pub fn is_shared(&self) -> bool {
        self.pool.file.starts_with("postgres")
    }

    /// The nodes that were seen within a day.
    pub async fn nodes(&self) -> Result<Vec<NodeRecord>> {
        let rows: Vec<(String, String, i64, i64, String, i64, i64)> = sqlx::query_as(
            "SELECT name, version, now - started, now - seen, doing, generation, behind FROM nodes
                 JOIN (SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT) AS now) AS clock ON seen > now - $1 ORDER BY name",
        )
        .bind(FORGOTTEN)
        .fetch_all(&self.pool)
        .await?;
        let record = |(name, version, age, unseen, doing, generation, behind): (_, _, _, _, _, _, i64)| {
            let state = NodeState { doing, generation, behind: u64::try_from(behind).unwrap_or_default() };
            NodeRecord { name, version, age, unseen, state }
        };
        Ok(rows.into_iter().map(record).collect())
    }
}
