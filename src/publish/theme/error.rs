//! What can be wrong with a theme, with file, line and how to mend it.

use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error as ThisError;

/// A theme cannot be used, or could not be written out.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ThemeError {
    /// The system refused a file or the folder.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file as a whole is wrong.
    #[error("{file}: {what}; {mend}")]
    File {
        /// The file.
        file: String,
        /// What is wrong with it.
        what: String,
        /// How to mend it.
        mend: String,
    },
    /// Something in a file is wrong.
    #[error("{file}:{line}: {what}; {mend}")]
    Wrong {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong there.
        what: String,
        /// How to mend it.
        mend: String,
    },
}

impl ThemeError {
    /// Wraps what the system said.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// A file as a whole is wrong.
    pub(super) fn file(file: &str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::File { file: file.to_owned(), what: what.into(), mend: mend.into() }
    }

    /// Something is wrong at a byte of a file's text.
    pub(super) fn at(
        file: &str,
        (text, byte): (&[u8], usize),
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.split(|byte| *byte == b'\n').count();
        Self::Wrong { file: file.to_owned(), line, what: what.into(), mend: mend.into() }
    }
}
