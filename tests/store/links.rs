//! Links: what was seen of them, what they are judged to be, which are due, and their copies.

use crate::backends::each_backend;
use crate::filled::{CARRIED, EDITION, HIDDEN, ITEM, SECOND, at, check, fill, judged, judgement, looked, url};
use crate::writes::key;
use wellsourced::model::{Check, Judgement, Lately, LinkKey, LinkMemory, Portrait, Verdict};
use wellsourced::store::{Due, Judged, Store, Write};

fn moments(checks: &[Check]) -> Vec<i64> {
    checks.iter().map(|check| (check.at - at(0)).num_seconds()).collect()
}

async fn written(store: &Store, act: impl AsyncFnOnce(&mut Write)) {
    let mut write = store.begin().await.unwrap();
    act(&mut write).await;
    write.commit().await.unwrap();
}

#[tokio::test]
async fn a_link_is_judged_by_its_checks_that_count_in_the_order_of_the_clock() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let link = url(0x1002);
        let before = store.last_check().await.unwrap();
        let [late, early, held] = [9, 1, 5].map(|seconds| check(&link, seconds, Verdict::Failing));
        written(&store, async |write| {
            let all = [looked(&late, true), looked(&early, true), looked(&held, false)];
            let histories = write.record_checks(&all).await.unwrap();
            let history = &histories[&key(0x1002)];
            assert_eq!((moments(&history.checks), history.newest), (vec![1, 2, 9], at(0x1002)));
            let (rows, checks) = write.check_rows(&key(0x1002)).await.unwrap();
            assert_eq!((rows.len(), &checks), (3, &history.checks), "what is judged by is what is kept");
        })
        .await;
        assert_eq!(store.last_check().await.unwrap(), before + 3);
        written(&store, async |write| {
            assert_eq!(write.take_held(before, 9).await.unwrap(), [held]);
            assert!(write.take_held(before, 9).await.unwrap().is_empty(), "once");
            assert_eq!(write.take_held(0, 9).await.unwrap().len(), 1, "of an earlier cycle");
            assert!(write.record_checks(&[]).await.unwrap().is_empty());
            assert!(
                write
                    .record_checks(&[looked(&check("https://nobody.example/", 1, Verdict::Gone), true)])
                    .await
                    .unwrap()
                    .is_empty()
            );
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn what_a_page_looked_like_is_remembered_and_its_neighbours_know() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        assert!(store.canaries(&[], 9).await.unwrap().is_empty(), "of no page it is known what it looked like");
        let seen = Portrait { title: "Printing".to_owned(), domain: "host.example".to_owned(), ..Portrait::default() };
        let lately = Lately { odd: true, moved_to: Some("new.example".to_owned()) };
        let memory = LinkMemory { first: Some(seen.clone()), last: None, lately: Some(lately.clone()) };
        let (one, two, host) = (key(0x1001), key(0x3002), LinkKey::host_of(&url(0x1001)).unwrap());
        written(&store, async |write| {
            let judged = Judged { memory: memory.clone(), ..judged(&one, Verdict::Reachable) };
            write.judge_links(&[judged]).await.unwrap();
            let checks = [check(&url(0x1001), 9, Verdict::Reachable), check(&url(0x3002), 9, Verdict::Reachable)];
            let looked: Vec<_> = checks.iter().map(|check| looked(check, true)).collect();
            let histories = write.record_checks(&looked).await.unwrap();
            let own = &histories[&one].beside;
            assert_eq!((&own.memory.first, &own.memory.last, own.neighbours.len()), (&Some(seen.clone()), &None, 0));
            assert!(own.citation.words.contains(&"Source 1001".to_owned()), "{:?}", own.citation);
            assert_eq!(histories.get(&two).map(|other| other.beside.neighbours.clone()), Some(vec![lately]));
        })
        .await;
        assert_eq!(store.canaries(&[], 9).await.unwrap(), [(url(0x1001), seen)]);
        assert!(store.canaries(&[&host], 9).await.unwrap().is_empty(), "not of this host");
        written(&store, async |write| {
            write.judge_links(&[judged(&one, Verdict::Failing)]).await.unwrap();
        })
        .await;
        assert!(store.canaries(&[], 9).await.unwrap().is_empty(), "it is not well");
    })
    .await;
}

