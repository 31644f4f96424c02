//! What a cycle does when the store, a disk or a peer fails it: it ends, says why, and leaves readers what they had.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

#[path = "../support/mod.rs"]
mod support;

#[path = "../upstream/upstream.rs"]
#[allow(dead_code, reason = "a part of it is used here")]
mod upstream;

#[path = "../daemon/process.rs"]
#[allow(dead_code, reason = "a part of it is used here")]
mod daemon;

mod archive;
mod database;
mod disk;
mod process;
mod signals;
mod statements;
