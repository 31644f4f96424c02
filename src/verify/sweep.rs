//! Many URLs, checked fairly: takes targets as they come, starts them as the queue allows, hands out checks as they end.
//!
//! One task per running check, none per waiting link. Dropping the stream, or `until` coming true, ends everything that
//! runs; what was not checked then is simply not in the stream.

use super::attempt::Context;
use super::check;
use super::options::{CheckOptions, HELD_BACK, Target};
use crate::model::{Check, LinkKey, Verdict};
use crate::net::{Client, Queue, Turn};
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::stream::{self, BoxStream, Stream, StreamExt};
use std::collections::VecDeque;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;

/// Links that may wait at once; more are taken in as these are worked off, which bounds memory.
const MOST_WAITING: usize = 1 << 16;

/// Checks that ended at the same time are handed out together, at most so many.
const TOGETHER: usize = 64;

/// Such handfuls that may wait for the caller; then nothing more is started.
const AT_ONCE: usize = 4;

/// A host that asks for more than this is left for another time instead of being waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Checks every target, each once, until `until` comes true (shutdown, or the budget of a cycle). The caller passes no
/// URL twice. A link whose host asked to be left alone for longer than a sweep waits comes back as [`HELD_BACK`].
pub fn check_all(
    client: &Client,
    options: &CheckOptions,
    targets: impl Stream<Item = Target> + Send + 'static,
    now: DateTime<Utc>,
    until: impl Future<Output = ()> + Send + 'static,
) -> BoxStream<'static, Check> {
    let limits = client.options();
    let sweep = Sweep {
        concurrency: limits.concurrency.max(1),
        horizon: PATIENCE.max(limits.interval * 2),
        queue: Queue::new(limits.per_host, limits.interval),
        context: Arc::new(Context::new(client.clone(), options.clone())),
        targets: Some(targets.boxed()),
        until: Box::pin(until),
        running: JoinSet::new(),
        held: VecDeque::new(),
        began: Instant::now(),
        now,
    };
    // In a task beside those that it waits for: to wake the caller for each check would cost as much as half of it.
    let (ended, checks) = mpsc::channel(AT_ONCE);
    let driver = AbortOnDropHandle::new(tokio::spawn(sweep.run(ended)));
    stream::unfold((checks, driver), |(mut checks, driver)| async move {
        let Some(known) = checks.recv().await else {
            // A fault of the task is one of the caller's.
            let fault = driver.await.err().and_then(|error| error.try_into_panic().ok());
            return fault.and_then(|panic| std::panic::resume_unwind(panic));
        };
        Some((stream::iter(known), (checks, driver)))
    })
    .flatten()
    .boxed()
}

struct Sweep {
    concurrency: usize,
    horizon: Duration,
    queue: Queue<Box<str>>,
    context: Arc<Context>,
    targets: Option<BoxStream<'static, Target>>,
    until: Pin<Box<dyn Future<Output = ()> + Send>>,
    running: JoinSet<(usize, Check)>,
    /// Hosts that are left for another time while links of theirs wait.
    held: VecDeque<usize>,
    began: Instant,
    now: DateTime<Utc>,
}

impl Sweep {
    async fn run(mut self, ended: mpsc::Sender<Vec<Check>>) {
        while let Some(first) = self.next().await {
            let mut known = vec![first];
            while known.len() < TOGETHER
                && let Some(Some(check)) = self.next().now_or_never()
            {
                known.push(check);
            }
            if ended.send(known).await.is_err() {
                return;
            }
        }
    }

