//! Many tasks, carried out fairly: taken as they come, started as the [`Queue`] of hosts allows, handed out as they end.
//! `verify` checks links with it, `collect` fetches feeds.
//!
//! One spawned task per running one, none per waiting one. Dropping the round, or `until` coming true, ends everything
//! that runs; what was not carried out then is simply not handed out.

use super::options::Options;
use super::queue::{Queue, Turn};
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

/// Tasks that may wait at once; more are taken as these are worked off, which bounds memory.
const MOST_WAITING: usize = 1 << 16;

/// Outcomes that came at the same time are handed over together, at most so many.
const TOGETHER: usize = 64;

/// Such handfuls that may wait for the caller; then nothing more is started.
const AT_ONCE: usize = 4;

/// A host that asks for more than this is left for another time instead of being waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is done with each task of a round, and what follows from it for the hosts.
pub trait Job: Send + Sync + 'static {
    /// What waits for its turn.
    type Task: Send + Sync + 'static;
    /// What came of it, whatever that is.
    type Outcome: Send + 'static;

    /// The host that is asked; empty where none is.
    fn host(&self, task: &Self::Task) -> String;

    /// Before when that host asked not to be contacted, as known from earlier rounds.
    fn not_before(&self, task: &Self::Task, host: &str) -> Option<DateTime<Utc>>;

    /// Carries it out. Without `retry` one attempt must do: the host failed for all its last tasks.
    fn run(&self, task: &Self::Task, at: DateTime<Utc>, retry: bool) -> impl Future<Output = Self::Outcome> + Send;

    /// The outcome when `run` panicked, which must cost neither the round nor the task.
    fn broke_down(&self, task: &Self::Task, at: DateTime<Utc>) -> Self::Outcome;

    /// The outcome of a task that was not carried out because its host is to be left alone `until` then.
    fn held_back(&self, task: Self::Task, at: DateTime<Utc>, until: DateTime<Utc>) -> Self::Outcome;

    /// Whether the host answered in HTTP, or was not contacted at all.
    fn reached(&self, outcome: &Self::Outcome) -> bool;

    /// The host that asked, in what came, to be left alone, and until when; `at` is when it came.
    fn rest(&self, outcome: &Self::Outcome, at: DateTime<Utc>) -> Option<(String, DateTime<Utc>)>;
}

/// A round over tasks that are carried out by `J`.
pub struct Round<J: Job> {
    job: Arc<J>,
    concurrency: usize,
    horizon: Duration,
    queue: Queue<J::Task>,
    tasks: Option<BoxStream<'static, J::Task>>,
    until: Pin<Box<dyn Future<Output = ()> + Send>>,
    running: JoinSet<(usize, J::Outcome)>,
    /// Hosts that may have to be left for another time while tasks of theirs wait.
    held: VecDeque<usize>,
    began: Instant,
    now: DateTime<Utc>,
}

impl<J: Job> std::fmt::Debug for Round<J> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (running, waiting) = (self.running.len(), self.queue.waiting());
        f.debug_struct("Round").field("running", &running).field("waiting", &waiting).finish_non_exhaustive()
    }
}

impl<J: Job> Round<J> {
    /// Every task, each once, until `until` comes true (shutdown, or the budget of a cycle). `limits` say how many run at
    /// once, how many on one host, and how long lies between starts on one.
    pub fn new(
        job: J,
        limits: &Options,
        tasks: impl Stream<Item = J::Task> + Send + 'static,
        now: DateTime<Utc>,
        until: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        Self {
            job: Arc::new(job),
            concurrency: limits.concurrency.max(1),
            horizon: PATIENCE.max(limits.interval * 2),
            queue: Queue::new(limits.per_host, limits.interval),
            tasks: Some(tasks.boxed()),
            until: Box::pin(until),
            running: JoinSet::new(),
            held: VecDeque::new(),
            began: Instant::now(),
            now,
        }
    }

