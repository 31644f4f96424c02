//! Every statement of ours goes through here, so that an error that somebody has to mend names the store and what was read or
//! written, and so that PostgreSQL is asked in its own words.
//!
//! A store that cannot be used answers every statement with the reason, without touching it.

use super::dialect;
use super::error::{StoreTrouble, Unusable};
use super::{Error, Result};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};
use sqlx::any::{AnyArguments, AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::error::BoxDynError;
use sqlx::{Any, Describe, Either, Execute, Executor, PgPool, Postgres, SqlStr, Sqlite, SqlitePool, Transaction};
use sqlx_core::any::{AnyConnectionBackend, AnyValueKind};
use std::borrow::Cow;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Waits in PostgreSQL for whoever writes to the same schema, as SQLite has one writer. One who hangs in
/// the middle does not keep the others waiting for ever.
const ALONE: &str = "SET LOCAL idle_in_transaction_session_timeout = '30s'; SET LOCAL lock_timeout = '60s';
    SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 7163))";

/// How long a server is waited for: longer than any statement of ours takes. A network that was cut says nothing.
const ANSWERED: Duration = Duration::from_mins(2);

/// What a server answers, unless it takes too long.
async fn in_time<T>(asking: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let late = || sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "no answer in two minutes"));
    tokio::time::timeout(ANSWERED, asking).await.unwrap_or_else(|_late| Err(late()))
}

/// Begins to write in PostgreSQL. The transaction is open before it waits, so that who waits in vain leaves none behind.
async fn alone(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    transaction.execute(ALONE).await?;
    Ok(transaction)
}

/// The connections to a store.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    /// Its file, or its address without the password.
    pub(super) file: Arc<str>,
    state: Arc<State>,
    /// Under what nothing is written any more once somebody else has it.
    fence: Option<Fence>,
}

/// What the publisher's lease is called.
pub(super) const PUBLISHER: &str = "publisher";

/// The publisher's lease, as it was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fence {
    pub(super) token: i64,
}

/// Whether the publisher's lease is still the one that was taken; nobody else can take it until the transaction ends.
const STILL_HELD: &str = "SELECT token FROM leases WHERE name = $1 AND token = $2
    AND until > CAST(unixepoch('subsec') * 1000 AS BIGINT) /*PG FOR UPDATE PG*/";

/// Connections to one of the engines.
#[derive(Debug, Clone)]
pub(super) enum EnginePool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
    /// The same behind a pooler of transactions: two messages that belong together reach one server only within a transaction, and
    /// no statement is known to it afterwards.
    Pooled(PgPool),
}

#[derive(Debug)]
struct State {
    open: OnceLock<EnginePool>,
    /// Why it is not open.
    shut: Option<Unusable>,
}

/// A transaction that writes.
#[derive(Debug)]
pub(super) struct WriteTransaction {
    file: Arc<str>,
    transaction: OpenTransaction,
    fence: Option<Fence>,
}

#[derive(Debug)]
enum OpenTransaction {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
    Pooled(Transaction<'static, Postgres>),
}

/// A NUL as JSON writes it.
const NUL_IN_JSON: &str = r"\u0000";

type Rows = Vec<Either<AnyQueryResult, AnyRow>>;

impl Pool {
    pub(super) fn open(file: Arc<str>, pool: EnginePool) -> Self {
        Self { file, state: Arc::new(State { open: OnceLock::from(pool), shut: None }), fence: None }
    }

    /// One that says why it cannot be used.
    pub(super) fn shut(why: Unusable) -> Self {
        let file = Arc::clone(&why.file);
        Self { file, state: Arc::new(State { open: OnceLock::new(), shut: Some(why) }), fence: None }
    }

    /// The same connections, through which nothing is written once somebody else has the publisher's lease.
    pub(super) fn fenced(&self, fence: Fence) -> Self {
        Self { fence: Some(fence), ..self.clone() }
    }

    pub(super) fn is_shut(&self) -> bool {
        self.state.open.get().is_none()
    }

    /// Uses the connections of another one, for everybody who has this one. One that is open stays as it is.
    pub(super) fn reopen(&self, other: &Self) {
        if let Some(pool) = other.state.open.get() {
            // Somebody was faster: then it is open.
            let _ = self.state.open.set(pool.clone());
        }
    }

