//! Many inputs, fetched fairly: each once, as the queue of hosts allows, handed out as they end.
//!
//! One task per request, none per waiting input. Dropping the stream, or `until` coming true, ends everything that runs;
//! what was not asked then is not in the stream and stays due.

use super::{Exchange, Outcome, Request, fetch};
use crate::model::{LinkKey, PollState};
use crate::net::{Client, Failure, FailureKind, Queue, Turn};
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::stream::{self, BoxStream, StreamExt};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use url::Url;

/// A host that asks for more than this is left for another time instead of being waited for.
const PATIENCE: Duration = Duration::from_secs(30);

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
/// than is waited for comes back as [`Outcome::HeldBack`]. Documents are handed out one by one: drop each before the next
/// is asked for, since room for large ones is scarce.
pub fn fetch_all(
    client: &Client,
    asks: Vec<Ask>,
    rests: &BTreeMap<String, DateTime<Utc>>,
    now: DateTime<Utc>,
    until: impl Future<Output = ()> + Send + 'static,
) -> BoxStream<'static, (usize, Exchange)> {
    let limits = client.options();
    let mut round = Round {
        client: client.clone(),
        concurrency: limits.concurrency.max(1),
        horizon: PATIENCE.max(limits.interval * 2),
        queue: Queue::new(limits.per_host, limits.interval),
        until: Box::pin(until),
        running: JoinSet::new(),
        held: VecDeque::new(),
        began: Instant::now(),
        now,
    };
    for (host, until) in rests {
        round.rest(host, *until);
    }
    for ask in asks {
        round.take(ask);
    }
    stream::unfold(round, |mut round| async move { round.next().await.map(|ended| (ended, round)) }).boxed()
}

struct Round {
    client: Client,
    concurrency: usize,
    horizon: Duration,
    queue: Queue<Box<Ask>>,
    until: Pin<Box<dyn Future<Output = ()> + Send>>,
    running: JoinSet<(usize, usize, Exchange)>,
    /// Hosts that may have to be left for another time while inputs of theirs wait.
    held: VecDeque<usize>,
    began: Instant,
    now: DateTime<Utc>,
}

impl Round {
    async fn next(&mut self) -> Option<(usize, Exchange)> {
        loop {
            if let Some(held) = self.held_back() {
                return Some(held);
            }
            self.start();
            // `until` may never come true, so nothing to do must be seen as such.
            if self.running.is_empty() && self.queue.waiting() == 0 {
                return None;
            }
            let may_start = self.running.len() < self.concurrency;
            let wake_at = self.queue.wake_at().filter(|_| may_start);
            tokio::select! {
                biased;
                () = &mut self.until => return None,
                Some(ended) = self.running.join_next() => {
                    if let Ok((host, index, exchange)) = ended {
                        self.ended(host, &exchange);
                        return Some((index, exchange));
                    }
                }
                () = sleep_until(wake_at.unwrap_or(self.began)), if wake_at.is_some() => {}
            }
        }
    }

    fn take(&mut self, ask: Ask) {
        let instant = Instant::now();
        let asked = Request::new(&ask.url, &ask.state).asked;
        let host = LinkKey::host_of(asked.as_str()).unwrap_or_default();
        self.queue.push(&host, Box::new(ask), instant);
        let id = self.queue.id(&host, instant);
        self.held.push_back(id);
    }

    fn start(&mut self) {
        let instant = Instant::now();
        while self.running.len() < self.concurrency {
            let Some(Turn { host, what: ask, .. }) = self.queue.next(instant) else { return };
            let client = self.client.clone();
            let at = self.at(instant);
            self.running.spawn(async move {
                let fetched = AssertUnwindSafe(fetch(&client, &ask.url, &ask.state, at)).catch_unwind().await;
                (host, ask.index, fetched.unwrap_or_else(|_panic| broke_down(&ask, at)))
            });
        }
    }

    fn ended(&mut self, host: usize, exchange: &Exchange) {
        if let Some((host, until)) = exchange.rest() {
            self.rest(&host, until);
        }
        self.queue.done(host, exchange.reached_http, Instant::now());
    }

    /// Whatever waits for `host` is not asked before `until`.
    fn rest(&mut self, host: &str, until: DateTime<Utc>) {
        let instant = Instant::now();
        let Ok(wait) = (until - self.at(instant)).to_std() else { return };
        let Some(until) = instant.checked_add(wait) else { return };
        self.queue.leave_alone(host, until, instant);
        let id = self.queue.id(host, instant);
        self.held.push_back(id);
    }

    /// An input that will not be asked in this round, if there is one.
    fn held_back(&mut self) -> Option<(usize, Exchange)> {
        let instant = Instant::now();
        while let Some(host) = self.held.front().copied() {
            let Some((ask, until)) = self.queue.held_back(host, instant + self.horizon) else {
                self.held.pop_front();
                continue;
            };
            let at = self.at(instant);
            let until = at + TimeDelta::from_std(until - instant).unwrap_or_default();
            return Some((ask.index, Exchange::without_asking(&ask.url, &ask.state, Outcome::HeldBack(until), at)));
        }
        None
    }

    fn at(&self, instant: Instant) -> DateTime<Utc> {
        self.now + TimeDelta::from_std(instant - self.began).unwrap_or_default()
    }
}

/// A fault of ours must not cost the round.
fn broke_down(ask: &Ask, at: DateTime<Utc>) -> Exchange {
    let message = "what came could not be read without a fault of ours".to_owned();
    let failure = Failure { kind: FailureKind::Ours, message, refusal: None };
    Request::new(&ask.url, &ask.state).answered(Err(failure), at)
}
