//! Many inputs, fetched fairly: what a [`Round`] does with each input that is due.

use super::{Exchange, FetchOutcome, Request, fetch};
use crate::model::{LinkKey, PollState};
use crate::net::{Client, Failure, FailureKind, Job, Round};
use chrono::{DateTime, Utc};
use futures::stream::{self, BoxStream};
use std::collections::BTreeMap;
use std::future::Future;
use url::Url;

/// An input that is due.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The caller's name for it.
    pub index: usize,
    /// Its configured address.
    pub url: Url,
    /// What is remembered of it.
    pub state: PollState,
}

/// Fetches every input, each once, until `until` comes true (shutdown, or the budget of a cycle). `rests` are hosts that
/// want to be left alone, as [`rests`](crate::collect::feed::manners::rests) knows them. An input whose host is to be left alone for longer
/// than is waited for comes back as [`FetchOutcome::HeldBack`]. Documents are handed out one by one: drop each before the next
/// is asked for, since room for large ones is scarce.
pub fn fetch_all(
    client: &Client,
    asks: Vec<Ask>,
    rests: &BTreeMap<String, DateTime<Utc>>,
    now: DateTime<Utc>,
    until: impl Future<Output = ()> + Send + 'static,
) -> BoxStream<'static, (usize, Exchange)> {
    let fetching = FetchJob { client: client.clone(), rests: rests.clone() };
    Round::new(fetching, client.options(), stream::iter(asks), now, until).one_by_one()
}

struct FetchJob {
    client: Client,
    rests: BTreeMap<String, DateTime<Utc>>,
}

impl Job for FetchJob {
    type Task = Ask;
    type Outcome = (usize, Exchange);

    fn host(&self, ask: &Ask) -> String {
        let asked = Request::new(&ask.url, &ask.state).asked;
        LinkKey::host_of(asked.as_str()).unwrap_or_default()
    }

    fn not_before(&self, _ask: &Ask, host: &str) -> Option<DateTime<Utc>> {
        self.rests.get(host).copied()
    }

    /// Once, whatever `retry` says: the next cycle asks again.
    async fn run(&self, ask: &Ask, at: DateTime<Utc>, _retry: bool) -> (usize, Exchange) {
        (ask.index, fetch(&self.client, &ask.url, &ask.state, at).await)
    }

    fn broke_down(&self, ask: &Ask, at: DateTime<Utc>) -> (usize, Exchange) {
        let message = "what came could not be read without a fault of ours".to_owned();
        let failure = Failure { kind: FailureKind::Ours, message, refusal: None };
        (ask.index, Request::new(&ask.url, &ask.state).answered(Err(failure), at))
    }

    fn held_back(&self, ask: Ask, at: DateTime<Utc>, until: DateTime<Utc>) -> (usize, Exchange) {
        (ask.index, Exchange::without_asking(&ask.url, &ask.state, FetchOutcome::HeldBack(until), at))
    }

    fn reached(&self, (_, exchange): &(usize, Exchange)) -> bool {
        exchange.reached_http
    }

    fn rest(&self, (_, exchange): &(usize, Exchange), _at: DateTime<Utc>) -> Option<(String, DateTime<Utc>)> {
        exchange.rest()
    }
}
