//! Fetching feeds, politely: conditional, compressed, bounded, without cookies, a few at once and a few to a host.
//!
//! Thin: what to send is said by [`exchange`], what came is made of it there too, and when to ask again is decided in
//! [`super::manners`]. It stores nothing, parses nothing and tries nothing twice.

mod exchange;
mod freshness;
mod runner;

pub use exchange::{Body, Exchange, FetchOutcome, FetchTrouble, TroubleKind};
pub use freshness::Lifetime;
pub use runner::{Ask, fetch_all};

pub(super) use exchange::{Came, Request, later};

use super::MAX_FEED_BYTES;
use crate::model::PollState;
use crate::net::{Client, HeaderValue};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;
use url::Url;

/// Feeds first; a page may name its feed.
const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, \
                      application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.5, */*;q=0.1";

/// Asks for the document of one input, now. Never fails: whatever happens is in the exchange. What `state` remembers of
/// another address than `url` is not used.
pub async fn fetch(client: &Client, url: &Url, state: &PollState, now: DateTime<Utc>) -> Exchange {
    let began = Instant::now();
    let request = Request::new(url, state);
    let mut journey = client.journey(MAX_FEED_BYTES + 1).without_cookies();
    journey.headers.insert("accept", HeaderValue::from_static(ACCEPT));
    journey.conditional = request.conditional();
    let came = match client.travel(&mut journey, request.asked.clone()).await {
        Err(failure) => Err(failure),
        Ok(mut answer) => {
            let body = answer.whole(MAX_FEED_BYTES, journey.deadline).await;
            let conditional = journey.was_conditional;
            Ok(Came { url: answer.url, status: answer.status, headers: answer.headers, conditional, body })
        }
    };
    let elapsed = began.elapsed();
    let at = now + TimeDelta::from_std(elapsed).unwrap_or_default();
    Exchange { hops: journey.hops, reached_http: journey.reached_http, ..request.answered(came, at) }
}
