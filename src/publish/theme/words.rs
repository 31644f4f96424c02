//! The words of pages and feeds in a language. What they say stands in `templates/words.<language>.toml`; which there are, here.

use super::counted::Counted;
use super::fill::filled;
use super::status_words::StatusWords;
use crate::model::Verdict;
use chrono::{Datelike, NaiveDate};
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
    newest_edition: String,
    site_nav: String,
    foot: String,
    subscribe_how: String,
    subscribe_to: String,
    subscribe_site: String,
    edition_number: String,
    day: String,
    short_day: String,
    pub(in crate::publish) month: String,
    pub(super) month_names: String,
    weekdays: String,
    excerpts: String,
    all_of_day: Counted,
    earlier: String,
    all_editions: Counted,
    common_tags: String,
    between: String,
    table: String,
    original_link: String,
    copy_of: String,
    pub(in crate::publish) original: String,
    pub(in crate::publish) editions: String,
    pub(in crate::publish) tags: String,
    pub(in crate::publish) sources: String,
    pub(in crate::publish) status: String,
    subscribe: String,
    subscribe_all: String,
    pages: String,
    newer: String,
    older: String,
    page: Counted,
    items: Counted,
    edition_count: Counted,
    more: Counted,
    empty: String,
    tags_about: Counted,
    sources_about: Counted,
    by_name: String,
    by_weight: String,
    initials: String,
    closed: String,
    pub(super) month_short: String,
    by_month: String,
    newest: String,
    oldest: String,
    neighbours: String,
    pub(in crate::publish) previous_edition: String,
    pub(in crate::publish) next_edition: String,
    item_neighbours: String,
    pub(in crate::publish) previous_item: String,
    pub(in crate::publish) next_item: String,
    pub(super) tag_facts: Counted,
    pub(super) source_facts: Counted,
    pub(super) latest_item: String,
    pub(super) visit: String,
    per_month: String,
    pub(super) in_month: Counted,
    pub(super) months_told: String,
    goes_with: String,
    reach: String,
    pub(super) reach_told: String,
    attention: String,
    pub(super) reach_states: BTreeMap<String, String>,
    inputs: String,
    held_why: String,
    held_release: String,
    links: String,
    name: String,
    number_of_items: String,
    number_of_editions: String,
    cited_in: String,
    pub(in crate::publish) search: String,
    search_about: Counted,
    search_label: String,
    search_hint: String,
    search_no_script: String,
    search_by_tag: String,
    search_more: Counted,
    search_none: String,
    search_busy: String,
    search_failed: String,
    all_tags: String,
    found: Counted,
    verdicts: BTreeMap<String, String>,
    standings: BTreeMap<String, String>,
    seen: BTreeMap<String, String>,
    told: BTreeMap<String, String>,
    pub(in crate::publish) condition: StatusWords,
    refusals: BTreeMap<String, RefusalWords>,
}

/// What a request is told that is not answered with a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::publish) struct RefusalWords {
    pub(in crate::publish) heading: String,
    pub(in crate::publish) text: String,
    /// What leads to the pages that are there.
    pub(in crate::publish) instead: String,
}

