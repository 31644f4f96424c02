//! A store with something of everything, and the values that it is made of.

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use wellsourced::ledger::{EditionState, EntryState, ItemCount, ItemState, Question, Says, Scope};
use wellsourced::model::{
    Check, Complaint, Edition, Item, Judgement, KnownEdition, KnownItem, LinkKey, LinkMemory, Place, PollState,
    Presence, Sketch, SourceLink, Verdict,
};
use wellsourced::store::{CycleRecord, Judged, NewCheck, PostRow, PostState, Store, Write};

/// Rows of the inputs, by the order in which [`fill`] meets them.
pub(crate) const DIGEST: i64 = 1;
pub(crate) const DAYS: i64 = 2;

/// An editor's edition with two items; one that left; a day's with an item that two feeds carry and one that is hidden.
pub(crate) const EDITION: Uuid = id(0x1000);
pub(crate) const LEFT: Uuid = id(0x2000);
pub(crate) const DAY: Uuid = id(0x3000);
pub(crate) const ITEM: Uuid = id(0x1001);
pub(crate) const SECOND: Uuid = id(0x1002);
pub(crate) const CARRIED: Uuid = id(0x3001);
pub(crate) const HIDDEN: Uuid = id(0x3002);

pub(crate) const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// So many seconds after noon.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    crate::support::noon() + TimeDelta::seconds(seconds)
}

/// Where an item of [`item`] leads.
pub(crate) fn url(number: u128) -> String {
    format!("https://host{}.example/{number:x}", number % 3)
}

pub(crate) fn words(number: u128) -> Item {
    Item {
        title: format!("Item {number:x} “’"),
        sources: vec![SourceLink { label: format!("Source {number:x}"), url: url(number) }],
        tags: vec!["AI".to_owned(), format!("Tag {}", number % 2)],
        body_html: format!("<p>\u{1f600}{number}</p>"),
        text: format!("The text of {number:x}"),
        content_hash: u64::MAX - u64::try_from(number & 0xffff).unwrap(),
        ..Item::default()
    }
}

pub(crate) fn item(edition: Uuid, number: u128) -> ItemState {
    let written = words(number);
    ItemState {
        edition,
        by_feed: edition == DAY,
        known: KnownItem {
            id: id(number),
            short_id: format!("{number:012x}"),
            title: written.title.clone(),
            source: LinkKey::of(&url(number)).map(|key| key.as_str().to_owned()),
            story: None,
            sketch: Sketch::of(&written.text),
            content_hash: written.content_hash,
            position: u32::try_from(number & 0xfff).unwrap(),
            published: at(i64::try_from(number).unwrap()),
            updated: at(i64::try_from(number).unwrap()),
            presence: Presence::Live,
            first_seen: at(0),
            shown: true,
        },
        written: Some(written),
    }
}

pub(crate) fn edition(input: i64, name: &str, number: u128) -> EditionState {
    let small = u32::try_from(number).unwrap();
    let written = Edition {
        number: Some(small),
        date: at(i64::from(small)).into(),
        title: format!("Edition #{small}"),
        headline: format!("Headline {small}"),
        author: Some("Somebody".to_owned()),
        permalink: Some(format!("https://digest.example/{small}")),
        cover: None,
        tags: vec!["AI".to_owned()],
        items: Vec::new(),
    };
    EditionState {
        input,
        known: KnownEdition {
            id: id(number),
            input: name.to_owned(),
            slug: format!("slug-{number:x}"),
            path: format!("posts/{number:x}.md"),
            permalink: written.permalink.clone(),
            number: written.number,
            title: written.title.clone(),
            date: written.date,
            header_hash: u64::MAX - u64::from(small),
            published: at(i64::from(small)),
            updated: at(i64::from(small)),
            presence: Presence::Live,
            shows: None,
            showed: None,
            items: Vec::new(),
        },
        written: Some(written),
        is_day: false,
        is_listed: true,
        items: ItemCount::default(),
    }
}

/// The edition of a day, whose day has not ended.
pub(crate) fn day(input: i64, number: u128) -> EditionState {
    let mut state = edition(input, wellsourced::store::DAYS, number);
    "2026-06-01".clone_into(&mut state.known.path);
    (state.known.number, state.known.permalink) = (None, None);
    EditionState { is_day: true, is_listed: false, ..state }
}

/// An entry that is new.
pub(crate) fn entry(row: i64, input: i64, key: &str, carries: Option<Uuid>) -> EntryState {
    EntryState {
        row,
        input,
        key: key.to_owned(),
        link: Some(format!("https://news.example/{key}")),
        story: Some(format!("https://news.example/{key}")),
        title: format!("Entry {key}"),
        content_hash: u64::MAX,
        hash: u64::MAX - 1,
        published: at(-60),
        item: carries,
        place: 0,
        left_at: None,
        says: Says::AsItem,
    }
}

pub(crate) fn check(url: &str, seconds: i64, verdict: Verdict) -> Check {
    Check {
        url: url.to_owned(),
        at: at(seconds),
        verdict,
        rule: "rule".to_owned(),
        evidence: format!("seen at {seconds}"),
        status: Some(404),
        final_url: None,
        hops: Vec::new(),
        retry_after: None,
        reached_http: true,
        ms: 7,
        portrait: None,
        warning: None,
        face: None,
    }
}

pub(crate) fn judgement(verdict: Verdict) -> Judgement {
    Judgement {
        verdict,
        since: Some(at(10)),
        last_reached: verdict.is_alive().then(|| at(9)),
        rule: "rule".to_owned(),
        evidence: "what was seen".to_owned(),
        moved_to: (verdict == Verdict::Moved).then(|| "https://new.example/".to_owned()),
    }
}

