//! What changes: a value that can be printed, compared, tested, and applied to a store.

use super::channels::ChannelWish;
use super::editions::{count, settle};
use super::scope::{EditionState, EntryState, ItemState, Says, Scope};
use crate::model::{Item, KnownItem, Presence, SourceLink};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How an edition stood, or stands, in the list of editions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// Whether it is published.
    pub presence: Presence,
    /// Whether it has something to show.
    pub is_shown: bool,
    /// Its date, seconds since 1970.
    pub published: i64,
}

/// An edition as it is to stand.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedEdition {
    /// The edition.
    pub state: EditionState,
    /// How it stands.
    pub stands: Stand,
    /// How it stood; `None` for a new one.
    pub stood: Option<Stand>,
    /// The tags of its items that are shown, as they are spelled there; `None` for a day's, which spells nothing.
    pub spelled: Option<Vec<ChannelWish>>,
}

/// An item as it is to stand.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedItem {
    /// Its edition.
    pub edition: Uuid,
    /// Its identity.
    pub known: KnownItem,
    /// What is written of it; `None` when it left.
    pub written: Option<Item>,
    /// What it cites, with the sources of those who carry the same story.
    pub sources: Vec<SourceLink>,
    /// The channels that it stands in, each with the ordinal of its tag or source; none where it is not shown.
    pub channels: Vec<(ChannelWish, i64)>,
    /// Whether nothing is known of it yet.
    pub is_new: bool,
}

/// What is to be remembered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Editions.
    pub editions: Vec<ChangedEdition>,
    /// Items.
    pub items: Vec<ChangedItem>,
    /// Entries; those with a row below 0 are new.
    pub entries: Vec<EntryState>,
    /// Editions of which an item changed, though they did not.
    pub touched: BTreeSet<Uuid>,
    /// Items of which is to be looked whether they are still one story with those who carry them.
    pub stories: BTreeSet<Uuid>,
}

impl Scope {
    /// Dates the editions that show something else now, and tells what changed.
    pub fn changes(&mut self, now: DateTime<Utc>) -> Changes {
        settle(self, now);
        let mut changes = Changes { stories: self.look_again.clone(), ..Changes::default() };
        let mut touched = BTreeSet::new();
        let mut carried: BTreeSet<Uuid> = self.before.items.keys().chain(&self.stirred).copied().collect();
        for (row, before) in &self.before.entries {
            let Some(entry) = self.entry(*row).filter(|entry| before.as_ref() != Some(*entry)) else { continue };
            let says = |entry: &EntryState| (entry.item, entry.place, entry.says.clone());
            // One that founds an item is new with it.
            let founds = before.is_none() && entry.says == Says::AsItem;
            if before.as_ref().map(says) != Some(says(entry)) && !founds {
                carried.extend(before.as_ref().and_then(|before| before.item).into_iter().chain(entry.item));
            }
            changes.entries.push(entry.clone());
        }
        for id in carried {
            let Some(item) = self.item(id) else { continue };
            let before = self.before.items.get(&id);
            touched.insert(item.edition);
            touched.extend(before.and_then(Option::as_ref).map(|before| before.edition));
            if before.is_some_and(|before| self.turned(before.as_ref(), item)) {
                changes.stories.insert(id);
            }
            changes.items.push(self.item_change(item, before.is_some_and(Option::is_none)));
        }
        let mut editions: BTreeMap<Uuid, Option<&EditionState>> =
            self.before.editions.iter().map(|(id, before)| (*id, before.as_ref())).collect();
        for id in touched {
            match self.edition(id) {
                // What it spells may have changed with its items.
                Some(state) if !state.is_day => _ = editions.entry(id).or_insert(Some(state)),
                Some(_) if editions.contains_key(&id) => {}
                _ => _ = changes.touched.insert(id),
            }
        }
        changes.editions = editions.into_iter().filter_map(|(id, before)| self.edition_change(id, before)).collect();
        changes
    }

    /// Whether an editor's item enters, leaves or turns to another story.
    fn turned(&self, before: Option<&ItemState>, item: &ItemState) -> bool {
        let stands = |item: &ItemState| (item.known.presence, item.known.story.clone(), item.by_feed);
        self.has_feeds && !item.by_feed && before.map(stands) != Some(stands(item))
    }

    fn item_change(&self, item: &ItemState, is_new: bool) -> ChangedItem {
        // A feed's item says what its first carrier does.
        let carriers = self.carried(item.known.id, usize::from(item.by_feed));
        let known = item.known.clone();
        let written = item.written.clone().filter(|_| known.presence == Presence::Live);
        let joined = written.as_ref().map(|item| item.joined(&carriers)).unwrap_or_default();
        let is_shown = written.is_some() && known.shown;
        let channels = is_shown.then(|| ChannelWish::all(&joined.tags, &joined.sources, &self.tag_slugs));
        ChangedItem {
            edition: item.edition,
            sources: joined.sources.into_iter().cloned().collect(),
            channels: channels.unwrap_or_default(),
            known,
            written,
            is_new,
        }
    }

    fn edition_change(&self, id: Uuid, before: Option<&EditionState>) -> Option<ChangedEdition> {
        let state = self.edition(id)?.clone();
        let items = self.items_of(id);
        let shown = |item: &&&ItemState| item.known.presence == Presence::Live && item.known.shown;
        let wishes =
            |item: &Item| item.tags.iter().map(|tag| ChannelWish::tag(tag, &self.tag_slugs)).collect::<Vec<_>>();
        let tags = |item: &&ItemState| item.written.as_ref().map(wishes).unwrap_or_default();
        let spelled = (!state.is_day).then(|| items.iter().filter(shown).flat_map(tags).collect());
        let stands = stand(&state, &items);
        let stood = before.map(|before| stand(before, &self.items_before(id)));
        Some(ChangedEdition { state, stands, stood, spelled })
    }
}

/// How an edition stands that has these items.
fn stand(state: &EditionState, items: &[&ItemState]) -> Stand {
    Stand {
        presence: state.known.presence,
        is_shown: state.is_shown(count(state, items)),
        published: state.known.published.timestamp(),
    }
}
