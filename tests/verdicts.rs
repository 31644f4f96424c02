//! Months of cycles against a source on loopback that dies, flaps, turns us away or works: what is published of each, and
//! how often it was looked at.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use support::{Post, Site, Story, noon, post, story};
use wellsourced::store::Store;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// Days that the cycles run.
const DAYS: i64 = 150;

/// Hours between two cycles.
const STEP: usize = 6;

const SOURCES: [&str; 6] = ["good", "dead", "late", "flapping", "closed", "broken"];

/// What the source does at an hour.
fn status(path: &str, hour: i64) -> u16 {
    match path {
        "/dead" => 404,
        "/late" if hour >= 40 * 24 => 404,
        // Gone for two days of every four.
        "/flapping" if (hour / 48) % 2 == 0 => 404,
        "/closed" => 403,
        "/broken" => 500,
        _ => 200,
    }
}

#[derive(Debug, Default)]
struct Seen {
    verdicts: BTreeMap<String, Vec<(i64, String)>>,
}

impl Seen {
    fn note(&mut self, site: &Site, hour: i64) {
        for item in site.feed("")["items"].as_array().unwrap() {
            let source = &item["_wellsourced"]["sources"][0];
            let verdict = source["verdict"].as_str().unwrap().to_owned();
            let path = source["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            let verdicts = self.verdicts.entry(path).or_default();
            if verdicts.last().is_none_or(|(_, last)| *last != verdict) {
                verdicts.push((hour, verdict));
            }
        }
    }

    /// The hour at which a verdict was first published.
    fn first(&self, path: &str, verdict: &str) -> Option<i64> {
        self.verdicts[path].iter().find(|(_, v)| v == verdict).map(|(hour, _)| *hour)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn verdicts_come_on_the_day_that_the_rules_say() {
    let clock = Arc::new(AtomicI64::new(0));
    let server = MockServer::builder().start().await;
    let hour = Arc::clone(&clock);
    Mock::given(method("GET"))
        .respond_with(move |request: &Request| {
            let status = status(request.url.path(), hour.load(Ordering::SeqCst));
            ResponseTemplate::new(status).set_body_string("<title>A page</title><p>Some text.</p>")
        })
        .mount(&server)
        .await;
    let site = Site::new(
        "[net]\nallow_networks = [\"127.0.0.0/8\"]\ninterval = \"0s\"\ntimeout = \"5s\"\n[archive]\nurl = \"http://127.0.0.1:9/\"\n",
    );
    let stories = SOURCES.iter().zip(1..).map(|(path, seed)| {
        let url = Some(format!("{}/{path}", server.uri()));
        Story { url, ..story(seed) }
    });
    site.write(
        "posts/1.md",
        Post { stories: stories.collect(), date: "2026-06-01 20:00:00".into(), ..post(1, &[]) }.markdown(),
    );
    let mut seen = Seen::default();
    for hour in (0..=DAYS * 24).step_by(STEP) {
        clock.store(hour, Ordering::SeqCst);
        let report = site.cycle_async(noon() + Duration::hours(hour), false).await;
        assert!(report.checks.network_down.is_none(), "{report:?}");
        if report.checks.checked > 0 {
            seen.note(&site, hour);
        }
    }
    // Three looks over three days.
    let gone = seen.first("dead", "gone").unwrap();
    assert!((72..=84).contains(&gone), "{gone}: {seen:?}");
    assert_eq!(seen.verdicts["dead"].len(), 2, "failing first, gone for good then: {seen:?}");
    // Dead from the 40th day on: seen at the next look of the schedule, gone three days later.
    let (failing, gone) = (seen.first("late", "failing").unwrap(), seen.first("late", "gone").unwrap());
    assert!((40 * 24..=90 * 24 + 6).contains(&failing), "{failing}");
    assert!((72..=84).contains(&(gone - failing)), "{gone} {failing}");
    // Nothing but failures for a week.
    let gone = seen.first("broken", "gone").unwrap();
    assert!((7 * 24..=9 * 24).contains(&gone), "{gone}");
    assert_eq!(seen.first("flapping", "gone"), None, "{seen:?}");
    assert_eq!(seen.verdicts["closed"], [(0, "blocked".to_owned())]);
    assert_eq!(seen.verdicts["good"], [(0, "reachable".to_owned())]);
    checks_follow_the_schedule(&site, &server.uri(), noon() + Duration::days(DAYS)).await;
}

/// At 0, 1, 7, 30 and 90 days, as the totals tell; of the checks that are old, one a month is kept.
async fn checks_follow_the_schedule(site: &Site, uri: &str, now: DateTime<Utc>) {
    let store = Store::open(&site.store_url()).await.unwrap();
    let totals = store.check_totals().await.unwrap();
    let blocked: Vec<(&str, u64)> = totals
        .iter()
        .filter(|(_, _, verdict, _)| verdict == "blocked")
        .map(|(day, .., n)| (day.as_str(), *n))
        .collect();
    let days = [0, 1, 7, 30, 90].map(|days| (noon() + Duration::days(days)).format("%F").to_string());
    assert_eq!(blocked, days.each_ref().map(|day| (day.as_str(), 1)));
    assert!(totals.iter().all(|(_, host, ..)| host == "127.0.0.1"), "{totals:?}");
    for path in ["good", "closed"] {
        let checks = store.begin().await.unwrap().check_rows(&format!("{uri}/{path}")).await.unwrap().1;
        let kept: Vec<i64> = checks.iter().map(|check| (check.at - noon()).num_days()).collect();
        assert_eq!(kept, [0, 30, 90], "{path}");
    }
    let dead = store.begin().await.unwrap().check_rows(&format!("{uri}/dead")).await.unwrap().1;
    let late: Vec<i64> = dead.iter().map(|check| (now - check.at).num_days()).filter(|days| *days < 140).collect();
    assert!((4..=5).contains(&late.len()), "what is gone is looked at every 30 days: {late:?}");
    store.close().await;
}
