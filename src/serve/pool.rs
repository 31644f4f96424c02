//! How much memory the bundles take, and which go first when it is too much.
//!
//! Those made when a publish was read stay while the file stays; those made for a request are let go, the oldest first,
//! once all together exceed the budget.

use super::entry::Entry;
use super::versions::Versions;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// From so many noted entries on, those that are gone are struck off.
const MANY: usize = 10_000;

/// The bundles of one site.
#[derive(Debug)]
pub(super) struct Pool {
    budget: usize,
    taken: Arc<AtomicUsize>,
    /// Entries whose bundle was made for a request.
    passing: Mutex<VecDeque<Weak<Entry>>>,
    /// What readers of feeds have seen.
    pub(super) versions: Versions,
}

/// A place in memory; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Held {
    weight: usize,
    taken: Arc<AtomicUsize>,
}

impl Held {
    /// Bytes.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.weight, Ordering::Relaxed);
    }
}

impl Pool {
    /// A pool that bundles may fill up to so many bytes.
    pub(super) fn new(budget: usize) -> Self {
        Self { budget, taken: Arc::default(), passing: Mutex::default(), versions: Versions::default() }
    }

    /// Bytes that bundles may take.
    pub(super) fn budget(&self) -> usize {
        self.budget
    }

    /// Bytes that bundles take, also those that only a slow reader still holds.
    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// Whether bundles that are not kept any more, but slow readers still hold, take more than can be spared. A publish that
    /// is read takes the budget once more.
    pub(super) fn is_overfull(&self) -> bool {
        self.taken() > self.budget.saturating_mul(3)
    }

    /// Takes a place.
    pub(super) fn hold(&self, weight: usize) -> Held {
        self.taken.fetch_add(weight, Ordering::Relaxed);
        Held { weight, taken: Arc::clone(&self.taken) }
    }

    /// Notes an entry whose bundle was made for a request, and lets the oldest of these go while there is too much.
    pub(super) fn admit(&self, entry: &Arc<Entry>) {
        let mut passing = self.passing.lock().unwrap_or_else(PoisonError::into_inner);
        passing.push_back(Arc::downgrade(entry));
        if passing.len() > MANY {
            passing.retain(|entry| entry.strong_count() > 0);
        }
        while self.taken() > self.budget && passing.len() > 1 {
            if let Some(oldest) = passing.pop_front().and_then(|oldest| oldest.upgrade()) {
                oldest.let_go();
            }
        }
    }
}
