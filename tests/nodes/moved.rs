//! Nodes whose published directory becomes another one.

use super::audit::rows;
use super::cluster::{Cluster, in_store, without_changes_of_days};
use super::node::{Node, until};
use std::collections::BTreeMap;

#[test]
fn a_node_that_only_follows_fills_its_new_directory() {
    let Some(mut cluster) = Cluster::running(2, 8) else { return };
    let published = cluster.nodes[0].published();
    // The first one publishes; this one only follows.
    let follower = &mut cluster.nodes[1];
    follower.move_to("elsewhere");
    until(follower, "everything", |node| node.published() == published);
    until(follower, "ready", Node::is_ready);
}

/// The store refuses rows of which this holds, as when it is gone from there on.
fn refuse(cluster: &Cluster, table: &str, when: &str) {
    let refuse = format!(
        "CREATE FUNCTION refuse() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END';
         CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse()"
    );
    in_store(cluster, &refuse);
}

/// Two nodes that published, the second one after the first.
fn published() -> Option<Cluster> {
    let mut cluster = Cluster::new(2, 8)?;
    cluster.grow();
    for node in &cluster.nodes {
        assert!(node.once().status.success());
    }
    Some(cluster)
}

/// The second node goes on where the first one broke off; everything is as it was.
fn goes_on(cluster: &Cluster, published: &BTreeMap<String, Vec<u8>>) {
    in_store(cluster, "DROP FUNCTION refuse CASCADE");
    let done = cluster.nodes[1].once();
    assert!(done.status.success(), "{done:?}");
    assert!(cluster.nodes[1].published() == *published);
    let settled = rows(cluster.server, cluster.schema(), "SELECT path FROM files WHERE hash <> ''");
    assert_eq!(settled.len(), published.len());
}

#[test]
fn what_is_published_outlives_a_publish_into_a_new_directory_that_broke_off() {
    let Some(mut cluster) = published() else { return };
    let published = cluster.nodes[1].published();
    assert!(published.len() > 30 && cluster.nodes[0].once().status.success());
    cluster.nodes[0].move_to("elsewhere");
    refuse(&cluster, "files", "true");
    assert!(!cluster.nodes[0].once().status.success());
    goes_on(&cluster, &published);
}

#[test]
fn who_goes_on_with_a_publish_of_everything_settles_what_was_claimed() {
    let Some(cluster) = published() else { return };
    let published = cluster.nodes[1].published();
    assert!(cluster.nodes[0].once().status.success());
    for lost in [".wellsourced/manifest.jsonl", "rss.xml", "index.html"] {
        cluster.nodes[0].lose(lost);
    }
    refuse(&cluster, "files", "NEW.hash <> ''");
    assert!(!cluster.nodes[0].once().status.success());
    let claimed = rows(cluster.server, cluster.schema(), "SELECT path FROM files WHERE hash = ''");
    assert!(claimed.contains(&"rss.xml".to_owned()), "{claimed:?}");
    goes_on(&cluster, &published);
}

#[test]
fn a_directory_that_knows_more_than_a_restored_store_keeps_its_ids() {
    let Some(mut cluster) = published() else { return };
    // The first one published when the store was backed up, and the second one since.
    assert!(cluster.nodes[0].once().status.success());
    let backup = tempfile::NamedTempFile::new().unwrap();
    cluster.server.dump(cluster.schema(), backup.path());
    cluster.web.correct();
    cluster.grow();
    assert!(cluster.nodes[1].once().status.success());
    let published = cluster.nodes[1].published();
    in_store(&cluster, &format!("DROP SCHEMA {} CASCADE", cluster.schema()));
    cluster.server.restore(backup.path());
    cluster.make_due();
    let done = cluster.nodes[1].once();
    assert!(done.status.success(), "{done:?}");
    let moments = |files: BTreeMap<String, Vec<u8>>| {
        files.into_iter().map(|(path, bytes)| (path.clone(), without_changes_of_days(&path, bytes)))
    };
    let differing: Vec<String> = moments(cluster.nodes[1].published())
        .zip(moments(published))
        .filter(|(one, other)| one != other)
        .map(|((path, _), _)| path)
        .collect();
    assert_eq!(differing, [""; 0]);
}
