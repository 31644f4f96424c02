//! What is applied is what is loaded.

use crate::backends::each_backend;
use crate::filled::{
    CARRIED, DAY, EDITION, ITEM, at, change, day, edition, entry, fill, id, inputs, item, save, words,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use wellsourced::ledger::{
    Changes, EditionState, EntriesAsked, EntryState, ItemState, Names, Question, Says, Scope, Seed, Signs,
};
use wellsourced::model::{Presence, SourceLink};
use wellsourced::store::{Store, Write};

/// Asks for everything that a scope knows.
fn all_of(scope: &Scope, feeds: &[i64]) -> Question {
    Question {
        editions: scope.editions().map(|edition| edition.known.id).collect(),
        items: scope.items().map(|item| item.known.id).collect(),
        entries: Some(EntriesAsked { inputs: feeds.to_vec(), left_after: at(-1_000_000), keys: Vec::new() }),
        days: BTreeSet::from(["2026-06-01".to_owned()]),
        ..Question::default()
    }
}

async fn load(write: &mut Write, question: &Question) -> Scope {
    let mut scope = Scope::default();
    write.load(question, &mut scope).await.unwrap();
    scope
}

/// An item as it is loaded: what is written of one that left is forgotten.
fn loaded(item: &ItemState) -> ItemState {
    ItemState { written: item.written.clone().filter(|_| item.known.presence == Presence::Live), ..item.clone() }
}

/// Entries by what tells them apart, without the rows that the store gave them.
fn entries(scope: &Scope) -> BTreeMap<(i64, String), EntryState> {
    scope.entries().map(|entry| ((entry.input, entry.key.clone()), EntryState { row: 0, ..entry.clone() })).collect()
}

fn assert_loaded(applied: &Scope, found: &Scope) {
    let editions = |scope: &Scope| scope.editions().cloned().collect::<Vec<_>>();
    assert_eq!(editions(found), editions(applied));
    let items: Vec<ItemState> = applied.items().map(loaded).collect();
    assert_eq!(found.items().cloned().collect::<Vec<_>>(), items);
    let found = entries(found);
    for (key, entry) in entries(applied) {
        // Without an item that is asked for, what it says is not told.
        let says = if entry.item.is_some() { entry.says.clone() } else { Says::Unasked };
        assert_eq!(found.get(&key), Some(&EntryState { says, ..entry }));
    }
}

/// A step in the life of a store: what becomes of which thing.
#[derive(Debug, Clone)]
enum Step {
    Edition { number: u8, presence: Presence, words: u8 },
    Item { edition: u8, number: u8, presence: Presence, shown: bool, words: u8 },
    Entry { key: u8, carries: Option<u8>, says: Option<u8>, left: bool },
}

fn presence() -> impl Strategy<Value = Presence> {
    prop_oneof![Just(Presence::Live), Just(Presence::Left), Just(Presence::Lost)]
}

fn step() -> impl Strategy<Value = Step> {
    let edition = (1..3_u8, presence(), 0..3_u8);
    let item = (0..3_u8, 0..4_u8, presence(), any::<bool>(), 0..3_u8);
    let entry = (0..4_u8, proptest::option::of(0..4_u8), proptest::option::of(0..3_u8), any::<bool>());
    prop_oneof![
        1 => edition.prop_map(|(number, presence, words)| Step::Edition { number, presence, words }),
        3 => item.prop_map(|(edition, number, presence, shown, words)| Step::Item { edition, number, presence, shown, words }),
        2 => entry.prop_map(|(key, carries, says, left)| Step::Entry { key, carries, says, left }),
    ]
}

/// Rows of the inputs.
struct Rows {
    digest: i64,
    days: i64,
    feed: i64,
}

impl Step {
    fn put(&self, rows: &Rows, scope: &mut Scope) {
        match *self {
            Self::Edition { number, presence, words } => {
                let mut state = edition(rows.digest, "digest", u128::from(number) << 12);
                state.known.presence = presence;
                state.known.title = format!("Title {words}");
                state.known.permalink = (words > 0).then(|| format!("https://digest.example/{words}/{number}"));
                let written = state.written.filter(|_| presence == Presence::Live);
                scope.put_edition(EditionState { written, ..state });
            }
            Self::Item { edition: of, number, presence, shown, words: version } => {
                let of = if of == 0 { DAY } else { id(u128::from(of) << 12) };
                if scope.edition(of).is_none() {
                    return;
                }
                let mut state = item(of, of.as_u128() + u128::from(number));
                state.by_feed = of == DAY;
                (state.known.presence, state.known.shown) = (presence, shown);
                state.known.story = (version > 0).then(|| format!("https://story.example/{version}"));
                state.known.updated = at(i64::from(version));
                let written = state.written.as_mut().unwrap();
                written.tags.truncate(usize::from(version));
                written.sources.extend(
                    (0..version)
                        .map(|n| SourceLink { label: format!("More {n}"), url: format!("https://more.example/{n}") }),
                );
                scope.put_item(state);
            }
            Self::Entry { key, carries, says, left } => {
                let carries = carries.map(|number| id(DAY.as_u128() + u128::from(number)));
                let carries = carries.filter(|item| scope.item(*item).is_some());
                let key = format!("entry {key}");
                let known = scope.entries().find(|entry| entry.key == key).map(|entry| entry.row);
                let says = says.map_or(Says::AsItem, |version| Says::This(Box::new(words(u128::from(version)))));
                let state = entry(known.unwrap_or_else(|| scope.next_row()), rows.feed, &key, carries);
                scope.put_entry(EntryState { says, left_at: left.then(|| at(-9)), ..state });
            }
        }
    }
}

/// Applies steps in two transactions, the second one to what was loaded, and compares what is loaded after each; each is
/// applied twice.
async fn replay(store: &Store, steps: &[Vec<Step>]) {
    let mut write = store.begin().await.unwrap();
    let [digest, days, feed, _] = inputs(&mut write).await;
    let rows = Rows { digest, days, feed };
    save(&mut write, |scope| scope.put_edition(day(rows.days, DAY.as_u128()))).await;
    write.commit().await.unwrap();
    let mut known = Question { editions: BTreeSet::from([DAY]), ..Question::default() };
    for steps in steps {
        let mut write = store.begin().await.unwrap();
        let mut scope = load(&mut write, &known).await;
        for step in steps {
            step.put(&rows, &mut scope);
        }
        let changes = scope.changes(at(100));
        write.apply(&changes, at(100)).await.unwrap();
        write.apply(&changes, at(100)).await.unwrap();
        write.commit().await.unwrap();
        known = all_of(&scope, &[feed]);
        let mut write = store.begin().await.unwrap();
        assert_loaded(&scope, &load(&mut write, &known).await);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_applied_is_loaded(steps in vec(vec(step(), 1..12), 1..4)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(each_backend(async |place| replay(&place.open().await, &steps).await));
    }
}

#[tokio::test]
async fn a_question_about_nothing_is_answered_with_nothing() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let mut write = store.begin().await.unwrap();
        let nobody =
            Signs { permalink: Some("https://nobody.example/".into()), number: Some(9), ..Signs::of_file("x.md") };
        let question = Question {
            posts: vec![(1, nobody), (77, Signs::of_file("posts/1000.md"))],
            editions: BTreeSet::from([id(7)]),
            items: BTreeSet::from([id(8)]),
            stories: BTreeSet::from(["https://nobody.example/".to_owned()]),
            absent: BTreeSet::from(["Nobody".to_owned()]),
            days: BTreeSet::from(["1999-01-01".to_owned()]),
            links: BTreeSet::from(["https://nobody.example/".to_owned()]),
            entries: Some(EntriesAsked { inputs: vec![77], left_after: at(0), keys: vec!["one".into()] }),
            numbers: BTreeSet::from([9]),
            slugs: BTreeSet::from(["nobody".to_owned()]),
            ..Question::default()
        };
        for question in [Question::default(), question] {
            let scope = load(&mut write, &question).await;
            assert_eq!((scope.editions().count(), scope.items().count(), scope.entries().count()), (0, 0, 0));
            assert_eq!((scope.numbered(9).count(), scope.leads.len(), &scope.names), (0, 0, &Names::default()));
        }
        write.apply(&Scope::default().changes(at(0)), at(0)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn names_that_were_given_out_are_taken_for_ever() {
    each_backend(async |place| {
        let store = place.open().await;
        let seed = Seed::story("Input", "2026-06-01", "https://story.example/");
        let mut given = BTreeSet::new();
        for round in 0..5 {
            let mut write = store.begin().await.unwrap();
            let [digest, ..] = inputs(&mut write).await;
            let asked = Question {
                seeds: BTreeMap::from([(seed.clone(), 2)]),
                slugs: BTreeSet::from(["7".to_owned()]),
                ..Question::default()
            };
            let mut scope = load(&mut write, &asked).await;
            for _ in 0..2 {
                let (item_id, short_id) = scope.names.item(&seed);
                let edition_id = id(0x9000 + given.len() as u128);
                let mut state = edition(digest, "digest", edition_id.as_u128());
                state.known.slug = scope.names.slug("7", edition_id);
                assert!(given.insert((item_id, short_id.clone(), state.known.slug.clone())), "twice: {item_id}");
                scope.put_edition(state);
                let mut state = item(edition_id, 1);
                (state.known.id, state.known.short_id) = (item_id, short_id);
                // One that left keeps its name.
                state.known.presence = [Presence::Live, Presence::Left][usize::from(round == 1)];
                scope.put_item(state);
            }
            write.apply(&scope.changes(at(round)), at(round)).await.unwrap();
            write.commit().await.unwrap();
        }
        let ids: BTreeSet<_> = given.iter().map(|(id, ..)| id).collect();
        let short_ids: BTreeSet<_> = given.iter().map(|(_, short, _)| short).collect();
        let slugs: BTreeSet<_> = given.iter().map(|(.., slug)| slug).collect();
        assert_eq!((ids.len(), short_ids.len(), slugs.len()), (10, 10, 10));
    })
    .await;
}

#[tokio::test]
async fn seconds_at_which_something_changed_are_taken() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let mut write = store.begin().await.unwrap();
        let mut scope = load(&mut write, &Question { seconds_from: Some(at(0)), ..Question::default() }).await;
        let taken = [0x1001, 0x1002, 0x3001, 0x3002];
        assert!(taken.iter().all(|second| scope.item_second_from(at(*second)) != at(*second)));
        assert!([0x1000, 0x2000, 0x3000].iter().all(|second| scope.edition_second_from(at(*second)) != at(*second)));
        assert_eq!(scope.item_second(at(0x500)), at(0x500), "nothing changed then");
    })
    .await;
}

