//! Nodes that die, stand still or are cut off from the store, and a store that crashes.

use super::cluster::Cluster;
use super::support::postgres::{Server, Wire};
use std::time::Duration;

#[test]
fn whoever_dies_is_made_up_for() {
    let Some(mut cluster) = Cluster::running(3, 24) else { return };
    for round in 0..6 {
        cluster.grow_amid();
        cluster.ask();
        // In the midst of it, wherever that is.
        std::thread::sleep(Duration::from_millis(150 + 170 * (round % 4)));
        let which = usize::try_from(round % 3).unwrap();
        cluster.nodes[which].kill();
        std::thread::sleep(Duration::from_millis(700));
        cluster.nodes[which].start();
    }
    cluster.make_due();
    std::thread::sleep(Duration::from_secs(1));
    cluster.ask();
    cluster.until_all_have_it(&[0, 1, 2]);
    cluster.assert_polite();
    cluster.assert_as_undisturbed_but_for_moments();
}

#[test]
fn whoever_stood_still_for_longer_than_its_leases_writes_nothing() {
    let Some(mut cluster) = Cluster::running(3, 24) else { return };
    cluster.grow();
    cluster.ask();
    std::thread::sleep(Duration::from_millis(300));
    cluster.nodes[0].signal("STOP");
    // The others wait for its leases, a minute, and do what it did not.
    cluster.until_all_have_it(&[1, 2]);
    cluster.grow();
    cluster.ask();
    cluster.until_all_have_it(&[1, 2]);
    std::thread::sleep(Duration::from_secs(5));
    cluster.nodes[0].signal("CONT");
    cluster.until_all_have_it(&[0, 1, 2]);
    cluster.grow();
    cluster.ask();
    cluster.until_all_have_it(&[0, 1, 2]);
    cluster.assert_polite();
    cluster.assert_as_undisturbed();
}

#[test]
fn a_node_that_is_cut_off_from_the_store_asks_nobody_and_comes_back() {
    let Some(mut cluster) = Cluster::new(2, 24) else { return };
    let wire = Wire::to(cluster.server);
    let through = cluster.store.replacen(&format!(":{}/", cluster.server.port()), &format!(":{}/", wire.port()), 1);
    let cut_off = cluster.another("node-2", &through);
    cluster.nodes.push(cut_off);
    cluster.grow();
    cluster.start();
    cluster.grow();
    cluster.ask();
    std::thread::sleep(Duration::from_millis(200));
    wire.cut(true);
    cluster.until_all_have_it(&[0, 1]);
    wire.cut(false);
    cluster.until_all_have_it(&[0, 1, 2]);
    cluster.assert_polite();
    cluster.assert_as_undisturbed();
}

#[test]
fn a_store_that_crashes_is_come_back_to() {
    // One of its own: other tests need theirs.
    let Some(server) = Server::start() else { return };
    let mut cluster = Cluster::on(Box::leak(Box::new(server)), 2, 24);
    cluster.grow();
    cluster.start();
    for pause in [100, 500, 1200] {
        cluster.grow_amid();
        cluster.ask();
        std::thread::sleep(Duration::from_millis(pause));
        cluster.server.crash_and_restart();
    }
    cluster.make_due();
    cluster.ask();
    cluster.until_all_have_it(&[0, 1]);
    cluster.assert_polite();
    cluster.assert_as_undisturbed_but_for_moments();
}
