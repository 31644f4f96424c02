//! What the journal of ids still knows when the store does not: identities that were published are taken over as lost, until
//! their posts or entries are read again.

use super::scope::{Count, EditionState, ItemState, Scope};
use crate::model::{KnownEdition, KnownItem};

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
        items: Count::default(),
    });
    true
}
