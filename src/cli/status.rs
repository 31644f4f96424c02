//! `status`: inputs, links by verdict and by host, the last cycle. Reads the store and changes nothing.

use super::args::Args;
use super::print;
use crate::config::Settings;
use crate::model::{PollState, Verdict};
use crate::store::Store;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::fmt;

/// Links told with their verdict.
const TROUBLED: u32 = 50;

/// Hosts told, those with the most trouble first.
const HOSTS: u32 = 20;

/// What counts as new.
const WEEK: TimeDelta = TimeDelta::days(7);

/// A feed input as it is told.
struct Feed<'a> {
    poll: &'a PollState,
    /// Entries that are shown, and how many of them are new.
    entries: (u64, u64),
}

impl Feed<'_> {
    fn json(&self) -> serde_json::Value {
        let (entries, new) = self.entries;
        serde_json::json!({
            "url": self.poll.configured,
            "instead": self.poll.instead.as_ref().map(|instead| &instead.url),
            "entries": entries,
            "new_this_week": new,
            "last_success": self.poll.last_success,
            "last_error": self.poll.last_error,
            "next": self.poll.next,
            "why": self.poll.why,
            "stopped": self.poll.stopped,
        })
    }
}

impl fmt::Display for Feed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = |at: &DateTime<Utc>| at.format("%Y-%m-%d %H:%MZ").to_string();
        let (entries, new) = self.entries;
        let last = self.poll.last_success.as_ref().map_or_else(|| "never".to_owned(), minute);
        write!(f, "{entries} entries, {new} new this week, last success {last}")?;
        match &self.poll.next {
            Some(next) if self.poll.why.is_empty() => write!(f, ", next {}", minute(next))?,
            Some(next) => write!(f, ", next {} ({})", minute(next), self.poll.why)?,
            None if self.poll.stopped.is_some() => write!(f, ", {}", self.poll.why)?,
            None => write!(f, ", next at once")?,
        }
        match &self.poll.last_error {
            Some(error) => write!(f, "; last error: {error}"),
            None => Ok(()),
        }
    }
}

/// Tells what the store knows.
pub(super) async fn run(args: &Args, settings: &Settings) -> anyhow::Result<u8> {
    let store = Store::open(&settings.store_url).await?;
    let inputs = store.input_counts().await?;
    let polls = store.polls().await?;
    let entries = store.entry_counts(super::now() - WEEK).await?;
    let feed =
        |name: &str| Some(Feed { poll: polls.get(name)?, entries: entries.get(name).copied().unwrap_or_default() });
    let links = store.link_counts().await?;
    let hosts = store.host_counts(HOSTS).await?;
    let hidden = store.hidden_items().await?.len();
    let troubled = store.troubled_links(TROUBLED).await?;
    let cycle = store.last_cycle().await?;
    let complaints = store.complaints().await?;
    let next = settings.schedule.next_after(super::now());
    let next = next.map(|next| next.with_timezone(&settings.schedule.timezone()));
    if args.json {
        let status = serde_json::json!({
            "inputs": inputs.iter().map(|(name, editions, items)| serde_json::json!({"name": name, "editions": editions, "items": items, "feed": feed(name).map(|feed| feed.json())})).collect::<Vec<_>>(),
            "links": by_verdict(&links),
            "hosts": hosts.iter().map(|(host, verdicts)| serde_json::json!({"host": host, "links": by_verdict(verdicts)})).collect::<Vec<_>>(),
            "hidden_items": hidden,
            "troubled": troubled.iter().map(|link| serde_json::json!({"url": link.url, "host": link.host, "verdict": link.verdict, "since": link.since, "evidence": link.evidence})).collect::<Vec<_>>(),
            "complaints": complaints,
            "last_cycle": cycle.map(|cycle| serde_json::json!({"started": cycle.started, "ended": cycle.ended})),
            "next_cycle": next,
        });
        print(&status.to_string())?;
        return Ok(0);
    }
    for (name, editions, items) in inputs {
        match feed(&name) {
            Some(feed) => print(&format!("{name}: {feed}"))?,
            None => print(&format!("{name}: {editions} editions, {items} items"))?,
        }
    }
    for (verdict, count) in links {
        print(&format!("{count:>8} {verdict}"))?;
    }
    for (host, verdicts) in hosts {
        let counts: Vec<String> = verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
        print(&format!("{host}: {}", counts.join(", ")))?;
    }
    for link in troubled {
        print(&format!("{}: {} ({})", link.verdict, link.url, link.evidence))?;
    }
    if hidden > 0 {
        print(&format!("{hidden} items are not shown for their source's sake ([verify] policy)"))?;
    }
    match cycle {
        Some(cycle) => print(&format!("last cycle: {} to {}", cycle.started, cycle.ended))?,
        None => print("no cycle has run yet")?,
    }
    if let Some(next) = next {
        print(&format!("next cycle by the schedule: {}", next.format("%Y-%m-%d %H:%M %:z")))?;
    }
    if !complaints.is_empty() {
        print(&format!("{} complaints stand; --once tells them", complaints.len()))?;
    }
    Ok(0)
}

fn by_verdict(counts: &[(Verdict, u64)]) -> BTreeMap<String, u64> {
    counts.iter().map(|(verdict, count)| (verdict.to_string(), *count)).collect()
}
