//! Checks of one URL, oldest first, to what is published of it. Pure: a fold that remembers two suspicions.
//!
//! A success clears both. A death needs looks spread over days; a failure becomes a death only after a week of it; a
//! block says that the server lives, so it ends a run of failures, but it does not bring back a page whose death was
//! confirmed: only seeing the page does.

use super::options::{HELD_BACK, Policy};
use crate::model::{Check, Judgement, Verdict};
use chrono::{DateTime, Utc};

/// Looks in a row that point the same way.
#[derive(Debug, Clone, Copy)]
struct Run {
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    looks: u32,
}

impl Run {
    fn extend(run: Option<Self>, at: DateTime<Utc>) -> Self {
        match run {
            Some(run) => Self { last: at, looks: run.looks + 1, ..run },
            None => Self { first: at, last: at, looks: 1 },
        }
    }

    fn spans(&self, looks: u32, over: chrono::TimeDelta) -> bool {
        self.looks >= looks && self.last - self.first >= over
    }
}

#[derive(Debug, Default)]
struct Fold<'a> {
    /// Looks that found the page gone; blocks and failures between them say nothing against it.
    gone: Option<Run>,
    /// Looks that did not reach the page at all.
    unreached: Option<Run>,
    /// The trailing run of one verdict.
    same: Option<(Verdict, DateTime<Utc>)>,
    /// The look that confirmed a death, and since when it holds.
    confirmed: Option<(&'a Check, DateTime<Utc>)>,
    last_reached: Option<DateTime<Utc>>,
    last: Option<&'a Check>,
}

/// What the checks of one URL add up to. None: `unchecked`.
pub fn judge(checks: &[Check], policy: &Policy) -> Judgement {
    let mut fold = Fold::default();
    for check in checks.iter().filter(|check| check.rule != HELD_BACK && check.verdict != Verdict::Unchecked) {
        fold.take(check, policy);
    }
    fold.judgement(policy)
}

impl<'a> Fold<'a> {
    fn take(&mut self, check: &'a Check, policy: &Policy) {
        match check.verdict {
            Verdict::Reachable | Verdict::Moved => {
                self.gone = None;
                self.unreached = None;
                self.confirmed = None;
                self.last_reached = Some(check.at);
            }
            Verdict::Blocked | Verdict::Refused => self.unreached = None,
            Verdict::Gone => {
                let gone = Run::extend(self.gone, check.at);
                self.gone = Some(gone);
                self.unreached = Some(Run::extend(self.unreached, check.at));
                if gone.spans(policy.looks_needed(&check.rule), policy.confirm_gone_over) {
                    self.confirmed = self.confirmed.or(Some((check, gone.first)));
                }
            }
            Verdict::Failing => self.unreached = Some(Run::extend(self.unreached, check.at)),
            Verdict::Unchecked => {}
        }
        if let Some(run) = self.unreached
            && check.verdict == Verdict::Failing
            && run.spans(policy.failing_checks.max(2), policy.failing_over)
        {
            self.confirmed = self.confirmed.or(Some((check, run.first)));
        }
        let moved_elsewhere = check.verdict == Verdict::Moved
            && self.last.is_some_and(|last| last.verdict == Verdict::Moved && last.final_url != check.final_url);
        if self.same.is_none_or(|(verdict, _)| verdict != check.verdict) || moved_elsewhere {
            self.same = Some((check.verdict, check.at));
        }
        self.last = Some(check);
    }

    fn judgement(self, policy: &Policy) -> Judgement {
        let Some(last) = self.last else {
            return Judgement {
                verdict: Verdict::Unchecked,
                since: None,
                last_reached: None,
                rule: "unchecked".to_owned(),
                evidence: "not checked yet".to_owned(),
                moved_to: None,
            };
        };
        let since_same = self.same.map(|(_, since)| since);
        let (verdict, since, seen) = match (self.confirmed, last.verdict) {
            (Some((_, since)), Verdict::Gone | Verdict::Failing) => (Verdict::Gone, Some(since), last),
            (Some((confirming, since)), _) => (Verdict::Gone, Some(since), confirming),
            (None, Verdict::Gone) => (Verdict::Failing, self.unreached.map(|run| run.first), last),
            (None, Verdict::Failing) => (Verdict::Failing, self.unreached.map(|run| run.first), last),
            (None, verdict) => (verdict, since_same, last),
        };
        let mut evidence = seen.evidence.clone();
        if verdict == Verdict::Failing
            && last.verdict == Verdict::Gone
            && let Some(gone) = self.gone
        {
            let needed = policy.looks_needed(&last.rule);
            evidence = format!("{evidence} (look {} of {needed} before it counts as gone)", gone.looks.min(needed));
        }
        Judgement {
            verdict,
            since,
            last_reached: self.last_reached,
            rule: seen.rule.clone(),
            evidence,
            moved_to: if verdict == Verdict::Moved { last.final_url.clone() } else { None },
        }
    }
}

#[cfg(test)]
#[path = "tests/judge.rs"]
mod tests;
