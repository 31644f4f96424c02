//! Which entries are taken, and which tags they get from rules. Regular expressions of the `regex` crate only: their time is
//! linear in the text, whatever an upstream writes.

use super::{Filter, TagRule};
use regex::Regex;

/// What of an entry is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntryWords<'a> {
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) link: Option<&'a str>,
}

impl Filter {
    /// Whether an entry is taken.
    pub(super) fn takes(&self, said: EntryWords<'_>, tags: &[String]) -> bool {
        let one_of = |patterns: &[Regex]| patterns.iter().any(|pattern| finds(pattern, said, tags));
        (self.include.is_empty() || one_of(&self.include)) && !one_of(&self.exclude)
    }
}

fn finds(pattern: &Regex, said: EntryWords<'_>, tags: &[String]) -> bool {
    pattern.is_match(said.title)
        || pattern.is_match(said.text)
        || tags.iter().any(|tag| pattern.is_match(tag))
        || said.link.is_some_and(|link| pattern.is_match(link))
}

impl TagRule {
    /// Whether an entry gets the tag.
    pub(super) fn applies(&self, said: EntryWords<'_>) -> bool {
        self.pattern.is_match(said.title) || self.pattern.is_match(said.text)
    }
}
