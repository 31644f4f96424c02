//! A store's file that is read while nobody writes to it.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file that nobody writes to, as it was when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quiet {
    pub(super) path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

impl Quiet {
    /// The file as it is, if nobody is at work on it: then it has no write-ahead log.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        if fs::metadata(log).is_ok_and(|log| log.len() > 0) {
            return None;
        }
        let of = |file: Metadata| Self { path: path.to_owned(), length: file.len(), modified: file.modified().ok() };
        fs::metadata(path).ok().map(of)
    }
}
