//! `status`: inputs, links by verdict and by host, the last cycle. Reads the store and changes nothing.

use super::args::Args;
use super::print;
use crate::config::Settings;
use crate::model::Verdict;
use crate::store::Store;
use std::collections::BTreeMap;

/// Links told with their verdict.
const TROUBLED: u32 = 50;

/// Hosts told, those with the most trouble first.
const HOSTS: u32 = 20;

/// Tells what the store knows.
pub(super) async fn run(args: &Args, settings: &Settings) -> anyhow::Result<u8> {
    let store = Store::open(&settings.store_url).await?;
    let inputs = store.input_counts().await?;
    let links = store.link_counts().await?;
    let hosts = store.host_counts(HOSTS).await?;
    let hidden = store.hidden_items().await?.len();
    let troubled = store.troubled_links(TROUBLED).await?;
    let cycle = store.last_cycle().await?;
    let complaints = store.complaints().await?;
    if args.json {
        let status = serde_json::json!({
            "inputs": inputs.iter().map(|(name, editions, items)| serde_json::json!({"name": name, "editions": editions, "items": items})).collect::<Vec<_>>(),
            "links": by_verdict(&links),
            "hosts": hosts.iter().map(|(host, verdicts)| serde_json::json!({"host": host, "links": by_verdict(verdicts)})).collect::<Vec<_>>(),
            "hidden_items": hidden,
            "troubled": troubled.iter().map(|link| serde_json::json!({"url": link.url, "host": link.host, "verdict": link.verdict, "since": link.since, "evidence": link.evidence})).collect::<Vec<_>>(),
            "complaints": complaints,
            "last_cycle": cycle.map(|cycle| serde_json::json!({"started": cycle.started, "ended": cycle.ended})),
        });
        print(&status.to_string())?;
        return Ok(0);
    }
    for (name, editions, items) in inputs {
        print(&format!("{name}: {editions} editions, {items} items"))?;
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
    if !complaints.is_empty() {
        print(&format!("{} complaints stand; --once tells them", complaints.len()))?;
    }
    Ok(0)
}

fn by_verdict(counts: &[(Verdict, u64)]) -> BTreeMap<String, u64> {
    counts.iter().map(|(verdict, count)| (verdict.to_string(), *count)).collect()
}
