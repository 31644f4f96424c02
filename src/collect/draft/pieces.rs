//! Texts that hold a post's date or number (a path, a title, a permalink): which part of them is which, and the same text with
//! another date and number.

use chrono::{Datelike, NaiveDate};
use std::borrow::Cow;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What stands before a number and makes it one, whatever the date is.
const BEFORE_NUMBER: [&str; 8] = ["#", "＃", "第", "issue", "no", "nr", "vol", "episode"];

/// The day and the number of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) day: NaiveDate,
    pub(super) number: Option<u32>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TextPiece {
    /// What stays.
    Text(String),
    /// The year, in four digits or in two.
    Year { is_short: bool },
    /// The month in digits; whether in one, where that is enough.
    Month { is_short: bool },
    /// The month in English, whole or its first three letters.
    MonthName { is_short: bool },
    /// The day likewise.
    Day { is_short: bool },
    /// The week of the year (ISO 8601).
    Week,
    /// The post's number, in at least so many digits.
    Number { digits: usize },
}

impl TextPiece {
    /// Whether it moves with the post.
    pub(super) fn moves(&self) -> bool {
        !matches!(self, Self::Text(_))
    }

    /// The same, but for what one value alone cannot tell: how many digits small ones have.
    fn shape(&self) -> Self {
        match self {
            Self::Month { .. } => Self::Month { is_short: false },
            Self::Day { .. } => Self::Day { is_short: false },
            Self::Number { .. } => Self::Number { digits: 0 },
            other => other.clone(),
        }
    }
}

/// Pieces that can be compared with those of another post.
pub(super) fn shape(pieces: &[TextPiece]) -> Vec<TextPiece> {
    pieces.iter().map(TextPiece::shape).collect()
}

/// The pieces of a post's text.
pub(super) fn pieces(text: &str, mark: Mark) -> Vec<TextPiece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = run(rest, first);
        let after = rest.get(run.len()..).unwrap_or_default();
        match meant(run, RunAround { before: &plain, after, pieces: &pieces }, mark) {
            Some(meant) => {
                if !plain.is_empty() {
                    pieces.push(TextPiece::Text(std::mem::take(&mut plain)));
                }
                pieces.extend(meant);
            }
            None => plain.push_str(run),
        }
        rest = after;
    }
    if !plain.is_empty() {
        pieces.push(TextPiece::Text(plain));
    }
    pieces
}

/// The digits, or the ASCII letters, that a text begins with; else its first character.
fn run(text: &str, first: char) -> &str {
    let end = |like: fn(&char) -> bool| text.chars().take_while(like).count();
    let length = match first {
        '0'..='9' => end(char::is_ascii_digit),
        first if first.is_ascii_alphabetic() => end(char::is_ascii_alphabetic),
        first => first.len_utf8(),
    };
    text.get(..length).unwrap_or(text)
}

/// What stands around a run.
#[derive(Clone, Copy)]
struct RunAround<'a> {
    /// Text since the last piece.
    before: &'a str,
    after: &'a str,
    pieces: &'a [TextPiece],
}

fn meant(run: &str, around: RunAround<'_>, mark: Mark) -> Option<Vec<TextPiece>> {
    if let Some(name) = month_name(run, mark.day) {
        return Some(vec![name]);
    }
    let value: u32 = if run.starts_with(|c: char| c.is_ascii_digit()) { run.parse().ok()? } else { return None };
    let (year, month, day) = (mark.day.year().unsigned_abs(), mark.day.month(), mark.day.day());
    let is_number = mark.number == Some(value);
    let number = || vec![TextPiece::Number { digits: if run.starts_with('0') { run.len() } else { 0 } }];
    let before = around.before.trim_end_matches([' ', '-', '_', '.', ':']).to_lowercase();
    if is_number && BEFORE_NUMBER.iter().any(|word| before.ends_with(word)) {
        return Some(number());
    }
    let is_short = run.len() == 1;
    let (year_piece, month_piece) = (TextPiece::Year { is_short: false }, TextPiece::Month { is_short: false });
    let day_piece = TextPiece::Day { is_short: false };
    let found = match run.len() {
        8 if value == (year * 100 + month) * 100 + day => vec![year_piece, month_piece, day_piece],
        6 if value == year * 100 + month => vec![year_piece, month_piece],
        6 if value == (year % 100 * 100 + month) * 100 + day => {
            vec![TextPiece::Year { is_short: true }, month_piece, day_piece]
        }
        4 if value == year || value == mark.day.iso_week().year().unsigned_abs() => vec![year_piece],
        4 if value == month * 100 + day => vec![month_piece, day_piece],
        1 | 2 => match around.pieces.iter().rev().find(|piece| piece.moves()) {
            Some(TextPiece::Year { .. }) if before.ends_with('w') && value == mark.day.iso_week().week() => {
                vec![TextPiece::Week]
            }
            Some(TextPiece::Year { .. }) if value == month => vec![TextPiece::Month { is_short }],
            Some(TextPiece::Month { .. } | TextPiece::MonthName { .. }) if value == day => {
                vec![TextPiece::Day { is_short }]
            }
            _ if value == day && precedes_month(around.after, mark.day) => vec![TextPiece::Day { is_short }],
            _ if is_number => number(),
            _ => return None,
        },
        _ if is_number => number(),
        _ => return None,
    };
    Some(found)
}

