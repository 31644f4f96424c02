//! The store, to be read while others may write to it. What is wrong with it is told, and nothing else waits for it.

use crate::cli::warn;
use crate::store::{Look, Result, Store};

/// Times that is asked again when somebody wrote meanwhile.
const TRIES: usize = 3;

/// A store that is only read, where there is one.
#[derive(Debug)]
pub(super) struct StoreReader {
    url: Option<String>,
    store: Option<Store>,
}

impl StoreReader {
    /// Opens the store, if there is one that can be read.
    pub(super) async fn open(url: Option<String>) -> Self {
        let mut reader = Self { url, store: None };
        reader.reopen().await;
        reader
    }

    async fn reopen(&mut self) {
        let Some(url) = &self.url else { return };
        self.store = match Store::open_to_read(url).await {
            Ok(Look::Ready(store)) => Some(store),
            Ok(Look::Nothing { .. } | Look::Older { .. }) => None,
            Err(error) => left_aside(error),
        };
    }

    /// Asks it; again where somebody began to write meanwhile, so that what was read may be neither the old nor the new.
    /// Without an answer there is the default.
    pub(super) async fn ask<T: Default>(&mut self, question: impl AsyncFn(&Store) -> Result<T>) -> T {
        for _ in 0..TRIES {
            let Some(store) = &self.store else { break };
            let answer = question(store).await;
            if !store.was_overtaken() {
                return answer.unwrap_or_else(left_aside);
            }
            self.reopen().await;
        }
        T::default()
    }
}

fn left_aside<T: Default>(error: crate::store::Error) -> T {
    warn(&anyhow::Error::new(error).context("the store is left aside"));
    T::default()
}
