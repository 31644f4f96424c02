//! Whose turn it is: a ready queue of hosts, each with what waits for it (links to check, feeds to fetch), its slots, the
//! interval between its starts and the moment before which it asked to be left alone. Pure: time is an argument, and
//! nothing is contacted from here.
//!
//! Hosts take turns, so that many requests to a slow one never hold up the others; one that waits costs itself and
//! nothing else (no task, no timer).

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// Requests to a host that failed below HTTP in a row, after which its other ones are no longer tried again and again.
const DEAD_AFTER: u32 = 3;

/// Something about to start.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Turn<T> {
    /// The number that stands for its host.
    pub(super) host: usize,
    /// What waited.
    pub(super) what: T,
    /// Whether a failure is worth another attempt; not on a host that failed for all its last requests.
    pub(super) retry: bool,
}

#[derive(Debug)]
struct Host<T> {
    waiting: VecDeque<T>,
    running: usize,
    /// Interval and Retry-After in one: no start before this.
    not_before: Instant,
    /// Whether it stands in `ready` or `delayed`.
    queued: bool,
    failures: u32,
}

/// Everything that waits.
#[derive(Debug)]
pub(super) struct Queue<T> {
    names: HashMap<Box<str>, usize>,
    hosts: Vec<Host<T>>,
    ready: VecDeque<usize>,
    delayed: BinaryHeap<Reverse<(Instant, usize)>>,
    waiting: usize,
    per_host: usize,
    interval: Duration,
}

impl<T> Queue<T> {
    /// An empty queue that starts at most `per_host` at once on a host, each `interval` after the one before.
    pub(super) fn new(per_host: usize, interval: Duration) -> Self {
        Self {
            names: HashMap::new(),
            hosts: Vec::new(),
            ready: VecDeque::new(),
            delayed: BinaryHeap::new(),
            waiting: 0,
            per_host: per_host.max(1),
            interval,
        }
    }

    /// How many have not started.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Something for `host` waits from now on.
    pub(super) fn push(&mut self, host: &str, what: T, now: Instant) {
        let id = self.id(host, now);
        self.waiting += 1;
        if let Some(host) = self.hosts.get_mut(id) {
            host.waiting.push_back(what);
        }
        self.enqueue(id, now);
    }

    /// The host is not to be contacted before `until`.
    pub(super) fn leave_alone(&mut self, host: &str, until: Instant, now: Instant) {
        let id = self.id(host, now);
        self.leave_alone_id(id, until);
    }

    /// The same for a host that is known by its turn.
    pub(super) fn leave_alone_id(&mut self, id: usize, until: Instant) {
        if let Some(host) = self.hosts.get_mut(id) {
            host.not_before = host.not_before.max(until);
        }
    }

    /// The next one that may start now; it occupies a slot of its host until [`Queue::done`].
    pub(super) fn next(&mut self, now: Instant) -> Option<Turn<T>> {
        while let Some(Reverse((at, id))) = self.delayed.peek().copied() {
            if at > now {
                break;
            }
            self.delayed.pop();
            self.ready.push_back(id);
        }
        while let Some(id) = self.ready.pop_front() {
            let Some(host) = self.hosts.get_mut(id) else { continue };
            host.queued = false;
            if host.not_before > now || host.running >= self.per_host {
                self.enqueue(id, now);
                continue;
            }
            let Some(what) = host.waiting.pop_front() else { continue };
            host.running += 1;
            host.not_before = now + self.interval;
            self.waiting -= 1;
            let retry = host.failures < DEAD_AFTER;
            self.enqueue(id, now);
            return Some(Turn { host: id, what, retry });
        }
        None
    }

    /// When a start may become possible without anything ending.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.delayed.peek().map(|Reverse((at, _))| *at)
    }

    /// It ended; `reached` says whether its host answered in HTTP.
    pub(super) fn done(&mut self, id: usize, reached: bool, now: Instant) {
        if let Some(host) = self.hosts.get_mut(id) {
            host.running = host.running.saturating_sub(1);
            host.failures = if reached { 0 } else { host.failures.saturating_add(1) };
        }
        self.enqueue(id, now);
    }

    /// Takes one that waits for a host that is to be left alone beyond `horizon`, with that moment.
    pub(super) fn held_back(&mut self, id: usize, horizon: Instant) -> Option<(T, Instant)> {
        let host = self.hosts.get_mut(id)?;
        if host.not_before <= horizon {
            return None;
        }
        let what = host.waiting.pop_front()?;
        self.waiting -= 1;
        Some((what, host.not_before))
    }

    /// The number that stands for a host.
    pub(super) fn id(&mut self, host: &str, now: Instant) -> usize {
        if let Some(id) = self.names.get(host) {
            return *id;
        }
        let id = self.hosts.len();
        self.hosts.push(Host { waiting: VecDeque::new(), running: 0, not_before: now, queued: false, failures: 0 });
        self.names.insert(host.into(), id);
        id
    }

    /// Puts a host that could start something where it belongs; a host whose slots are full comes back with `done`.
    fn enqueue(&mut self, id: usize, now: Instant) {
        let Some(host) = self.hosts.get_mut(id) else { return };
        if host.queued || host.waiting.is_empty() || host.running >= self.per_host {
            return;
        }
        host.queued = true;
        if host.not_before > now {
            self.delayed.push(Reverse((host.not_before, id)));
        } else {
            self.ready.push_back(id);
        }
    }
}

#[cfg(test)]
#[path = "tests/queue.rs"]
mod tests;
