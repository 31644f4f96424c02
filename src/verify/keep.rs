//! Which checks of a link are kept: all of the last 90 days; of older ones, one a month and every change of verdict.
//!
//! Pure, and without effect on what the checks add up to: `judge` and `next_check` say the same of what is kept. That is
//! why looks that found a page gone or failing are all kept (they are counted, and there are few of them), and of a run
//! of others its first and its last.

use super::options::HELD_BACK;
use super::{judge, likeness};
use crate::model::{Check, Portrait, Verdict};
use chrono::{DateTime, Datelike, TimeDelta, Utc};

/// How long every check is kept.
pub const KEPT_WHOLE: TimeDelta = TimeDelta::days(90);

/// Places of the checks of one URL, oldest first, that may be forgotten.
pub fn superfluous(checks: &[Check], now: DateTime<Utc>) -> Vec<usize> {
    let judged: Vec<usize> = (0..checks.len()).filter(|place| checks.get(*place).is_some_and(is_judged)).collect();
    let at = |place: Option<&usize>| place.and_then(|place| checks.get(*place));
    let old = |check: &Check| now.signed_duration_since(check.at) > KEPT_WHOLE;
    let first = checks.iter().find_map(|check| check.portrait.as_ref());
    let mut forgotten = Vec::new();
    let mut month = None;
    for (rank, place) in judged.iter().enumerate() {
        let Some(check) = at(Some(place)).filter(|check| old(check)) else { break };
        let this_month = Some((check.at.year(), check.at.month()));
        let before = rank.checked_sub(1).and_then(|rank| at(judged.get(rank)));
        let after = at(judged.get(rank + 1));
        let alike = |other: Option<&Check>| other.is_some_and(|other| is_alike(other, check));
        let counted = matches!(check.verdict, Verdict::Gone | Verdict::Failing) || is_doubted(check, first);
        if this_month == month && alike(before) && alike(after) && !counted {
            forgotten.push(*place);
        }
        month = this_month;
    }
    // Says when to come back, as long as nothing came after it.
    let held = checks.iter().enumerate().take(checks.len().saturating_sub(1));
    forgotten.extend(held.filter(|(_, check)| !is_judged(check) && old(check)).map(|(place, _)| place));
    forgotten.sort_unstable();
    forgotten
}

fn is_judged(check: &Check) -> bool {
    check.rule != HELD_BACK && check.verdict != Verdict::Unchecked
}

/// Whether a look was led to another site, or saw what the page did not look like at first: such looks are counted as well.
fn is_doubted(check: &Check, first: Option<&Portrait>) -> bool {
    let other =
        first.zip(check.portrait.as_ref()).is_some_and(|(first, now)| likeness::same_page(first, now).is_none());
    other || judge::elsewhere(check).is_some()
}

/// Whether one says no more than the other.
fn is_alike(a: &Check, b: &Check) -> bool {
    a.verdict == b.verdict && (a.verdict != Verdict::Moved || a.final_url == b.final_url)
}

#[cfg(test)]
#[path = "tests/keep.rs"]
mod tests;
