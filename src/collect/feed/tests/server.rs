//! A server that is a function of what it is asked and when, and an auditor who lives a month with it: what was asked, with
//! what, and whether it was allowed. The auditor knows nothing of how the manners are made.

use super::super::fetch::{Came, Exchange, FetchOutcome, Request};
use super::super::manners::{self, Occasion, Pace};
use crate::model::{Hop, PollState, Rhythm};
use crate::net::{Failure, FailureKind, HeaderMap, HeaderValue, MAX_REDIRECTS, Whole};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use url::Url;

/// What a request looks like to the server.
pub(super) struct Asked<'a> {
    pub(super) path: &'a str,
    pub(super) etag: Option<&'a [u8]>,
    pub(super) since: Option<&'a [u8]>,
    /// By the server's clock, which is right.
    pub(super) now: DateTime<Utc>,
    /// Requests to this path before this one.
    pub(super) visit: usize,
}

impl Asked<'_> {
    /// Days since the month began.
    pub(super) fn day(&self) -> i64 {
        (self.now - start()).num_days()
    }
}

/// What the server says, and what it is owed for it.
#[derive(Clone, Default)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, Vec<u8>)>,
    pub(super) body: String,
    pub(super) failure: Option<FailureKind>,
    /// How long the input must be left alone after this.
    pub(super) rest: TimeDelta,
    pub(super) feed: bool,
}

impl Said {
    pub(super) fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub(super) fn feed(body: impl Into<String>) -> Self {
        Self { status: 200, body: body.into(), feed: true, ..Self::default() }
    }

    pub(super) fn fails(kind: FailureKind) -> Self {
        Self { failure: Some(kind), ..Self::default() }
    }

    pub(super) fn to(status: u16, location: &str) -> Self {
        Self::status(status).with("location", location)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name, value.as_ref().to_vec()));
        self
    }

    pub(super) fn rest(mut self, rest: TimeDelta) -> Self {
        self.rest = rest;
        self
    }

    /// 304 with the same headers, when what was sent is what would be given.
    pub(super) fn unless_known(mut self, asked: &Asked<'_>) -> Self {
        let value = |name: &str| self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| &value[..]);
        let (etag, since) = (value("etag"), value("last-modified"));
        let known = if etag.is_some() { etag == asked.etag } else { since.is_some() && since == asked.since };
        if known {
            self.status = 304;
            self.body.clear();
        }
        self
    }
}

/// One kind of server, and what a month with it must look like.
pub(super) struct Personality {
    pub(super) name: &'static str,
    pub(super) answer: fn(&Asked<'_>) -> Said,
    pub(super) rhythm: Rhythm,
    /// Between the entries of its feed; none names no dates.
    pub(super) posts_every: Option<TimeDelta>,
    /// Moments at which it must not be asked.
    pub(super) spared: fn(DateTime<Utc>) -> bool,
    /// How wrong our clock is, by how much of the month has passed.
    pub(super) wrong_by: fn(TimeDelta) -> TimeDelta,
    /// Slots of the input's own schedule.
    pub(super) slots: Option<TimeDelta>,
    /// How often the input may be asked in the month, redirects not counted.
    pub(super) asked: std::ops::RangeInclusive<usize>,
    /// What must be remembered in the end.
    pub(super) at_last: fn(&PollState) -> bool,
}

pub(super) fn start() -> DateTime<Utc> {
    "2026-03-02T00:00:00Z".parse().unwrap()
}

const TICK: TimeDelta = TimeDelta::minutes(5);
const MONTH: TimeDelta = TimeDelta::days(30);

/// Nobody is asked more often than this, whatever they say.
const LEAST: TimeDelta = TimeDelta::minutes(15);

/// An `ETag` and a `Last-Modified`.
type Given = (Option<Vec<u8>>, Option<Vec<u8>>);

/// What the auditor writes down.
#[derive(Default)]
pub(super) struct Audit {
    /// Requests of the input, redirects not counted.
    pub(super) asked: usize,
    pub(super) documents_read: usize,
    pub(super) notices: Vec<String>,
    pub(super) whys: Vec<String>,
    visits: HashMap<String, usize>,
    /// What each path gave last, and which gave it last of all.
    given: HashMap<String, Given>,
    giver: Option<String>,
    /// By the right clock and by ours: when ours leaps ahead, nobody can know.
    not_before: Option<(DateTime<Utc>, DateTime<Utc>)>,
    gone: bool,
}

impl Audit {
    fn request(&mut self, who: &Personality, path: &str, headers: Option<&HeaderMap>, now: DateTime<Utc>) -> Said {
        let sent = |name: &str| headers.and_then(|headers| headers.get(name)).map(|value| value.as_bytes().to_vec());
        let (etag, since) = (sent("if-none-match"), sent("if-modified-since"));
        assert!(!self.gone, "{}: asked after 410", who.name);
        let expected = self.given.get(path).filter(|_| self.giver.as_deref() == Some(path)).cloned();
        assert_eq!((etag.clone(), since.clone()), expected.unwrap_or_default(), "{}: validators of {path}", who.name);
        let visit = self.visits.entry(path.to_owned()).or_default();
        let asked = Asked { path, etag: etag.as_deref(), since: since.as_deref(), now, visit: *visit };
        let said = (who.answer)(&asked);
        *visit += 1;
        self.gone = said.status == 410;
        if matches!(said.status, 200 | 304) && said.body.trim().is_empty() == (said.status == 304) {
            let value = |name| said.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
            let usable = |value: &Vec<u8>| !value.is_empty() && value != b"*";
            let new = [value("etag").filter(usable), value("last-modified").filter(usable)];
            let known = self.given.entry(path.to_owned()).or_default();
            let [etag, since] = new;
            if said.status == 200 {
                *known = (etag, since);
            } else if headers.is_some() {
                *known = (etag.or(known.0.take()), since.or(known.1.take()));
            }
            if said.status == 200 || headers.is_some() {
                self.giver = Some(path.to_owned());
            }
        }
        said
    }

