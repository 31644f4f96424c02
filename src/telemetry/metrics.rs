//! Metrics: their names, what they mean, and how they are counted. One table, so that none goes without a description.
//!
//! Labels take only words of our own, never a URL, an input or anything a client sent: the number of series is fixed.

use super::process;
use chrono::{DateTime, Utc};
use metrics::{Counter, Unit, counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::time::Duration;

const CYCLE: &str = "wellsourced_cycle_duration_seconds";
const CYCLES: &str = "wellsourced_cycles_total";
const LAST_CYCLE: &str = "wellsourced_last_cycle_timestamp_seconds";
const LAST_PUBLISH: &str = "wellsourced_last_publish_timestamp_seconds";
const INPUTS: &str = "wellsourced_inputs";
const CHECKS: &str = "wellsourced_checks_total";
const LINKS: &str = "wellsourced_links";
const FEEDS: &str = "wellsourced_feeds_written_total";
const PAGES: &str = "wellsourced_pages_written_total";
const PUT: &str = "wellsourced_bucket_put_total";
const REMOVED: &str = "wellsourced_bucket_removed_total";
const FAILED: &str = "wellsourced_bucket_failed_total";
const BEHIND: &str = "wellsourced_bucket_behind";
const REQUESTS: &str = "wellsourced_http_requests_total";
const CONNECTIONS: &str = "wellsourced_http_connections";
const FILES: &str = "wellsourced_served_files";
const PREPARED: &str = "wellsourced_served_prepared_bytes";
const NODES: &str = "wellsourced_nodes";
const LACKED: &str = "wellsourced_files_behind";
const STARTED: &str = "process_start_time_seconds";
const RESIDENT: &str = "process_resident_memory_bytes";
const DESCRIPTORS: &str = "process_open_fds";
const CPU: &str = "process_cpu_seconds_total";
const BUILD: &str = "wellsourced_build_info";

/// Upper bounds of a cycle's duration, seconds.
const DURATIONS: [f64; 8] = [0.1, 0.5, 2.0, 10.0, 30.0, 120.0, 600.0, 1800.0];

/// What a request may be about.
const KINDS: [&str; 3] = ["feed", "page", "other"];

/// How a request may end; 304 stands alone, for its share tells how well readers ask.
const ENDS: [&str; 5] = ["2xx", "304", "3xx", "4xx", "5xx"];

/// The metrics of this process.
#[derive(Debug, Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Begins to count; once in a process. What is counted before is lost.
    pub fn start(started: DateTime<Utc>) -> Result<Self, BuildError> {
        let cycles = Matcher::Full(CYCLE.to_owned());
        let handle = PrometheusBuilder::new().set_buckets_for_metric(cycles, &DURATIONS)?.install_recorder()?;
        describe();
        gauge!(STARTED).set(seconds(started));
        gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        // Shown from the start, so that an alert on their increase sees the first one.
        for result in ["published", "failed"] {
            counter!(CYCLES, "result" => result).absolute(0);
        }
        Ok(Self(handle))
    }

    /// All of them in Prometheus' text format.
    pub fn render(&self) -> String {
        if let Some(usage) = process::usage() {
            gauge!(RESIDENT).set(usage.resident);
            gauge!(DESCRIPTORS).set(usage.descriptors);
            gauge!(CPU).set(usage.cpu);
        }
        self.0.run_upkeep();
        // The exporter knows no counter of fractions, and that is what this one is.
        self.0.render().replace(&format!("# TYPE {CPU} gauge"), &format!("# TYPE {CPU} counter"))
    }
}

