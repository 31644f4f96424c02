//! Links of which several nodes check a part each: those of the hosts that a node could claim.
//!
//! As alone, three things go on at once. What differs: hosts are claimed before their links are read, and let go of when what was
//! seen of them is recorded; and until it is sure that the network is up here, checks are kept in memory. A node that dies on
//! the way has recorded nothing of them, and another one looks again.

use super::{Batch, CheckReport, Cycle, Error, Records, look, network_is_down};
use crate::model::{Check, LinkKey};
use crate::net::Client;
use crate::pipeline::leases::{HostLeases, PAUSE, begin_to_save};
use crate::store::{Due, DueLink};
use futures::channel::mpsc::{self, Receiver, Sender};
use futures::{FutureExt, SinkExt, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::time::sleep;

/// So many hosts are enough to tell whether the network is up; the rest of what was seen is recorded as it comes.
const TELLING: usize = 200;

/// Hosts that are claimed at the same time.
const AT_ONCE: usize = 256;

/// Links that wait to be looked at.
const AHEAD: usize = 256;

/// How many links of each claimed host are to be looked at yet.
#[derive(Debug, Default)]
struct Open(Mutex<BTreeMap<String, usize>>);

impl Open {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what was recorded; gives the hosts of which nothing is left.
    fn done(&self, checks: &[Check]) -> Vec<String> {
        let mut open = self.lock();
        let mut done = Vec::new();
        for check in checks {
            let host = LinkKey::host_of(&check.url).unwrap_or_default();
            let Some(left) = open.get_mut(&host) else { continue };
            *left = left.saturating_sub(1);
            if *left == 0 {
                open.remove(&host);
                done.push(host);
            }
        }
        done
    }
}

/// Checks the links that are due, as far as no other node does.
pub(super) async fn due_links(cycle: Cycle<'_>, client: &Client, due: Due) -> Result<CheckReport, Error> {
    let mut report = CheckReport { due: due.links, ..CheckReport::default() };
    let began = tokio::time::Instant::now();
    let leases = HostLeases::begin(cycle).await?;
    let client = leases.client(client);
    let open = Open::default();
    let mut records = Records::begin(cycle, 0);
    let (to_look_at, targets) = mpsc::channel(AHEAD);
    let (seen, to_record) = mpsc::channel(0);
    let share = Due { hosts: due.hosts.div_ceil(leases.nodes()).min(TELLING), ..due };
    let looking = look(cycle, &client, share, targets, (seen, leases.lost())).map(Ok::<_, Error>);
    let recording = record_all(&mut records, &leases, &open, to_record);
    let ((), reach, unsure) = tokio::try_join!(feed(cycle, &leases, &open, to_look_at), looking, recording)?;
    report.network_down = match reach.network_is_down() {
        // Where the host that would tell is another node's at present, what was seen does not count.
        Some(why) if !may_probe(cycle, &leases).await? => Some(why),
        _ => network_is_down(cycle, &client, &reach).await?,
    };
    record(&mut records, &leases, &unsure, report.network_down.is_none()).await?;
    leases.end().await?;
    records.tell(&mut report);
    report.ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

/// Whether the hosts may be asked that tell whether the network is up.
async fn may_probe(cycle: Cycle<'_>, leases: &HostLeases) -> Result<bool, Error> {
    let Some(url) = cycle.store.recently_reached().await? else { return Ok(true) };
    let host = LinkKey::host_of(&url).unwrap_or_default();
    Ok(leases.has(&host).await || leases.take(&host).await?)
}

/// Claims hosts and hands out their links, until nothing is left that nobody looked at or nobody takes them any more.
async fn feed(cycle: Cycle<'_>, leases: &HostLeases, open: &Open, mut targets: Sender<DueLink>) -> Result<(), Error> {
    let mut left = cycle.store.due_hosts(cycle.now).await?;
    leases.note(left.iter().map(String::as_str)).await?;
    while !left.is_empty() && !targets.is_closed() && !cycle.stop.is_cancelled() {
        let room = AT_ONCE.saturating_sub(open.lock().len());
        let wanted: Vec<&str> = left.iter().take(if room == 0 { 0 } else { AT_ONCE * 4 }).map(String::as_str).collect();
        let claimed = if wanted.is_empty() { BTreeSet::new() } else { leases.claim(&wanted).await? };
        if claimed.is_empty() {
            sleep(PAUSE).await;
            continue;
        }
        left.retain(|host| !claimed.contains(host));
        let hosts: Vec<&str> = claimed.iter().map(String::as_str).collect();
        let links = cycle.store.due_links_of(cycle.now, &hosts).await?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for link in &links {
            *counts.entry(LinkKey::host_of(&link.url).unwrap_or_default()).or_default() += 1;
        }
        // Another node has looked at their links meanwhile.
        leases.release(hosts.into_iter().filter(|host| !counts.contains_key(*host))).await?;
        open.lock().extend(counts);
        for link in links {
            if targets.send(link).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Records what was seen once it is sure that the network is up; gives back what is not sure at the end.
async fn record_all(
    records: &mut Records<'_>,
    leases: &HostLeases,
    open: &Open,
    mut batches: Receiver<Batch>,
) -> Result<Vec<Check>, Error> {
    let mut unsure = Vec::new();
    while let Some(Batch { checks, up }) = batches.next().await {
        unsure.extend(checks);
        if up {
            let checks = std::mem::take(&mut unsure);
            record(records, leases, &checks, true).await?;
            let done = open.done(&checks);
            leases.release(done.iter().map(String::as_str)).await?;
        }
    }
    Ok(unsure)
}

/// Records checks of hosts that are still ours.
async fn record(records: &mut Records<'_>, leases: &HostLeases, checks: &[Check], counted: bool) -> Result<(), Error> {
    for batch in checks.chunks(super::BATCH) {
        let host = |check: &Check| LinkKey::host_of(&check.url).unwrap_or_default();
        let hosts: BTreeSet<String> = batch.iter().map(host).collect();
        let mut write = begin_to_save(records.cycle).await?;
        let held = leases.hold(&mut write, hosts.iter().map(String::as_str)).await?;
        let ours: Vec<Check> = batch.iter().filter(|check| held.contains(&host(check))).cloned().collect();
        records.record(&mut write, &ours, counted).await?;
        write.commit().await?;
        records.note(&ours);
    }
    Ok(())
}
