//! Dates of the wild, of feeds and of posts. Feeds should write RFC 822 or RFC 3339, front matter what YAML calls a timestamp;
//! what people write instead is read as they mean it.
//!
//! A time is looked for first, then a zone behind it, then a date in what is left. Weekdays are ignored: where they
//! contradict the date, the date is right. Reads no clock, so that nothing relative ("yesterday") has a meaning.

mod calendar;
mod month;
mod zone;

#[cfg(test)]
mod tests;

use crate::collect::zone::place;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;
use regex::Regex;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Years outside are slips of the pen, or placeholders.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

/// Longest text that is taken for a date, bytes.
const LONGEST: usize = 200;

/// A date that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadDate {
    /// The instant that is meant.
    pub(super) at: DateTime<FixedOffset>,
    /// The name of a zone that nobody knows; it was read as if there were none.
    pub(super) unknown_zone: Option<String>,
}

/// The instant that is meant; `zone` is that of dates that name none. `None` where no date is.
pub(super) fn parse(written: &str, zone: Tz) -> Option<DateTime<FixedOffset>> {
    Some(read(written, zone)?.at)
}

/// The same, with what is not known of it.
pub(super) fn read(written: &str, zone: Tz) -> Option<ReadDate> {
    let written = written.trim();
    if written.len() > LONGEST {
        return None;
    }
    let standard = DateTime::parse_from_rfc3339(written).or_else(|_odd| DateTime::parse_from_rfc2822(written)).ok();
    let date = standard.map(|at| ReadDate { at, unknown_zone: None }).or_else(|| odd(written, zone))?;
    // A leap second is the one before it.
    let at = if date.at.nanosecond() >= 1_000_000_000 { date.at.with_nanosecond(0)? } else { date.at };
    let is_date = YEARS.contains(&at.year()) && !is_nothing(at.date_naive()) && at.timestamp() != 0;
    is_date.then_some(ReadDate { at, ..date })
}

/// Whether a day stands for no date: the first of 1970, with which the clocks of computers begin. Nobody published anything
/// then, while many programs that know no date write it, in whatever zone.
pub(super) fn is_nothing(day: NaiveDate) -> bool {
    (day.year(), day.ordinal()) == (1970, 1)
}

fn odd(written: &str, zone: Tz) -> Option<ReadDate> {
    let text = normalised(written);
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return digits(&text, zone).map(|at| ReadDate { at, unknown_zone: None });
    }
    let Timed { time, next_day, before, after } = timed(&text)?;
    let zone::TakenZone { meant, rest: after, unknown: unknown_zone } = zone::take(&after, written);
    let day = calendar::day(&format!("{before} {after}"))?;
    let day = if next_day { day.succ_opt()? } else { day };
    let naive = day.and_time(time);
    let at = match meant.unwrap_or(zone::Meant::Zone(zone)) {
        zone::Meant::Offset(seconds) => {
            let offset = FixedOffset::east_opt(seconds)?;
            naive.and_local_timezone(offset).single()?
        }
        zone::Meant::Zone(zone) => place(naive, zone)?,
    };
    Some(ReadDate { at, unknown_zone })
}

/// Full-width digits, odd dashes, capitals and Chinese numerals written as we look for them.
fn normalised(written: &str) -> String {
    let lower: String = written.nfkc().flat_map(char::to_lowercase).collect();
    let mut out = String::with_capacity(lower.len());
    let mut numeral = String::new();
    for c in lower.chars().chain(['\0']) {
        if NUMERALS.contains(c) {
            numeral.push(c);
            continue;
        }
        if !numeral.is_empty() {
            out.push_str(&number(&std::mem::take(&mut numeral)));
        }
        match c {
            '\0' => {}
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            '(' | ')' | '[' | ']' | '"' => out.push(' '),
            c if c.is_whitespace() => out.push(' '),
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

const NUMERALS: &str = "〇零一二三四五六七八九十";

/// A Chinese numeral up to 99 in digits, a year digit by digit.
fn number(numeral: &str) -> String {
    let digit = |c: char| match c {
        '〇' | '零' => 0,
        c => NUMERALS.chars().position(|n| n == c).unwrap_or(1) - 1,
    };
    match numeral.split_once('十') {
        Some((tens, ones)) => {
            let of = |part: &str, default| part.chars().next().map_or(default, digit);
            (of(tens, 1) * 10 + of(ones, 0)).to_string()
        }
        None => numeral.chars().map(|c| digit(c).to_string()).collect(),
    }
}

/// `20240305`, `202403051504`, `20240305150405`, and seconds or milliseconds since 1970.
fn digits(text: &str, zone: Tz) -> Option<DateTime<FixedOffset>> {
    let in_zone = |date: DateTime<Utc>| date.with_timezone(&zone).fixed_offset();
    match text.len() {
        9 | 10 => DateTime::from_timestamp(text.parse().ok()?, 0).map(in_zone),
        13 => DateTime::from_timestamp_millis(text.parse().ok()?).map(in_zone),
        8 | 12 | 14 => {
            let day = calendar::day(text.get(..8)?)?;
            let part = |at: usize| text.get(at..at + 2).map_or(Some(0), |digits| digits.parse().ok());
            let time = NaiveTime::from_hms_opt(part(8)?, part(10)?, part(12)?)?;
            place(day.and_time(time), zone)
        }
        _ => place(calendar::day(text)?.and_time(NaiveTime::MIN), zone),
    }
}

/// A text with its time taken out.
struct Timed {
    time: NaiveTime,
    /// The time was 24:00.
    next_day: bool,
    before: String,
    after: String,
}

/// Hours, minutes and perhaps more.
static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x) (?:^|[^\d]) (\d{1,2}) \s*(?: : | h | \x{6642} | \x{65f6} | \x{70b9} | \x{9ede} | \x{c2dc} )\s* (?: (\d{1,2})
          (?: \s*(?: : | \. | \x{5206} | \x{bd84} )\s* (\d{1,2}) (?: [.,:] (\d{1,9}) )? )? )? \s*[\x{5206}\x{bd84}]?\s*[\x{79d2}\x{cd08}]? ",
    )
    .ok()
});

