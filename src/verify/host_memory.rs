//! What is learned of a host during one sweep and asked for once: what it answers to a made-up path.
//!
//! Bounded: when it is full it starts anew, which costs a request and nothing else.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Hosts that are remembered.
const MOST: usize = 2048;

/// One thing per key, asked for once.
pub(super) struct Once<T> {
    known: Mutex<HashMap<String, Arc<OnceCell<T>>>>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { known: Mutex::new(HashMap::new()) }
    }
}

impl<T> fmt::Debug for Once<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Once")
    }
}

impl<T: Clone> Once<T> {
    /// What is known under `key`, or what `ask` finds out. Others that want the same wait for it.
    pub(super) async fn get(&self, key: &str, ask: impl Future<Output = T>) -> T {
        let cell = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST && !known.contains_key(key) {
                known.clear();
            }
            Arc::clone(known.entry(key.to_owned()).or_default())
        };
        cell.get_or_init(|| ask).await.clone()
    }
}
