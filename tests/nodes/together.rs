//! What nodes do when nothing goes wrong.

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