fn name_of(day: NaiveDate) -> &'static str {
    MONTHS.get(day.month0() as usize).copied().unwrap_or_default()
}

fn month_name(run: &str, day: NaiveDate) -> Option<TextPiece> {
    let name = name_of(day);
    if run == name {
        // `May` is both.
        return Some(TextPiece::MonthName { is_short: false });
    }
    (name.get(..3) == Some(run)).then_some(TextPiece::MonthName { is_short: true })
}

fn precedes_month(after: &str, day: NaiveDate) -> bool {
    let after = after.trim_start_matches([' ', '-', '.']);
    after.chars().next().is_some_and(|first| month_name(run(after, first), day).is_some())
}

/// The text of another post. `is_short`: its months and days may have one digit. `None`: it needs a number, and there is none.
pub(super) fn text_of(pieces: &[TextPiece], mark: Mark, is_short: bool) -> Option<String> {
    let by_week = pieces.contains(&TextPiece::Week);
    let year = if by_week { mark.day.iso_week().year() } else { mark.day.year() };
    let name = name_of(mark.day);
    let two = |value: u32| if is_short { value.to_string() } else { format!("{value:02}") };
    let mut text = String::new();
    for piece in pieces {
        let written: Cow<'_, str> = match piece {
            TextPiece::Text(plain) => plain.into(),
            TextPiece::Year { is_short: false } => format!("{year:04}").into(),
            TextPiece::Year { is_short: true } => format!("{:02}", year % 100).into(),
            TextPiece::Month { .. } => two(mark.day.month()).into(),
            TextPiece::MonthName { is_short: false } => name.into(),
            TextPiece::MonthName { is_short: true } => name.get(..3).unwrap_or(name).into(),
            TextPiece::Day { .. } => two(mark.day.day()).into(),
            TextPiece::Week => format!("{:02}", mark.day.iso_week().week()).into(),
            TextPiece::Number { digits } => format!("{:0digits$}", mark.number?).into(),
        };
        text.push_str(&written);
    }
    Some(text)
}

/// Whether months and days are written with one digit where that is enough.
pub(super) fn is_short(pieces: &[TextPiece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, TextPiece::Month { is_short: true } | TextPiece::Day { is_short: true }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(day: &str, number: Option<u32>) -> Mark {
        Mark { day: day.parse().unwrap(), number }
    }

    #[test]
    fn a_text_is_written_with_another_date_and_number() {
        let old = mark("2026-11-11", Some(11));
        let new = mark("2027-01-02", Some(12));
        for (text, expected) in [
            ("2026/2026-11-11.md", "2027/2027-01-02.md"),
            ("202611/11.md", "202701/02.md"),
            ("20261111.md", "20270102.md"),
            ("261111.md", "270102.md"),
            ("issue-11.md", "issue-12.md"),
            ("2026-11-11-issue-011.md", "2027-01-02-issue-012.md"),
            ("每日观察 #11 标题 2020", "每日观察 #12 标题 2020"),
            ("周刊（第 11 期）：标题", "周刊（第 12 期）：标题"),
            ("Links for November 11, 2026", "Links for January 02, 2027"),
            ("Links of 11 Nov 2026", "Links of 02 Jan 2027"),
            ("R Weekly 2026-W46", "R Weekly 2026-W53"),
            ("2026年11月11日", "2027年01月02日"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(text_of(&pieces(text, old), new, false).as_deref(), Some(expected), "{text}");
        }
        let short = pieces("2026-9-5", mark("2026-09-05", None));
        assert_eq!(text_of(&short, new, is_short(&short)).as_deref(), Some("2027-1-2"));
        assert_eq!(text_of(&pieces("#11", old), mark("2027-01-02", None), false), None);
        assert_eq!(shape(&pieces("2026-9-5", mark("2026-09-05", None))), shape(&pieces("2026-11-11", old)));
    }
}
