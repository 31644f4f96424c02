//! How much memory the bundles of one site take, of how much they may.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The memory for bundles.
#[derive(Debug)]
pub(super) struct BundleMemory {
    budget: usize,
    taken: Arc<AtomicUsize>,
}

/// A place in memory; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Share {
    weight: usize,
    taken: Arc<AtomicUsize>,
}

impl Share {
    /// Bytes.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.weight, Ordering::Relaxed);
    }
}

impl BundleMemory {
    /// Memory that bundles may fill up to so many bytes.
    pub(super) fn new(budget: usize) -> Self {
        Self { budget, taken: Arc::default() }
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

    /// Whether bundles take more than they may.
    pub(super) fn is_full(&self) -> bool {
        self.taken() > self.budget
    }

    /// Takes a place.
    pub(super) fn share(&self, weight: usize) -> Share {
        self.taken.fetch_add(weight, Ordering::Relaxed);
        Share { weight, taken: Arc::clone(&self.taken) }
    }
}
