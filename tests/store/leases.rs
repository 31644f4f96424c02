//! Leases: one node at a time has what it claimed, until it lets go of it or its time is over; a stale one writes nothing.

use crate::backends::each_backend;
use std::collections::BTreeSet;
use std::time::Duration;
use wellsourced::store::{Error, Held, Leases, Store};

/// Longer than any test takes.
const LONG: Duration = Duration::from_hours(1);

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The leases of two nodes, with three hosts that can be claimed.
async fn two(store: &Store) -> (Leases, Leases) {
    let (one, two) = (Leases::of(store, "one"), Leases::of(store, "two"));
    one.note(&names(&["host:a", "host:b", "host:c"])).await.unwrap();
    two.note(&names(&["host:c", "host:a"])).await.unwrap();
    (one, two)
}

fn keys(held: &Held) -> Vec<&str> {
    held.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn what_one_claimed_no_other_does_until_it_is_let_go_of() {
    each_backend(async |place| {
        let store = place.open().await;
        let (one, two) = two(&store).await;
        let held = one.claim(&["host:a", "host:b", "host:x"], 9, LONG).await.unwrap();
        assert_eq!(keys(&held), ["host:a", "host:b"], "of what nobody noted there is no lease");
        assert_eq!(keys(&two.claim(&["host:a", "host:b", "host:c"], 9, LONG).await.unwrap()), ["host:c"]);
        assert!(one.claim(&["host:a"], 9, LONG).await.unwrap().is_empty(), "nor does it itself");
        let standing = Leases::standing(&store).await.unwrap();
        let told: Vec<_> = standing.iter().map(|lease| (lease.name.as_str(), lease.node.as_str())).collect();
        assert_eq!(told, [("host:a", "one"), ("host:b", "one"), ("host:c", "two")]);
        assert!(standing.iter().all(|lease| lease.left > 3_500_000), "{standing:?}");
        one.release(&held, Duration::ZERO).await.unwrap();
        let again = two.claim(&["host:a", "host:b"], 1, LONG).await.unwrap();
        assert_eq!(keys(&again), ["host:a"], "at most as many as wanted");
        assert!(again["host:a"] > held["host:a"], "a token grows");
    })
    .await;
}

#[tokio::test]
async fn nobody_asks_a_host_before_it_has_rested() {
    each_backend(async |place| {
        let store = place.open().await;
        let (one, two) = two(&store).await;
        let held = one.claim(&["host:a", "host:b"], 9, LONG).await.unwrap();
        one.release(&held, LONG).await.unwrap();
        assert!(two.claim(&["host:a", "host:b"], 9, LONG).await.unwrap().is_empty());
        assert!(Leases::standing(&store).await.unwrap().is_empty(), "nobody has it, all the same");
    })
    .await;
}

#[tokio::test]
async fn a_lease_whose_time_is_over_is_lost() {
    each_backend(async |place| {
        let store = place.open().await;
        let (one, two) = two(&store).await;
        let held = one.claim(&["host:a", "host:b"], 9, Duration::ZERO).await.unwrap();
        assert_eq!(one.renew(&held, LONG).await.unwrap(), 0, "too late");
        let mut write = store.begin().await.unwrap();
        assert!(one.hold(&mut write, &held).await.unwrap().is_empty(), "nothing may be written under it");
        drop(write);
        let taken = two.claim(&["host:a"], 9, LONG).await.unwrap();
        one.release(&held, Duration::ZERO).await.unwrap();
        let mut write = store.begin().await.unwrap();
        assert_eq!(two.hold(&mut write, &taken).await.unwrap(), names(&["host:a"]), "who lost it cannot let go of it");
    })
    .await;
}

#[tokio::test]
async fn what_is_renewed_is_kept() {
    each_backend(async |place| {
        let store = place.open().await;
        let (one, two) = two(&store).await;
        let held = one.claim(&["host:a", "host:b"], 9, LONG).await.unwrap();
        assert_eq!(one.renew(&held, LONG).await.unwrap(), 2);
        let mut write = store.begin().await.unwrap();
        assert_eq!(one.hold(&mut write, &held).await.unwrap(), names(&["host:a", "host:b"]));
        write.commit().await.unwrap();
        // Its end may be set, too.
        assert_eq!(one.renew(&held, Duration::ZERO).await.unwrap(), 2);
        assert_eq!(two.claim(&["host:a", "host:b"], 9, LONG).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn one_publishes_and_whoever_was_too_slow_writes_nothing() {
    each_backend(async |place| {
        let store = place.open().await;
        let (one, two) = two(&store).await;
        let first = one.claim_publisher(LONG).await.unwrap().unwrap();
        assert!(Leases::standing(&store).await.unwrap().is_empty(), "it is no host's");
        assert_eq!(two.claim_publisher(LONG).await.unwrap(), None);
        assert_eq!(one.claim_publisher(LONG).await.unwrap(), None, "another process of the same node");
        let of_first = one.fenced(&store, first);
        let mut write = of_first.begin().await.unwrap();
        write.set_meta("a", "first").await.unwrap();
        write.commit().await.unwrap();
        assert!(one.renew_publisher(first, Duration::ZERO).await.unwrap());
        let second = two.claim_publisher(LONG).await.unwrap().unwrap();
        let mut write = of_first.begin().await.unwrap();
        write.set_meta("a", "late").await.unwrap();
        assert!(matches!(write.commit().await, Err(Error::Stale)));
        assert_eq!(store.meta("a").await.unwrap().as_deref(), Some("first"));
        assert!(!one.renew_publisher(first, LONG).await.unwrap());
        one.release_publisher(first).await.unwrap();
        assert!(two.renew_publisher(second, LONG).await.unwrap(), "who lost it cannot let go of it");
        two.release_publisher(second).await.unwrap();
        assert!(one.claim_publisher(LONG).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn whoever_publishes_says_so_until_it_is_done_or_gone() {
    each_backend(async |place| {
        let store = place.open().await;
        let (one, two) = two(&store).await;
        let is_publishing = async || store.begin().await.unwrap().is_publishing().await.unwrap();
        let say = async |says: bool| {
            let mut write = store.begin().await.unwrap();
            write.set_publishing(says).await.unwrap();
            write.commit().await.unwrap();
        };
        assert!(!is_publishing().await);
        let publisher = one.claim_publisher(LONG).await.unwrap().unwrap();
        assert!(!is_publishing().await);
        say(true).await;
        assert!(is_publishing().await);
        say(false).await;
        assert!(!is_publishing().await);
        say(true).await;
        assert!(one.renew_publisher(publisher, Duration::ZERO).await.unwrap());
        assert!(!is_publishing().await, "its time is over");
        two.claim_publisher(LONG).await.unwrap().unwrap();
        assert!(!is_publishing().await, "the next one did not say so");
    })
    .await;
}

#[tokio::test]
async fn of_many_who_claim_at_once_each_gets_others() {
    each_backend(async |place| {
        let store = place.open().await;
        let hosts: Vec<String> = (0..200).map(|n| format!("host:{n}.example")).collect();
        Leases::of(&store, "first").note(&hosts.iter().cloned().collect()).await.unwrap();
        let wanted: Vec<&str> = hosts.iter().map(String::as_str).collect();
        let claim = async |node: &str| {
            let leases = Leases::of(&place.open().await, node);
            let mut all = Vec::new();
            for _ in 0..20 {
                all.extend(leases.claim(&wanted, 15, LONG).await.unwrap().into_keys());
            }
            all
        };
        let claims = ["1", "2", "3", "4"].map(|node| Box::pin(claim(node)));
        let one: Vec<String> = futures::future::join_all(claims).await.concat();
        assert_eq!(one.len(), 200);
        assert_eq!(one.into_iter().collect::<BTreeSet<_>>(), hosts.into_iter().collect());
    })
    .await;
}

#[tokio::test]
async fn leases_that_are_in_use_are_not_forgotten() {
    each_backend(async |place| {
        let store = place.open().await;
        let (one, _) = two(&store).await;
        let held = one.claim(&["host:a"], 9, LONG).await.unwrap();
        let mut write = store.begin().await.unwrap();
        write.forget_leases().await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(one.renew(&held, LONG).await.unwrap(), 1);
        assert_eq!(one.claim(&["host:b"], 9, LONG).await.unwrap().len(), 1);
    })
    .await;
}
