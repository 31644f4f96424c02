//! `--online`: links of posts, asked at a server of this machine, with a store that remembers how they were.

use crate::support::{Site, noon};
use chrono::TimeDelta;
use std::fs;
use std::process::Command;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const NET: &str = "[net]\nallow_networks = [\"127.0.0.0/8\"]\ninterval = \"1ms\"\n";

const PAGE: &str = "<html><head><title>A page about routers</title></head><body><p>Somebody made a server of a router, and wrote \
    down how it went: the case, the flash, the kernel, the services and what they cost in power.</p></body></html>";

async fn answer(server: &MockServer, at: &str, status: u16) {
    let answer = match status {
        301 => ResponseTemplate::new(301).insert_header("location", "/new"),
        200 => ResponseTemplate::new(200).set_body_raw(PAGE, "text/html"),
        status => ResponseTemplate::new(status),
    };
    Mock::given(method("GET")).and(path(at)).respond_with(answer).mount(server).await;
}

/// Posts are dated before the cycles of these tests.
fn post(urls: &[String]) -> String {
    let item = |(number, url): (usize, &String)| {
        let title = format!("### A page about routers {number}");
        format!("\n{title}\n\n正文。\n\n> **[消息来源：A page about routers]({url})**\n")
    };
    let items: String = urls.iter().enumerate().map(item).collect();
    format!("---\ntitle: '每日观察 #1 链接'\ndate: '2026-05-01 20:00:00'\n---\n{items}")
}

/// What is found, by rule and severity; and the exit code.
fn found(site: &Site, arguments: &[&str]) -> (Vec<(String, String)>, i32) {
    let output = site.binary(&[&["check", "--online", "--format", "json"], arguments].concat());
    let told = String::from_utf8(output.stdout).unwrap();
    let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let lines = told.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let marks = lines.map(|mark| (word(&mark["rule"]), word(&mark["severity"]))).collect();
    (marks, output.status.code().unwrap())
}

fn note(rule: &str) -> (String, String) {
    (rule.to_owned(), "note".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_or_a_single_failure_fails_no_build() {
    let server = MockServer::start().await;
    for (at, status) in [("/well", 200), ("/gone", 404), ("/closed", 403), ("/old", 301), ("/new", 200)] {
        answer(&server, at, status).await;
    }
    let site = Site::new(NET);
    let urls: Vec<String> = ["/well", "/gone", "/closed", "/old"].map(|at| format!("{}{at}", server.uri())).to_vec();
    site.write("posts/a.md", post(&urls));
    let (marks, code) = found(&site, &["--strict"]);
    assert_eq!((marks, code), (vec![note("failing-link"), note("blocked-link"), note("moved-link")], 0));
    // Nothing is confirmed by one look, so that nothing is written.
    found(&site, &["--fix"]);
    assert_eq!(fs::read_to_string(site.path("posts/a.md")).unwrap(), post(&urls));
    // Only looking leaves no store behind.
    assert!(!site.path("store.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_asks_nobody() {
    let server = MockServer::start().await;
    let site = Site::new(NET);
    site.write("posts/a.md", post(&[format!("{}/a", server.uri())]));
    assert!(site.binary(&["check"]).status.success());
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_that_the_history_confirms_fails_the_build() {
    let server = MockServer::start().await;
    for (at, status) in [("/gone", 404), ("/well", 200)] {
        answer(&server, at, status).await;
    }
    let site = Site::new(NET);
    site.write("posts/a.md", post(&["/gone", "/well"].map(|at| format!("{}{at}", server.uri()))));
    for day in [0, 4] {
        site.cycle_async(noon() + TimeDelta::days(day), false).await;
    }
    // Two looks are known, and this is the third.
    let before = fs::read(site.path("store.db")).unwrap();
    let (marks, code) = found(&site, &[]);
    assert_eq!((marks, code), (vec![("dead-link".to_owned(), "error".to_owned())], 1));
    assert!(before == fs::read(site.path("store.db")).unwrap(), "the store was written to");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_within_the_site_is_written_once_it_is_confirmed() {
    let server = MockServer::start().await;
    for (at, status) in [("/old", 301), ("/new", 200)] {
        answer(&server, at, status).await;
    }
    let site = Site::new(NET);
    let (old, new) = (format!("{}/old#part", server.uri()), format!("{}/new#part", server.uri()));
    let before = post(std::slice::from_ref(&old));
    site.write("posts/a.md", &before);
    site.cycle_async(noon(), false).await;
    let (marks, code) = found(&site, &[]);
    assert_eq!((marks, code), (vec![note("moved-link")], 0));
    assert_eq!(fs::read_to_string(site.path("posts/a.md")).unwrap(), before);
    let (marks, code) = found(&site, &["--fix"]);
    assert_eq!((marks, code), (Vec::new(), 0));
    assert_eq!(fs::read_to_string(site.path("posts/a.md")).unwrap(), before.replace(&old, &new));
}

#[tokio::test(flavor = "multi_thread")]
async fn since_a_revision_only_links_that_were_added_are_asked() {
    let server = MockServer::start().await;
    for at in ["/first", "/second", "/third"] {
        answer(&server, at, 404).await;
    }
    let site = Site::new(NET);
    let url = |at: &str| format!("{}{at}", server.uri());
    site.write("posts/a.md", post(&[url("/first")]));
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(site.folder.path()).args(["-c", "user.name=E", "-c", "user.email=e@example.org"]);
        assert!(command.args(arguments).output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    // The file is renamed, and one link is added; another file is new.
    git(&["mv", "posts/a.md", "posts/b.md"]);
    site.write("posts/b.md", post(&[url("/first"), url("/second")]));
    site.write("posts/c.md", post(&[url("/third")]).replace("#1", "#2").replace("05-01", "05-02"));
    let (marks, code) = found(&site, &["--since", "HEAD"]);
    assert_eq!((marks, code), (vec![note("failing-link"), note("failing-link")], 0));
    let asked: Vec<String> =
        server.received_requests().await.unwrap().iter().map(|request| request.url.path().to_owned()).collect();
    assert!(!asked.contains(&"/first".to_owned()) && asked.contains(&"/second".to_owned()), "{asked:?}");
}
