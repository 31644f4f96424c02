//! `verify`: checks URLs now and says what this one check says. The store is untouched.

use super::args::{Args, Verify};
use super::{now, print, settings_or_default};
use crate::config::Environment;
use crate::model::{Check, LinkKey};
use crate::net::{self, Client};
use crate::telemetry::OneLine;
use crate::verify::{CheckOptions, Target, check_all};
use futures::StreamExt;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::BufRead;

/// Longest line taken from stdin, bytes; a URL that long is nobody's.
const LONGEST: usize = 64 * 1024;

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
    let mut checks = check_all(&client, &check, futures::stream::iter(targets), now(), std::future::pending());
    while let Some(check) = checks.next().await {
        for url in times.remove(&key(&check.url)).unwrap_or_default() {
            print(&line(args.json, url, &check))?;
        }
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

fn line(json: bool, url: &str, check: &Check) -> String {
    if json {
        return serde_json::json!({
            "url": url,
            "verdict": check.verdict,
            "rule": check.rule,
            "evidence": check.evidence,
            "status": check.status,
            "final_url": check.final_url,
            "hops": check.hops,
            "ms": check.ms,
        })
        .to_string();
    }
    let (url_shown, evidence) = (OneLine(url), OneLine(&check.evidence));
    let mut line = format!("{:<10} {url_shown}  ({}: {evidence}, {} ms)", check.verdict, check.rule, check.ms);
    for hop in &check.hops {
        let _ = write!(line, "\n             {} {}", hop.status, hop.url);
    }
    if let Some(end) = check.final_url.as_ref().filter(|end| *end != url) {
        let _ = write!(line, "\n             → {end}");
    }
    line
}
