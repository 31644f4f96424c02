//! The entries of a document as they come, no more of them than may be kept: the newest.

use super::MAX_ENTRIES;
use chrono::{DateTime, Utc};
use std::cmp::Reverse;
use std::io::{Cursor, Read};

#[derive(Debug, Default)]
pub(super) struct Kept {
    entries: Vec<Entry>,
    met: usize,
}

#[derive(Debug)]
struct Entry {
    date: Option<DateTime<Utc>>,
    order: usize,
    written: String,
}

impl Kept {
    pub(super) fn push(&mut self, date: Option<DateTime<Utc>>, written: String) {
        self.entries.push(Entry { date, order: self.met, written });
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
    pub(super) fn into_written(mut self) -> Vec<String> {
        self.prune();
        self.entries.sort_unstable_by_key(|entry| entry.order);
        self.entries.into_iter().map(|entry| entry.written).collect()
    }

    fn prune(&mut self) {
        if self.entries.len() > MAX_ENTRIES {
            self.entries.sort_unstable_by_key(|entry| (Reverse(entry.date), entry.order));
            self.entries.truncate(MAX_ENTRIES);
        }
    }
}

/// Texts read one behind the other, each forgotten when it was read.
#[derive(Debug)]
pub(super) struct Pieces {
    rest: std::vec::IntoIter<String>,
    piece: Cursor<String>,
}

impl Pieces {
    pub(super) fn new(pieces: Vec<String>) -> Self {
        Self { rest: pieces.into_iter(), piece: Cursor::default() }
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Some(next) = self.rest.next() else { return Ok(0) };
            self.piece = Cursor::new(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_in_order() {
        let mut kept = Kept::default();
        for second in 0..20_000 {
            kept.push(DateTime::from_timestamp(second, 0), second.to_string());
        }
        kept.push(None, "none".to_owned());
        assert_eq!(kept.met(), 20_001);
        let written = kept.into_written();
        assert_eq!((written.len(), written[0].as_str(), written[4_999].as_str()), (5_000, "15000", "19999"));
    }
}