#[tokio::test]
async fn whether_somebody_applied_something_is_known_and_nothing_that_was_undone_counts() {
    each_backend(async |place| {
        let store = place.open().await;
        let mut times = Vec::new();
        for is_kept in [true, false, true] {
            let mut write = store.begin().await.unwrap();
            times.push(write.times_applied().await.unwrap());
            write.apply(&Changes::default(), at(1)).await.unwrap();
            assert_eq!(write.times_applied().await.unwrap(), times.last().unwrap() + 1);
            if is_kept {
                write.commit().await.unwrap();
            }
        }
        assert_eq!(times, [0, 1, 1]);
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_by_its_signs_comes_with_what_belongs_to_it() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let mut write = store.begin().await.unwrap();
        let blank = Signs::of_file("another.md");
        for signs in [
            Signs::of_file("posts/1000.md"),
            Signs { permalink: Some("https://digest.example/4096".to_owned()), ..blank.clone() },
            Signs { number: Some(0x1000), ..blank.clone() },
            Signs { title: "Edition #4096".to_owned(), ..blank.clone() },
        ] {
            let scope = load(&mut write, &Question { posts: vec![(1, signs.clone())], ..Question::default() }).await;
            let found: Vec<_> = scope.editions().map(|edition| edition.known.id).collect();
            assert_eq!((found, scope.items_of(EDITION).len()), (vec![EDITION], 2), "{signs:?}");
        }
        let about = |story: &str| Question { stories: BTreeSet::from([story.to_owned()]), ..Question::default() };
        let scope = load(&mut write, &about("https://news.example/two")).await;
        assert_eq!(scope.carriers(CARRIED).len(), 2, "an item comes with all who carry it");
        assert!(scope.edition(DAY).is_some_and(|day| day.is_day && day.items.live == 2 && day.items.shown == 1));
        let scope = load(&mut write, &Question { numbers: BTreeSet::from([0x1000]), ..Question::default() }).await;
        let numbered: Vec<_> = scope.numbered(0x1000).map(|known| (known.edition, known.is_live)).collect();
        assert_eq!(numbered, [(EDITION, true)]);
        let lost = Question { absent: BTreeSet::from(["Item 3001 “’".to_owned()]), ..Question::default() };
        assert_eq!(load(&mut write, &lost).await.items().count(), 0, "it is there");
        let item = Question { items: BTreeSet::from([CARRIED]), ..Question::default() };
        change(&mut write, &item, |scope| {
            let mut state = scope.item(CARRIED).unwrap().clone();
            state.known.presence = Presence::Left;
            scope.put_item(state);
        })
        .await;
        assert_eq!(load(&mut write, &lost).await.items().count(), 1, "it left");
    })
    .await;
}

