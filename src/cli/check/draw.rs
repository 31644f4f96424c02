//! A mark for people: where, what, the line with the place drawn under it, how to mend it.
//!
//! Drawn here and not by `miette`: a digest's paragraph is one line of several hundred characters, which it draws whole, so that a
//! terminal wraps it and the drawn mark stands under nothing; and its columns count bytes, ours characters.

use crate::collect::proof::ProofMark;
use crate::telemetry::OneLine;
use std::fmt::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Cells of a terminal that are drawn of a line, and of these before the place.
const CELLS: usize = 76;
const BEFORE: usize = 24;

/// The mark as lines of text. `text` is the post's.
pub(super) fn mark(mark: &ProofMark, text: &str) -> String {
    let (place, message) = (mark.place.to_string(), &mark.message);
    let mut drawn = format!("{}: {}: {} [{}]\n", OneLine(&place), mark.level.as_str(), OneLine(message), mark.rule.id);
    if let Some((number, line)) = line_of(mark, text) {
        let column = usize::try_from(mark.place.column.unwrap_or(1)).unwrap_or(usize::MAX).max(1) - 1;
        let length = usize::try_from(mark.length).unwrap_or(usize::MAX);
        let (excerpt, indent, width) = excerpt(line, column, length);
        let gutter = number.to_string();
        let blank = " ".repeat(gutter.len());
        // Writing to a String cannot fail.
        let _ = writeln!(drawn, " {gutter} │ {}", excerpt.trim_end());
        let _ = writeln!(drawn, " {blank} │ {}{}", " ".repeat(indent), "^".repeat(width));
    }
    let _ = writeln!(drawn, "  → {}", OneLine(&mark.help));
    drawn
}

/// The line that is marked, where there is something to see.
fn line_of<'t>(mark: &ProofMark, text: &'t str) -> Option<(u32, &'t str)> {
    let number = mark.place.line?;
    let line = text.lines().nth(usize::try_from(number).ok()?.checked_sub(1)?)?;
    let line = if number == 1 { line.trim_start_matches('\u{feff}') } else { line };
    (!line.trim().is_empty()).then_some((number, line))
}

/// What is drawn of a line, the cells before the place, and the cells of the place.
fn excerpt(line: &str, column: usize, length: usize) -> (String, usize, usize) {
    let chars: Vec<char> = line.chars().map(drawable).collect();
    let column = column.min(chars.len());
    let cells = |chars: &[char]| chars.iter().map(|c| c.width().unwrap_or(0)).sum::<usize>();
    let head = chars.get(..column).unwrap_or_default();
    let mut from = 0;
    while cells(head.get(from..).unwrap_or_default()) > BEFORE && cells(&chars) > CELLS {
        from += 1;
    }
    let mut to = from;
    let mut shown = 0;
    while let Some(width) = chars.get(to).map(|c| c.width().unwrap_or(0)).filter(|width| shown + width <= CELLS) {
        shown += width;
        to += 1;
    }
    let cut = if from > 0 { "…" } else { "" };
    let kept: String = chars.get(from..to).unwrap_or_default().iter().collect();
    let more = if to < chars.len() { "…" } else { "" };
    let indent = cut.width() + cells(chars.get(from..column).unwrap_or_default());
    let end = column.saturating_add(length.max(1)).min(to).max(column);
    let width = cells(chars.get(column..end).unwrap_or_default()).max(1);
    (format!("{cut}{kept}{more}"), indent, width)
}

/// Signs that a terminal shows as something else than one or two cells, or that command it.
fn drawable(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() || c.width().unwrap_or(0) == 0 => '\u{fffd}',
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stand_under_wide_letters_and_in_long_lines() {
        let line = "见https://a.example/x。然后";
        assert_eq!(excerpt(line, 1, 19), (line.to_owned(), 2, 19));
        let long = format!("{}https://a.example/x。{}", "一".repeat(300), "二".repeat(300));
        let (shown, indent, width) = excerpt(&long, 300, 20);
        assert_eq!((indent, width), (25, 21));
        assert!(shown.starts_with("…一") && shown.ends_with("二…") && shown.width() <= CELLS + 2, "{shown}");
        assert_eq!(excerpt("a\tb\u{200b}c", 3, 1), ("a b\u{fffd}c".to_owned(), 3, 1));
        assert_eq!(excerpt("短", 9, 3), ("短".to_owned(), 2, 1));
        assert_eq!(excerpt("", 0, 0), (String::new(), 0, 1));
    }
}
