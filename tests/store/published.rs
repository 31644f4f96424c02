//! What the publisher reads and writes: items, editions, channels, marks, files, cycles.

use crate::backends::each_backend;
use crate::filled::{CARRIED, DAY, EDITION, HIDDEN, ITEM, LEFT, SECOND, at, change, cycle, fill, id, words};
use std::collections::BTreeSet;
use wellsourced::ledger::{Question, Scope, show};
use wellsourced::model::{Channel, ChannelKind, Home, Presence, StoredItem};
use wellsourced::store::{DayPage, ItemOrder, Store};

/// Loads items with their editions, changes them, and saves that.
pub(crate) async fn changed(store: &Store, act: impl FnOnce(&mut Scope)) {
    let mut write = store.begin().await.unwrap();
    let items = BTreeSet::from([ITEM, SECOND, CARRIED, HIDDEN]);
    let editions = BTreeSet::from([EDITION, LEFT]);
    change(&mut write, &Question { items, editions, ..Question::default() }, act).await;
    write.commit().await.unwrap();
}

async fn cleared(store: &Store) {
    let mut write = store.begin().await.unwrap();
    write.clear_marks(false).await.unwrap();
    write.commit().await.unwrap();
    assert!(store.changes().await.unwrap().is_empty());
}

#[tokio::test]
async fn items_come_as_they_were_written_in_the_order_asked_for() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let tags = store.tags().await.unwrap();
        let names: BTreeSet<_> = tags.values().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, BTreeSet::from(["AI", "Tag 0", "Tag 1"]));
        let items = store.items(&[CARRIED, id(9), HIDDEN, ITEM], &tags).await.unwrap();
        assert_eq!(items.iter().map(|item| item.id).collect::<Vec<_>>(), [CARRIED, ITEM], "hidden ones are missing");
        let StoredItem { item, edition, published, tags: of_item, .. } = &items[1];
        assert_eq!((item, *published), (&words(0x1001), at(0x1001)));
        assert_eq!((edition.slug.as_str(), edition.number), ("slug-1000", Some(0x1000)));
        assert_eq!(of_item.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["AI", "Tag 1"]);
        assert_eq!(items[0].sources.len(), 2, "those of all who carry it");
        let editions = store.editions(&[DAY, LEFT, EDITION, id(9)], &tags, 100).await.unwrap();
        let told: Vec<_> = editions.iter().map(|(edition, items)| (edition.id, items.len(), edition.more)).collect();
        assert_eq!(told, [(DAY, 1, 0), (EDITION, 2, 0)]);
        assert_eq!(store.editors_editions().await.unwrap(), [EDITION]);
        let front = store.front_editions(7).await.unwrap();
        assert_eq!((front.of_editors, front.count, front.day), (vec![EDITION], 1, Some(DAY)));
        assert!(store.front_editions(0).await.unwrap().of_editors.is_empty());
        assert_eq!(store.edition_slugs(&[LEFT, id(9)]).await.unwrap(), ["slug-2000"], "for ever");
        assert!(store.edition_slugs(&[]).await.unwrap().is_empty() && store.own_pages(&[]).await.unwrap().is_empty());
        let pages = store.own_pages(&[HIDDEN, ITEM, CARRIED, id(9)]).await.unwrap();
        let pages: Vec<_> = pages.iter().map(|(id, short_id, has_page)| (*id, short_id.as_str(), *has_page)).collect();
        let expected =
            [(ITEM, "000000001001", true), (CARRIED, "000000003001", false), (HIDDEN, "000000003002", false)];
        assert_eq!(pages, expected, "a feed's has none");
        assert!(
            store.items(&[], &tags).await.unwrap().is_empty()
                && store.editions(&[], &tags, 100).await.unwrap().is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn identities_are_known_also_of_what_left() {
    each_backend(async |place| {
        let store = place.open().await;
        assert!(store.is_empty().await.unwrap());
        fill(&store).await;
        assert!(!store.is_empty().await.unwrap());
        let all = store.known(None).await.unwrap();
        let told: Vec<_> = all.iter().map(|edition| (edition.id, edition.presence, edition.items.len())).collect();
        let expected = [(EDITION, Presence::Live, 2), (LEFT, Presence::Left, 0), (DAY, Presence::Live, 0)];
        assert_eq!(told, expected, "a day's items are told by themselves");
        assert_eq!(store.known(Some(&[DAY, id(9)])).await.unwrap(), all[2..]);
        let of_day: Vec<_> = store.known_of_day(DAY).await.unwrap().into_iter().map(|(_, item)| item.id).collect();
        assert_eq!(of_day, [CARRIED, HIDDEN]);
        assert!(store.known_of_day(id(9)).await.unwrap().is_empty());
        let in_days = store.known_in_days(&[ITEM, CARRIED, id(9)]).await.unwrap();
        assert_eq!(in_days.iter().map(|(day, item)| (*day, item.id)).collect::<Vec<_>>(), [(DAY, CARRIED)]);
        let times = store.edition_times().await.unwrap();
        assert_eq!((times.len(), times[&LEFT]), (3, at(0x2000)));
        assert_eq!(store.newest_left_edition().await.unwrap(), Some(at(0x2000)));
    })
    .await;
}

#[tokio::test]
async fn channels_hold_their_items_in_order() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let [combined] = &store.channels(ChannelKind::Combined).await.unwrap()[..] else { panic!("there is one") };
        let items = async |order, skip, take| store.channel_items(combined.id, order, skip, take).await.unwrap();
        assert_eq!(items(ItemOrder::Oldest, 0, 9).await, [ITEM, SECOND, CARRIED]);
        assert_eq!(items(ItemOrder::Newest, 0, 9).await, [CARRIED, SECOND, ITEM]);
        assert_eq!(items(ItemOrder::Newest, 1, 1).await, [SECOND]);
        assert!(items(ItemOrder::Newest, 3, u64::MAX).await.is_empty());
        let second = at(0x1002).timestamp();
        let from = store.members_from(&[(combined.id, second), (combined.id, 0), (99, 0)]).await.unwrap();
        let counts = [(combined.id, second), (combined.id, 0), (99, 0)].map(|asked| from[&asked]);
        assert_eq!(counts, [2, 3, 0]);
        assert!(store.members_from(&[]).await.unwrap().is_empty());
        let newest = store.newest_items(&[combined.id, 99], 2).await.unwrap();
        assert_eq!((&newest[&combined.id], &newest[&99]), (&vec![CARRIED, SECOND], &Vec::new()));
        assert!(store.newest_items(&[], 2).await.unwrap().is_empty());
        assert_eq!(store.member_counts().await.unwrap()[&combined.id], 3);
        let after = store.items_after(Some((second, SECOND)), 9).await.unwrap();
        assert_eq!((store.items_after(None, 1).await.unwrap()[0].1, after[0].1, after.len()), (ITEM, CARRIED, 1));
        let of = store.channels_of(&[ITEM, HIDDEN]).await.unwrap();
        assert_eq!((of.len(), of[&ITEM].len()), (1, 4), "everything, two tags, a host");
        let kinds = [(ChannelKind::Tag, 3), (ChannelKind::Source, 3), (ChannelKind::Editions, 0)];
        for (kind, count) in kinds {
            let channels = store.channels(kind).await.unwrap();
            assert!(channels.len() == count && channels.iter().all(|state| state.channel.kind == kind), "{channels:?}");
            assert!(channels.is_sorted_by_key(|state| &state.channel.slug));
        }
        let [first, later] = [0x1000, 0x1001].map(|seconds| at(seconds).timestamp());
        let from = store.editions_from(&[first, later]).await.unwrap();
        assert_eq!((from[&first], from[&later]), (1, 0), "a day that has not ended is in no list");
        assert!(store.editions_from(&[]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_channel_keeps_its_path_and_says_when_its_last_item_left() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let tag = |slug: &str, name: &str| Channel { kind: ChannelKind::Tag, slug: slug.into(), name: name.into() };
        let mut write = store.begin().await.unwrap();
        write.restore_channel(&tag("old-path", "Old"), "old", Some(50)).await.unwrap();
        write.restore_channel(&tag("other-path", "Old"), "old", Some(40)).await.unwrap();
        write.restore_channel(&tag("ai", "Another"), "another", None).await.unwrap();
        write.commit().await.unwrap();
        changed(&store, |scope| {
            let mut item = scope.item(ITEM).unwrap().clone();
            item.written.as_mut().unwrap().tags = vec!["OLD".to_owned()];
            scope.put_item(item);
        })
        .await;
        let tags = store.channels(ChannelKind::Tag).await.unwrap();
        let of = |key: &str| tags.iter().find(|state| state.key == key).unwrap();
        assert_eq!((of("old").channel.slug.as_str(), of("old").channel.name.as_str()), ("old-path", "OLD"));
        assert_eq!(of("old").emptied_at.map(|at| at.timestamp()), Some(50), "the later one");
        assert_ne!(of("another").channel.slug, of("ai").channel.slug, "a path is one channel's");
        assert_eq!((of("tag 1").emptied_at, of("tag 0").emptied_at), (None, None), "another item is there");
        let mut write = store.begin().await.unwrap();
        write.set_members(of("ai").id, u64::MAX).await.unwrap();
        write.set_members(99, 1).await.unwrap();
        write.commit().await.unwrap();
        let members = store.channels(ChannelKind::Tag).await.unwrap().into_iter().map(|state| state.members).max();
        assert_eq!(members, Some(i64::MAX.unsigned_abs()));
        for item in [CARRIED, SECOND] {
            changed(&store, |scope| show(scope, item, false)).await;
        }
        let tags = store.channels(ChannelKind::Tag).await.unwrap();
        let emptied: Vec<_> =
            tags.iter().filter(|state| state.emptied_at == Some(at(0))).map(|state| state.key.as_str()).collect();
        assert_eq!(emptied, ["ai", "tag 0", "tag 1"]);
    })
    .await;
}