#[tokio::test]
async fn more_than_fits_into_one_batch() {
    each_backend(async |place| {
        let store = place.open().await;
        let mut write = store.begin().await.unwrap();
        let [digest, days, a, _] = inputs(&mut write).await;
        save(&mut write, |scope| {
            for number in 1..=260_u128 {
                scope.put_edition(edition(digest, "digest", number << 12));
            }
            scope.put_edition(day(days, 0xffff << 12));
            for number in 0..1201_u128 {
                scope.put_item(item(id(1 << 12), (1 << 12) + number));
                scope.put_item(ItemState { by_feed: true, ..item(id(0xffff << 12), (0xffff << 12) + number) });
                let row = -1 - i64::try_from(number).unwrap();
                scope.put_entry(entry(row, a, &format!("{number:05}"), Some(id((0xffff << 12) + number))));
            }
        })
        .await;
        write.commit().await.unwrap();
        let mut write = store.begin().await.unwrap();
        let asked = Question {
            editions: (1..=260).map(|number| id(number << 12)).collect(),
            items: (0..1201).map(|number| id((0xffff << 12) + number)).collect(),
            ..Question::default()
        };
        let scope = load(&mut write, &asked).await;
        assert_eq!((scope.editions().count(), scope.items().count(), scope.entries().count()), (261, 2402, 1201));
        let rows: Vec<_> = scope.entries().map(|entry| &entry.key).collect();
        assert!(rows.is_sorted(), "in the order in which they came");
        assert_eq!(write.edition_paths(digest).await.unwrap().len(), 260);
        drop(write);
        let ids: Vec<_> = asked.items.iter().copied().collect();
        assert_eq!(store.items(&ids, &store.tags().await.unwrap()).await.unwrap().len(), 1201);
        assert_eq!((store.item_count().await.unwrap(), store.known(None).await.unwrap().len()), (2402, 261));
        assert!(store.items(&[ITEM], &store.tags().await.unwrap()).await.unwrap().len() == 1);
    })
    .await;
}
