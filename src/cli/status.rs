//! `status`: inputs, links by verdict and by host, the last cycle.
//!
//! Only reads: it makes no store, migrates none, and waits for nobody who works on it.

use super::args::Args;
use super::nodes::NodesStatus;
use super::print;
use super::spell::{Count, counted};
use crate::config::Settings;
use crate::model::{Complaint, Instead, PollState, Verdict};
use crate::pipeline::{self, Troubled};
use crate::store::{CycleRecord, Look, Result, Store};
use anyhow::bail;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::Path;

/// Hosts told, those with the most trouble first.
const HOSTS: u32 = 20;

/// What counts as new.
const WEEK: TimeDelta = TimeDelta::days(7);

/// A feed input as it is told.
struct FeedStatus<'a> {
    poll: &'a PollState,
    /// Entries that are shown, and how many of them are new.
    entries: (u64, u64),
    /// Whether the next cycle lets through what is held.
    is_released: bool,
}

impl FeedStatus<'_> {
    fn json(&self) -> serde_json::Value {
        let (entries, new) = self.entries;
        serde_json::json!({
            "url": self.poll.configured,
            "instead": self.poll.instead.as_ref().map(|instead| &instead.url),
            "instead_since": self.poll.instead.as_ref().map(|instead| instead.since),
            "instead_why": self.poll.instead.as_ref().map(Instead::told),
            "entries": entries,
            "new_this_week": new,
            "last_success": self.poll.last_success,
            "last_error": self.poll.last_error,
            "failing_since": self.poll.failing_since,
            "failures": self.poll.failures,
            "next": self.poll.next,
            "why": self.poll.why,
            "stopped": self.poll.stopped,
            "held": self.poll.held,
            "released": self.poll.held.is_some() && self.is_released,
        })
    }
}

impl fmt::Display for FeedStatus<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = |at: &DateTime<Utc>| at.format("%Y-%m-%d %H:%MZ").to_string();
        let (entries, new) = self.entries;
        let last = self.poll.last_success.as_ref().map_or_else(|| "never".to_owned(), minute);
        write!(f, "{}, {new} new this week, last success {last}", counted(entries, "entry"))?;
        match &self.poll.next {
            Some(next) if self.poll.why.is_empty() => write!(f, ", next {}", minute(next))?,
            Some(next) => write!(f, ", next {} ({})", minute(next), self.poll.why)?,
            None if self.poll.stopped.is_some() => write!(f, ", {}", self.poll.why)?,
            None => write!(f, ", next at once")?,
        }
        if let Some(error) = &self.poll.last_error {
            write!(f, "; last error: {error}")?;
            if let Some(since) = &self.poll.failing_since {
                write!(f, " (failing since {}, {})", minute(since), counted(self.poll.failures.into(), "failure"))?;
            }
        }
        if let Some(held) = &self.poll.held {
            write!(f, "; since {} {held}", minute(&held.since))?;
            let next =
                if self.is_released { "; the next cycle lets it through" } else { "; `release` lets it through" };
            f.write_str(next)?;
        }
        if let Some(instead) = &self.poll.instead {
            write!(
                f,
                "; configured is {}: {} (since {})",
                self.poll.configured,
                instead.told(),
                minute(&instead.since)
            )?;
        }
        Ok(())
    }
}

/// What the store knows.
struct StoreStatus {
    inputs: Vec<(String, u64, u64)>,
    polls: BTreeMap<String, PollState>,
    entries: HashMap<String, (u64, u64)>,
    links: Vec<(Verdict, u64)>,
    hosts: Vec<(String, Vec<(Verdict, u64)>)>,
    hidden: usize,
    troubled: Troubled,
    cycle: Option<CycleRecord>,
    complaints: Vec<Complaint>,
    /// Of the bucket, where there is one: files in it, files that are not there yet as they are published, and when it was up to
    /// date.
    bucket: (u64, usize, Option<DateTime<Utc>>),
    /// Feeds that the next cycle lets through.
    released: BTreeSet<String>,
    /// The nodes that share the store.
    nodes: Option<NodesStatus>,
}

impl StoreStatus {
    async fn read(store: &Store) -> Result<Self> {
        let links = store.link_counts().await?;
        let polls = store.polls().await?;
        let released = released(store, &polls).await?;
        Ok(Self {
            released,
            troubled: Troubled::of(store, &links).await?,
            links,
            inputs: store.input_counts().await?,
            polls,
            entries: store.entry_counts(super::now() - WEEK).await?.into_iter().collect(),
            hosts: store.host_counts(HOSTS).await?,
            hidden: store.hidden_items().await?.len(),
            cycle: store.last_cycle().await?,
            complaints: store.complaints().await?,
            bucket: (
                store.bucket_objects().await?,
                store.unput_files().await?.len(),
                pipeline::bucket_whole(store).await?,
            ),
            nodes: NodesStatus::read(store).await?,
        })
    }

