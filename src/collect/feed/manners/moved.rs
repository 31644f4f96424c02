//! Addresses that change: a permanent redirect is adopted after it was seen steadily for days, and given up again when
//! nothing is there; a page that names a feed is passed over. Pure.

use super::super::fetch::Exchange;
use crate::model::{Instead, Move, PollState};
use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

/// A permanent redirect must have been seen for this long …
const STEADILY: TimeDelta = TimeDelta::days(3);

/// … and this often. A mistake is mended in less.
const SEEN_OFTEN: u32 = 4;

/// After this many failures in a row the configured address is asked again.
const GIVEN_UP_AFTER: u32 = 5;

/// The state of an input whose address is a page that names a feed: the feed is asked from now on, at once.
pub fn found_in_page(state: &PollState, configured: &Url, feed: &Url, now: DateTime<Utc>) -> PollState {
    let mut state = state.clone().about(configured.as_str());
    state.forget_body();
    state.instead = Some(Instead { url: feed.as_str().to_owned(), since: now, found_in_page: true });
    state.moving = None;
    state.next = Some(now);
    "its page names this feed".clone_into(&mut state.why);
    state
}

/// Watches where a document that came from elsewhere came from.
pub(super) fn watch(state: &mut PollState, exchange: &Exchange) {
    let Some(to) = moved_to(exchange) else {
        state.moving = None;
        return;
    };
    let moving = match state.moving.take().filter(|moving| moving.to == to) {
        Some(moving) => Move { seen: moving.seen.saturating_add(1), ..moving },
        None => Move { to, since: exchange.at, seen: 1 },
    };
    if moving.seen < SEEN_OFTEN || exchange.at - moving.since < STEADILY {
        state.moving = Some(moving);
        return;
    }
    let found_in_page = state.instead.as_ref().is_some_and(|instead| instead.found_in_page);
    let back_home = moving.to == state.configured;
    state.instead = (!back_home).then_some(Instead { url: moving.to, since: exchange.at, found_in_page });
}

/// An address that took the configured one's place and only fails is given up. Not so the feed of a page once it gave
/// entries: the page would be taken for a failure of the feed.
pub(super) fn doubt(state: &mut PollState) {
    let of_page = state.gave_entries && state.instead.as_ref().is_some_and(|instead| instead.found_in_page);
    if state.failures >= GIVEN_UP_AFTER && !of_page && state.instead.take().is_some() {
        state.moving = None;
    }
}

/// Where the permanent redirects at the beginning lead. One from https to http is followed but never adopted.
fn moved_to(exchange: &Exchange) -> Option<String> {
    let permanent = exchange.hops.iter().take_while(|hop| matches!(hop.status, 301 | 308)).count();
    if permanent == 0 {
        return None;
    }
    let next = exchange.hops.get(permanent).map(|hop| hop.url.as_str());
    let mut to = Url::parse(next.or(exchange.final_url.as_ref().map(Url::as_str))?).ok()?;
    to.set_fragment(None);
    let less_secure = exchange.asked.scheme() == "https" && to.scheme() != "https";
    (!less_secure && to != exchange.asked).then(|| to.into())
}
