//! What makes two URLs one link.

use std::fmt;
use url::Url;

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

    /// The host a link is counted under: lower case, without a leading `www.` and a trailing dot.
    pub fn host_of(url: &str) -> Option<String> {
        let parsed = Url::parse(url.trim()).ok()?;
        let host = parsed.host_str()?.trim_end_matches('.').to_owned();
        let host = host.strip_prefix("www.").map_or(host.clone(), str::to_owned);
        (!host.is_empty()).then_some(host)
    }
}

impl fmt::Display for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
