//! The entries of a document as they come, no more of them than may be kept: the newest.

use super::MAX_ENTRIES;
use super::draft::Draft;
use chrono::{DateTime, Utc};
use std::cmp::Reverse;

#[derive(Debug, Default)]
pub(super) struct KeptEntries {
    entries: Vec<KeptEntry>,
    met: usize,
}

#[derive(Debug)]
struct KeptEntry {
    date: Option<DateTime<Utc>>,
    order: usize,
    draft: Draft,
}

impl KeptEntries {
    pub(super) fn push(&mut self, draft: Draft) {
        self.entries.push(KeptEntry { date: draft.date(), order: self.met, draft });
        self.met += 1;
        if self.entries.len() >= 2 * MAX_ENTRIES {
            self.prune();
        }
    }

    /// How many there were.
    pub(super) fn met(&self) -> usize {
        self.met
    }

    /// The newest in the order of the document; those without a date count as older, the first of them as newest.
    pub(super) fn into_newest(mut self) -> impl Iterator<Item = Draft> {
        self.prune();
        self.entries.sort_unstable_by_key(|entry| entry.order);
        self.entries.into_iter().map(|entry| entry.draft)
    }

    fn prune(&mut self) {
        if self.entries.len() > MAX_ENTRIES {
            self.entries.sort_unstable_by_key(|entry| (Reverse(entry.date), entry.order));
            self.entries.truncate(MAX_ENTRIES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_in_order() {
        let entry = |second: i64| {
            let mut draft = Draft::default();
            draft.published.offer(0, DateTime::from_timestamp(second, 0));
            draft
        };
        let mut kept = KeptEntries::default();
        (0..20_000).for_each(|second| kept.push(entry(second)));
        kept.push(Draft::default());
        assert_eq!(kept.met(), 20_001);
        let seconds = kept.into_newest().filter_map(|draft| draft.date()).map(|date| date.timestamp());
        assert!(seconds.eq(15_000..20_000));
    }
}
