//! Opening a store: for cycles, which makes it and brings it up to date as needed; or only to read it, which changes nothing.
//!
//! What is not ours is refused before anything is altered.

use super::connection::{EnginePool, Pool};
use super::postgres::{self, PostgresDatabase};
use super::quiet::Quiet;
use super::sqlite::{self, SqliteFile};
use super::tables::{StoreTables, current, not_migrated};
use super::{Error, Result, Store};
use sqlx::sqlite::SqlitePoolOptions;
use std::path::PathBuf;
use std::sync::Arc;

/// What there is to read at a store's place.
#[derive(Debug)]
pub enum Look {
    /// Nothing yet: no file, or an empty one.
    Nothing {
        /// Where it would be.
        file: PathBuf,
    },
    /// A store of an older wellsourced, whose tables a cycle brings up to date.
    Older {
        /// Its file.
        file: PathBuf,
        /// The version of its tables.
        version: i64,
        /// The version that ours have.
        current: i64,
    },
    /// A store that can be read.
    Ready(Store),
}

/// A store's place.
enum StorePlace {
    Sqlite(Box<SqliteFile>),
    Postgres(Box<PostgresDatabase>),
}

impl StorePlace {
    fn of(url: &str) -> Result<Self> {
        if PostgresDatabase::is_meant(url) {
            return PostgresDatabase::of(url).map(Box::new).map(Self::Postgres);
        }
        if !url.starts_with("sqlite:") {
            let reason = "only SQLite and PostgreSQL are built in".to_owned();
            return Err(Error::Url {
                url: url.to_owned(),
                reason,
                form: "as sqlite:PATH, or postgres://USER@HOST/DATABASE",
            });
        }
        SqliteFile::of(url).map(Box::new).map(Self::Sqlite)
    }

    fn file(&self) -> &Arc<str> {
        match self {
            Self::Sqlite(place) => &place.file,
            Self::Postgres(place) => &place.file,
        }
    }

    async fn look(&self) -> Result<StoreTables> {
        match self {
            Self::Sqlite(place) => place.look().await,
            Self::Postgres(place) => place.look().await,
        }
    }
}

impl Store {
    /// Opens the store, making and migrating it as needed. Only who holds the claim to a cycle may, or who is alone.
    pub async fn open(url: &str) -> Result<Self> {
        match StorePlace::of(url)? {
            StorePlace::Sqlite(place) => Self::open_file(SqlitePoolOptions::new(), *place).await,
            StorePlace::Postgres(place) => {
                let connections = place.connect().await?;
                Ok(Self { pool: Pool::open(place.file, connections), quiet: None })
            }
        }
    }

    /// Opens a store of SQLite whose statements fail as soon as `works` says so: for tests of what a failing store does.
    #[doc(hidden)]
    pub async fn open_failing(url: &str, works: impl Fn() -> bool + Clone + Send + Sync + 'static) -> Result<Self> {
        let pool = SqlitePoolOptions::new().after_connect(move |connection, _| {
            let works = works.clone();
            Box::pin(async move {
                connection.lock_handle().await?.set_progress_handler(1, works);
                Ok(())
            })
        });
        Self::open_file(pool, SqliteFile::of(url)?).await
    }

    async fn open_file(pool: SqlitePoolOptions, place: SqliteFile) -> Result<Self> {
        let found = place.look().await?;
        let pool = place.connect(pool).await?;
        if !matches!(found, StoreTables::Current) {
            sqlite::MIGRATIONS.run(&pool).await.map_err(|error| not_migrated(error, &place.file))?;
        }
        Ok(Self { pool: Pool::open(place.file, EnginePool::Sqlite(pool)), quiet: None })
    }

    /// Whether a store is there that needs neither to be made nor to be migrated, so that [`Self::open`] changes nothing.
    pub async fn is_current(url: &str) -> Result<bool> {
        Ok(matches!(StorePlace::of(url)?.look().await?, StoreTables::Current))
    }

    /// Opens the store for a daemon. One that cannot be used before somebody does something about it answers everything with
    /// the reason, until [`Self::mend`] finds it well.
    pub async fn open_or_shut(url: &str) -> Result<Self> {
        match Self::open(url).await {
            Err(Error::Unusable(why)) => Ok(Self { pool: Pool::shut(why), quiet: None }),
            opened => opened,
        }
    }

    /// Opens a store that was shut, if it can be used by now. The same holds for it as for [`Self::open`].
    pub async fn mend(&self, url: &str) -> Result<()> {
        if self.pool.is_shut() {
            self.pool.reopen(&Self::open(url).await?.pool);
        }
        Ok(())
    }

    /// Opens the store only to read it, whoever works on it meanwhile: nothing is made, migrated or written.
    pub async fn open_to_read(url: &str) -> Result<Look> {
        let place = StorePlace::of(url)?;
        let file = PathBuf::from(&**place.file());
        let current = match &place {
            StorePlace::Sqlite(_) => current(&sqlite::MIGRATIONS),
            StorePlace::Postgres(_) => postgres::version(),
        };
        Ok(match place.look().await? {
            StoreTables::Nothing => Look::Nothing { file },
            StoreTables::Older(version) => Look::Older { file, version, current },
            StoreTables::Current => {
                let (connections, quiet) = match &place {
                    StorePlace::Sqlite(place) => {
                        let (pool, quiet) = place.read().await?;
                        (EnginePool::Sqlite(pool), quiet)
                    }
                    StorePlace::Postgres(place) => (place.read().await?, None),
                };
                Look::Ready(Self { pool: Pool::open(Arc::clone(place.file()), connections), quiet })
            }
        })
    }

    /// Whether somebody began to write to a store that nobody wrote to when it was opened to be read: what was read may be
    /// neither the old nor the new.
    pub fn was_overtaken(&self) -> bool {
        self.quiet.as_ref().is_some_and(|before| Quiet::of(&before.path).as_ref() != Some(before))
    }

    /// Where a store in PostgreSQL is, by which it is told from all others of one server; `None` of a file.
    pub async fn address(&self) -> Result<Option<String>> {
        if !self.is_shared() {
            return Ok(None);
        }
        let schema: String = sqlx::query_scalar("SELECT CAST(current_schema() AS TEXT)").fetch_one(&self.pool).await?;
        Ok(Some(if schema == "public" { self.file().to_owned() } else { format!("{}#{schema}", self.file()) }))
    }

    /// The store's file, or its database without the password, for messages.
    pub fn file(&self) -> &str {
        &self.pool.file
    }
}
