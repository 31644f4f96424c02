//! A burst of readers while the daemon cannot accept any.

use super::process::{Daemon, QUIET, command};
use super::support::Site;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Duration;

/// More than a queue of 128 takes, and fewer than descriptors that a process usually may open.
const BURST: usize = 600;

/// Connects them all while the daemon stands still: only a queue that takes them lets them in.
fn all_are_let_in(daemon: &Daemon, address: SocketAddr) {
    let longest = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    let burst = BURST.min(longest.trim().parse().unwrap());
    daemon.signal("STOP");
    let connect = |number| {
        let connected = TcpStream::connect_timeout(&address, Duration::from_secs(10));
        connected.unwrap_or_else(|error| panic!("reader {number} of {burst}: {error}"))
    };
    let readers: Vec<TcpStream> = (1..=burst).map(connect).collect();
    daemon.signal("CONT");
    drop(readers);
}

#[test]
fn a_burst_of_readers_waits_in_the_queue() {
    let site = Site::new(QUIET);
    let mut daemon = Daemon::start(&site);
    let (public, admin) = daemon.addresses();
    all_are_let_in(&daemon, public);
    all_are_let_in(&daemon, admin);
}

#[test]
fn a_socket_that_is_handed_over_has_the_long_queue_too() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let site = Site::new(QUIET);
    let mut command = command(&site);
    // As standard input, since a test has no safe way to hand over descriptor 3.
    command.stdin(OwnedFd::from(socket)).env("LISTEN_FDS", "1").env("LISTEN_FDS_FIRST_FD", "0");
    command.env("LISTEN_FDNAMES", "http").env_remove("LISTEN_PID");
    let mut daemon = Daemon::spawn(command);
    let (public, _) = daemon.addresses();
    all_are_let_in(&daemon, public);
}
