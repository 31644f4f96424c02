//! A file of the manifest, with its bundle once that is made.

use super::bundle::Bundle;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A file of the manifest.
#[derive(Debug)]
pub(super) struct Entry {
    /// Path below the published directory.
    pub(super) path: String,
    /// Hash of its bytes.
    pub(super) hash: String,
    bundle: RwLock<Option<Arc<Bundle>>>,
    complained: AtomicBool,
}

impl Entry {
    /// A file whose bundle is not made yet.
    pub(super) fn new(path: String, hash: String) -> Self {
        Self { path, hash, bundle: RwLock::new(None), complained: AtomicBool::new(false) }
    }

    /// Its bundle, when it is in memory.
    pub(super) fn bundle(&self) -> Option<Arc<Bundle>> {
        self.bundle.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps its bundle in memory.
    pub(super) fn keep(&self, bundle: Arc<Bundle>) {
        *self.bundle.write().unwrap_or_else(PoisonError::into_inner) = Some(bundle);
    }

    /// Whether something wrong with it is told for the first time; once is enough for a log.
    pub(super) fn is_news(&self) -> bool {
        !self.complained.swap(true, Ordering::Relaxed)
    }

    /// Forgets its bundle; who answers with it at this moment is not disturbed.
    pub(super) fn let_go(&self) {
        *self.bundle.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
