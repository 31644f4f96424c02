//! What nodes do when nothing goes wrong.

use super::audit::rows;
use super::cluster::{Cluster, in_store};
use super::node::{Node, until};

#[test]
fn four_nodes_share_the_work_and_publish_the_same() {
    let Some(mut cluster) = Cluster::running(4, 24) else { return };
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

/// Somebody publishes, who will not be there any more when it is to be done again.
fn is_led_by_somebody(cluster: &Cluster, is_led: bool) {
    let until = if is_led { "CAST(unixepoch('subsec') * 1000 AS BIGINT) + 3600000" } else { "0" };
    in_store(
        cluster,
        &format!(
            "UPDATE leases SET node = 'somebody', until = {until} WHERE name = 'publisher';
             UPDATE meta SET value = 'somebody' WHERE key = 'publisher'"
        ),
    );
}

const HELPED: &str = "asked feeds and links beside the publishing node";

#[test]
fn a_slot_is_run_once_however_many_wait_for_it() {
    let Some(mut cluster) = Cluster::new(3, 8) else { return };
    cluster.grow();
    assert!(cluster.nodes[0].once().status.success());
    cluster.grow();
    is_led_by_somebody(&cluster, true);
    for node in &mut cluster.nodes {
        node.start();
    }
    for node in &cluster.nodes {
        until(node, "helping", |node| node.log().contains(HELPED));
    }
    is_led_by_somebody(&cluster, false);
    cluster.until_all_have_it(&[0, 1, 2]);
    let ask = |sql: &str| rows(cluster.server, cluster.schema(), sql);
    until(&cluster.nodes[0], "at rest with the others", |_| ask("SELECT name FROM nodes WHERE doing = ''").len() == 3);
    assert_eq!(ask("SELECT CAST(COUNT(*) AS TEXT) FROM cycles"), ["2"]);
}

#[test]
fn a_node_is_ready_again_when_it_helped_well() {
    let Some(mut cluster) = Cluster::new(1, 4) else { return };
    cluster.grow();
    assert!(cluster.nodes[0].once().status.success());
    cluster.make_due();
    is_led_by_somebody(&cluster, true);
    in_store(&cluster, "ALTER TABLE polls RENAME TO away");
    cluster.nodes[0].start();
    let node = &cluster.nodes[0];
    until(node, "failing", |node| node.log().contains("a cycle failed") && !node.is_ready());
    in_store(&cluster, "ALTER TABLE away RENAME TO polls");
    cluster.ask();
    until(node, "ready", Node::is_ready);
    assert!(node.log().contains(HELPED), "{}", node.log());
}

#[test]
fn a_node_whose_network_is_down_blames_nobody_while_others_have_the_host_that_would_tell() {
    let Some(mut cluster) = Cluster::new(1, 4) else { return };
    cluster.grow();
    assert!(cluster.nodes[0].once().status.success());
    let ask = |sql: &str| rows(cluster.server, cluster.schema(), sql);
    let told = ask("SELECT host FROM links ORDER BY last_reached DESC, url LIMIT 1").remove(0);
    let blamed = ask(&format!("SELECT host FROM links WHERE host <> '{told}' LIMIT 1")).remove(0);
    in_store(
        &cluster,
        &format!(
            "UPDATE links SET last_reached = last_reached + 1 WHERE host = '{told}';
             UPDATE leases SET node = 'other', until = CAST(unixepoch('subsec') * 1000 AS BIGINT) + 3600000 WHERE name = 'host:{told}';
             UPDATE links SET next_check = 0 WHERE host = '{blamed}';
             UPDATE polls SET state = CAST(CAST(state AS jsonb) - 'next' - 'rest' AS TEXT)
             WHERE CAST(state AS jsonb) ->> 'configured' LIKE '%{blamed}%'"
        ),
    );
    let states = || {
        let links = ask("SELECT format('%s %s %s', url, verdict, since) FROM links ORDER BY url");
        let polls = ask("SELECT CAST(CAST(state AS jsonb) - 'asked' AS TEXT) FROM polls ORDER BY input_id");
        (links, polls)
    };
    let before = states();
    cluster.web.go_away();
    let _ = cluster.nodes[0].once();
    assert_eq!(states(), before);
}
