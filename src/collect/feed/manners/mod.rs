//! When an input is asked next, and what is remembered of the last time: the latest of everything that has a say. Pure.
//!
//! The schedule or the feed's own rhythm, `ttl`, `sy:updatePeriod`, the lifetime that the answer was given, what a server
//! asks for in `Retry-After`, and a longer wait after each failure; then `skipHours` and `skipDays`. Nothing here asks.

mod moved;
mod rhythm;

pub use moved::found_in_page;

use super::fetch::{Exchange, FetchOutcome, FetchTrouble, TroubleKind, later};
use crate::model::{Face, PollState, Rest, Rhythm};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_64;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// Shortest and longest wait of the adaptive interval.
const SHORTEST: Duration = Duration::from_mins(15);
const LONGEST: Duration = DAY;

/// A feed that names no dates.
const UNDATED: Duration = HOUR;

/// A cache's lifetime counts up to this: some declare years for what changes daily.
const LONGEST_LIFETIME: Duration = DAY;

/// `ttl` and `sy:updatePeriod` count up to this: more is a mistake, or as good as never.
const LONGEST_WISH: Duration = Duration::from_hours(31 * 24);

/// First and longest wait after failures; they double in between.
const PASSING: (Duration, Duration) = (SHORTEST, DAY);
const LASTING: (Duration, Duration) = (HOUR, Duration::from_hours(48));

/// Jitter is up to a tenth of the wait, but never more than this.
const MOST_JITTER: Duration = HOUR;

/// What the caller knows beside the exchange.
#[derive(Debug, Clone, Copy, Default)]
pub struct Occasion<'a> {
    /// The input's name, which spreads inputs that would otherwise be asked at the same moment.
    pub input: &'a str,
    /// What was read of the document that came; `None` when it could not be read, or none came.
    pub read: Option<Pace<'a>>,
    /// Next slot of the input's own schedule, if it has one.
    pub slot: Option<DateTime<Utc>>,
}

/// What was read of a document, as far as it says when to come again.
#[derive(Debug, Clone, Copy)]
pub struct Pace<'a> {
    /// In the feed's own words.
    pub rhythm: &'a Rhythm,
    /// Whether it has an entry.
    pub has_entries: bool,
    /// When its entries were published, in any order.
    pub dates: &'a [DateTime<Utc>],
}

/// Whether an input may be asked. Its moment may have come just before hours that it asks to be spared.
pub fn is_due(state: &PollState, now: DateTime<Utc>) -> bool {
    let due = state.next.is_none_or(|next| next <= now);
    state.stopped.is_none() && due && rhythm::not_skipped(&state.rhythm, now).is_none_or(|open| open <= now)
}

/// Hosts that want to be left alone beyond `now`, as the inputs remember them.
pub fn rests<'a>(
    states: impl IntoIterator<Item = &'a PollState>,
    now: DateTime<Utc>,
) -> BTreeMap<String, DateTime<Utc>> {
    let mut rests: BTreeMap<String, DateTime<Utc>> = BTreeMap::new();
    for Rest { host, until } in states.into_iter().filter_map(|state| state.rest.as_ref()) {
        if *until > now {
            let known = rests.entry(host.clone()).or_insert(*until);
            *known = (*known).max(*until);
        }
    }
    rests
}

/// The state to write down when the clock was set back since the input was last asked: every wait begins anew, so that
/// none ends early and none lasts for years. `None` when all is well.
pub fn clock_went_back(state: &PollState, now: DateTime<Utc>) -> Option<PollState> {
    let ahead = state.asked.filter(|asked| *asked > now)? - now;
    let mut state = state.clone();
    let rest = state.rest.as_mut().map(|rest| &mut rest.until);
    for moment in [state.asked.as_mut(), state.next.as_mut(), rest].into_iter().flatten() {
        *moment -= ahead;
    }
    let moving = state.moving.as_mut().map(|moving| &mut moving.since);
    for moment in [state.last_success.as_mut(), state.failing_since.as_mut(), moving].into_iter().flatten() {
        *moment = (*moment).min(now);
    }
    Some(state)
}

