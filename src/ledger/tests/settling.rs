//! Stories of which something changed: what merges, what parts, and what becomes of it.

use crate::ledger::world::{World, entry, words};
use crate::model::{Edition, EntryItem, Item};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

const NOON: DateTime<Utc> = DateTime::from_timestamp(1_780_315_200, 0).unwrap();

fn said(key: &str, title: &str, link: &str) -> EntryItem {
    entry(key, words(title, "Text.", Some(link)), Some(NOON - TimeDelta::hours(3)))
}

fn post(items: &[(&str, &str)]) -> Edition {
    let item = |(title, link): &(&str, &str)| Item { tags: vec!["AI".into()], ..words(title, "Remark.", Some(link)) };
    Edition {
        number: Some(7),
        date: NOON.fixed_offset(),
        title: "Seven".to_owned(),
        headline: "Seven".to_owned(),
        author: None,
        permalink: None,
        cover: None,
        tags: vec!["AI".to_owned()],
        items: items.iter().map(item).collect(),
    }
}

/// The inputs of those who carry the live item with a title.
fn carriers(world: &World, title: &str) -> Vec<i64> {
    let id = world.titles().get(title).copied().expect("a live item");
    world.entries.values().filter(|entry| entry.item == Some(id)).map(|entry| entry.input).collect()
}

fn titles(world: &World) -> Vec<String> {
    world.titles().into_keys().collect()
}

#[test]
fn two_links_that_lead_to_one_place_become_one_item_and_the_older_stays() {
    let mut world = World::default();
    world.read(&[(2, vec![said("1", "By 2", "https://r.example/1")])], NOON);
    world.read(&[(3, vec![said("1", "By 3", "https://a.example/1")])], NOON + TimeDelta::hours(1));
    let before = world.titles();
    world.lead("https://r.example/1", Some("https://a.example/1"));
    world.settle(NOON + TimeDelta::hours(2));
    assert_eq!(titles(&world), ["By 2"]);
    assert_eq!((world.titles()["By 2"], carriers(&world, "By 2")), (before["By 2"], vec![2, 3]));
}

#[test]
fn an_editors_item_that_turns_to_another_source_lets_its_carriers_go() {
    let mut world = World::default();
    world.post("7.md", &post(&[("Editor's", "https://a.example/1")]), NOON);
    world.read(&[(2, vec![said("1", "By 2", "https://a.example/1")])], NOON);
    world.settle(NOON);
    let id = world.titles()["Editor's"];
    assert_eq!(carriers(&world, "Editor's"), [2]);
    world.post("7.md", &post(&[("Editor's", "https://b.example/9")]), NOON + TimeDelta::hours(1));
    world.settle(NOON + TimeDelta::hours(1));
    assert_eq!((world.titles()["Editor's"], carriers(&world, "Editor's")), (id, vec![]));
    assert_eq!((titles(&world), carriers(&world, "By 2")), (vec!["By 2".to_owned(), "Editor's".to_owned()], vec![2]));
    // Back again: the two are one, and the older id stays.
    world.post("7.md", &post(&[("Editor's", "https://a.example/1")]), NOON + TimeDelta::hours(2));
    world.settle(NOON + TimeDelta::hours(2));
    assert_eq!((titles(&world), world.titles()["Editor's"]), (vec!["Editor's".to_owned()], id));
    assert_eq!(carriers(&world, "Editor's"), [2]);
}

#[test]
fn a_feeds_item_goes_on_as_the_editors_and_back() {
    let mut world = World::default();
    world.read(&[(2, vec![said("1", "By 2", "https://a.example/1")])], NOON);
    let (id, published) = world.live().map(|item| (item.known.id, item.known.published)).next().expect("an item");
    world.post("7.md", &post(&[("Editor's", "https://a.example/1")]), NOON + TimeDelta::hours(1));
    world.settle(NOON + TimeDelta::hours(1));
    let item = world.live().next().expect("an item").clone();
    assert_eq!((titles(&world), item.known.id, item.known.published), (vec!["Editor's".to_owned()], id, published));
    assert!(!item.by_feed);
    world.post("7.md", &post(&[]), NOON + TimeDelta::hours(2));
    world.settle(NOON + TimeDelta::hours(2));
    let item = world.live().next().expect("an item").clone();
    assert_eq!((titles(&world), item.known.id, item.by_feed), (vec!["By 2".to_owned()], id, true));
}

#[test]
fn an_editors_new_link_meets_a_feeds_older_item() {
    let mut world = World::default();
    world.read(&[(2, vec![said("1", "By 2", "https://a.example/1")])], NOON);
    let id = world.titles()["By 2"];
    world.post("7.md", &post(&[("Editor's", "https://r.example/1")]), NOON + TimeDelta::hours(1));
    world.settle(NOON + TimeDelta::hours(1));
    assert_eq!(titles(&world).len(), 2);
    world.lead("https://r.example/1", Some("https://a.example/1"));
    world.settle(NOON + TimeDelta::hours(2));
    assert_eq!((titles(&world), world.titles()["Editor's"]), (vec!["Editor's".to_owned()], id), "the older id stays");
    let shown: BTreeSet<bool> = world.live().map(|item| item.by_feed).collect();
    assert_eq!(shown, BTreeSet::from([false]));
}

#[test]
fn several_editors_items_and_links_are_settled_to_the_end() {
    let mut world = World::default();
    let links: Vec<String> = (1..=9).map(|number| format!("https://r.example/{number}")).collect();
    for (row, link) in (2..).zip(&links) {
        world.read(&[(row, vec![said("1", &format!("By {row}"), link)])], NOON + TimeDelta::minutes(row));
    }
    let first = world.titles()["By 2"];
    for link in &links[1..] {
        world.lead(link, Some("https://r.example/1"));
    }
    world.settle(NOON + TimeDelta::hours(1));
    assert_eq!(world.titles().into_values().collect::<Vec<_>>(), [first]);
    assert_eq!(carriers(&world, "By 2").len(), 9);
}

#[test]
fn what_is_undone_within_a_cycle_moves_no_date() {
    let mut world = World::default();
    world.read(&[(2, vec![said("1", "By 2", "https://a.example/1")])], NOON);
    let now = NOON + TimeDelta::days(2);
    world.publish(now);
    let updated = |world: &World| world.editions.values().map(|state| state.known.updated).next().expect("a day");
    let before = updated(&world);
    world.read(&[(3, vec![said("1", "By 3", "https://a.example/2")])], now);
    assert_eq!(updated(&world), now, "another item of the same day");
    world.withdraw(3);
    world.settle(now);
    assert_eq!((titles(&world), updated(&world)), (vec!["By 2".to_owned()], before));
}
