//! The backends that the contract is held to, each as an empty place for a store.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;
use wellsourced::store::Store;

/// An empty place for a store, and what must live as long.
pub(crate) struct Place {
    url: String,
    folder: TempDir,
}

/// Whether the statements of a store fail.
#[derive(Clone, Default)]
pub(crate) struct Failing(Arc<AtomicBool>);

impl Failing {
    pub(crate) fn set(&self, fails: bool) {
        self.0.store(fails, Ordering::SeqCst);
    }
}

/// An empty place of every backend that there is.
fn places() -> Vec<Place> {
    let folder = tempfile::tempdir().unwrap();
    vec![Place { url: format!("sqlite:{}", folder.path().join("store.db").display()), folder }]
}

/// Holds every backend to a part of the contract.
pub(crate) async fn each_backend(contract: impl AsyncFn(&Place)) {
    for place in places() {
        contract(&place).await;
    }
}

impl Place {
    /// Opens the store that is there; it is made at first.
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }

    /// Opens the store so that it can be made to fail.
    pub(crate) async fn open_failing(&self) -> (Store, Failing) {
        let failing = Failing::default();
        let works = {
            let failing = failing.clone();
            move || !failing.0.load(Ordering::SeqCst)
        };
        (Store::open_failing(&self.url, works).await.unwrap(), failing)
    }

    /// Puts a value that we would never write into every row of `table.column`.
    pub(crate) async fn damage(&self, column: &str, value: &str) {
        let (table, column) = column.split_once('.').unwrap();
        let options = SqliteConnectOptions::new().filename(self.folder.path().join("store.db"));
        let mut connection = options.connect().await.unwrap();
        let sql = AssertSqlSafe(format!("UPDATE {table} SET {column} = $1"));
        let rows = sqlx::query(sql).bind(value).execute(&mut connection).await.unwrap().rows_affected();
        assert!(rows > 0, "there is nothing in {table}");
        connection.close().await.unwrap();
    }
}
