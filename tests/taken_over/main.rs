//! Links over simulated months, on a web on loopback with many host names: domains that expire and are bought, and all the
//! honest changes that look like it. Which verdict is published, and from which day on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod honest;
mod hostile;
mod portal;
#[path = "../support/mod.rs"]
mod support;
mod web;

use chrono::Duration;
use std::fmt::Write as _;
use support::{Post, Site, Story, noon, post, story};
use web::{Case, Web};
use wellsourced::model::{LinkKey, Verdict};
use wellsourced::store::Store;

/// Days that the cycles run.
const DAYS: i64 = 48;

/// Hours between two cycles.
const STEP: usize = 12;

/// The site that cites each case's link.
fn citing(web: &Web, cases: &[Case]) -> (Site, Vec<LinkKey>) {
    let mut resolve = String::new();
    for n in 0..cases.len() {
        for host in web::hosts(n) {
            writeln!(resolve, "\"{host}\" = [\"127.0.0.1\"]").unwrap();
        }
    }
    let site = Site::new(&format!(
        "[net]\nallow_networks = [\"127.0.0.0/8\"]\ninterval = \"0s\"\nper_host = 8\ntimeout = \"5s\"\n[net.resolve]\n{resolve}\
         [archive]\nurl = \"http://127.0.0.1:9/\"\n"
    ));
    let links: Vec<String> = cases.iter().enumerate().map(|(n, case)| web.url(n, case.path)).collect();
    let stories = links.iter().zip(cases).zip(1..).map(|((link, case), seed)| {
        let title = if case.cited.is_empty() { format!("Item {seed}") } else { case.cited.to_owned() };
        Story { title, url: Some(link.clone()), ..story(seed) }
    });
    let date = "2026-06-01 20:00:00".to_owned();
    site.write("posts/1.md", Post { stories: stories.collect(), date, ..post(1, &[]) }.markdown());
    (site, links.iter().map(|link| LinkKey::of(link).unwrap()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_verdict_changes_on_its_day() {
    let cases = [hostile::cases(), honest::cases()].concat();
    let guards = honest::cases().len();
    assert!(cases.len() >= 60 && guards >= 35, "{} cases, {guards} guards", cases.len());
    let web = Web::start(cases.clone()).await;
    let (site, keys) = citing(&web, &cases);
    let mut published: Vec<Vec<(i64, Verdict)>> = vec![Vec::new(); cases.len()];
    let mut evidence = vec![String::new(); cases.len()];
    for (hour, late) in (0..=DAYS * 24).step_by(STEP).zip(0..) {
        web.set_hour(hour);
        // Each cycle a little later than a look before it took.
        let now = noon() + Duration::hours(hour) + Duration::seconds(10 * late);
        let report = site.cycle_async(now, false).await;
        assert!(report.checks.network_down.is_none(), "{report:?}");
        if report.checks.checked == 0 {
            continue;
        }
        let store = Store::open(&site.store_url()).await.unwrap();
        let verdicts = store.link_verdicts(&keys).await.unwrap();
        store.close().await;
        for (n, key) in keys.iter().enumerate() {
            let (verdict, why) = &verdicts[key.as_str()];
            evidence[n].clone_from(why);
            if published[n].last().is_none_or(|(_, last)| last != verdict) {
                published[n].push((hour / 24, *verdict));
            }
        }
    }
    let wrong: Vec<String> = (0..cases.len())
        .filter(|n| published[*n] != cases[*n].expected)
        .map(|n| format!("{}: {:?}, not {:?} ({})", cases[n].name, published[n], cases[n].expected, evidence[n]))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    what_subscribers_see(&site);
}

/// In feeds, on pages and in the list of links in trouble.
fn what_subscribers_see(site: &Site) {
    let feed = site.feed("");
    let sources = feed["items"].as_array().unwrap().iter().map(|item| &item["_wellsourced"]["sources"][0]);
    let replaced: Vec<_> = sources.filter(|source| source["verdict"] == "replaced").collect();
    assert!(!replaced.is_empty() && replaced.iter().all(|source| source["since"].is_string()), "{replaced:?}");
    let rss = std::fs::read_to_string(site.path("feeds/rss.xml")).unwrap();
    assert!(rss.contains("verdict=\"replaced\"") && rss.contains("已被替换"), "the closing line says so");
    let status = std::fs::read_to_string(site.path("feeds/status.json")).unwrap();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["troubled"][0]["verdict"], "replaced", "the worst comes first");
}
