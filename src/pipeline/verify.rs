//! Checks the links that are due, records what was seen, and publishes what it adds up to, unless the network is down
//! here.

use super::{CheckReport, Cycle, Error};
use crate::model::{Check, LinkKey, Verdict};
use crate::net::Client;
use crate::store::DueLink;
use crate::verify::{self, Target};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use std::collections::HashMap;

/// Links checked in one cycle at most; the rest goes on next time.
const MOST: u32 = 20_000;

/// Checks recorded in one transaction.
const BATCH: usize = 200;

/// After this many checks of which none reached HTTP the network is looked at, instead of trying thousands in vain.
const ENOUGH_FAILURES: usize = 40;

/// Checks every link that is due.
pub(super) async fn due_links(cycle: Cycle<'_>) -> Result<CheckReport, Error> {
    let Cycle { store, options, now, .. } = cycle;
    let due = store.due_links(now, MOST).await?;
    let mut report = CheckReport { due: due.len(), offline: options.offline, ..CheckReport::default() };
    if options.offline || due.is_empty() {
        return Ok(report);
    }
    let client = Client::new(options.net.clone())?;
    let checks = check(cycle, &client, &due).await;
    report.checked = checks.len();
    report.network_down = network_is_down(cycle, &client, &checks).await?;
    report.changed = record(cycle, &due, &checks, report.network_down.is_none()).await?;
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
        let mut write = store.begin().await?;
        for check in batch {
            let Some(key) = LinkKey::of(&check.url) else { continue };
            let key = key.as_str();
            // A refusal is our own policy and needs no network.
            let counts = counted || check.verdict == Verdict::Refused;
            write.record_check(key, check, counts).await?;
            if !counts {
                continue;
            }
            let seen = write.checks(key).await?;
            let judgement = verify::judge(&seen, &options.verify.policy);
            let newest = published.get(key).copied().unwrap_or(now);
            let next = verify::next_check(&judgement, &seen, newest, &options.verify.policy, now);
            changed += usize::from(write.judge_link(key, &judgement, next).await?);
        }
        write.commit().await?;
    }
    Ok(changed)
}
