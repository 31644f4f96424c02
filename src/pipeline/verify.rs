//! Checks the links that are due, records what was seen, and publishes what it adds up to, unless the network is down
//! here.

use super::{CheckReport, Cycle, Error};
use crate::collect::feed::stories;
use crate::model::{Check, LinkKey, Verdict};
use crate::net::Client;
use crate::store::{DueLink, Judged, Looked};
use crate::verify::{self, Target};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use std::collections::HashMap;

/// Links checked in one cycle at most; the rest goes on next time.
const MOST: u32 = 20_000;

/// Checks recorded in one transaction.
const BATCH: usize = 1000;

/// After this many checks of which none reached HTTP the network is looked at, instead of trying thousands in vain.
const ENOUGH_FAILURES: usize = 40;

/// Checks every link that is due.
pub(super) async fn due_links(cycle: Cycle<'_>, client: Option<&Client>) -> Result<CheckReport, Error> {
    let Cycle { store, options, now, .. } = cycle;
    let due = store.due_links(now, MOST).await?;
    let mut report = CheckReport { due: due.len(), offline: options.offline, ..CheckReport::default() };
    let Some(client) = client.filter(|_| !due.is_empty()) else { return Ok(report) };
    let began = tokio::time::Instant::now();
    let checks = check(cycle, client, &due).await;
    report.checked = checks.len();
    report.network_down = network_is_down(cycle, client, &checks).await?;
    report.changed = record(cycle, &due, &checks, report.network_down.is_none()).await?;
    report.ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

/// Runs the checks, until the budget is used up, the work is stopped, or it is plain that nothing is reached.
async fn check(cycle: Cycle<'_>, client: &Client, due: &[DueLink]) -> Vec<Check> {
    let Cycle { options, progress, now, stop, .. } = cycle;
    let bar = progress.checking(due.len());
    let targets: Vec<Target> = due.iter().map(|link| Target::new(link.url.clone())).collect();
    let (stop, budget) = (stop.clone(), options.verify.budget);
    let until = async move {
        // Whether the time is up or the work is stopped, the checks end.
        let _ = tokio::time::timeout(budget, stop.cancelled()).await;
    };
    let mut stream = verify::check_all(client, &options.verify.check, futures::stream::iter(targets), now, until);
    let mut checks: Vec<Check> = Vec::new();
    let mut reached = false;
    while let Some(check) = stream.next().await {
        reached |= check.reached_http;
        checks.push(check);
        bar.inc(1);
        if !reached && checks.len() == ENOUGH_FAILURES && verify::network_is_down(&checks).is_some() {
            break;
        }
    }
    checks
}

/// Rule 6: when nothing was reached, one host that was reached recently is tried too.
async fn network_is_down(cycle: Cycle<'_>, client: &Client, checks: &[Check]) -> Result<Option<String>, Error> {
    let Cycle { store, options, now, .. } = cycle;
    let Some(why) = verify::network_is_down(checks) else { return Ok(None) };
    if checks.iter().any(|check| check.reached_http) {
        return Ok(Some(why));
    }
    let Some(url) = store.recently_reached().await? else { return Ok(Some(why)) };
    let probe = verify::check(client, &options.verify.check, &url, now).await;
    Ok((!probe.reached_http).then_some(why))
}

/// Records every check, and judges the links when the checks count. Tells how many verdicts changed.
async fn record(cycle: Cycle<'_>, due: &[DueLink], checks: &[Check], counted: bool) -> Result<usize, Error> {
    let Cycle { store, options, now, .. } = cycle;
    let published: HashMap<&str, DateTime<Utc>> = due.iter().map(|link| (link.key.as_str(), link.newest)).collect();
    let mut changed = 0;
    for batch in checks.chunks(BATCH) {
        let looked: Vec<Looked<'_>> = batch
            .iter()
            .filter_map(|check| {
                // A refusal is our own policy and needs no network.
                let counted = counted || check.verdict == Verdict::Refused;
                Some(Looked { key: LinkKey::of(&check.url)?.to_string(), check, counted })
            })
            .collect();
        let mut write = store.begin().await?;
        let mut seen = write.record_checks(&looked).await?;
        let judged: Vec<Judged<'_>> = looked
            .iter()
            .filter(|looked| looked.counted)
            .filter_map(|looked| {
                let key = looked.key.as_str();
                let seen = seen.remove(key)?;
                let judgement = verify::judge(&seen, &options.verify.policy);
                let newest = published.get(key).copied().unwrap_or(now);
                let next_check = verify::next_check(&judgement, &seen, newest, &options.verify.policy, now);
                Some(Judged { key, judgement, next_check })
            })
            .collect();
        changed += write.judge_links(&judged).await?;
        let led = looked.iter().filter_map(|looked| Some((looked.key.as_str(), stories::led_to(looked.check)?)));
        write.note_led_to(&led.collect::<Vec<_>>()).await?;
        write.commit().await?;
    }
    Ok(changed)
}
