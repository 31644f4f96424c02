//! An answer as it came over the wire: status, headers, and as much of the body as was allowed.

use super::decode::{self, Decoded};
use super::room::Room;
use super::{Failure, FailureKind, date, redirect};
use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_ENCODING, DATE, HeaderMap, RETRY_AFTER};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

/// Bytes read of an answer that is no success: enough to see what it says.
const MOST_OF_OTHERS: usize = 64 * 1024;

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
#[derive(Debug)]
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
    room: Room,
}

/// A body that was read to its end, with the right to hold it when it is large.
#[derive(Debug, Clone, Default)]
pub struct Whole {
    /// The body, its content codings undone.
    pub bytes: Vec<u8>,
    /// Given back when this is dropped, so that another large body may be read.
    pub room: Room,
}

impl Answer {
    /// Reads the body until its end, `cap` bytes or the deadline; a large one needs `room`.
    pub(super) async fn read(
        url: Url,
        mut response: reqwest::Response,
        room: Room,
        cap: usize,
        deadline: Instant,
    ) -> Self {
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let cap = if response.status().is_success() { cap } else { cap.min(MOST_OF_OTHERS) };
        let mut answer = Self { url, status, headers, raw: Vec::new(), ending: Ending::Whole, room };
        answer.ending = answer.read_from(response, cap, deadline).await;
        answer
    }

    async fn read_from(&mut self, mut response: reqwest::Response, cap: usize, deadline: Instant) -> Ending {
        loop {
            let chunk = match timeout_at(deadline, response.chunk()).await {
                Err(_elapsed) => return Ending::TimedOut,
                Ok(Err(error)) => return Ending::Broken(Failure::from(error).message),
                Ok(Ok(None)) => return Ending::Whole,
                Ok(Ok(Some(chunk))) => chunk,
            };
            let room = cap - self.raw.len();
            if !self.room.grow(self.raw.len() + chunk.len(), deadline).await {
                return Ending::TimedOut;
            }
            self.raw.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            if chunk.len() > room || self.raw.len() == cap {
                return Ending::Cut;
            }
        }
    }

    /// The body with its content codings undone, declared or not, when it is there to its end and holds at most `cap` bytes; what
    /// it was made of is dropped. Anything less is a failure.
    pub async fn whole(&mut self, cap: usize, deadline: Instant) -> Result<Whole, Failure> {
        let too_large = || Failure::new(FailureKind::Protocol, format!("larger than {} MiB", cap >> 20));
        let raw = std::mem::take(&mut self.raw);
        match &self.ending {
            Ending::Whole => {}
            Ending::Cut => return Err(too_large()),
            Ending::TimedOut if self.room.denied => return Err(no_room()),
            Ending::TimedOut => return Err(Failure::new(FailureKind::Timeout, "the body did not end in time")),
            Ending::Broken(reason) => {
                return Err(Failure::new(FailureKind::Protocol, format!("the body broke off: {reason}")));
            }
        }
        let codings = self.codings();
        let mut decoded = if codings.is_empty() {
            Decoded { cut: raw.len() > cap, bytes: raw, ..Decoded::default() }
        } else {
            self.unpacked(&raw, &codings, cap, deadline).await?
        };
        // What was packed once more than was said.
        for _ in 0..decode::MAX_CODINGS {
            let whole = !decoded.cut && (decoded.problem.is_none() || decoded.plain);
            let Some(coding) = decode::undeclared(&decoded.bytes).await.filter(|_| whole) else { break };
            decoded = self.unpacked(&decoded.bytes, &[coding.to_owned()], cap, deadline).await?;
        }
        match decoded.problem.take().filter(|_| !decoded.plain) {
            Some(problem) => {
                Err(Failure::new(FailureKind::Protocol, format!("the body cannot be unpacked: {problem}")))
            }
            None if decoded.cut => Err(too_large()),
            None => Ok(Whole { bytes: decoded.bytes, room: self.room.clone() }),
        }
    }

    /// A body unpacked as far as there is room for; the few that unpack to more are unpacked again.
    async fn unpacked(
        &mut self,
        raw: &[u8],
        codings: &[String],
        cap: usize,
        deadline: Instant,
    ) -> Result<Decoded, Failure> {
        loop {
            let fits = cap.min(self.room.bytes());
            let decoded = decode::decoded(raw, codings, fits).await;
            if !decoded.cut || fits == cap {
                return Ok(decoded);
            }
            drop(decoded);
            if !self.room.grow(fits + 1, deadline).await {
                return Err(no_room());
            }
        }
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
        decode::decoded(&self.raw, &self.codings(), cap).await
    }

    /// Content codings in the order they were applied.
    fn codings(&self) -> Vec<String> {
        self.headers
            .get_all(CONTENT_ENCODING)
            .iter()
            .flat_map(|value| {
                String::from_utf8_lossy(value.as_bytes()).split(',').map(str::to_owned).collect::<Vec<_>>()
            })
            .map(|coding| coding.trim().to_ascii_lowercase())
            .filter(|coding| !coding.is_empty() && coding != "identity")
            .collect()
    }

    /// How long the server asks to be left alone.
    pub fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        retry_after(&self.headers, now)
    }
}

fn no_room() -> Failure {
    Failure::new(FailureKind::Ours, "too many large documents at once")
}

/// How long a server asks to be left alone (RFC 9110, 10.2.3). A date counts from the server's own `Date`.
pub fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let value = redirect::repaired(headers.get(RETRY_AFTER)?.as_bytes());
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // A number too long to be counted in is as good as for ever.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let until = date::http_date(&value)?;
    let server_now = headers.get(DATE).and_then(|value| date::http_date(&redirect::repaired(value.as_bytes())));
    (until - server_now.unwrap_or(now)).to_std().ok()
}

/// A status as people know it: `404 Not Found`.
pub fn status_name(status: u16) -> String {
    let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}
