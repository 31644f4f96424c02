//! Why an exchange did not lead to an answer, sorted by the layer that failed.

use super::guard::Refusal;
use super::resolver::LookupError;
use super::trust;
use std::error::Error as StdError;
use std::fmt;
use std::io;

/// The layer that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// Not contacted, by policy.
    Refused,
    /// The name does not resolve.
    Dns,
    /// No connection.
    Connect,
    /// No trust.
    Tls,
    /// Connected, but what came was not HTTP, or it ended early.
    Protocol,
    /// Nobody took the connection in time.
    NoConnection,
    /// The deadline passed.
    Timeout,
    /// We ran out of something ourselves (file descriptors, memory): no news about the other side.
    Ours,
    /// Redirects without an end, or one that cannot be followed.
    Redirect,
}

impl FailureKind {
    /// A word for rule names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
            Self::NoConnection | Self::Timeout => "timeout",
            Self::Redirect => "redirect",
            Self::Ours => "not-judged",
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The layer that failed.
    pub kind: FailureKind,
    /// What was seen, with values.
    pub message: String,
    /// What policy forbids, when it was policy.
    pub refusal: Option<Refusal>,
}

impl Failure {
    pub(super) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), refusal: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Failure {}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { kind: FailureKind::Refused, message: refusal.to_string(), refusal: Some(refusal) }
    }
}

/// EMFILE, ENFILE, ENOMEM, EADDRNOTAVAIL as Linux numbers them.
const OUR_LIMITS: [i32; 4] = [24, 23, 12, 99];

fn of_io(error: &io::Error) -> Option<FailureKind> {
    if error.kind() == io::ErrorKind::TimedOut {
        return Some(FailureKind::Timeout);
    }
    error.raw_os_error().filter(|code| OUR_LIMITS.contains(code)).map(|_| FailureKind::Ours)
}

impl From<reqwest::Error> for Failure {
    /// The client wraps causes several times; the innermost one that we know says most.
    fn from(error: reqwest::Error) -> Self {
        let mut last = error.to_string();
        let mut kind = match (error.is_connect(), error.is_timeout()) {
            (true, true) => FailureKind::NoConnection,
            (true, false) => FailureKind::Connect,
            (false, _) => FailureKind::Protocol,
        };
        let mut cause: Option<&(dyn StdError + 'static)> = error.source();
        while let Some(current) = cause {
            if let Some(refusal) = current.downcast_ref::<Refusal>() {
                return refusal.clone().into();
            }
            if current.is::<LookupError>() {
                return Self::new(FailureKind::Dns, current.to_string());
            }
            if let Some(tls) = current.downcast_ref::<rustls::Error>() {
                return Self::new(FailureKind::Tls, trust::words(tls));
            }
            last = current.to_string();
            let inner = current.downcast_ref::<io::Error>().and_then(|io| io.get_ref());
            if let Some(io) = current.downcast_ref::<io::Error>() {
                kind = of_io(io).filter(|_| kind != FailureKind::NoConnection).unwrap_or(kind);
            }
            cause = match inner {
                Some(inner) => Some(inner),
                None => current.source(),
            };
        }
        Self::new(kind, last)
    }
}
