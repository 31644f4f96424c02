//! Items that entries of feeds carry: what is made of an item at first sight, and what becomes of it when those who carry
//! it change. A feed's item says what its first carrier does, and leaves with its last one.

use super::days::{FeedRules, ask_for_day, day_of};
use super::names::Seed;
use super::question::Question;
use super::scope::{EntryState, ItemState, Says, Scope};
use super::showing::is_shown;
use super::stories::{About, link_key};
use crate::model::{Item, KnownItem, LinkKey, Presence, Sketch, Verdict, compare_key, tag_key};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A story that is to be an item.
#[derive(Debug, Clone)]
pub(super) struct NewStory<'a> {
    /// Name of the input.
    pub(super) input: &'a str,
    /// What it is compared by, where that names one story.
    pub(super) story: Option<String>,
    /// What is shown.
    pub(super) item: &'a Item,
    /// When it was published.
    pub(super) published: DateTime<Utc>,
}

impl NewStory<'_> {
    /// What its id is made of.
    pub(super) fn seed(&self) -> Seed {
        let day = self.published.format("%Y-%m-%d").to_string();
        Seed::story(self.input, &day, self.story.as_deref().unwrap_or(&self.item.title))
    }
}

/// What an item is compared by: where its link leads, else `own`, its link where that names one story.
pub(super) fn story_in(scope: &Scope, item: &Item, own: Option<&str>) -> Option<String> {
    let led = link_of(item).and_then(|link| scope.leads.get(&link));
    led.cloned().or_else(|| own.map(str::to_owned))
}

/// The key under which is remembered where an item's link leads.
pub(super) fn link_of(item: &Item) -> Option<String> {
    item.sources.first().and_then(|source| link_key(&source.url))
}

/// The items that are about a story, for deciding.
pub(super) fn about(scope: &Scope, story: &str) -> Vec<About> {
    scope.about(story).into_iter().map(About::of).collect()
}

/// Asks for what has to be known before an item that may be joined is brought up to date: where the links lead of those who
/// carry it, and its day if it comes back.
pub(super) fn ask_for_item(question: &mut Question, scope: &Scope, rules: &FeedRules, item: &ItemState) {
    question.links.extend(item.written.as_ref().and_then(link_of));
    let carriers = scope.carriers(item.known.id);
    question.links.extend(carriers.iter().filter_map(|entry| link_of(scope.said(entry)?)));
    if item.known.presence != Presence::Live {
        ask_for_day(question, rules, item.known.published);
    }
}

/// Makes an item of a story that is seen for the first time.
pub(super) fn found(scope: &mut Scope, rules: &FeedRules, found: NewStory<'_>, now: DateTime<Utc>) -> Uuid {
    let (id, short_id) = scope.names.item(&found.seed());
    let (published, updated) = dated(scope, found.published, now);
    let (edition, position) = day_of(scope, rules, published, now);
    // What is known of the source is asked for at the end of the cycle, once it is checked.
    let source = found.item.sources.first().map(|_| Verdict::Unchecked);
    let shown = is_shown(rules.showing, source, false, now, now);
    let known = describe(found.item, found.story, id, short_id);
    let known = KnownItem { position, published, updated, first_seen: now, shown, ..known };
    scope.put_item(ItemState { edition, by_feed: true, known, written: Some(found.item.clone()) });
    id
}

/// Dates a new item: `updated` is free, not before `published` and not after `now`. Where so much happened that nothing is
/// free in between, both are moved back.
fn dated(scope: &mut Scope, published: DateTime<Utc>, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let free = scope.item_seconds.take_from(published.timestamp(), now.timestamp());
    if let Some(updated) = free.and_then(|second| DateTime::from_timestamp(second, 0)) {
        return (published, updated);
    }
    let both = scope.item_second(published);
    (both, both)
}

/// Brings an item up to date with the entries that carry it. `same_options`: what reads otherwise was written otherwise.
/// An item that was lost waits for what its founder says, until it is settled.
pub(super) fn refresh(scope: &mut Scope, rules: &FeedRules, id: Uuid, same_options: bool, now: DateTime<Utc>) {
    refresh_by(scope, rules, id, (0, same_options), now);
}

