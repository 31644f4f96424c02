//! The published directory on a bad day: things in the way, lost and older parts, foreign files, two stores.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

#[path = "directory/obstacles.rs"]
mod obstacles;
#[path = "directory/owners.rs"]
mod owners;
#[path = "directory/remedy.rs"]
mod remedy;
