//! Which edition a post is, which of its items are which, and what they become.

use super::editions::header_hash;
use super::names::Seed;
use super::question::{Question, Signs};
use super::recognise::{Sought, find_edition, find_headless, find_original, match_items};
use super::scope::{EditionState, ItemCount, ItemState, Scope};
use super::showing::{Showing, is_shown};
use super::stories::{About, goes_on, story_of};
use crate::model::{Edition, Item, KnownEdition, KnownItem, LinkKey, Presence, Sketch, Verdict, file_of, slug_of};
use chrono::{DateTime, Duration, Utc};
use std::collections::HashSet;
use uuid::Uuid;

/// How many stored editions are looked at that have a sign of a post.
pub const MOST_ALIKE: usize = 20;

/// A post that could be read.
#[derive(Debug, Clone, Copy)]
pub struct PostAsRead<'a> {
    /// Name of its input.
    pub input: &'a str,
    /// Row of its input.
    pub row: i64,
    /// Its file.
    pub path: &'a str,
    /// As it is written.
    pub text: &'a str,
    /// As it was read.
    pub edition: &'a Edition,
}

/// What became of a written item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is seen for the first time, or again.
    New,
    /// What it shows is not as it was.
    Revised,
    /// As before.
    Same,
}

/// What a post became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its edition.
    pub edition: Uuid,
    /// Whether there is something to tell: it is new, was lost with the store, or something of it changed.
    pub is_news: bool,
    /// Per written item.
    pub items: Vec<Change>,
    /// Titles of those that left.
    pub removed: Vec<String>,
    /// Files of other live editions of the input that bear its number, in order.
    pub same_number: Vec<String>,
}

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostOutcome {
    /// It is an edition.
    Placed(Placed),
    /// It is another version of the post in this file, which is still there.
    VersionOf(String),
    /// An item of it lost its heading: nothing changes.
    Headless {
        /// The item's title.
        title: String,
        /// Where the title stands.
        line: u32,
    },
}

/// Asks for what has to be known before posts are placed.
pub fn ask_for_posts(question: &mut Question, post: &PostAsRead<'_>, now: DateTime<Utc>) {
    let PostAsRead { input, row, path, edition, .. } = *post;
    question.posts.push((row, Signs::of(path, edition)));
    question.numbers.extend(edition.number);
    question.slugs.extend([slug_wish(edition, None), slug_wish(edition, Some(input))]);
    question.want(Seed::edition(input, path, edition));
    for item in &edition.items {
        question.want(Seed::item(input, path, edition, item));
        question.stories.extend(item.sources.first().and_then(|source| story_of(&source.url)));
    }
    question.dates_from(first_second(edition).min(now));
}

/// The path that an edition's page would like: its number, behind its input's name where another input uses the number too,
/// or its date.
fn slug_wish(edition: &Edition, input: Option<&str>) -> String {
    match (edition.number, input) {
        (Some(number), Some(input)) => format!("{}-{number}", slug_of(input)),
        (Some(number), None) => number.to_string(),
        (None, _) => edition.date.format("%Y-%m-%d").to_string(),
    }
}

/// The date of an edition's last item.
fn first_second(edition: &Edition) -> DateTime<Utc> {
    let items = i64::try_from(edition.items.len()).unwrap_or(i64::MAX);
    edition.date.with_timezone(&Utc) - Duration::seconds(items.min(1 << 20))
}

/// Places a post. `holds` tells whether the file of a stored edition is there and holds no other one by now.
pub fn place_post(
    scope: &mut Scope,
    post: PostAsRead<'_>,
    holds: impl Fn(&KnownEdition) -> bool,
    showing: Showing,
    now: DateTime<Utc>,
) -> PostOutcome {
    let alike = alike(scope, &post);
    let sought = if alike.is_empty() { Vec::new() } else { Sought::all(post.edition) };
    let found = find_edition(&alike, post.path, post.edition, &sought, &holds);
    if let Some(outcome) = refusal(&alike, found, (&post, &sought), &holds) {
        return outcome;
    }
    let known = found.and_then(|index| alike.get(index));
    let mut placing = Placing { post, showing, now, dates: HashSet::new(), given: HashSet::new() };
    let state = match known.and_then(|known| scope.edition(known.id)).cloned() {
        Some(state) => moved_in_time(scope, state, post.edition),
        None => placing.new_edition(scope),
    };
    placing.place(scope, state, known.is_none())
}

