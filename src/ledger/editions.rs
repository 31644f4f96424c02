//! What an edition shows, and when that changed: the one place where the `updated` of editions moves.
//!
//! It moves exactly when an edition shows something else than when it was published last: other words in its header, other
//! items, items in another order, or an item whose own content changed. So one that left and is restored as it was bears
//! the date that it had, and one that comes back with less bears a new one. What it shows is kept as a hash beside what it
//! showed when it was published ([`KnownEdition::shows`](crate::model::KnownEdition::shows),
//! [`showed`](crate::model::KnownEdition::showed)).

use super::scope::{EditionState, ItemCount, ItemState, Scope};
use crate::model::{Edition, KnownEdition, KnownItem, Presence};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

/// Hash of what an edition shows beside its items.
pub fn header_hash(edition: &Edition) -> u64 {
    let author = edition.author.as_deref().unwrap_or_default();
    xxh3_64([&edition.title, author, &edition.tags.join("\u{1f}")].join("\u{1e}").as_bytes())
}

impl EditionState {
    /// Whether it is published with something to show; an editor's without items never had any.
    pub fn is_shown(&self, items: ItemCount) -> bool {
        self.known.presence == Presence::Live && (items.shown > 0 || (!self.is_day && items.live == 0))
    }
}

impl ItemState {
    /// What it adds to what its edition shows. One that was lost with the store adds what it did; one that is hidden for its
    /// source's sake adds what it will, since a check moves no date.
    fn adds(&self) -> u64 {
        if self.known.presence == Presence::Left { 0 } else { item_hash(&self.known) }
    }

    fn count(&self) -> ItemCount {
        let is_live = self.known.presence == Presence::Live;
        ItemCount { live: i64::from(is_live), shown: i64::from(is_live && self.known.shown) }
    }
}

/// An item's second tells what it shows, since it moves when that changes.
fn item_hash(known: &KnownItem) -> u64 {
    let mut bytes = known.id.as_bytes().to_vec();
    bytes.extend(known.updated.timestamp().to_be_bytes());
    xxh3_64(&bytes)
}

/// Brings the editions up to date whose items, or who themselves, changed.
pub(super) fn settle(scope: &mut Scope, now: DateTime<Utc>) {
    let mut changed: BTreeMap<Uuid, Balance> =
        scope.before.editions.keys().map(|id| (*id, Balance::default())).collect();
    for (id, before) in &scope.before.items {
        if let Some(before) = before {
            changed.entry(before.edition).or_default().leaves(before);
        }
        if let Some(item) = scope.item(*id) {
            changed.entry(item.edition).or_default().enters(item);
        }
    }
    for (id, balance) in changed {
        let Some(state) = scope.edition(id).cloned() else { continue };
        let next = if state.is_day { settled_day(scope, state, balance) } else { settled_editors(scope, state) };
        let next = dated(scope, next, now);
        if scope.edition(id) != Some(&next) {
            scope.put_edition(next);
        }
    }
}

/// How many items of an edition are published. A day's are counted with it; of an editor's, `items` are all.
pub(super) fn count(state: &EditionState, items: &[&ItemState]) -> ItemCount {
    if state.is_day { state.items } else { counted(items) }
}

fn counted(items: &[&ItemState]) -> ItemCount {
    items.iter().map(|item| item.count()).fold(ItemCount::default(), ItemCount::plus)
}

impl ItemCount {
    fn plus(self, other: Self) -> Self {
        Self { live: self.live + other.live, shown: self.shown + other.shown }
    }

    fn minus(self, other: Self) -> Self {
        Self { live: self.live - other.live, shown: self.shown - other.shown }
    }
}

/// What an edition's items come to, more or less than before.
#[derive(Debug, Clone, Copy, Default)]
struct Balance {
    items: ItemCount,
    shows: u64,
}

impl Balance {
    fn enters(&mut self, item: &ItemState) {
        self.items = self.items.plus(item.count());
        self.shows = self.shows.wrapping_add(item.adds());
    }

    fn leaves(&mut self, item: &ItemState) {
        self.items = self.items.minus(item.count());
        self.shows = self.shows.wrapping_sub(item.adds());
    }
}

/// A day's edition is known without most of its items: what it shows is a sum, to which each adds.
fn settled_day(scope: &Scope, mut state: EditionState, balance: Balance) -> EditionState {
    let stood = match scope.before.editions.get(&state.known.id) {
        Some(before) => before.as_ref().map(|before| (before.items, before.known.shows)),
        None => Some((state.items, state.known.shows)),
    };
    if stood.is_none() && state.known.shows.is_some() {
        // It is taken over from the journal of ids, where its items are counted already.
        state.items = balance.items;
        return state;
    }
    let (items, shows) = stood.unwrap_or_default();
    if stood.is_some() && shows.is_none() {
        // The store is older than this rule: what it showed is what stands there.
        state.known.showed = Some(0);
    }
    state.items = items.plus(balance.items);
    state.known.shows = Some(shows.unwrap_or_default().wrapping_add(balance.shows));
    state.known.presence = match (state.items.live > 0, state.known.presence) {
        (true, _) => Presence::Live,
        (false, Presence::Live) => Presence::Left,
        (false, presence) => presence,
    };
    state
}

/// An editor's edition shows its header and its items in their order.
fn settled_editors(scope: &Scope, mut state: EditionState) -> EditionState {
    let id = state.known.id;
    let stood = scope.before.editions.get(&id).and_then(Option::as_ref);
    if let Some(stood) = stood.filter(|stood| stood.known.shows.is_none()) {
        // The store is older than this rule: what it showed is what stands there.
        let before = scope.items_before(id);
        let stands = stood.known.presence == Presence::Lost || stood.is_shown(counted(&before));
        state.known.showed = stands.then(|| sequence(stood.known.header_hash, &before));
    }
    state.known.shows = Some(sequence(state.known.header_hash, &scope.items_of(id)));
    state
}

fn sequence(header: u64, items: &[&ItemState]) -> u64 {
    let mut bytes = header.to_be_bytes().to_vec();
    for item in items {
        let adds = item.adds();
        if adds != 0 {
            bytes.extend(adds.to_be_bytes());
        }
    }
    xxh3_64(&bytes)
}

/// Dates an edition that shows something else than when it was published last. One that never was keeps its first second.
fn dated(scope: &mut Scope, mut state: EditionState, now: DateTime<Utc>) -> EditionState {
    let count = count(&state, &scope.items_of(state.known.id));
    let KnownEdition { id, shows, showed, updated, .. } = state.known;
    let is_public = state.is_listed && state.is_shown(count);
    if is_public && showed == shows {
        // What changed before in this cycle is as it was again.
        state.known.updated = scope.dated.remove(&id).unwrap_or(updated);
    } else if is_public && showed.is_some() && !scope.dated.contains_key(&id) {
        scope.dated.insert(id, updated);
        state.known.updated = scope.edition_second(now);
    }
    state
}