fn describe() {
    let gauges = [
        (LAST_CYCLE, Unit::Seconds, "When the last cycle ended."),
        (LAST_PUBLISH, Unit::Seconds, "When a cycle last published, be it that nothing had changed."),
        (INPUTS, Unit::Count, "Inputs by state."),
        (LINKS, Unit::Count, "Cited links by verdict."),
        (CONNECTIONS, Unit::Count, "Open connections of the public listener."),
        (BEHIND, Unit::Count, "Published files that are not in the bucket as they are published."),
        (FILES, Unit::Count, "Published files that are served."),
        (PREPARED, Unit::Bytes, "Memory that prepared answers take."),
        (NODES, Unit::Count, "Nodes that share the store and were seen of late."),
        (LACKED, Unit::Count, "Published files that this node does not serve yet."),
        (STARTED, Unit::Seconds, "When the process started."),
        (RESIDENT, Unit::Bytes, "Resident memory."),
        (DESCRIPTORS, Unit::Count, "Open file descriptors."),
        (CPU, Unit::Seconds, "User and system CPU time spent."),
        (BUILD, Unit::Count, "The version that runs; always 1."),
    ];
    for (name, unit, text) in gauges {
        metrics::describe_gauge!(name, unit, text);
    }
    let counters = [
        (CYCLES, "Cycles by result."),
        (CHECKS, "Checks of cited links by what each of them found."),
        (FEEDS, "Feeds written because they changed."),
        (PAGES, "Pages and other files written because they changed."),
        (PUT, "Files put into the bucket."),
        (REMOVED, "Files removed from the bucket."),
        (FAILED, "Files that could not be put into the bucket or removed from it."),
        (REQUESTS, "Requests to the public listener by what they were about and how they ended."),
    ];
    for (name, text) in counters {
        metrics::describe_counter!(name, Unit::Count, text);
    }
    metrics::describe_histogram!(CYCLE, Unit::Seconds, "How long cycles took.");
}

/// A cycle ended.
pub fn cycle_ended(at: DateTime<Utc>, took: Duration, published: bool) {
    histogram!(CYCLE).record(took.as_secs_f64());
    counter!(CYCLES, "result" => if published { "published" } else { "failed" }).increment(1);
    gauge!(LAST_CYCLE).set(seconds(at));
    if published {
        gauge!(LAST_PUBLISH).set(seconds(at));
    }
}

/// How many inputs are in a state; name every state each time.
pub fn inputs(state: &'static str, count: u64) {
    gauge!(INPUTS, "state" => state).set(number(count));
}

/// Checks were made and found this.
pub fn checks(verdict: &'static str, count: u64) {
    counter!(CHECKS, "verdict" => verdict).increment(count);
}

/// How many links have a verdict; name every verdict each time.
pub fn links(verdict: &'static str, count: u64) {
    gauge!(LINKS, "verdict" => verdict).set(number(count));
}

/// Files were written.
pub fn written(feeds: u64, pages: u64) {
    counter!(FEEDS).increment(feeds);
    counter!(PAGES).increment(pages);
}

/// Files were put into the bucket and removed from it, some could not be, and so many are not there yet.
pub fn bucket([put, removed, failed]: [u64; 3], behind: u64) {
    for (name, count) in [(PUT, put), (REMOVED, removed), (FAILED, failed)] {
        counter!(name).increment(count);
    }
    gauge!(BEHIND).set(number(behind));
}

/// So many connections are open.
pub fn connections(count: usize) {
    gauge!(CONNECTIONS).set(number(u64::try_from(count).unwrap_or(u64::MAX)));
}

/// So many files are served, and prepared answers take so many bytes.
pub fn served(files: usize, bytes: usize) {
    gauge!(FILES).set(number(u64::try_from(files).unwrap_or(u64::MAX)));
    gauge!(PREPARED).set(number(u64::try_from(bytes).unwrap_or(u64::MAX)));
}

/// So many nodes share the store, and this one lacks so many files.
pub fn nodes(alive: usize, behind: u64) {
    gauge!(NODES).set(number(u64::try_from(alive).unwrap_or(u64::MAX)));
    gauge!(LACKED).set(number(behind));
}

/// Counts requests. Made once, for finding a counter by its labels takes longer than counting.
#[derive(Debug, Clone)]
pub struct Requests([[Counter; ENDS.len()]; KINDS.len()]);

impl Requests {
    /// The counters, all at what they stand.
    #[expect(clippy::new_without_default, reason = "it registers metrics, which a default should not")]
    pub fn new() -> Self {
        Self(KINDS.map(|kind| {
            ENDS.map(|status| {
                let counter = counter!(REQUESTS, "kind" => kind, "status" => status);
                counter.increment(0);
                counter
            })
        }))
    }

    /// A request about this kind of file (other ones count as `other`) ended with this status.
    pub fn count(&self, kind: &str, status: u16) {
        let end = match status {
            304 => 1,
            200..=299 => 0,
            300..=399 => 2,
            400..=499 => 3,
            _ => 4,
        };
        let kind = KINDS.iter().position(|known| *known == kind).unwrap_or(KINDS.len() - 1);
        if let Some(counter) = self.0.get(kind).and_then(|ends| ends.get(end)) {
            counter.increment(1);
        }
    }
}

fn seconds(at: DateTime<Utc>) -> f64 {
    number(u64::try_from(at.timestamp_millis()).unwrap_or_default()) / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "a metric is a float, and exact up to 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}
