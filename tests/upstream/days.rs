//! Day editions: which day an item belongs to, and when the day enters the list of editions.

use crate::support::{Post, post};
use crate::upstream::{Entry, Upstream, by_title, complaints, cycle, titles};
use chrono::{DateTime, Duration, TimeZone, Utc};

fn utc(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, day, hour, minute, 0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_closes_at_midnight_of_the_sites_zone() {
    let upstream = Upstream::start().await;
    // 16:00 UTC is midnight in Shanghai.
    let (before, after) = (utc(1, 15, 59), utc(1, 16, 0));
    upstream.serve("/a", "Alpha", &[Entry::number(2).dated(after), Entry::number(1).dated(before)]);
    let site = upstream.site(&["/a"], "");
    let first = upstream.site(&["/a"], "");
    cycle(&first, utc(1, 15, 59)).await;
    assert_eq!(titles(&first, "editions"), Vec::<String>::new());
    assert!(first.path("feeds/editions/2026-06-01/index.html").exists(), "its items link to it");
    cycle(&site, utc(1, 16, 0)).await;
    assert_eq!(titles(&site, "editions"), ["2026-06-01"]);
    assert!(site.path("feeds/editions/2026-06-02/index.html").exists());
    let edition = site.feed("editions")["items"][0].clone();
    assert_eq!(edition["date_published"], "2026-06-01T15:59:59Z");
    assert_eq!(edition["date_modified"], "2026-06-01T15:59:59Z");
    let list = std::fs::read_to_string(site.path("feeds/editions/index.html")).unwrap();
    assert!(list.contains("2026-06-01") && !list.contains("2026-06-02"));
    // Nothing is fetched, and still the next day closes.
    site.cycle_async(utc(2, 15, 58), true).await;
    assert_eq!(titles(&site, "editions"), ["2026-06-01"]);
    let before = site.published();
    site.cycle_async(utc(2, 15, 59), true).await;
    assert_eq!(site.published(), before);
    site.cycle_async(utc(2, 16, 0), true).await;
    assert_eq!(titles(&site, "editions"), ["2026-06-02", "2026-06-01"]);
    let before = site.published();
    site.cycle_async(utc(2, 16, 1), true).await;
    assert_eq!(site.published(), before);
    // What is published piece by piece is what everything composed anew comes to.
    let bytes = site.bytes();
    std::fs::remove_dir_all(site.path("feeds/.wellsourced")).unwrap();
    site.cycle_async(utc(2, 16, 2), true).await;
    assert_eq!(site.bytes(), bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_day_that_changes_is_dated_by_the_change() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1).dated(utc(1, 10, 0))]);
    let site = upstream.site(&["/a"], "");
    cycle(&site, utc(3, 10, 0)).await;
    let edition = site.feed("editions")["items"][0].clone();
    assert_eq!(edition["date_modified"], "2026-06-01T15:59:59Z");
    let late = Entry::number(2).dated(utc(1, 9, 0));
    upstream.serve("/a", "Alpha", &[Entry::number(1).dated(utc(1, 10, 0)), late]);
    cycle(&site, utc(4, 12, 0)).await;
    let changed = site.feed("editions")["items"][0].clone();
    assert_eq!((&changed["id"], &changed["date_published"]), (&edition["id"], &edition["date_published"]));
    assert_eq!(changed["date_modified"], "2026-06-04T12:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_ahead_and_missing_are_when_it_was_first_seen() {
    let upstream = Upstream::start().await;
    let now = utc(1, 10, 0);
    let missing = |number| Entry { date: None, ..Entry::number(number) };
    upstream.serve("/a", "Alpha", &[missing(3), Entry::number(2).dated(utc(9, 0, 0)), missing(1)]);
    let site = upstream.site(&["/a"], "");
    cycle(&site, now).await;
    let dates = by_title(&site, "date_published");
    assert_eq!(dates["News 3"], "\"2026-06-01T10:00:00Z\"");
    assert_eq!(dates["News 2"], "\"2026-06-01T09:59:59Z\"", "the second is taken, and nothing is dated ahead");
    assert_eq!(dates["News 1"], "\"2026-06-01T09:59:58Z\"", "the order of the document stays");
    let modified = by_title(&site, "date_modified");
    let all: std::collections::BTreeSet<&String> = modified.values().collect();
    assert_eq!(all.len(), 3, "no two are updated at once: {modified:?}");
    assert!(all.iter().all(|date| date.as_str() <= "\"2026-06-01T10:00:00Z\""));
    // They stay as they were assigned.
    upstream.serve("/a", "Alpha", &[missing(4), missing(3), Entry::number(2).dated(utc(9, 0, 0)), missing(1)]);
    cycle(&site, utc(3, 10, 0)).await;
    let now = by_title(&site, "date_published");
    assert!(dates.iter().all(|(title, date)| now[title] == *date));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_without_a_number_may_have_taken_the_date() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1).dated(utc(1, 10, 0))]);
    let site = upstream.site(&["/a"], "");
    let digest = Post { number: None, date: "2026-06-01 08:00:00".into(), ..post(1, &[1]) };
    site.write("posts/1.md", digest.markdown());
    let report = cycle(&site, utc(2, 10, 0)).await;
    assert_eq!(complaints(&report), Vec::<String>::new());
    let folders: Vec<String> = std::fs::read_dir(site.path("feeds/editions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("2026-06-01"))
        .collect();
    assert_eq!(folders.len(), 2, "{folders:?}");
    assert_eq!(titles(&site, "editions").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_thousands_has_a_page_that_can_be_opened() {
    let upstream = Upstream::start().await;
    let entries: Vec<Entry> =
        (1..=900).rev().map(|n| Entry::number(n).dated(utc(1, 1, 0) + Duration::seconds(i64::from(n)))).collect();
    upstream.serve("/a", "Alpha", &entries);
    let site = upstream.site(&["/a"], "");
    cycle(&site, utc(3, 10, 0)).await;
    let read = |path: &str| std::fs::read_to_string(site.path("feeds/editions").join(path)).unwrap();
    let page = read("2026-06-01/index.html");
    assert!(page.contains(">News 900<") && page.contains(">News 851<") && !page.contains(">News 850<"));
    let mut shown = page.matches("<li id=").count();
    for number in 1..=17 {
        let page = read(&format!("2026-06-01/page/{number}/index.html"));
        assert!(page.contains(&format!(">News {}<", number * 50)));
        shown += page.matches("<li id=").count();
    }
    assert_eq!(shown, 900, "each stands on one page");
    assert!(!site.path("feeds/editions/2026-06-01/page/18").exists() && !site.path("feeds/items").exists());
    // Where editions are listed, the newest are named and the others counted.
    let list = read("index.html");
    assert!(list.contains(">News 891<") && !list.contains(">News 890<") && list.contains("还有 890 条，见本期页面"));
    let entry = site.feed("editions")["items"][0]["content_html"].as_str().unwrap().to_owned();
    assert!(entry.contains("editions/2026-06-01/\">还有 800 条，见本期页面</a>"));
}
