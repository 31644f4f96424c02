//! An address of somebody else's as we write it: the one rule for Markdown, HTML, sources, pictures and feeds.
//!
//! What is a valid URI (RFC 3986) stays as it is written. Anything else is read as browsers read it (WHATWG) and written as a
//! URI: the host in punycode, what may not stand in a path, query or fragment percent-encoded. Contacts nothing.

use std::borrow::Cow;
use std::fmt::Write as _;
use url::Url;

/// Besides letters and digits, what RFC 3986 lets stand unencoded: `unreserved` and `sub-delims`.
const ANYWHERE: &[u8] = b"-._~!$&'()*+,;=";

/// What else may stand in each part.
const IN_USERINFO: &[u8] = b":";
const IN_PATH: &[u8] = b":@/";
const IN_QUERY: &[u8] = b":@/?";

/// The http or https URI that is meant; `None` where there is none, or its host can be nobody's.
pub fn web_uri(written: &str) -> Option<Cow<'_, str>> {
    let written = written.trim();
    let url = Url::parse(written).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str().filter(|host| is_host(host))?;
    if is_uri(written) {
        return Some(Cow::Borrowed(written));
    }
    let mut uri = String::with_capacity(url.as_str().len() + 16);
    uri.push_str(url.scheme());
    uri.push_str("://");
    if !url.username().is_empty() || url.password().is_some() {
        push_encoded(&mut uri, url.username(), b"");
        if let Some(password) = url.password() {
            uri.push(':');
            push_encoded(&mut uri, password, IN_USERINFO);
        }
        uri.push('@');
    }
    uri.push_str(host);
    if let Some(port) = url.port() {
        // Writing to a `String` cannot fail.
        let _ = write!(uri, ":{port}");
    }
    push_encoded(&mut uri, url.path(), IN_PATH);
    for (sign, part) in [('?', url.query()), ('#', url.fragment())] {
        if let Some(part) = part {
            uri.push(sign);
            push_encoded(&mut uri, part, IN_QUERY);
        }
    }
    Some(Cow::Owned(uri))
}

/// Whether the text is an absolute http or https URI with a host in ASCII.
fn is_uri(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else { return false };
    let (rest, fragment) = rest.split_once('#').map_or((rest, ""), |(rest, fragment)| (rest, fragment));
    let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, query)| (rest, query));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    let host_ends = if host.starts_with('[') { host.find(']').map(|at| at + 1) } else { host.find(':') };
    let (host, port) = host.split_at(host_ends.unwrap_or(host.len()));
    is_host(host)
        && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
        && is_encoded(userinfo, IN_USERINFO)
        && is_encoded(path, IN_PATH)
        && is_encoded(query, IN_QUERY)
        && is_encoded(fragment, IN_QUERY)
}

/// A name without percent signs that is not only a ruler (`------`), or an address in brackets, which the parser has read
/// before.
fn is_host(host: &str) -> bool {
    let is_literal = host.starts_with('[') && host.ends_with(']');
    let says_something = host.bytes().any(|b| b.is_ascii_alphanumeric());
    says_something && (is_literal || host.bytes().all(|b| may_stand(b, b"")))
}

fn may_stand(byte: u8, also: &[u8]) -> bool {
    byte.is_ascii_alphanumeric() || ANYWHERE.contains(&byte) || also.contains(&byte)
}

fn is_encoded(part: &str, also: &[u8]) -> bool {
    let bytes = part.as_bytes();
    bytes.iter().enumerate().all(|(at, &byte)| may_stand(byte, also) || is_escape(bytes, at))
}

/// Whether a percent sign with two digits stands at `at`.
fn is_escape(bytes: &[u8], at: usize) -> bool {
    bytes.get(at) == Some(&b'%')
        && bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

fn push_encoded(uri: &mut String, part: &str, also: &[u8]) {
    let bytes = part.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        if may_stand(byte, also) || is_escape(bytes, at) {
            uri.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_a_uri_stays_and_the_rest_becomes_one() {
        for (written, uri) in [
            ("https://example.com", "https://example.com"),
            ("https://Example.com:443/a/../b?c=d&e#f", "https://Example.com:443/a/../b?c=d&e#f"),
            ("https://u:p@[2001:db8::1]:8443/(a);b=1,'2'", "https://u:p@[2001:db8::1]:8443/(a);b=1,'2'"),
            ("https://example.com/%E4%b8%ad", "https://example.com/%E4%b8%ad"),
            (
                " https://例子.example/路 径?q=词#节 ",
                "https://xn--fsqu00a.example/%E8%B7%AF%20%E5%BE%84?q=%E8%AF%8D#%E8%8A%82",
            ),
            ("https://%E4%BE%8B%E5%AD%90.example/", "https://xn--fsqu00a.example/"),
            ("https://ＥＸＡＭＰＬＥ。com/", "https://example.com/"),
            ("https://example.com/100%", "https://example.com/100%25"),
            ("https://example.com/%zz?%4#%", "https://example.com/%25zz?%254#%25"),
            ("https://example.com/a[1]?b[]=c|d^e`f#[g]", "https://example.com/a%5B1%5D?b%5B%5D=c%7Cd%5Ee%60f#%5Bg%5D"),
            ("https://example.com/{a}\"<b>\\c", "https://example.com/%7Ba%7D%22%3Cb%3E/c"),
            ("https://example.com/#a#b", "https://example.com/#a%23b"),
            ("https://us|er:p%@example.com/", "https://us%7Cer:p%25@example.com/"),
            ("HTTP://Example.com", "http://example.com/"),
            ("http:/example.com/a", "http://example.com/a"),
            ("https://example.com/a\n\tb", "https://example.com/ab"),
        ] {
            assert_eq!(web_uri(written).as_deref(), Some(uri), "{written}");
        }
        for nobody in [
            "javascript:alert(1)",
            "/relative",
            "data:text/html,x",
            "https://",
            "ftp://a.example/",
            "https://a b.example/",
            "https://{a}.example/",
            "https://a\"b.example/",
            "https://xn--/",
            "mailto:a@b.example",
        ] {
            assert_eq!(web_uri(nobody), None, "{nobody}");
        }
    }

    proptest! {
        #[test]
        fn a_uri_once_made_stays(written in "(https?|HTTP)://[a-z例。:@%\\[]{1,8}\\.example[/?#a-zA-Z0-9%\\[\\]|^{}\"'\\\\路 &+:@]{0,30}") {
            if let Some(uri) = web_uri(&written) {
                prop_assert!(is_uri(&uri), "{uri}");
                let again = web_uri(&uri);
                prop_assert_eq!(again.as_deref(), Some(&*uri));
                let (a, b) = (Url::parse(&written).unwrap(), Url::parse(&uri).unwrap());
                prop_assert_eq!(a.host_str(), b.host_str());
            }
        }
    }
}
