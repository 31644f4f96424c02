//! Sources in a whole cycle: checked through a real server on loopback, judged, shown; and nothing is called dead because
//! the machine is offline.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use chrono::Duration;
use std::net::TcpListener;
use support::{Post, Site, Story, noon, post, story};
use wellsourced::model::{Check, Verdict};
use wellsourced::store::{Due, DueLink, NewCheck, Store};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const LOOPBACK: &str = "[net]\nallow_networks = [\"127.0.0.0/8\"]\ninterval = \"0s\"\ntimeout = \"2s\"\n\
    [archive]\nurl = \"http://127.0.0.1:9/\"\n";

async fn server(routes: &[(&str, u16)]) -> MockServer {
    // Not from the pool of servers, which go on listening when they are dropped.
    let server = MockServer::builder().start().await;
    for (route, status) in routes {
        let answer = ResponseTemplate::new(*status).set_body_string("<title>A page</title><p>Some text.</p>");
        Mock::given(method("GET")).and(path(*route)).respond_with(answer).mount(&server).await;
    }
    server
}

fn citing(seed: u32, url: String) -> Story {
    Story { url: Some(url), ..story(seed) }
}

fn verdict(site: &Site, title: &str) -> String {
    let feed = site.feed("");
    let items = feed["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["title"] == title).unwrap();
    item["_wellsourced"]["sources"][0]["verdict"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn verdicts_are_published_and_move_no_date() {
    let server = server(&[("/good", 200), ("/closed", 403), ("/dead", 404)]).await;
    let site = Site::new(LOOPBACK);
    let stories = ["good", "closed", "dead"].iter().zip(1..).map(|(p, n)| citing(n, format!("{}/{p}", server.uri())));
    site.write("posts/1.md", Post { stories: stories.collect(), ..post(1, &[]) }.markdown());
    site.cycle_async(noon(), true).await;
    assert_eq!(verdict(&site, "Story 1"), "unchecked");
    let (before, dates) = (site.published(), dates(&site));
    let report = site.cycle_async(noon() + Duration::hours(1), false).await;
    assert_eq!((report.checks.checked, report.exit_code(false)), (3, 0), "{report:?}");
    assert_eq!(verdict(&site, "Story 1"), "reachable");
    assert_eq!(verdict(&site, "Story 2"), "blocked");
    assert_eq!(verdict(&site, "Story 3"), "failing", "one look never says dead");
    assert_eq!(self::dates(&site), dates, "a check moves no date");
    let after = site.published();
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    // Nothing is due for a day, and the next cycle writes nothing.
    let report = site.cycle_async(noon() + Duration::hours(2), false).await;
    assert_eq!(report.checks.checked, usize::from(report.checks.due > 0) * report.checks.due);
    // The dead one is published as gone only after looks spread over days.
    for day in 1..=8 {
        site.cycle_async(noon() + Duration::days(day), false).await;
    }
    assert_eq!(verdict(&site, "Story 3"), "gone");
    assert_eq!(verdict(&site, "Story 2"), "blocked");
    assert_eq!(self::dates(&site), dates);
    let feed = std::fs::read_to_string(site.path("feeds/atom.xml")).unwrap();
    assert!(feed.contains("verdict=\"gone\"") && feed.contains("since=\""), "{feed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_not_well_are_told_with_the_lines_that_cite_them() {
    let server = server(&[("/good", 200), ("/closed", 403), ("/dead", 404)]).await;
    let site = Site::new(LOOPBACK);
    let url = |page: &str| format!("{}/{page}", server.uri());
    let (dead, good, closed) = (citing(1, url("dead")), citing(2, url("good")), citing(3, url("closed")));
    let posts = [("posts/1.md", vec![good, dead.clone()]), ("posts/2.md", vec![closed]), ("posts/3.md", vec![dead])];
    let mut lines = Vec::new();
    for ((path, stories), number) in posts.into_iter().zip(1..) {
        let text = Post { stories, ..post(number, &[]) }.markdown();
        let cites = |(index, line): (usize, &str)| line.contains("/dead").then(|| format!("{path}:{}", index + 1));
        lines.extend(text.lines().enumerate().filter_map(cites));
        site.write(path, text);
    }
    assert_eq!(lines.len(), 2);
    let report = site.cycle_async(noon(), false).await;
    assert_eq!((report.troubled.total, report.checks.turned.len()), (2, 0), "{report:?}");
    let told = |report: &wellsourced::pipeline::Report| {
        let link = report.troubled.links.iter().find(|link| link.url.ends_with("/dead")).unwrap();
        link.posts.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(told(&report).iter().zip(&lines).all(|(told, line)| told.ends_with(line)), "{:?} {lines:?}", told(&report));
    for arguments in [&["status"][..], &["status", "--json"]] {
        let status = String::from_utf8(site.binary(arguments).stdout).unwrap();
        assert!(status.contains("/dead") && status.contains("posts/3.md") && !status.contains("/good"), "{status}");
    }
    // What readers see names the item, never a file.
    assert!(site.bytes().values().all(|bytes| !String::from_utf8_lossy(bytes).contains("posts/3.md")));
    // The page comes back: told as a verdict that changed, and no longer as one that is not well.
    server.reset().await;
    let answer = ResponseTemplate::new(200).set_body_string("<title>A page</title><p>Some text.</p>");
    Mock::given(method("GET")).respond_with(answer).mount(&server).await;
    let report = site.cycle_async(noon() + Duration::days(2), false).await;
    let turned: Vec<_> = report.checks.turned.iter().map(|turned| (turned.before, turned.after)).collect();
    assert!(turned.contains(&(Verdict::Failing, Verdict::Reachable)), "{report:?}");
    assert_eq!(report.troubled.total, 0, "{report:?}");
}

fn dates(site: &Site) -> Vec<String> {
    let feed = site.feed("");
    let items = feed["items"].as_array().unwrap();
    items.iter().map(|item| format!("{} {}", item["date_published"], item["date_modified"])).collect()
}

/// An address of this machine where nothing listens.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_is_not_dead() {
    let server = server(&[("/good", 200)]).await;
    let site = Site::new(LOOPBACK);
    let reachable = format!("{}/good", server.uri());
    site.write("posts/1.md", Post { stories: vec![citing(1, reachable)], ..post(1, &[]) }.markdown());
    site.cycle_async(noon(), false).await;
    assert_eq!(verdict(&site, "Story 1"), "reachable");
    drop(server);
    // A new item whose source is not reached either, and the old one is due: the network is down here.
    site.write("posts/2.md", Post { stories: vec![citing(2, closed())], ..post(2, &[]) }.markdown());
    for day in 2..=12 {
        let report = site.cycle_async(noon() + Duration::days(day), false).await;
        assert!(report.checks.network_down.is_some(), "day {day}: {report:?}");
        assert_eq!(report.exit_code(false), 0);
        assert_eq!(report.checks.changed, 0);
    }
    assert_eq!((verdict(&site, "Story 1"), verdict(&site, "Story 2")), ("reachable".into(), "unchecked".into()));
}

/// A site that cites one page of each host: the first `living` hosts are served, nothing listens for the others.
async fn citing_hosts(living: usize, hosts: usize) -> (Site, MockServer) {
    let server = server(&[("/page", 200)]).await;
    let dead = closed();
    let resolve: Vec<String> = (0..hosts).map(|n| format!("\"h{n}.test\" = \"127.0.0.1\"")).collect();
    let site = Site::new(&LOOPBACK.replace("[archive]", &format!("resolve = {{ {} }}\n[archive]", resolve.join(", "))));
    let stories = (0..hosts).zip(1..).map(|(n, seed)| {
        let server = if n < living { server.uri() } else { dead.clone() };
        citing(seed, format!("{}/page", server.replace("127.0.0.1", &format!("h{n}.test"))))
    });
    site.write("posts/1.md", Post { stories: stories.collect(), ..post(1, &[]) }.markdown());
    (site, server)
}

async fn store(site: &Site) -> Store {
    Store::open(&site.store_url()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_seen_while_most_hosts_are_out_of_reach_counts_for_nothing() {
    let (site, _server) = citing_hosts(4, 9).await;
    for hour in [0, 1] {
        let report = site.cycle_async(noon() + Duration::hours(hour), false).await;
        assert!(report.checks.network_down.is_some_and(|why| why.starts_with("5 of 9 hosts")), "hour {hour}");
        assert_eq!((report.checks.checked, report.checks.changed), (9, 0));
    }
    assert!((1..=9).all(|n| verdict(&site, &format!("Story {n}")) == "unchecked"));
    let store = store(&site).await;
    assert!(store.check_totals().await.unwrap().is_empty());
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_summary_says_that_the_network_is_down() {
    let (site, _server) = citing_hosts(0, 2).await;
    let run = site.binary(&["--once"]);
    let told = String::from_utf8(run.stdout).unwrap();
    assert!(told.contains("The network is down here: no answer in HTTP from 2 hosts (2 links tried)"), "{told}");
    assert_eq!(run.status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_the_newest_items_are_due_first_and_come_page_by_page() {
    let site = Site::new("");
    for number in 1..=3_u32 {
        site.write(
            &format!("posts/{number}.md"),
            post(number, &[3 * number, 3 * number + 1, 3 * number + 2]).markdown(),
        );
    }
    site.cycle_async(noon(), true).await;
    let store = store(&site).await;
    assert_eq!(store.due(noon()).await.unwrap(), Due { links: 9, hosts: 3 });
    let all = store.due_links(noon(), None, 100).await.unwrap();
    assert!(all.windows(2).all(|pair| pair[0].newest > pair[1].newest), "{all:?}");
    let mut paged: Vec<DueLink> = Vec::new();
    loop {
        let page = store.due_links(noon(), paged.last(), 2).await.unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_budget_leaves_over_is_checked_next_time() {
    let server = MockServer::builder().start().await;
    let answer = ResponseTemplate::new(200).set_body_string("<title>A page</title><p>Some text.</p>");
    // The first time it does not answer.
    let never = answer.clone().set_delay(std::time::Duration::from_mins(1));
    Mock::given(path("/page")).respond_with(never).up_to_n_times(1).mount(&server).await;
    Mock::given(path("/page")).respond_with(answer).mount(&server).await;
    let site = Site::new(&format!("{LOOPBACK}[verify]\nbudget = \"50ms\"\n"));
    let stories = vec![citing(1, format!("{}/page", server.uri()))];
    site.write("posts/1.md", Post { stories, ..post(1, &[]) }.markdown());
    let report = site.cycle_async(noon(), false).await;
    assert_eq!((report.checks.due, report.checks.checked, report.items), (1, 0, 1));
    assert_eq!((report.checks.network_down.as_deref(), verdict(&site, "Story 1").as_str()), (None, "unchecked"));
    site.configure("", LOOPBACK);
    let report = site.cycle_async(noon() + Duration::minutes(1), false).await;
    assert_eq!((report.checks.checked, verdict(&site, "Story 1").as_str()), (1, "reachable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_url_is_checked_once_however_often_and_however_it_is_written() {
    let server = server(&[("/page", 200)]).await;
    let site = Site::new(LOOPBACK);
    let port = server.address().port();
    let spellings = ["http://127.0.0.1", "HTTP://127.0.0.1", "http://2130706433", "http://user@127.0.0.1"];
    let ends = ["/page", "/page#part", "/./page", "/a/../page"];
    let urls = spellings.iter().flat_map(|start| ends.map(|end| format!("{start}:{port}{end}")));
    let stories = urls.zip(1..).map(|(url, seed)| citing(seed, url)).collect();
    site.write("posts/1.md", Post { stories, ..post(1, &[]) }.markdown());
    let report = site.cycle_async(noon(), false).await;
    assert_eq!((report.checks.due, report.checks.checked), (1, 1));
    assert_eq!(server.received_requests().await.unwrap().iter().filter(|r| r.url.path() == "/page").count(), 1);
    assert!((1..=16).all(|n| verdict(&site, &format!("Story {n}")) == "reachable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_held_back_counts_once_the_network_is_known_to_be_up() {
    // Until the last check more than half of the hosts may be out of reach.
    for (living, hosts) in [(1, 4), (5, 9), (18, 20)] {
        let (site, _server) = citing_hosts(living, hosts).await;
        let report = site.cycle_async(noon(), false).await;
        assert_eq!((report.checks.network_down.as_deref(), report.exit_code(false)), (None, 0));
        assert_eq!((report.checks.checked, report.checks.changed), (hosts, hosts));
        for n in 1..=hosts {
            let expected = if n <= living { "reachable" } else { "failing" };
            assert_eq!(verdict(&site, &format!("Story {n}")), expected, "Story {n}");
        }
        let store = store(&site).await;
        let totals = store.check_totals().await.unwrap();
        assert_eq!(totals.iter().map(|(.., count)| count).sum::<u64>(), hosts as u64, "each counts once: {totals:?}");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_process_that_died_left_uncounted_never_counts() {
    let (site, _server) = citing_hosts(1, 4).await;
    site.cycle_async(noon(), true).await;
    let (store, urls) = (store(&site).await, site.feed("")["items"].as_array().unwrap().clone());
    let url = urls.iter().find(|item| item["title"] == "Story 1").unwrap()["external_url"].as_str().unwrap().to_owned();
    let left = Check {
        url: url.clone(),
        at: noon(),
        verdict: Verdict::Failing,
        rule: "connect".to_owned(),
        evidence: "no route".to_owned(),
        status: None,
        final_url: None,
        hops: Vec::new(),
        retry_after: None,
        reached_http: false,
        ms: 1,
        portrait: None,
        warning: None,
        face: None,
    };
    let mut write = store.begin().await.unwrap();
    write.record_checks(&[NewCheck { key: url.clone(), check: &left, counted: false }]).await.unwrap();
    write.commit().await.unwrap();
    let report = site.cycle_async(noon() + Duration::minutes(5), false).await;
    assert_eq!(report.checks.checked, 4, "what did not count is still due");
    let counted = store.begin().await.unwrap().check_rows(&url).await.unwrap().1;
    assert_eq!(counted.iter().map(|check| check.verdict).collect::<Vec<_>>(), [Verdict::Reachable]);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_server_beside_a_living_one_is_failing_and_after_a_week_gone() {
    let server = server(&[("/good", 200)]).await;
    let site = Site::new(LOOPBACK);
    let stories = vec![citing(1, format!("{}/good", server.uri())), citing(2, closed())];
    site.write("posts/1.md", Post { stories, ..post(1, &[]) }.markdown());
    site.cycle_async(noon(), false).await;
    assert_eq!(verdict(&site, "Story 2"), "failing");
    let mut gone_on = None;
    for hour in 1..=400 {
        // The living link is looked at too, so that the network is known to be up.
        site.cycle_async(noon() + Duration::hours(hour), false).await;
        if verdict(&site, "Story 2") == "gone" {
            gone_on = Some(hour);
            break;
        }
    }
    assert!(gone_on.is_some_and(|hour| (7 * 24..=16 * 24).contains(&hour)), "{gone_on:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_are_not_public_are_refused_and_never_contacted() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let port = trap.local_addr().unwrap().port();
    let site = Site::new("");
    let stories = ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"];
    let stories = stories.iter().zip(1..).map(|(host, n)| citing(n, format!("http://{host}:{port}/"))).collect();
    site.write("posts/1.md", Post { stories, ..post(1, &[]) }.markdown());
    site.cycle_async(noon(), false).await;
    for number in 1..=5 {
        assert_eq!(verdict(&site, &format!("Story {number}")), "refused", "Story {number}");
    }
    assert!(trap.accept().is_err(), "the trap was contacted");
}

#[test]
fn verify_tells_one_line_per_line_given() {
    let site = Site::new("");
    let mut command = support::binary();
    command.arg("--config").arg(site.path("wellsourced.toml")).args(["verify", "--json", "-"]);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let given = ["http://127.0.0.1/a", "not a url", "ftp://example.org/", "http://127.0.0.1/a", "http://127.0.0.1/a#x"];
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), given.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    // They are refused, which is not well.
    assert_eq!(output.status.code(), Some(3));
    let mut urls: Vec<String> = Vec::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["verdict"], "refused", "{line}");
        for key in ["rule", "evidence", "status", "final_url", "hops", "ms"] {
            assert!(value.get(key).is_some(), "{key}: {line}");
        }
        urls.push(value["url"].as_str().unwrap().to_owned());
    }
    let mut expected: Vec<String> = given.iter().map(|url| (*url).to_owned()).collect();
    urls.sort();
    expected.sort();
    assert_eq!(urls, expected);
    assert!(!site.path("store.db").exists(), "the store is untouched");
}
