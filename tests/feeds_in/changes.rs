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