/// The editions of a post's input that have one of its signs, those that are live first.
fn alike(scope: &Scope, post: &PostAsRead<'_>) -> Vec<KnownEdition> {
    let PostAsRead { path, edition, row, .. } = *post;
    let is_alike = |known: &KnownEdition| {
        file_of(&known.path) == file_of(path)
            || known.title == edition.title
            || (known.permalink.is_some() && known.permalink == edition.permalink)
            || (known.number.is_some() && known.number == edition.number)
    };
    // Many posts may be of one day: those with nothing else in common come last.
    let is_dated = |known: &KnownEdition| known.date == edition.date;
    let mut alike: Vec<&EditionState> = scope
        .editions()
        .filter(|state| state.input == row && !state.is_day && (is_alike(&state.known) || is_dated(&state.known)))
        .collect();
    let rank = |presence| match presence {
        Presence::Live => 0,
        Presence::Left => 1,
        Presence::Lost => 2,
    };
    alike.sort_by_key(|state| {
        let known = &state.known;
        (!is_alike(known), rank(known.presence), known.published, known.id)
    });
    alike.truncate(MOST_ALIKE);
    let with_items = |state: &EditionState| {
        let items = scope.items_of(state.known.id).into_iter().map(|item| item.known.clone()).collect();
        KnownEdition { items, ..state.known.clone() }
    };
    alike.into_iter().map(with_items).collect()
}

/// Why a post must not be placed, where it must not. `found` is the stored edition that it is.
fn refusal(
    alike: &[KnownEdition],
    found: Option<usize>,
    (post, sought): (&PostAsRead<'_>, &[Sought<'_>]),
    holds: impl Fn(&KnownEdition) -> bool,
) -> Option<PostOutcome> {
    let Some(known) = found.and_then(|index| alike.get(index)) else {
        let original = find_original(alike, post.path, post.edition, sought, holds)?;
        return Some(PostOutcome::VersionOf(alike.get(original)?.path.clone()));
    };
    let (headless, line) = find_headless(&known.items, sought, &body(post.text))?;
    Some(PostOutcome::Headless { title: headless.title.clone(), line: u32::try_from(line).unwrap_or(u32::MAX) })
}

/// The lines of a post behind its front matter, counted from 1.
fn body(text: &str) -> Vec<(usize, &str)> {
    let front = text.lines().skip(1).position(|line| matches!(line.trim_end(), "---" | "..."));
    (1..).zip(text.lines()).skip(front.map_or(0, |lines| lines + 2)).collect()
}

/// A corrected date moves the edition's items with it.
fn moved_in_time(scope: &mut Scope, mut state: EditionState, edition: &Edition) -> EditionState {
    let by = edition.date.signed_duration_since(state.known.date);
    if by != Duration::zero() {
        state.known.published += by;
        for mut item in scope.items_of(state.known.id).into_iter().cloned().collect::<Vec<_>>() {
            item.known.published += by;
            scope.put_item(item);
        }
    }
    state
}

/// A post being placed.
struct Placing<'a> {
    post: PostAsRead<'a>,
    showing: Showing,
    now: DateTime<Utc>,
    /// Dates that items of its edition bear.
    dates: HashSet<DateTime<Utc>>,
    /// Items of feeds that go on here.
    given: HashSet<Uuid>,
}