    /// Begins a transaction that writes: one at a time, whoever asks.
    pub(super) async fn begin(&self) -> Result<Box<WriteTransaction>> {
        let begun = match self.get()? {
            EnginePool::Sqlite(pool) => pool.begin_with("BEGIN IMMEDIATE").await.map(OpenTransaction::Sqlite),
            EnginePool::Postgres(pool) => in_time(alone(pool)).await.map(OpenTransaction::Postgres),
            EnginePool::Pooled(pool) => in_time(alone(pool)).await.map(OpenTransaction::Pooled),
        };
        let transaction = begun.map_err(|error| named(error, &self.file, "beginning to write"))?;
        Ok(Box::new(WriteTransaction { file: Arc::clone(&self.file), transaction, fence: self.fence }))
    }

    pub(super) async fn close(&self) {
        match self.state.open.get() {
            Some(EnginePool::Sqlite(pool)) => pool.close().await,
            Some(EnginePool::Postgres(pool) | EnginePool::Pooled(pool)) => pool.close().await,
            None => {}
        }
    }

    /// Whether it plans a statement by what it knows of the tables' rows.
    pub(super) fn plans_by_statistics(&self) -> Result<bool> {
        Ok(!matches!(self.get()?, EnginePool::Sqlite(_)))
    }

    /// The columns of a table, each with whether it holds numbers.
    pub(super) async fn columns(&self, table: &str) -> Result<Vec<(String, bool)>> {
        let sql = match self.get()? {
            EnginePool::Sqlite(_) => {
                "SELECT name, CASE WHEN type = 'TEXT' THEN 0 ELSE 1 END FROM pragma_table_info($1)"
            }
            EnginePool::Postgres(_) | EnginePool::Pooled(_) => {
                "SELECT CAST(column_name AS TEXT), CASE WHEN data_type = 'text' THEN 0 ELSE 1 END
                 FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1
                 ORDER BY ordinal_position"
            }
        };
        let columns: Vec<(String, i64)> = sqlx::query_as(sql).bind(table).fetch_all(self).await?;
        Ok(columns.into_iter().map(|(name, is_number)| (name, is_number == 1)).collect())
    }

    fn get(&self) -> Result<&EnginePool, sqlx::Error> {
        self.state.open.get().ok_or_else(|| match &self.state.shut {
            Some(why) => sqlx::Error::AnyDriverError(Box::new(why.clone())),
            None => sqlx::Error::PoolClosed,
        })
    }

    async fn rows(&self, statement: Statement) -> Result<Rows, sqlx::Error> {
        match self.get()? {
            EnginePool::Sqlite(pool) => statement.rows(&mut *pool.acquire().await?).await,
            EnginePool::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                in_time(statement.in_postgres().rows(&mut *connection)).await
            }
            EnginePool::Pooled(pool) => {
                let mut reading = pool.begin().await?;
                let rows = in_time(statement.in_postgres().unkept().rows(&mut *reading)).await?;
                in_time(reading.commit()).await.map(|()| rows)
            }
        }
    }

    async fn first(&self, statement: Statement) -> Result<Option<AnyRow>, sqlx::Error> {
        match self.get()? {
            EnginePool::Sqlite(pool) => statement.first(&mut *pool.acquire().await?).await,
            EnginePool::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                in_time(statement.in_postgres().first(&mut *connection)).await
            }
            EnginePool::Pooled(pool) => {
                let mut reading = pool.begin().await?;
                let row = in_time(statement.in_postgres().unkept().first(&mut *reading)).await?;
                in_time(reading.commit()).await.map(|()| row)
            }
        }
    }
}

impl WriteTransaction {
    /// Whether numbers of rows are given out apart from the rows, so that those that are there have to be told.
    pub(super) fn numbers_apart(&self) -> bool {
        !matches!(self.transaction, OpenTransaction::Sqlite(_))
    }

    /// Makes everything written so far last.
    pub(super) async fn commit(mut self) -> Result<()> {
        if let Some(Fence { token }) = self.fence {
            let held = sqlx::query(STILL_HELD).bind(PUBLISHER).bind(token).fetch_optional(&mut self).await?;
            if held.is_none() {
                return Err(Error::Stale);
            }
        }
        let Self { file, transaction, .. } = self;
        let committed = match transaction {
            OpenTransaction::Sqlite(transaction) => transaction.commit().await,
            OpenTransaction::Postgres(transaction) | OpenTransaction::Pooled(transaction) => {
                in_time(transaction.commit()).await
            }
        };
        committed.map_err(|error| Error::from(named(error, &file, "writing all")))
    }

