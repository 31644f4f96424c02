//! Checks the links that are due, records what was seen, and publishes what it adds up to, unless the network is down
//! here.
//!
//! Three things go on at once and keep little in memory: links are read from the store page by page, looked at, and
//! recorded batch by batch. Until it is sure that the network is up a check is recorded as one that does not count, so
//! that a process that dies on the way leaves no verdict behind that an outage made.

mod shared;

use super::{CheckReport, Cycle, Error, Turned};
use crate::ledger::stories;
use crate::model::{Check, LinkKey, Verdict, primary_language};
use crate::net::Client;
use crate::store::{Due, DueLink, History, Judged, NewCheck, Write};
use crate::verify::{self, Distrust, LinkBefore, Reach, Target};
use futures::channel::mpsc::{self, Receiver, Sender};
use futures::{FutureExt, SinkExt, StreamExt};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use xxhash_rust::xxh3::xxh3_64;

/// Links read from the store at once.
const PAGE: u32 = 8192;

/// Links that are ready to be looked at.
const AHEAD: usize = 256;

/// Checks recorded in one transaction.
const BATCH: usize = 1000;

/// What was seen waits no longer than this for more, where others wait for it.
const LINGER: Duration = Duration::from_millis(500);

/// Changed verdicts told, the worst first; the rest is counted.
const TURNED: usize = 50;

/// After this many checks of which none reached HTTP the network is looked at, instead of trying thousands in vain.
const ENOUGH_FAILURES: usize = 40;

/// Links elsewhere that are looked at before what a whole sweep saw is disbelieved.
const CANARIES: u32 = 3;

/// Checks about to be recorded.
struct Batch {
    checks: Vec<Check>,
    /// Whether it is sure by now that the network is up.
    up: bool,
}

