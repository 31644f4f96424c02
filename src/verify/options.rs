//! What checking and judging can be told; every number that is policy stands here or in a rule table.

use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// Rule of a [`crate::model::Check`] that was not carried out because the host had asked to be left alone for longer
/// than a round waits. It says when to come back (`retry_after`) and nothing about the page: `judge` passes over it.
pub const HELD_BACK: &str = "held-back";

/// A link that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The URL as written.
    pub url: String,
    /// When its host asked not to be contacted before, as known from earlier checks.
    pub not_before: Option<DateTime<Utc>>,
}

impl Target {
    /// A link that may be asked for at once.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), not_before: None }
    }
}

/// What robots.txt means for the check of a single cited link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Robots {
    /// A reader's click is no crawl: it is not asked for.
    #[default]
    Ignore,
    /// It is fetched and obeyed; a link it forbids is `blocked`.
    Respect,
}

/// How one check goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckOptions {
    /// Further attempts after a failure that may pass.
    pub retries: u32,
    /// Wait before the first retry; each further one waits three times as long.
    pub backoff: Duration,
    /// A `Retry-After` up to this is waited for inside the check.
    pub patience: Duration,
    /// All waits of one check together.
    pub max_wait: Duration,
    /// What robots.txt means.
    pub robots: Robots,
    /// Whether a short page may be compared with the answer to a made-up path of the same host.
    pub made_up_path: bool,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            retries: 2,
            backoff: Duration::from_secs(1),
            patience: Duration::from_secs(10),
            max_wait: Duration::from_secs(15),
            robots: Robots::Ignore,
            made_up_path: true,
        }
    }
}

/// How checks add up over time, and when the next one is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Looks that must find a page gone before `gone` is published. 410 needs one less, but never fewer than two.
    pub confirm_gone_checks: u32,
    /// The time they must span.
    pub confirm_gone_over: TimeDelta,
    /// Looks that must be led to another site before its address is offered.
    pub confirm_moved_checks: u32,
    /// The time they must span.
    pub confirm_moved_over: TimeDelta,
    /// Failures before `failing` becomes `gone`.
    pub failing_checks: u32,
    /// The time they must span.
    pub failing_over: TimeDelta,
    /// Ages at which a published link is checked again; the last repeats.
    pub recheck: Vec<TimeDelta>,
    /// Wait after a first failure; it doubles with each further one.
    pub failing_first: TimeDelta,
    /// The longest wait between looks at a failing link. Not a whole day, so that they wander through the hours.
    pub failing_most: TimeDelta,
    /// Between looks at a link that is confirmed gone.
    pub gone_recheck: TimeDelta,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            confirm_gone_checks: 3,
            confirm_gone_over: TimeDelta::days(3),
            confirm_moved_checks: 2,
            confirm_moved_over: TimeDelta::days(3),
            failing_checks: 3,
            failing_over: TimeDelta::days(7),
            recheck: [1, 7, 30, 90].map(TimeDelta::days).to_vec(),
            failing_first: TimeDelta::hours(1),
            failing_most: TimeDelta::hours(21),
            gone_recheck: TimeDelta::days(30),
        }
    }
}

impl Policy {
    /// Looks that must find something else before `replaced` is published, and the time that they must span: a death's.
    pub(super) fn replaced_needs(&self) -> (u32, TimeDelta) {
        (self.confirm_gone_checks.max(2), self.confirm_gone_over)
    }

    /// Looks that a move to another site needs, and the time that they must span. One look never sends readers elsewhere.
    pub(super) fn moved_needs(&self) -> (u32, TimeDelta) {
        (self.confirm_moved_checks.max(2), self.confirm_moved_over)
    }

    /// Looks that a death needs, by the rule that saw it. One check never says dead, whatever is configured.
    pub(super) fn looks_needed(&self, rule: &str) -> u32 {
        let fewer = u32::from(rule == super::classify::GONE_FOR_GOOD);
        self.confirm_gone_checks.saturating_sub(fewer).max(2)
    }
}
