//! The store's contract, which every backend keeps, and beside it (in `file`) what is particular to the one that there is.
//!
//! The contract is written against a place that is empty: a second backend is one more of them in `backends`. Each public
//! method has a test, and `each` drives all of them: on an empty store, in a transaction that is dropped, twice, beside
//! another one, over a restart, and while the store fails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod applied;
mod archive_list;
mod backends;
mod complete;
mod condition;
mod copied;
mod damaged;
mod each;
mod facts;
mod feeds;
mod file;
mod filled;
mod inputs;
mod leases;
mod links;
mod nodes;
mod published;
mod server;
mod transactions;
mod writes;