#[tokio::test]
async fn what_changed_is_marked_until_it_is_published() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let changes = store.changes().await.unwrap();
        assert_eq!((changes.items, changes.editions), (vec![SECOND], vec![EDITION]));
        assert_eq!(store.changed_items().await.unwrap(), 1);
        cleared(&store).await;
        changed(&store, |scope| show(scope, HIDDEN, true)).await;
        let changes = store.changes().await.unwrap();
        assert_eq!((&changes.items, &changes.editions), (&vec![HIDDEN], &vec![DAY]));
        assert!(changes.edition_list.is_empty(), "a day that has not ended is in no list");
        let entered = Some(at(0x3002).timestamp());
        assert!(!changes.channels.is_empty() && changes.channels.values().all(|shift| shift.from == entered));
        cleared(&store).await;
        changed(&store, |scope| {
            let mut edition = scope.edition(EDITION).unwrap().clone();
            (edition.known.presence, edition.written) = (Presence::Left, None);
            scope.put_edition(edition);
            for item in [ITEM, SECOND] {
                let mut item = scope.item(item).unwrap().clone();
                item.known.presence = Presence::Left;
                scope.put_item(item);
            }
        })
        .await;
        let changes = store.changes().await.unwrap();
        assert_eq!((&changes.items, &changes.editions), (&vec![ITEM, SECOND], &vec![EDITION]));
        assert_eq!(changes.edition_list.from, Some(at(0x1000).timestamp()), "it left there");
        assert_eq!((store.item_count().await.unwrap(), store.edition_count().await.unwrap()), (2, 0));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_marked_before_the_first_publish() {
    each_backend(async |place| {
        let store = place.open().await;
        let mut write = store.begin().await.unwrap();
        let [digest, ..] = crate::filled::inputs(&mut write).await;
        crate::filled::save(&mut write, |scope| scope.put_edition(crate::filled::edition(digest, "digest", 0x1000)))
            .await;
        write.commit().await.unwrap();
        assert!(store.changes().await.unwrap().is_empty(), "everything is looked at anyway");
    })
    .await;
}

