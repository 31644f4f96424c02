//! The words of pages and feeds in a language. What they say stands in `templates/words.<language>.toml`; which there are, here.

use super::fill::filled;
use crate::model::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Language of pages and labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Language {
    /// Every language.
    pub(in crate::publish) const ALL: [Self; 2] = [Self::ZhCn, Self::En];

    /// The language tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }
}

/// Labels in one language. Templates see them by the same names.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::publish) struct Words {
    pub(in crate::publish) source: String,
    pub(in crate::publish) colon: String,
    pub(in crate::publish) open: String,
    pub(in crate::publish) close: String,
    pub(in crate::publish) comma: String,
    pub(in crate::publish) illustration: String,
    file: String,
    pub(in crate::publish) moved_to: String,
    pub(in crate::publish) archived: String,
    since: String,
    pub(in crate::publish) combined_subtitle: String,
    pub(in crate::publish) tag: String,
    pub(in crate::publish) source_host: String,
    skip: String,
    pub(in crate::publish) editions: String,
    pub(in crate::publish) tags: String,
    pub(in crate::publish) sources: String,
    pub(in crate::publish) status: String,
    subscribe: String,
    subscribe_all: String,
    original: String,
    pages: String,
    newer: String,
    older: String,
    page: Counted,
    items: Counted,
    edition_count: Counted,
    more: Counted,
    empty: String,
    inputs: String,
    failing_since: String,
    held: String,
    held_why: String,
    held_release: String,
    links: String,
    troubled: String,
    no_trouble: String,
    name: String,
    number_of_items: String,
    number_of_editions: String,
    verdict: String,
    number_of_links: String,
    evidence: String,
    cited_in: String,
    verdicts: BTreeMap<String, String>,
    refusals: BTreeMap<String, RefusalWords>,
}

/// A text with a number in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Counted {
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
    fn with(&self, n: u64) -> String {
        let text = match self {
            Self::ByNumber { one, .. } if n == 1 => one,
            Self::Always(text) | Self::ByNumber { other: text, .. } => text,
        };
        filled(text, |name| (name == "n").then(|| n.to_string()))
    }
}

/// What a request is told that is not answered with a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::publish) struct RefusalWords {
    pub(in crate::publish) heading: String,
    pub(in crate::publish) text: String,
}

impl Words {
    /// A verdict in words.
    pub(in crate::publish) fn verdict(&self, verdict: Verdict) -> &str {
        self.verdicts.get(verdict.as_str()).map_or(verdict.as_str(), String::as_str)
    }

    /// A verdict in words with the day since which it stands.
    pub(in crate::publish) fn since(&self, date: &str, verdict: &str) -> String {
        filled(&self.since, |name| match name {
            "date" => Some(date.to_owned()),
            "verdict" => Some(verdict.to_owned()),
            _ => None,
        })
    }

    /// The name of a numbered page.
    pub(in crate::publish) fn page(&self, number: u32) -> String {
        self.page.with(number.into())
    }

    /// That there are so many more.
    pub(in crate::publish) fn more(&self, n: u64) -> String {
        self.more.with(n)
    }

    /// What is said with an HTTP status.
    pub(in crate::publish) fn refusal(&self, status: u16) -> RefusalWords {
        let words = self.refusals.get(&status.to_string()).or_else(|| self.refusals.get("other"));
        words.cloned().unwrap_or_default()
    }
}
