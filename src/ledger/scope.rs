//! What is known of everything that a question touches. The functions of the ledger change it; what differs afterwards are
//! the [`Changes`](super::Changes).

use super::names::Names;
use super::question::Question;
use super::seconds::Seconds;
use crate::model::{Edition, Item, KnownEdition, KnownItem, Presence};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// An item as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemState {
    /// Its edition.
    pub edition: Uuid,
    /// Whether its words are a feed's, not an editor's: its edition is a day's.
    pub by_feed: bool,
    /// Its identity.
    pub known: KnownItem,
    /// What was written of it, where it is live.
    pub written: Option<Item>,
}

/// An edition as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct EditionState {
    /// Row of its input.
    pub input: i64,
    /// Its identity, without its items: they stand beside it in the scope.
    pub known: KnownEdition,
    /// What was written of it, without its items; `None` where it is not live.
    pub written: Option<Edition>,
    /// Whether it is a day's, made of what feeds brought; only those of its items are in the scope that were asked for.
    pub is_day: bool,
    /// Whether it stands in the list of editions; a day's does when its day has ended.
    pub is_listed: bool,
    /// Of a day: how many items it has.
    pub items: ItemCount,
}

/// How many items of a day are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ItemCount {
    /// Those that are live.
    pub live: i64,
    /// Those of them that are shown.
    pub shown: i64,
}

/// What an entry of a feed says.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// What the item says that it founded.
    AsItem,
    /// It was not asked for.
    Unasked,
    /// This.
    This(Box<Item>),
}

/// An entry of a feed as it was read last.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryState {
    /// Its row; a number below 0 where it has none yet.
    pub row: i64,
    /// Row of its input.
    pub input: i64,
    /// What tells it from the others of its feed.
    pub key: String,
    /// What its link is compared by.
    pub link: Option<String>,
    /// The link, where it names one story.
    pub story: Option<String>,
    /// Its title.
    pub title: String,
    /// Hash of title and content.
    pub content_hash: u64,
    /// Hash of all that is taken over.
    pub hash: u64,
    /// When it was published, at latest when it was first seen.
    pub published: DateTime<Utc>,
    /// The item that shows it; `None` where too many came at once.
    pub item: Option<Uuid>,
    /// Order among those who carry the item; the first one's words are shown.
    pub place: i64,
    /// Since when it is no longer in its document.
    pub left_at: Option<DateTime<Utc>>,
    /// What it says.
    pub says: Says,
}

/// An edition that bears a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// The number.
    pub number: u32,
    /// Row of its input.
    pub input: i64,
    /// The edition.
    pub edition: Uuid,
    /// Its file.
    pub path: String,
    /// Whether it is published.
    pub is_live: bool,
}

/// What is known, and what stood before it was changed.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Whether there is, or was, a feed at all.
    pub has_feeds: bool,
    /// Configured paths of tags, by name.
    pub tag_slugs: Arc<BTreeMap<String, String>>,
    /// Names that are taken.
    pub names: Names,
    /// Seconds at which items changed.
    pub item_seconds: Seconds,
    /// Seconds at which editions changed.
    pub edition_seconds: Seconds,
    /// From when on the seconds are known.
    pub seconds_from: Option<i64>,
    /// Editions whose `updated` moved in this cycle and needs not move again, with what it was before.
    pub dated: BTreeMap<Uuid, DateTime<Utc>>,
    /// Where links lead that lead elsewhere, by [`crate::model::LinkKey`].
    pub leads: HashMap<String, String>,
    editions: BTreeMap<Uuid, EditionState>,
    items: BTreeMap<Uuid, ItemState>,
    entries: BTreeMap<i64, EntryState>,
    numbers: Vec<Numbered>,
    by_day: HashMap<String, Uuid>,
    by_edition: HashMap<Uuid, BTreeSet<Uuid>>,
    by_story: HashMap<String, BTreeSet<Uuid>>,
    by_item: HashMap<Uuid, BTreeSet<i64>>,
    /// Items of which is to be looked once more whether they are one story with others.
    pub(super) look_again: BTreeSet<Uuid>,
    /// Items to be saved though nothing of them is known to have changed: somebody who carried them is gone.
    pub(super) stirred: BTreeSet<Uuid>,
    /// What was asked until now.
    asked: Question,
    pub(super) before: Before,
}

/// What stood before it was changed; `None`: nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Before {
    pub(super) editions: BTreeMap<Uuid, Option<EditionState>>,
    pub(super) items: BTreeMap<Uuid, Option<ItemState>>,
    pub(super) entries: BTreeMap<i64, Option<EntryState>>,
}

impl Scope {
    /// Nothing is known yet.
    pub fn new(tag_slugs: &BTreeMap<String, String>) -> Self {
        Self { tag_slugs: Arc::new(tag_slugs.clone()), ..Self::default() }
    }

