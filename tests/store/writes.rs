//! Everything that changes a store, by the names of its methods, each with an example that changes what [`fill`] made.
//!
//! [`fill`]: crate::filled::fill

use crate::filled::{
    CARRIED, DAY, DIGEST, ITEM, at, check, complaint, cycle, edition, id, item, judged, looked, poll, post, url,
};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use wellsourced::ledger::{Question, Scope};
use wellsourced::model::{Channel, ChannelKind, LinkKey, Verdict};
use wellsourced::store::{DayPage, Result, Write};

/// What is done in a transaction.
type Act = for<'w> fn(&'w mut Write) -> BoxFuture<'w, Result<()>>;

/// A method by its name, and an example of it.
macro_rules! act {
    ($method:ident($($argument:expr),*)) => {
        (stringify!($method), |write| Box::pin(async move { write.$method($($argument),*).await.map(drop) }))
    };
}

/// Rows of the feed inputs.
const A: i64 = 3;
const B: i64 = 4;

/// What changes something that the store is asked.
pub(crate) const WRITES: &[(&str, Act)] = &[
    ("apply", |write| Box::pin(async move { write.apply(&some_changes(), at(5)).await })),
    act!(ask_for_copy_at(&url(0x1001), at(99))),
    act!(clear_marks(true)),
    act!(doubt_bucket()),
    act!(feed_inputs(&["a", "c"])),
    act!(forget_bucket()),
    act!(forget_checks(&[3])),
    act!(forget_entries(A)),
    act!(forget_files()),
    act!(forget_poll(A)),
    act!(forget_posts(DIGEST)),
    act!(forget_put(&["old.html"])),
    act!(input("another", "options")),
    act!(judge_links(&[judged(&url(0x1002), Verdict::Moved)])),
    act!(lay_out(&[DAY], &[day_page()], &[])),
    act!(list_days(at(1_000_000))),
    act!(note_inputs(&["digest"])),
    act!(note_left(&["old.html"], at(9))),
    act!(note_put(&[("feed.json", "other"), ("new.html", "new")])),
    act!(note_saved(&url(0x1002))),
    act!(put_bodies(&[("another", b"what it holds")])),
    act!(put_complaints(DIGEST, "another.md", &[complaint("another.md")])),
    act!(put_copy(&url(0x1001), "https://archive.example/1")),
    act!(put_files(&[("feed.json", "other"), ("rss.xml", "")])),
    act!(put_polls(&[(A, &poll("https://other.example/"))])),
    act!(put_posts(DIGEST, &[post("another.md")])),
    act!(record_checks(&[looked(&check(&url(0x1002), 7, Verdict::Failing), true)])),
    act!(record_cycle(&cycle(100, true))),
    act!(remove_file("feed.json")),
    act!(remove_posts(DIGEST, &["posts/1000.md"])),
    act!(rename_input(DIGEST, "renamed")),
    act!(restore_channel(&a_channel(), "left", Some(7))),
    act!(set_members(2, 77)),
    act!(set_meta("published", "other options")),
    act!(take_held(0, 9)),
    act!(touch_posts(DIGEST, &[("posts/1000.md".to_owned(), 77)])),
];

/// What changes something that only shows in a transaction, or later.
pub(crate) const UNSEEN: &[(&str, Act)] = &[
    act!(forget_bodies(at(0), at(9))),
    act!(forget_entries_left(at(0))),
    act!(forget_leases()),
    act!(forget_uncounted(&url(0x3001), at(99))),
    act!(keep_copy(&url(0x1002), "https://archive.example/2")),
    act!(mark_stories(&[CARRIED])),
    act!(note_led_to(&[(&url(0x1001), Some("https://elsewhere.example/".to_owned()))])),
    act!(set_fingerprint(A, "others")),
    act!(set_publishing(true)),
    act!(take_marked_stories(9)),
];

/// What only reads, or is made at first sight.
pub(crate) const ASKED: &[(&str, Act)] = &[
    act!(check_rows(&url(0x1001))),
    act!(complained_of()),
    act!(days_input()),
    act!(edition_paths(DIGEST)),
    act!(feeds_but(&["a"])),
    act!(is_publishing()),
    act!(inputs_but(&["another".to_owned()])),
    ("load", |write| Box::pin(async move { write.load(&everything(), &mut Scope::default()).await })),
    act!(meta("published")),
    act!(times_applied()),
];

/// A question that every part of a scope answers.
pub(crate) fn everything() -> Question {
    Question {
        posts: vec![(DIGEST, wellsourced::ledger::Signs::of_file("posts/1000.md"))],
        editions: BTreeSet::from([crate::filled::EDITION]),
        items: BTreeSet::from([ITEM, CARRIED]),
        days: BTreeSet::from(["2026-06-01".to_owned()]),
        links: BTreeSet::from([url(0x1001)]),
        entries: Some(wellsourced::ledger::EntriesAsked { inputs: vec![A, B], left_after: at(0), keys: Vec::new() }),
        numbers: BTreeSet::from([0x1000]),
        slugs: BTreeSet::from(["slug-1000".to_owned()]),
        seeds: BTreeMap::from([(wellsourced::ledger::Seed::day("", "2026-06-01"), 1)]),
        seconds_from: Some(at(0)),
        ..Question::default()
    }
}

/// A new edition with an item, and another item of one that is known.
fn some_changes() -> wellsourced::ledger::Changes {
    let mut scope = Scope::default();
    scope.put_edition(edition(DIGEST, "digest", 0x5000));
    scope.put_item(item(id(0x5000), 0x5001));
    scope.changes(at(5))
}

fn day_page() -> DayPage {
    DayPage { edition: DAY, number: 0, newest: (1, CARRIED), hash: "other".to_owned(), is_dirty: false }
}

fn a_channel() -> Channel {
    Channel { kind: ChannelKind::Tag, slug: "left".to_owned(), name: "Left".to_owned() }
}

/// A link as it is stored.
pub(crate) fn key(number: u128) -> String {
    LinkKey::of(&url(number)).unwrap().as_str().to_owned()
}
