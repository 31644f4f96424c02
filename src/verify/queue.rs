//! Whose turn it is: a ready queue of hosts, each with its waiting links, its slots, the interval between its starts
//! and the moment before which it asked to be left alone. Pure: time is an argument.
//!
//! Hosts take turns, so that many links of a slow one never hold up the others; a waiting link costs its URL and
//! nothing else (no task, no timer).

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// Checks of a host that failed below HTTP in a row, after which its other links are no longer tried again and again.
const DEAD_AFTER: u32 = 3;

/// A link about to be checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) host: usize,
    pub(super) url: Box<str>,
    /// Whether a failure is worth another attempt; not on a host that failed for all its last links.
    pub(super) retry: bool,
}

#[derive(Debug)]
struct Host {
    waiting: VecDeque<Box<str>>,
    running: usize,
    /// Interval and Retry-After in one: no start before this.
    not_before: Instant,
    /// Whether it stands in `ready` or `delayed`.
    queued: bool,
    failures: u32,
}

/// Everything that waits.
#[derive(Debug)]
pub(super) struct Queue {
    names: HashMap<Box<str>, usize>,
    hosts: Vec<Host>,
    ready: VecDeque<usize>,
    delayed: BinaryHeap<Reverse<(Instant, usize)>>,
    waiting: usize,
    per_host: usize,
    interval: Duration,
}

impl Queue {
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

    /// Links that have not started.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// A link of `host` waits from now on.
    pub(super) fn push(&mut self, host: &str, url: Box<str>, now: Instant) {
        let id = self.id(host, now);
        self.waiting += 1;
        if let Some(host) = self.hosts.get_mut(id) {
            host.waiting.push_back(url);
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

    /// The next link that may start now; it occupies a slot of its host until [`Queue::done`].
    pub(super) fn next(&mut self, now: Instant) -> Option<Turn> {
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
            let Some(url) = host.waiting.pop_front() else { continue };
            host.running += 1;
            host.not_before = now + self.interval;
            self.waiting -= 1;
            let retry = host.failures < DEAD_AFTER;
            self.enqueue(id, now);
            return Some(Turn { host: id, url, retry });
        }
        None
    }

    /// When a start may become possible without anything ending.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.delayed.peek().map(|Reverse((at, _))| *at)
    }

    /// The link's check ended; `reached` says whether its host answered in HTTP.
    pub(super) fn done(&mut self, id: usize, reached: bool, now: Instant) {
        if let Some(host) = self.hosts.get_mut(id) {
            host.running = host.running.saturating_sub(1);
            host.failures = if reached { 0 } else { host.failures.saturating_add(1) };
        }
        self.enqueue(id, now);
    }

    /// Takes one link of a host that is to be left alone beyond `horizon`, with that moment.
    pub(super) fn held_back(&mut self, id: usize, horizon: Instant) -> Option<(Box<str>, Instant)> {
        let host = self.hosts.get_mut(id)?;
        if host.not_before <= horizon {
            return None;
        }
        let url = host.waiting.pop_front()?;
        self.waiting -= 1;
        Some((url, host.not_before))
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