pub(crate) fn post(path: &str) -> PostRow {
    PostRow {
        path: path.to_owned(),
        state: PostState { size: 5, mtime_ns: 6, hash: format!("hash of {path}"), ..PostState::default() },
        cited: vec![(LinkKey::of(&url(0x1001)).unwrap(), 7)],
        complaints: vec![complaint(path)],
    }
}

pub(crate) fn complaint(path: &str) -> Complaint {
    Complaint::warning(Place::at(path, 1, 2), "it is odd", "mend it")
}

pub(crate) fn poll(configured: &str) -> PollState {
    PollState { configured: configured.to_owned(), body_hash: Some(u64::MAX), ..PollState::default() }
}

pub(crate) fn cycle(started: i64, failed: bool) -> CycleRecord {
    CycleRecord { started: at(started), ended: at(started + 5), failed, report: "{}".to_owned() }
}

/// A check about to be recorded.
pub(crate) fn looked(check: &Check, counted: bool) -> NewCheck<'_> {
    NewCheck { key: LinkKey::of(&check.url).unwrap().as_str().to_owned(), check, counted }
}

/// What a link is judged to be, looked at again long after everything else.
pub(crate) fn judged(key: &str, verdict: Verdict) -> Judged<'_> {
    Judged { key, judgement: judgement(verdict), next_check: at(1_000_000), memory: LinkMemory::default() }
}

/// Rows of the inputs `digest`, `a` and `b`, and of the days, made at first sight.
pub(crate) async fn inputs(write: &mut Write) -> [i64; 4] {
    let digest = write.input("digest", "options").await.unwrap().id;
    let days = write.days_input().await.unwrap();
    let feeds = write.feed_inputs(&["a", "b"]).await.unwrap();
    [digest, days, feeds["a"].id, feeds["b"].id]
}

/// Saves what is put into a scope.
pub(crate) async fn save(write: &mut Write, fill: impl FnOnce(&mut Scope)) {
    let mut scope = Scope::new(&BTreeMap::new());
    scope.has_feeds = true;
    fill(&mut scope);
    write.apply(&scope.changes(at(0)), at(0)).await.unwrap();
}

/// Loads what is asked for, and saves what is changed of it.
pub(crate) async fn change(write: &mut Write, asked: &Question, change: impl FnOnce(&mut Scope)) {
    let mut scope = Scope::default();
    write.load(asked, &mut scope).await.unwrap();
    change(&mut scope);
    write.apply(&scope.changes(at(0)), at(0)).await.unwrap();
}

/// Fills an empty store with something of everything, as it is after a first publish.
pub(crate) async fn fill(store: &Store) {
    let mut write = store.begin().await.unwrap();
    let [digest, days, a, b] = inputs(&mut write).await;
    assert_eq!((digest, days), (DIGEST, DAYS));
    write.note_inputs(&["digest", "a", "b"]).await.unwrap();
    write.set_fingerprint(a, "options").await.unwrap();
    write.put_polls(&[(a, &poll("https://a.example/")), (b, &poll("https://b.example/"))]).await.unwrap();
    write.put_posts(digest, &[post("posts/1000.md"), post("posts/2000.md")]).await.unwrap();
    save(&mut write, |scope| {
        scope.put_edition(edition(digest, "digest", 0x1000));
        scope.put_item(item(EDITION, 0x1001));
        scope.put_item(item(EDITION, 0x1002));
        let mut left = edition(digest, "digest", 0x2000);
        left.known.presence = Presence::Left;
        scope.put_edition(EditionState { written: None, ..left });
        scope.put_edition(day(days, 0x3000));
        scope.put_item(item(DAY, 0x3001));
        let mut hidden = item(DAY, 0x3002);
        hidden.known.shown = false;
        scope.put_item(hidden);
        scope.put_entry(entry(-1, a, "one", Some(CARRIED)));
        let says = Says::This(Box::new(words(0x4001)));
        scope.put_entry(EntryState { place: 1, says, ..entry(-2, b, "two", Some(CARRIED)) });
        scope.put_entry(EntryState { left_at: Some(at(-30)), ..entry(-3, b, "gone", None) });
    })
    .await;
    looked_at(&mut write).await;
    write.put_files(&[("feed.json", "hash")]).await.unwrap();
    write.note_put(&[("feed.json", "hash"), ("old.html", "old")]).await.unwrap();
    write.record_cycle(&cycle(0, false)).await.unwrap();
    write.set_meta("published", "options").await.unwrap();
    write.clear_marks(true).await.unwrap();
    write.commit().await.unwrap();
    let mut write = store.begin().await.unwrap();
    let mut changed = item(EDITION, 0x1002);
    changed.known.title.push_str(" (corrected)");
    let asked = Question { editions: BTreeSet::from([EDITION]), ..Question::default() };
    change(&mut write, &asked, |scope| scope.put_item(changed)).await;
    write.commit().await.unwrap();
}

/// Checks of the links: one is gone, one was reached, one was looked at while the network was down.
async fn looked_at(write: &mut Write) {
    let [gone, reached, held] = [0x1001, 0x1002, 0x3001].map(url);
    let checks = [check(&gone, 1, Verdict::Gone), check(&reached, 2, Verdict::Reachable)];
    let held_check = check(&held, 3, Verdict::Failing);
    let all = [looked(&checks[0], true), looked(&checks[1], true), looked(&held_check, false)];
    write.record_checks(&all).await.unwrap();
    write.judge_links(&[judged(&gone, Verdict::Gone), judged(&reached, Verdict::Reachable)]).await.unwrap();
}
