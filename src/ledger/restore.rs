//! What the journal of ids still knows when the store does not: identities that were published are taken over as lost, until
//! their posts or entries are read again.

use super::scope::{EditionState, EntryState, ItemCount, ItemState, Says, Scope};
use crate::model::{Founder, KnownEdition, KnownItem, Presence, is_specific};
use uuid::Uuid;

/// Takes over an edition of the journal that the store does not know, or knows in an older state; of a day that it knows,
/// only items that it does not know, since the others' words are with their entries. Tells whether the edition was taken
/// over, so that its file is to be read again.
pub fn take_over(scope: &mut Scope, mut edition: KnownEdition, input: i64, is_day: bool) -> bool {
    let (id, known) = (edition.id, scope.edition(edition.id).map(|known| known.known.updated));
    if !is_day && known.is_some_and(|known| known >= edition.updated) {
        return false;
    }
    let lost = |known: KnownItem| ItemState { edition: id, by_feed: is_day, known, written: None };
    for item in std::mem::take(&mut edition.items) {
        if !is_day || scope.item(item.id).is_none() {
            scope.put_item(lost(item));
        }
    }
    if is_day && known.is_some() {
        return false;
    }
    scope.put_edition(EditionState {
        input,
        known: edition,
        written: None,
        is_day,
        is_listed: true,
        items: ItemCount::default(),
    });
    true
}

/// Takes over who founded a lost item, so that nobody else's words come in their place: what it says is known once its feed is
/// read again. `input` is the row of its feed.
pub fn take_over_founder(scope: &mut Scope, item: Uuid, founder: Founder, input: i64) {
    let is_lost = scope.item(item).is_some_and(|item| item.by_feed && item.known.presence == Presence::Lost);
    if !is_lost {
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
