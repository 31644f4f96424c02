//! A text with a number in it, in one form or in two.

use super::fill::filled;
use serde::{Deserialize, Serialize};

/// A text with a number in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(in crate::publish) enum Counted {
    /// One form for all.
    Always(String),
    /// By the number, as English and its like have it.
    ByNumber { one: String, other: String },
}

impl Default for Counted {
    fn default() -> Self {
        Self::Always(String::new())
    }
}

impl Counted {
    pub(super) fn with(&self, n: u64) -> String {
        self.filled(n, |name| (name == "n").then(|| n.to_string()))
    }

    /// The same, where other places are to be filled too.
    pub(super) fn with_all(&self, n: u64, value: impl Fn(&str) -> Option<String>) -> String {
        self.filled(n, |name| if name == "n" { Some(n.to_string()) } else { value(name) })
    }

    /// The form for a number, its places filled.
    pub(in crate::publish) fn filled(&self, n: u64, value: impl Fn(&str) -> Option<String>) -> String {
        let text = match self {
            Self::ByNumber { one, .. } if n == 1 => one,
            Self::Always(text) | Self::ByNumber { other: text, .. } => text,
        };
        filled(text, value)
    }
}