    /// The scope for what comes next in the same cycle, where nothing is known yet but the seconds that are given out.
    #[must_use]
    pub fn anew(&mut self) -> Self {
        Self {
            has_feeds: self.has_feeds,
            tag_slugs: Arc::clone(&self.tag_slugs),
            item_seconds: std::mem::take(&mut self.item_seconds),
            edition_seconds: std::mem::take(&mut self.edition_seconds),
            seconds_from: self.seconds_from,
            dated: std::mem::take(&mut self.dated),
            ..Self::default()
        }
    }
}

impl Scope {
    /// Forgets which seconds are given out: others may have given out some since.
    pub fn forget_seconds(&mut self) {
        self.item_seconds = Seconds::default();
        self.edition_seconds = Seconds::default();
        self.seconds_from = None;
    }
}

/// Loading: what is put in this way counts as known.
impl Scope {
    /// What of a question was not asked before; `None` where everything is known. It counts as asked from now on.
    pub fn open(&mut self, question: &Question) -> Option<Question> {
        let open = question.beyond(&self.asked);
        self.asked.add(&open);
        (!open.is_empty()).then_some(open)
    }

    /// Whether everything that a question asks was asked.
    pub fn has_asked(&self, question: &Question) -> bool {
        question.beyond(&self.asked).is_empty()
    }

    /// An edition that is known.
    pub fn know_edition(&mut self, state: EditionState) {
        self.index_edition(&state);
        self.editions.insert(state.known.id, state);
    }

    /// An item that is known.
    pub fn know_item(&mut self, state: ItemState) {
        self.index_item(&state);
        self.items.insert(state.known.id, state);
    }

    /// An entry that is known.
    pub fn know_entry(&mut self, entry: EntryState) {
        self.index_entry(&entry);
        self.entries.insert(entry.row, entry);
    }

    /// An edition that bears a number.
    pub fn know_number(&mut self, numbered: Numbered) {
        self.numbers.push(numbered);
    }

    fn index_edition(&mut self, state: &EditionState) {
        if state.is_day {
            self.by_day.insert(state.known.path.clone(), state.known.id);
        }
    }

    fn index_item(&mut self, state: &ItemState) {
        self.by_edition.entry(state.edition).or_default().insert(state.known.id);
        if let Some(story) = &state.known.story {
            self.by_story.entry(story.clone()).or_default().insert(state.known.id);
        }
    }

    fn index_entry(&mut self, entry: &EntryState) {
        let Some(item) = entry.item else { return };
        self.by_item.entry(item).or_default().insert(entry.row);
        if let Some(story) = &entry.story {
            self.by_story.entry(story.clone()).or_default().insert(item);
        }
    }
}

/// What is known.
impl Scope {
    /// An edition.
    pub fn edition(&self, id: Uuid) -> Option<&EditionState> {
        self.editions.get(&id)
    }

    /// Every edition.
    pub fn editions(&self) -> impl Iterator<Item = &EditionState> {
        self.editions.values()
    }

    /// The edition of a day (YYYY-MM-DD).
    pub fn day(&self, day: &str) -> Option<&EditionState> {
        self.editions.get(self.by_day.get(day)?)
    }

    /// Every item.
    pub fn items(&self) -> impl Iterator<Item = &ItemState> {
        self.items.values()
    }

    /// An item.
    pub fn item(&self, id: Uuid) -> Option<&ItemState> {
        self.items.get(&id)
    }

    /// The items of an edition in its order, those that left included.
    pub fn items_of(&self, edition: Uuid) -> Vec<&ItemState> {
        let ids = self.by_edition.get(&edition).into_iter().flatten();
        let mut items: Vec<&ItemState> =
            ids.filter_map(|id| self.items.get(id)).filter(|item| item.edition == edition).collect();
        items.sort_by_key(|item| (item.known.position, item.known.id));
        items
    }

    /// The items of an edition as they stood before anything changed, in its order.
    pub(super) fn items_before(&self, edition: Uuid) -> Vec<&ItemState> {
        let unchanged =
            self.items_of(edition).into_iter().filter(|item| !self.before.items.contains_key(&item.known.id));
        let changed = self.before.items.values().flatten().filter(|item| item.edition == edition);
        let mut items: Vec<&ItemState> = unchanged.chain(changed).collect();
        items.sort_by_key(|item| (item.known.position, item.known.id));
        items
    }

    /// An entry.
    pub fn entry(&self, row: i64) -> Option<&EntryState> {
        self.entries.get(&row)
    }

    /// Every entry.
    pub fn entries(&self) -> impl Iterator<Item = &EntryState> {
        self.entries.values()
    }

    /// The entries that carry an item, in order.
    pub fn carriers(&self, item: Uuid) -> Vec<&EntryState> {
        let rows = self.by_item.get(&item).into_iter().flatten();
        let mut carriers: Vec<&EntryState> =
            rows.filter_map(|row| self.entries.get(row)).filter(|entry| entry.item == Some(item)).collect();
        // New ones have rows below 0, the first one nearest to it, and come behind those that are known.
        carriers.sort_by_key(|entry| (entry.place, entry.row < 0, entry.row.abs()));
        carriers
    }

