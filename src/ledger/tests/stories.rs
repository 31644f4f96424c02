//! What is one story.

use super::*;

fn at(day: u32) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + i64::from(day))
}

fn about(id: u128, by_feed: bool, published: u32, first_seen: u32) -> About {
    let (published, first_seen) = (at(published), at(first_seen));
    About { item: Uuid::from_u128(id), by_feed, presence: Presence::Live, published, first_seen }
}

#[test]
fn an_entry_joins_the_editors_item_within_seven_days_else_the_feeds() {
    let editors = about(1, false, 10, 10);
    let feeds = about(2, true, 1, 1);
    let joined = |about: &[About], day| joins(about, at(day)).map(|id| id.as_u128());
    assert_eq!(joined(&[editors, feeds], 17), Some(1));
    assert_eq!(joined(&[editors, feeds], 18), Some(2), "a feed's item is the same story at any time");
    assert_eq!(joined(&[editors], 18), None);
    assert_eq!(joined(&[About { presence: Presence::Left, ..editors }, feeds], 10), Some(2));
    assert_eq!(joined(&[About { presence: Presence::Left, ..feeds }], 10), Some(2), "it comes back");
    let gone = About { presence: Presence::Left, ..about(3, true, 1, 0) };
    assert_eq!(joined(&[gone, feeds], 10), Some(2));
    assert_eq!(joined(&[], 10), None);
}

#[test]
fn a_feeds_item_goes_on_as_an_editors() {
    let continued = |about: &[About], day| goes_on(about, at(day)).map(|id| id.as_u128());
    let feeds = about(2, true, 1, 1);
    assert_eq!(continued(&[about(1, false, 3, 3), feeds], 8), Some(2));
    assert_eq!(continued(&[feeds], 9), None);
    assert_eq!(continued(&[About { presence: Presence::Lost, ..feeds }], 3), Some(2));
    assert_eq!(continued(&[About { presence: Presence::Left, ..feeds }], 3), None);
}

#[test]
fn editors_items_never_merge_with_each_other() {
    let (first, second) = (about(1, false, 3, 3), about(2, false, 4, 4));
    assert_eq!(merges_with(&first, &[first, second]), None);
    let feeds = about(3, true, 5, 5);
    assert_eq!(merges_with(&feeds, &[first, second, feeds]), Some(first));
    assert_eq!(merges_with(&first, &[second, feeds]), Some(feeds));
    let old = about(4, true, 20, 20);
    assert_eq!(merges_with(&first, &[old]), None, "more than seven days apart");
    assert_eq!(merges_with(&feeds, &[old]), Some(old));
    assert!(is_older(&first, &feeds) && !is_older(&feeds, &first));
}

#[test]
fn where_a_link_leads_counts_once_it_was_reached() {
    let check = |verdict, final_url: &str| Check {
        url: "http://feeds.example/~r/x/1".to_owned(),
        at: at(1),
        verdict,
        rule: String::new(),
        evidence: String::new(),
        status: Some(200),
        final_url: Some(final_url.to_owned()),
        hops: Vec::new(),
        retry_after: None,
        reached_http: true,
        ms: 1,
        portrait: None,
        warning: None,
        face: None,
    };
    let led = |verdict, url: &str| led_to(&check(verdict, url));
    assert_eq!(
        led(Verdict::Reachable, "https://www.a.example/x?utm_source=f"),
        Some(Some("https://a.example/x".into()))
    );
    assert_eq!(led(Verdict::Moved, "https://a.example/x"), Some(Some("https://a.example/x".into())));
    assert_eq!(led(Verdict::Reachable, "https://feeds.example/~r/x/1"), Some(None), "nowhere else");
    assert_eq!(led(Verdict::Reachable, "https://a.example/"), Some(None), "a front page is no story");
    assert_eq!(led(Verdict::Blocked, "https://a.example/login"), None);
}
