//! Days as people write them.

use super::month;
use chrono::{NaiveDate, Weekday};
use regex::Regex;
use std::sync::LazyLock;

/// What the numbers of a form mean, as they are written.
type Meaning = fn(&[&str]) -> Option<NaiveDate>;

/// A form of writing a day.
type Form = (&'static str, Meaning);

/// Tried in this order; names of months come before the last three.
const BEFORE_NAMES: [Form; 5] = [
    // 2024-03-05, 2024/3/5, 2024.03.05, and with the characters for year, month and day.
    (
        r"(?:^|\D)(\d{4})\s*[-/.\x{5e74}\x{b144}]\s*(\d{1,2})\s*[-/.\x{6708}\x{c6d4}]\s*(\d{1,2})(?:\D|$)",
        year_month_day,
    ),
    (r"^\s*(\d{4})(\d{2})(\d{2})(?:\D|$)", year_month_day),
    // 05 3月 2024
    (r"(?:^|\D)(\d{1,2})\s+(\d{1,2})\s*[\x{6708}\x{c6d4}]\s*,?\s*(\d{4})(?:\D|$)", day_month_year),
    (r"(?:^|\D)(\d{4})-?w(\d{2})-?(\d)?(?:\D|$)", week),
    (r"^\s*(\d{4})-?(\d{3})(?:\D|$)", of_year),
];

const AFTER_NAMES: [Form; 3] = [
    (r"(?:^|\D)(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})(?:\D|$)", day_month_or_month_day),
    (r"(?:^|\D)(\d{4})\s*[-/.\x{5e74}\x{b144}]\s*(\d{1,2})\s*[\x{6708}\x{c6d4}]?\s*t?\s*$", year_month_day),
    (r"^\s*(\d{4})[\x{5e74}\x{b144}]?\s*$", year_month_day),
];

static COMPILED: LazyLock<Vec<(Regex, Meaning)>> = LazyLock::new(|| {
    let forms = BEFORE_NAMES.iter().chain(&AFTER_NAMES);
    forms.filter_map(|(form, meaning)| Some((Regex::new(form).ok()?, *meaning))).collect()
});

/// The day that a text names, which has lost its time and zone.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let (before, after) = COMPILED.split_at_checked(BEFORE_NAMES.len())?;
    matched(before, text).or_else(|| named(text)).or_else(|| matched(after, text))
}

fn matched(forms: &[(Regex, Meaning)], text: &str) -> Option<NaiveDate> {
    forms.iter().find_map(|(form, meaning)| {
        let captures = form.captures(text)?;
        let numbers: Vec<&str> = captures.iter().skip(1).flatten().map(|number| number.as_str()).collect();
        meaning(&numbers)
    })
}

fn year_month_day(numbers: &[&str]) -> Option<NaiveDate> {
    let part = |at: usize| numbers.get(at).map_or(Some(1), |number| number.parse().ok());
    NaiveDate::from_ymd_opt(numbers.first()?.parse().ok()?, part(1)?, part(2)?)
}

fn day_month_year(numbers: &[&str]) -> Option<NaiveDate> {
    let [day, month, year] = numbers else { return None };
    year_month_day(&[year, month, day])
}

fn week(numbers: &[&str]) -> Option<NaiveDate> {
    let day = numbers.get(2).map_or(Some(1), |day| day.parse::<u8>().ok())?.checked_sub(1)?;
    NaiveDate::from_isoywd_opt(
        numbers.first()?.parse().ok()?,
        numbers.get(1)?.parse().ok()?,
        Weekday::try_from(day).ok()?,
    )
}

fn of_year(numbers: &[&str]) -> Option<NaiveDate> {
    NaiveDate::from_yo_opt(numbers.first()?.parse().ok()?, numbers.get(1)?.parse().ok()?)
}

/// 25/12/2024 and 12/25/2024 tell themselves; 05/03/2024 is taken as the United States write it.
fn day_month_or_month_day(numbers: &[&str]) -> Option<NaiveDate> {
    let [first, second, year] = numbers else { return None };
    let (first, second) = (first.parse().ok()?, second.parse().ok()?);
    let (month, day) = if first > 12 { (second, first) } else { (first, second) };
    NaiveDate::from_ymd_opt(full_year(year)?, month, day)
}

/// RFC 2822, 4.3: two digits are of this century or the last, three count from 1900. Four are meant as they stand, zeros too.
fn full_year(written: &str) -> Option<i32> {
    let year: i32 = written.parse().ok()?;
    Some(match (written.len(), year) {
        (1 | 2, 0..=49) => year + 2000,
        (1..=3, _) => year + 1900,
        _ => year,
    })
}

static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\d+)|([^\W\d_]+)").ok());

/// A day with the name of its month: day and year are the numbers around it.
fn named(text: &str) -> Option<NaiveDate> {
    let mut numbers: Vec<&str> = Vec::new();
    let mut names: Vec<(u32, bool)> = Vec::new();
    let mut behind_day = false;
    for word in LazyLock::force(&WORDS).as_ref()?.captures_iter(text) {
        if let Some(number) = word.get(1) {
            numbers.push(number.as_str());
            behind_day = number.as_str().len() <= 2;
        } else if let Some(name) = word.get(2) {
            names.extend(month::named(name.as_str()).map(|month| (month, behind_day)));
            // "5 de marzo", "5th of March"
            behind_day &= name.as_str().chars().count() <= 2;
        }
    }
    // Names of weekdays look like months in some languages; the month stands behind the day, or last.
    let (month, _) = names.iter().find(|(_, behind_day)| *behind_day).or(names.last())?;
    let is_year = |number: &&&str| number.len() >= 3 || number.parse::<u32>().is_ok_and(|number| number > 31);
    let year = numbers.iter().find(is_year).or(numbers.get(1))?;
    let day = numbers.iter().find(|number| number.len() <= 2 && !std::ptr::eq(**number, *year))?;
    NaiveDate::from_ymd_opt(full_year(year)?, *month, day.parse().ok()?)
}
