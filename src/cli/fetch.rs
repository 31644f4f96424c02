//! `fetch`: a cycle in which the named feeds are asked, due or not, and no others. A daemon may be running.
//!
//! As politely as ever: conditional unless the whole document is wanted, and never while a host wants to be left alone.

use super::args::{Args, Fetch};
use super::{USAGE, named, once, summary, warn};
use crate::config::Settings;
use crate::pipeline::{AskNow, Fetched, Report};
use anyhow::anyhow;

/// What came of it was told, and something did not come.
const NOT_ALL: u8 = 3;

/// Asks the feeds and tells what came of each.
pub(super) async fn run(args: &Args, fetch: &Fetch, mut settings: Settings) -> anyhow::Result<u8> {
    if args.offline {
        warn(&anyhow!("`fetch` asks upstream feeds, which --offline forbids"));
        return Ok(USAGE);
    }
    let mut ask = AskNow { whole: fetch.whole, ..AskNow::default() };
    let mut addresses = Vec::new();
    let mut is_right = true;
    for name in &fetch.inputs {
        match named::feed(&settings, name) {
            Ok(input) => {
                addresses.push(input.url.to_string());
                ask.inputs.insert(input.name.clone());
            }
            Err(error) => {
                warn(&error);
                is_right = false;
            }
        }
    }
    if !is_right {
        return Ok(USAGE);
    }
    settings.cycle.ask_now = Some(ask);
    let tell = move |args: &Args, settings: &Settings, report: &Report| {
        let report = about(report, settings.cycle.ask_now.as_ref(), &addresses);
        let told = if args.json { serde_json::to_string(&report)? } else { summary::of_feeds(&report, args.quiet) };
        once::say(&told, false);
        Ok(exit_code(&report, args.strict))
    };
    once::run(args, settings, "wellsourced fetch", Box::new(tell)).await
}

/// The report as far as it is about the feeds that were asked.
fn about(report: &Report, ask: Option<&AskNow>, addresses: &[String]) -> Report {
    let mut report = report.clone();
    report.inputs.retain(|input| ask.is_some_and(|ask| ask.inputs.contains(&input.name)));
    report
        .complaints
        .retain(|complaint| addresses.contains(&complaint.place.path) || complaint.place.path == "network");
    report
}

fn exit_code(report: &Report, strict: bool) -> u8 {
    let came = |fetched| matches!(fetched, Fetched::Changed | Fetched::Unchanged);
    let all_came = report.inputs.iter().filter_map(|input| input.feed.as_ref()).all(|feed| came(feed.fetched));
    match (&report.failure, all_came) {
        (Some(_), _) => 1,
        (None, false) => NOT_ALL,
        (None, true) if strict && !report.complaints.is_empty() => 4,
        (None, true) => 0,
    }
}