/// The same, by the words of the first carrier that is known to say something.
pub(super) fn refresh_by_any(scope: &mut Scope, rules: &FeedRules, id: Uuid, now: DateTime<Utc>) {
    let silent = scope.carriers(id).into_iter().take_while(|entry| scope.said(entry).is_none()).count();
    refresh_by(scope, rules, id, (silent, true), now);
}

fn refresh_by(
    scope: &mut Scope,
    rules: &FeedRules,
    id: Uuid,
    (carrier, same_options): (usize, bool),
    now: DateTime<Utc>,
) {
    let Some(state) = scope.item(id).filter(|item| item.by_feed).cloned() else { return };
    let carriers = scope.carriers(id);
    // Where nobody says anything, the first one counts.
    let first = carriers.get(carrier).or(carriers.first());
    let first = first.map(|entry| (entry.story.clone(), scope.said(entry).cloned()));
    let Some((own, words)) = first else {
        let presence = match state.known.presence {
            Presence::Live => Presence::Left,
            absent => absent,
        };
        let known = KnownItem { presence, ..state.known };
        scope.put_item(ItemState { known, written: None, ..state });
        return;
    };
    let Some(words) = words else {
        scope.look_again(id);
        return;
    };
    let story = story_in(scope, &words, own.as_deref());
    let KnownItem { mut position, published, mut updated, first_seen, shown, presence, content_hash, .. } = state.known;
    let mut edition = state.edition;
    let is_edited = content_hash != words.content_hash
        || state.written.is_some_and(|before| shows_otherwise(&before, &words, same_options));
    if is_edited {
        updated = scope.item_second(now);
    }
    if presence != Presence::Live {
        (edition, position) = day_of(scope, rules, published, now);
    }
    let known = describe(&words, story, id, state.known.short_id);
    let known = KnownItem { position, published, updated, first_seen, shown, ..known };
    scope.put_item(ItemState { edition, by_feed: true, known, written: Some(words) });
}

/// Whether a feed's words show something else beside title and text: another link, picture, file, author or tag. What the feed
/// is called is shown with those who carry the story. Files, languages and the links of entries without any were not always
/// read: that they are now is no edit.
fn shows_otherwise(before: &Item, now: &Item, same_options: bool) -> bool {
    let link = |item: &Item| item.sources.first().and_then(|source| compare_key(&source.url));
    let tags = |item: &Item| item.tags.iter().map(|tag| tag_key(tag)).collect::<BTreeSet<_>>();
    let files = |item: &Item| item.attachments.iter().map(|file| compare_key(&file.url)).collect::<BTreeSet<_>>();
    let was_read = |before: bool| same_options || before;
    (was_read(link(before).is_some()) && link(before) != link(now))
        || before.images != now.images
        || before.author != now.author
        || (same_options && (tags(before) != tags(now) || files(before) != files(now)))
}

/// The identity of a feed's item, as its words are now.
pub(super) fn describe(item: &Item, story: Option<String>, id: Uuid, short_id: String) -> KnownItem {
    KnownItem {
        id,
        short_id,
        title: item.title.clone(),
        source: item.sources.first().and_then(|source| LinkKey::of(&source.url)).map(|key| key.to_string()),
        story,
        // A feed's item is recognised by its entries, and by its story when the store was lost.
        sketch: Sketch::default(),
        content_hash: item.content_hash,
        position: 0,
        published: DateTime::UNIX_EPOCH,
        updated: DateTime::UNIX_EPOCH,
        presence: Presence::Live,
        first_seen: DateTime::UNIX_EPOCH,
        shown: true,
    }
}

/// Lets everything that carries one item carry another, behind what carries that already.
pub(super) fn carry_instead(scope: &mut Scope, from: Uuid, to: Uuid) {
    scope.keep_said(from);
    let behind = scope.carriers(to).iter().map(|entry| entry.place).max().unwrap_or(0) + 1;
    for entry in scope.carriers(from).into_iter().cloned().collect::<Vec<EntryState>>() {
        let place = entry.place + behind;
        scope.put_entry(EntryState { item: Some(to), place, ..entry });
    }
}

/// Lets an entry carry an item at a place. What it says it holds itself, unless it founds the item.
pub(super) fn carry(scope: &mut Scope, entry: EntryState, item: Uuid, place: i64) {
    let says = match (place, entry.says) {
        (0, Says::This(_)) => Says::AsItem,
        (_, says) => says,
    };
    scope.put_entry(EntryState { item: Some(item), place, says, ..entry });
}
