//! Conditional requests (RFC 9110, section 13): whether the client's copy still is what it would get. Pure.

use http::HeaderMap;
use http::header::{GetAll, HeaderValue, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
use httpdate::HttpDate;

/// Whether a client that asks with these headers wants no answer, because it has another copy in mind.
pub(super) fn is_refused(headers: &HeaderMap, tag: &HeaderValue, modified: HttpDate) -> bool {
    if headers.contains_key(IF_MATCH) {
        return !is_among(&headers.get_all(IF_MATCH), tag, Comparison::Strong);
    }
    let since = headers.get(IF_UNMODIFIED_SINCE).and_then(date);
    since.is_some_and(|since| modified > since)
}

/// Whether a client that asks with these headers has what has this tag and date.
///
/// `If-None-Match` stands before `If-Modified-Since`, which then does not count (section 13.2.2).
pub(super) fn is_unchanged(
    headers: &HeaderMap,
    tag: &HeaderValue,
    last_modified: &HeaderValue,
    modified: HttpDate,
) -> bool {
    if headers.contains_key(IF_NONE_MATCH) {
        return is_among(&headers.get_all(IF_NONE_MATCH), tag, Comparison::Weak);
    }
    let Some(since) = headers.get(IF_MODIFIED_SINCE) else { return false };
    since == last_modified || date(since).is_some_and(|since| modified <= since)
}

/// Whether `W/` makes a difference (RFC 9110, section 8.8.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// A tag marked `W/` equals none.
    Strong,
    /// The mark does not count.
    Weak,
}

/// Whether a tag, which is a strong one, is among those listed; `*` alone stands for any.
fn is_among(lists: &GetAll<'_, HeaderValue>, tag: &HeaderValue, comparison: Comparison) -> bool {
    lists.iter().any(|list| {
        // Bytes that are no text stand within some tag of the list, which is none of ours.
        let text = String::from_utf8_lossy(list.as_bytes());
        let mut listed = marked_tags(&text);
        let equals = |(is_weak, one): (bool, &str)| *tag == one && (!is_weak || comparison == Comparison::Weak);
        list == tag || text.trim() == "*" || listed.any(equals)
    })
}

/// The tags of a list, each with its quotes and without `W/`.
pub(super) fn tags(list: &str) -> impl Iterator<Item = &str> {
    marked_tags(list).map(|(_, tag)| tag)
}

/// The tags of a list, each with its quotes, and whether it is marked `W/`. A comma within quotes separates nothing.
fn marked_tags(list: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = list;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let bare = rest.strip_prefix("W/");
        let (is_weak, bare) = (bare.is_some(), bare.unwrap_or(rest));
        let length = match bare.strip_prefix('"') {
            Some(quoted) => quoted.find('"').map_or(bare.len(), |end| end + 2),
            None => bare.find(',').unwrap_or(bare.len()),
        };
        let (one, after) = bare.split_at_checked(length)?;
        rest = after;
        Some((is_weak, one.trim_end())).filter(|(_, one)| !one.is_empty())
    })
}

/// An HTTP date in any of the three forms that must be understood (section 5.6.7).
pub(super) fn date(value: &HeaderValue) -> Option<HttpDate> {
    value.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn lists_of_tags_are_taken_apart() {
        let all = |list| tags(list).collect::<Vec<_>>();
        assert_eq!(all("\"a\""), ["\"a\""]);
        assert_eq!(all(" W/\"a\" ,\"b,c\",,W/\"\""), ["\"a\"", "\"b,c\"", "\"\""]);
        assert_eq!(all("*"), ["*"]);
        assert_eq!(all("a, \"b"), ["a", "\"b"]);
        assert_eq!(all(""), [""; 0]);
        assert_eq!(all("W/"), [""; 0]);
    }

    #[test]
    fn dates_are_read_in_every_form() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            let read = date(&HeaderValue::from_static(text));
            assert_eq!(read, Some((UNIX_EPOCH + Duration::from_secs(784_111_777)).into()), "{text}");
        }
        for text in ["yesterday", "", "Sun, 06 Nov 1994 08:49:37 +0800", "Sun, 31 Feb 1994 08:49:37 GMT"] {
            assert_eq!(date(&HeaderValue::from_static(text)), None, "{text}");
        }
    }
}