    async fn next(&mut self) -> Option<Check> {
        loop {
            if let Some(check) = self.held_back() {
                return Some(check);
            }
            self.start();
            // `until` may never come true, so nothing to do must be seen as such.
            if self.running.is_empty() && self.targets.is_none() && self.queue.waiting() == 0 {
                return None;
            }
            let may_start = self.running.len() < self.concurrency;
            let wake_at = self.queue.wake_at().filter(|_| may_start);
            let room = self.queue.waiting() < MOST_WAITING;
            tokio::select! {
                biased;
                () = &mut self.until => return None,
                Some(ended) = self.running.join_next() => {
                    if let Ok((host, check)) = ended {
                        return Some(self.ended(host, check));
                    }
                }
                target = next_of(&mut self.targets), if self.targets.is_some() && room => match target {
                    Some(target) => self.take(target),
                    None => self.targets = None,
                },
                () = sleep_until(wake_at.unwrap_or(self.began)), if wake_at.is_some() => {}
            }
        }
    }

    fn take(&mut self, target: Target) {
        let instant = Instant::now();
        // Malformed URLs have no host; they are refused without contacting anybody.
        let host = LinkKey::host_of(&target.url).unwrap_or_default();
        if let Some(not_before) = target.not_before
            && let Ok(wait) = (not_before - self.at(instant)).to_std()
            && let Some(until) = instant.checked_add(wait)
        {
            self.queue.leave_alone(&host, until, instant);
        }
        self.queue.push(&host, target.url.into_boxed_str(), instant);
        let id = self.queue.id(&host, instant);
        self.held.push_back(id);
    }

    fn start(&mut self) {
        let instant = Instant::now();
        while self.running.len() < self.concurrency {
            let Some(Turn { host, what: url, retry }) = self.queue.next(instant) else { return };
            let context = Arc::clone(&self.context);
            let at = self.at(instant);
            self.running.spawn(async move {
                let run = AssertUnwindSafe(check::run(&context, &url, at, retry)).catch_unwind().await;
                (host, run.unwrap_or_else(|_panic| not_judged(&url, at)))
            });
        }
    }

    fn ended(&mut self, host: usize, check: Check) -> Check {
        let instant = Instant::now();
        if let Some(wait) = check.retry_after
            && let Some(until) = instant.checked_add(Duration::from_secs(wait))
        {
            self.queue.leave_alone_id(host, until);
            self.held.push_back(host);
        }
        let untouched = check.verdict == Verdict::Refused && !check.reached_http;
        self.queue.done(host, check.reached_http || untouched, instant);
        check
    }

    /// A link that will not be asked for in this sweep, if there is one.
    fn held_back(&mut self) -> Option<Check> {
        let instant = Instant::now();
        while let Some(host) = self.held.front().copied() {
            let Some((url, until)) = self.queue.held_back(host, instant + self.horizon) else {
                self.held.pop_front();
                continue;
            };
            let wait = until - instant;
            return Some(Check {
                url: url.into(),
                at: self.at(instant),
                verdict: Verdict::Blocked,
                rule: HELD_BACK.to_owned(),
                evidence: format!("not asked: the host wants to be left alone for {} s", wait.as_secs()),
                status: None,
                final_url: None,
                hops: Vec::new(),
                retry_after: Some(wait.as_secs() + 1),
                reached_http: false,
                ms: 0,
            });
        }
        None
    }

    fn at(&self, instant: Instant) -> DateTime<Utc> {
        self.now + TimeDelta::from_std(instant - self.began).unwrap_or_default()
    }
}

/// A page that one of the parsers panics on must cost neither the sweep nor the link: it is only closed to us.
fn not_judged(url: &str, at: DateTime<Utc>) -> Check {
    Check {
        url: url.to_owned(),
        at,
        verdict: Verdict::Blocked,
        rule: "not-judged".to_owned(),
        evidence: "what came could not be read without a fault of ours".to_owned(),
        status: None,
        final_url: None,
        hops: Vec::new(),
        retry_after: None,
        reached_http: true,
        ms: 0,
    }
}

async fn next_of(targets: &mut Option<BoxStream<'static, Target>>) -> Option<Target> {
    match targets {
        Some(targets) => targets.next().await,
        None => None,
    }
}
