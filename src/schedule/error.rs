//! What is wrong with an expression.

/// Why an expression cannot be used, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct Error {
    /// Where in the expression: in characters, from 1.
    pub column: usize,
    /// What, and what is meant instead.
    pub message: String,
}

impl Error {
    pub(super) fn at(column: usize, message: impl Into<String>) -> Self {
        Self { column, message: message.into() }
    }
}
