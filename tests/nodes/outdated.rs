//! Nodes that are too old for the store: a newer wellsourced altered the tables while they run.

use super::cluster::{Cluster, schema};
use super::node::{Node, until};

/// Writes down that a newer wellsourced brought the tables up to date, or takes that back.
fn alter(cluster: &Cluster, is_newer: bool) {
    let schema = schema(&cluster.store);
    let sql = if is_newer {
        format!(
            "INSERT INTO {schema}._sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9000, 'later', true, '', 0)"
        )
    } else {
        format!("DELETE FROM {schema}._sqlx_migrations WHERE version = 9000")
    };
    cluster.server.run("feeds", "feeds", &sql);
}

/// What a newer one does. The old ones stand still meanwhile, so that they cannot see that it is none.
fn publish_by_a_newer_one(cluster: &Cluster) -> Node {
    for node in &cluster.nodes {
        node.signal("STOP");
    }
    alter(cluster, false);
    let newer = cluster.another("newer", &cluster.store);
    let done = newer.once();
    assert!(done.status.success(), "{done:?}");
    alter(cluster, true);
    for node in &cluster.nodes {
        node.signal("CONT");
    }
    newer
}

#[test]
fn nodes_that_are_too_old_ask_and_publish_nothing_and_serve_what_newer_ones_publish() {
    let Some(mut cluster) = Cluster::running(2, 8) else { return };
    alter(&cluster, true);
    for node in &cluster.nodes {
        until(node, "told", |node| {
            node.log().contains("a newer wellsourced has altered the store: this node asks nobody")
        });
    }
    // None of them is in the midst of a cycle any more once it was turned away at a slot.
    let turned_away = |times: usize| {
        let counted = format!("wellsourced_cycles_total{{result=\"failed\"}} {times}\n");
        move |node: &Node| node.operator("/metrics").contains(&counted)
    };
    cluster.ask();
    for node in &cluster.nodes {
        until(node, "turned away", turned_away(1));
    }
    let asked = cluster.web.asked();
    let had: Vec<_> = cluster.nodes.iter().map(Node::published).collect();
    cluster.grow();
    cluster.ask();
    for (node, had) in cluster.nodes.iter().zip(&had) {
        until(node, "turned away again", turned_away(2));
        assert!(
            node.log().contains("a cycle could not run, what was published goes on being served"),
            "{}",
            node.log()
        );
        until(node, "shown", |node| node.operator("/status").contains("too old for the store"));
        assert!(node.is_ready(), "{}", node.operator("/readyz"));
        assert!(node.published() == *had);
        let once = node.once();
        let told = String::from_utf8_lossy(&once.stderr);
        assert!(!once.status.success() && told.contains("its tables are of version 9000"), "{told}");
    }
    assert_eq!(cluster.web.asked(), asked, "somebody was asked");
    let newer = publish_by_a_newer_one(&cluster);
    for node in &cluster.nodes {
        until(node, "what the newer one published", |node| node.published() == newer.published());
    }
    let by_old = |asked: &std::collections::HashMap<String, usize>| {
        asked.get("node-0").copied().zip(asked.get("node-1").copied())
    };
    assert_eq!(by_old(&cluster.web.asked()), by_old(&asked), "an old one asked somebody");
    // One that begins then serves what it has.
    cluster.nodes[1].kill();
    cluster.nodes[1].start();
    until(&cluster.nodes[1], "told at the start", |node| node.log().contains("its tables are of version 9000"));
    assert!(cluster.nodes[1].published() == newer.published());
    assert!(cluster.nodes[1].operator("/readyz").starts_with("HTTP/1.1 503"));
    cluster.assert_polite();
    cluster.assert_as_undisturbed();
}
