//! Several nodes on one PostgreSQL: real processes, real servers, and whatever may happen to them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]
#![allow(
    clippy::disallowed_methods,
    reason = "real processes are disturbed while they work; nothing is judged by time"
)]
#![allow(clippy::print_stderr, reason = "where a failure left what it did is said")]

#[path = "../support/mod.rs"]
mod support;

mod cluster;
mod faults;
mod node;
mod together;
mod web;
