//! What a cycle adds to the metrics.

use crate::model::Verdict;
use crate::pipeline::{Fetched, InputReport, Report};
use crate::telemetry::metrics;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::time::Duration;

/// What an input may be at.
const STATES: [&str; 3] = ["well", "failing", "stopped"];

/// A cycle ended, with or without a report.
pub(super) fn count(report: Option<&Report>, at: DateTime<Utc>, took: Duration) {
    let published = report.is_some_and(|report| report.failure.is_none());
    metrics::cycle_ended(at, took, published);
    let Some(report) = report else { return };
    for verdict in Verdict::ALL {
        let of = |counts: &BTreeMap<Verdict, u64>| counts.get(&verdict).copied().unwrap_or_default();
        metrics::checks(verdict.as_str(), of(&report.checks.made));
        metrics::links(verdict.as_str(), of(&report.checks.verdicts));
    }
    for state in STATES {
        metrics::inputs(state, number(report.inputs.iter().filter(|input| self::state(input) == state).count()));
    }
    metrics::written(number(report.published.feeds), number(report.published.pages));
    if let Some(bucket) = &report.published.bucket {
        metrics::bucket([bucket.put, bucket.removed, bucket.failed].map(number), number(bucket.behind));
    }
}

/// A digest's files are always there to be read; a feed may be out of reach, or have said that it is no more.
fn state(input: &InputReport) -> &'static str {
    match &input.feed {
        Some(feed) if feed.fetched == Fetched::Stopped => "stopped",
        Some(feed) if feed.problem.is_some() => "failing",
        _ => "well",
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
