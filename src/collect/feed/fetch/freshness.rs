//! How long an answer may be kept before asking again: RFC 9111, 4.2.1, for a cache of one reader. Pure.

use crate::net::{HeaderMap, http_date, repaired};
use chrono::{DateTime, Utc};

/// What an answer says of its lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// What is left of it, seconds.
    pub left: u64,
    /// `max-age` as declared; `None` when it comes from `Expires`, or may not be kept at all.
    pub max_age: Option<u64>,
}

/// What the headers say; `None` when they say nothing.
pub(super) fn lifetime(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Lifetime> {
    const OVER: Lifetime = Lifetime { left: 0, max_age: None };
    let age = text(headers, "age").and_then(|age| age.parse::<u64>().ok()).unwrap_or_default();
    let directives = directives(headers);
    if directives.iter().any(|(name, value)| (name == "no-cache" && value.is_none()) || name == "no-store") {
        return Some(OVER);
    }
    if let Some((_, value)) = directives.iter().find(|(name, _)| name == "max-age") {
        // RFC 9111, 4.2.1: what cannot be read is stale.
        let Some(max_age) = value.as_deref().and_then(seconds) else { return Some(OVER) };
        return Some(Lifetime { left: max_age.saturating_sub(age), max_age: Some(max_age) });
    }
    let Some(expires) = text(headers, "expires") else {
        return (!directives.is_empty()).then_some(OVER);
    };
    let served = text(headers, "date").and_then(|date| http_date(&date)).unwrap_or(now);
    let left = http_date(&expires).and_then(|expires| u64::try_from((expires - served).num_seconds()).ok());
    Some(Lifetime { left: left.unwrap_or_default().saturating_sub(age), max_age: None })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| repaired(value.as_bytes()))
}

/// Names in lower case, with their values unquoted.
fn directives(headers: &HeaderMap) -> Vec<(String, Option<String>)> {
    let lines = headers.get_all("cache-control").iter().map(|value| repaired(value.as_bytes()));
    let parts = lines.flat_map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    parts
        .filter_map(|part| match part.trim().split_once('=') {
            None if part.trim().is_empty() => None,
            None => Some((part.trim().to_ascii_lowercase(), None)),
            Some((name, value)) => {
                Some((name.trim().to_ascii_lowercase(), Some(value.trim().trim_matches('"').to_owned())))
            }
        })
        .collect()
}

/// A number of seconds; one too long to be counted in is as good as for ever.
fn seconds(value: &str) -> Option<u64> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| value.parse().unwrap_or(u64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::HeaderValue;

    fn of(lines: &[(&'static str, &str)]) -> Option<(u64, Option<u64>)> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        lifetime(&headers, now).map(|lifetime| (lifetime.left, lifetime.max_age))
    }

    #[test]
    fn lifetimes_by_the_letter() {
        let date = ("date", "Thu, 01 Jan 2026 10:00:00 GMT");
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[date]), None);
        assert_eq!(of(&[("cache-control", "max-age=3600")]), Some((3600, Some(3600))));
        assert_eq!(of(&[("cache-control", "public, Max-Age=\"60\", s-maxage=9")]), Some((60, Some(60))));
        assert_eq!(of(&[("cache-control", "public"), ("cache-control", "max-age=7")]), Some((7, Some(7))));
        assert_eq!(of(&[("cache-control", "max-age=3600"), ("age", "600")]), Some((3000, Some(3600))));
        assert_eq!(of(&[("cache-control", "max-age=60"), ("age", "600")]), Some((0, Some(60))));
        assert_eq!(of(&[("cache-control", "max-age=60"), ("age", "old")]), Some((60, Some(60))));
        for stale in ["max-age=-1", "max-age=soon", "max-age=", "max-age", "no-cache, max-age=9", "no-store", "public"]
        {
            assert_eq!(of(&[("cache-control", stale)]), Some((0, None)), "{stale}");
        }
        assert_eq!(of(&[("cache-control", "max-age=9, no-cache=\"set-cookie\"")]), Some((9, Some(9))));
        assert_eq!(of(&[("cache-control", "max-age=99999999999999999999999")]).map(|l| l.0), Some(u64::from(u32::MAX)));
        let expires = |value| of(&[date, ("expires", value)]);
        assert_eq!(expires("Thu, 01 Jan 2026 10:30:00 GMT"), Some((1800, None)));
        assert_eq!(expires("Thursday, 01-Jan-26 10:30:00 GMT"), Some((1800, None)));
        assert_eq!(expires("Thu, 01 Jan 2026 09:30:00 GMT"), Some((0, None)));
        assert_eq!(expires("0"), Some((0, None)));
        assert_eq!(of(&[("expires", "Thu, 01 Jan 2026 00:01:00 GMT")]), Some((60, None)));
        assert_eq!(
            of(&[date, ("expires", "Fri, 02 Jan 2026 10:30:00 GMT"), ("cache-control", "max-age=5")]),
            Some((5, Some(5)))
        );
    }
}
