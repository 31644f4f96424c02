//! What the journal of ids still knows when the store does not: identities that were published are taken over as lost, until
//! their posts or entries are read again.

use super::carrying::carry;
use super::days::DAYS;
use super::scope::{EditionState, EntryState, ItemCount, ItemState, Says, Scope};
use crate::model::{Founder, KnownEdition, KnownItem, Presence, is_specific};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Takes over an edition of the journal that the store does not know, or knows in an older state; of a day, the items. Where
/// the journal is newer than the store, it is right about what both know. Tells the items of which the store knew something
/// else, and whether the edition was taken over, so that its file is to be read again.
pub fn take_over(scope: &mut Scope, mut edition: KnownEdition, input: i64, is_newer: bool) -> (Vec<Uuid>, bool) {
    let (id, is_day) = (edition.id, edition.input == DAYS);
    let items = std::mem::take(&mut edition.items);
    let known = scope.edition(id);
    let is_taken = known.is_none_or(|known| {
        !is_day
            && (known.known.updated < edition.updated || (is_newer && !says_the_same(scope, known, &edition, &items)))
    });
    let row = known.map_or(input, |known| known.input);
    if !is_taken && !is_day {
        return (Vec::new(), false);
    }
    let mut changed = Vec::new();
    let listed: BTreeSet<Uuid> = items.iter().map(|item| item.id).collect();
    for item in items {
        let before = scope.item(item.id).cloned();
        // What the store knows of a feed's item stays with its words, which are with its entries.
        let is_open = before.as_ref().is_none_or(|before| is_newer || (!is_day && before.edition == id));
        if is_open {
            changed.extend(before.is_some().then_some(item.id));
            take_over_item(scope, id, is_day, item);
        }
    }
    if !is_taken {
        return (changed, false);
    }
    for mut other in
        scope.items_of(id).into_iter().filter(|item| !listed.contains(&item.known.id)).cloned().collect::<Vec<_>>()
    {
        lose(&mut other.known.presence);
        scope.put_item(ItemState { written: None, ..other });
    }
    scope.put_edition(EditionState {
        input: row,
        known: edition,
        written: None,
        is_day,
        is_listed: true,
        items: ItemCount::default(),
    });
    (changed, true)
}

/// Takes over an item. Words of feeds that are known stay, with the entries or with the item.
fn take_over_item(scope: &mut Scope, edition: Uuid, by_feed: bool, known: KnownItem) {
    let id = known.id;
    let words = scope.item(id).filter(|before| before.by_feed && by_feed && before.known.presence == Presence::Live);
    if let Some(before) = words.cloned() {
        let known = KnownItem { presence: Presence::Live, ..known };
        return scope.put_item(ItemState { edition, known, ..before });
    }
    scope.keep_said(id);
    scope.put_item(ItemState { edition, by_feed, known, written: None });
}

/// Whether an edition stands in the scope as the journal says, but for what was lost.
fn says_the_same(scope: &Scope, state: &EditionState, edition: &KnownEdition, items: &[KnownItem]) -> bool {
    let bare = |edition: &KnownEdition| {
        let mut bare = KnownEdition { input: String::new(), showed: None, items: Vec::new(), ..edition.clone() };
        lose(&mut bare.presence);
        bare
    };
    let same = |item: &KnownItem| {
        let known = scope.item(item.id).filter(|known| known.edition == edition.id);
        known.is_some_and(|known| {
            let mut known = known.known.clone();
            lose(&mut known.presence);
            known == *item
        })
    };
    bare(&state.known) == bare(edition) && items.iter().all(same)
}

/// What was live is lost.
pub fn lose(presence: &mut Presence) {
    if *presence == Presence::Live {
        *presence = Presence::Lost;
    }
}

/// The stories of those who carry an item which are not its own.
pub fn strange_stories(scope: &Scope, item: Uuid) -> Vec<String> {
    let own = scope.item(item).and_then(|item| item.known.story.as_deref());
    let carriers = scope.carriers(item).into_iter().filter_map(|entry| entry.story.clone());
    carriers.filter(|story| own != Some(story.as_str())).collect()
}

/// Lets those who carry an item, but are about another story than it is by now, carry the lost item about that story. Tells
/// these items.
pub fn part(scope: &mut Scope, item: Uuid) -> Vec<Uuid> {
    let mut found = Vec::new();
    for story in strange_stories(scope, item) {
        let is_lost = |other: &&ItemState| {
            other.by_feed && other.known.presence == Presence::Lost && scope.carriers(other.known.id).is_empty()
        };
        let Some(lost) = scope.about(&story).into_iter().find(is_lost).map(|other| other.known.id) else { continue };
        scope.keep_said(item);
        let strangers: Vec<EntryState> = scope.carriers(item).into_iter().cloned().collect();
        for entry in strangers.into_iter().filter(|entry| entry.story.as_ref() == Some(&story)) {
            // Not the first place, whose words the item would have to hold.
            carry(scope, entry, lost, 1);
        }
        found.push(lost);
    }
    found
}

/// Takes over who founded a lost item, so that nobody else's words come in their place: what it says is known once its feed is
/// read again. `input` is the row of its feed.
pub fn take_over_founder(scope: &mut Scope, item: Uuid, founder: Founder, input: i64) {
    let is_lost = scope.item(item).is_some_and(|item| item.by_feed && item.known.presence == Presence::Lost);
    let is_met = scope.entries().any(|entry| entry.input == input && entry.key == founder.key);
    if !is_lost || is_met || !scope.carriers(item).is_empty() {
        return;
    }
    let Founder { key, link, title, published, .. } = founder;
    let entry = EntryState {
        row: scope.next_row(),
        input,
        story: link.clone().filter(|link| is_specific(link)),
        key,
        link,
        title,
        // Read anew whatever it says.
        content_hash: 0,
        hash: 0,
        published,
        item: Some(item),
        place: 0,
        left_at: None,
        says: Says::AsItem,
    };
    scope.put_entry(entry);
}
