//! Which known entry a read one is: cases met in the wild, and what must hold of any two polls.

use super::*;
use crate::collect::feed::{FeedOptions, entry_items};
use crate::model::{UpstreamEntry, UpstreamFeed};
use chrono::TimeDelta;
use proptest::prelude::*;

const FIRST_SEEN: DateTime<Utc> = DateTime::from_timestamp(1_780_315_200, 0).unwrap();

/// Id, link, title and content; `-` for none.
type Written = (&'static str, &'static str, &'static str, &'static str);

/// What happened, the entries before and after, and which of those before each of these is.
type Case = (&'static str, &'static [Written], &'static [Written], &'static [Option<usize>]);

fn read(entries: &[Written]) -> Vec<EntryItem> {
    let some = |text: &str| (text != "-").then(|| text.to_owned());
    let entry = |(id, link, title, content): &Written| UpstreamEntry {
        id: some(id),
        link: some(link).map(|path| format!("https://a.example/{path}")),
        title: (*title).to_owned(),
        content: (*content).to_owned(),
        ..UpstreamEntry::default()
    };
    let entries = entries.iter().map(entry).collect();
    entry_items(&UpstreamFeed { entries, ..UpstreamFeed::default() }, "A", &FeedOptions::default())
}

/// What is known of entries that were first seen at noon of a day without a date of their own.
fn known(items: &[EntryItem]) -> Vec<KnownEntry<'_>> {
    items.iter().map(known_entry).collect()
}

fn known_entry(item: &EntryItem) -> KnownEntry<'_> {
    KnownEntry {
        key: &item.key,
        link: item.link.as_deref(),
        is_specific: item.is_specific,
        title: &item.item.title,
        content_hash: item.item.content_hash,
        published: date_of(item).unwrap_or(FIRST_SEEN),
    }
}

fn matched(before: &[Written], after: &[Written]) -> Vec<Option<usize>> {
    match_entries(&known(&read(before)), &read(after))
}

/// An entry with the day of its date; 0 for none.
type Dated = (&'static str, &'static str, &'static str, &'static str, i64);

fn dated(entries: &[Dated]) -> Vec<EntryItem> {
    let written: Vec<Written> =
        entries.iter().map(|(id, link, title, content, _)| (*id, *link, *title, *content)).collect();
    let mut items = read(&written);
    for (item, (.., day)) in items.iter_mut().zip(entries) {
        item.published = (*day > 0).then(|| FIRST_SEEN + TimeDelta::days(*day));
    }
    items
}

#[test]
fn entries_are_found_again() {
    let cases: [Case; 14] = [
        (
            "unchanged",
            &[("1", "a", "A", "x"), ("2", "b", "B", "y")],
            &[("1", "a", "A", "x"), ("2", "b", "B", "y")],
            &[Some(0), Some(1)],
        ),
        ("a new one before", &[("1", "a", "A", "x")], &[("2", "b", "B", "y"), ("1", "a", "A", "x")], &[None, Some(0)]),
        ("everything but the id is new", &[("1", "a", "A", "x")], &[("1", "b", "B", "y")], &[Some(0)]),
        (
            "all ids are new",
            &[("1", "a", "A", "x"), ("2", "b", "B", "y")],
            &[("v2-2", "b", "B", "z"), ("v2-1", "a", "A", "x")],
            &[Some(1), Some(0)],
        ),
        ("id and title are new", &[("1", "a", "A", "x")], &[("2", "a", "A, corrected", "x")], &[Some(0)]),
        ("id and link are new", &[("1", "a", "A", "x")], &[("2", "b", "A", "x")], &[None]),
        (
            "titles are swapped",
            &[("1", "a", "A", "x"), ("2", "b", "B", "y")],
            &[("1", "a", "B", "x"), ("2", "b", "A", "y")],
            &[Some(0), Some(1)],
        ),
        (
            "titles are swapped without ids",
            &[("-", "a", "A", "x"), ("-", "b", "B", "y")],
            &[("-", "a", "B", "x"), ("-", "b", "A", "y")],
            &[Some(0), Some(1)],
        ),
        (
            "one link for all, new ids",
            &[("1", "s", "A", "x"), ("2", "s", "B", "y")],
            &[("3", "s", "B", "y"), ("4", "s", "A", "x"), ("5", "s", "C", "z")],
            &[Some(1), Some(0), None],
        ),
        (
            "one link for all, one left and one is new",
            &[("1", "s", "A", "x"), ("2", "s", "B", "y")],
            &[("3", "s", "C", "z"), ("1", "s", "A", "x")],
            &[None, Some(0)],
        ),
        ("the front page names no story", &[("1", "", "A", "x")], &[("2", "", "B", "y")], &[None]),
        (
            "one link and title for all, new ids",
            &[("1", "s", "A", "x"), ("2", "s", "A", "y")],
            &[("3", "s", "A", "y"), ("4", "s", "A", "z")],
            &[Some(1), Some(0)],
        ),
        ("no link, new id", &[("1", "-", "A", "x")], &[("2", "-", "A", "x"), ("3", "-", "A", "y")], &[Some(0), None]),
        (
            "an id that another entry had",
            &[("1", "a", "A", "x"), ("2", "b", "B", "y")],
            &[("2", "a", "A", "x")],
            &[Some(1)],
        ),
    ];
    for (case, before, after, expected) in cases {
        assert_eq!(matched(before, after), expected, "{case}");
    }
}

