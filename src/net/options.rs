//! How the client is set up, and how setting it up can fail.

use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Settings for everything that leaves the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Says who asks, honestly.
    pub user_agent: String,
    /// One attempt, redirects included.
    pub timeout: Duration,
    /// Checks at once, all hosts.
    pub concurrency: usize,
    /// Checks at once, one host.
    pub per_host: usize,
    /// Between starts on one host.
    pub interval: Duration,
    /// Networks outside public space that may be contacted.
    pub allow_networks: Vec<IpNet>,
    /// Host name → addresses, before DNS. Each must be allowed all the same.
    pub resolve: BTreeMap<String, Vec<IpAddr>>,
    /// Further trusted certificates, PEM.
    pub ca_file: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            user_agent: concat!("wellsourced/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeout: Duration::from_secs(20),
            concurrency: 64,
            per_host: 2,
            interval: Duration::from_millis(500),
            allow_networks: Vec::new(),
            resolve: BTreeMap::new(),
            ca_file: None,
        }
    }
}

/// Why the client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file of further certificates cannot be read.
    #[error("cannot read the certificates in {}: {reason}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// TLS cannot be set up.
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The user agent holds characters that a header cannot carry.
    #[error("`{0}` cannot be sent as a user agent: only visible ASCII characters and blanks can")]
    UserAgent(String),
    /// The HTTP client cannot be built.
    #[error("cannot set up the HTTP client: {0}")]
    Build(#[from] reqwest::Error),
}
