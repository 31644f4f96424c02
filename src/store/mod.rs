//! What we remember: SQLite or PostgreSQL. Every write in a transaction, of which there is one at a time; no SQL anywhere else.
//!
//! What a row looks like is known in the file that reads it. Times are seconds since 1970 UTC. Decides nothing: `load`
//! answers a question of the ledger, `apply` writes down what it decided; verdicts are judged in `verify`, and what to
//! compose follows from the dirty marks, which follow from the changes.

mod apply;
mod archive;
mod archive_list;
mod batch;
mod bodies;
mod bucket;
mod channels;
mod checks;
mod condition;
mod connection;
mod copy;
mod cycles;
mod day_pages;
mod days;
mod dialect;
mod entries;
mod error;
mod facts;
mod finding;
mod histories;
mod inputs;
mod items;
mod known;
mod leases;
mod links;
mod lock;
mod marks;
mod neighbours;
mod nodes;
mod open;
mod polls;
mod postgres;
mod published;
mod quiet;
mod rows;
mod scope;
mod shown;
mod sqlite;
mod stories;
mod tables;
mod upkeep;

pub use archive::ArchiveWish;
pub use bucket::{LeftObject, UnputFile};
pub use checks::{Judged, NewCheck};
pub use condition::{AgedLinks, FailingHost};
pub use copy::Copied;
pub use cycles::CycleRecord;
pub use day_pages::{Day, DayPage};
pub use days::DAYS;
pub use error::{Error, Result, StoreTrouble, Unusable};
pub use facts::{LinksByState, Span};
pub use finding::PageDates;
pub use histories::History;
pub use inputs::{InputState, PostRow, PostState, RememberedInput};
pub use items::{FrontEditions, ItemOrder, Tags};
pub use leases::{Held, Lease, Leases, Publisher};
pub use links::{Due, DueLink, LinkState};
pub use lock::{Claim, Holder, Lock};
pub use neighbours::PostSummary;
pub use nodes::{NodePresence, NodeRecord, NodeState, Pulse};
pub use open::Look;
pub use polls::{FailingFeed, FeedState};
pub use published::{ChannelState, Shift, Stale};
pub use shown::Candidate;

use chrono::{DateTime, Utc};
use connection::{Pool, WriteTransaction};
use quiet::Quiet;
use std::str::FromStr;

/// An open store.
#[derive(Debug, Clone)]
pub struct Store {
    pool: Pool,
    /// Opened to be read while nobody wrote to it.
    quiet: Option<Quiet>,
}

/// A transaction that writes. Dropping it undoes everything.
#[derive(Debug)]
pub struct Write {
    tx: Box<WriteTransaction>,
    /// Whether dirty marks are kept; not before the first publish, which looks at everything anyway.
    marks: bool,
    /// The input that owns the day editions, once there was a feed.
    days: Option<i64>,
}

impl Store {
    /// Begins a transaction that writes. There is one at a time, whoever else has the store open.
    pub async fn begin(&self) -> Result<Write> {
        let tx = self.pool.begin().await?;
        let mut write = Write { tx, marks: true, days: None };
        write.marks = write.meta("published").await?.is_some();
        write.days = sqlx::query_scalar("SELECT id FROM inputs WHERE name = $1")
            .bind(DAYS)
            .fetch_optional(&mut *write.tx)
            .await?;
        Ok(write)
    }

    /// A remembered value.
    pub async fn meta(&self, key: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(&self.pool).await?)
    }

    /// Closes the store, so that the write-ahead log is folded back.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

impl Write {
    /// A remembered value.
    pub async fn meta(&mut self, key: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(&mut *self.tx).await?)
    }

    /// Remembers a value.
    pub async fn set_meta(&mut self, key: &str, value: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(key)
        .bind(value)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Makes everything written so far last.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await
    }
}

/// Reads the one row of `SELECT json_group_array(json_array(…)) …`. Every row of a result costs two switches between
/// threads, 50 µs in all; a thousand rows are read as one.
fn from_rows<T: serde::de::DeserializeOwned>(rows: &str) -> Result<Vec<T>> {
    from_json("a result", rows)
}

fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

fn damaged(place: &'static str) -> impl Fn(String) -> Error {
    move |reason| Error::Damaged { place, reason }
}

fn from_json<T: serde::de::DeserializeOwned>(place: &'static str, json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|e| damaged(place)(e.to_string()))
}

fn to_json<T: serde::Serialize>(place: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| damaged(place)(e.to_string()))
}

fn parse<T: FromStr>(place: &'static str, text: &str) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|e: T::Err| damaged(place)(e.to_string()))
}
