//! Crontab fields: read by POSIX's rules, handed to the `cron` crate as sets of values.
//!
//! The crate wants seconds first, counts Sunday as 1, takes values out of range, and wants day of month *and* weekday to
//! match; what is written is therefore checked and translated here, and dates are matched here.

use super::Error;
use chrono::{Datelike, NaiveDate};
use cron::TimeUnitSpec;
use std::fmt::Write;
use std::str::FromStr;
use std::sync::Arc;

/// One of the five fields.
struct CronField {
    name: &'static str,
    first: u32,
    last: u32,
    /// Names of its values, from the first on.
    names: &'static [&'static str],
}

const FIELDS: [CronField; 5] = [
    CronField { name: "minute", first: 0, last: 59, names: &[] },
    CronField { name: "hour", first: 0, last: 23, names: &[] },
    CronField { name: "day of the month", first: 1, last: 31, names: &[] },
    CronField {
        name: "month",
        first: 1,
        last: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    CronField { name: "weekday", first: 0, last: 7, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

const HOUR: usize = 1;
const DAY: usize = 2;
const WEEKDAY: usize = 4;

/// Names of whole expressions.
const NICKNAMES: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// What an expression has to have.
const SHAPE: &str = "write five fields, minute, hour, day of the month, month and weekday, as in `*/15 * * * *`";

/// The five fields, read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields {
    values: Arc<cron::Schedule>,
    /// Which of them have a `*`: crontab(5) makes both the hour's kind and the pairing of the days depend on it.
    stars: [bool; 5],
}

/// Values `from` to `to`, every `step`th.
struct ValueRange {
    from: u32,
    to: u32,
    step: u32,
}

/// A piece of the expression with the column of its first character.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    column: usize,
}

impl Fields {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let words = words(text);
        let written: Vec<Piece<'_>> = match words.as_slice() {
            [nickname] if nickname.text.starts_with('@') => {
                self::words(expand(*nickname)?).into_iter().map(|word| Piece { column: 1, ..word }).collect()
            }
            [] => return Err(Error::at(1, format!("nothing is written here; {SHAPE}"))),
            [_, _, _, _, _, more, ..] => {
                return Err(Error::at(more.column, format!("{} fields instead of five; {SHAPE}", words.len())));
            }
            few if few.len() < FIELDS.len() => {
                let end = text.trim_end().chars().count() + 1;
                let (count, s) = (few.len(), if few.len() == 1 { "" } else { "s" });
                return Err(Error::at(end, format!("{count} field{s} instead of five; {SHAPE}")));
            }
            _ => words,
        };
        let mut translated = "0".to_owned();
        let mut stars = [false; 5];
        for ((field, word), star) in FIELDS.iter().zip(&written).zip(&mut stars) {
            *star = word.text.contains('*');
            translate(field, &field.read(*word)?, &mut translated);
        }
        let values = cron::Schedule::from_str(&translated)
            .map_err(|error| Error::at(1, format!("`{text}` is not understood: {error}")))?;
        let fields = Self { values: Arc::new(values), stars };
        if fields.is_impossible() {
            let day = written.get(DAY).copied().unwrap_or(Piece { text, column: 1 });
            let message = format!("no month of these has a day {}: it would never come", day.text);
            return Err(Error::at(day.column, message));
        }
        Ok(fields)
    }

    /// Whether the times follow real time instead of meaning a time of day.
    pub(super) fn is_interval(&self) -> bool {
        self.stars[HOUR]
    }

    pub(super) fn hours(&self) -> impl Iterator<Item = u32> {
        self.values.hours().iter()
    }

    pub(super) fn minutes(&self) -> impl Iterator<Item = u32> {
        self.values.minutes().iter()
    }

    /// POSIX: when both are given, a day that matches either counts; crontab(5): given means without a `*`.
    pub(super) fn match_date(&self, date: NaiveDate) -> bool {
        let day = self.values.days_of_month().includes(date.day());
        let weekday = self.values.days_of_week().includes(date.weekday().number_from_sunday());
        let matches = if self.is_either() { day || weekday } else { day && weekday };
        matches && self.values.months().includes(date.month())
    }

    fn is_either(&self) -> bool {
        !self.stars[DAY] && !self.stars[WEEKDAY]
    }

    /// Every date falls on every weekday in some year, so that only day and month can miss each other.
    fn is_impossible(&self) -> bool {
        let leap_year = |month, day| NaiveDate::from_ymd_opt(2000, month, day);
        let comes = |month| self.values.days_of_month().iter().any(|day| leap_year(month, day).is_some());
        !self.is_either() && !self.values.months().iter().any(comes)
    }
}

