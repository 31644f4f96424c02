//! What the editor's policies do to items, cycle by cycle: a source on loopback that changes its mind, and a clock that
//! is stepped.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::PathBuf;
use support::{Post, Site, Story, noon, post, story};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Where no archive is: nothing of these tests leaves the machine.
const NO_ARCHIVE: &str = "[archive]\nurl = \"http://127.0.0.1:9/\"";

fn configured(verify: &str, more: &str) -> Site {
    let more = if more.is_empty() { NO_ARCHIVE } else { more };
    Site::new(&format!(
        "[net]\nallow_networks = [\"127.0.0.0/8\"]\ninterval = \"0s\"\ntimeout = \"2s\"\n[verify]\n{verify}\n{more}"
    ))
}

async fn server() -> MockServer {
    // Not from the pool of servers, which go on listening when they are dropped.
    MockServer::builder().start().await
}

async fn answers(server: &MockServer, routes: &[(&str, u16)]) {
    server.reset().await;
    for (route, status) in routes {
        let answer = ResponseTemplate::new(*status).set_body_string("<title>A page</title><p>Some text.</p>");
        Mock::given(method("GET")).and(path(*route)).respond_with(answer).mount(server).await;
    }
}

fn citing(seed: u32, url: String) -> Story {
    Story { url: Some(url), ..story(seed) }
}

fn write_post(site: &Site, number: u32, stories: Vec<Story>) {
    let tags = vec![format!("Tag{number}")];
    site.write(&format!("posts/{number}.md"), Post { tags, stories, ..post(number, &[]) }.markdown());
}

