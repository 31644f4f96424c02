//! What proofreading finds: where, what, how to mend it, and the edit that does where one is safe.

use super::rules::Rule;
use crate::model::{Complaint, Place, Severity};
use std::ops::Range;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing; never fails a build.
    Note,
    /// Look at it.
    Warning,
    /// Something could not be published, or is dead.
    Error,
}

impl Level {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        }
    }
}

/// A change of a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go.
    pub range: Range<usize>,
    /// What takes their place.
    pub text: String,
}

/// A proofreader's mark at a place of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofMark {
    /// The rule that it is about.
    pub rule: Rule,
    /// How much it weighs.
    pub level: Level,
    /// Where.
    pub place: Place,
    /// Characters from there on that are meant; 0 where only the place is known.
    pub length: u32,
    /// What was found, with the values.
    pub message: String,
    /// How to mend it.
    pub help: String,
    /// What mends it, where that is safe.
    pub edit: Option<Edit>,
}

impl ProofMark {
    /// A complaint as a mark.
    pub fn of_complaint(rule: Rule, complaint: Complaint) -> Self {
        let Complaint { severity, place, message, help } = complaint;
        Self { rule, level: severity.into(), place, length: 0, message, help, edit: None }
    }
}

/// The bytes with the edits carried out; one that touches another's bytes waits for the next time.
pub fn edited<'e>(bytes: &[u8], edits: impl IntoIterator<Item = &'e Edit>) -> Vec<u8> {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut new = Vec::with_capacity(bytes.len());
    let mut done = 0;
    for Edit { range, text } in edits {
        let Some(kept) = bytes.get(done..range.start).filter(|_| range.end <= bytes.len()) else { continue };
        new.extend_from_slice(kept);
        new.extend_from_slice(text.as_bytes());
        done = range.end;
    }
    new.extend_from_slice(bytes.get(done..).unwrap_or_default());
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_carried_out_in_any_order_and_never_over_each_other() {
        let edit = |range, text: &str| Edit { range, text: text.to_owned() };
        let edits = [edit(6..7, "WW"), edit(0..2, ""), edit(1..4, "lost"), edit(3..3, "+"), edit(9..40, "no")];
        assert_eq!(edited(b"hello world", &edits), b"l+lo WWorld");
        assert_eq!(edited(b"", &[]), b"");
    }
}
