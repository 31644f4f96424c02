//! Everything of one store into another one, whichever engines they are of: rows as they are, so that ids, seconds and paths
//! stay, and what is published with them.

use super::connection::Pool;
use super::{Error, Result, Store, Write, from_json, to_json};
use serde_json::Value;
use sqlx::AssertSqlSafe;
use xxhash_rust::xxh3::Xxh3;

/// Rows copied in one statement.
const ROWS: i64 = 2000;

/// The tables, in an order in which rows find what they name, each with the columns that order its rows.
pub(super) const TABLES: [(&str, &str); 20] = [
    ("meta", "key"),
    ("inputs", "id"),
    ("polls", "input_id"),
    ("posts", "input_id, path"),
    ("complaints", "input_id, path, ordinal"),
    ("editions", "id"),
    ("items", "id"),
    ("channels", "id"),
    ("memberships", "channel_id, published, item_id"),
    ("spellings", "channel_id, published, edition_id"),
    ("links", "key"),
    ("item_sources", "item_id, position"),
    ("checks", "id"),
    ("check_totals", "day, host, verdict"),
    ("entries", "id"),
    ("day_pages", "edition_id, position, item_id"),
    ("dirty_items", "item_id"),
    ("dirty_editions", "edition_id, published, shifted"),
    ("dirty_channels", "channel_id, published, shifted"),
    ("dirty_stories", "item_id"),
];

/// The rest, which nothing names.
pub(super) const RECORDS: [(&str, &str); 3] = [("files", "path"), ("bucket_objects", "path"), ("cycles", "id")];

/// What nodes have to do with each other is of no use in another store; the next publish keeps the bodies anew.
#[cfg(test)]
const OF_NODES: [&str; 3] = ["bodies", "leases", "nodes"];

/// Tables whose rows are numbered.
const NUMBERED: [&str; 5] = ["inputs", "channels", "checks", "entries", "cycles"];

/// A table that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
}

/// A column: its name, and whether it holds numbers.
type Column = (String, bool);

/// What is compared of a table.
#[derive(PartialEq, Eq)]
struct Sum {
    rows: u64,
    hash: u128,
}

impl Store {
    /// Copies everything into a store that is empty, in one transaction, and compares every table by count and hash. Nobody may
    /// write to either meanwhile.
    pub async fn copy_into(&self, to: &Store) -> Result<Vec<Copied>> {
        if !to.is_empty().await? || !to.input_names().await?.is_empty() {
            return Err(Error::NotEmpty { file: to.file().to_owned() });
        }
        let mut write = to.begin().await?;
        // A new store has the one row of the combined channel.
        write.run("DELETE FROM channels".to_owned()).await?;
        let mut copied = Vec::new();
        for (table, order) in TABLES.into_iter().chain(RECORDS) {
            copied.push(self.copy_table(&mut write, table, order).await?);
        }
        write.number_on(&NUMBERED).await?;
        write.commit().await?;
        for ((table, order), Copied { rows, .. }) in TABLES.into_iter().chain(RECORDS).zip(&copied) {
            let columns = self.pool.columns(table).await?;
            let (before, after) = (self.sum(table, order, &columns).await?, to.sum(table, order, &columns).await?);
            if before != after || before.rows != *rows {
                return Err(Error::CopyDiffers { table, file: to.file().to_owned() });
            }
        }
        Ok(copied)
    }

    async fn copy_table(&self, write: &mut Write, table: &'static str, order: &str) -> Result<Copied> {
        let columns = self.pool.columns(table).await?;
        let mut rows = 0;
        loop {
            let batch = page(&self.pool, table, order, &columns, rows).await?;
            let Value::Array(list) = from_json::<Value>(table, &batch)? else { break };
            if list.is_empty() {
                break;
            }
            rows += u64::try_from(list.len()).unwrap_or_default();
            write.put_rows(table, &columns, &to_json(table, &list)?).await?;
        }
        Ok(Copied { table: table.to_owned(), rows })
    }

    /// Its rows, counted and hashed as JSON.
    async fn sum(&self, table: &'static str, order: &str, columns: &[Column]) -> Result<Sum> {
        let (mut rows, mut hash) = (0, Xxh3::new());
        loop {
            let batch = page(&self.pool, table, order, columns, rows).await?;
            let list: Vec<Value> = from_json(table, &batch)?;
            if list.is_empty() {
                return Ok(Sum { rows, hash: hash.digest128() });
            }
            rows += u64::try_from(list.len()).unwrap_or_default();
            // Engines put blanks where they like.
            hash.update(to_json(table, &list)?.as_bytes());
        }
    }
}

/// Some rows of a table, as JSON.
async fn page(pool: &Pool, table: &str, order: &str, columns: &[Column], skip: u64) -> Result<String> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(", ");
    let sql = format!(
        "SELECT json_group_array(json_array({names})) FROM (SELECT {names} FROM {table} ORDER BY {order} LIMIT $1 OFFSET $2)"
    );
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(ROWS).bind(i64::try_from(skip).unwrap_or(i64::MAX));
    Ok(query.fetch_one(pool).await?)
}

impl Write {
    async fn run(&mut self, sql: String) -> Result<()> {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn put_rows(&mut self, table: &str, columns: &[Column], rows: &str) -> Result<()> {
        let value = |(place, (_, is_number)): (usize, &Column)| {
            if *is_number { format!("CAST(value ->> {place} AS BIGINT)") } else { format!("value ->> {place}") }
        };
        let values: Vec<String> = columns.iter().enumerate().map(value).collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let sql = format!("INSERT INTO {table} ({}) SELECT {} FROM json_each($1)", names.join(", "), values.join(", "));
        sqlx::query(AssertSqlSafe(sql)).bind(rows).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// New rows of these tables are numbered behind the highest number.
    async fn number_on(&mut self, tables: &[&str]) -> Result<()> {
        if !self.tx.numbers_apart() {
            return Ok(());
        }
        for table in tables {
            self.run(format!(
                "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM {table}), false)"
            ))
            .await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_table_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}/store.db", folder.path().display())).await.unwrap();
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sql%' ORDER BY name";
        let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(&store.pool).await.unwrap();
        let mut copied: Vec<&str> = TABLES.into_iter().chain(RECORDS).map(|(table, _)| table).collect();
        copied.extend(OF_NODES);
        copied.sort_unstable();
        assert_eq!(tables, copied);
    }
}
