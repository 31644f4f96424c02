//! Why serving fails: always the machine's failure or ours, never a client's.

use std::io;
use thiserror::Error as ThisError;

/// The site could not be read or served.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The manifest or a file could not be read.
    #[error(transparent)]
    Publish(#[from] crate::publish::Error),
    /// A published file could not be read.
    #[error("cannot read the published file {path}: {source}")]
    Io {
        /// The file, below the published directory.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The thread that reads a publish could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
    /// It died.
    #[error("the thread that reads what was published died")]
    Died,
    /// A task of ours died.
    #[error("a task of ours died: {0}")]
    Task(#[from] tokio::task::JoinError),
}
