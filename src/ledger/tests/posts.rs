//! What posts become, on values alone: tables, and properties over random edits.

use super::*;
use crate::ledger::{Changes, Scope, Showing};
use crate::model::{Edition, Item, SourceLink};
use chrono::{DateTime, Duration, FixedOffset, Utc};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_64;

/// A story that an editor writes about, known by a name that no edit changes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Story {
    name: u32,
    title: String,
    url: String,
    text: String,
}

fn words(of: u32, version: u32) -> String {
    let word = |n| format!("w{:x}", xxh3_64(format!("{of} {}", n + version).as_bytes()) >> 40);
    (0..12).map(word).collect::<Vec<_>>().join(" ") + " "
}

fn story(name: u32) -> Story {
    Story { name, title: format!("Story {name}"), url: format!("https://s.example/{name}"), text: words(name, 0) }
}

fn item(story: &Story) -> Item {
    let written = format!("{} {} {}", story.title, story.url, story.text);
    let folded: Vec<&str> = written.split_whitespace().collect();
    Item {
        title: story.title.clone(),
        sources: vec![SourceLink { label: "S".to_owned(), url: story.url.clone() }],
        text: format!("{}\n{}", story.title, story.text),
        content_hash: xxh3_64(folded.join(" ").as_bytes()),
        ..Item::default()
    }
}

fn noon() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-06-01T12:00:00Z").unwrap().with_timezone(&Utc)
}

/// A site of one input whose store is a scope in which everything is known.
struct Desk {
    scope: Scope,
    now: DateTime<Utc>,
}

impl Desk {
    fn new() -> Self {
        Self { scope: Scope::default(), now: noon() }
    }

    fn edition(title: &str, stories: &[Story]) -> Edition {
        let date: DateTime<FixedOffset> = (noon() - Duration::days(1)).fixed_offset();
        Edition {
            number: Some(7),
            date,
            title: title.to_owned(),
            headline: title.to_owned(),
            author: None,
            permalink: Some("https://desk.example/7".to_owned()),
            cover: None,
            tags: Vec::new(),
            items: stories.iter().map(item).collect(),
        }
    }

    /// Places a post an hour later, and publishes.
    fn place(&mut self, path: &str, edition: &Edition) -> (PostOutcome, Changes) {
        self.place_beside("", path, edition)
    }

    /// As [`Self::place`], while files whose paths begin with `held` are there and hold what they held.
    fn place_beside(&mut self, held: &str, path: &str, edition: &Edition) -> (PostOutcome, Changes) {
        self.now += Duration::hours(1);
        let post = PostAsRead { input: "Desk", row: 1, path, text: "", edition };
        let holds = |known: &KnownEdition| !held.is_empty() && known.path.starts_with(held);
        let outcome = place_post(&mut self.scope, post, holds, Showing::Annotate, self.now);
        (outcome, self.publish())
    }

    fn leave(&mut self, edition: Uuid) -> Changes {
        self.now += Duration::hours(1);
        leave(&mut self.scope, edition);
        self.publish()
    }

    fn publish(&mut self) -> Changes {
        let changes = self.scope.changes(self.now);
        for change in &changes.editions {
            let mut state = change.state.clone();
            if change.stands.presence == Presence::Live && change.stands.is_shown {
                state.known.showed = state.known.shows;
            }
            self.scope.know_edition(state);
        }
        self.scope.published();
        changes
    }

    fn only_edition(&self) -> KnownEdition {
        let mut editions = self.scope.editions();
        let only = editions.next().unwrap().known.clone();
        assert!(editions.next().is_none());
        only
    }

    fn live(&self, edition: Uuid) -> Vec<KnownItem> {
        let items = self.scope.items_of(edition).into_iter().map(|item| item.known.clone());
        items.filter(|item| item.presence == Presence::Live).collect()
    }

    fn ids(&self) -> Vec<Uuid> {
        self.live(self.only_edition().id).into_iter().map(|item| item.id).collect()
    }
}

