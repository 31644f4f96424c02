//! `verify`: checks URLs now and says what this one check says. The store is untouched.

use super::args::{Args, Verify};
use super::{now, settings_or_default, write_out};
use crate::config::Environment;
use crate::model::{Check, Hop, LinkKey, Verdict};
use crate::net::{self, Client};
use crate::telemetry::{OneLine, printable};
use crate::verify::{CheckOptions, Target, check_all};
use futures::StreamExt;
use serde::Serialize;
use std::collections::HashMap;
use std::io::{BufRead, Write};

/// Longest line taken from stdin, bytes; a URL that long is nobody's.
const LONGEST: usize = 64 * 1024;

/// Checks told in one go when they end at the same time.
const TOLD_AT_ONCE: usize = 64;

/// Checks every URL given; one line each, as soon as known.
pub(super) async fn run(args: &Args, verify: &Verify, environment: &Environment) -> anyhow::Result<u8> {
    let settings = settings_or_default(args, environment)?;
    let (net, check) = match settings {
        Some(settings) => (settings.cycle.net, settings.cycle.verify.check),
        None => (net::Options::default(), CheckOptions::default()),
    };
    let urls = given(&verify.urls)?;
    let client = Client::new(net)?;
    // A URL given twice is checked once and told twice.
    let mut times: HashMap<String, Vec<&str>> = HashMap::new();
    let mut targets = Vec::new();
    for url in &urls {
        let spellings = times.entry(key(url)).or_default();
        if spellings.is_empty() {
            targets.push(Target::new(url));
        }
        spellings.push(url);
    }
    let checks = check_all(&client, &check, futures::stream::iter(targets), now(), std::future::pending());
    // What is known at the same time is told at once: a line at a time would cost more than many a check.
    let mut checks = checks.ready_chunks(TOLD_AT_ONCE);
    while let Some(known) = checks.next().await {
        let mut lines = Vec::new();
        for check in &known {
            for url in times.remove(&key(&check.url)).unwrap_or_default() {
                tell(&mut lines, args.json, url, check)?;
            }
        }
        write_out(&lines)?;
    }
    Ok(0)
}

fn key(url: &str) -> String {
    LinkKey::of(url).map_or_else(|| url.to_owned(), |key| key.to_string())
}

fn given(urls: &[String]) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    for url in urls {
        if url != "-" {
            all.push(url.clone());
            continue;
        }
        for line in std::io::stdin().lock().split(b'\n') {
            let mut line = line?;
            line.truncate(LONGEST);
            all.push(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned());
        }
    }
    Ok(all)
}

/// What is told of a check with `--json`.
#[derive(Serialize)]
struct Told<'a> {
    url: &'a str,
    verdict: Verdict,
    rule: &'a str,
    evidence: &'a str,
    status: Option<u16>,
    final_url: Option<&'a str>,
    hops: &'a [Hop],
    ms: u64,
}

/// Adds the line for one URL given.
fn tell(lines: &mut Vec<u8>, json: bool, url: &str, check: &Check) -> anyhow::Result<()> {
    let Check { verdict, rule, evidence, status, final_url, hops, ms, .. } = check;
    let (verdict, status, ms) = (*verdict, *status, *ms);
    let final_url = final_url.as_deref();
    if json {
        let told = serde_json::to_string(&Told { url, verdict, rule, evidence, status, final_url, hops, ms })?;
        lines.extend_from_slice(printable(&told).as_bytes());
    } else {
        let (shown, evidence) = (OneLine(url), OneLine(evidence));
        write!(lines, "{verdict:<10} {shown}  ({rule}: {evidence}, {ms} ms)")?;
        for hop in hops {
            write!(lines, "\n             {} {}", hop.status, OneLine(&hop.url))?;
        }
        if let Some(end) = final_url.filter(|end| *end != url) {
            write!(lines, "\n             → {}", OneLine(end))?;
        }
    }
    lines.push(b'\n');
    Ok(())
}