#[tokio::test]
async fn files_are_remembered_by_path() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let names: Vec<String> = (0..1001).map(|number| format!("items/{number:04}/“”.html")).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
        let mut write = store.begin().await.unwrap();
        write.put_files(&[]).await.unwrap();
        write.put_files(&files).await.unwrap();
        write.put_files(&[(&names[0], "written")]).await.unwrap();
        write.remove_file(&names[1]).await.unwrap();
        write.remove_file("nobody").await.unwrap();
        write.commit().await.unwrap();
        let all = store.files().await.unwrap();
        assert!(all.len() == 1001 && all.is_sorted());
        assert_eq!(store.file_hash(&names[0]).await.unwrap().as_deref(), Some("written"));
        assert_eq!(store.file_hash(&names[2]).await.unwrap().as_deref(), Some(""), "claimed");
        assert_eq!(store.file_hash(&names[1]).await.unwrap(), None);
        let asked: Vec<&str> = names.iter().map(String::as_str).chain(["nobody"]).collect();
        assert_eq!(store.file_hashes(&asked).await.unwrap().len(), 1000);
        let mut write = store.begin().await.unwrap();
        write.forget_files().await.unwrap();
        write.commit().await.unwrap();
        assert!(store.files().await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_last_cycles_are_remembered() {
    each_backend(async |place| {
        let store = place.open().await;
        assert_eq!((store.last_cycle().await.unwrap(), store.last_published().await.unwrap()), (None, None));
        let mut write = store.begin().await.unwrap();
        write.record_cycle(&cycle(10, false)).await.unwrap();
        write.record_cycle(&cycle(20, true)).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(store.last_cycle().await.unwrap(), Some(cycle(20, true)));
        assert_eq!(store.last_published().await.unwrap(), Some(at(15)), "the last one that did not fail");
        let mut write = store.begin().await.unwrap();
        for started in 0..200 {
            write.record_cycle(&cycle(100 + started, true)).await.unwrap();
        }
        write.commit().await.unwrap();
        assert_eq!(store.last_published().await.unwrap(), None, "older ones are forgotten");
    })
    .await;
}

#[tokio::test]
async fn a_day_is_laid_out_on_pages_on_which_its_items_are_found() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        cleared(&store).await;
        assert!(store.days_to_lay_out(false).await.unwrap().is_empty());
        assert_eq!(store.days_to_lay_out(true).await.unwrap(), [DAY]);
        changed(&store, |scope| show(scope, HIDDEN, true)).await;
        assert_eq!(store.days_to_lay_out(false).await.unwrap(), [DAY], "an item of it changed");
        let [day] = &store.days(&[DAY, id(9)]).await.unwrap()[..] else { panic!("there is one") };
        assert_eq!((day.items.as_slice(), day.pages.len()), (&[(1, CARRIED, false), (2, HIDDEN, true)][..], 0));
        let page =
            |number, newest, is_dirty| DayPage { edition: DAY, number, newest, hash: format!("of {number}"), is_dirty };
        let mut write = store.begin().await.unwrap();
        write.clear_marks(false).await.unwrap();
        write.lay_out(&[DAY], &[page(0, (1, CARRIED), false), page(7, (2, HIDDEN), true)], &[CARRIED]).await.unwrap();
        write.commit().await.unwrap();
        assert!(store.changes().await.unwrap().channels.is_empty(), "what cites something links there");
        let [day] = &store.days(&[DAY]).await.unwrap()[..] else { panic!("there is one") };
        assert_eq!((&day.pages[&0], &day.pages[&7]), (&("of 0".to_owned(), false), &("of 7".to_owned(), true)));
        assert_eq!(store.days_to_lay_out(false).await.unwrap(), [DAY], "a page is still to be composed");
        let slug = "slug-3000".to_owned();
        let stands = async |short_id: &str| store.place_in_day(short_id).await.unwrap();
        assert_eq!(stands("000000003001").await, Some(Home::Day { slug: slug.clone(), page: None }));
        assert_eq!(stands("000000003002").await, Some(Home::Day { slug, page: Some(7) }));
        assert_eq!((stands("000000001001").await, stands("nobody").await), (None, None));
        let many: Vec<_> =
            (0..250_u32).map(|number| page(number, (i64::from(number), id(number.into())), false)).collect();
        let mut write = store.begin().await.unwrap();
        write.lay_out(&[DAY], &many, &[]).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(store.days(&[DAY]).await.unwrap()[0].pages.len(), 250, "in place of those of before");
        let mut write = store.begin().await.unwrap();
        write.lay_out(&[DAY], &[], &[]).await.unwrap();
        write.commit().await.unwrap();
        assert!(store.days(&[DAY]).await.unwrap()[0].pages.is_empty());
    })
    .await;
}
