//! What nodes do when nothing goes wrong.

use super::audit::rows;
use super::cluster::Cluster;

#[test]
fn four_nodes_share_the_work_and_publish_the_same() {
    let Some(mut cluster) = Cluster::new(4, 24) else { return };
    cluster.grow();
    for node in &mut cluster.nodes {
        node.start();
    }
    cluster.until_all_have_it(&[0, 1, 2, 3]);
    for _ in 0..2 {
        cluster.grow();
        cluster.ask();
        cluster.until_all_have_it(&[0, 1, 2, 3]);
    }
    cluster.assert_polite();
    let asked = cluster.web.asked();
    let parts = asked.values().filter(|requests| **requests > 3).count();
    assert!(parts > 1, "several do a part: {asked:?}");
    let status = cluster.nodes[0].status();
    for node in 0..4 {
        assert!(status.contains(&format!("node-{node}")), "{status}");
    }
    cluster.assert_as_undisturbed();
}

#[test]
fn what_another_node_asked_since_this_cycle_began_is_no_clock_that_went_back() {
    let Some(mut cluster) = Cluster::new(1, 3) else { return };
    cluster.grow();
    assert!(cluster.nodes[0].once().status.success());
    // As if another one had asked five minutes from now.
    let schema = cluster.schema();
    cluster.server.run(
        "feeds",
        "feeds",
        &format!(
            "SET search_path TO {schema}; UPDATE polls SET state = (SELECT CAST(CAST(state AS JSONB) || jsonb_build_object(
                 'asked', CAST(CAST(state AS JSONB) ->> 'asked' AS TIMESTAMPTZ) + interval '5 minutes',
                 'next', CAST(CAST(state AS JSONB) ->> 'asked' AS TIMESTAMPTZ) + interval '1 hour') AS TEXT))"
        ),
    );
    let states = || rows(cluster.server, schema, "SELECT state FROM polls ORDER BY input_id");
    let before = states();
    assert_eq!(before.len(), 3);
    assert!(cluster.nodes[0].once().status.success());
    assert_eq!(states(), before);
}
