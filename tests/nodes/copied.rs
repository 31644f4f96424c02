//! Nodes on a store that was one machine's before.

use super::cluster::Cluster;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Nothing here takes so long.
const PATIENCE: Duration = Duration::from_mins(2);

/// More than are looked at in one go.
const LOST: usize = 110;

#[test]
fn who_comes_to_a_copied_store_gets_what_was_published_before() {
    let Some(mut cluster) = Cluster::new(0, 60) else { return };
    cluster.grow();
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}/store.db", folder.path().display());
    let alone = cluster.another("first", &file);
    let done = alone.once();
    assert!(done.status.success(), "{done:?}");
    let before = alone.published();
    let copied = alone.copy_store(&file, &cluster.store);
    assert!(copied.status.success(), "{copied:?}");
    // The same directory, in which somebody removed something meanwhile.
    let mut first = cluster.another("first", &cluster.store);
    let lost: BTreeSet<&String> = before.keys().filter(|path| path.starts_with("sources/h")).take(LOST).collect();
    assert_eq!(lost.len(), LOST);
    assert!(before.keys().any(|path| path.starts_with("sources/h") && lost.last().is_some_and(|last| path > *last)));
    for path in &lost {
        first.lose(path);
    }
    first.start();
    let mut second = cluster.another("second", &cluster.store);
    second.start();
    let began = Instant::now();
    // Whichever publishes first: what is not there is composed anew, and the other one follows.
    while [&first, &second].iter().any(|node| node.published() != before) {
        let have = [first.published().len(), second.published().len()];
        assert!(began.elapsed() < PATIENCE, "{have:?} of {} files:\n{}{}", before.len(), first.log(), second.log());
        std::thread::sleep(Duration::from_millis(200));
    }
    for node in [&first, &second] {
        assert!(!node.log().contains(" WARN ") && !node.log().contains(" ERROR "), "{}", node.log());
    }
}