    fn feed(&self, name: &str) -> Option<FeedStatus<'_>> {
        let entries = self.entries.get(name).copied().unwrap_or_default();
        Some(FeedStatus { poll: self.polls.get(name)?, entries, is_released: self.released.contains(name) })
    }

    fn json(&self, file: &str, bucket: Option<&str>, next: Option<DateTime<Tz>>) -> serde_json::Value {
        let input = |(name, editions, items): &(String, u64, u64)| {
            let feed = self.feed(name).map(|feed| feed.json());
            serde_json::json!({"name": name, "editions": editions, "items": items, "feed": feed})
        };
        let host = |(host, verdicts): &(String, Vec<(Verdict, u64)>)| serde_json::json!({"host": host, "links": by_verdict(verdicts)});
        let cycle = |cycle: &CycleRecord| serde_json::json!({"started": cycle.started, "ended": cycle.ended});
        serde_json::json!({
            "store": {"file": file, "state": "ready"},
            "inputs": self.inputs.iter().map(input).collect::<Vec<_>>(),
            "links": by_verdict(&self.links),
            "hosts": self.hosts.iter().map(host).collect::<Vec<_>>(),
            "hidden_items": self.hidden,
            "troubled": self.troubled.links,
            "troubled_total": self.troubled.total,
            "complaints": self.complaints,
            "bucket": bucket.map(|address| {
                let (objects, behind, whole) = self.bucket;
                serde_json::json!({"address": address, "objects": objects, "behind": behind, "up_to_date": whole})
            }),
            "last_cycle": self.cycle.as_ref().map(cycle),
            "nodes": self.nodes.as_ref().map(NodesStatus::json),
            "next_cycle": next,
        })
    }

    fn tell(&self, bucket: Option<&str>) -> anyhow::Result<()> {
        for (name, editions, items) in &self.inputs {
            match self.feed(name) {
                Some(feed) => print(&format!("{name}: {feed}"))?,
                None => print(&format!("{name}: {}, {}", counted(*editions, "edition"), counted(*items, "item")))?,
            }
        }
        for (verdict, count) in &self.links {
            print(&format!("{count:>8} {verdict}"))?;
        }
        for (host, verdicts) in &self.hosts {
            let counts: Vec<String> = verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
            print(&format!("{host}: {}", counts.join(", ")))?;
        }
        if self.troubled.total > 0 {
            let troubled = format!("not well: {}\n{}", counted(self.troubled.total, "source link"), self.troubled);
            print(troubled.trim_end())?;
        }
        if self.hidden > 0 {
            print(&format!("not shown for their source's sake ([verify] policy): {}", Count(self.hidden, "item")))?;
        }
        if let Some(address) = bucket {
            let (objects, behind, whole) = self.bucket;
            let objects = counted(objects, "file");
            let whole = whole.map_or_else(|| "never".to_owned(), |at| at.format("%Y-%m-%d %H:%M:%SZ").to_string());
            print(&format!("{address}: {objects} there, {behind} behind, up to date last at {whole}"))?;
        }
        if let Some(nodes) = &self.nodes {
            print(nodes.to_string().trim_end())?;
        }
        match &self.cycle {
            Some(cycle) => print(&format!("last cycle: {} to {}", cycle.started, cycle.ended)),
            None => print("no cycle has run yet"),
        }
    }
}

/// Feeds that are held, and that the next cycle lets through.
async fn released(store: &Store, polls: &BTreeMap<String, PollState>) -> Result<BTreeSet<String>> {
    let released = pipeline::releases(store).await?;
    let mut names = BTreeSet::new();
    for (name, _) in polls.iter().filter(|(_, poll)| poll.held.is_some() && !released.is_empty()) {
        let id = store.input_id(name).await?;
        names.extend(id.filter(|id| released.contains(id)).map(|_| name.clone()));
    }
    Ok(names)
}

/// Tells what the store knows.
pub(super) async fn run(args: &Args, settings: &Settings) -> anyhow::Result<u8> {
    let next = settings.schedule.next_after(super::now());
    let next = next.map(|next| next.with_timezone(&settings.schedule.timezone()));
    loop {
        let store = match Store::open_to_read(&settings.store_url).await? {
            Look::Ready(store) => store,
            Look::Nothing { file } => {
                tell_without(args, &file, "none", next)?;
                bail!("there is no store yet ({}): the first cycle makes it", file.display());
            }
            Look::Older { file, version, current } => {
                tell_without(args, &file, "older", next)?;
                let file = file.display();
                bail!(
                    "the store {file} is of an older wellsourced (its tables are of version {version}, not {current}): \
                     the next cycle brings it up to date; its status can be told then"
                );
            }
        };
        let known = StoreStatus::read(&store).await;
        // A cycle that began meanwhile: what was read may be half of what it wrote.
        if store.was_overtaken() {
            continue;
        }
        let known = known.map_err(|error| error.in_file(store.file()))?;
        let bucket = settings.cycle.bucket.as_ref().map(|bucket| bucket.place.address.to_string());
        if args.json {
            print(&known.json(store.file(), bucket.as_deref(), next).to_string())?;
            return Ok(0);
        }
        known.tell(bucket.as_deref())?;
        tell_next(next)?;
        if !known.complaints.is_empty() {
            let complaints = Count(known.complaints.len(), "complaint");
            print(&format!("to mend: {complaints}; --once tells where and how"))?;
        }
        return Ok(0);
    }
}

/// Tells what can be told without a store.
fn tell_without(args: &Args, file: &Path, state: &str, next: Option<DateTime<Tz>>) -> anyhow::Result<()> {
    if args.json {
        let store = serde_json::json!({"file": file.to_string_lossy(), "state": state});
        return print(&serde_json::json!({"store": store, "next_cycle": next}).to_string());
    }
    tell_next(next)
}

fn tell_next(next: Option<DateTime<Tz>>) -> anyhow::Result<()> {
    match next {
        Some(next) => print(&format!("next cycle by the schedule: {}", next.format("%Y-%m-%d %H:%M %:z"))),
        None => Ok(()),
    }
}

fn by_verdict(counts: &[(Verdict, u64)]) -> BTreeMap<String, u64> {
    counts.iter().map(|(verdict, count)| (verdict.to_string(), *count)).collect()
}
