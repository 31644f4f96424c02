//! HTTP: serves the published directory byte for byte, and tells the operator how it is.
//!
//! A [`ServedSite`] holds what the last publish left, whole: only files of the manifest are reachable, with answers made once
//! per publish. [`public`] answers everybody, [`admin`] the operator. Nothing here decides what is published or writes a
//! file; a request changes nothing and its body is not read.

mod accept;
mod admin;
mod bundle;
mod coding;
mod conditional;
mod connections;
mod delta;
mod deltas;
mod disk;
mod entry;
mod error;
mod fetch;
mod flights;
mod host;
mod kind;
mod listing;
mod loading;
mod memory;
mod niceness;
mod options;
mod pool;
mod public;
mod quality;
mod range;
mod refusal;
mod respond;
mod route;
mod site;
mod snapshot;
mod standing;
mod versions;
mod watch;

pub use admin::{Health, admin};
pub use error::Error;
pub use options::{BUDGET, Limits, Options};
pub use public::public;
pub use site::ServedSite;

#[cfg(test)]
mod tests;
