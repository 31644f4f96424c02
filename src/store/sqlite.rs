//! A store in a file of SQLite.
//!
//! What is not ours is refused before anything is altered.

use super::connection::named;
use super::error::{StoreTrouble, Unusable};
use super::quiet::Quiet;
use super::tables::{StoreTables, TableList};
use super::{Error, Result};
use log::LevelFilter;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection, SqlitePool};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Connections at once. A reader that waits for its turn keeps one, so that there must be more than readers at once.
const CONNECTIONS: u32 = 8;

/// What brings the tables up to date, from whichever version.
pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// A store's file.
pub(super) struct SqliteFile {
    options: SqliteConnectOptions,
    /// None: it is in memory.
    pub(super) path: Option<PathBuf>,
    /// As it is told.
    pub(super) file: Arc<str>,
}

impl SqliteFile {
    pub(super) fn of(url: &str) -> Result<Self> {
        let bad = |reason: String| Error::Url { url: url.to_owned(), reason, form: "as sqlite:PATH" };
        let options = SqliteConnectOptions::from_str(url).map_err(|e| bad(e.to_string()))?;
        let path = options.get_filename().to_owned();
        let in_memory = path.to_string_lossy().starts_with("file:sqlx-in-memory") || path == Path::new(":memory:");
        let options = options
            .foreign_keys(true)
            .row_buffer_size(4096)
            .busy_timeout(Duration::from_mins(1))
            .pragma("cache_size", "-4000")
            .pragma("temp_store", "memory")
            // What takes long is told by what is done, not by how it is asked.
            .log_statements(LevelFilter::Trace)
            .log_slow_statements(LevelFilter::Off, Duration::MAX);
        Ok(Self { options, file: path.display().to_string().into(), path: (!in_memory).then_some(path) })
    }

    /// Connections that may write; the file is made at need.
    pub(super) async fn connect(&self, pool: SqlitePoolOptions) -> Result<SqlitePool> {
        self.make_folder()?;
        let options = self
            .options
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let pool = pool.max_connections(CONNECTIONS).after_release(|connection, _| Box::pin(is_at_rest(connection)));
        pool.connect_with(options).await.map_err(|error| named(error, &self.file, "opening it").into())
    }

    fn make_folder(&self) -> Result<()> {
        let folder = self.path.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        let Some(folder) = folder else { return Ok(()) };
        fs::create_dir_all(folder).map_err(|source| Error::Folder { path: folder.display().to_string(), source })
    }

    /// Looks what is there, without changing anything.
    pub(super) async fn look(&self) -> Result<StoreTables> {
        let Some(path) = &self.path else { return Ok(StoreTables::Nothing) };
        let closed = |reason: String| self.unusable(StoreTrouble::Closed, "looking at it", reason);
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(StoreTables::Nothing),
            Err(error) => return Err(closed(error.to_string())),
            Ok(file) if !file.is_file() => return Err(closed("it is no file".to_owned())),
            Ok(file) if file.len() == 0 => return Ok(StoreTables::Nothing),
            Ok(_) => {}
        }
        let (pool, _) = self.read().await?;
        let found = self.examine(&pool).await;
        pool.close().await;
        found
    }

    /// A connection that only reads. Where nobody writes it leaves no file behind, and needs to make none.
    pub(super) async fn read(&self) -> Result<(SqlitePool, Option<Quiet>)> {
        let quiet = self.path.as_deref().and_then(Quiet::of);
        let options = self.options.clone().read_only(true).immutable(quiet.is_some());
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        Ok((pool.map_err(|error| named(error, &self.file, "opening it"))?, quiet))
    }

    async fn examine(&self, pool: &SqlitePool) -> Result<StoreTables> {
        let failed = |error| named(error, &self.file, "reading its list of tables");
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
        let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(pool).await.map_err(failed)?;
        let mut list = TableList { file: &self.file, tables, applied: Vec::new() };
        if list.has_versions() {
            let rows = sqlx::query("SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version");
            for row in rows.fetch_all(pool).await.map_err(failed)? {
                list.applied.push((row.try_get(0)?, row.try_get(1)?));
            }
        }
        list.found(&MIGRATIONS)
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
