//! Thirty days with every personality.

use super::personalities::all;
use super::server::Audit;
use std::collections::HashSet;

#[test]
fn a_month_with_every_server() {
    let servers = all();
    let names: HashSet<&str> = servers.iter().map(|who| who.name).collect();
    assert_eq!(names.len(), servers.len());
    assert!(servers.len() >= 40);
    let mut wrong = Vec::new();
    for who in &servers {
        let (audit, state) = Audit::live(who);
        if !who.asked.contains(&audit.asked) {
            wrong.push(format!("{}: asked {} times, not {:?}", who.name, audit.asked, who.asked));
        }
        if !(who.at_last)(&state) {
            wrong.push(format!("{}: {state:?}", who.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn lived(name: &str) -> Audit {
    let servers = all();
    Audit::live(servers.iter().find(|who| who.name == name).unwrap()).0
}

#[test]
fn an_unchanged_document_is_read_once() {
    for name in ["always 304", "a new etag for each same body", "an empty etag", "max-age of a year"] {
        assert_eq!(lived(name).documents_read, 1, "{name}");
    }
    assert_eq!(lived("fine").documents_read, 180, "six a day, none missed");
}

#[test]
fn what_happens_is_told() {
    let notices = lived("301 for good").notices;
    assert!(notices.len() == 1 && notices[0].contains("moved for good to https://feed.example/new"), "{notices:?}");
    let notices = lived("410 after a week").notices;
    assert!(notices.len() == 1 && notices[0].contains("410 Gone on 2026-03-09"), "{notices:?}");
    let notices = lived("no such host for a week").notices;
    assert!(notices.len() == 1 && notices[0].contains("Dns (failing since 2026-03-02 00:00Z)"), "{notices:?}");
    assert!(lived("fine").notices.is_empty());
}

#[test]
fn the_reason_is_the_one_that_counted() {
    for (name, reason) in [
        ("fine", "its own rhythm (something new every 4 hours)"),
        ("no dates", "once an hour, as its entries have no dates"),
        ("a schedule", "its schedule"),
        ("max-age of six hours", "its cache lifetime (max-age=21600)"),
        ("expires in five hours", "its cache lifetime (Expires)"),
        ("a ttl", "its ttl (480 minutes)"),
        ("weekly", "its update period (every 7 days)"),
        ("skips nights", "its skipHours or skipDays"),
        ("404 for ever", "backing off after 3 failures"),
        ("429 for ever", "Retry-After"),
        ("410 at once", "stopped: it answered 410 Gone"),
    ] {
        let whys = lived(name).whys;
        assert!(whys.iter().any(|why| why == reason), "{name}: {:?}", whys.iter().collect::<HashSet<_>>());
    }
}
