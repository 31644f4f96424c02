//! Which bundles go first when all together take too much memory.
//!
//! Those made when a publish was read stay while the file stays; those made for a request are let go, the oldest first,
//! once all together exceed the budget.

use super::entry::FileEntry;
use super::memory::BundleMemory;
use super::versions::Versions;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// From so many noted entries on, those that are gone are struck off.
const MANY: usize = 10_000;

/// The bundles of one site.
#[derive(Debug)]
pub(super) struct BundlePool {
    pub(super) memory: BundleMemory,
    /// Entries whose bundle was made for a request.
    passing: Mutex<VecDeque<Weak<FileEntry>>>,
    /// What readers of feeds have seen.
    pub(super) versions: Versions,
}

impl BundlePool {
    /// A pool that bundles may fill up to so many bytes.
    pub(super) fn new(budget: usize) -> Self {
        Self { memory: BundleMemory::new(budget), passing: Mutex::default(), versions: Versions::default() }
    }

    /// Notes an entry whose bundle was made for a request, and lets the oldest of these go while there is too much.
    pub(super) fn admit(&self, entry: &Arc<FileEntry>) {
        let mut passing = self.passing.lock().unwrap_or_else(PoisonError::into_inner);
        passing.push_back(Arc::downgrade(entry));
        if passing.len() > MANY {
            passing.retain(|entry| entry.strong_count() > 0);
        }
        while self.memory.is_full() && passing.len() > 1 {
            if let Some(oldest) = passing.pop_front().and_then(|oldest| oldest.upgrade()) {
                oldest.let_go();
            }
        }
    }
}
