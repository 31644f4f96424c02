//! The words of the status page, a table of its own among those of a language.

use super::counted::Counted;
use super::fill::filled;
use crate::model::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the status page and the operator's say.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::publish) struct StatusWords {
    pub(in crate::publish) well: String,
    pub(in crate::publish) links_need_a_look: Counted,
    pub(in crate::publish) inputs_need_a_look: Counted,
    pub(in crate::publish) no_links: String,
    pub(in crate::publish) open: Counted,
    pub(in crate::publish) not_checked: String,
    pub(in crate::publish) unchecked_count: Counted,
    pub(in crate::publish) newly_lost_count: Counted,
    pub(in crate::publish) failing_inputs: Counted,
    pub(in crate::publish) nothing_to_do: String,
    pub(in crate::publish) more: Counted,
    to_do: String,
    newly_lost: String,
    pub(in crate::publish) moved_before: String,
    pub(in crate::publish) moved_after: String,
    pub(in crate::publish) use_before: String,
    copy: String,
    copy_of: String,
    pub(in crate::publish) use_after: String,
    state: String,
    input_well: String,
    input_failing: String,
    last_fetched: String,
    held: String,
    ages: String,
    age: String,
    lost: String,
    share: String,
    plot: String,
    hosts: String,
    host: String,
    host_since: String,
    all_links: String,
    caution: String,
    data: String,
    table_of: String,
    operator: String,
    public: String,
    complaints: String,
    complaint: String,
    place: String,
    posts: String,
    cycles: String,
    began: String,
    took: String,
    result: String,
    failed: String,
    planned: String,
    cycle: String,
    next: String,
    at_once: String,
    why: String,
    nodes: String,
    verdicts: BTreeMap<String, String>,
    since: BTreeMap<String, String>,
    of_age: BTreeMap<String, String>,
}

/// Fills a text whose places are a day and what was seen.
fn dated(text: &str, day: &str, seen: &str) -> String {
    filled(text, |name| match name {
        "day" => Some(day.to_owned()),
        "seen" => Some(seen.to_owned()),
        _ => None,
    })
}

impl StatusWords {
    /// What links of a verdict are called where they are counted.
    pub(in crate::publish) fn verdict(&self, verdict: Verdict) -> String {
        self.verdicts.get(verdict.as_str()).map_or_else(|| verdict.as_str().to_owned(), Clone::clone)
    }

    /// Since when a verdict stands.
    pub(in crate::publish) fn since(&self, verdict: Verdict, day: &str) -> String {
        self.since.get(verdict.as_str()).map(|text| dated(text, day, "")).unwrap_or_default()
    }

    /// What links are called that are so many years old at least.
    pub(in crate::publish) fn age(&self, from_years: u32) -> String {
        self.of_age.get(&format!("from_{from_years}")).cloned().unwrap_or_default()
    }

    /// Since when an input cannot be fetched, and why.
    pub(in crate::publish) fn input_failing(&self, day: &str, seen: &str) -> String {
        dated(&self.input_failing, day, seen)
    }

    /// An archived copy, of a day where that is known.
    pub(in crate::publish) fn copy_of(&self, day: Option<&str>) -> String {
        day.map_or_else(|| self.copy.clone(), |day| dated(&self.copy_of, day, ""))
    }

    /// When an input was fetched last.
    pub(in crate::publish) fn last_fetched(&self, day: &str) -> String {
        dated(&self.last_fetched, day, "")
    }

    /// Since when a site does not open, and what was seen.
    pub(in crate::publish) fn host_since(&self, day: &str, seen: &str) -> String {
        dated(&self.host_since, day, seen)
    }
}
