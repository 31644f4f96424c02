//! The list of editions by time.

use crate::backends::each_backend;
use crate::filled::{DAY, DIGEST, EDITION, LEFT, at, change, edition, fill, id, item, save};
use std::collections::BTreeSet;
use uuid::Uuid;
use wellsourced::ledger::{EditionState, Question};
use wellsourced::model::{NeighbourEdition, Presence};
use wellsourced::store::Store;

const NEXT: Uuid = id(0x5000);
const LAST: Uuid = id(0x6000);

/// Two more editions of the digest, each with an item.
async fn filled(store: &Store) {
    fill(store).await;
    let mut write = store.begin().await.unwrap();
    save(&mut write, |scope| {
        for number in [0x5000, 0x6000] {
            scope.put_edition(edition(DIGEST, "digest", number));
            scope.put_item(item(id(number), number + 1));
        }
    })
    .await;
    write.clear_marks(true).await.unwrap();
    write.commit().await.unwrap();
}

/// Changes an edition of the digest, and tells the editors' editions beside which one changed.
async fn beside(store: &Store, number: u128, act: impl FnOnce(&mut EditionState)) -> Vec<Uuid> {
    let mut write = store.begin().await.unwrap();
    let asked = Question { editions: BTreeSet::from([id(number)]), ..Question::default() };
    let mut state = edition(DIGEST, "digest", number);
    act(&mut state);
    change(&mut write, &asked, |scope| scope.put_edition(state)).await;
    write.commit().await.unwrap();
    let beside = store.changes().await.unwrap().beside;
    let mut write = store.begin().await.unwrap();
    write.clear_marks(false).await.unwrap();
    write.commit().await.unwrap();
    beside
}

fn named(edition: Option<&NeighbourEdition>) -> Option<(&str, Option<u32>)> {
    edition.map(|edition| (edition.headline.as_str(), edition.number))
}

#[tokio::test]
async fn editions_stand_between_their_neighbours_of_the_same_input() {
    each_backend(async |place| {
        let store = place.open().await;
        filled(&store).await;
        let dates = store.edition_dates().await.unwrap();
        assert_eq!(dates, [0x1000, 0x5000, 0x6000].map(at), "neither one that left nor a day that has not ended");
        assert_eq!(store.editions_within(at(0x1000), at(0x6000)).await.unwrap(), [NEXT, EDITION]);
        assert!(store.editions_within(at(0x6001), at(0x9999)).await.unwrap().is_empty());
        let all = store.edition_neighbours(&[EDITION, NEXT, LAST, LEFT, DAY]).await.unwrap();
        assert_eq!(all.len(), 3, "{all:?}");
        let of = |id: Uuid| (named(all[&id].older.as_ref()), named(all[&id].newer.as_ref()));
        let (first, next, last) =
            (("Headline 4096", Some(0x1000)), ("Headline 20480", Some(0x5000)), ("Headline 24576", Some(0x6000)));
        assert_eq!(of(EDITION), (None, Some(next)));
        assert_eq!(of(NEXT), (Some(first), Some(last)));
        assert_eq!(of(LAST), (Some(next), None));
        assert_eq!(all[&NEXT].older.as_ref().unwrap().published, at(0x1000));
    })
    .await;
}

#[tokio::test]
async fn what_names_an_edition_that_changed_is_found() {
    each_backend(async |place| {
        let store = place.open().await;
        filled(&store).await;
        let retitled = beside(&store, 0x1000, |state| state.known.header_hash += 1).await;
        let left = beside(&store, 0x5000, |state| (state.known.presence, state.written) = (Presence::Left, None)).await;
        assert_eq!((retitled, left), (vec![NEXT], vec![EDITION, LAST]));
        let all = store.edition_neighbours(&[EDITION]).await.unwrap();
        assert_eq!(all[&EDITION].newer.as_ref().unwrap().number, Some(0x6000));
        assert_eq!(store.edition_dates().await.unwrap(), [at(0x1000), at(0x6000)]);
    })
    .await;
}
