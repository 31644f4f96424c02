//! What we remember: SQLite. Every write in a transaction; no SQL anywhere else.
//!
//! What a row looks like is known in the file that reads it. Times are seconds since 1970 UTC. Decides nothing: identity
//! is reconciled in `collect`, verdicts are judged in `verify`, what to compose follows from the dirty marks kept here.

mod archive;
mod channels;
mod checks;
mod cycles;
mod days;
mod editions;
mod entries;
mod inputs;
mod items;
mod known;
mod links;
mod lock;
mod marks;
mod polls;
mod published;
mod rows;
mod seconds;
mod shown;
mod stories;
mod upkeep;

pub use archive::ArchiveWish;
pub use checks::{History, Judged, Looked};
pub use cycles::CycleRecord;
pub use days::{DAYS, DayState};
pub use entries::{Carrier, EntryRow, EntryState, NewEntry};
pub use inputs::{InputState, PostState};
pub use items::{ItemOrder, Tags};
pub use links::{Due, DueLink, LinkState};
pub use lock::{Claim, Holder, Lock};
pub use polls::FeedState;
pub use published::{Changes, ChannelState, Shift};
pub use rows::ItemRow;
pub use seconds::Seconds;
pub use shown::Candidate;
pub use stories::{ItemState, StoryState};

use chrono::{DateTime, Utc};
use known::Taken;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// Connections at once. A reader that waits for its turn keeps one, so that there must be more than readers at once.
const CONNECTIONS: u32 = 8;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL is not one we understand.
    #[error("the store's url `{url}` cannot be used: {reason}; write it as sqlite:PATH")]
    Url {
        /// As configured.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder of the database could not be made.
    #[error("cannot make the folder {path} for the store: {source}")]
    Folder {
        /// The folder.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The lock beside the database could not be had.
    #[error("cannot lock {path}: {source}")]
    Lock {
        /// The file of the lock.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite failed.
    #[error("the store failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("the store's tables could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row holds what we would never write.
    #[error(
        "the store holds something unreadable in {place}: {reason}; restore it from a backup, or move it away: it is rebuilt from the posts and the published directory"
    )]
    Damaged {
        /// Table and column.
        place: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// Result of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An open store.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
}

/// A transaction that writes. Dropping it undoes everything.
#[derive(Debug)]
pub struct Write {
    tx: Transaction<'static, Sqlite>,
    /// Ids of channels met in this transaction.
    channels: HashMap<(&'static str, String), i64>,
    /// Their names, for telling another spelling.
    names: HashMap<i64, String>,
    /// What is given out, when it was asked for at once.
    taken: Option<Taken>,
    /// Configured paths of tags.
    slugs: BTreeMap<String, String>,
    /// Whether dirty marks are kept; not before the first publish, which looks at everything anyway.
    marks: bool,
    /// The input that owns the day editions, once there was a feed.
    days: Option<i64>,
}

impl Store {
    /// Opens the store, making and migrating it as needed.
    pub async fn open(url: &str) -> Result<Self> {
        Self::open_in(SqlitePoolOptions::new(), url).await
    }

    /// Opens a store whose statements fail as soon as `works` says so: for tests of what a failing store does.
    #[doc(hidden)]
    pub async fn open_failing(url: &str, works: impl Fn() -> bool + Clone + Send + Sync + 'static) -> Result<Self> {
        let pool = SqlitePoolOptions::new().after_connect(move |connection, _| {
            let works = works.clone();
            Box::pin(async move {
                connection.lock_handle().await?.set_progress_handler(1, works);
                Ok(())
            })
        });
        Self::open_in(pool, url).await
    }

    async fn open_in(pool: SqlitePoolOptions, url: &str) -> Result<Self> {
        let bad = |reason: String| Error::Url { url: url.to_owned(), reason };
        let path = url.strip_prefix("sqlite:").ok_or_else(|| bad("only SQLite is built in".to_owned()))?;
        let options = SqliteConnectOptions::from_str(url).map_err(|e| bad(e.to_string()))?;
        let folder = Path::new(path.trim_start_matches("//")).parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder)
                .map_err(|source| Error::Folder { path: folder.display().to_string(), source })?;
        }
        let options = options
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .row_buffer_size(4096)
            .busy_timeout(Duration::from_mins(1))
            .pragma("cache_size", "-4000")
            .pragma("temp_store", "memory");
        let pool = pool.max_connections(CONNECTIONS).connect_with(options).await?;
        sqlx::migrate!("src/store/migrations").run(&pool).await?;
        Ok(Self { pool })
    }

    /// Begins a transaction that writes (`BEGIN IMMEDIATE`, as SQLite has one writer).
    pub async fn begin(&self) -> Result<Write> {
        let tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let mut write = Write {
            tx,
            channels: HashMap::new(),
            names: HashMap::new(),
            taken: None,
            slugs: BTreeMap::new(),
            marks: true,
            days: None,
        };
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

    /// Gives tags that are met for the first time these paths.
    pub fn use_slugs(&mut self, slugs: &BTreeMap<String, String>) {
        self.slugs.clone_from(slugs);
    }

    /// Makes everything written so far last.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}

/// Reads the one row of `SELECT json_group_array(json_array(…)) …`. Every row of a result costs two switches between
/// threads, 50 µs in all; a thousand rows are read as one (PostgreSQL spells it `json_agg(json_build_array(…))`).
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
