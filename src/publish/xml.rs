//! What XML 1.0 can hold (rule 11), and the extension that carries sources in RSS and Atom.

use crate::model::CitedSource;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Namespace of the extension.
pub(super) const NAMESPACE: &str = "urn:wellsourced:1";

/// Its prefix.
pub(super) const PREFIX: &str = "ws";

/// A text without the characters that XML 1.0 forbids (section 2.2, production `Char`).
pub(super) fn legal(text: &str) -> Cow<'_, str> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
    if text.chars().all(allowed) { Cow::Borrowed(text) } else { text.chars().filter(|c| allowed(*c)).collect() }
}

/// Attributes of `<ws:source/>`; unknown ones are absent.
pub(super) fn attributes(source: &CitedSource) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::from([
        ("href".to_owned(), legal(&source.link.url).into_owned()),
        ("label".to_owned(), legal(&source.link.label).into_owned()),
        ("verdict".to_owned(), source.verdict.to_string()),
    ]);
    if let Some(since) = source.since.filter(|_| source.verdict.shows_since()) {
        attributes.insert("since".to_owned(), rfc3339(since));
    }
    if let Some(archive) = &source.archive {
        attributes.insert("archive".to_owned(), legal(archive).into_owned());
    }
    attributes
}

/// A date as RFC 3339 in UTC.
pub(super) fn rfc3339(date: chrono::DateTime<chrono::Utc>) -> String {
    date.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::legal;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn only_legal_characters_are_left(text in any::<String>()) {
            let document = format!("<a>{}</a>", quick_xml::escape::escape(legal(&text).as_ref()));
            prop_assert!(!legal(&text).contains(['\u{0}', '\u{8}', '\u{b}', '\u{fffe}', '\u{ffff}']), "{document}");
        }
    }

    #[test]
    fn the_rest_stays() {
        assert_eq!(legal("a\u{8}b]]>\u{fffe}\t中😀"), "ab]]>\t中😀");
    }
}
