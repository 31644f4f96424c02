//! How links and feeds fare as a whole: what the status page tells.

use crate::backends::each_backend;
use crate::filled::{at, fill, inputs, judged, judgement, poll};
use crate::writes::key;
use wellsourced::model::{Judgement, PollState, Verdict};
use wellsourced::store::{AgedLinks, FailingFeed, FailingHost, Judged, Store};

/// Judges a link to have a verdict since a day.
async fn judge(store: &Store, number: u128, verdict: Verdict, day: i64) {
    let mut write = store.begin().await.unwrap();
    let since = Some(at(day * 86_400));
    let key = key(number);
    let judged = Judged { judgement: Judgement { since, ..judgement(verdict) }, ..judged(&key, verdict) };
    write.judge_links(&[judged]).await.unwrap();
    write.commit().await.unwrap();
}

#[tokio::test]
async fn what_was_lost_in_the_week_before_the_newest_loss_is_new() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let lost =
            async || -> Vec<String> { store.newly_lost(9).await.unwrap().into_iter().map(|link| link.key).collect() };
        judge(&store, 0x1001, Verdict::Gone, 1).await;
        judge(&store, 0x1002, Verdict::Moved, 90).await;
        assert_eq!(lost().await, [key(0x1001)], "a move is no loss");
        judge(&store, 0x3002, Verdict::Replaced, 8).await;
        assert_eq!(lost().await, [key(0x3002), key(0x1001)], "the latest first");
        assert_eq!(store.newly_lost(1).await.unwrap().len(), 1);
        judge(&store, 0x3002, Verdict::Replaced, 9).await;
        assert_eq!(lost().await, [key(0x3002)]);
        judge(&store, 0x3002, Verdict::Reachable, 10).await;
        assert_eq!(lost().await, [key(0x1001)]);
    })
    .await;
}

#[tokio::test]
async fn links_are_counted_by_the_age_of_their_first_mention() {
    each_backend(async |place| {
        let store = place.open().await;
        assert_eq!((store.newest_item().await.unwrap(), store.link_ages([at(0); 4]).await.unwrap()), (None, vec![]));
        fill(&store).await;
        let newest = store.newest_item().await.unwrap().unwrap();
        let young = store.link_ages([at(-1); 4]).await.unwrap();
        let old = store.link_ages([newest; 4]).await.unwrap();
        let links = young[0].links;
        assert_eq!(young, [AgedLinks { class: 0, links, lost: 1 }]);
        assert_eq!(old, [AgedLinks { class: 4, links, lost: 1 }]);
        // The two items of the edition, and the newest one of a feed.
        let both = store.link_ages([at(0x1001), at(0x1001), at(-1), at(-1)]).await.unwrap();
        let of = |class: usize| both.iter().find(|age| age.class == class).map(|age| (age.links, age.lost));
        assert_eq!((of(0), of(2)), (Some((links - 1, 0)), Some((1, 1))), "{both:?}");
    })
    .await;
}

#[tokio::test]
async fn a_host_fails_when_several_of_its_links_and_most_do() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        assert!(store.failing_hosts(9).await.unwrap().is_empty(), "one of three is gone");
        judge(&store, 0x3002, Verdict::Failing, 3).await;
        let host = FailingHost {
            host: "host2.example".to_owned(),
            slug: Some("host2.example".to_owned()),
            links: 3,
            failing: 2,
            since: Some(at(10)),
            rule: "rule".to_owned(),
        };
        assert_eq!(store.failing_hosts(9).await.unwrap(), [host]);
        assert!(store.failing_hosts(0).await.unwrap().is_empty());
        judge(&store, 0x3002, Verdict::Blocked, 3).await;
        assert!(store.failing_hosts(9).await.unwrap().is_empty(), "readers can open it");
    })
    .await;
}

#[tokio::test]
async fn feeds_that_fail_are_told_with_their_reason_and_last_success() {
    each_backend(async |place| {
        let store = place.open().await;
        let mut write = store.begin().await.unwrap();
        let [_, _, well, failing] = inputs(&mut write).await;
        let (since, last_success, rule) = (Some(at(9)), Some(at(3)), Some("dns".to_owned()));
        let state =
            PollState { failing_since: since, last_success, last_rule: rule.clone(), ..poll("https://b.example/") };
        write.put_polls(&[(well, &poll("https://a.example/")), (failing, &state)]).await.unwrap();
        write.commit().await.unwrap();
        let told = store.failing_feeds().await.unwrap();
        let expected = FailingFeed { since: at(9), last_success, rule };
        assert_eq!(told.into_iter().collect::<Vec<_>>(), [("b".to_owned(), expected)]);
    })
    .await;
}