impl CronField {
    /// Reads a list.
    fn read(&self, list: Piece<'_>) -> Result<Vec<ValueRange>, Error> {
        let mut column = list.column;
        let mut parts = Vec::new();
        for text in list.text.split(',') {
            parts.push(self.part(Piece { text, column })?);
            column += text.chars().count() + 1;
        }
        Ok(parts)
    }

    /// `*`, a value, a range, or a step of `*` or a range.
    fn part(&self, piece: Piece<'_>) -> Result<ValueRange, Error> {
        let (range, step) = match piece.text.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (piece.text, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (self.first, self.last_written()),
            Some((from, to)) => {
                let behind = piece.column + from.chars().count() + 1;
                self.range(piece, self.value(from, piece.column)?, self.value(to, behind)?)?
            }
            None => {
                let value = self.value(range, piece.column)?;
                if let Some(step) = step {
                    let message = format!("a step goes with a range; write {range}-{}/{step}", self.last_written());
                    return Err(Error::at(piece.column, message));
                }
                (value, value)
            }
        };
        let column = piece.column + range.chars().count() + 1;
        let step = step.map_or(Ok(1), |step| self.step(Piece { text: step, column }))?;
        Ok(ValueRange { from, to, step })
    }

    fn range(&self, piece: Piece<'_>, from: u32, to: u32) -> Result<(u32, u32), Error> {
        // A week may end on its Sunday: `sat-sun`.
        let to = if self.is_weekday() && to == 0 && from > 0 { 7 } else { to };
        if from <= to {
            return Ok((from, to));
        }
        let range = piece.text.split('/').next().unwrap_or_default();
        let mended = format!("{from}-{},{}-{to}", self.last_written(), self.first);
        Err(Error::at(piece.column, format!("the range {range} runs backwards; write {mended}")))
    }

    fn value(&self, text: &str, column: usize) -> Result<u32, Error> {
        let by_name = self.names.iter().zip(self.first..).find(|(name, _)| name.eq_ignore_ascii_case(text));
        let value = by_name.map(|(_, value)| value).or_else(|| number(text));
        value.filter(|value| (self.first..=self.last).contains(value)).ok_or_else(|| {
            let also = match (self.names.first(), self.names.last()) {
                (Some(first), Some(last)) => format!(", or {first} to {last}"),
                _ => String::new(),
            };
            let message = format!("`{text}` is no {}; write {} to {}{also}", self.name, self.first, self.last);
            Error::at(column, message)
        })
    }

    fn step(&self, piece: Piece<'_>) -> Result<u32, Error> {
        number(piece.text).filter(|step| (1..self.count()).contains(step)).ok_or_else(|| {
            let most = self.count() - 1;
            let message = format!("`{}` is no step of a {}; write 1 to {most}", piece.text, self.name);
            Error::at(piece.column, message)
        })
    }

    /// How many different values there are: 0 and 7 are both Sunday.
    fn count(&self) -> u32 {
        if self.is_weekday() { 7 } else { self.last - self.first + 1 }
    }

    /// The last of them; Saturday of weekdays.
    fn last_written(&self) -> u32 {
        self.first + self.count() - 1
    }

    fn is_weekday(&self) -> bool {
        self.last == 7
    }
}

/// Digits only: `parse` would take a sign too.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Appends a field in the crate's notation. Its weekdays are written one by one: shifted, a range to Sunday would break.
fn translate(field: &CronField, parts: &[ValueRange], translated: &mut String) {
    let written: Vec<String> = parts
        .iter()
        .flat_map(|ValueRange { from, to, step }| {
            let days = (*from..=*to).step_by(usize::try_from(*step).unwrap_or(usize::MAX));
            if field.is_weekday() {
                days.map(|day| (day % 7 + 1).to_string()).collect()
            } else {
                vec![format!("{from}-{to}/{step}")]
            }
        })
        .collect();
    // Writing to a String cannot fail.
    let _ = write!(translated, " {}", written.join(","));
}

fn expand(nickname: Piece<'_>) -> Result<&'static str, Error> {
    let known = NICKNAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(nickname.text));
    known.map(|(_, fields)| *fields).ok_or_else(|| {
        let names: Vec<&str> = NICKNAMES.iter().map(|(name, _)| *name).collect();
        Error::at(nickname.column, format!("`{}` is not known; there are {}", nickname.text, names.join(", ")))
    })
}

/// Words between blanks, with their columns.
fn words(text: &str) -> Vec<Piece<'_>> {
    let mut words = Vec::new();
    let mut column = 1;
    for word in text.split(char::is_whitespace) {
        if !word.is_empty() {
            words.push(Piece { text: word, column });
        }
        column += word.chars().count() + 1;
    }
    words
}
