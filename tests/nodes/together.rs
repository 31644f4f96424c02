//! What nodes do when nothing goes wrong.

use super::audit::rows;
use super::cluster::{Cluster, schema};
use std::time::{Duration, Instant};

/// Nothing here takes so long.
const PATIENCE: Duration = Duration::from_mins(2);

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

#[test]
fn a_slot_is_run_once_however_many_wait_for_it() {
    let Some(mut cluster) = Cluster::new(3, 8) else { return };
    cluster.grow();
    assert!(cluster.nodes[0].once().status.success());
    cluster.grow();
    let ask = |sql: &str| rows(cluster.server, schema(&cluster.store), sql);
    // Somebody publishes, who will not be there any more when the slot is to be run.
    ask("UPDATE leases SET node = 'somebody', until = CAST(unixepoch('subsec') * 1000 AS BIGINT) + 3600000
         WHERE name = 'publisher' RETURNING name");
    ask("UPDATE meta SET value = 'somebody' WHERE key = 'publisher' RETURNING key");
    for node in &mut cluster.nodes {
        node.start();
    }
    let until = |what: &str, holds: &dyn Fn() -> bool| {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < PATIENCE, "{what}");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    let helped = "asked feeds and links beside the publishing node";
    until("all have helped", &|| cluster.nodes.iter().all(|node| node.log().contains(helped)));
    ask("UPDATE leases SET until = 0 WHERE name = 'publisher' RETURNING name");
    cluster.until_all_have_it(&[0, 1, 2]);
    let at_rest = "SELECT name FROM nodes WHERE doing = ''";
    until("all are at rest", &|| ask(at_rest).len() == 3);
    assert_eq!(ask("SELECT CAST(COUNT(*) AS TEXT) FROM cycles"), ["2"]);
    for node in &cluster.nodes {
        assert!(node.operator("/readyz").starts_with("HTTP/1.1 200"), "{}", node.operator("/readyz"));
    }
}
