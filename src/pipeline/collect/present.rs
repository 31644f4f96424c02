//! The files of an input that are there, and of files that hold several editions the parts.

use crate::model::{KnownEdition, part_path};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The files of an input that are there and the known parts of these, with the edition that each holds, where one is known.
#[derive(Debug, Default)]
pub(super) struct Present(BTreeMap<String, Option<Uuid>>);

impl Present {
    pub(super) fn put(&mut self, path: String, edition: Option<Uuid>) {
        self.0.insert(path, edition);
    }

    /// The parts of a file that are known.
    pub(super) fn parts(&self, file: &str) -> Vec<String> {
        let first = part_path(file, Some(""));
        self.0
            .range(first.clone()..)
            .map(|(path, _)| path)
            .take_while(|path| path.starts_with(&first))
            .cloned()
            .collect()
    }

    /// A part that its file no longer holds.
    pub(super) fn take_out(&mut self, part: &str) {
        self.0.remove(part);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn is_there(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Whether the file of an edition is there, and holds no other one by now.
    pub(super) fn holds(&self, edition: &KnownEdition) -> bool {
        self.0.get(&edition.path).is_some_and(|held| held.is_none_or(|held| held == edition.id))
    }
}
