//! Complaints: what is wrong in an input, as a value with a place.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How bad a complaint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It was published; look at it.
    Warning,
    /// This post or item could not be published.
    Error,
}

/// Where in an input something is wrong. Lines and columns count from 1; columns count characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file as given (or the URL).
    pub path: String,
    /// Line, where one is known.
    pub line: Option<u32>,
    /// Column, where one is known.
    pub column: Option<u32>,
}

impl Place {
    /// A place that names only the file.
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, column: None }
    }

    /// A place in a file.
    pub fn at(path: impl Into<String>, line: u32, column: u32) -> Self {
        Self { path: path.into(), line: Some(line), column: Some(column) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }
}

/// Something wrong in an input: where, what, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Complaint {
    /// Error or warning.
    pub severity: Severity,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What was found, with the values.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl Complaint {
    /// An error: something could not be published.
    pub fn error(place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { severity: Severity::Error, place, message: message.into(), help: help.into() }
    }

    /// A warning: it was published, look at it.
    pub fn warning(place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, place, message: message.into(), help: help.into() }
    }
}