#[tokio::test]
async fn a_host_is_closed_while_none_of_its_links_opens() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let closed = async || store.closed_hosts().await.unwrap().into_iter().collect::<Vec<_>>();
        assert!(closed().await.is_empty(), "of the host whose one link is gone others were not looked at yet");
        let others = [key(0x4001), key(0x3002)];
        let gone = others.each_ref().map(|key| judged(key, Verdict::Gone));
        written(&store, async |write| drop(write.judge_links(&gone).await.unwrap())).await;
        assert_eq!(closed().await, [LinkKey::host_of(&url(0x1001)).unwrap()]);
        let key = key(0x1001);
        for (verdict, is_closed) in [
            (Verdict::Replaced, true),
            (Verdict::Blocked, false),
            (Verdict::Failing, true),
            (Verdict::Moved, false),
            (Verdict::Refused, false),
        ] {
            let turned = async |write: &mut Write| drop(write.judge_links(&[judged(&key, verdict)]).await.unwrap());
            written(&store, turned).await;
            assert_eq!(closed().await.len(), usize::from(is_closed), "{verdict}");
        }
    })
    .await;
}

#[tokio::test]
async fn old_checks_are_found_counted_and_forgotten() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let (one, two) = (key(0x1001), key(0x1002));
        let many: Vec<Check> = (0..600).map(|seconds| check(&one, seconds, Verdict::Reachable)).collect();
        let of_two = [check(&two, 3, Verdict::Gone), check(&two, 4, Verdict::Gone)];
        written(&store, async |write| {
            let all: Vec<_> = many
                .iter()
                .map(|check| looked(check, true))
                .chain([looked(&of_two[0], true), looked(&of_two[1], false)])
                .collect();
            write.record_checks(&all).await.unwrap();
        })
        .await;
        let sorted = if one < two { [&one, &two] } else { [&two, &one] };
        let old = async |after: &str, before, limit| store.links_with_old_checks(after, before, limit).await.unwrap();
        assert_eq!(old("", at(99), 9).await.iter().collect::<Vec<_>>(), sorted);
        assert_eq!(old("", at(99), 1).await, [sorted[0].clone()]);
        assert_eq!(old(sorted[0], at(99), 9).await, [sorted[1].clone()]);
        assert!(old("", at(1), 9).await.is_empty(), "one alone is kept");
        let totals = store.check_totals().await.unwrap();
        let count = |verdict: &str| totals.iter().filter(|total| total.2 == verdict).map(|total| total.3).sum::<u64>();
        assert_eq!((count("reachable"), count("gone"), count("failing")), (601, 2, 0), "those that count");
        written(&store, async |write| {
            let (rows, _) = write.check_rows(&one).await.unwrap();
            write.forget_checks(&rows[1..]).await.unwrap();
            write.forget_checks(&[]).await.unwrap();
            assert_eq!(write.check_rows(&one).await.unwrap().0, rows[..1]);
            write.forget_uncounted(&two, at(4)).await.unwrap();
            assert_eq!(write.take_held(0, 9).await.unwrap().len(), 2, "not old enough");
        })
        .await;
        assert_eq!(store.check_totals().await.unwrap(), totals, "what was counted stays so");
    })
    .await;
}