    async fn rows(&mut self, statement: Statement) -> Result<Rows, sqlx::Error> {
        match &mut self.transaction {
            OpenTransaction::Sqlite(transaction) => statement.rows(&mut **transaction).await,
            OpenTransaction::Postgres(transaction) => in_time(statement.in_postgres().rows(&mut **transaction)).await,
            OpenTransaction::Pooled(transaction) => {
                in_time(statement.in_postgres().unkept().rows(&mut **transaction)).await
            }
        }
    }

    async fn first(&mut self, statement: Statement) -> Result<Option<AnyRow>, sqlx::Error> {
        match &mut self.transaction {
            OpenTransaction::Sqlite(transaction) => statement.first(&mut **transaction).await,
            OpenTransaction::Postgres(transaction) => in_time(statement.in_postgres().first(&mut **transaction)).await,
            OpenTransaction::Pooled(transaction) => {
                in_time(statement.in_postgres().unkept().first(&mut **transaction)).await
            }
        }
    }
}

impl<'p> Executor<'p> for &'p Pool {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<AnyQueryResult, AnyRow>, sqlx::Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let statement = Statement::of(query);
        let rows = async move {
            let statement = statement?;
            let context = StatementContext::of(&self.file, &statement);
            self.rows(statement).await.map_err(|error| context.name(error))
        };
        one_by_one(rows)
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<AnyRow>, sqlx::Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let statement = Statement::of(query);
        async move {
            let statement = statement?;
            let context = StatementContext::of(&self.file, &statement);
            self.first(statement).await.map_err(|error| context.name(error))
        }
        .boxed()
    }

    fn prepare_with<'e>(self, _: SqlStr, _: &'e [AnyTypeInfo]) -> BoxFuture<'e, Result<AnyStatement, sqlx::Error>>
    where
        'p: 'e,
    {
        unasked()
    }

    fn describe<'e>(self, _: SqlStr) -> BoxFuture<'e, Result<Describe<Any>, sqlx::Error>>
    where
        'p: 'e,
    {
        unasked()
    }
}

impl<'c> Executor<'c> for &'c mut WriteTransaction {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<AnyQueryResult, AnyRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let statement = Statement::of(query);
        let rows = async move {
            let statement = statement?;
            let context = StatementContext::of(&self.file, &statement);
            self.rows(statement).await.map_err(|error| context.name(error))
        };
        one_by_one(rows)
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<AnyRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let statement = Statement::of(query);
        async move {
            let statement = statement?;
            let context = StatementContext::of(&self.file, &statement);
            self.first(statement).await.map_err(|error| context.name(error))
        }
        .boxed()
    }

    fn prepare_with<'e>(self, _: SqlStr, _: &'e [AnyTypeInfo]) -> BoxFuture<'e, Result<AnyStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        unasked()
    }

    fn describe<'e>(self, _: SqlStr) -> BoxFuture<'e, Result<Describe<Any>, sqlx::Error>>
    where
        'c: 'e,
    {
        unasked()
    }
}

/// What is read at once is told row by row: no statement of ours answers with more rows than are wanted.
fn one_by_one<'e>(
    rows: impl Future<Output = Result<Rows, sqlx::Error>> + Send + 'e,
) -> BoxStream<'e, Result<Either<AnyQueryResult, AnyRow>, sqlx::Error>> {
    stream::once(rows).map_ok(|rows| stream::iter(rows.into_iter().map(Ok))).try_flatten().boxed()
}

/// Statements are prepared where they are run, and nobody asks what one would answer.
fn unasked<'e, T: Send + 'e>() -> BoxFuture<'e, Result<T, sqlx::Error>> {
    std::future::ready(Err(sqlx::Error::Protocol("a statement is only run".to_owned()))).boxed()
}

/// A query taken apart, so that its text can be looked at.
struct Statement {
    sql: SqlStr,
    arguments: Option<AnyArguments>,
    persistent: bool,
}

