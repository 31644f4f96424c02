//! Feed inputs: what is remembered of fetching them, their entries, the days that they form, the stories to settle.

use crate::backends::each_backend;
use crate::filled::{CARRIED, DAY, DAYS, EDITION, ITEM, SECOND, at, entry, fill, poll, save};
use crate::writes::key;
use std::collections::BTreeSet;
use wellsourced::ledger::{EntriesAsked, Question, Says, Scope};
use wellsourced::model::{Face, Held, Instead, PollState, Validators};
use wellsourced::store::Write;

/// Rows of the feed inputs.
const A: i64 = 3;
const B: i64 = 4;

async fn load(write: &mut Write, question: Question) -> Scope {
    let mut scope = Scope::default();
    write.load(&question, &mut scope).await.unwrap();
    scope
}

#[tokio::test]
async fn what_is_remembered_of_fetching_comes_back_as_it_was() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let odd = PollState {
            validators: Some(Validators { etag: Some(vec![0, 0xff]), ..Validators::default() }),
            instead: Some(Instead { url: "https://c.example/“’".to_owned(), since: at(1), found_in_page: true }),
            held: Some(Held { now: Face::default(), before: Face::default(), since: at(2) }),
            updates: vec![at(3), at(2)],
            next: Some(at(9)),
            ..poll("https://a.example/")
        };
        let mut write = store.begin().await.unwrap();
        write.put_polls(&[]).await.unwrap();
        write.put_polls(&[(A, &odd)]).await.unwrap();
        write.set_fingerprint(A, "others").await.unwrap();
        write.set_fingerprint(77, "nobody").await.unwrap();
        assert!(write.put_polls(&[(77, &odd)]).await.is_err(), "there is no such input");
        drop(write);
        let mut write = store.begin().await.unwrap();
        write.put_polls(&[(A, &odd)]).await.unwrap();
        write.set_fingerprint(A, "others").await.unwrap();
        let feeds = write.feed_inputs(&["a", "c", "digest"]).await.unwrap();
        assert_eq!((&feeds["a"].poll, feeds["a"].fingerprint.as_str(), feeds.len()), (&odd, "others", 3));
        assert_eq!((&feeds["c"].poll, feeds["c"].fingerprint.as_str()), (&PollState::default(), ""));
        write.commit().await.unwrap();
        let polls = store.polls().await.unwrap();
        assert_eq!((polls.len(), &polls["a"]), (2, &odd));
        let moved = || async { store.known_feeds().await.unwrap().into_iter().collect::<Vec<_>>() };
        assert_eq!(moved().await, [("a".to_owned(), (odd.configured.clone(), odd.instead.clone()))]);
        assert_eq!(
            store.held_feeds().await.unwrap().into_iter().collect::<Vec<_>>(),
            [("a".to_owned(), odd.held.clone().unwrap())]
        );
        let here = PollState { gave_entries: true, ..poll("https://a.example/") };
        let mut write = store.begin().await.unwrap();
        write.put_polls(&[(A, &here)]).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(moved().await, [("a".to_owned(), (odd.configured.clone(), None))]);
        assert_eq!(store.held_feeds().await.unwrap().len(), 0);
        let mut write = store.begin().await.unwrap();
        assert!(!write.input("digest", "options").await.unwrap().same_options, "it was a feed meanwhile");
        write.forget_poll(A).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(store.polls().await.unwrap().into_keys().collect::<Vec<_>>(), ["b"]);
    })
    .await;
}

#[tokio::test]
async fn entries_are_counted_and_forgotten_and_what_they_said_stays_with_the_others() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let counts = store.entry_counts(at(-1)).await.unwrap();
        assert_eq!((counts["a"], counts["b"], counts.len()), ((1, 1), (1, 1), 2), "one shows none");
        assert_eq!(store.entry_counts(at(1)).await.unwrap()["a"], (1, 0));
        let founders = store.founders(None).await.unwrap();
        let founder = &founders[&CARRIED];
        assert_eq!((founder.input.as_str(), founder.key.as_str(), founders.len()), ("a", "one", 1));
        assert_eq!(store.founders(Some(&[CARRIED, ITEM])).await.unwrap(), founders);
        assert!(store.founders(Some(&[ITEM])).await.unwrap().is_empty());
        let mut write = store.begin().await.unwrap();
        write.take_marked_stories(99).await.unwrap();
        write.forget_entries(A).await.unwrap();
        assert_eq!(write.take_marked_stories(99).await.unwrap(), [CARRIED], "it is to be looked at");
        let scope = load(&mut write, Question { items: BTreeSet::from([CARRIED]), ..Question::default() }).await;
        let says: Vec<_> = scope.carriers(CARRIED).iter().map(|entry| (entry.key.as_str(), &entry.says)).collect();
        assert!(matches!(says[..], [("two", Says::This(_))]), "{says:?}");
        write.commit().await.unwrap();
        assert!(store.founders(None).await.unwrap().is_empty(), "one carries it alone");
    })
    .await;
}