/// What is to be remembered after an exchange, and when to ask again. A document is taken to be unreadable when nothing
/// was read of it. Not for exchanges while the network is down here: those say nothing about the input.
pub fn after(state: &PollState, exchange: &Exchange, occasion: &Occasion<'_>) -> PollState {
    let mut next = state.clone().about(exchange.configured.as_str());
    if let FetchOutcome::HeldBack(until) = exchange.outcome {
        next.next = rhythm::not_skipped(&next.rhythm, until).or(Some(until));
        "its host asked to be left alone (Retry-After)".clone_into(&mut next.why);
        return next;
    }
    next.asked = Some(exchange.at);
    next.rest = exchange.rest().map(|(host, until)| Rest { host, until });
    let trouble = match &exchange.outcome {
        FetchOutcome::Gone => {
            next.stopped = Some(exchange.at);
            next.next = None;
            "stopped: it answered 410 Gone".clone_into(&mut next.why);
            next.last_error = Some("410 Gone".to_owned());
            next.last_rule = Some("http-410".to_owned());
            return next;
        }
        FetchOutcome::Failed(trouble) => Some(trouble.clone()),
        FetchOutcome::Body(_) | FetchOutcome::Unchanged | FetchOutcome::HeldBack(_) => {
            arrived(&mut next, exchange, occasion)
        }
    };
    match &trouble {
        None => succeeded(&mut next, exchange),
        Some(trouble) => failed(&mut next, trouble, exchange.at),
    }
    let (moment, why) = latest(&next, exchange, occasion, trouble.as_ref());
    next.next = Some(moment);
    next.why = why;
    next
}

/// The same for a document that is held, since it is of another feed than the one that is known: it goes on being asked as
/// before, and where it came from is nowhere to move to.
pub fn after_held(state: &PollState, exchange: &Exchange, occasion: &Occasion<'_>) -> PollState {
    let pace = Pace { rhythm: &state.rhythm, has_entries: false, dates: &state.updates };
    let next = after(state, exchange, &Occasion { read: Some(pace), ..*occasion });
    PollState { instead: state.instead.clone(), moving: state.moving.clone(), ..next }
}

/// The state of an input whose held feed its editor lets through: the document is fetched and read again at once, and what
/// looks like `accepted` is no other feed from now on. `None` where nothing is held any more.
pub fn released(state: &PollState, accepted: Face, now: DateTime<Utc>) -> Option<PollState> {
    state.held.as_ref()?;
    let mut state = PollState { held: None, face: Some(accepted), next: Some(now), ..state.clone() };
    state.forget_body();
    "its editor released it".clone_into(&mut state.why);
    Some(state)
}

/// Remembers a document, or that it has not changed; tells what is wrong with it, if anything is.
fn arrived(next: &mut PollState, exchange: &Exchange, occasion: &Occasion<'_>) -> Option<FetchTrouble> {
    next.validators.clone_from(&exchange.validators);
    match exchange.lifetime {
        Some(lifetime) => next.max_age = lifetime.max_age,
        None if exchange.status == Some(304) => {}
        None => next.max_age = None,
    }
    // A 304 has no body; what it says is that the last one still holds.
    if exchange.status != Some(304) {
        next.body_hash = exchange.body_hash;
    }
    if matches!(exchange.outcome, FetchOutcome::Body(_)) {
        next.unreadable = occasion.read.is_none();
        if let Some(seen) = occasion.read {
            next.gave_entries |= seen.has_entries;
            next.rhythm = seen.rhythm.clone();
            next.updates = rhythm::updates(seen.dates, exchange.at);
        }
    }
    let why = "what it serves cannot be read as a feed".to_owned();
    next.unreadable.then_some(FetchTrouble { kind: TroubleKind::Passing, why, rule: "not-a-feed".into() })
}

