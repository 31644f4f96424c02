//! The daemon and its schedule, through the real binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

#[path = "../support/mod.rs"]
mod support;

mod burst;
mod damaged;
mod life;
mod manifest;
mod process;
mod schedule;
mod signals;
mod theme;
mod trouble;