    /// Follows redirects as `net` does.
    fn journey(&mut self, who: &Personality, request: Request, now: DateTime<Utc>, clock: DateTime<Utc>) -> Fetched {
        let conditional = request.conditional();
        let mut url = request.asked.clone();
        let mut hops = Vec::new();
        let (came, said) = loop {
            let headers = conditional.as_ref().filter(|conditional| conditional.url == url).map(|own| &own.headers);
            let said = self.request(who, url.path(), headers, now);
            if let Some(kind) = said.failure {
                break (Err(Failure { kind, message: format!("{kind:?}"), refusal: None }), said);
            }
            let location = said.headers.iter().find(|(name, _)| *name == "location");
            if let Some((_, to)) = location.filter(|_| (300..400).contains(&said.status)) {
                hops.push(Hop { url: url.as_str().to_owned(), status: said.status });
                url = url.join(std::str::from_utf8(to).unwrap()).unwrap();
                if hops.len() > MAX_REDIRECTS {
                    let message = "redirects in a circle".to_owned();
                    break (Err(Failure { kind: FailureKind::Redirect, message, refusal: None }), said);
                }
                continue;
            }
            let headers_sent = headers.is_some();
            let headers = said.headers.iter().filter(|(name, _)| *name != "location");
            let headers = headers.map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_bytes(value).unwrap()));
            let body = Ok(Whole { bytes: said.body.clone().into_bytes(), ..Whole::default() });
            let headers = headers.collect();
            break (Ok(Came { url, status: said.status, headers, conditional: headers_sent, body }), said);
        };
        let exchange = Exchange { hops, ..request.answered(came, clock) };
        Fetched { exchange, said }
    }

    /// A month, a cycle every five minutes, the state written down and read again after each exchange as over a restart.
    pub(super) fn live(who: &Personality) -> (Self, PollState) {
        let url = Url::parse("https://feed.example/feed").unwrap();
        let mut audit = Self::default();
        let mut state = PollState::default();
        let mut now = start();
        while now - start() < MONTH {
            let clock = now + (who.wrong_by)(now - start());
            if let Some(mended) = manners::clock_went_back(&state, clock) {
                state = mended;
            }
            if manners::is_due(&state, clock) {
                state = audit.poll(who, &url, &state.about(url.as_str()), (now, clock));
                state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
            }
            now += TICK;
        }
        (audit, state)
    }

    fn poll(
        &mut self,
        who: &Personality,
        url: &Url,
        state: &PollState,
        (now, clock): (DateTime<Utc>, DateTime<Utc>),
    ) -> PollState {
        let allowed = self.not_before.is_none_or(|(right, ours)| now >= right || clock >= ours);
        assert!(allowed, "{}: asked too early, at {now}", who.name);
        assert!(!(who.spared)(clock), "{}: asked at a time to be spared, {clock}", who.name);
        self.asked += 1;
        let Fetched { exchange, said } = self.journey(who, Request::new(url, state), now, clock);
        let rest = said.rest.max(LEAST);
        self.not_before = Some((now + rest, clock + rest));
        let dates: Vec<DateTime<Utc>> = match who.posts_every {
            None => Vec::new(),
            Some(gap) => {
                let newest = now.timestamp() - now.timestamp().rem_euclid(gap.num_seconds());
                (0..20).filter_map(|n| DateTime::from_timestamp(newest - n * gap.num_seconds(), 0)).collect()
            }
        };
        let is_body = matches!(exchange.outcome, FetchOutcome::Body(_));
        let seen = Pace { rhythm: &who.rhythm, has_entries: true, dates: &dates };
        self.documents_read += usize::from(is_body && said.feed);
        let slot = who.slots.map(|gap| {
            let passed = clock.timestamp().div_euclid(gap.num_seconds());
            DateTime::from_timestamp((passed + 1) * gap.num_seconds(), 0).unwrap()
        });
        let occasion = Occasion { input: who.name, read: (is_body && said.feed).then_some(seen), slot };
        let next = manners::after(state, &exchange, &occasion);
        assert!(!next.why.is_empty(), "{}", who.name);
        self.whys.push(next.why.clone());
        let new: Vec<String> = next.notices().into_iter().filter(|notice| !self.notices.contains(notice)).collect();
        self.notices.extend(new);
        next
    }
}

struct Fetched {
    exchange: Exchange,
    said: Said,
}
