//! What becomes of entries, given what is known of their stories.

use super::*;
use crate::model::{Item, SourceLink};

fn at(day: u32) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + i64::from(day))
}

fn entry(number: u32) -> EntryItem {
    let link = format!("https://news.example/{number}");
    let item = Item {
        title: format!("News {number}"),
        sources: vec![SourceLink { label: "News".to_owned(), url: link.clone() }],
        content_hash: u64::from(number),
        ..Item::default()
    };
    EntryItem {
        key: format!("id {number}"),
        link: Some(link),
        is_specific: true,
        item,
        published: None,
        updated: None,
        author: None,
    }
}

fn met(number: u32) -> Met {
    let EntryItem { key, link, item, .. } = entry(number);
    let entry = KnownEntry { key, link, title: item.title, content_hash: item.content_hash };
    Met { entry, hash: u64::from(number), has_left: false }
}

fn planned(met: &[Met], numbers: &[u32], most_new: Option<usize>) -> Plan {
    let read: Vec<EntryItem> = numbers.iter().map(|number| entry(*number)).collect();
    let hashes: Vec<u64> = numbers.iter().map(|number| u64::from(*number)).collect();
    let dates: Vec<DateTime<Utc>> = numbers.iter().map(|number| at(*number)).collect();
    plan(met, &read, &hashes, &dates, most_new)
}

fn about(id: u128, by_feed: bool, published: u32, first_seen: u32) -> About {
    let (published, first_seen) = (at(published), at(first_seen));
    About { item: Uuid::from_u128(id), by_feed, presence: Presence::Live, published, first_seen }
}

#[test]
fn a_document_is_compared_with_what_was_met() {
    let known = [met(1), Met { has_left: true, ..met(2) }, met(3), Met { has_left: true, ..met(4) }];
    let plan = planned(&known, &[5, 2, 1], None);
    assert_eq!(plan, Plan { new: vec![0], returned: vec![1], left: vec![2], same: 2, ..Plan::default() });
    let known = [Met { hash: 7, ..met(1) }, met(2)];
    assert_eq!(planned(&known, &[1, 2], None).revised, [(0, 0)]);
}

#[test]
fn of_too_many_new_entries_the_newest_are_shown() {
    let plan = planned(&[met(9)], &[3, 1, 9, 5, 4], Some(2));
    assert_eq!((plan.new, plan.held_back), (vec![3, 4], vec![0, 1]));
    assert_eq!(planned(&[], &[3, 1, 9, 5, 4], None).new.len(), 5);
}

#[test]
fn no_date_is_later_than_now_and_the_order_stays_without_one() {
    let now = at(10) + TimeDelta::milliseconds(500);
    let dated = |date| EntryItem { published: Some(date), ..entry(1) };
    assert_eq!(published(&dated(at(3)), 0, now), at(3));
    assert_eq!(published(&dated(at(11)), 0, now), at(10));
    assert_eq!(published(&entry(1), 0, now), at(10));
    assert_eq!(published(&entry(1), 7, now), at(10) - TimeDelta::seconds(7));
    let never = DateTime::from_timestamp(-62_135_596_800, 0).unwrap();
    assert_eq!(published(&dated(never), 0, now), at(10), "0001-01-01 means that there is no date");
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
