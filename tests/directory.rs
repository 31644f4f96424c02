//! The published directory on a bad day, through the real binary: things in the way, lost and foreign files, two stores.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

#[path = "directory/obstacles.rs"]
mod obstacles;
