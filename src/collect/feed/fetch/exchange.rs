//! One exchange as a value: what is sent, given what is remembered, and what an answer means. Pure.

use super::freshness::{self, Lifetime};
use crate::model::{Hop, LinkKey, PollState, Validators};
use crate::net::{Conditional, Failure, FailureKind, HeaderMap, HeaderValue, Room, Whole, retry_after, status_name};
use chrono::{DateTime, TimeDelta, Utc};
use std::borrow::Cow;
use std::time::Duration;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

/// Validators longer than this are not sent back: servers refuse requests that grow too large.
const LONGEST_VALIDATOR: usize = 4096;

/// What came of asking once.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The input's address.
    pub configured: Url,
    /// The address that was asked: the input's, or the one that takes its place.
    pub asked: Url,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// What came of it.
    pub outcome: FetchOutcome,
    /// Status of the last answer.
    pub status: Option<u16>,
    /// Who gave it; relative addresses in the document are meant from there.
    pub final_url: Option<Url>,
    /// The answers before the last one.
    pub hops: Vec<Hop>,
    /// Whether any answer in HTTP was seen.
    pub reached_http: bool,
    /// What a document or a 304 gave to ask again with.
    pub validators: Option<Validators>,
    /// Hash of the document that came, and its content type.
    pub body_hash: Option<u64>,
    /// How long the answer may be kept.
    pub lifetime: Option<Lifetime>,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum FetchOutcome {
    /// Nothing new: 304, or the same document.
    Unchanged,
    /// A document, whole.
    Body(Body),
    /// 410: it is no longer there, for good.
    Gone,
    /// No document.
    Failed(FetchTrouble),
    /// It was not asked: its host wants to be left alone until then.
    HeldBack(DateTime<Utc>),
}

/// A document.
#[derive(Debug, Clone)]
pub struct Body {
    /// Its bytes, content codings undone.
    pub bytes: Vec<u8>,
    /// Its content type as declared, parameters included.
    pub content_type: Option<String>,
    /// Dropped with the bytes, so that another large document may be read.
    pub room: Room,
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchTrouble {
    /// How to go on.
    pub kind: TroubleKind,
    /// What was seen, in words.
    pub why: String,
    /// A word for what was seen, as a check's rule is named.
    pub rule: Cow<'static, str>,
}

/// How trouble is gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// It may pass soon.
    Passing,
    /// Asking again soon will not help: not found, not allowed, no such host.
    Lasting,
    /// We ran out of something ourselves: no news about the other side.
    Ours,
}

/// What is asked, given what is remembered.
#[derive(Debug)]
pub(in crate::collect::feed) struct Request {
    configured: Url,
    pub(in crate::collect::feed) asked: Url,
    validators: Option<Validators>,
    body_hash: Option<u64>,
}

/// An answer as it came.
#[derive(Debug)]
pub(in crate::collect::feed) struct Came {
    pub(in crate::collect::feed) url: Url,
    pub(in crate::collect::feed) status: u16,
    pub(in crate::collect::feed) headers: HeaderMap,
    /// Whether it answers a request that carried validators.
    pub(in crate::collect::feed) conditional: bool,
    pub(in crate::collect::feed) body: Result<Whole, Failure>,
}

impl Exchange {
    /// The host that wants to be left alone after this, and until when: the one that said so with 429 or 503.
    pub fn rest(&self) -> Option<(String, DateTime<Utc>)> {
        if !matches!(self.status, Some(429 | 503)) {
            return None;
        }
        let host = LinkKey::host_of(self.final_url.as_ref()?.as_str())?;
        Some((host, later(self.at, self.retry_after?)))
    }

    /// The same as one that brought no document, for a document that is none of the input's.
    #[must_use]
    pub fn without_document(&self, why: String) -> Self {
        let outcome = FetchOutcome::Failed(FetchTrouble { kind: TroubleKind::Passing, why, rule: "a-page".into() });
        Self { outcome, ..self.clone().forgotten() }
    }

    /// The same without what it gave to ask again with, and without how long it may be kept: for a document that was cut, or is
    /// no feed. A 304 to that would say that all is well.
    #[must_use]
    pub fn forgotten(self) -> Self {
        Self { validators: None, body_hash: None, lifetime: None, ..self }
    }

    pub(super) fn without_asking(url: &Url, state: &PollState, outcome: FetchOutcome, at: DateTime<Utc>) -> Self {
        Self { outcome, ..Self::nothing(&Request::new(url, state), at) }
    }

    fn nothing(request: &Request, at: DateTime<Utc>) -> Self {
        Self {
            configured: request.configured.clone(),
            asked: request.asked.clone(),
            at,
            outcome: FetchOutcome::Unchanged,
            status: None,
            final_url: None,
            hops: Vec::new(),
            reached_http: false,
            validators: None,
            body_hash: None,
            lifetime: None,
            retry_after: None,
        }
    }
}

/// The furthest moment that is written down: dates beyond four digits of a year would no longer sort.
const FAR: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(far) => far,
    None => DateTime::<Utc>::MAX_UTC,
};

/// A moment after a wait of any length.
pub(in crate::collect::feed) fn later(at: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    let moment = TimeDelta::from_std(wait).ok().and_then(|wait| at.checked_add_signed(wait));
    moment.map_or(FAR, |moment| moment.min(FAR))
}

