//! Opening a store: for cycles, which makes it and brings it up to date as needed; or only to read it, which changes nothing.
//!
//! What is not ours is refused before anything is altered.

use super::connection::{Pool, named};
use super::error::{StoreTrouble, Unusable};
use super::quiet::Quiet;
use super::{Error, Result, Store};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Row, SqliteConnection, SqlitePool};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Connections at once. A reader that waits for its turn keeps one, so that there must be more than readers at once.
const CONNECTIONS: u32 = 8;

/// What brings the tables up to date, from whichever version.
static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// Where sqlx writes down which of them ran.
const APPLIED: &str = "_sqlx_migrations";

/// Tables that no other program has together.
const OURS: [&str; 3] = ["inputs", "memberships", "dirty_channels"];

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

/// What stands in a file.
enum FileContents {
    Nothing,
    Older(i64),
    Current,
}

/// A store's place.
struct StorePlace {
    options: SqliteConnectOptions,
    /// None: it is in memory.
    path: Option<PathBuf>,
    /// As it is told.
    file: Arc<str>,
}

impl Store {
    /// Opens the store, making and migrating it as needed. Only who holds the claim to a cycle may, or who is alone.
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
        let place = StorePlace::of(url)?;
        place.make_folder()?;
        let found = place.look().await?;
        let options = place
            .options
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let pool = pool.max_connections(CONNECTIONS).after_release(|connection, _| Box::pin(is_at_rest(connection)));
        let pool = pool.connect_with(options).await;
        let pool = pool.map_err(|error| named(error, &place.file, "opening it"))?;
        if !matches!(found, FileContents::Current) {
            MIGRATIONS.run(&pool).await.map_err(|error| not_migrated(error, &place.file))?;
        }
        Ok(Self { pool: Pool::open(place.file, pool), quiet: None })
    }

    /// Whether a store is there that needs neither to be made nor to be migrated, so that [`Self::open`] changes nothing.
    pub async fn is_current(url: &str) -> Result<bool> {
        Ok(matches!(StorePlace::of(url)?.look().await?, FileContents::Current))
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
        let file = place.path.clone().unwrap_or_else(|| PathBuf::from(&*place.file));
        Ok(match place.look().await? {
            FileContents::Nothing => Look::Nothing { file },
            FileContents::Older(version) => Look::Older { file, version, current: current() },
            FileContents::Current => {
                let (pool, quiet) = place.read().await?;
                Look::Ready(Self { pool: Pool::open(place.file, pool), quiet })
            }
        })
    }

    /// Whether somebody began to write to a store that nobody wrote to when it was opened to be read: what was read may be
    /// neither the old nor the new.
    pub fn was_overtaken(&self) -> bool {
        self.quiet.as_ref().is_some_and(|before| Quiet::of(&before.path).as_ref() != Some(before))
    }

    /// The store's file, for messages.
    pub fn file(&self) -> &str {
        &self.pool.file
    }
}

impl StorePlace {
    fn of(url: &str) -> Result<Self> {
        let bad = |reason: String| Error::Url { url: url.to_owned(), reason };
        if !url.starts_with("sqlite:") {
            return Err(bad("only SQLite is built in".to_owned()));
        }
        let options = SqliteConnectOptions::from_str(url).map_err(|e| bad(e.to_string()))?;
        let path = options.get_filename().to_owned();
        let in_memory = path.to_string_lossy().starts_with("file:sqlx-in-memory") || path == Path::new(":memory:");
        let options = options
            .foreign_keys(true)
            .row_buffer_size(4096)
            .busy_timeout(Duration::from_mins(1))
            .pragma("cache_size", "-4000")
            .pragma("temp_store", "memory");
        Ok(Self { options, file: path.display().to_string().into(), path: (!in_memory).then_some(path) })
    }

    fn make_folder(&self) -> Result<()> {
        let folder = self.path.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        let Some(folder) = folder else { return Ok(()) };
        fs::create_dir_all(folder).map_err(|source| Error::Folder { path: folder.display().to_string(), source })
    }

