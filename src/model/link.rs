//! What makes two URLs one link.

use std::fmt;
use url::{Host, Url};

/// A URL normalised for comparison: WHATWG parsing, no fragment, no credentials, no default port. Never shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkKey(String);

impl LinkKey {
    /// The key of an http or https URL; `None` when it is neither or cannot be parsed.
    pub fn of(url: &str) -> Option<Self> {
        let mut parsed = Url::parse(url.trim()).ok()?;
        if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() {
            return None;
        }
        parsed.set_fragment(None);
        parsed.set_username("").ok()?;
        parsed.set_password(None).ok()?;
        Some(Self(parsed.into()))
    }

    /// The normalised URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where a link led, without the fragment that was asked for and that redirects hand on (RFC 9110, 10.2.2): several links
    /// that differ in it are one, and each has its own.
    pub fn without_fragment_of(led_to: &str, asked: &str) -> String {
        let fragment = |url: &Url| url.fragment().map(str::to_owned);
        match (Url::parse(led_to), Url::parse(asked)) {
            (Ok(mut end), Ok(asked)) if end.fragment().is_some() && fragment(&end) == fragment(&asked) => {
                end.set_fragment(None);
                end.into()
            }
            _ => led_to.to_owned(),
        }
    }

    /// Where a link led, for one that was written so: with its fragment, unless a redirect brought another one.
    pub fn with_fragment_of(led_to: &str, written: &str) -> String {
        match (Url::parse(led_to), Url::parse(written)) {
            (Ok(mut end), Ok(written)) if end.fragment().is_none() && written.fragment().is_some() => {
                end.set_fragment(written.fragment());
                end.into()
            }
            _ => led_to.to_owned(),
        }
    }

    /// The host a link is counted under: lower case, without a leading `www.` and a trailing dot.
    pub fn host_of(url: &str) -> Option<String> {
        let parsed = Url::parse(url.trim()).ok()?;
        let host = parsed.host_str()?.trim_end_matches('.').to_owned();
        let host = host.strip_prefix("www.").map_or(host.clone(), str::to_owned);
        (!host.is_empty()).then_some(host)
    }
}

/// The domain that its owner registered (`example.co.uk` of `news.example.co.uk`), by the public suffix list, private
/// suffixes included: two users of one host of blogs are two sites. An address, or a name without a dot, as it is.
pub fn registrable_domain(url: &str) -> Option<String> {
    Some(registrable_domain_of(&LinkKey::host_of(url)?))
}

/// The same of a host.
pub fn registrable_domain_of(host: &str) -> String {
    let is_name = matches!(Host::parse(host), Ok(Host::Domain(_)));
    psl::domain_str(host).filter(|_| is_name).unwrap_or(host).to_owned()
}

impl fmt::Display for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_what_its_owner_registered() {
        for (url, domain) in [
            ("https://www.example.org/a", "example.org"),
            ("https://news.example.co.uk/", "example.co.uk"),
            ("https://ada.github.io/blog/", "ada.github.io"),
            ("https://a.b.com.cn:8443/", "b.com.cn"),
            ("https://old.test/", "old.test"),
            ("http://127.0.0.1:8080/", "127.0.0.1"),
            ("http://[::1]/", "[::1]"),
            ("http://localhost/", "localhost"),
            ("https://github.io/", "github.io"),
            ("https://例子.中国/", "xn--fsqu00a.xn--fiqs8s"),
        ] {
            assert_eq!(registrable_domain(url).as_deref(), Some(domain), "{url}");
        }
        assert_eq!(registrable_domain("no address"), None);
    }
}
