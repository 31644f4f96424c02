//! A file of the manifest, with its bundle once that is made, or why it cannot be.

use super::bundle::Bundle;
use super::disk::Stamp;
use super::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;
use tokio::time::Instant;

/// A file of the manifest.
#[derive(Debug)]
pub(super) struct FileEntry {
    /// Path below the published directory.
    pub(super) path: String,
    /// Hash of its bytes.
    pub(super) hash: String,
    kept: RwLock<FileState>,
    complained: AtomicBool,
}

#[derive(Debug)]
enum FileState {
    Nothing,
    Bundle(Arc<Bundle>),
    SeenTrouble(Box<SeenTrouble>),
}

/// Why a file cannot be answered.
#[derive(Debug, Clone)]
pub(super) enum FileTrouble {
    /// It is not there.
    Missing,
    /// The manifest does not know its bytes: somebody altered it.
    Differs,
    /// It could not be read or prepared.
    Failed(Arc<Error>),
    /// It cannot be read now: too many others are, or the disk does not answer.
    Busy,
}

/// What was found out about a file that cannot be answered.
#[derive(Debug)]
struct SeenTrouble {
    trouble: FileTrouble,
    /// By what it is known that it is still the same file.
    stamp: Option<Stamp>,
    looked: Instant,
}

impl FileEntry {
    /// A file whose bundle is not made yet.
    pub(super) fn new(path: String, hash: String) -> Self {
        Self { path, hash, kept: RwLock::new(FileState::Nothing), complained: AtomicBool::new(false) }
    }

    /// Its bundle, when it is in memory.
    pub(super) fn bundle(&self) -> Option<Arc<Bundle>> {
        match &*self.kept() {
            FileState::Bundle(bundle) => Some(Arc::clone(bundle)),
            FileState::Nothing | FileState::SeenTrouble(_) => None,
        }
    }

    /// Keeps its bundle in memory.
    pub(super) fn keep(&self, bundle: Arc<Bundle>) {
        self.set(FileState::Bundle(bundle));
    }

    /// Keeps in mind what is wrong with it.
    pub(super) fn note(&self, trouble: FileTrouble, stamp: Option<Stamp>) {
        self.set(FileState::SeenTrouble(Box::new(SeenTrouble { trouble, stamp, looked: Instant::now() })));
    }

    /// What was found wrong with it not longer ago than this.
    pub(super) fn trouble(&self, within: Duration) -> Option<FileTrouble> {
        match &*self.kept() {
            FileState::SeenTrouble(finding) if finding.looked.elapsed() < within => Some(finding.trouble.clone()),
            _ => None,
        }
    }

    /// Whether it was found to differ when its file had this stamp.
    pub(super) fn is_known_to_differ(&self, stamp: Stamp) -> bool {
        match &*self.kept() {
            FileState::SeenTrouble(finding) => {
                matches!(finding.trouble, FileTrouble::Differs) && finding.stamp == Some(stamp)
            }
            FileState::Nothing | FileState::Bundle(_) => false,
        }
    }

    /// Whether something wrong with it is told for the first time; once is enough for a log.
    pub(super) fn is_news(&self) -> bool {
        !self.complained.swap(true, Ordering::Relaxed)
    }

    /// Forgets its bundle; who answers with it at this moment is not disturbed.
    pub(super) fn let_go(&self) {
        self.set(FileState::Nothing);
    }

    fn kept(&self) -> RwLockReadGuard<'_, FileState> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, kept: FileState) {
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = kept;
    }
}
