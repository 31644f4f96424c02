//! The files of an input that are there.

use crate::model::KnownEdition;
use std::collections::HashMap;
use uuid::Uuid;

/// The files of an input that are there, with the edition that each holds, where one is known.
#[derive(Debug, Default)]
pub(super) struct Present(HashMap<String, Option<Uuid>>);

impl Present {
    pub(super) fn put(&mut self, path: String, edition: Option<Uuid>) {
        self.0.insert(path, edition);
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