/// The same without separators, behind a `t`.
static COMPACT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*\d{4}-?\d{2}-?\d{2}t(\d{2})(\d{2})(\d{2})?(?:[.,](\d{1,9}))?").ok());

/// Only an hour, before or after noon.
static HOUR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:^|[^\d])(\d{1,2})\s*[ap]\.?m\b").ok());

/// A day with a zone and no time, as XML Schema has it.
static DAY_WITH_ZONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(\d{4}-\d{2}-\d{2})\s*(z|[+-]\d{2}:?\d{2})$").ok());

fn timed(text: &str) -> Option<Timed> {
    if let Some(found) = LazyLock::force(&DAY_WITH_ZONE).as_ref().and_then(|form| form.captures(text)) {
        let part = |at: usize| found.get(at).map(|part| part.as_str().to_owned());
        return Some(Timed { time: NaiveTime::MIN, next_day: false, before: part(1)?, after: part(2)? });
    }
    let found = [&COMPACT, &TIME, &HOUR].into_iter().find_map(|form| LazyLock::force(form).as_ref()?.captures(text));
    let Some(found) = found else {
        return Some(Timed { time: NaiveTime::MIN, next_day: false, before: text.to_owned(), after: String::new() });
    };
    let part = |at: usize| found.get(at).map_or(Some(0), |digits| digits.as_str().parse::<u32>().ok());
    let (start, end) = (found.get(1)?.start(), found.get(0)?.end());
    // What stands before the `t` of the compact form is the date.
    let (before, after) = (text.get(..start)?, text.get(end..)?);
    let (hour, before, after) = of_day(part(1)?, before, after);
    let (hour, next_day) = if hour == 24 { (0, true) } else { (hour, false) };
    let seconds = part(3)?;
    let seconds = if seconds == 60 { 59 } else { seconds };
    let fraction = found.get(4).map_or(0, |digits| nanoseconds(digits.as_str()));
    let time = NaiveTime::from_hms_nano_opt(hour, part(2)?, seconds, fraction)?;
    (!next_day || time == NaiveTime::MIN).then_some(Timed { time, next_day, before, after })
}

fn nanoseconds(digits: &str) -> u32 {
    format!("{digits:0<9}").parse().unwrap_or(0)
}

/// Halves of the day in many languages, and whether it is the second.
static HALVES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x) (?: ^ | [^a-z] | \d ) ( p\.?\s?m\.? | a\.?\s?m\.? ) (?: [^a-z] | $ )
          | (\x{4e0b}\x{5348} | \x{665a}\x{4e0a} | \x{5348}\x{5f8c} | \x{c624}\x{d6c4} | \x{4e2d}\x{5348})
          | (\x{4e0a}\x{5348} | \x{51cc}\x{6668} | \x{65e9}\x{4e0a} | \x{6e05}\x{6668} | \x{5348}\x{524d} | \x{c624}\x{c804})",
    )
    .ok()
});

/// The hour on a clock of 24 hours, and what is left of the text without the half of the day.
fn of_day(hour: u32, before: &str, after: &str) -> (u32, String, String) {
    let Some(halves) = LazyLock::force(&HALVES) else { return (hour, before.to_owned(), after.to_owned()) };
    // An hour alone was matched with its half.
    let text = format!("{before}\u{1}{after}");
    let Some(found) = halves.captures(&text) else { return (hour, before.to_owned(), after.to_owned()) };
    let Some(half) = found.get(1).or_else(|| found.get(2)).or_else(|| found.get(3)) else {
        return (hour, before.to_owned(), after.to_owned());
    };
    let second = found.get(2).is_some() || half.as_str().starts_with('p');
    let hour = match (second, hour) {
        (true, 1..=11) => hour + 12,
        (false, 12) => 0,
        _ => hour,
    };
    let left =
        format!("{} {}", text.get(..half.start()).unwrap_or_default(), text.get(half.end()..).unwrap_or_default());
    let (before, after) = left.split_once('\u{1}').unwrap_or((left.as_str(), ""));
    (hour, before.to_owned(), after.to_owned())
}