fn titles(site: &Site, folder: &str) -> BTreeSet<String> {
    let feed = site.feed(folder);
    feed["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

fn named(titles: &[&str]) -> BTreeSet<String> {
    titles.iter().map(|title| (*title).to_owned()).collect()
}

fn files_below(site: &Site, folder: &str) -> Vec<PathBuf> {
    let folder = site.path("feeds").join(folder);
    site.bytes().into_keys().filter(|path| path.starts_with(&folder)).collect()
}

fn item_pages(site: &Site) -> usize {
    files_below(site, "items").len()
}

fn verdict(site: &Site, title: &str) -> String {
    source(site, title)["verdict"].as_str().unwrap().to_owned()
}

fn source(site: &Site, title: &str) -> serde_json::Value {
    let feed = site.feed("");
    let item = feed["items"].as_array().unwrap().iter().find(|item| item["title"] == title).unwrap().clone();
    item["_wellsourced"]["sources"][0].clone()
}

/// Title, id and dates of every entry of a feed.
fn dates(site: &Site, folder: &str) -> Vec<String> {
    let feed = site.feed(folder);
    let items = feed["items"].as_array().unwrap();
    items.iter().map(|i| format!("{} {} {}", i["id"], i["date_published"], i["date_modified"])).collect()
}

/// Runs a cycle every so many hours, until it is `until`.
async fn step(site: &Site, from: DateTime<Utc>, hours: usize, until: DateTime<Utc>) -> DateTime<Utc> {
    let mut now = from;
    while now < until {
        now += Duration::hours(i64::try_from(hours).unwrap());
        site.cycle_async(now, false).await;
    }
    now
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_item_waits_for_its_source() {
    let server = server().await;
    answers(&server, &[("/good", 200), ("/closed", 403), ("/dead", 404)]).await;
    let site = configured("policy = \"withhold\"", "");
    let stories = ["good", "closed", "dead"].iter().zip(1..).map(|(p, n)| citing(n, format!("{}/{p}", server.uri())));
    let mut stories: Vec<Story> = stories.collect();
    stories.push(Story { url: None, ..story(4) });
    write_post(&site, 1, stories);
    write_post(&site, 2, vec![citing(5, format!("{}/dead#2", server.uri()))]);
    let report = site.cycle_async(noon(), true).await;
    assert_eq!(titles(&site, ""), named(&["Story 4"]), "without a source there is nothing to wait for");
    assert_eq!((report.items, report.hidden, report.exit_code(false)), (1, 4, 0));
    assert_eq!(item_pages(&site), 1);
    assert_eq!(files_below(&site, "editions/1").len(), 1);
    assert!(files_below(&site, "editions/2").is_empty(), "an edition of which nothing is shown is none");
    assert!(files_below(&site, "tags/tag2").is_empty());
    assert_eq!(site.feed("editions")["items"].as_array().unwrap().len(), 1);
    let editions = dates(&site, "editions");
    site.cycle_async(noon() + Duration::hours(1), false).await;
    assert_eq!(titles(&site, ""), named(&["Story 1", "Story 2", "Story 4"]));
    assert_eq!(item_pages(&site), 3);
    assert_eq!(dates(&site, "editions"), editions, "a check moves no date");
    let page = std::fs::read_to_string(site.path("feeds/editions/1/index.html")).unwrap();
    assert!(page.contains("Story 1") && !page.contains("Story 3"), "{page}");
    let before = site.published();
    site.cycle_async(noon() + Duration::hours(23), false).await;
    assert_eq!(titles(&site, "").len(), 3);
    assert_eq!(site.published().len(), before.len());
    let ids = site.ids();
    site.cycle_async(noon() + Duration::hours(24), true).await;
    assert_eq!(titles(&site, "").len(), 5, "waited long enough, offline or not");
    assert_eq!(verdict(&site, "Story 3"), "failing");
    assert_eq!(files_below(&site, "editions/2").len(), 1);
    assert!(!files_below(&site, "tags/tag2").is_empty());
    assert!(ids.iter().all(|(title, id)| site.ids().get(title) == Some(id)));
    // Everything composed anew is what the changes came to.
    let bytes = site.bytes();
    std::fs::remove_dir_all(site.path("feeds/.wellsourced")).unwrap();
    site.cycle_async(noon() + Duration::hours(25), true).await;
    assert_eq!(site.bytes(), bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_is_not_withheld_afterwards() {
    let server = server().await;
    answers(&server, &[("/good", 200)]).await;
    let site = configured("policy = \"withhold\"\nrecheck = [\"1h\"]", "");
    write_post(&site, 1, vec![citing(1, format!("{}/good", server.uri()))]);
    site.cycle_async(noon(), false).await;
    assert_eq!(titles(&site, "").len(), 1);
    answers(&server, &[("/good", 500)]).await;
    site.cycle_async(noon() + Duration::hours(3), false).await;
    assert_eq!((titles(&site, "").len(), verdict(&site, "Story 1").as_str()), (1, "failing"));
    // Nor when the store is lost, nor when the post is edited.
    site.lose_store();
    site.cycle_async(noon() + Duration::hours(4), true).await;
    assert_eq!(titles(&site, "").len(), 1);
    let edited = Story { text: support::prose(9), ..citing(1, format!("{}/other", server.uri())) };
    write_post(&site, 1, vec![edited]);
    site.cycle_async(noon() + Duration::hours(5), false).await;
    assert_eq!(titles(&site, "").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_waits_while_the_network_is_down_and_over_a_lost_store() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let site = configured("policy = \"withhold\"\nwithhold_for = \"2d\"", "");
    write_post(&site, 1, vec![citing(1, closed)]);
    for hours in [0, 10, 20, 30, 40] {
        if hours == 30 {
            site.lose_store();
        }
        let report = site.cycle_async(noon() + Duration::hours(hours), false).await;
        assert!(report.checks.network_down.is_some() || report.checks.due == 0, "{report:?}");
        assert_eq!((titles(&site, "").len(), report.hidden), (0, 1), "{hours} h");
    }
    site.cycle_async(noon() + Duration::hours(48), false).await;
    assert_eq!(titles(&site, "").len(), 1, "counted from first sight, which outlives the store");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_leaves_when_its_source_is_gone_and_comes_back() {
    let server = server().await;
    answers(&server, &[("/good", 200), ("/closed", 403), ("/dead", 404)]).await;
    let site = configured("policy = \"drop\"", "");
    let stories = ["good", "closed", "dead"].iter().zip(1..).map(|(p, n)| citing(n, format!("{}/{p}", server.uri())));
    write_post(&site, 1, stories.collect());
    write_post(&site, 2, vec![citing(4, format!("{}/dead", server.uri()))]);
    site.cycle_async(noon(), false).await;
    assert_eq!(titles(&site, "").len(), 4, "one look never says dead");
    let (ids, editions) = (site.ids(), dates(&site, "editions"));
    let now = step(&site, noon(), 6, noon() + Duration::days(5)).await;
    assert_eq!(titles(&site, ""), named(&["Story 1", "Story 2"]), "gone leaves, blocked never");
    assert_eq!((item_pages(&site), titles(&site, "tags/tag1").len()), (2, 2));
    assert_eq!(titles(&site, "tags/tag2").len(), 0, "an empty feed stays");
    assert_eq!(dates(&site, "editions").len(), 1);
    assert!(files_below(&site, "editions/2").is_empty());
    // Written again by its author, it stays out.
    write_post(&site, 2, vec![Story { text: support::prose(7), ..citing(4, format!("{}/dead", server.uri())) }]);
    site.cycle_async(now + Duration::hours(1), false).await;
    assert_eq!(titles(&site, "").len(), 2);
    // A block does not bring it back; the page does.
    answers(&server, &[("/good", 200), ("/closed", 403), ("/dead", 403)]).await;
    let now = step(&site, now, 24, now + Duration::days(32)).await;
    assert_eq!(titles(&site, "").len(), 2);
    answers(&server, &[("/good", 200), ("/closed", 403), ("/dead", 200)]).await;
    step(&site, now, 24, now + Duration::days(32)).await;
    assert_eq!(site.ids(), ids, "with the ids that they had");
    assert_eq!(item_pages(&site), 4);
    assert_eq!(dates(&site, "editions").last(), editions.last(), "a check moves no date");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_policy_takes_effect_at_once() {
    let server = server().await;
    answers(&server, &[("/dead", 404)]).await;
    let site = configured("", "");
    write_post(&site, 1, vec![citing(1, format!("{}/dead", server.uri())), Story { url: None, ..story(2) }]);
    site.cycle_async(noon(), false).await;
    let now = step(&site, noon(), 6, noon() + Duration::days(5)).await;
    assert_eq!((titles(&site, "").len(), verdict(&site, "Story 1").as_str()), (2, "gone"));
    for (policy, shown) in [("drop", 1), ("annotate", 2), ("drop", 1), ("withhold", 2)] {
        site.configure("", &format!("[verify]\npolicy = \"{policy}\"\n"));
        site.cycle_async(now, true).await;
        assert_eq!(titles(&site, "").len(), shown, "{policy}");
        assert_eq!(item_pages(&site), shown);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_verdict_rewrites_only_what_shows_it() {
    let server = server().await;
    answers(&server, &[("/a", 200), ("/b", 200)]).await;
    let site = configured("recheck = [\"1d\"]", "");
    write_post(&site, 1, vec![citing(1, format!("{}/a", server.uri()))]);
    write_post(&site, 2, vec![citing(2, format!("{}/b", server.uri()))]);
    site.cycle_async(noon(), false).await;
    let (before, entries) = (site.published(), dates(&site, ""));
    answers(&server, &[("/a", 200), ("/b", 403)]).await;
    let report = site.cycle_async(noon() + Duration::days(2), false).await;
    assert_eq!((report.checks.checked, report.checks.changed), (2, 1), "{report:?}");
    let after = site.published();
    let written: Vec<&PathBuf> =
        after.iter().filter(|(path, at)| before.get(*path) != Some(at)).map(|(p, _)| p).collect();
    assert!(!written.is_empty());
    let other = [site.path("feeds/tags/tag1"), site.path("feeds/editions/1")];
    assert!(written.iter().all(|path| other.iter().all(|other| !path.starts_with(other))), "{written:?}");
    let pages = written.iter().filter(|path| path.starts_with(site.path("feeds/items"))).count();
    assert_eq!(pages, 1, "{written:?}");
    assert_eq!(dates(&site, ""), entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_copy_is_published_beside_a_dead_link() {
    let server = server().await;
    answers(&server, &[("/dead", 404), ("/lost", 404), ("/good", 200)]).await;
    let archive = self::server().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(503)).mount(&archive).await;
    let site = configured("", &format!("[archive]\nurl = \"{}\"", archive.uri()));
    let stories = ["good", "lost", "dead"].iter().zip(1..).map(|(p, n)| citing(n, format!("{}/{p}", server.uri())));
    write_post(&site, 1, stories.collect());
    site.cycle_async(noon(), false).await;
    let entries = dates(&site, "");
    let now = step(&site, noon(), 6, noon() + Duration::days(5)).await;
    assert_eq!((verdict(&site, "Story 3").as_str(), verdict(&site, "Story 2").as_str()), ("gone", "gone"));
    assert!(source(&site, "Story 3").get("archive").is_none_or(serde_json::Value::is_null));
    let asked = archive.received_requests().await.unwrap().len();
    assert!((1..=2).contains(&asked), "an archive that does not answer is left alone: asked {asked} times");
    // A week later it answers.
    archive.reset().await;
    let dead = format!("{}/dead", server.uri());
    let copy = format!("{}/web/20260502101112/{dead}", archive.uri());
    Mock::given(path(format!("/web/20260501235958/{dead}")))
        .respond_with(ResponseTemplate::new(302).insert_header("location", copy.as_str()))
        .mount(&archive)
        .await;
    let report = site.cycle_async(now + Duration::days(8), true).await;
    assert_eq!(report.copies, 0, "offline is offline");
    let report = site.cycle_async(now + Duration::days(8), false).await;
    assert_eq!(report.copies, 1, "{report:?}");
    assert_eq!(source(&site, "Story 3")["archive"], copy.as_str());
    assert_eq!(verdict(&site, "Story 2"), "gone");
    for file in ["rss.xml", "atom.xml", "index.html"] {
        assert!(std::fs::read_to_string(site.path("feeds").join(file)).unwrap().contains(&copy), "{file}");
    }
    assert_eq!(dates(&site, ""), entries, "a copy moves no date");
    let asked = archive.received_requests().await.unwrap().len();
    site.cycle_async(now + Duration::days(9), false).await;
    assert_eq!(archive.received_requests().await.unwrap().len(), asked, "what is known is not asked again");
    // When the page is back, its copy is not shown.
    answers(&server, &[("/dead", 200), ("/lost", 404), ("/good", 200)]).await;
    step(&site, now + Duration::days(9), 24, now + Duration::days(45)).await;
    assert_eq!(verdict(&site, "Story 3"), "reachable");
    assert!(!std::fs::read_to_string(site.path("feeds/rss.xml")).unwrap().contains(&copy));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_asked_once_to_save_a_new_link() {
    let server = server().await;
    answers(&server, &[("/good", 200), ("/dead", 404), ("/old", 200)]).await;
    let archive = self::server().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).mount(&archive).await;
    let site = configured("", &format!("[archive]\nsave = true\nurl = \"{}\"", archive.uri()));
    let stories = ["good", "dead"].iter().zip(1..).map(|(p, n)| citing(n, format!("{}/{p}", server.uri())));
    write_post(&site, 27, stories.collect());
    write_post(&site, 1, vec![citing(3, format!("{}/old", server.uri()))]);
    for hours in [0, 2, 4] {
        site.cycle_async(noon() + Duration::hours(hours) - Duration::days(3), false).await;
    }
    let asked: Vec<String> =
        archive.received_requests().await.unwrap().iter().map(|r| r.url.path().to_owned()).collect();
    assert_eq!(asked, [format!("/save/{}/good", server.uri())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_links_by_verdict_and_by_host() {
    let server = server().await;
    answers(&server, &[("/good", 200), ("/dead", 404)]).await;
    let site = configured("policy = \"withhold\"", "");
    let stories = ["good", "dead"].iter().zip(1..).map(|(p, n)| citing(n, format!("{}/{p}", server.uri())));
    write_post(&site, 1, stories.collect());
    site.cycle_async(noon(), false).await;
    let output = site.binary(&["status", "--json"]);
    let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(status["links"], serde_json::json!({"reachable": 1, "failing": 1}));
    let here = serde_json::json!({"host": "127.0.0.1", "links": {"reachable": 1, "failing": 1}});
    assert_eq!(status["hosts"], serde_json::json!([here]));
    assert_eq!(status["hidden_items"], 1);
    let text = String::from_utf8(site.binary(&["status"]).stdout).unwrap();
    assert!(text.contains("127.0.0.1: 1 reachable, 1 failing"), "{text}");
}