#[tokio::test]
async fn whoever_carries_an_item_keeps_its_words_when_another_one_goes() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let mut write = store.begin().await.unwrap();
        write.forget_entries(B).await.unwrap();
        let scope = load(&mut write, Question { items: BTreeSet::from([CARRIED]), ..Question::default() }).await;
        let [founder] = scope.carriers(CARRIED)[..] else { panic!("one is left") };
        let words = scope.item(CARRIED).unwrap().written.as_ref();
        assert!(scope.said(founder) == words && words.is_some());
        assert!(matches!(&founder.says, Says::This(_)), "its own, whoever founds the item next");
    })
    .await;
}

#[tokio::test]
async fn entries_that_left_are_forgotten_after_a_while() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let mut write = store.begin().await.unwrap();
        let asked = |left_after, keys: &[&str]| Question {
            entries: Some(EntriesAsked {
                inputs: vec![B],
                left_after,
                keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            }),
            ..Question::default()
        };
        let keys = |scope: &Scope| scope.entries().map(|entry| entry.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&load(&mut write, asked(at(0), &[])).await), ["two"]);
        assert_eq!(keys(&load(&mut write, asked(at(-99), &[])).await), ["two", "gone"]);
        assert_eq!(keys(&load(&mut write, asked(at(0), &["gone", "nobody"])).await), ["two", "gone"]);
        for (before, left) in [(at(-99), 2), (at(-30), 2), (at(-29), 1)] {
            write.forget_entries_left(before).await.unwrap();
            assert_eq!(load(&mut write, asked(at(-99), &["gone"])).await.entries().count(), left);
        }
    })
    .await;
}

#[tokio::test]
async fn a_day_is_listed_when_it_has_ended() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let listed = async || {
            let ids = store.edition_ids(wellsourced::store::ItemOrder::Oldest, 0, 9).await.unwrap();
            assert_eq!(u64::try_from(ids.len()).unwrap(), store.edition_count().await.unwrap());
            ids
        };
        let mut write = store.begin().await.unwrap();
        assert_eq!(write.days_input().await.unwrap(), DAYS);
        write.list_days(at(0x3000)).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(listed().await, [EDITION], "not yet");
        let mut write = store.begin().await.unwrap();
        write.list_days(at(0x3001)).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(listed().await, [EDITION, DAY]);
        assert_eq!(store.changes().await.unwrap().edition_list.from, Some(at(0x3000).timestamp()), "it entered");
    })
    .await;
}

#[tokio::test]
async fn stories_are_taken_in_order_and_once() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let mut write = store.begin().await.unwrap();
        assert_eq!(write.take_marked_stories(1).await.unwrap(), [ITEM]);
        assert_eq!(write.take_marked_stories(9).await.unwrap(), [SECOND]);
        assert!(write.take_marked_stories(9).await.unwrap().is_empty());
        write.mark_stories(&[]).await.unwrap();
        write.mark_stories(&[CARRIED, ITEM]).await.unwrap();
        write.mark_stories(&[ITEM]).await.unwrap();
        assert_eq!(write.take_marked_stories(9).await.unwrap(), [ITEM, CARRIED]);
        let there = Some("https://there.example/".to_owned());
        let link = key(0x1002);
        write.note_led_to(&[(&link, there.clone()), ("https://nobody.example/", there.clone())]).await.unwrap();
        assert_eq!(write.take_marked_stories(9).await.unwrap(), [SECOND], "who cites it first");
        write.note_led_to(&[(&link, there.clone())]).await.unwrap();
        assert!(write.take_marked_stories(9).await.unwrap().is_empty(), "nothing new");
        let asked = Question { links: BTreeSet::from([link.clone(), key(0x1001)]), ..Question::default() };
        let leads = load(&mut write, asked.clone()).await.leads;
        assert_eq!((leads.len(), leads.get(&link)), (1, there.as_ref()));
        // Two links of one host that lead to one place: a page that asks for consent.
        write.note_led_to(&[(&key(0x1002), there.clone())]).await.unwrap();
        save(&mut write, |scope| {
            scope.put_item(crate::filled::item(EDITION, 0x1005));
            scope.put_entry(entry(-1, A, "five", None));
        })
        .await;
        write.note_led_to(&[(&key(0x1005), there)]).await.unwrap();
        assert!(load(&mut write, asked.clone()).await.leads.is_empty());
        write.note_led_to(&[(&key(0x1005), None)]).await.unwrap();
        assert_eq!(load(&mut write, asked).await.leads.len(), 1);
    })
    .await;
}
