//! Addresses as feeds write them to addresses that can be followed; shown as written wherever that is one.

use super::notes::{FeedNotes, Repair};
use super::nothing::is_placeholder;
use std::rc::Rc;
use url::{ParseError, Url};

/// What relative addresses are relative to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    url: Rc<Url>,
    /// Whether the feed's own link serves, for want of anything better.
    borrowed: bool,
}

impl Base {
    /// The address of the document.
    pub(super) fn given(url: Url) -> Self {
        Self { url: Rc::new(url), borrowed: false }
    }

    /// What the document says of itself, if that is an address.
    pub(super) fn borrowed(url: &str) -> Option<Self> {
        Url::parse(url).ok().filter(is_web).map(|url| Self { url: Rc::new(url), borrowed: true })
    }

    /// What an `xml:base` within another base comes to.
    pub(super) fn within(around: Option<&Self>, written: &str) -> Option<Self> {
        let url = match around {
            Some(around) => around.url.join(written),
            None => Url::parse(written),
        };
        url.ok().filter(is_web).map(Self::given)
    }

    pub(super) fn is_borrowed(&self) -> bool {
        self.borrowed
    }

    pub(super) fn as_str(&self) -> &str {
        self.url.as_str()
    }
}

/// The absolute http or https URL that is meant, if one is.
pub(super) fn web(written: &str, base: Option<&Base>, notes: &mut FeedNotes<'_>) -> Option<String> {
    let mended = mended(written);
    if mended != written.trim() {
        notes.repaired(Repair::Address);
    }
    if mended.is_empty() || mended == "#" || is_placeholder(&mended) {
        return None;
    }
    match Url::parse(&mended) {
        Ok(url) if !is_web(&url) => None,
        Ok(_) if is_verbatim(&mended) => Some(mended),
        Ok(url) => {
            notes.repaired(Repair::Address);
            Some(url.into())
        }
        Err(ParseError::RelativeUrlWithoutBase) => relative(&mended, base, notes),
        Err(_) => None,
    }
}

fn relative(written: &str, base: Option<&Base>, notes: &mut FeedNotes<'_>) -> Option<String> {
    if written.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) {
        notes.repaired(Repair::Address);
        return Some(format!("http://{written}"));
    }
    match base {
        Some(base) => {
            let url = base.url.join(written).ok().filter(is_web)?;
            if base.borrowed {
                notes.repaired(Repair::FeedAsBase);
            }
            Some(url.into())
        }
        None if written.starts_with("//") => Some(format!("https:{written}")),
        None => None,
    }
}

/// Line breaks within, ampersands escaped twice, and the scheme that some programs once wanted for feeds.
fn mended(written: &str) -> String {
    let mut mended: String = written.trim().chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).collect();
    if mended.contains("&amp;") {
        mended = mended.replace("&amp;", "&");
    }
    match mended.strip_prefix("feed:") {
        Some(rest) if rest.starts_with("//") => format!("http:{rest}"),
        Some(rest) => rest.to_owned(),
        None => mended,
    }
}

/// Whether a text begins as an address of the web does, in any case (RFC 3986, 3.1).
pub(super) fn is_written_out(text: &str) -> bool {
    let scheme = text.trim_start().split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

/// Whether an address can be shown as it is written; a Unicode one can.
fn is_verbatim(written: &str) -> bool {
    let has_host = written.split_once("://").is_some_and(|(_, rest)| !rest.starts_with('/'));
    is_written_out(written)
        && has_host
        && !written.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '`'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_found_and_what_is_right_stays() {
        let base = Base::given(Url::parse("https://example.org/blog/feed.xml").expect("a URL"));
        for (written, meant) in [
            (" https://example.org ", Some("https://example.org")),
            ("https://example.org/\u{4e2d}?a=1&b=2", Some("https://example.org/\u{4e2d}?a=1&b=2")),
            ("https://example.org/a?b=1&amp;c=2", Some("https://example.org/a?b=1&c=2")),
            ("https://example.org/a b", Some("https://example.org/a%20b")),
            ("https://exam\nple.org/a", Some("https://example.org/a")),
            ("http:/example.org/a", Some("http://example.org/a")),
            ("feed://example.org/rss", Some("http://example.org/rss")),
            ("www.example.org/a", Some("http://www.example.org/a")),
            ("post/1", Some("https://example.org/blog/post/1")),
            ("/post/1", Some("https://example.org/post/1")),
            ("//cdn.example.org/x", Some("https://cdn.example.org/x")),
            ("javascript:alert(1)", None),
            ("mailto:a@example.org", None),
            ("HTTPS://example.org/a", Some("HTTPS://example.org/a")),
            ("N/A", None),
            ("#", None),
            ("urn:uuid:1", None),
            ("", None),
            ("http://", None),
        ] {
            assert_eq!(web(written, Some(&base), &mut FeedNotes::new("")).as_deref(), meant, "{written}");
        }
        assert_eq!(web("post/1", None, &mut FeedNotes::new("")), None);
        assert_eq!(web("//example.org/x", None, &mut FeedNotes::new("")).as_deref(), Some("https://example.org/x"));
    }
}
