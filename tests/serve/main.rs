//! Serving, as clients meet it: the real listeners on loopback, asked through raw sockets, for a client library would
//! normalise what matters here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may as well stop")]

mod delta;
mod limits;
mod matrix;
mod negotiation;
mod operator;
mod server;
mod table;
mod torn;
mod wire;
mod withdrawn;

#[path = "../support/mod.rs"]
mod support;