impl Request {
    pub(in crate::collect::feed) fn new(url: &Url, state: &PollState) -> Self {
        let known = state.configured == url.as_str();
        let instead = state.instead.as_ref().filter(|_| known).and_then(|instead| Url::parse(&instead.url).ok());
        Self {
            configured: url.clone(),
            asked: instead.unwrap_or_else(|| url.clone()),
            validators: state.validators.clone().filter(|_| known),
            body_hash: state.body_hash.filter(|_| known),
        }
    }

    /// The validators as headers, for the address that gave them.
    pub(in crate::collect::feed) fn conditional(&self) -> Option<Conditional> {
        let validators = self.validators.as_ref()?;
        let named = [("if-none-match", &validators.etag), ("if-modified-since", &validators.last_modified)];
        let headers: HeaderMap = named
            .into_iter()
            .filter_map(|(name, value)| {
                let value = HeaderValue::from_bytes(value.as_deref()?).ok()?;
                Some((name.parse().ok()?, value))
            })
            .collect();
        let url = Url::parse(&validators.url).ok()?;
        (!headers.is_empty()).then_some(Conditional { url, headers })
    }

    /// What an answer means. Hops are not known here.
    pub(in crate::collect::feed) fn answered(self, came: Result<Came, Failure>, at: DateTime<Utc>) -> Exchange {
        let nothing = Exchange::nothing(&self, at);
        match came {
            Err(failure) => Exchange { outcome: FetchOutcome::Failed(no_answer(failure)), ..nothing },
            Ok(came) => Exchange {
                status: Some(came.status),
                reached_http: true,
                lifetime: freshness::lifetime(&came.headers, at),
                retry_after: retry_after(&came.headers, at),
                final_url: Some(came.url.clone()),
                ..self.meaning(came, nothing)
            },
        }
    }

    fn meaning(&self, came: Came, exchange: Exchange) -> Exchange {
        let status = came.status;
        let rule = format!("http-{status}");
        let trouble = |kind, why: String| FetchOutcome::Failed(FetchTrouble { kind, why, rule: rule.into() });
        let outcome = match status {
            304 if came.conditional => {
                let validators = Some(renewed(self.validators.as_ref(), &came));
                return Exchange { validators, ..exchange };
            }
            304 => trouble(TroubleKind::Passing, "304 Not Modified to an unconditional request".to_owned()),
            200 | 203 => return self.document(came, exchange),
            410 => FetchOutcome::Gone,
            // RFC 9110 and 6585: these name a state that passes; other 4xx speak of the request, which stays the same.
            408 | 425 | 429 => trouble(TroubleKind::Passing, status_name(status)),
            400..500 => trouble(TroubleKind::Lasting, status_name(status)),
            200..300 => trouble(TroubleKind::Passing, format!("{}, which is no document", status_name(status))),
            _ => trouble(TroubleKind::Passing, status_name(status)),
        };
        Exchange { outcome, ..exchange }
    }

    fn document(&self, came: Came, exchange: Exchange) -> Exchange {
        let validators = given(&came);
        let content_type =
            came.headers.get("content-type").map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned());
        let whole = match came.body {
            Err(failure) => return Exchange { outcome: FetchOutcome::Failed(no_answer(failure)), ..exchange },
            Ok(whole) if whole.bytes.trim_ascii().is_empty() => {
                let why = format!("{} with an empty body", status_name(came.status));
                let outcome =
                    FetchOutcome::Failed(FetchTrouble { kind: TroubleKind::Passing, why, rule: "empty".into() });
                return Exchange { outcome, ..exchange };
            }
            Ok(whole) => whole,
        };
        let hash = hash(&whole.bytes, content_type.as_deref());
        let outcome = if self.body_hash == Some(hash) {
            FetchOutcome::Unchanged
        } else {
            FetchOutcome::Body(Body { bytes: whole.bytes, content_type, room: whole.room })
        };
        Exchange { outcome, validators: Some(validators), body_hash: Some(hash), ..exchange }
    }
}

/// The same bytes under another type may be another document.
fn hash(bytes: &[u8], content_type: Option<&str>) -> u64 {
    xxh3_64(bytes) ^ xxh3_64(content_type.unwrap_or_default().as_bytes()).rotate_left(1)
}

/// What an answer gives to ask again with.
fn given(came: &Came) -> Validators {
    let bytes = |name| {
        let value = came.headers.get(name)?.as_bytes();
        let usable = !value.is_empty() && value.len() <= LONGEST_VALIDATOR;
        // `*` sent back would mean "whatever you have", and lead to 304 for ever.
        (usable && value != b"*").then(|| value.to_vec())
    };
    let mut url = came.url.clone();
    url.set_fragment(None);
    Validators { url: url.into(), etag: bytes("etag"), last_modified: bytes("last-modified") }
}

/// A 304 renews what it names and leaves the rest (RFC 9111, 3.2).
fn renewed(before: Option<&Validators>, came: &Came) -> Validators {
    let new = given(came);
    let before = before.cloned().unwrap_or_default();
    Validators {
        url: new.url,
        etag: new.etag.or(before.etag),
        last_modified: new.last_modified.or(before.last_modified),
    }
}

fn no_answer(failure: Failure) -> FetchTrouble {
    let kind = match failure.kind {
        FailureKind::Refused | FailureKind::Dns => TroubleKind::Lasting,
        FailureKind::Ours => TroubleKind::Ours,
        FailureKind::Connect
        | FailureKind::NoConnection
        | FailureKind::Tls
        | FailureKind::Protocol
        | FailureKind::Timeout
        | FailureKind::Redirect => TroubleKind::Passing,
    };
    FetchTrouble { kind, why: failure.message, rule: failure.kind.as_str().into() }
}