#[test]
fn an_entry_that_moved_house_is_found_again_by_title_text_and_date() {
    type Case = (&'static str, &'static [Dated], &'static [Dated], &'static [Option<usize>]);
    let cases: [Case; 9] = [
        (
            "all moved",
            &[("1", "a", "A", "x", 1), ("2", "b", "B", "y", 2)],
            &[("n2", "news/b", "B", "y", 2), ("n1", "news/a", "A", "x", 1), ("n3", "news/c", "C", "z", 3)],
            &[Some(1), Some(0), None],
        ),
        ("the text changed too", &[("1", "a", "A", "x", 1)], &[("2", "b", "A", "y", 1)], &[None]),
        ("the date changed too", &[("1", "a", "A", "x", 1)], &[("2", "b", "A", "x", 2)], &[None]),
        ("neither has a date", &[("1", "a", "A", "x", 0)], &[("2", "b", "A", "x", 0)], &[None]),
        ("only the new one has a date", &[("1", "a", "A", "x", 0)], &[("2", "b", "A", "x", 1)], &[None]),
        (
            "the old one is still there",
            &[("1", "a", "A", "x", 1)],
            &[("2", "b", "A", "x", 1), ("1", "a", "A", "x", 1)],
            &[None, Some(0)],
        ),
        (
            "one of several equals",
            &[("1", "a", "A", "x", 1)],
            &[("2", "b", "A", "x", 1), ("3", "c", "A", "x", 1)],
            &[Some(0), None],
        ),
        (
            "words that several dates share",
            &[("1", "a", "A", "x", 1), ("2", "b", "A", "x", 2)],
            &[("3", "c", "A", "x", 1), ("4", "d", "A", "x", 2)],
            &[None, None],
        ),
        (
            "words that the document says of another date too",
            &[("1", "a", "A", "x", 1)],
            &[("3", "c", "A", "x", 1), ("4", "d", "A", "x", 2)],
            &[None, None],
        ),
    ];
    for (case, before, after, expected) in cases {
        assert_eq!(match_entries(&known(&dated(before)), &dated(after)), expected, "{case}");
    }
}

