//! What can go wrong while publishing, with the value and the reason. Bad input is not among it.

use super::options::Format;
use super::theme::ThemeError;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error as ThisError;

/// Publishing failed; the directory still holds the last good files.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// No space is left.
    #[error(
        "no space is left for {}: the published files stay as they were; free some space there (or raise the quota) \
         and run again", path.display()
    )]
    Full {
        /// What was being written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file system refused something else.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A path that would leave the directory or touch what is not ours.
    #[error("will not write {path:?} into the published directory: {reason}")]
    Path {
        /// The path as given.
        path: String,
        /// Why not.
        reason: &'static str,
    },
    /// Something else stands where a file or folder of our own, which is not published, belongs.
    #[error(
        "{} is a link or something else that wellsourced did not make, and is not written through: move it away and run \
         again", path.display()
    )]
    Private {
        /// Where.
        path: PathBuf,
    },
    /// The directory is another store's.
    #[error(
        "{} belongs to another store, {owner} (so says {}): two stores would remove each other's files. Give each a \
         [publish] directory of its own, or make this one's with `wellsourced --once --take-over`",
        directory.display(), file.display()
    )]
    Owned {
        /// The published directory.
        directory: PathBuf,
        /// The store it belongs to.
        owner: String,
        /// The file that says so.
        file: PathBuf,
    },
    /// Another process publishes into the same directory at this moment.
    #[error("{} is in use by another wellsourced; wait for it or publish elsewhere", path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
    /// A feed could not be written in a format.
    #[error("cannot write {format:?} for {id}: {reason}")]
    Render {
        /// The format.
        format: Format,
        /// The feed's id.
        id: String,
        /// What the writer said.
        reason: String,
    },
    /// The subscription list could not be written.
    #[error("cannot write the OPML list: {0}")]
    Opml(#[from] ::opml::Error),
    /// A page could not be rendered.
    #[error("cannot make a page: {0}")]
    Theme(#[from] ThemeError),
    /// A value could not be written as JSON.
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Error {
    /// Wraps what the system said: adds what was being done and to what, and tells a full disk apart.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path, source },
            _ => Self::Io { action, path, source },
        }
    }
}
