//! Several nodes on one PostgreSQL: real processes, real servers, and whatever may happen to them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

#[path = "../support/mod.rs"]
mod support;

mod cluster;
mod faults;
mod node;
mod together;
mod web;
