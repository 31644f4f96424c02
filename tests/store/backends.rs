//! The backends that the contract is held to, each as an empty place for a store.

use crate::support::postgres::{SERVER, Wire};
use sqlx::any::{AnyConnectOptions, install_default_drivers};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;
use wellsourced::store::Store;

/// An empty place for a store, and what must live as long.
pub(crate) struct Place {
    url: String,
    engine: Engine,
}

enum Engine {
    Sqlite { _folder: TempDir },
    Postgres(Wire),
}

/// Whether the statements of a store fail.
#[derive(Clone)]
pub(crate) enum Failing {
    Here(Arc<AtomicBool>),
    OnTheWay(Wire),
}

impl Failing {
    pub(crate) fn set(&self, fails: bool) {
        match self {
            Self::Here(failing) => failing.store(fails, Ordering::SeqCst),
            Self::OnTheWay(wire) => wire.cut(fails),
        }
    }
}

/// An empty place of every backend that there is.
fn places() -> Vec<Place> {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let mut places = vec![Place { url, engine: Engine::Sqlite { _folder: folder } }];
    if let Some(server) = &*SERVER {
        let wire = Wire::to(server);
        places.push(Place { url: server.place_at(wire.port()), engine: Engine::Postgres(wire) });
    }
    places
}

/// Holds every backend to a part of the contract.
pub(crate) async fn each_backend(contract: impl AsyncFn(&Place)) {
    for place in places() {
        contract(&place).await;
    }
}

/// Holds every backend to a part of the contract together with every other one.
pub(crate) async fn each_pair(contract: impl AsyncFn(&Place, &Place)) {
    for first in 0..places().len() {
        for second in places() {
            contract(&places().remove(first), &second).await;
        }
    }
}

impl Place {
    /// Opens the store that is there; it is made at first.
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }

    /// Opens the store so that it can be made to fail.
    pub(crate) async fn open_failing(&self) -> (Store, Failing) {
        if let Engine::Postgres(wire) = &self.engine {
            return (self.open().await, Failing::OnTheWay(wire.clone()));
        }
        let failing = Arc::new(AtomicBool::new(false));
        let works = {
            let failing = Arc::clone(&failing);
            move || !failing.load(Ordering::SeqCst)
        };
        (Store::open_failing(&self.url, works).await.unwrap(), Failing::Here(failing))
    }

    /// Puts a value that we would never write into every row of `table.column`.
    pub(crate) async fn damage(&self, column: &str, value: &str) {
        let (table, column) = column.split_once('.').unwrap();
        install_default_drivers();
        let options: AnyConnectOptions = self.url.parse().unwrap();
        let mut connection = AnyConnection::connect_with(&options).await.unwrap();
        let sql = AssertSqlSafe(format!("UPDATE {table} SET {column} = $1"));
        let rows = sqlx::query(sql).bind(value).execute(&mut connection).await.unwrap().rows_affected();
        assert!(rows > 0, "there is nothing in {table}");
        connection.close().await.unwrap();
    }
}
