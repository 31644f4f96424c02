//! What the heads of channels' pages are made of.

use crate::backends::each_backend;
use crate::filled::{HIDDEN, SECOND, at, fill, judged, url};
use crate::published::changed;
use crate::writes::key;
use std::collections::HashMap;
use wellsourced::ledger::show;
use wellsourced::model::{ChannelKind, LinkKey, Verdict};
use wellsourced::store::{LinksByState, Store};

/// The rows of channels of a kind by their keys.
async fn rows(store: &Store, kind: ChannelKind) -> HashMap<String, i64> {
    store.channels(kind).await.unwrap().into_iter().map(|state| (state.key, state.id)).collect()
}

async fn judge(store: &Store, number: u128, verdict: Verdict) {
    let mut write = store.begin().await.unwrap();
    drop(write.judge_links(&[judged(&key(number), verdict)]).await.unwrap());
    write.commit().await.unwrap();
}

#[tokio::test]
async fn ages_and_months_are_those_of_what_is_published() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let ai = rows(&store, ChannelKind::Tag).await["ai"];
        assert_eq!(store.channel_ages(&[ai, 999]).await.unwrap(), HashMap::from([(ai, (at(0x1001), at(0x3001)))]));
        let spans = [(0, 0x1001), (0x1001, 0x1002), (0x1001, 0x3002), (0x3002, 0x4000)];
        let spans = spans.map(|(from, to)| (ai, at(from).timestamp(), at(to).timestamp()));
        let counts = store.members_within(&spans[..2]).await.unwrap();
        assert_eq!(
            spans[..2].iter().map(|span| counts[&(ai, span.1)]).collect::<Vec<_>>(),
            [0, 1],
            "the end is not within"
        );
        let counts = store.members_within(&spans[2..]).await.unwrap();
        assert_eq!((counts[&(ai, spans[2].1)], counts[&(ai, spans[3].1)]), (3, 0), "one is hidden");
        changed(&store, |scope| show(scope, HIDDEN, true)).await;
        assert_eq!(store.members_within(&spans[3..]).await.unwrap()[&(ai, spans[3].1)], 1);
        assert_eq!(store.channel_ages(&[ai]).await.unwrap()[&ai].1, at(0x3002));
    })
    .await;
}

#[tokio::test]
async fn tags_go_together_by_how_often_they_stand_on_the_same_items() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let tags = rows(&store, ChannelKind::Tag).await;
        let (ai, even, odd) = (tags["ai"], tags["tag 0"], tags["tag 1"]);
        let beside = async |newest, most| store.tags_beside(&[ai, even], newest, most).await.unwrap();
        let all = beside(9, 9).await;
        assert_eq!((&all[&ai], &all[&even]), (&vec![(odd, 2), (even, 1)], &vec![(ai, 1)]));
        assert_eq!(beside(9, 1).await[&ai], [(odd, 2)]);
        assert_eq!(beside(2, 9).await[&ai], [(even, 1), (odd, 1)], "among the newest two; equal ones by their keys");
        changed(&store, |scope| show(scope, SECOND, false)).await;
        assert_eq!(beside(9, 9).await[&ai], [(odd, 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_host_is_told_by_the_links_that_published_items_cite() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let host = |number| LinkKey::host_of(&url(number)).unwrap();
        let hosts = rows(&store, ChannelKind::Source).await;
        let (two, other) = (hosts[&host(0x1001)], hosts[&host(0x1002)]);
        let state = |all, open, closed| LinksByState { all, open, closed };
        let links = store.host_links(&[two, other]).await.unwrap();
        assert_eq!((links[&two], links[&other]), (state(2, 0, 1), state(1, 1, 0)), "one is not looked at, one hidden");
        let trouble = store.host_trouble(&[two, other], 9).await.unwrap();
        let [gone] = &trouble[&two][..] else { panic!("{trouble:?}") };
        assert_eq!((&*gone.link.label, &*gone.link.url, gone.since), ("Source 1001", &*url(0x1001), Some(at(10))));
        assert!(!trouble.contains_key(&other));
        let span = |from: i64, to: i64| (two, at(from).timestamp(), at(to).timestamp());
        let (early, late) = (span(0, 0x3001), span(0x3001, 0x4000));
        let within = store.host_links_within(&[early, late]).await.unwrap();
        assert_eq!((within[&(two, early.1)], within[&(two, late.1)]), (state(1, 0, 1), state(1, 0, 0)));
        judge(&store, 0x4001, Verdict::Replaced).await;
        let trouble = store.host_trouble(&[two], 9).await.unwrap();
        let verdicts: Vec<_> = trouble[&two].iter().map(|link| link.verdict).collect();
        assert_eq!(verdicts, [Verdict::Replaced, Verdict::Gone], "the worst first");
        assert_eq!(store.host_trouble(&[two], 1).await.unwrap()[&two].len(), 1);
        judge(&store, 0x1001, Verdict::Blocked).await;
        assert_eq!(store.host_links(&[two]).await.unwrap()[&two], state(2, 1, 1), "readers can open it");
        assert_eq!(store.host_trouble(&[two], 9).await.unwrap()[&two].len(), 1);
    })
    .await;
}
