//! Ranges (RFC 9110, section 14): one range of bytes; a list of several is answered with the whole. Pure.

use super::conditional::date;
use http::HeaderMap;
use http::header::{HeaderValue, IF_RANGE, RANGE};
use std::ops::Range;

/// What of a body is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes.
    Part(Range<usize>),
    /// Bytes that it does not have.
    Beyond,
}

/// What of a body of this length, with this tag and date, is wanted.
pub(super) fn wanted(headers: &HeaderMap, length: usize, tag: &HeaderValue, last_modified: &HeaderValue) -> Wanted {
    let Some(range) = headers.get(RANGE).and_then(|range| range.to_str().ok()) else { return Wanted::Whole };
    if headers.get(IF_RANGE).is_some_and(|condition| !still_holds(condition, tag, last_modified)) {
        return Wanted::Whole;
    }
    let Some((unit, set)) = range.split_once('=') else { return Wanted::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") || set.contains(',') {
        return Wanted::Whole;
    }
    let Some((first, last)) = set.trim().split_once('-') else { return Wanted::Whole };
    match (number(first), number(last)) {
        // The last so many bytes.
        (None, Some(0)) if first.is_empty() => Wanted::Beyond,
        (None, Some(count)) if first.is_empty() && length > 0 => Wanted::Part(length.saturating_sub(count)..length),
        (Some(first), None) if last.is_empty() && first < length => Wanted::Part(first..length),
        (Some(first), Some(last)) if first <= last && first < length => {
            Wanted::Part(first..last.saturating_add(1).min(length))
        }
        (Some(first), None) if last.is_empty() && first >= length => Wanted::Beyond,
        (Some(first), Some(last)) if first <= last => Wanted::Beyond,
        _ => Wanted::Whole,
    }
}

/// A tag must be the very one (section 13.1.5: a weak one never is), a date the exact one.
fn still_holds(condition: &HeaderValue, tag: &HeaderValue, last_modified: &HeaderValue) -> bool {
    condition == tag || date(condition).is_some_and(|at| Some(at) == date(last_modified))
}

fn number(digits: &str) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_taken_and_anything_else_is_the_whole() {
        let (tag, date) =
            (HeaderValue::from_static("\"t\""), HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        for (range, expected) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=2-", Wanted::Part(2..10)),
            ("bytes=2-99999999999999999999999", Wanted::Part(2..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=-30", Wanted::Part(0..10)),
            ("Bytes=9-9", Wanted::Part(9..10)),
            ("bytes=10-", Wanted::Beyond),
            ("bytes=10-12", Wanted::Beyond),
            ("bytes=-0", Wanted::Beyond),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=3-2", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=--1", Wanted::Whole),
            ("bytes", Wanted::Whole),
            ("lines=1-2", Wanted::Whole),
        ] {
            let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_static(range))]);
            assert_eq!(wanted(&headers, 10, &tag, &date), expected, "{range}");
        }
        for (condition, holds) in [
            ("\"t\"", true),
            ("W/\"t\"", false),
            ("\"u\"", false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Sun, 06 Nov 1994 08:49:38 GMT", false),
        ] {
            let range = (RANGE, HeaderValue::from_static("bytes=1-"));
            let headers = HeaderMap::from_iter([range, (IF_RANGE, HeaderValue::from_static(condition))]);
            assert_eq!(wanted(&headers, 10, &tag, &date) == Wanted::Part(1..10), holds, "{condition}");
        }
    }
}
