//! When an edition was published, by the profile: in the header, the title, a heading, the path, the text, or counted by its
//! number. Reads no clock.

use super::date;
use super::front::{Front, Value};
use super::notes::{Notes, Spot, shown};
use super::profile::{Counting, DateFrom, Every, PostRules};
use super::tree;
use crate::collect::zone::place;
use chrono::{DateTime, Days, FixedOffset, Months, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use comrak::Node;
use comrak::nodes::NodeValue;
use regex::Regex;
use std::sync::LazyLock;

/// What is known of an edition when its date is sought.
pub(super) struct DateSought<'a, 'o> {
    pub(super) front: &'o Front,
    pub(super) title: Option<&'o Value>,
    pub(super) number: Option<u32>,
    pub(super) root: Node<'a>,
    /// Its Markdown.
    pub(super) text: &'o str,
    pub(super) zone: Tz,
}

impl DateSought<'_, '_> {
    /// The date and whether it is that of the file's name; a complaint where there is none.
    pub(super) fn read(&self, rules: &PostRules, notes: &mut Notes<'_>) -> (Option<DateTime<FixedOffset>>, bool) {
        for from in &rules.date {
            let day = match from {
                DateFrom::Header if self.front.date.is_some() => return date::read(self.front, self.zone, notes),
                DateFrom::Header => None,
                DateFrom::Title => self.title.and_then(|title| day_in(&title.text)),
                DateFrom::Heading => self.headings().find_map(|text| day_in(&text)),
                DateFrom::Path => date::of_name(notes.path()).or_else(|| day_in(notes.path())),
                DateFrom::Text => rules.date_pattern.as_ref().and_then(|pattern| {
                    let found = pattern.0.captures(self.text)?;
                    day_in(found.get(1).or_else(|| found.get(0))?.as_str())
                }),
                DateFrom::Number => self.number.zip(rules.counting.as_ref()).and_then(|(n, counting)| counting.day(n)),
            };
            if let Some(at) = day.and_then(|day| place(day.and_time(NaiveTime::MIN), self.zone)) {
                return (Some(at), *from == DateFrom::Path);
            }
        }
        let spot = self.title.map_or(Spot::new(1, 1), |title| title.spot);
        let what = self.title.map_or_else(String::new, |title| format!(" of `{}`", shown(&title.text)));
        notes.error(spot, format!("no date{what} is found: {}", tried(&rules.date)), HELP);
        (None, false)
    }

    fn headings(&self) -> impl Iterator<Item = String> {
        let is_heading = |node: &Node<'_>| matches!(node.data().value, NodeValue::Heading(_));
        self.root.children().filter(is_heading).map(|node| tree::text(node))
    }
}

const HELP: &str = "write it as YYYY-MM-DD where the profile looks for it, or name another place in the profile's `date`: header, title, \
                    heading, path, text, number";

/// Where a date was looked for.
fn tried(ways: &[DateFrom]) -> String {
    let name = |from: &DateFrom| match from {
        DateFrom::Header => "in the header",
        DateFrom::Title => "in the title",
        DateFrom::Heading => "in the headings",
        DateFrom::Path => "in the path",
        DateFrom::Text => "in the text",
        DateFrom::Number => "by the number",
    };
    format!("none stands {}", ways.iter().map(name).collect::<Vec<_>>().join(", none "))
}

/// A year, month and day with signs between them, or eight digits.
static DAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|\D)(?:((?:19|20)\d\d)(?:\s*年\s*|[-/._]\s?)(\d{1,2})(?:\s*月\s*|[-/._]\s?)(\d{1,2})|((?:19|20)\d\d)([01]\d)([0-3]\d))(?:\D|$)").ok()
});

/// The first day that a text names, in figures: `2006-01-02`, `2006/1/2`, `20060102`, `2018年03月19日`.
pub(super) fn day_in(text: &str) -> Option<NaiveDate> {
    let pattern = DAY.as_ref()?;
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| pattern.captures(rest)) {
        let number = |at: usize| found.get(at).and_then(|digits| digits.as_str().parse::<u32>().ok());
        let (year, month, day) = match number(1) {
            Some(year) => (year, number(2)?, number(3)?),
            None => (number(4)?, number(5)?, number(6)?),
        };
        let day = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        if day.is_some() {
            return day;
        }
        // The sign behind it may stand before another one.
        let start = found.get(1).or_else(|| found.get(4))?.start();
        from += start + 1;
        while !text.is_char_boundary(from) {
            from += 1;
        }
    }
    None
}

impl Counting {
    /// The day of an edition, counted from the last one at or before it whose day is known; else back from the first.
    fn day(&self, number: u32) -> Option<NaiveDate> {
        let known = self.from.range(..=number).next_back().or_else(|| self.from.iter().next())?;
        let (from, day) = (*known.0, *known.1);
        let steps = number.abs_diff(from);
        match (self.every, number >= from) {
            (Every::Days(days), true) => day.checked_add_days(Days::new(u64::from(days) * u64::from(steps))),
            (Every::Days(days), false) => day.checked_sub_days(Days::new(u64::from(days) * u64::from(steps))),
            (Every::Months(months), true) => day.checked_add_months(Months::new(months.checked_mul(steps)?)),
            (Every::Months(months), false) => day.checked_sub_months(Months::new(months.checked_mul(steps)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day")
    }

    #[test]
    fn days_are_found_in_text_and_paths() {
        for (text, meant) in [
            ("GoCN 每日新闻 (2022-08-30)", Some((2022, 8, 30))),
            ("每日新闻（2018年03月19日）", Some((2018, 3, 19))),
            ("2018 年 3 月 9 日", Some((2018, 3, 9))),
            ("docs/2020/07/02.md", Some((2020, 7, 2))),
            ("bg2024052207.webp", None),
            ("bg20240522", Some((2024, 5, 22))),
            ("20240522", Some((2024, 5, 22))),
            ("2020.7.2 今天", Some((2020, 7, 2))),
            ("1.2020-13-40 2021-01-02", Some((2021, 1, 2))),
            ("第 301 期", None),
            ("v2.10.4", None),
            ("202209/x.md", None),
            ("", None),
        ] {
            assert_eq!(day_in(text), meant.map(|(y, m, d)| day(y, m, d)), "{text}");
        }
    }

    #[test]
    fn days_are_counted_from_the_last_known_edition() {
        let weekly = Counting { from: [(1, day(2020, 1, 3)), (10, day(2020, 4, 3))].into(), every: Every::Days(7) };
        assert_eq!(weekly.day(2), Some(day(2020, 1, 10)));
        assert_eq!(weekly.day(11), Some(day(2020, 4, 10)));
        let monthly = Counting { from: [(2, day(2016, 6, 28))].into(), every: Every::Months(1) };
        assert_eq!((monthly.day(1), monthly.day(14)), (Some(day(2016, 5, 28)), Some(day(2017, 6, 28))));
        assert_eq!(monthly.day(u32::MAX), None);
    }
}