fn placed(outcome: PostOutcome) -> Placed {
    match outcome {
        PostOutcome::Placed(placed) => placed,
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_swapped_sources_that_are_corrected_leave_each_story_its_id() {
    let mut desk = Desk::new();
    let (mut one, mut two) = (story(1), story(2));
    std::mem::swap(&mut one.url, &mut two.url);
    desk.place("7.md", &Desk::edition("E", &[one.clone(), two.clone()]));
    let before = desk.ids();
    std::mem::swap(&mut one.url, &mut two.url);
    let (outcome, _) = desk.place("7.md", &Desk::edition("E", &[one, two]));
    assert_eq!(desk.ids(), before);
    assert_eq!(placed(outcome).items, [Change::Revised, Change::Revised]);
}

#[test]
fn who_shares_two_of_source_title_and_text_wins() {
    for (what, change) in [
        ("source", (|story: &mut Story| story.url = "https://other.example/".into()) as fn(&mut Story)),
        ("title", |story| story.title = "Quite another".into()),
        ("text", |story| story.text = words(99, 0)),
    ] {
        let mut desk = Desk::new();
        let stories: Vec<Story> = (1..4).map(story).collect();
        desk.place("7.md", &Desk::edition("E", &stories));
        let before = desk.ids();
        let mut changed = stories.clone();
        for story in &mut changed {
            change(story);
        }
        changed.reverse();
        desk.place("7.md", &Desk::edition("E", &changed));
        let mut after = desk.ids();
        after.reverse();
        assert_eq!(after, before, "{what}");
    }
}

#[test]
fn two_files_of_a_day_that_become_parts_of_a_third_take_their_items_along() {
    let mut desk = Desk::new();
    let of = |title: &str, names: std::ops::Range<u32>| Edition {
        number: None,
        permalink: None,
        ..Desk::edition(title, &names.map(story).collect::<Vec<_>>())
    };
    // One story is in both, and the second file's title is that of both parts.
    let first = placed(desk.place("a.md", &of("Day 1", 0..5)).0).edition;
    let second = placed(desk.place("b.md", &of("Day1", 4..9)).0).edition;
    let before: Vec<_> =
        [first, second].map(|edition| desk.live(edition)).into_iter().flatten().map(|i| i.id).collect();
    let parts = [("c.md§1", 0..5), ("c.md§1-2", 4..9)];
    let became = parts.map(|(path, names)| placed(desk.place_beside("c.md", path, &of("Day1", names)).0).edition);
    assert_eq!(became, [first, second]);
    let after: Vec<_> = became.map(|edition| desk.live(edition)).into_iter().flatten().map(|i| i.id).collect();
    assert_eq!(after, before);
}

#[test]
fn an_edition_bears_a_new_date_exactly_when_it_shows_something_else() {
    let mut desk = Desk::new();
    let stories: Vec<Story> = (1..4).map(story).collect();
    desk.place("7.md", &Desk::edition("E", &stories));
    let first = desk.only_edition();
    let id = first.id;
    assert_eq!(first.updated, noon() - Duration::days(1), "its own date at first");
    let moves = |desk: &mut Desk, stories: Option<&[Story]>, title: &str| {
        let before = desk.only_edition().updated;
        match stories {
            Some(stories) => _ = desk.place("renamed.md", &Desk::edition(title, stories)),
            None => _ = desk.leave(id),
        }
        desk.only_edition().updated != before
    };
    assert!(!moves(&mut desk, Some(&stories), "E"), "nothing changed");
    let spaced: Vec<Story> =
        stories.iter().map(|story| Story { text: story.text.replace(' ', "\n"), ..story.clone() }).collect();
    assert!(!moves(&mut desk, Some(&spaced), "E"), "white space");
    let mut swapped = stories.clone();
    swapped.swap(0, 2);
    assert!(moves(&mut desk, Some(&swapped), "E"), "another order");
    assert!(moves(&mut desk, Some(&stories), "E"));
    assert!(moves(&mut desk, Some(&stories[..2]), "E"), "an item left");
    assert!(moves(&mut desk, Some(&stories), "E"), "it returns");
    assert!(moves(&mut desk, Some(&stories), "F"), "another title");
    let before = desk.only_edition().updated;
    assert!(!moves(&mut desk, None, "F"), "who left shows nothing");
    assert!(!moves(&mut desk, Some(&stories), "F"), "restored as it was");
    assert_eq!(desk.only_edition().updated, before);
    assert!(!moves(&mut desk, None, "F"));
    assert!(moves(&mut desk, Some(&stories[1..]), "F"), "restored with less");
    assert!(moves(&mut desk, Some(&[]), "F"), "emptied");
    assert!(moves(&mut desk, Some(&stories), "F"), "refilled");
    assert_eq!(desk.only_edition().updated, desk.now, "with the date of now");
}

#[test]
fn ten_thousand_editions_that_leave_and_return_at_once_never_share_a_second() {
    let mut scope = Scope::default();
    let now = noon();
    let editions: Vec<Edition> = (0..10_000)
        .map(|number| Edition {
            number: Some(number),
            permalink: None,
            ..Desk::edition(&format!("E {number}"), &[story(number)])
        })
        .collect();
    let mut ids = Vec::new();
    for (edition, stories) in editions.iter().zip(0..) {
        let path = format!("{stories}.md");
        let mut alone = scope.anew();
        let post = PostAsRead { input: "Desk", row: 1, path: &path, text: "", edition };
        ids.push(placed(place_post(&mut alone, post, |_| false, Showing::Annotate, now)).edition);
        let changes = alone.changes(now);
        scope = alone.anew();
        for change in changes.editions {
            ids.push(change.state.known.id);
            assert!(scope.edition_seconds.is_taken(change.state.known.updated.timestamp()));
        }
    }
    assert_eq!(scope.edition_seconds.len(), 10_000, "one each");
}

/// What an editor does.
#[derive(Debug, Clone)]
enum Event {
    Retitle(usize),
    Reword(usize),
    Space(usize),
    MendUrl(usize),
    SwapUrls(usize, usize),
    Move(usize, usize),
    Remove(usize),
    Return(usize),
    Insert(usize),
    Header,
    Rename,
    Delete,
}

fn event() -> impl Strategy<Value = Event> {
    let at = 0_usize..6;
    prop_oneof![
        at.clone().prop_map(Event::Retitle),
        at.clone().prop_map(Event::Reword),
        at.clone().prop_map(Event::Space),
        at.clone().prop_map(Event::MendUrl),
        (at.clone(), at.clone()).prop_map(|(a, b)| Event::SwapUrls(a, b)),
        (at.clone(), at.clone()).prop_map(|(a, b)| Event::Move(a, b)),
        at.clone().prop_map(Event::Remove),
        at.clone().prop_map(Event::Return),
        at.prop_map(Event::Insert),
        Just(Event::Header),
        Just(Event::Rename),
        Just(Event::Delete),
    ]
}

/// The post as its editor sees it.
#[derive(Debug, Clone)]
struct Written {
    stories: Vec<Story>,
    taken_out: Vec<Story>,
    path: u32,
    title: u32,
    next: u32,
    is_deleted: bool,
}

impl Written {
    fn apply(&mut self, event: &Event) {
        let count = self.stories.len().max(1);
        self.next += 1;
        let next = self.next;
        self.is_deleted = matches!(event, Event::Delete);
        match event {
            Event::Insert(at) => self.stories.insert(at % (self.stories.len() + 1), story(next)),
            Event::Header => self.title = next,
            Event::Rename => self.path = next,
            Event::Return(at) if !self.taken_out.is_empty() => {
                let returned = self.taken_out.remove(at % self.taken_out.len());
                self.stories.push(returned);
            }
            Event::Delete | Event::Return(_) => {}
            _ if self.stories.is_empty() => {}
            Event::Remove(at) => self.taken_out.push(self.stories.remove(at % count)),
            Event::Move(a, b) => self.stories.swap(a % count, b % count),
            Event::SwapUrls(a, b) if a % count != b % count => {
                let url = self.stories[a % count].url.clone();
                self.stories[a % count].url = std::mem::replace(&mut self.stories[b % count].url, url);
            }
            Event::SwapUrls(..) => {}
            Event::Retitle(at) => self.stories[at % count].title = format!("Story {next}"),
            Event::Reword(at) => {
                let story = &mut self.stories[at % count];
                story.text = format!("{}more{next} ", story.text);
            }
            Event::Space(at) => self.stories[at % count].text.push_str(" \n "),
            Event::MendUrl(at) => self.stories[at % count].url = format!("https://s.example/mended/{next}"),
        }
    }

    fn edition(&self) -> Edition {
        Desk::edition(&format!("Edition {}", self.title), &self.stories)
    }
}

/// What a subscriber sees of an edition: its title, and its items in order with what each says.
type Seen = (String, Vec<(Uuid, u64)>);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn ids_are_for_ever_and_dates_move_with_what_is_shown(events in prop::collection::vec(event(), 1..25)) {
        let mut desk = Desk::new();
        let stories: Vec<Story> = (1..5).map(story).collect();
        let mut written =
            Written { stories, taken_out: Vec::new(), path: 0, title: 0, next: 100, is_deleted: false };
        let mut names: HashMap<Uuid, u32> = HashMap::new();
        let mut of_name: BTreeMap<u32, Uuid> = BTreeMap::new();
        let mut shown: Option<(Seen, DateTime<Utc>)> = None;
        let mut items_shown: HashMap<Uuid, (u64, DateTime<Utc>)> = HashMap::new();
        desk.place("0.md", &written.edition());
        for event in std::iter::once(None).chain(events.iter().map(Some)) {
            if let Some(event) = event {
                written.apply(event);
                if written.is_deleted {
                    let id = desk.only_edition().id;
                    desk.leave(id);
                    continue;
                }
                desk.place(&format!("{}.md", written.path), &written.edition());
            }
            let edition = desk.only_edition();
            let live = desk.live(edition.id);
            prop_assert_eq!(live.len(), written.stories.len());
            for (item, story) in live.iter().zip(&written.stories) {
                let name = *names.entry(item.id).or_insert(story.name);
                prop_assert_eq!(name, story.name, "an id serves one story: {:?}", event);
                let id = *of_name.entry(story.name).or_insert(item.id);
                prop_assert_eq!(id, item.id, "a story keeps its id: {:?}", event);
                let (content, updated) = *items_shown.get(&item.id).unwrap_or(&(item.content_hash, item.updated));
                prop_assert_eq!(content == item.content_hash, updated == item.updated, "{:?}", event);
                items_shown.insert(item.id, (item.content_hash, item.updated));
            }
            let seen = (edition.title.clone(), live.iter().map(|item| (item.id, item.content_hash)).collect());
            if let Some((before, updated)) = &shown {
                prop_assert_eq!(*before == seen, *updated == edition.updated, "{:?}", event);
            }
            shown = Some((seen, edition.updated));
            let seconds: BTreeSet<_> = live.iter().map(|item| item.updated).collect();
            prop_assert_eq!(seconds.len(), live.len(), "no two items changed at one second");
        }
    }
}