#[test]
fn five_thousand_of_each_are_matched_one_by_one() {
    // Quadratic work would be felt: 25 million comparisons of links in each step, in a debug build.
    let entry = |n: usize, id: &str| UpstreamEntry {
        id: Some(format!("{id}{n}")),
        link: Some("https://a.example/news".into()),
        title: format!("Title {}", n % 50),
        ..UpstreamEntry::default()
    };
    let items = |id| {
        let entries = (0..5000).map(|n| entry(n, id)).collect();
        entry_items(&UpstreamFeed { entries, ..UpstreamFeed::default() }, "A", &FeedOptions::default())
    };
    let before = items("old");
    let found = match_entries(&known(&before), &items("new"));
    assert!(found.iter().all(Option::is_some));
    assert!(found.iter().enumerate().all(|(n, at)| at.is_some_and(|at| at % 50 == n % 50)));
}

/// A document: distinct ids and links by number, titles and contents from few, so that they repeat.
fn document() -> impl Strategy<Value = Vec<UpstreamEntry>> {
    let entry = (proptest::option::of(0..12_u8), proptest::option::of(0..8_u8), 0..5_u8, 0..3_u8);
    proptest::collection::vec(entry, 0..12).prop_map(|entries| {
        let entry = |(id, link, title, content): (Option<u8>, Option<u8>, u8, u8)| UpstreamEntry {
            id: id.map(|id| format!("id{id}")),
            link: link.map(|link| format!("https://a.example/{link}")),
            title: format!("Title {title}"),
            content: format!("<p>Text {content}</p>"),
            ..UpstreamEntry::default()
        };
        entries.into_iter().map(entry).collect()
    })
}

fn items(entries: Vec<UpstreamEntry>) -> Vec<EntryItem> {
    entry_items(&UpstreamFeed { entries, ..UpstreamFeed::default() }, "A", &FeedOptions::default())
}

/// A document whose entries all differ in id, link and title.
fn distinct(size: usize) -> Vec<UpstreamEntry> {
    let entry = |n| UpstreamEntry {
        id: Some(format!("id{n}")),
        link: Some(format!("https://a.example/{n}")),
        title: format!("Title {n}"),
        content: format!("<p>Text {n}</p>"),
        ..UpstreamEntry::default()
    };
    (0..size).map(entry).collect()
}

proptest! {
    #[test]
    fn no_known_entry_is_given_away_twice_and_a_known_key_goes_to_nobody_else(
        before in document(), after in document(),
    ) {
        let (before, after) = (items(before), items(after));
        let before = known(&before);
        let found = match_entries(&before, &after);
        let mut given: Vec<usize> = found.iter().flatten().copied().collect();
        given.sort_unstable();
        let count = given.len();
        given.dedup();
        prop_assert_eq!(given.len(), count);
        for (item, found) in after.iter().zip(found) {
            let same_key = before.iter().position(|known| known.key == item.key);
            if same_key.is_some() {
                prop_assert_eq!(found, same_key);
            }
        }
    }

    #[test]
    fn a_document_that_did_not_change_but_in_order_is_found_whole(entries in document(), seed in any::<u64>()) {
        let before = items(entries.clone());
        let mut after = before.clone();
        let rotation = usize::try_from(seed % 13).unwrap_or_default() % after.len().max(1);
        after.rotate_left(rotation);
        for (item, found) in after.iter().zip(match_entries(&known(&before), &after)) {
            prop_assert_eq!(&before[found.expect("a match")].key, &item.key);
        }
    }

    #[test]
    fn new_ids_links_or_titles_alone_flood_nobody(order in Just((0..20_usize).collect::<Vec<_>>()).prop_shuffle(), what in 0..4) {
        let before = items(distinct(20));
        let before = known(&before);
        let mut entries = distinct(20);
        for entry in &mut entries {
            match what {
                0 => entry.id = entry.id.take().map(|id| format!("new:{id}")),
                1 => entry.link = entry.link.take().map(|link| link.replace("a.example", "b.example")),
                2 => entry.title = format!("{}, corrected", entry.title),
                _ => (entry.id, entry.content) = (None, "<p>New text</p>".into()),
            }
        }
        let after = items(order.iter().map(|n| entries[*n].clone()).collect());
        let found: Vec<usize> = match_entries(&before, &after).into_iter().flatten().collect();
        prop_assert_eq!(found, order);
    }
}