    /// What an entry says.
    pub fn said<'a>(&'a self, entry: &'a EntryState) -> Option<&'a Item> {
        match &entry.says {
            Says::This(item) => Some(item),
            Says::AsItem => self.items.get(&entry.item?)?.written.as_ref(),
            Says::Unasked => None,
        }
    }

    /// What those say who carry an item beside the first `skip` of them.
    pub fn carried(&self, item: Uuid, skip: usize) -> Vec<Item> {
        self.carriers(item).into_iter().skip(skip).filter_map(|entry| self.said(entry)).cloned().collect()
    }

    /// The items that are about a story, by their own link or by that of somebody who carries them.
    pub fn about(&self, story: &str) -> Vec<&ItemState> {
        let ids = self.by_story.get(story).into_iter().flatten();
        let items = ids.filter_map(|id| self.items.get(id));
        let is_about = |item: &&ItemState| {
            item.known.story.as_deref() == Some(story)
                || self.carriers(item.known.id).iter().any(|entry| entry.story.as_deref() == Some(story))
        };
        items.filter(is_about).collect()
    }

    /// The editions that bear a number.
    pub fn numbered(&self, number: u32) -> impl Iterator<Item = &Numbered> {
        self.numbers.iter().filter(move |numbered| numbered.number == number)
    }
}

/// Changing what is known.
impl Scope {
    /// An edition as it is to stand.
    pub fn put_edition(&mut self, state: EditionState) {
        let id = state.known.id;
        let known = &state.known;
        self.numbers.retain(|numbered| numbered.edition != id);
        self.numbers.extend(known.number.map(|number| Numbered {
            number,
            input: state.input,
            edition: id,
            path: known.path.clone(),
            is_live: known.presence == Presence::Live,
        }));
        self.index_edition(&state);
        let before = self.editions.insert(id, state);
        self.before.editions.entry(id).or_insert(before);
    }

    /// An item as it is to stand.
    pub fn put_item(&mut self, state: ItemState) {
        let id = state.known.id;
        if self.items.get(&id) == Some(&state) {
            return;
        }
        self.index_item(&state);
        let before = self.items.insert(id, state);
        self.before.items.entry(id).or_insert(before);
    }

    /// An entry as it is to stand.
    pub fn put_entry(&mut self, entry: EntryState) {
        let row = entry.row;
        if self.entries.get(&row) == Some(&entry) {
            return;
        }
        self.index_entry(&entry);
        let before = self.entries.insert(row, entry);
        self.before.entries.entry(row).or_insert(before);
    }

    /// Everything that changed was remembered: from now on it is what is known.
    #[cfg(test)]
    pub(super) fn published(&mut self) {
        self.before = Before::default();
        self.dated.clear();
    }

    /// Lets somebody look once more whether an item is one story with others.
    pub fn look_again(&mut self, item: Uuid) {
        self.look_again.insert(item);
    }

    /// Lets an item be saved as it is with those who carry it: one of them may be gone.
    pub fn stir(&mut self, item: Uuid) {
        self.stirred.insert(item);
    }

    /// The row under which an entry stands that has none yet.
    pub fn next_row(&self) -> i64 {
        self.entries.keys().next().map_or(-1, |first| (*first).min(0) - 1)
    }

    /// Lets the entries that carry an item hold what they say, for its words are about to be somebody else's.
    pub fn keep_said(&mut self, item: Uuid) {
        let says = |entry: &EntryState| Some((entry.row, self.said(entry)?.clone()));
        let founders = self.carriers(item).into_iter().filter(|entry| entry.says == Says::AsItem);
        for (row, said) in founders.filter_map(says).collect::<Vec<_>>() {
            if let Some(entry) = self.entries.get(&row).cloned() {
                self.put_entry(EntryState { says: Says::This(Box::new(said)), ..entry });
            }
        }
    }

    /// The next free second up to an instant at which no item changed.
    pub fn item_second(&mut self, at: DateTime<Utc>) -> DateTime<Utc> {
        instant(self.item_seconds.take_up_to(at.timestamp()), at)
    }

    /// The same for editions.
    pub fn edition_second(&mut self, at: DateTime<Utc>) -> DateTime<Utc> {
        instant(self.edition_seconds.take_up_to(at.timestamp()), at)
    }

    /// The first free second from an instant on: nothing is updated before it is published.
    pub fn item_second_from(&mut self, at: DateTime<Utc>) -> DateTime<Utc> {
        let second = self.item_seconds.take_from(at.timestamp(), i64::MAX);
        second.map_or(at, |second| instant(second, at))
    }

    /// The same for editions.
    pub fn edition_second_from(&mut self, at: DateTime<Utc>) -> DateTime<Utc> {
        let second = self.edition_seconds.take_from(at.timestamp(), i64::MAX);
        second.map_or(at, |second| instant(second, at))
    }
}

fn instant(second: i64, otherwise: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap_or(otherwise)
}