fn succeeded(next: &mut PollState, exchange: &Exchange) {
    next.last_success = Some(exchange.at);
    next.last_error = None;
    next.last_rule = None;
    next.failing_since = None;
    next.failures = 0;
    // Where another feed came from is nowhere to move to.
    if next.held.is_none() {
        moved::watch(next, exchange);
    }
}

fn failed(next: &mut PollState, trouble: &FetchTrouble, at: DateTime<Utc>) {
    next.last_error = Some(trouble.why.clone());
    next.last_rule = Some(trouble.rule.clone().into_owned());
    if trouble.kind != TroubleKind::Ours {
        next.failing_since = next.failing_since.or(Some(at));
        next.failures = next.failures.saturating_add(1);
        moved::doubt(next);
    }
}

/// The latest of all that has a say.
fn latest(
    next: &PollState,
    exchange: &Exchange,
    occasion: &Occasion<'_>,
    trouble: Option<&FetchTrouble>,
) -> (DateTime<Utc>, String) {
    let at = exchange.at;
    let mut waits = wishes(&next.rhythm);
    waits.extend(lifetime(next, exchange));
    waits.extend(trouble.map(|trouble| backing_off(next.failures, trouble)));
    waits.extend(exchange.retry_after.map(|wait| (wait, "Retry-After".to_owned())));
    if occasion.slot.is_none() {
        waits.push(rhythm::interval(&next.updates, at));
    }
    // A slot has no jitter: its editor chose the moment.
    let slot = occasion.slot.map(|slot| (slot, "its schedule".to_owned()));
    let waited =
        waits.into_iter().map(|(wait, why)| (later(at, wait.saturating_add(jitter(occasion.input, wait))), why));
    let latest = waited.chain(slot).max_by_key(|(moment, _)| *moment);
    let (moment, why) = latest.unwrap_or_else(|| (later(at, SHORTEST), String::new()));
    match rhythm::not_skipped(&next.rhythm, moment) {
        Some(open) if open > moment => (open, "its skipHours or skipDays".to_owned()),
        _ => (moment, why),
    }
}

/// What the document asks for.
fn wishes(asked: &Rhythm) -> Vec<(Duration, String)> {
    let ttl = asked.ttl.map(|ttl| ttl.min(LONGEST_WISH));
    let ttl = ttl.map(|ttl| (ttl, format!("its ttl ({} minutes)", ttl.as_secs() / 60)));
    let period = asked.update_period.map(|period| period.min(LONGEST_WISH));
    let period = period.map(|period| (period, format!("its update period (every {})", rhythm::in_words(period))));
    ttl.into_iter().chain(period).collect()
}

fn lifetime(next: &PollState, exchange: &Exchange) -> Option<(Duration, String)> {
    let renewed = exchange.status == Some(304) && exchange.lifetime.is_none();
    let (left, max_age) = match exchange.lifetime {
        Some(lifetime) => (lifetime.left, lifetime.max_age),
        None if renewed => (next.max_age?, next.max_age),
        None => return None,
    };
    let named = max_age.map_or_else(|| "Expires".to_owned(), |seconds| format!("max-age={seconds}"));
    Some((Duration::from_secs(left).min(LONGEST_LIFETIME), format!("its cache lifetime ({named})")))
}

fn backing_off(failures: u32, trouble: &FetchTrouble) -> (Duration, String) {
    let (first, most) = match trouble.kind {
        TroubleKind::Passing => PASSING,
        TroubleKind::Lasting => LASTING,
        TroubleKind::Ours => return (SHORTEST, "it could not be tried".to_owned()),
    };
    let doubled = first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    let times = if failures == 1 { "a failure".to_owned() } else { format!("{failures} failures") };
    (doubled.min(most), format!("backing off after {times}"))
}

/// Always the same for one input, so that its moments keep their distance from those of others.
fn jitter(input: &str, wait: Duration) -> Duration {
    let part = u32::try_from(xxh3_64(input.as_bytes()) % 1000).unwrap_or_default();
    (wait / 10).min(MOST_JITTER) * part / 1000
}
