//! Upstream feeds from the wire to the published directory: real SQLite, real servers on loopback, a clock that is stepped.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

#[path = "../support/mod.rs"]
mod support;

mod ages;
mod anchors;
mod asked;
mod changes;
mod cut;
mod days;
mod editors;
mod enclosed;
mod floods;
mod held;
mod joining;
mod parents;
mod portals;
mod upstream;
mod whole;
