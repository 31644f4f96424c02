//! When a link is looked at again. Pure: the same history gives the same moment.
//!
//! A link in good order follows the ages of the policy; a suspicion is looked into sooner; what a host asked for with
//! `Retry-After` is honoured without a cap.

use super::judge::{Suspicion, Weighed};
use super::options::{HELD_BACK, Policy};
use crate::model::{Check, Verdict};
use chrono::{DateTime, TimeDelta, Utc};

/// Looks at one link are never closer than this, whatever is configured.
const LEAST: TimeDelta = TimeDelta::minutes(15);

/// Between looks at a page that seems gone: eight of them make three days, each at another time of day, so that a page
/// that comes and goes (with a nightly job, say) is seen when it is there.
const SUSPICION: TimeDelta = TimeDelta::hours(9);

/// The next moment at which the link is due. `checks` are those of this URL, oldest first; `published` is when the
/// newest item that cites it was published. A link without checks is due `now`.
pub fn next_check(
    weighed: &Weighed,
    checks: &[Check],
    published: DateTime<Utc>,
    policy: &Policy,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let Some(latest) = checks.last() else { return now };
    let looked = checks.iter().rev().find(|check| check.rule != HELD_BACK && check.verdict != Verdict::Unchecked);
    let due = match looked {
        None => now,
        Some(last) => after(last, weighed, checks, published, policy),
    };
    match latest.retry_after {
        Some(seconds) => due.max(later(latest.at, TimeDelta::try_seconds(i64::try_from(seconds).unwrap_or(i64::MAX)))),
        None => due,
    }
}

fn after(
    last: &Check,
    weighed: &Weighed,
    checks: &[Check],
    published: DateTime<Utc>,
    policy: &Policy,
) -> DateTime<Utc> {
    let wait = match (weighed.judgement.verdict, last.verdict) {
        (verdict, _) if verdict.is_lost() && weighed.suspicion.is_none() => policy.gone_recheck,
        (_, Verdict::Gone) => between(policy.looks_needed(&last.rule), policy.confirm_gone_over).min(SUSPICION),
        (_, Verdict::Failing) => backoff(checks, policy),
        _ => {
            let due = by_age(last.at, published, &policy.recheck);
            let Some(suspicion) = weighed.suspicion else { return due };
            let (looks, over) = match suspicion {
                Suspicion::Replaced => policy.replaced_needs(),
                Suspicion::Moved => policy.moved_needs(),
            };
            return due.min(later(last.at, Some(between(looks, over).max(LEAST))));
        }
    };
    later(last.at, Some(wait.max(LEAST)))
}

/// Between looks that are to span a time.
fn between(looks: u32, over: TimeDelta) -> TimeDelta {
    over / i32::try_from(looks.saturating_sub(1).max(1)).unwrap_or(i32::MAX)
}

/// Doubles with each failure in a row.
fn backoff(checks: &[Check], policy: &Policy) -> TimeDelta {
    let in_a_row = checks
        .iter()
        .rev()
        .filter(|check| check.rule != HELD_BACK)
        .take_while(|check| matches!(check.verdict, Verdict::Failing | Verdict::Gone))
        .count();
    let doublings = u32::try_from(in_a_row.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    policy.failing_first.checked_mul(1 << doublings).map_or(policy.failing_most, |wait| wait.min(policy.failing_most))
}

/// The first age of the policy that had not been reached at the last look; the last age repeats.
fn by_age(last: DateTime<Utc>, published: DateTime<Utc>, ages: &[TimeDelta]) -> DateTime<Utc> {
    if let Some(due) = ages.iter().map(|age| later(published, Some(*age))).filter(|due| *due > last).min() {
        return due;
    }
    let period = ages.last().copied().unwrap_or(TimeDelta::days(90)).max(LEAST);
    let passed = (last - published).num_seconds() / period.num_seconds().max(1);
    let next = i32::try_from(passed + 1).ok().and_then(|times| period.checked_mul(times));
    later(published, next)
}

/// Saturating: a host may ask for any number of seconds.
fn later(from: DateTime<Utc>, wait: Option<TimeDelta>) -> DateTime<Utc> {
    wait.and_then(|wait| from.checked_add_signed(wait)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
#[path = "tests/schedule.rs"]
mod tests;