#[tokio::test]
async fn a_verdict_turns_and_marks_what_shows_it() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        written(&store, async |write| write.clear_marks(true).await.unwrap()).await;
        let (gone, reached) = (key(0x1001), key(0x1002));
        let again = Judgement {
            rule: "another".into(),
            last_reached: Some(at(77)),
            evidence: "again".into(),
            ..judgement(Verdict::Reachable)
        };
        written(&store, async |write| {
            let quiet = Judged { key: &reached, judgement: again, next_check: at(50), memory: LinkMemory::default() };
            assert!(write.judge_links(&[quiet, judged(&gone, Verdict::Gone)]).await.unwrap().is_empty());
            assert!(write.judge_links(&[]).await.unwrap().is_empty());
        })
        .await;
        assert!(store.changes().await.unwrap().is_empty(), "nothing else is shown");
        assert_eq!(store.recently_reached().await.unwrap(), Some(url(0x1002)));
        written(&store, async |write| {
            let turned = write.judge_links(&[judged(&gone, Verdict::Gone), judged(&reached, Verdict::Moved)]).await;
            assert_eq!(turned.unwrap(), [(1, Verdict::Reachable)]);
        })
        .await;
        let changes = store.changes().await.unwrap();
        assert_eq!((&changes.items, &changes.editions), (&vec![SECOND], &vec![EDITION]));
        let shifts: Vec<_> = changes.channels.values().map(|shift| (shift.from, shift.touched.clone())).collect();
        assert!(shifts.len() > 1 && shifts.iter().all(|shift| *shift == (None, vec![at(0x1002).timestamp()])));
        let keys = [LinkKey::of(&gone).unwrap(), LinkKey::of(&reached).unwrap(), LinkKey::of(&url(0x7777)).unwrap()];
        let verdicts = store.link_verdicts(&keys).await.unwrap();
        assert_eq!((verdicts.len(), verdicts[&reached].0), (2, Verdict::Moved));
        let items = store.items(&[ITEM, SECOND], &store.tags().await.unwrap()).await.unwrap();
        let sources: Vec<_> = items.iter().map(|item| (item.sources[0].verdict, item.sources[0].since)).collect();
        assert_eq!(sources, [(Verdict::Gone, Some(at(10))), (Verdict::Moved, Some(at(10)))]);
        assert_eq!(items[1].sources[0].moved_to.as_deref(), Some("https://new.example/"));
    })
    .await;
}

#[tokio::test]
async fn links_are_due_newest_first_page_by_page() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        // Those of the day were never judged; what a carrier cites counts as what its item cites.
        let due = store.due_links(at(0), None, 9).await.unwrap();
        let urls: Vec<_> = due.iter().map(|link| link.url.clone()).collect();
        assert_eq!(urls, [url(0x3002), url(0x3001), url(0x4001)]);
        assert_eq!(store.due(at(0)).await.unwrap(), Due { links: 3, hosts: 2 });
        assert_eq!(store.due_links(at(0), None, 1).await.unwrap(), due[..1]);
        assert_eq!(store.due_links(at(0), Some(&due[0]), 9).await.unwrap(), due[1..]);
        assert!(store.due_links(at(0), due.last(), 9).await.unwrap().is_empty());
        assert_eq!(store.due(at(1_000_000)).await.unwrap().links, 5, "the others are looked at again");
        written(&store, async |write| {
            write.judge_links(&[judged(&key(0x3001), Verdict::Failing)]).await.unwrap();
        })
        .await;
        assert_eq!(store.due(at(0)).await.unwrap().links, 2);
    })
    .await;
}

