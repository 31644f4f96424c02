//! Entries that come, change and go.

use crate::support::noon;
use crate::upstream::{A_DAY, Entry, Upstream, by_title, complaints, cycle, titles};

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_published_and_follow_their_feed() {
    let upstream = Upstream::start().await;
    upstream.serve("/news", "The News", &[Entry::number(3), Entry::number(2), Entry::number(1)]);
    let site = upstream.site(&["/news"], "");
    let report = cycle(&site, noon()).await;
    assert_eq!(complaints(&report), Vec::<String>::new());
    assert_eq!((report.items, report.exit_code(false)), (3, 0));
    assert_eq!(titles(&site, ""), ["News 3", "News 2", "News 1"]);
    let first = site.feed("")["items"][0].clone();
    assert_eq!(first["external_url"], "https://news.example/3");
    assert_eq!(first["_wellsourced"]["sources"][0]["label"], "The News");
    assert_eq!(first["date_published"], "2026-06-01T02:03:00Z");
    assert_eq!(first["authors"], serde_json::Value::Null, "nobody signed it");
    let (ids, modified) = (site.ids(), by_title(&site, "date_modified"));
    // One is edited, one only spaced otherwise, one left the document, one is new.
    let spaced = Entry { text: "What  happened as\n number 2. ".to_owned(), ..Entry::number(2) };
    let edited = Entry { text: "What really happened.".to_owned(), ..Entry::number(3) };
    upstream.serve("/news", "The News", &[Entry::number(4), edited, spaced]);
    let report = cycle(&site, noon() + A_DAY).await;
    assert_eq!(titles(&site, ""), ["News 4", "News 3", "News 2", "News 1"], "what left the document stays");
    assert!(site.feed("")["items"][1]["content_html"].as_str().unwrap().contains("really"));
    assert!(ids.iter().all(|(title, id)| site.ids()[title] == *id));
    let now = by_title(&site, "date_modified");
    assert_ne!(now["News 3"], modified["News 3"]);
    assert_eq!((&now["News 2"], &now["News 1"]), (&modified["News 2"], &modified["News 1"]));
    assert_eq!((report.inputs[1].new_items, report.inputs[1].revised_items), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_that_brings_nothing_new_writes_nothing() {
    let upstream = Upstream::start().await;
    upstream.serve("/news", "The News", &[Entry::number(2), Entry::number(1)]);
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    let before = site.published();
    // The day ends in between, and its edition enters the list.
    cycle(&site, noon() + A_DAY).await;
    assert_ne!(site.published(), before);
    let before = site.published();
    cycle(&site, noon() + A_DAY * 2).await;
    assert_eq!(site.published(), before);
    assert_eq!(upstream.asked("/news").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_moves_house_repeats_nothing() {
    let upstream = Upstream::start().await;
    let entries = |id: &str, path: &str| -> Vec<Entry> {
        let entry = |number| Entry {
            id: Some(format!("{id}{number}")),
            link: Some(format!("https://news.example/{path}{number}")),
            ..Entry::number(number)
        };
        (1..=6).rev().map(entry).collect()
    };
    upstream.serve("/news", "The News", &entries("old:", ""));
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    let (ids, published) = (site.ids(), by_title(&site, "date_published"));
    upstream.serve("/news", "The News", &entries("https://news.example/blog/", "blog/"));
    let report = cycle(&site, noon() + A_DAY).await;
    assert_eq!(complaints(&report), Vec::<String>::new());
    assert_eq!((report.items, report.inputs[1].new_items, report.inputs[1].revised_items), (6, 0, 6));
    assert_eq!((site.ids(), by_title(&site, "date_published")), (ids, published));
    assert_eq!(site.feed("")["items"][0]["external_url"], "https://news.example/blog/6");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_feed_at_the_same_address_is_told() {
    let upstream = Upstream::start().await;
    let entries = |from: u32| (from..from + 6).rev().map(Entry::number).collect::<Vec<_>>();
    upstream.serve("/news", "The News", &entries(100));
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    upstream.serve("/news", "The News", &entries(200));
    assert_eq!(complaints(&cycle(&site, noon() + A_DAY).await), Vec::<String>::new(), "it went on");
    upstream.serve("/news", "A casino", &entries(10));
    let told = complaints(&cycle(&site, noon() + A_DAY * 2).await);
    assert!(
        told.len() == 1 && told[0].contains("looks like a new feed: 6 entries are gone at once, and 6"),
        "{told:?}"
    );
    assert_eq!(titles(&site, "").len(), 18);
    upstream.serve("/news", "A casino", &entries(11));
    assert_eq!(complaints(&cycle(&site, noon() + A_DAY * 3).await), Vec::<String>::new(), "it is told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_of_a_story_in_one_document_are_one_item() {
    let upstream = Upstream::start().await;
    let version = |number: u32, fragment: u32| Entry {
        id: Some(format!("https://news.example/{number}#{fragment}")),
        link: Some(format!("https://news.example/{number}?at_medium=RSS")),
        ..Entry::number(number)
    };
    let other = || version(2, 0);
    upstream.serve("/news", "The News", &[other(), version(1, 0)]);
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    let ids = site.ids();
    let later = Entry { text: "What became of it.".to_owned(), ..version(1, 3) };
    upstream.serve("/news", "The News", &[other(), Entry { date: Some(noon()), ..later }, version(1, 0)]);
    let report = cycle(&site, noon() + A_DAY).await;
    assert_eq!((report.items, report.inputs[1].new_items), (2, 0));
    assert_eq!(site.ids(), ids);
    let shown = site.feed("")["items"].to_string();
    assert!(shown.contains("What became of it.") && !shown.contains("happened as number 1"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_that_were_two_items_before_repeat_nothing() {
    let upstream = Upstream::start().await;
    let version = |fragment: u32, title: &str, text: &str| Entry {
        id: Some(format!("https://news.example/1#{fragment}")),
        link: Some("https://news.example/1".to_owned()),
        text: text.to_owned(),
        ..Entry::number(1).titled(title)
    };
    // As it was read before: two stories on one page.
    upstream.serve("/news", "The News", &[version(3, "Second", "Two."), version(0, "First", "One.")]);
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    let ids = site.ids();
    assert_eq!(ids.len(), 2);
    for (day, entries) in (1..).zip([
        vec![version(3, "Second", "Two."), version(0, "First", "Two.")],
        vec![version(5, "Third", "Three.")],
        vec![version(7, "Third", "Four.")],
    ]) {
        upstream.serve("/news", "The News", &entries);
        let report = cycle(&site, noon() + A_DAY * day).await;
        assert_eq!((report.items, report.inputs[1].new_items), (2, 0), "{day}");
        let now: std::collections::BTreeSet<String> = site.ids().into_values().collect();
        assert_eq!(now, ids.values().cloned().collect(), "{day}");
    }
    assert_eq!(site.ids()["First"], ids["First"], "what left the document stays");
    assert_eq!(site.ids()["Third"], ids["Second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_upgrade_entries_are_taken_over_again_and_nothing_changes() {
    let upstream = Upstream::start().await;
    upstream.serve("/news", "The News", &[Entry::number(2), Entry::number(1)]);
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    cycle(&site, noon() + A_DAY).await;
    let before = site.published();
    let store = sqlx::sqlite::SqliteConnectOptions::new().filename(site.path("store.db"));
    let mut store = sqlx::ConnectOptions::connect(&store).await.unwrap();
    let of_before = "UPDATE inputs SET fingerprint = 'of before' WHERE kind = 'feed';
                     UPDATE meta SET value = 'of before' WHERE key = 'published'";
    sqlx::raw_sql(of_before).execute(&mut store).await.unwrap();
    sqlx::Connection::close(store).await.unwrap();
    let report = cycle(&site, noon() + A_DAY * 2).await;
    assert_eq!((report.inputs[1].new_items, report.inputs[1].revised_items), (0, 0));
    assert_eq!(site.published(), before);
}
