//! The sheet on which the marks about one post are made.

use super::mark::{Edit, Level, ProofMark};
use super::page::PostText;
use super::rules::Rule;
use std::ops::Range;

/// Most marks about one post; more help nobody.
const MAX_MARKS: usize = 500;

/// A post's text with the marks made so far.
#[derive(Debug)]
pub(super) struct Sheet<'t> {
    pub(super) page: PostText<'t>,
    pub(super) marks: Vec<ProofMark>,
    /// The bytes of what is not published, since the profile leaves it out: nothing is to be mended there.
    pub(super) left_out: Vec<Range<usize>>,
}

impl Sheet<'_> {
    /// Whether a byte belongs to what is not published.
    pub(super) fn is_left_out(&self, at: usize) -> bool {
        self.left_out.iter().any(|range| range.contains(&at))
    }

    /// Marks bytes of the text with a warning. `said` is what is wrong, and how to mend it.
    pub(super) fn mark(&mut self, rule: Rule, range: Range<usize>, said: (String, String), edit: Option<Edit>) {
        if self.marks.len() >= MAX_MARKS || self.is_left_out(range.start) {
            return;
        }
        let (message, help) = said;
        let length = u32::try_from(self.page.get(range.clone()).chars().count()).unwrap_or_default();
        let (place, level) = (self.page.place(range.start), Level::Warning);
        self.marks.push(ProofMark { rule, level, place, length, message, help, edit });
    }

    /// Marks bytes that a person has to mend.
    pub(super) fn warn(&mut self, rule: Rule, range: Range<usize>, message: String, help: impl Into<String>) {
        self.mark(rule, range, (message, help.into()), None);
    }
}
