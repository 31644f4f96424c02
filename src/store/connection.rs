//! Every statement of ours goes through here, so that an error that somebody has to mend names the store's file and what was
//! read or written.
//!
//! A store whose file cannot be used answers every statement with the reason, without touching the file.

use super::error::{StoreTrouble, Unusable};
use super::{Error, Result};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{Describe, Either, Execute, Executor, SqlStr, Sqlite, SqlitePool, Transaction};
use std::sync::{Arc, OnceLock};

/// The connections to a store's file.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    pub(super) file: Arc<str>,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    open: OnceLock<SqlitePool>,
    /// Why it is not open.
    shut: Option<Unusable>,
}

/// A transaction that writes.
#[derive(Debug)]
pub(super) struct WriteTransaction {
    file: Arc<str>,
    transaction: Transaction<'static, Sqlite>,
}

impl Pool {
    pub(super) fn open(file: Arc<str>, pool: SqlitePool) -> Self {
        Self { file, state: Arc::new(State { open: OnceLock::from(pool), shut: None }) }
    }

    /// One that says why it cannot be used.
    pub(super) fn shut(why: Unusable) -> Self {
        Self { file: Arc::clone(&why.file), state: Arc::new(State { open: OnceLock::new(), shut: Some(why) }) }
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

    /// Begins a transaction that writes.
    pub(super) async fn begin(&self) -> Result<Box<WriteTransaction>> {
        let pool = self.get()?;
        let transaction = pool.begin_with("BEGIN IMMEDIATE").await;
        let transaction = transaction.map_err(|error| named(error, &self.file, "beginning to write"))?;
        Ok(Box::new(WriteTransaction { file: Arc::clone(&self.file), transaction }))
    }

    pub(super) async fn close(&self) {
        if let Some(pool) = self.state.open.get() {
            pool.close().await;
        }
    }

    fn get(&self) -> Result<&SqlitePool, sqlx::Error> {
        self.state.open.get().ok_or_else(|| match &self.state.shut {
            Some(why) => sqlx::Error::AnyDriverError(Box::new(why.clone())),
            None => sqlx::Error::PoolClosed,
        })
    }
}

impl WriteTransaction {
    /// Makes everything written so far last.
    pub(super) async fn commit(self) -> Result<()> {
        let Self { file, transaction } = self;
        transaction.commit().await.map_err(|error| Error::from(named(error, &file, "writing all")))
    }
}

impl<'p> Executor<'p> for &'p Pool {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<SqliteQueryResult, SqliteRow>, sqlx::Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let (statement, context) = match self.get().and_then(|pool| Ok((pool, Statement::of(query)?))) {
            Ok((pool, statement)) => {
                let context = StatementContext::of(&self.file, &statement);
                (pool.fetch_many(statement), context)
            }
            Err(error) => return stream::once(std::future::ready(Err(error))).boxed(),
        };
        statement.map(move |row| row.map_err(|error| context.name(error))).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<SqliteRow>, sqlx::Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        async move {
            let statement = Statement::of(query)?;
            let context = StatementContext::of(&self.file, &statement);
            self.get()?.fetch_optional(statement).await.map_err(|error| context.name(error))
        }
        .boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement, sqlx::Error>>
    where
        'p: 'e,
    {
        async move { self.get()?.prepare_with(sql, parameters).await }.boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Sqlite>, sqlx::Error>>
    where
        'p: 'e,
    {
        async move { self.get()?.describe(sql).await }.boxed()
    }
}

impl<'c> Executor<'c> for &'c mut WriteTransaction {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<SqliteQueryResult, SqliteRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        match Statement::of(query) {
            Ok(statement) => {
                let context = StatementContext::of(&self.file, &statement);
                let rows = self.transaction.fetch_many(statement);
                rows.map(move |row| row.map_err(|error| context.name(error))).boxed()
            }
            Err(error) => stream::once(std::future::ready(Err(error))).boxed(),
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<SqliteRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        async move {
            let statement = Statement::of(query)?;
            let context = StatementContext::of(&self.file, &statement);
            self.transaction.fetch_optional(statement).await.map_err(|error| context.name(error))
        }
        .boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        self.transaction.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Sqlite>, sqlx::Error>>
    where
        'c: 'e,
    {
        self.transaction.describe(sql)
    }
}

/// A query taken apart, so that its text can be looked at.
struct Statement {
    sql: SqlStr,
    arguments: Option<SqliteArguments>,
    persistent: bool,
}

impl Statement {
    fn of<'q>(mut query: impl Execute<'q, Sqlite>) -> Result<Self, sqlx::Error> {
        let arguments = query.take_arguments().map_err(sqlx::Error::Encode)?;
        Ok(Self { arguments, persistent: query.persistent(), sql: query.sql() })
    }
}

impl Execute<'_, Sqlite> for Statement {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&SqliteStatement> {
        None
    }

    fn take_arguments(&mut self) -> Result<Option<SqliteArguments>, BoxDynError> {
        Ok(self.arguments.take())
    }

    fn persistent(&self) -> bool {
        self.persistent
    }
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
