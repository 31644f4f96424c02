//! What readers of earlier versions of a feed have seen, within this process.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Entries remembered in all versions of all feeds: 8 MB.
const ENTRIES: usize = 1_000_000;

/// Prints of the entries of each version, by the hash of the feed's bytes. The oldest versions are forgotten first.
#[derive(Debug, Default)]
pub(super) struct Versions(Mutex<VersionPrints>);

#[derive(Debug, Default)]
struct VersionPrints {
    by_hash: HashMap<String, Arc<[u64]>>,
    order: VecDeque<String>,
    entries: usize,
}

impl Versions {
    /// Remembers a version.
    pub(super) fn record(&self, hash: &str, prints: Vec<u64>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.by_hash.contains_key(hash) {
            return;
        }
        known.entries += prints.len() + 1;
        known.by_hash.insert(hash.to_owned(), prints.into());
        known.order.push_back(hash.to_owned());
        while known.entries > ENTRIES
            && let Some(oldest) = known.order.pop_front()
        {
            known.entries -= known.by_hash.remove(&oldest).map_or(0, |prints| prints.len() + 1);
        }
    }

    /// The entries of a version.
    pub(super) fn seen(&self, hash: &str) -> Option<Arc<[u64]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_hash.get(hash).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_versions_are_forgotten() {
        let versions = Versions::default();
        for number in 0..30_u64 {
            versions.record(&number.to_string(), vec![number; 50_000]);
        }
        assert_eq!(versions.seen("0"), None);
        assert_eq!(versions.seen("29").unwrap().len(), 50_000);
        assert!(versions.0.lock().unwrap().entries <= ENTRIES);
    }
}
