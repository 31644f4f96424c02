//! Everything of one store into another one, whichever engines they are of: rows as they are, so that ids, seconds and paths
//! stay, and what is published with them.

use super::connection::without_nul;
use super::{Error, Result, Store, Write, from_json, to_json};
use serde_json::Value;
use sqlx::{Any, AssertSqlSafe, Executor};

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

/// What is copied of a table: its columns, each with whether it holds numbers, and those that order its rows.
struct Table {
    name: &'static str,
    order: &'static str,
    columns: Vec<(String, bool)>,
}

impl Store {
    /// Copies everything into a store that is empty, in one transaction, and before it ends compares every table by count and each
    /// row by its values. Nobody may write to either meanwhile.
    pub async fn copy_into(&self, to: &Store) -> Result<Vec<Copied>> {
        if !to.is_empty().await? || !to.input_names().await?.is_empty() {
            return Err(Error::NotEmpty { file: to.file().to_owned() });
        }
        let mut tables = Vec::new();
        for (name, order) in TABLES.into_iter().chain(RECORDS) {
            tables.push(Table { name, order, columns: self.pool.columns(name).await? });
        }
        let mut write = to.begin().await?;
        // A new store has the one row of the combined channel.
        write.run("DELETE FROM channels".to_owned()).await?;
        let mut copied = Vec::new();
        for table in &tables {
            copied.push(Copied { table: table.name.to_owned(), rows: self.copy_table(&mut write, table).await? });
        }
        write.number_on(&NUMBERED).await?;
        for (table, Copied { rows, .. }) in tables.iter().zip(&copied) {
            if !self.is_same(&mut write, table, *rows).await? {
                return Err(Error::CopyDiffers { table: table.name, file: to.file().to_owned() });
            }
        }
        write.commit().await?;
        Ok(copied)
    }

    /// Copies a table; tells how many rows it has.
    async fn copy_table(&self, write: &mut Write, table: &Table) -> Result<u64> {
        let (mut rows, mut last) = (0, None);
        loop {
            let page = table.page(&self.pool, last.as_ref()).await?;
            if page.is_empty() {
                return Ok(rows);
            }
            rows += u64::try_from(page.len()).unwrap_or_default();
            write.put_rows(table, &to_json(table.name, &page)?).await?;
            last = page.into_iter().last();
        }
    }

    /// Whether a table has so many rows on both sides, and the same.
    async fn is_same(&self, write: &mut Write, table: &Table, rows: u64) -> Result<bool> {
        let counts = [table.count(&self.pool).await?, table.count(&mut *write.tx).await?];
        if counts != [rows; 2] {
            return Ok(false);
        }
        let mut last = None;
        loop {
            let ours = table.page(&self.pool, last.as_ref()).await?;
            let theirs = table.page(&mut *write.tx, last.as_ref()).await?;
            // PostgreSQL keeps no NUL.
            let kept = |page| from_json::<Vec<Value>>(table.name, &without_nul(&to_json(table.name, page)?));
            if ours != theirs && kept(&ours)? != theirs {
                return Ok(false);
            }
            last = ours.into_iter().last();
            if last.is_none() {
                return Ok(true);
            }
        }
    }
}

impl Table {
    fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    }

    async fn count<'e>(&self, store: impl Executor<'e, Database = Any>) -> Result<u64> {
        let sql = format!("SELECT COUNT(*) FROM {}", self.name);
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(store).await?;
        Ok(u64::try_from(rows).unwrap_or_default())
    }

    /// Some rows, each a list of its values: those behind a row, or the first ones.
    async fn page<'e>(&self, store: impl Executor<'e, Database = Any>, last: Option<&Value>) -> Result<Vec<Value>> {
        let (names, Self { name, order, .. }) = (self.names(), self);
        let keys = self.keys(last);
        let places: Vec<String> = (2..).take(keys.len()).map(|place| format!("${place}")).collect();
        let behind = if keys.is_empty() { String::new() } else { format!("WHERE ({order}) > ({})", places.join(", ")) };
        let sql = format!(
            "SELECT json_group_array(json_array({names})) FROM (SELECT {names} FROM {name} {behind} ORDER BY {order} LIMIT $1)"
        );
        let mut query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).bind(ROWS);
        for key in keys {
            query = match key.as_i64() {
                Some(number) => query.bind(number),
                None => query.bind(key.as_str().unwrap_or_default().to_owned()),
            };
        }
        from_json(self.name, &query.fetch_one(store).await?)
    }

    /// What orders a row.
    fn keys<'r>(&self, row: Option<&'r Value>) -> Vec<&'r Value> {
        let place = |key: &str| self.columns.iter().position(|(name, _)| name == key);
        let Some(row) = row else { return Vec::new() };
        self.order.split(", ").filter_map(|key| row.get(place(key)?)).collect()
    }
}

impl Write {
    async fn run(&mut self, sql: String) -> Result<()> {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn put_rows(&mut self, table: &Table, rows: &str) -> Result<()> {
        let value = |(place, (_, is_number)): (usize, &(String, bool))| {
            if *is_number { format!("CAST(value ->> {place} AS BIGINT)") } else { format!("value ->> {place}") }
        };
        let values: Vec<String> = table.columns.iter().enumerate().map(value).collect();
        let (name, names, values) = (table.name, table.names(), values.join(", "));
        let sql = format!("INSERT INTO {name} ({names}) SELECT {values} FROM json_each($1)");
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
