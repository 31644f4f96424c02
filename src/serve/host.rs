//! Whether a request says properly whom it is for (RFC 9112, section 3.2). Pure.
//!
//! Which host it names makes no difference to the answer; but a request that two programs may understand as being for
//! different hosts is answered by neither.

use http::header::{HOST, HeaderMap};
use http::{Uri, Version};
use std::net::Ipv6Addr;
use std::str::FromStr;

/// Whether the host of a request is well said: exactly one valid `Host` line, none at all only in HTTP/1.0, and a valid
/// host in a target that is a whole URL.
pub(super) fn is_well_said(version: Version, target: &Uri, headers: &HeaderMap) -> bool {
    if target.authority().is_some_and(|authority| authority.host().is_empty() || !is_host(authority.as_str())) {
        return false;
    }
    let mut lines = headers.get_all(HOST).iter();
    match (lines.next(), lines.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => host.to_str().is_ok_and(is_host),
        (Some(_), Some(_)) => false,
    }
}

/// `uri-host [ ":" port ]` (RFC 9110, section 7.2); a host may be empty, as for URLs without one.
fn is_host(text: &str) -> bool {
    let (is_valid, rest) = match text.strip_prefix('[').map(|literal| literal.split_once(']')) {
        Some(Some((literal, rest))) => (is_ip_literal(literal), rest),
        Some(None) => return false,
        None => {
            let (name, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
            (is_name(name), rest)
        }
    };
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    is_valid && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
}

/// What stands between brackets (RFC 3986, section 3.2.2): an IPv6 address, or one of a version to come.
fn is_ip_literal(literal: &str) -> bool {
    let future = literal.strip_prefix(['v', 'V']).and_then(|rest| rest.split_once('.'));
    match future {
        Some((version, address)) => {
            let is_version = !version.is_empty() && version.bytes().all(|b| b.is_ascii_hexdigit());
            is_version && !address.is_empty() && address.bytes().all(|b| is_plain(b) || b == b':')
        }
        None => Ipv6Addr::from_str(literal).is_ok(),
    }
}

/// A registered name or an IPv4 address: what RFC 3986 does not reserve, its sub-delimiters, and bytes percent-encoded.
fn is_name(name: &str) -> bool {
    let mut parts = name.split('%');
    let is_all_plain = |part: &str| part.bytes().all(is_plain);
    let is_encoded = |part: &str| {
        part.split_at_checked(2)
            .is_some_and(|(code, rest)| code.bytes().all(|b| b.is_ascii_hexdigit()) && is_all_plain(rest))
    };
    parts.next().is_some_and(is_all_plain) && parts.all(is_encoded)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_from_what_is_none() {
        for host in [
            "",
            "a",
            "feeds.example",
            "feeds.example.",
            "feeds.example:8080",
            "feeds.example:",
            "FEEDS.example",
            "under_score.example",
            "127.0.0.1:80",
            "[::1]",
            "[::ffff:127.0.0.1]:8080",
            "[v1.a:b]",
            "xn--fiq228c.example",
            "%e4%b8%ad.example",
        ] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "a/b?<x>",
            "a b",
            "a,b c",
            "a@b",
            "user:x@b",
            "a:b",
            "a:80:80",
            "a:-1",
            "[::1",
            "::1",
            "[::1]80",
            "[a]",
            "[v.a]",
            "[fe80::1%25eth0]",
            "%",
            "%4",
            "%zz",
            "a\\b",
            "<script>",
            "a#b",
            "\"a\"",
            "中.example",
            "a\tb",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }
}
