//! Who may be contacted: schemes, ports and addresses, as one question asked of every hop and every resolved address.
//!
//! Pure; the resolver and the client ask it, nobody else decides.

use super::address::not_public;
use ipnet::IpNet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use url::{Host, Url};

/// The Fetch Standard's "bad ports": services that a crafted HTTP request could speak to. Sorted.
const BAD_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// Why something is not contacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Neither http nor https.
    Scheme(String),
    /// A port that Fetch calls bad.
    Port(u16),
    /// An address outside public space that no `allow_networks` covers.
    Address(IpAddr, &'static str),
    /// No host to contact.
    NoHost,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme(scheme) => write!(f, "`{scheme}:` is neither http nor https"),
            Self::Port(port) => write!(f, "port {port} belongs to another service and is not contacted"),
            Self::Address(address, meaning) => write!(f, "{address} is not a public address ({meaning})"),
            Self::NoHost => f.write_str("the URL names no host"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Decides by address, port and scheme; knows the networks that are allowed beyond public space.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    allow: Vec<IpNet>,
}

impl Guard {
    pub(super) fn new(allow: Vec<IpNet>) -> Self {
        Self { allow }
    }

    /// Whether an address may be connected to. An IPv4-mapped one is allowed where its IPv4 address is.
    pub(super) fn address(&self, address: IpAddr) -> Result<(), Refusal> {
        let canonical = address.to_canonical();
        if self.allow.iter().any(|net| net.contains(&address) || net.contains(&canonical)) {
            return Ok(());
        }
        match not_public(address) {
            Some(meaning) => Err(Refusal::Address(address, meaning)),
            None => Ok(()),
        }
    }

    /// Whether a URL may be asked for, as far as it tells by itself: names are judged when they have been resolved.
    pub(super) fn url(&self, url: &Url) -> Result<(), Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme(url.scheme().to_owned()));
        }
        if let Some(port) = url.port()
            && BAD_PORTS.binary_search(&port).is_ok()
        {
            return Err(Refusal::Port(port));
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.address(address.into()),
            Some(Host::Ipv6(address)) => self.address(address.into()),
            // RFC 6761, 6.3: names of this machine, whatever a resolver says.
            Some(Host::Domain(name)) if is_localhost(name) => self.address(Ipv4Addr::LOCALHOST.into()),
            Some(Host::Domain(name)) if !name.trim_end_matches('.').is_empty() => Ok(()),
            _ => Err(Refusal::NoHost),
        }
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(guard: &Guard, url: &str) -> bool {
        guard.url(&Url::parse(url).unwrap()).is_err()
    }

    #[test]
    fn every_spelling_of_loopback_is_refused() {
        let guard = Guard::default();
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://１２７.０.０.１/",
            "http://127.0.0.1./",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://0/",
            "http://0x7f000001/",
            "http://①②⑦.0.0.1/",
            "http://%31%32%37.0.0.1/",
            "http://localhost/",
            "http://localhost./",
            "http://LOCALHOST:8080/",
            "http://printer.localhost/",
        ] {
            assert!(refused(&guard, url), "{url}");
        }
    }

    #[test]
    fn schemes_and_ports_by_policy() {
        let guard = Guard::default();
        for url in
            ["ftp://example.org/", "gopher://example.org/", "http://example.org:22/", "https://example.org:6000/"]
        {
            assert!(refused(&guard, url), "{url}");
        }
        for url in ["http://example.org/", "https://example.org:8443/", "http://8.8.8.8:80/"] {
            assert!(!refused(&guard, url), "{url}");
        }
        assert!(BAD_PORTS.is_sorted());
    }

    #[test]
    fn allowed_networks_are_allowed_in_each_spelling_and_no_further() {
        let guard = Guard::new(vec!["127.0.0.1/32".parse().unwrap()]);
        assert!(!refused(&guard, "http://127.0.0.1/"));
        assert!(!refused(&guard, "http://[::ffff:127.0.0.1]/"));
        assert!(refused(&guard, "http://127.0.0.2/"));
        assert!(refused(&guard, "http://[::1]/"));
    }
}
