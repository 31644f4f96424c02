//! A store in a database of PostgreSQL.
//!
//! What is not ours is refused before anything is altered. Behind a pooler of transactions nothing may be kept per session: no
//! statement is kept there, limits are set in each transaction, and only who looks at the tables or makes them goes to the server
//! itself.

use super::connection::{EnginePool, named};
use super::error::{StoreTrouble, Unusable};
use super::tables::{StoreTables, TableList, current, not_migrated};
use super::{Error, Result};
use log::LevelFilter;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool, Row};
use std::num::ParseIntError;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Connections at once, of one node.
const CONNECTIONS: u32 = 8;

/// How long a connection is waited for: a server that is started anew is back by then.
const PATIENCE: Duration = Duration::from_secs(30);

/// The oldest server that is supported, as `server_version_num` says it.
const OLDEST: i32 = 140_000;

/// What brings the tables up to date, from whichever version.
static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations_postgres");

/// A store's database.
pub(super) struct PostgresDatabase {
    options: PgConnectOptions,
    /// To the server itself, where the other ones lead to a pooler.
    direct: Option<PgConnectOptions>,
    /// As it is told: without the password.
    pub(super) file: Arc<str>,
}

impl PostgresDatabase {
    /// Whether an address is one of PostgreSQL.
    pub(super) fn is_meant(url: &str) -> bool {
        url.starts_with("postgres:") || url.starts_with("postgresql:")
    }

    /// `postgres://user@host/database?…`, with libpq's parameters; `direct=HOST:PORT` is ours.
    pub(super) fn of(url: &str) -> Result<Self> {
        let mut parsed = Url::parse(url).map_err(|error| bad("postgres:…", &error.to_string()))?;
        let file = named_without_secrets(&parsed);
        let mut direct = None;
        let others: Vec<(String, String)> = parsed
            .query_pairs()
            .into_owned()
            .filter(|(name, value)| {
                let is_direct = name == "direct";
                if is_direct {
                    direct = Some(value.clone());
                }
                !is_direct
            })
            .collect();
        parsed.set_query(None);
        if !others.is_empty() {
            parsed.query_pairs_mut().extend_pairs(others);
        }
        let options = PgConnectOptions::from_str(parsed.as_str()).map_err(|error| bad(&file, &error.to_string()))?;
        // The server logs statements that take long, where they are wanted.
        let options = options.application_name("wellsourced");
        let options = options.log_statements(LevelFilter::Trace).log_slow_statements(LevelFilter::Off, Duration::MAX);
        // Statements of ours are many and short: to compile one takes longer than to run it. Poolers refuse what they do not know.
        let options = match direct {
            // And who hangs within a transaction holds up everybody.
            None => options.options([("jit", "off"), ("idle_in_transaction_session_timeout", "30s")]),
            Some(_) => options.extra_float_digits(None),
        };
        let to = |at: String| {
            let (host, port) = at.rsplit_once(':').unwrap_or((&at, "5432"));
            let port = port.parse().map_err(|_none: ParseIntError| bad(&file, "`direct` is written as HOST:PORT"))?;
            Ok::<_, Error>(options.clone().host(host).port(port))
        };
        let direct = direct.map(to).transpose()?;
        Ok(Self { options, direct, file: file.into() })
    }

    /// Connections that may write; the tables are made and brought up to date at need, by one who connects at a time.
    pub(super) async fn connect(&self) -> Result<EnginePool> {
        let server = self.server().await?;
        let found = self.examine(&server).await;
        let ready = match found {
            Ok(StoreTables::Current) => Ok(()),
            Ok(_) => MIGRATIONS.run(&server).await.map_err(|error| not_migrated(error, &self.file)),
            Err(error) => Err(error),
        };
        server.close().await;
        ready?;
        self.open(CONNECTIONS).await
    }

    /// Connections that only read.
    pub(super) async fn read(&self) -> Result<EnginePool> {
        self.open(1).await
    }

    async fn open(&self, most: u32) -> Result<EnginePool> {
        let pool = self.pool(&self.options, most).await?;
        Ok(if self.direct.is_some() { EnginePool::Pooled(pool) } else { EnginePool::Postgres(pool) })
    }

    /// Looks what is there, without changing anything.
    pub(super) async fn look(&self) -> Result<StoreTables> {
        let server = self.server().await?;
        let found = self.examine(&server).await;
        server.close().await;
        found
    }

    /// A connection to the server itself.
    async fn server(&self) -> Result<PgPool> {
        self.pool(self.direct.as_ref().unwrap_or(&self.options), 1).await
    }

    async fn pool(&self, options: &PgConnectOptions, most: u32) -> Result<PgPool> {
        let pool = PgPoolOptions::new().max_connections(most).acquire_timeout(PATIENCE);
        pool.connect_with(options.clone()).await.map_err(|error| named(error, &self.file, "connecting").into())
    }

    async fn examine(&self, pool: &PgPool) -> Result<StoreTables> {
        let failed = |error| named(error, &self.file, "reading its list of tables");
        let version: i32 = sqlx::query_scalar("SELECT CAST(current_setting('server_version_num') AS INTEGER)")
            .fetch_one(pool)
            .await
            .map_err(failed)?;
        self.refuse_old(version)?;
        let tables =
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename";
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

    fn refuse_old(&self, version: i32) -> Result<()> {
        if version >= OLDEST {
            return Ok(());
        }
        let reason =
            format!("its server is of version {}, the oldest that will do is {}", version / 10_000, OLDEST / 10_000);
        Err(Error::Unusable(Unusable {
            file: Arc::clone(&self.file),
            trouble: StoreTrouble::OldServer,
            during: "connecting".to_owned(),
            reason,
        }))
    }
}

/// The version that the tables have when all migrations ran.
pub(super) fn version() -> i64 {
    current(&MIGRATIONS)
}

fn bad(url: &str, reason: &str) -> Error {
    let form = "as postgres://USER@HOST/DATABASE";
    Error::Url { url: url.to_owned(), reason: reason.to_owned(), form }
}

/// An address as it may be told: whom it names, and no password or parameter.
fn named_without_secrets(url: &Url) -> String {
    let mut url = url.clone();
    // An address that can hold no password has none.
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_a_database_holds_no_secret() {
        let database =
            PostgresDatabase::of("postgres://me:hush@db.example:6432/feeds?sslmode=require&direct=db:5433").unwrap();
        assert_eq!(&*database.file, "postgres://me@db.example:6432/feeds");
        assert_eq!(database.options.get_port(), 6432);
        let direct = database.direct.unwrap();
        assert_eq!((direct.get_host(), direct.get_port()), ("db", 5433));
    }

    #[test]
    fn an_old_server_is_refused_with_its_version() {
        let database = PostgresDatabase::of("postgres://me@db.example/feeds").unwrap();
        assert!(database.refuse_old(150_000).is_ok());
        let told = database.refuse_old(110_022).unwrap_err().to_string();
        assert!(told.contains("version 11") && told.contains("14") && told.contains("db.example"), "{told}");
    }

    #[test]
    fn a_bad_address_is_told_without_its_password() {
        for (url, reason) in [
            ("postgres://me:hush@db.example/feeds?direct=db:x", "HOST:PORT"),
            ("postgres://me:hush@/feeds", "empty host"),
            ("postgres://me:hush@db.example/feeds?sslmode=often", "often"),
        ] {
            let told = PostgresDatabase::of(url).err().unwrap().to_string();
            assert!(told.contains(reason) && !told.contains("hush"), "{told}");
        }
    }
}