/// Checks every link that is due.
pub(super) async fn due_links(cycle: Cycle<'_>, client: Option<&Client>) -> Result<CheckReport, Error> {
    let Cycle { store, options, now, .. } = cycle;
    let due = store.due(now).await?;
    let mut report = CheckReport { due: due.links, offline: options.offline, ..CheckReport::default() };
    let Some(client) = client.filter(|_| due.links > 0) else { return Ok(report) };
    if !cycle.role.is_alone() {
        return shared::due_links(cycle, client, due).await;
    }
    let began = tokio::time::Instant::now();
    let mut records = Records::begin(cycle, store.last_check().await?);
    let (to_look_at, targets) = mpsc::channel(AHEAD);
    let (seen, to_record) = mpsc::channel(0);
    let looking = look(cycle, client, due, targets, (seen, CancellationToken::new())).map(Ok::<_, Error>);
    // The first to fail ends the others, which would otherwise go on until the budget is used up.
    let ((), reach, ()) = tokio::try_join!(feed(cycle, to_look_at), looking, records.record_all(to_record))?;
    report.network_down = network_is_down(cycle, client, &reach).await?;
    if report.network_down.is_none() {
        records.count_held().await?;
    }
    records.tell(&mut report);
    report.ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

/// Hands out the links that are due, until nobody takes them any more.
async fn feed(cycle: Cycle<'_>, mut targets: Sender<DueLink>) -> Result<(), Error> {
    let mut last = None;
    loop {
        let page = cycle.store.due_links(cycle.now, last.as_ref(), PAGE).await?;
        let Some(newest) = page.last().cloned() else { return Ok(()) };
        last = Some(newest);
        for link in page {
            if targets.send(link).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// Runs the checks, until the budget is used up, the work is stopped, or it is plain that nothing is reached.
async fn look(
    cycle: Cycle<'_>,
    client: &Client,
    due: Due,
    links: Receiver<DueLink>,
    (mut batches, lost): (Sender<Batch>, CancellationToken),
) -> Reach {
    let Cycle { options, progress, now, stop, .. } = cycle;
    let bar = progress.checking(due.links);
    let (stop, budget) = (stop.clone(), options.verify.budget);
    let until = async move {
        // Whether the time is up, the work is stopped or a lease is lost, the checks end.
        let _ = tokio::time::timeout(budget, lost.run_until_cancelled(stop.cancelled())).await;
    };
    let known = Arc::new(Mutex::new(HashMap::new()));
    let befores = Arc::clone(&known);
    let targets = links.map(move |link| {
        let before = LinkBefore::new(link.was_well, link.portrait.as_ref());
        befores.lock().unwrap_or_else(PoisonError::into_inner).insert(xxh3_64(link.url.as_bytes()), before);
        Target::new(link.url)
    });
    let mut stream = verify::check_all(client, &options.verify.check, targets, now, until);
    let mut reach = Reach::default();
    let (mut up, mut seen) = (false, 0);
    let mut checks = Vec::new();
    let is_alone = cycle.role.is_alone();
    loop {
        let next = if is_alone { Ok(stream.next().await) } else { tokio::time::timeout(LINGER, stream.next()).await };
        let check = match next {
            Ok(None) => break,
            Ok(Some(check)) => check,
            // Other nodes wait for hosts of which everything was seen.
            Err(_late) => {
                let checks = std::mem::take(&mut checks);
                if !checks.is_empty() && batches.send(Batch { checks, up }).await.is_err() {
                    return reach;
                }
                continue;
            }
        };
        bar.inc(1);
        seen += 1;
        if !up {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            reach.note(&check, known.remove(&xxh3_64(check.url.as_bytes())).unwrap_or_default());
            up = reach.is_sure(due.hosts);
        }
        checks.push(check);
        if seen == ENOUGH_FAILURES && !reach.any() && reach.network_is_down().is_some() {
            break;
        }
        if checks.len() == BATCH && batches.send(Batch { checks: std::mem::take(&mut checks), up }).await.is_err() {
            return reach;
        }
    }
    // Nobody records them any more only when recording failed, which ends this too.
    let _ = batches.send(Batch { checks, up }).await;
    reach
}

/// Whether somebody else answers in the place of the hosts (a log-in of a hotel, a provider's notice): links elsewhere that
/// were well, and are not seen as themselves either, confirm it; where there are none, what was seen decides.
async fn is_not_ours(cycle: Cycle<'_>, client: &Client, reach: &Reach) -> Result<Option<String>, Error> {
    let Cycle { store, options, now, stop, .. } = cycle;
    let Some(Distrust { why, is_plain }) = reach.distrust() else { return Ok(None) };
    let canaries = store.canaries(&reach.hosts().collect::<Vec<_>>(), CANARIES).await?;
    if canaries.is_empty() {
        return Ok(Some(why).filter(|_| is_plain));
    }
    for (url, portrait) in &canaries {
        let look = stop.run_until_cancelled(verify::check(client, &options.verify.check, url, now)).await;
        if look.is_some_and(|look| verify::is_itself(portrait, &look)) {
            return Ok(None);
        }
    }
    let seen = if canaries.len() == 1 { "a link" } else { "links" };
    Ok(Some(format!("{why}, and {seen} elsewhere that were well are not seen either")))
}

/// Rule 6: when nothing was reached, one host that was reached recently is tried too.
async fn network_is_down(cycle: Cycle<'_>, client: &Client, reach: &Reach) -> Result<Option<String>, Error> {
    let Cycle { store, options, now, stop, .. } = cycle;
    let Some(why) = reach.network_is_down() else { return is_not_ours(cycle, client, reach).await };
    if reach.any() {
        return Ok(Some(why));
    }
    let Some(url) = store.recently_reached().await? else { return Ok(Some(why)) };
    let probe = stop.run_until_cancelled(verify::check(client, &options.verify.check, &url, now)).await;
    Ok((!probe.is_some_and(|probe| probe.reached_http)).then_some(why))
}

/// Records every check, and judges the links when the checks count.
struct Records<'a> {
    cycle: Cycle<'a>,
    /// The last check of earlier cycles.
    before: i64,
    /// Whether there are checks that do not count yet.
    held: bool,
    checked: usize,
    /// Checks by what each of them found.
    made: BTreeMap<Verdict, u64>,
    /// Verdicts that changed.
    changed: usize,
    /// The first of those that took the place of another one.
    turned: Vec<Turned>,
}

impl<'a> Records<'a> {
    fn begin(cycle: Cycle<'a>, before: i64) -> Self {
        let (made, turned) = (BTreeMap::new(), Vec::new());
        Self { cycle, before, held: false, checked: 0, made, changed: 0, turned }
    }

    /// Counts checks that were recorded.
    fn note(&mut self, checks: &[Check]) {
        self.checked += checks.len();
        for check in checks {
            *self.made.entry(check.verdict).or_default() += 1;
        }
    }

    fn tell(self, report: &mut CheckReport) {
        report.checked = self.checked;
        report.made = self.made;
        report.changed = self.changed;
        report.turned = self.turned;
    }
}

impl Records<'_> {
    async fn record_all(&mut self, mut batches: Receiver<Batch>) -> Result<(), Error> {
        while let Some(Batch { checks, up }) = batches.next().await {
            if up {
                self.count_held().await?;
            }
            let mut write = self.cycle.store.begin().await?;
            self.record(&mut write, &checks, up).await?;
            write.commit().await?;
            self.held |= !up;
            self.note(&checks);
        }
        Ok(())
    }

    /// The network turned out to be up: what was held back counts.
    async fn count_held(&mut self) -> Result<(), Error> {
        while self.held {
            let mut write = self.cycle.store.begin().await?;
            let checks = write.take_held(self.before, BATCH).await?;
            self.record(&mut write, &checks, true).await?;
            write.commit().await?;
            self.held = !checks.is_empty();
        }
        Ok(())
    }

    async fn record(&mut self, write: &mut Write, checks: &[Check], counted: bool) -> Result<(), Error> {
        let Cycle { options, now, .. } = self.cycle;
        let policy = &options.verify.policy;
        // That editors write in.
        let language = primary_language(options.publish.language.tag());
        let looked: Vec<NewCheck<'_>> = checks
            .iter()
            .filter_map(|check| {
                // A refusal is our own policy and needs no network.
                let counted = counted || check.verdict == Verdict::Refused;
                Some(NewCheck { key: LinkKey::of(&check.url)?.to_string(), check, counted })
            })
            .collect();
        if looked.is_empty() {
            return Ok(());
        }
        let histories = write.record_checks(&looked).await?;
        let judged: Vec<Judged<'_>> = histories
            .iter()
            .map(|(key, History { newest, checks, beside, is_editors })| {
                let mut beside = beside.clone();
                beside.citation.language = language.clone().filter(|_| *is_editors);
                let weighed = verify::judge(checks, &beside, policy);
                let next_check = verify::next_check(&weighed, checks, *newest, policy, now);
                Judged { key, judgement: weighed.judgement, next_check, memory: weighed.memory }
            })
            .collect();
        let turned = write.judge_links(&judged).await?;
        self.changed += turned.len();
        self.turned.extend(turned.into_iter().filter_map(|(place, before)| {
            let Judged { key, judgement, .. } = judged.get(place).filter(|_| before != Verdict::Unchecked)?;
            let url = looked.iter().find(|looked| looked.key == *key)?.check.url.clone();
            Some(Turned { url, before, after: judgement.verdict, evidence: judgement.evidence.clone() })
        }));
        self.turned.sort_by(|a, b| b.after.cmp(&a.after).then_with(|| a.url.cmp(&b.url)));
        self.turned.truncate(TURNED);
        let told = looked.iter().filter(|looked| looked.counted);
        let led = told.filter_map(|looked| Some((looked.key.as_str(), stories::led_to(looked.check)?)));
        write.note_led_to(&led.collect::<Vec<_>>()).await?;
        Ok(())
    }
}