impl Placing<'_> {
    fn new_edition(&self, scope: &mut Scope) -> EditionState {
        let PostAsRead { input, row, path, edition, .. } = self.post;
        let id = scope.names.id(&Seed::edition(input, path, edition));
        let elsewhere = edition.number.is_some_and(|number| scope.numbered(number).any(|other| other.input != row));
        let wish = slug_wish(edition, elsewhere.then_some(input));
        let slug = scope.names.slug(&wish, id);
        let published = edition.date.with_timezone(&Utc);
        let known = KnownEdition {
            id,
            input: input.to_owned(),
            slug,
            path: path.to_owned(),
            permalink: None,
            number: None,
            title: String::new(),
            date: edition.date,
            header_hash: 0,
            published,
            updated: scope.edition_second_from(published),
            presence: Presence::Live,
            shows: None,
            showed: None,
            items: Vec::new(),
        };
        EditionState { input: row, known, written: None, is_day: false, is_listed: true, items: ItemCount::default() }
    }

    fn place(&mut self, scope: &mut Scope, mut state: EditionState, is_new: bool) -> PostOutcome {
        let PostAsRead { path, edition, row, .. } = self.post;
        let id = state.known.id;
        let was_lost = state.known.presence == Presence::Lost;
        let (changes, removed) = self.items(scope, id);
        let header = header_hash(edition);
        let is_revised = state.known.header_hash != header
            || !removed.is_empty()
            || changes.iter().any(|change| *change != Change::Same);
        let known = &mut state.known;
        known.header_hash = header;
        path.clone_into(&mut known.path);
        known.permalink.clone_from(&edition.permalink);
        known.number = edition.number;
        known.title.clone_from(&edition.title);
        known.date = edition.date;
        known.presence = Presence::Live;
        state.written = Some(Edition { items: Vec::new(), ..edition.clone() });
        if scope.edition(id) != Some(&state) {
            scope.put_edition(state);
        }
        let numbered = edition.number.into_iter().flat_map(|number| scope.numbered(number));
        let others = numbered.filter(|other| other.input == row && other.is_live && other.edition != id);
        let mut same_number: Vec<String> = others.map(|other| other.path.clone()).collect();
        same_number.sort_unstable();
        let is_news = is_new || was_lost || is_revised;
        PostOutcome::Placed(Placed { edition: id, is_news, items: changes, removed, same_number })
    }

    /// Gives every written item its identity; stored ones that are not written any more leave.
    fn items(&mut self, scope: &mut Scope, edition: Uuid) -> (Vec<Change>, Vec<String>) {
        let stored: Vec<ItemState> = scope.items_of(edition).into_iter().cloned().collect();
        let known: Vec<KnownItem> = stored.iter().map(|item| item.known.clone()).collect();
        let sought = if known.is_empty() { Vec::new() } else { Sought::all(self.post.edition) };
        let mut matches = match_items(&known, &sought);
        matches.resize(self.post.edition.items.len(), None);
        let kept: HashSet<usize> = matches.iter().flatten().copied().collect();
        self.dates = known.iter().map(|item| item.published).collect();
        let mut changes = Vec::with_capacity(matches.len());
        for (position, (item, found)) in (0_u32..).zip(self.post.edition.items.iter().zip(&matches)) {
            let (identity, change) = match found.and_then(|index| stored.get(index)) {
                Some(before) => self.seen_before(scope, before, item, position),
                None => self.new_item(scope, item, position),
            };
            self.dates.insert(identity.published);
            changes.push(change);
            scope.put_item(ItemState { edition, by_feed: false, known: identity, written: Some(item.clone()) });
        }
        let mut removed = Vec::new();
        for (_, item) in stored.into_iter().enumerate().filter(|(index, _)| !kept.contains(index)) {
            // Also one that was published when the store was lost.
            if item.known.presence != Presence::Left {
                removed.push(item.known.title.clone());
            }
            scope.put_item(gone(item));
        }
        (changes, removed)
    }

    fn seen_before(&self, scope: &mut Scope, before: &ItemState, item: &Item, position: u32) -> (KnownItem, Change) {
        let KnownItem { id, ref short_id, published, updated, first_seen, shown, presence, .. } = before.known;
        let is_revised = before.known.content_hash != item.content_hash;
        let updated = if is_revised { scope.item_second(self.now) } else { updated };
        let change = match (is_revised, presence) {
            (_, Presence::Left) => Change::New,
            (true, _) => Change::Revised,
            (false, _) => Change::Same,
        };
        let identity = describe(item, position, id, short_id.clone());
        (KnownItem { published, updated, first_seen, shown, ..identity }, change)
    }

    fn new_item(&mut self, scope: &mut Scope, item: &Item, position: u32) -> (KnownItem, Change) {
        let PostAsRead { input, path, edition, .. } = self.post;
        if let Some(before) = self.had_by_a_feed(scope, item) {
            let updated = scope.item_second(self.now);
            let KnownItem { published, first_seen, shown, .. } = before;
            let known = describe(item, position, before.id, before.short_id);
            return (KnownItem { published, updated, first_seen, shown, ..known }, Change::New);
        }
        let mut published = edition.date.with_timezone(&Utc) - Duration::seconds(i64::from(position));
        while self.dates.contains(&published) {
            published -= Duration::seconds(1);
        }
        let (id, short_id) = scope.names.item(&Seed::item(input, path, edition, item));
        let updated = scope.item_second_from(published);
        let known = describe(item, position, id, short_id);
        // What is known of the source is asked for at the end of the cycle, once it is checked.
        let source = known.source.as_ref().map(|_| Verdict::Unchecked);
        let shown = is_shown(self.showing, source, false, self.now, self.now);
        (KnownItem { published, updated, first_seen: self.now, shown, ..known }, Change::New)
    }

    /// The item that a feed had of the same story, not long before or after: it goes on as this one.
    fn had_by_a_feed(&mut self, scope: &mut Scope, item: &Item) -> Option<KnownItem> {
        let story = item.sources.first().and_then(|source| story_of(&source.url))?;
        let about = scope.about(&story).into_iter().map(About::of).filter(|about| !self.given.contains(&about.item));
        let id = goes_on(&about.collect::<Vec<_>>(), self.post.edition.date.with_timezone(&Utc))?;
        let known = scope.item(id)?.known.clone();
        self.given.insert(id);
        // From now on those who carried it hold what they say: its words are the editor's.
        scope.keep_said(id);
        Some(known)
    }
}

