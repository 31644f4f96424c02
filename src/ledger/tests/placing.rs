//! The item that each new entry joins or founds, and what becomes of items whose entries were revised.

use crate::ledger::world::{World, entry, words};
use crate::ledger::{Changes, Plan, Says};
use crate::model::{EntryItem, Presence};
use chrono::{DateTime, TimeDelta, Utc};

const NOON: DateTime<Utc> = DateTime::from_timestamp(1_780_315_200, 0).unwrap();

fn said(key: &str, title: &str, link: &str) -> EntryItem {
    entry(key, words(title, "Text.", Some(link)), Some(NOON - TimeDelta::hours(3)))
}

#[test]
fn documents_of_one_batch_carry_one_story() {
    let mut world = World::default();
    let front = "https://a.example/";
    let came = [
        (2, vec![said("1", "By 2", "https://a.example/1"), said("2", "Front of 2", front)]),
        (
            3,
            vec![
                said("1", "By 3", "http://www.a.example/1?utm_source=x"),
                said("2", "Other of 3", "https://a.example/2"),
                said("3", "Front of 3", front),
            ],
        ),
        (4, vec![said("1", "Other of 4", "https://a.example/2"), said("2", "By 4", "https://a.example/1")]),
    ];
    let (_, changes) = world.read(&came, NOON);
    let titles: Vec<String> = world.titles().into_keys().collect();
    assert_eq!(titles, ["By 2", "Front of 2", "Front of 3", "Other of 3"], "two stories, and fronts that name none");
    let labels = |title: &str| {
        let item = changes.items.iter().find(|item| item.known.title == title).expect("an item");
        world
            .entries
            .values()
            .filter(|entry| entry.item == Some(item.known.id))
            .map(|entry| entry.input)
            .collect::<Vec<_>>()
    };
    assert_eq!((labels("By 2"), labels("Other of 3")), (vec![2, 3, 4], vec![3, 4]));
    assert!(
        world.entries.values().all(|entry| (entry.place == 0) == (entry.says == Says::AsItem)),
        "founders hold nothing"
    );
    let again = world.read(&came, NOON + TimeDelta::hours(1)).1;
    assert!(again == Changes::default(), "the same documents change nothing: {again:?}");
}

#[test]
fn an_entry_that_moved_house_keeps_its_item() {
    let mut world = World::default();
    let at = |number: u32, key: &str, link: &str| EntryItem {
        published: Some(NOON - TimeDelta::hours(i64::from(number))),
        ..said(&format!("{key}{number}"), &format!("News {number}"), &format!("https://a.example/{link}{number}"))
    };
    world.read(&[(2, (1..=6).map(|number| at(number, "old", "")).collect())], NOON);
    let before = world.titles();
    let moved: Vec<EntryItem> = (1..=6).map(|number| at(number, "new", "blog/")).collect();
    let (plans, _) = world.read(&[(2, moved)], NOON + TimeDelta::hours(1));
    assert_eq!((plans[0].new.len(), plans[0].revised.len(), plans[0].looks_new), (0, 6, false));
    world.settle(NOON + TimeDelta::hours(1));
    assert_eq!(world.titles(), before, "six items, not twelve");
    assert!(world.live().all(|item| item.known.story.as_ref().unwrap().contains("/blog/")));
}

#[test]
fn words_make_an_item_young_again_and_nothing_else_does() {
    let mut world = World::default();
    let entry = said("1", "A", "https://a.example/1");
    world.read(&[(2, vec![entry.clone()])], NOON);
    let updated = |world: &World| world.live().next().expect("an item").known.updated;
    let before = updated(&world);
    let mut hour = 0;
    let mut moves = |change: &dyn Fn(&mut EntryItem)| {
        let (mut world, mut entry) = (world.clone(), entry.clone());
        change(&mut entry);
        hour += 1;
        let (plans, _) = world.read(&[(2, vec![entry])], NOON + TimeDelta::hours(hour));
        assert_eq!(plans[0].new, Vec::<usize>::new());
        updated(&world) != before
    };
    assert!(moves(&|entry| entry.item = words("B", "Text.", Some("https://a.example/1"))), "the title");
    assert!(moves(&|entry| entry.item = words("A", "Other text.", Some("https://a.example/1"))), "the text");
    assert!(!moves(&|entry| entry.item = words("A", "  Text. ", Some("https://a.example/1"))), "white space");
    assert!(!moves(&|entry| entry.item.sources[0].label = "Another name".to_owned()), "what the feed is called");
    assert!(!moves(&|entry| entry.item.sources[0].url += "?utm_source=x"), "who followed the link");
    assert!(moves(&|entry| entry.item.tags.push("Linux".to_owned())), "a tag");
    assert!(moves(&|entry| entry.item.author = Some("Somebody".to_owned())), "an author");
    assert!(moves(&|entry| entry.item.images.push("https://a.example/1.png".to_owned())), "a picture");
    assert!(!moves(&|entry| entry.key = "2".to_owned()), "its id");
}

#[test]
fn what_is_held_back_is_met_and_never_shown() {
    let mut world = World::default();
    world.read(&[(2, vec![said("0", "First", "https://a.example/0")])], NOON);
    let flood: Vec<EntryItem> =
        (1..=502).map(|n| said(&n.to_string(), &format!("News {n}"), &format!("https://a.example/{n}"))).collect();
    let (plans, _) = world.read(&[(2, flood.clone())], NOON + TimeDelta::hours(1));
    assert_eq!((plans[0].new.len(), plans[0].held_back.len(), world.live().count()), (500, 2, 501));
    let (plans, changes) = world.read(&[(2, flood)], NOON + TimeDelta::hours(2));
    assert_eq!((plans[0].same, changes == Changes::default(), world.live().count()), (502, true, 501));
}

#[test]
fn an_item_that_left_comes_back_by_its_story_else_by_its_title() {
    let mut world = World::default();
    let untold = entry("2", words("Untold", "Text.", None), Some(NOON - TimeDelta::hours(2)));
    let came = [(2, vec![said("1", "Told", "https://a.example/1"), untold])];
    world.read(&came, NOON);
    world.publish(NOON);
    let before = world.titles();
    world.withdraw(2);
    world.settle(NOON + TimeDelta::hours(1));
    assert_eq!(world.live().count(), 0);
    assert!(world.items.values().all(|item| item.known.presence == Presence::Left && item.written.is_none()));
    let (plans, _): (Vec<Plan>, _) = world.read(&came, NOON + TimeDelta::hours(2));
    assert_eq!(plans[0].new.len(), 2);
    assert_eq!(world.titles(), before);
}
