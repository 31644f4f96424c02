//! An answer as it came over the wire: status, headers, and as much of the body as was allowed.

use super::decode::{self, Decoded};
use super::{Failure, redirect};
use reqwest::header::{CONTENT_ENCODING, HeaderMap, RETRY_AFTER};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

/// How reading the body ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It was read to its end.
    Whole,
    /// We had read as much as we wanted.
    Cut,
    /// The deadline passed.
    TimedOut,
    /// The connection or the framing broke.
    Broken(String),
}

/// The last answer of a journey.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Who answered, fragment included.
    pub url: Url,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as sent, still encoded.
    pub raw: Vec<u8>,
    /// How reading it ended.
    pub ending: Ending,
}

impl Answer {
    /// Reads the body until its end, `cap` bytes or the deadline.
    pub(super) async fn read(url: Url, mut response: reqwest::Response, cap: usize, deadline: Instant) -> Self {
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let mut raw = Vec::new();
        let ending = loop {
            match timeout_at(deadline, response.chunk()).await {
                Err(_elapsed) => break Ending::TimedOut,
                Ok(Err(error)) => break Ending::Broken(Failure::from(error).message),
                Ok(Ok(None)) => break Ending::Whole,
                Ok(Ok(Some(chunk))) => {
                    let room = cap - raw.len();
                    raw.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
                    if chunk.len() > room || raw.len() == cap {
                        break Ending::Cut;
                    }
                }
            }
        };
        Self { url, status, headers, raw, ending }
    }

    /// A header as text; bytes that are not text are replaced.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
    }

    /// Media type in lower case without parameters; empty when none was declared.
    pub fn media_type(&self) -> String {
        let declared = self.header("content-type").unwrap_or_default();
        declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The body with its content codings undone, at most `cap` bytes of it.
    pub async fn decoded(&self, cap: usize) -> Decoded {
        let codings: Vec<String> = self
            .headers
            .get_all(CONTENT_ENCODING)
            .iter()
            .flat_map(|value| {
                String::from_utf8_lossy(value.as_bytes()).split(',').map(str::to_owned).collect::<Vec<_>>()
            })
            .map(|coding| coding.trim().to_ascii_lowercase())
            .filter(|coding| !coding.is_empty() && coding != "identity")
            .collect();
        decode::decoded(&self.raw, &codings, cap).await
    }

    /// How long the server asks to be left alone (RFC 9110, 10.2.3). A date counts from the server's own `Date`.
    pub fn retry_after(&self, now: chrono::DateTime<chrono::Utc>) -> Option<Duration> {
        let value = redirect::repaired(self.headers.get(RETRY_AFTER)?.as_bytes());
        if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
            // A number too long to be counted in is as good as for ever.
            return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
        }
        let until = chrono::DateTime::parse_from_rfc2822(&value).ok()?;
        let server_now = self.header("date").and_then(|date| chrono::DateTime::parse_from_rfc2822(&date).ok());
        (until.to_utc() - server_now.map_or(now, |date| date.to_utc())).to_std().ok()
    }
}

/// A status as people know it: `404 Not Found`.
pub fn status_name(status: u16) -> String {
    let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}