fn describe(item: &Item, position: u32, id: Uuid, short_id: String) -> KnownItem {
    KnownItem {
        id,
        short_id,
        title: item.title.clone(),
        source: item.sources.first().and_then(|source| LinkKey::of(&source.url)).map(|key| key.to_string()),
        story: item.sources.first().and_then(|source| story_of(&source.url)),
        sketch: Sketch::of(&item.text),
        content_hash: item.content_hash,
        position,
        published: DateTime::UNIX_EPOCH,
        updated: DateTime::UNIX_EPOCH,
        presence: Presence::Live,
        first_seen: DateTime::UNIX_EPOCH,
        shown: true,
    }
}

/// An item that left.
fn gone(mut item: ItemState) -> ItemState {
    item.known.presence = Presence::Left;
    item.written = None;
    item
}

/// Lets an edition leave with its items. Tells its title and how many of its items were live.
pub fn leave(scope: &mut Scope, edition: Uuid) -> Option<(String, usize)> {
    let mut state = scope.edition(edition)?.clone();
    let items: Vec<ItemState> = scope.items_of(edition).into_iter().cloned().collect();
    let live = items.iter().filter(|item| item.known.presence == Presence::Live).count();
    for item in items {
        scope.put_item(gone(item));
    }
    let title = state.known.title.clone();
    state.known.presence = Presence::Left;
    state.written = None;
    scope.put_edition(state);
    Some((title, live))
}

#[cfg(test)]
#[path = "tests/posts.rs"]
mod tests;
