//! Where an answer sends us: `Location` as servers write it, read as browsers read it. Pure.

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

/// Bytes that no URL holds; only what is not UTF-8 goes through this, the URL parser repairs the rest.
const RAW: &AsciiSet = CONTROLS;

/// The next address, when the status asks for one. RFC 9110, 15.4; `300` is followed when it names one choice.
/// `Err` holds what cannot be followed.
pub(super) fn target(status: u16, headers: &HeaderMap, from: &Url) -> Option<Result<Url, String>> {
    if !matches!(status, 300 | 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = repaired(headers.get(LOCATION).map_or(&[][..], |value| value.as_bytes()));
    if location.is_empty() {
        return (status != 300).then(|| Err(format!("{status} without a Location")));
    }
    Some(resolve(from, &location).ok_or_else(|| format!("{status} to `{location}`, which is not a URL")))
}

/// A header's bytes as text that a URL parser takes: blanks trimmed, bytes that are not UTF-8 percent-encoded.
pub fn repaired(raw: &[u8]) -> String {
    let raw = raw.trim_ascii();
    match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) => percent_encode(raw, RAW).to_string(),
    }
}

/// A reference resolved against where it was found. A fragment is handed on when the new address has none of its own
/// (RFC 9110, 10.2.2); credentials are dropped.
pub fn resolve(from: &Url, reference: &str) -> Option<Url> {
    let mut to = from.join(reference).ok()?;
    if to.fragment().is_none() && from.fragment().is_some() {
        to.set_fragment(from.fragment());
    }
    without_credentials(&mut to);
    Some(to)
}

/// Nothing secret that an author pasted is sent anywhere.
pub(super) fn without_credentials(url: &mut Url) {
    // Fails only for URLs that cannot hold credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go(status: u16, location: &[u8]) -> Option<Result<String, String>> {
        let mut headers = HeaderMap::new();
        if !location.is_empty() {
            headers.insert(LOCATION, reqwest::header::HeaderValue::from_bytes(location).unwrap());
        }
        let from = Url::parse("https://example.org/a/b?q=1#part").unwrap();
        target(status, &headers, &from).map(|to| to.map(String::from))
    }

    #[test]
    fn locations_are_read_as_browsers_read_them() {
        for (location, expected) in [
            (&b"/c"[..], "https://example.org/c#part"),
            (b"c", "https://example.org/a/c#part"),
            (b"?q=2", "https://example.org/a/b?q=2#part"),
            (b"//other.example/x", "https://other.example/x#part"),
            (b"https://u:p@other.example/#own", "https://other.example/#own"),
            (b"  /with blank  ", "https://example.org/with%20blank#part"),
            ("/开源".as_bytes(), "https://example.org/%E5%BC%80%E6%BA%90#part"),
            (b"/\xbf\xaa", "https://example.org/%BF%AA#part"),
            (b"\\\\other.example\\x", "https://other.example/x#part"),
        ] {
            assert_eq!(go(302, location), Some(Ok(expected.to_owned())), "{location:?}");
        }
    }

    #[test]
    fn a_redirect_needs_somewhere_to_go() {
        assert!(matches!(go(301, b""), Some(Err(_))));
        assert!(matches!(go(302, b"http://"), Some(Err(_))));
        assert_eq!(go(300, b""), None);
        assert_eq!(go(200, b"/c"), None);
        assert_eq!(go(304, b"/c"), None);
    }
}
