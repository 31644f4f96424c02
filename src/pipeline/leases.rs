//! Asking hosts under leases, where several nodes share a store: a host is claimed, asked outside of any transaction, what came is
//! saved as long as the lease is ours, and the host is let go of.
//!
//! Leases are renewed by a task. Whoever cannot renew them in time asks nobody any more, by its own clock and a little before
//! the store's: the client's gate shuts.

use super::{Cycle, Error};
use crate::net::{Client, Gate};
use crate::store::{Held, Leases, Write};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// For how long a host is claimed.
const LEASE: Duration = Duration::from_mins(1);

/// Between two renewals.
const RENEWAL: Duration = Duration::from_secs(10);

/// For how long after it was claimed or renewed a host is asked: its lease ends later.
const USED: Duration = Duration::from_secs(50);

/// Between two looks whether a host can be had that another node has.
pub(super) const PAUSE: Duration = Duration::from_millis(250);

/// Looks before a single host is given up.
const TRIES: u32 = 20;

/// Most hosts that are claimed at once.
const MOST: usize = 256;

/// Least, where there are as many.
const LEAST: usize = 4;

/// How a lease of a host is called.
const HOST: &str = "host:";

/// The hosts that this node may ask at present.
#[derive(Debug)]
pub(super) struct HostLeases {
    leases: Leases,
    held: Arc<Mutex<Held>>,
    gate: Gate,
    /// Comes true when a lease was lost: then nothing more is asked.
    lost: CancellationToken,
    /// Between the last request to a host and the first one of another node.
    rest: Duration,
    nodes: usize,
    _keeper: AbortOnDropHandle<()>,
}

impl HostLeases {
    /// None yet.
    pub(super) async fn begin(cycle: Cycle<'_>) -> Result<Self, Error> {
        let leases = Leases::of(cycle.store, &cycle.options.node);
        let (held, gate, lost) = (Arc::default(), Gate::shut(), CancellationToken::new());
        let keeper = keep(leases.clone(), Arc::clone(&held), gate.clone(), lost.clone());
        let nodes = cycle.store.nodes().await?;
        let lately = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
        Ok(Self {
            leases,
            held,
            gate,
            lost,
            rest: cycle.options.net.interval,
            nodes: nodes.iter().filter(|node| node.unseen < lately).count().max(1),
            _keeper: AbortOnDropHandle::new(tokio::spawn(keeper)),
        })
    }

    /// How many nodes share the work.
    pub(super) fn nodes(&self) -> usize {
        self.nodes
    }

    /// A client that asks nobody once a lease may be another's.
    pub(super) fn client(&self, client: &Client) -> Client {
        client.behind(self.gate.clone())
    }

    /// Comes true when a lease was lost.
    pub(super) fn lost(&self) -> CancellationToken {
        self.lost.clone()
    }

    /// Sees to it that hosts can be claimed.
    pub(super) async fn note(&self, hosts: impl Iterator<Item = &str>) -> Result<(), Error> {
        Ok(self.leases.note(&hosts.map(lease).collect()).await?)
    }

    /// Claims a share of these hosts: those that nobody else has.
    pub(super) async fn claim(&self, hosts: &[&str]) -> Result<BTreeSet<String>, Error> {
        let share = hosts.len().div_ceil(self.nodes * 2).clamp(LEAST, MOST);
        let names: Vec<String> = hosts.iter().map(|host| lease(host)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut held = self.held.lock().await;
        let began = Instant::now();
        let claimed = self.leases.claim(&names, share, LEASE).await?;
        // The leases that were there before end sooner.
        if held.is_empty() && !claimed.is_empty() && !self.lost.is_cancelled() {
            self.gate.open_until(began + USED);
        }
        let hosts = claimed.keys().map(|name| host(name).to_owned()).collect();
        held.extend(claimed);
        Ok(hosts)
    }

    /// Whether a host is ours.
    pub(super) async fn has(&self, host: &str) -> bool {
        self.held.lock().await.contains_key(&lease(host))
    }

    /// Claims a host, waiting a little for whoever has it.
    pub(super) async fn take(&self, host: &str) -> Result<bool, Error> {
        self.note(std::iter::once(host)).await?;
        for _ in 0..TRIES {
            if !self.claim(&[host]).await?.is_empty() {
                return Ok(true);
            }
            sleep(PAUSE).await;
        }
        Ok(false)
    }

    /// Which of these hosts are still ours. Until the transaction ends nobody else can have them.
    pub(super) async fn hold<'h>(
        &self,
        write: &mut Write,
        hosts: impl Iterator<Item = &'h str>,
    ) -> Result<BTreeSet<String>, Error> {
        let names: BTreeSet<String> = hosts.map(lease).collect();
        // Not waited for while a renewal waits for the transaction.
        let held: Held = self.held.lock().await.iter().map(|(name, token)| (name.clone(), *token)).collect();
        let asked: Held = held.into_iter().filter(|(name, _)| names.contains(name)).collect();
        let held = self.leases.hold(write, &asked).await?;
        Ok(held.iter().map(|name| host(name).to_owned()).collect())
    }

    /// Lets go of hosts.
    pub(super) async fn release<'h>(&self, hosts: impl Iterator<Item = &'h str>) -> Result<(), Error> {
        let mut held = self.held.lock().await;
        let names: BTreeSet<String> = hosts.map(lease).collect();
        let released: Held = held.extract_if(.., |name, _| names.contains(name)).collect();
        Ok(self.leases.release(&released, self.rest).await?)
    }

    /// Lets go of all hosts.
    pub(super) async fn end(self) -> Result<(), Error> {
        let held = std::mem::take(&mut *self.held.lock().await);
        Ok(self.leases.release(&held, self.rest).await?)
    }
}

/// Begins to write what came of hosts: not while the publisher publishes, whose marks would be lost.
pub(super) async fn begin_to_save(cycle: Cycle<'_>) -> Result<Write, Error> {
    loop {
        let mut write = cycle.store.begin().await?;
        if cycle.role.is_alone() || !write.is_publishing().await? {
            return Ok(write);
        }
        drop(write);
        sleep(PAUSE).await;
    }
}

/// Renews what is held, until a lease is lost.
async fn keep(leases: Leases, held: Arc<Mutex<Held>>, gate: Gate, lost: CancellationToken) {
    loop {
        sleep(RENEWAL).await;
        let held = held.lock().await;
        if held.is_empty() {
            continue;
        }
        let began = Instant::now();
        match timeout(RENEWAL, leases.renew(&held, LEASE)).await {
            Ok(Ok(renewed)) if renewed == held.len() => gate.open_until(began + USED),
            Ok(Ok(_)) => {
                gate.open_until(began);
                return lost.cancel();
            }
            // Tried again, as long as there is time.
            Ok(Err(_)) | Err(_) if gate.left().is_some() => {}
            Ok(Err(_)) | Err(_) => return lost.cancel(),
        }
    }
}

fn lease(host: &str) -> String {
    format!("{HOST}{host}")
}

fn host(lease: &str) -> &str {
    lease.strip_prefix(HOST).unwrap_or(lease)
}