    /// Looks what is there, without changing anything.
    async fn look(&self) -> Result<FileContents> {
        let Some(path) = &self.path else { return Ok(FileContents::Nothing) };
        let closed = |reason: String| self.unusable(StoreTrouble::Closed, "looking at it", reason);
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(FileContents::Nothing),
            Err(error) => return Err(closed(error.to_string())),
            Ok(file) if !file.is_file() => return Err(closed("it is no file".to_owned())),
            Ok(file) if file.len() == 0 => return Ok(FileContents::Nothing),
            Ok(_) => {}
        }
        let (pool, _) = self.read().await?;
        let found = self.examine(&pool).await;
        pool.close().await;
        found
    }

    /// A connection that only reads. Where nobody writes it leaves no file behind, and needs to make none.
    async fn read(&self) -> Result<(SqlitePool, Option<Quiet>)> {
        let quiet = self.path.as_deref().and_then(Quiet::of);
        let options = self.options.clone().read_only(true).immutable(quiet.is_some());
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        Ok((pool.map_err(|error| named(error, &self.file, "opening it"))?, quiet))
    }

    async fn examine(&self, pool: &SqlitePool) -> Result<FileContents> {
        let failed = |error| named(error, &self.file, "reading its list of tables");
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
        let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(pool).await.map_err(failed)?;
        if tables.is_empty() {
            return Ok(FileContents::Nothing);
        }
        let is_ours = OURS.iter().all(|ours| tables.iter().any(|table| table == ours));
        let mut applied: Vec<(i64, Vec<u8>)> = Vec::new();
        if tables.iter().any(|table| table == APPLIED) {
            let rows = sqlx::query("SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version");
            for row in rows.fetch_all(pool).await.map_err(failed)? {
                applied.push((row.try_get(0)?, row.try_get(1)?));
            }
        }
        let Some((version, _)) = applied.last() else {
            let begun = tables == [APPLIED];
            return if begun { Ok(FileContents::Older(0)) } else { Err(self.not_ours(is_ours, &tables)) };
        };
        let first = MIGRATIONS.iter().next();
        let is_first = |(version, checksum): &(i64, Vec<u8>)| {
            first.is_some_and(|first| first.version == *version && *first.checksum == **checksum)
        };
        if !applied.first().is_some_and(is_first) {
            return Err(self.not_ours(is_ours, &tables));
        }
        match version.cmp(&current()) {
            std::cmp::Ordering::Less => Ok(FileContents::Older(*version)),
            std::cmp::Ordering::Equal => Ok(FileContents::Current),
            std::cmp::Ordering::Greater => {
                let reason = format!("its tables are of version {version}, this one knows {}", current());
                Err(self.unusable(StoreTrouble::Newer, "reading its list of tables", reason))
            }
        }
    }

    fn not_ours(&self, is_ours: bool, tables: &[String]) -> Error {
        let during = "reading its list of tables";
        if is_ours {
            return self.unusable(
                StoreTrouble::Damaged,
                during,
                "it does not say of which version they are".to_owned(),
            );
        }
        let some: Vec<&str> = tables.iter().map(String::as_str).take(3).collect();
        self.unusable(StoreTrouble::Foreign, during, format!("it has other tables than ours: {}", some.join(", ")))
    }

    fn unusable(&self, trouble: StoreTrouble, during: &str, reason: String) -> Error {
        Error::Unusable(Unusable { file: Arc::clone(&self.file), trouble, during: during.to_owned(), reason })
    }
}

/// Whether nothing that a connection began goes on. One that could not be rolled back would keep others from writing.
async fn is_at_rest(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // Its end is under way.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// The version that our tables have.
fn current() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

fn not_migrated(error: MigrateError, file: &Arc<str>) -> Error {
    let during = "bringing its tables up to date";
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => match named(error, file, during) {
            error @ sqlx::Error::AnyDriverError(_) => error.into(),
            error => Error::Migration(MigrateError::Execute(error)),
        },
        error => Error::Migration(error),
    }
}