    /// The outcomes one by one: nothing more is started while the caller does not ask for the next one.
    pub fn one_by_one(self) -> BoxStream<'static, J::Outcome> {
        stream::unfold(self, |mut round| async move { round.next().await.map(|outcome| (outcome, round)) }).boxed()
    }

    /// The outcomes by the handful, from a task beside those that it waits for: to wake the caller for each of many short
    /// tasks would cost as much as half of one.
    pub fn ahead(self) -> BoxStream<'static, J::Outcome> {
        let (sender, outcomes) = mpsc::channel(AT_ONCE);
        let driver = AbortOnDropHandle::new(tokio::spawn(self.hand_over(sender)));
        stream::unfold((outcomes, driver), |(mut outcomes, driver)| async move {
            let Some(handful) = outcomes.recv().await else {
                // A fault of the task is one of the caller's.
                let fault = driver.await.err().and_then(|error| error.try_into_panic().ok());
                return fault.and_then(|panic| std::panic::resume_unwind(panic));
            };
            Some((stream::iter(handful), (outcomes, driver)))
        })
        .flatten()
        .boxed()
    }

    async fn hand_over(mut self, sender: mpsc::Sender<Vec<J::Outcome>>) {
        while let Some(first) = self.next().await {
            let mut handful = vec![first];
            while handful.len() < TOGETHER
                && let Some(Some(outcome)) = self.next().now_or_never()
            {
                handful.push(outcome);
            }
            if sender.send(handful).await.is_err() {
                return;
            }
        }
    }

    async fn next(&mut self) -> Option<J::Outcome> {
        loop {
            if let Some(outcome) = self.held_back() {
                return Some(outcome);
            }
            self.start();
            // `until` may never come true, so nothing to do must be seen as such.
            if self.running.is_empty() && self.tasks.is_none() && self.queue.waiting() == 0 {
                return None;
            }
            let may_start = self.running.len() < self.concurrency;
            let wake_at = self.queue.wake_at().filter(|_| may_start);
            let room = self.queue.waiting() < MOST_WAITING;
            tokio::select! {
                biased;
                () = &mut self.until => return None,
                Some(ended) = self.running.join_next() => {
                    if let Ok((host, outcome)) = ended {
                        self.ended(host, &outcome);
                        return Some(outcome);
                    }
                }
                task = next_of(&mut self.tasks), if self.tasks.is_some() && room => match task {
                    Some(task) => self.take(task),
                    None => self.tasks = None,
                },
                () = sleep_until(wake_at.unwrap_or(self.began)), if wake_at.is_some() => {}
            }
        }
    }

    fn take(&mut self, task: J::Task) {
        let host = self.job.host(&task);
        let not_before = self.job.not_before(&task, &host);
        let instant = Instant::now();
        self.queue.push(&host, task, instant);
        self.leave_alone(&host, not_before.unwrap_or(self.now));
    }

    fn start(&mut self) {
        let instant = Instant::now();
        while self.running.len() < self.concurrency {
            let Some(Turn { host, what: task, retry }) = self.queue.next(instant) else { return };
            let job = Arc::clone(&self.job);
            let at = self.at(instant);
            self.running.spawn(async move {
                let outcome = AssertUnwindSafe(job.run(&task, at, retry)).catch_unwind().await;
                (host, outcome.unwrap_or_else(|_panic| job.broke_down(&task, at)))
            });
        }
    }

    fn ended(&mut self, host: usize, outcome: &J::Outcome) {
        let instant = Instant::now();
        if let Some((host, until)) = self.job.rest(outcome, self.at(instant)) {
            self.leave_alone(&host, until);
        }
        self.queue.done(host, self.job.reached(outcome), instant);
    }

    /// Whatever waits for `host`, now or later, is not carried out before `until`.
    fn leave_alone(&mut self, host: &str, until: DateTime<Utc>) {
        let instant = Instant::now();
        if let Ok(wait) = (until - self.at(instant)).to_std()
            && let Some(until) = instant.checked_add(wait)
        {
            self.queue.leave_alone(host, until, instant);
        }
        let id = self.queue.id(host, instant);
        self.held.push_back(id);
    }

    /// The outcome for a task that will not be carried out in this round, if there is one.
    fn held_back(&mut self) -> Option<J::Outcome> {
        let instant = Instant::now();
        while let Some(host) = self.held.front().copied() {
            let Some((task, until)) = self.queue.held_back(host, instant + self.horizon) else {
                self.held.pop_front();
                continue;
            };
            return Some(self.job.held_back(task, self.at(instant), self.at(until)));
        }
        None
    }

    fn at(&self, instant: Instant) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(instant - self.began).ok();
        passed.and_then(|passed| self.now.checked_add_signed(passed)).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

async fn next_of<T>(tasks: &mut Option<BoxStream<'static, T>>) -> Option<T> {
    match tasks {
        Some(tasks) => tasks.next().await,
        None => None,
    }
}

#[cfg(test)]
#[path = "tests/round.rs"]
mod tests;