impl Statement {
    fn of<'q>(mut query: impl Execute<'q, Any>) -> Result<Self, sqlx::Error> {
        let arguments = query.take_arguments().map_err(|error: BoxDynError| sqlx::Error::Encode(error))?;
        Ok(Self { arguments, persistent: query.persistent(), sql: query.sql() })
    }

    /// The same for PostgreSQL, whose text has no NUL.
    fn in_postgres(self) -> Self {
        let mut arguments = self.arguments;
        for value in arguments.iter_mut().flat_map(|arguments| &mut arguments.values.0) {
            if let AnyValueKind::Text(text) = value
                && let Cow::Owned(without) = without_nul(text)
            {
                *text = Arc::new(without);
            }
        }
        Self { sql: dialect::postgres(&self.sql), arguments, persistent: self.persistent }
    }

    /// The same, not to be known to the server under a name.
    fn unkept(self) -> Self {
        Self { persistent: false, ..self }
    }

    async fn rows(self, connection: &mut impl AnyConnectionBackend) -> Result<Rows, sqlx::Error> {
        connection.fetch_many(self.sql, self.persistent, self.arguments).try_collect().await
    }

    async fn first(self, connection: &mut impl AnyConnectionBackend) -> Result<Option<AnyRow>, sqlx::Error> {
        connection.fetch_optional(self.sql, self.persistent, self.arguments).await
    }
}

/// A text with another character for each NUL, in JSON too.
pub(super) fn without_nul(text: &str) -> Cow<'_, str> {
    let mut without = Cow::Borrowed(text);
    if text.contains('\0') {
        without = Cow::Owned(text.replace('\0', "\u{fffd}"));
    }
    let is_escape = |at: &usize| {
        // Behind a backslash of its own it is text that looks like an escape.
        without.get(..*at).is_some_and(|before| (before.len() - before.trim_end_matches('\\').len()).is_multiple_of(2))
    };
    let escapes: Vec<usize> = without.match_indices(NUL_IN_JSON).map(|(at, _)| at).filter(is_escape).collect();
    for at in escapes {
        without.to_mut().replace_range(at..at + NUL_IN_JSON.len(), r"\ufffd");
    }
    without
}

/// What an error of a statement is told with.
struct StatementContext {
    file: Arc<str>,
    sql: SqlStr,
}

impl StatementContext {
    fn of(file: &Arc<str>, statement: &Statement) -> Self {
        Self { file: Arc::clone(file), sql: statement.sql.clone() }
    }

    fn name(&self, error: sqlx::Error) -> sqlx::Error {
        match Unusable::of(&error, &self.file, &during(self.sql.as_str())) {
            // It was a store when it was opened.
            Some(why) if why.trouble == StoreTrouble::NoDatabase => {
                sqlx::Error::AnyDriverError(Box::new(Unusable { trouble: StoreTrouble::Damaged, ..why }))
            }
            Some(why) => sqlx::Error::AnyDriverError(Box::new(why)),
            None => error,
        }
    }
}

/// An error that somebody has to mend, with the file and what was done; any other one as it is.
pub(super) fn named(error: sqlx::Error, file: &Arc<str>, during: &str) -> sqlx::Error {
    match Unusable::of(&error, file, during) {
        Some(unusable) => sqlx::Error::AnyDriverError(Box::new(unusable)),
        None => error,
    }
}

/// What a statement does, with the first table that it names.
fn during(sql: &str) -> String {
    let doing = if sql.trim_start().starts_with("SELECT") { "reading" } else { "writing" };
    let mut words = sql.split_whitespace();
    let is_table = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
    while let Some(word) = words.next() {
        let before_a_table = ["FROM", "INTO", "UPDATE"].contains(&word.trim_start_matches('('));
        if before_a_table && let Some(table) = words.clone().next().filter(is_table) {
            return format!("{doing} {}", table.trim_end_matches(|c: char| !c.is_ascii_lowercase() && c != '_'));
        }
    }
    doing.to_owned()
}

#[cfg(test)]
mod tests {
    use super::during;

    #[test]
    fn a_statement_is_told_by_its_first_table() {
        assert_eq!(during("SELECT value FROM meta WHERE key = $1"), "reading meta");
        assert_eq!(during("SELECT json_group_array(path) FROM (SELECT path FROM posts)"), "reading posts");
        assert_eq!(during("INSERT INTO dirty_items (item_id) SELECT 1"), "writing dirty_items");
        assert_eq!(during("UPDATE posts SET mtime_ns = $3"), "writing posts");
        assert_eq!(during("DELETE FROM files"), "writing files");
        assert_eq!(during("PRAGMA optimize"), "writing");
    }
}
