//! Which documents are of another kind than what is known at their address.

use super::*;
use crate::ledger::scope::{EntryState, Says};
use crate::model::{EntryItem, Item};
use chrono::{DateTime, Utc};

const ENGLISH: [&str; 4] = [
    "What I learned from ten years of writing compilers",
    "Why the standard library should be smaller than it is",
    "A week without a keyboard, and what came of it",
    "The tests that we should have written before the release",
];
const INDONESIAN: [&str; 4] = [
    "Daftar situs terpercaya dengan bonus anggota baru terbesar",
    "Cara bermain permainan ini untuk pemula yang ingin menang",
    "Kami memberikan pelayanan terbaik untuk semua pemain setiap hari",
    "Tempat bermain yang paling menguntungkan di seluruh negeri",
];
const CHINESE: [&str; 2] = ["编译器十年回顾与反思", "标准库为什么应该更小一些"];

fn face(title: &str, language: &str, site: &str) -> Face {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Face { title: title.to_owned(), language: some(language), site: some(site), entries: Vec::new() }
}

fn entry(title: &str) -> EntryItem {
    let item = Item { title: title.to_owned(), ..Item::default() };
    EntryItem {
        key: title.to_owned(),
        link: None,
        is_specific: false,
        item,
        published: None,
        updated: None,
        author: None,
    }
}

fn met(row: usize, title: &str) -> EntryState {
    EntryState {
        row: i64::try_from(row).unwrap(),
        input: 1,
        key: title.to_owned(),
        link: None,
        story: None,
        title: title.to_owned(),
        content_hash: 0,
        hash: 0,
        published: DateTime::<Utc>::UNIX_EPOCH,
        item: None,
        place: 0,
        left_at: None,
        says: Says::Unasked,
    }
}

/// Whether a document of some titles is of another kind; `same` of its entries are known.
fn is_held(known: &[&str], read: &[&str], same: usize, before: &Face, now: &Face) -> bool {
    let mut scope = Scope::default();
    for (row, title) in (1..).zip(known) {
        scope.know_entry(met(row, title));
    }
    let entries: Vec<EntryItem> = read.iter().map(|title| entry(title)).collect();
    let document = ReadDocument {
        input: "A",
        row: 1,
        is_met: true,
        same_options: true,
        is_cut: false,
        entries: &entries,
        hashes: &[0; 9],
    };
    is_another_kind(&scope, &document, &Plan { same, ..Plan::default() }, before, now)
}

#[test]
fn a_feed_of_another_kind_is_known_by_everything_at_once() {
    let blog = face("Notes on Compilers", "en", "compilers.example");
    let casino = face("Situs Slot Gacor", "id", "compilers.example");
    for (why, known, read, before, now) in [
        ("a bought domain", &ENGLISH[..], &INDONESIAN[..], blog.clone(), casino.clone()),
        ("languages that are not declared", &ENGLISH, &INDONESIAN, face("Notes", "", ""), face("Gacor", "", "")),
        ("the theme still says English", &ENGLISH, &INDONESIAN, blog.clone(), face("Gacor", "en", "")),
        ("another script", &ENGLISH, &CHINESE, face("Notes", "", ""), face("编译", "", "")),
        ("one entry each", &ENGLISH[..1], &INDONESIAN[..1], blog.clone(), casino.clone()),
        ("without a title", &ENGLISH, &INDONESIAN, blog.clone(), face("", "id", "")),
        ("no words to hear", &["1", "2"], &["3"], face("Notes", "", "a.example"), face("Casino", "", "b.example")),
        (
            "common words do not count",
            &["1"],
            &["2"],
            face("The Notes Blog", "en", ""),
            face("The Slot Blog", "de", ""),
        ),
        ("everything known has left", &[], &INDONESIAN, blog.clone(), casino.clone()),
    ] {
        assert!(is_held(known, read, 0, &before, &now), "{why}");
    }
}

#[test]
fn a_feed_that_changes_in_part_is_published() {
    let blog = face("Notes on Compilers", "en", "compilers.example");
    let casino = face("Situs Slot Gacor", "id", "casino.example");
    let mixed = [ENGLISH[0], CHINESE[0], ENGLISH[1], CHINESE[1]];
    for (why, known, read, same, before, now) in [
        ("another title, the entries as before", &ENGLISH[..], &ENGLISH[..], 4, &blog, &casino),
        ("one entry that is known", &ENGLISH, &INDONESIAN, 1, &blog, &casino),
        ("another platform", &ENGLISH, &INDONESIAN, 0, &blog, &face("Compilers: the new blog", "de", "b.example")),
        ("another language tag alone", &ENGLISH, &ENGLISH, 0, &blog, &face("Notes", "de", "compilers.example")),
        ("another title alone", &ENGLISH[..2], &ENGLISH[2..], 0, &blog, &face("Gedanken", "en", "b.example")),
        ("no document", &ENGLISH, &[], 0, &blog, &casino),
        ("it looked like nothing yet", &[], &INDONESIAN, 0, &Face::default(), &casino),
        ("it never had a title", &ENGLISH, &INDONESIAN, 0, &face("", "en", "a.example"), &casino),
        ("two languages, then one", &mixed, &ENGLISH[2..], 0, &face("码农 Notes", "", ""), &face("Notes", "", "")),
        ("nothing tells, one site", &["1"], &["2"], 0, &face("A1", "", "a.co.uk"), &face("B1", "", "news.a.co.uk")),
    ] {
        assert!(!is_held(known, read, same, before, now), "{why}");
    }
}

#[test]
fn titles_share_words_and_neighbours() {
    for (before, now, nothing) in [
        ("Planet Python", "PLANET python!", false),
        ("月光博客", "阮一峰的博客", true),
        ("阮一峰的网络日志", "阮一峰：日志", false),
        ("The Blog", "the news", false),
        ("The Blog", "My News", true),
        ("", "x", false),
        ("x", "", true),
    ] {
        assert_eq!(shares_no_word(before, now), nothing, "{before} / {now}");
    }
}