#[tokio::test]
async fn trouble_is_counted_and_told_worst_first() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let counts = [(Verdict::Reachable, 1), (Verdict::Gone, 1), (Verdict::Unchecked, 3)];
        assert_eq!(store.link_counts().await.unwrap(), counts);
        written(&store, async |write| {
            write
                .judge_links(&[judged(&key(0x1002), Verdict::Blocked), judged(&key(0x3002), Verdict::Failing)])
                .await
                .unwrap();
        })
        .await;
        let troubled = store.troubled_links(9, 10).await.unwrap();
        let told: Vec<_> = troubled.iter().map(|link| (link.verdict, link.url.clone(), link.items.len())).collect();
        // An item that is hidden is not told.
        let expected =
            [(Verdict::Gone, url(0x1001), 1), (Verdict::Failing, url(0x3002), 0), (Verdict::Blocked, url(0x1002), 1)];
        assert_eq!(told, expected);
        assert_eq!((troubled[0].label.as_str(), troubled[0].since), ("Source 1001", Some(at(10))));
        let ruled = (troubled[0].rule.as_str(), troubled[0].moved_to.as_deref(), troubled[0].archive.as_deref());
        assert_eq!(ruled, ("rule", None, None));
        written(&store, async |write| {
            write.judge_links(&[judged(&key(0x1002), Verdict::Failing)]).await.unwrap();
        })
        .await;
        let one_each = store.troubled_links(1, 10).await.unwrap();
        let told: Vec<_> = one_each.iter().map(|link| (link.verdict, link.url.clone())).collect();
        assert_eq!(told, [(Verdict::Gone, url(0x1001)), (Verdict::Failing, url(0x3002))], "so many of each verdict");
        written(&store, async |write| {
            write.judge_links(&[judged(&key(0x1002), Verdict::Blocked)]).await.unwrap();
        })
        .await;
        let hosts = store.host_counts(9).await.unwrap();
        let first =
            ("host2.example".to_owned(), vec![(Verdict::Failing, 1), (Verdict::Gone, 1), (Verdict::Unchecked, 1)]);
        assert_eq!((hosts.len(), &hosts[0], hosts[1].0.as_str()), (2, &first, "host0.example"));
        assert_eq!(store.host_counts(1).await.unwrap(), hosts[..1]);
    })
    .await;
}

#[tokio::test]
async fn copies_are_wished_for_found_and_shown() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let (gone, reached) = (key(0x1001), key(0x1002));
        let wished = async |now| {
            store
                .links_without_copy(&[Verdict::Gone], now, 9)
                .await
                .unwrap()
                .into_iter()
                .map(|wish| wish.key)
                .collect::<Vec<_>>()
        };
        let to_save = async |since| {
            store
                .links_to_save(&[Verdict::Reachable, Verdict::Moved], since, 9)
                .await
                .unwrap()
                .into_iter()
                .map(|wish| wish.key)
                .collect::<Vec<_>>()
        };
        assert_eq!((wished(at(0)).await, to_save(at(0)).await), (vec![gone.clone()], vec![reached.clone()]));
        assert!(to_save(at(0x1003)).await.is_empty(), "cited too long ago");
        written(&store, async |write| {
            write.ask_for_copy_at(&gone, at(50)).await.unwrap();
            write.note_saved(&reached).await.unwrap();
        })
        .await;
        assert_eq!((wished(at(49)).await, wished(at(50)).await), (vec![], vec![gone.clone()]));
        assert!(to_save(at(0)).await.is_empty());
        written(&store, async |write| {
            write.clear_marks(true).await.unwrap();
            write.keep_copy(&reached, "https://archive.example/2").await.unwrap();
        })
        .await;
        assert!(store.changes().await.unwrap().is_empty(), "for later");
        written(&store, async |write| write.put_copy(&gone, "https://archive.example/1").await.unwrap()).await;
        assert_eq!(store.changes().await.unwrap().items, [ITEM]);
        assert!(wished(at(99)).await.is_empty());
        let items = store.items(&[ITEM, SECOND], &store.tags().await.unwrap()).await.unwrap();
        let copies: Vec<_> = items.iter().map(|item| item.sources[0].archive.as_deref()).collect();
        assert_eq!(copies, [Some("https://archive.example/1"), None], "only of what is gone");
    })
    .await;
}

#[tokio::test]
async fn items_are_told_with_what_stands_against_their_primary_source() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let told = |items: Vec<wellsourced::store::Candidate>| {
            items.into_iter().map(|item| (item.id, item.source, item.shown)).collect::<Vec<_>>()
        };
        assert_eq!(told(store.hidden_items().await.unwrap()), [(HIDDEN, Some(Verdict::Unchecked), false)]);
        assert_eq!(told(store.shown_items(&[Verdict::Gone]).await.unwrap()), [(ITEM, Some(Verdict::Gone), true)]);
        assert_eq!(
            told(store.shown_items(&[Verdict::Unchecked]).await.unwrap()),
            [(CARRIED, Some(Verdict::Unchecked), true)]
        );
        assert!(store.shown_items(&[Verdict::Refused]).await.unwrap().is_empty());
    })
    .await;
}