/// One of the names in a list that is written with bars between them.
pub(super) fn nth(names: &str, index: u32) -> &str {
    names.split('|').nth(usize::try_from(index).unwrap_or(usize::MAX)).unwrap_or_default()
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

    /// A day.
    pub(in crate::publish) fn day(&self, day: NaiveDate) -> String {
        self.dated(&self.day, day)
    }

    /// A day of a year that is known.
    pub(in crate::publish) fn short_day(&self, day: NaiveDate) -> String {
        self.dated(&self.short_day, day)
    }

    fn dated(&self, text: &str, day: NaiveDate) -> String {
        filled(text, |name| match name {
            "year" => Some(day.year().to_string()),
            "month" => Some(nth(&self.month_names, day.month0()).to_owned()),
            "day" => Some(day.day().to_string()),
            _ => None,
        })
    }

    /// The day of the week.
    pub(in crate::publish) fn weekday(&self, day: NaiveDate) -> &str {
        nth(&self.weekdays, day.weekday().num_days_from_monday())
    }

    /// An edition by its number.
    pub(in crate::publish) fn edition_number(&self, number: u32) -> String {
        filled(&self.edition_number, |name| (name == "n").then(|| number.to_string()))
    }

    /// What a channel's subscription is called; the site's own without a name.
    pub(in crate::publish) fn subscribe_to(&self, site: &str, channel: Option<&str>) -> String {
        let (text, called) = channel.map_or((&self.subscribe_site, site), |channel| (&self.subscribe_to, channel));
        // Chinese stands by itself, a Latin name after a blank.
        let blank = if text.contains(" {name}")
            || !called.starts_with(|c: char| c.is_ascii_alphanumeric())
            || channel.is_none()
        {
            ""
        } else {
            " "
        };
        filled(text, |name| (name == "name").then(|| format!("{blank}{called}")))
    }

    /// What came from feeds on a day.
    pub(in crate::publish) fn excerpts_of(&self, day: NaiveDate) -> String {
        filled(&self.excerpts, |name| (name == "day").then(|| self.short_day(day)))
    }

    /// What stands between things that are listed in a line.
    pub(in crate::publish) fn between(&self) -> &str {
        &self.between
    }

    /// A table by its number on the page.
    pub(in crate::publish) fn table(&self, number: u32) -> String {
        filled(&self.table, |name| (name == "n").then(|| number.to_string()))
    }

    /// An archived copy, of a day where that is known.
    pub(in crate::publish) fn copy_of(&self, day: Option<NaiveDate>) -> String {
        day.map_or_else(
            || self.archived.clone(),
            |day| filled(&self.copy_of, |name| (name == "day").then(|| day.to_string())),
        )
    }

    /// What a reader is told of a verdict in a word or two; empty where nothing need be said.
    pub(in crate::publish) fn short_standing(&self, verdict: Verdict, since: Option<NaiveDate>) -> String {
        let key = verdict.as_str();
        let dated = since.and_then(|day| Some((self.standings.get(&format!("{key}_since"))?, day)));
        match dated {
            Some((text, day)) => filled(text, |name| (name == "day").then(|| self.day(day))),
            None => self.standings.get(key).cloned().unwrap_or_default(),
        }
    }

    /// What a rule saw, a part of a sentence; where it has no words, those of the `general` one.
    pub(in crate::publish) fn seen(&self, rule: &str, general: &str, status: &str) -> String {
        let text = self.seen.get(rule).or_else(|| self.seen.get(general)).map_or(rule, String::as_str);
        filled(text, |name| (name == "status").then(|| status.to_owned()))
    }

    /// A sentence of what was seen, its places filled.
    pub(in crate::publish) fn told(&self, key: &str, value: impl Fn(&str) -> Option<String>) -> String {
        filled(self.told.get(key).map_or("", String::as_str), value)
    }

    /// The name of a numbered page.
    pub(in crate::publish) fn page(&self, number: u32) -> String {
        self.page.with(number.into())
    }

    /// Among what one searches.
    pub(in crate::publish) fn search_about(&self, n: u64) -> String {
        self.search_about.with(n)
    }

    /// That one was found, and that several were, with a place for the number.
    pub(in crate::publish) fn found(&self) -> [&str; 2] {
        match &self.found {
            Counted::Always(text) => [text, text],
            Counted::ByNumber { one, other } => [one, other],
        }
    }

    /// That there are so many more.
    pub(in crate::publish) fn more(&self, n: u64) -> String {
        self.more.with(n)
    }

    /// What the catalogue of tags says of itself.
    pub(in crate::publish) fn tags_about(&self, n: u64) -> String {
        self.tags_about.with(n)
    }

    /// What the catalogue of cited hosts says of itself.
    pub(in crate::publish) fn sources_about(&self, n: u64) -> String {
        self.sources_about.with(n)
    }

    /// What is said with an HTTP status.
    pub(in crate::publish) fn refusal(&self, status: u16) -> RefusalWords {
        let words = self.refusals.get(&status.to_string()).or_else(|| self.refusals.get("other"));
        words.cloned().unwrap_or_default()
    }
}
