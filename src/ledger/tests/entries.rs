//! What a document means beside what was met of its feed.

use super::*;
use crate::ledger::scope::Says;
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
        published: Some(at(number)),
        updated: None,
        author: None,
    }
}

/// The entry, whose row is its number.
fn met(number: u32) -> EntryState {
    let EntryItem { key, link, item, .. } = entry(number);
    EntryState {
        row: i64::from(number),
        input: 1,
        key,
        story: link.clone(),
        link,
        title: item.title,
        content_hash: item.content_hash,
        hash: u64::from(number),
        published: at(number),
        item: None,
        place: 0,
        left_at: None,
        says: Says::Unasked,
    }
}

fn planned_of(met: &[EntryState], read: &[EntryItem], is_met: bool) -> Plan {
    let hashes: Vec<u64> = read.iter().map(|entry| entry.item.content_hash).collect();
    let document =
        ReadDocument { input: "A", row: 1, is_met, same_options: true, is_cut: false, entries: read, hashes: &hashes };
    Plan { dates: Vec::new(), ..plan(&met.iter().collect::<Vec<_>>(), &document, at(5000)) }
}

fn planned(met: &[EntryState], numbers: &[u32], is_met: bool) -> Plan {
    planned_of(met, &numbers.iter().map(|number| entry(*number)).collect::<Vec<_>>(), is_met)
}

#[test]
fn a_document_is_compared_with_what_was_met() {
    let gone = |number| EntryState { left_at: Some(at(9)), ..met(number) };
    let plan = planned(&[met(1), gone(2), met(3), gone(4)], &[5, 2, 1], true);
    assert_eq!(plan, Plan { new: vec![0], returned: vec![2], left: vec![3], same: 2, ..Plan::default() });
    let known = [EntryState { hash: 7, ..met(1) }, met(2)];
    assert_eq!(planned(&known, &[1, 2], true).revised, [(1, 0)]);
    let known = [EntryState { key: "before".to_owned(), ..met(1) }];
    assert_eq!(planned(&known, &[1], true).renamed, [(1, 0)]);
}

#[test]
fn what_is_missing_in_a_document_that_was_cut_has_not_left() {
    let (met, read): (Vec<EntryState>, Vec<EntryItem>) = ((100..=109).map(met).collect(), vec![entry(1)]);
    let met: Vec<&EntryState> = met.iter().collect();
    let document = ReadDocument {
        input: "A",
        row: 1,
        is_met: true,
        same_options: true,
        is_cut: false,
        entries: &read,
        hashes: &[1],
    };
    let whole = plan(&met, &document, at(5000));
    let cut = plan(&met, &ReadDocument { is_cut: true, ..document }, at(5000));
    assert_eq!((whole.left.len(), whole.looks_new), (10, true));
    assert_eq!((cut.left.len(), cut.looks_new, cut.new), (0, false, vec![0]));
}

#[test]
fn of_too_many_new_entries_the_newest_are_shown() {
    let numbers: Vec<u32> = (1..=u32::try_from(MOST_NEW).unwrap() + 2).collect();
    let plan = planned(&[met(1)], &numbers, true);
    assert_eq!((plan.new.len(), plan.new.first(), plan.held_back), (MOST_NEW, Some(&(MOST_NEW + 1)), vec![1]));
    assert_eq!(planned(&[], &numbers, false).new.len(), MOST_NEW + 2, "all of a feed that is new");
}

#[test]
fn no_date_is_later_than_now_and_the_order_stays_without_one() {
    let now = at(10) + TimeDelta::milliseconds(500);
    let dated = |published| EntryItem { published, ..entry(1) };
    assert_eq!(published(&dated(Some(at(3))), 0, now), at(3));
    assert_eq!(published(&dated(Some(at(11))), 0, now), at(10));
    assert_eq!(published(&dated(None), 0, now), at(10));
    assert_eq!(published(&dated(None), 7, now), at(10) - TimeDelta::seconds(7));
    let never = DateTime::from_timestamp(-62_135_596_800, 0);
    assert_eq!(published(&dated(never), 0, now), at(10), "0001-01-01 means that there is no date");
}

#[test]
fn a_feed_whose_entries_are_nearly_all_others_looks_new() {
    let range = |from: u32, to: u32| (from..=to).collect::<Vec<u32>>();
    let all = |numbers: &[u32]| numbers.iter().map(|number| met(*number)).collect::<Vec<_>>();
    let looks = |met: &[EntryState], read: &[u32]| planned(met, read, true).looks_new;
    let before = all(&range(100, 109));
    assert!(looks(&before, &range(1, 10)), "others, and older ones");
    assert!(looks(&before, &[range(1, 9), vec![109]].concat()), "but for one in ten");
    assert!(!looks(&before, &[range(1, 8), vec![108, 109]].concat()));
    assert!(looks(&before, &range(105, 114)[5..].iter().map(|n| n - 60).collect::<Vec<_>>()), "fewer of them");
    assert!(!looks(&before, &range(110, 119)), "a feed that publishes much has newer ones");
    assert!(looks(&before, &[range(110, 118), vec![5]].concat()));
    assert!(!looks(&all(&range(100, 103)), &range(1, 9)), "too few to tell");
    assert!(!looks(&before, &[]), "nothing stands there");
    let gone = before.iter().map(|met| EntryState { left_at: Some(at(1)), ..met.clone() }).collect::<Vec<_>>();
    assert!(!looks(&gone, &range(1, 10)), "they left before");
    let dateless: Vec<EntryItem> = (1..=9).map(|number| EntryItem { published: None, ..entry(number) }).collect();
    assert!(planned_of(&before, &dateless, true).looks_new, "nothing tells that they are newer");
}
