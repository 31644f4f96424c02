//! Gathers the complaints about one post. Places are lines and columns of the whole file.

use super::{Post, Reading};
use crate::collect::html;
use crate::model::{Complaint, LinkKey, Place};
use std::borrow::Cow;

/// More complaints than this help nobody.
const MAX_COMPLAINTS: usize = 100;

/// A line and a column of the file, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Spot {
    pub(super) fn new(line: usize, column: usize) -> Self {
        let fit = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).max(1);
        Self { line: fit(line), column: fit(column) }
    }
}

/// The complaints about one post so far.
#[derive(Debug)]
pub(super) struct Notes<'p> {
    path: &'p str,
    complaints: Vec<Complaint>,
    /// The sources of its items, each with the line on which it stands.
    pub(super) cited: Vec<(LinkKey, u32)>,
}

impl<'p> Notes<'p> {
    pub(super) fn new(path: &'p str) -> Self {
        Self { path, complaints: Vec::new(), cited: Vec::new() }
    }

    /// The file's path, as given.
    pub(super) fn path(&self) -> &'p str {
        self.path
    }

    /// How many complaints there are.
    pub(super) fn len(&self) -> usize {
        self.complaints.len()
    }

    /// The messages of the complaints from the `from`th on.
    pub(super) fn since(&self, from: usize) -> String {
        let messages =
            self.complaints.get(from..).unwrap_or_default().iter().map(|complaint| complaint.message.as_str());
        messages.collect::<Vec<_>>().join("\n")
    }

    pub(super) fn error(&mut self, spot: Spot, message: impl Into<String>, help: &str) {
        self.push(Complaint::error(self.place(spot), message, help));
    }

    pub(super) fn warning(&mut self, spot: Spot, message: impl Into<String>, help: &str) {
        self.push(Complaint::warning(self.place(spot), message, help));
    }

    /// A complaint about the file as a whole.
    pub(super) fn about_file(&mut self, message: impl Into<String>, help: &str) {
        self.push(Complaint::error(Place::file(self.path), message, help));
    }

    /// `text` less the characters that XML refuses, with a warning where there were any.
    pub(super) fn legal<'t>(&mut self, text: &'t str, what: &str, spot: Spot) -> Cow<'t, str> {
        let legal = html::strip_illegal(text);
        if let Cow::Owned(kept) = &legal {
            let count = text.chars().count() - kept.chars().count();
            let message = format!("{what} holds {count} character(s) that XML cannot hold; they were removed");
            self.warning(spot, message, "remove the control characters");
        }
        legal
    }

    /// The post as it was read, with everything noted.
    pub(super) fn into_reading(mut self, post: Post) -> Reading {
        let cited = std::mem::take(&mut self.cited);
        Reading { post, complaints: self.into_complaints(), cited }
    }

    fn into_complaints(mut self) -> Vec<Complaint> {
        if self.complaints.len() > MAX_COMPLAINTS {
            // An error decides about exit codes: it must not fall behind a hundred warnings.
            self.complaints.sort_by_key(|complaint| std::cmp::Reverse(complaint.severity));
            let left_out = self.complaints.len() - (MAX_COMPLAINTS - 1);
            self.complaints.truncate(MAX_COMPLAINTS - 1);
            let message = format!("there is more to complain of in this file than is told: {left_out} complaints");
            let help = "mend what is told first; then the rest is";
            self.complaints.push(Complaint::warning(Place::file(self.path), message, help));
        }
        self.complaints.sort_by_key(|complaint| (complaint.place.line, complaint.place.column));
        self.complaints
    }

    /// Bounded, and still with room for the error that comes after many warnings.
    pub(super) fn is_full(&self) -> bool {
        self.complaints.len() >= 10 * MAX_COMPLAINTS
    }

    /// A place, or the file where there is none.
    pub(super) fn place_of(&self, spot: Option<Spot>) -> Place {
        spot.map_or_else(|| Place::file(self.path), |spot| self.place(spot))
    }

    fn place(&self, spot: Spot) -> Place {
        Place::at(self.path, spot.line, spot.column)
    }

    fn push(&mut self, complaint: Complaint) {
        if !self.is_full() {
            self.complaints.push(complaint);
        }
    }
}

/// A value from input as a message may show it: one line, not too long.
pub(in crate::collect) fn shown(value: &str) -> String {
    let mut shown: String = value.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(80).collect();
    if value.chars().nth(80).is_some() {
        shown.push('…');
    }
    shown
}
