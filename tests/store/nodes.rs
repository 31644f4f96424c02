//! Nodes show themselves to each other; what the published files hold is kept for those that did not write them.

use crate::backends::each_backend;
use crate::filled::at;
use wellsourced::store::{NodePresence, NodeState};

/// Long enough that nobody is forgotten while a test runs.
const LATELY: i64 = 3_600_000;

#[tokio::test]
async fn nodes_show_themselves_until_they_end() {
    each_backend(async |place| {
        let store = place.open().await;
        let (one, two) = (NodePresence::of(&store, "one", "1.0"), NodePresence::of(&store, "two", "1.1"));
        one.begin().await.unwrap();
        two.begin().await.unwrap();
        two.begin().await.unwrap();
        let state = NodeState { doing: "a cycle".to_owned(), generation: 7, behind: 3 };
        let pulse = one.show(&state).await.unwrap();
        assert_eq!((pulse.alive, pulse.generation, pulse.is_outdated), (2, 0, false));
        assert!(pulse.now > 1_700_000_000_000, "{pulse:?}");
        let mut write = store.begin().await.unwrap();
        write.set_meta("generation", "12").await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(two.show(&NodeState::default()).await.unwrap().generation, 12);
        let nodes = store.nodes().await.unwrap();
        assert_eq!(nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!((nodes[0].version.as_str(), &nodes[0].state), ("1.0", &state));
        assert!(nodes.iter().all(|node| (0..LATELY).contains(&node.unseen) && node.age >= node.unseen), "{nodes:?}");
        one.end().await.unwrap();
        assert_eq!(two.show(&NodeState::default()).await.unwrap().alive, 1);
    })
    .await;
}

#[tokio::test]
async fn bodies_are_kept_as_long_as_a_file_has_them_and_a_while_longer() {
    each_backend(async |place| {
        let store = place.open().await;
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let bodies: [(&str, &[u8]); 4] = [("1", &bytes), ("2", b""), ("1", &bytes), ("3", b"three")];
        let mut write = store.begin().await.unwrap();
        write.put_files(&[("a.html", "1"), ("b.html", "2"), ("c.html", ""), ("d.html", "4")]).await.unwrap();
        write.put_bodies(&bodies).await.unwrap();
        write.commit().await.unwrap();
        let kept = store.bodies(&["1", "2", "3", "4"]).await.unwrap();
        assert_eq!((kept.len(), &kept["1"], &kept["2"]), (3, &bytes, &Vec::new()));
        assert_eq!(store.files_without_body("", 9).await.unwrap(), [("d.html".to_owned(), "4".to_owned())]);
        assert_eq!(store.files_without_body("d.html", 9).await.unwrap(), []);
        let forget = async |before: i64, now: i64| {
            let mut write = store.begin().await.unwrap();
            write.forget_bodies(at(before), at(now)).await.unwrap();
            write.commit().await.unwrap();
            let mut left: Vec<String> = store.bodies(&["1", "2", "3"]).await.unwrap().into_keys().collect();
            left.sort();
            left.concat()
        };
        assert_eq!(forget(0, 10).await, "123", "a reader may be about to fetch it");
        assert_eq!(forget(10, 20).await, "123");
        let mut write = store.begin().await.unwrap();
        write.remove_file("a.html").await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(forget(11, 20).await, "12", "no file had it for a while");
        let mut write = store.begin().await.unwrap();
        write.put_bodies(&bodies[..1]).await.unwrap();
        write.put_files(&[("e.html", "1")]).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(forget(99, 99).await, "12", "a file has it again");
    })
    .await;
}
