//! A bucket that holds what is published: a real S3 server (moto's), and between it and the real pipeline a proxy that watches
//! and spoils what goes through.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]
#![allow(clippy::print_stderr, reason = "what is skipped is told")]

#[path = "../support/mod.rs"]
mod support;

mod faults;
mod following;
mod identities;
mod killed;
mod others;
mod proxy;
mod s3;
mod shop;
