//! Several nodes on one PostgreSQL: real processes, real servers, and whatever may happen to them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]
#![allow(
    clippy::disallowed_methods,
    reason = "faults come at moments that nobody announces, and processes are looked at again"
)]
#![allow(clippy::print_stderr, reason = "where a failed test left its files")]

#[path = "../support/mod.rs"]
mod support;

mod audit;
mod clocks;
mod cluster;
mod copied;
mod faults;
mod faults_mixed;
mod moved;
mod node;
mod outdated;
mod together;
mod trial;
mod watcher;
mod web;
