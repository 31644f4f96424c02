//! Upstream feeds: what is read from them, and what of it becomes items.
//!
//! The web's feeds are wrong in many ways; what can be understood is taken, and what was repaired is told. Opens no
//! connection of its own (it asks through `net`) and reads no clock.

mod fetch;
pub mod manners;
mod options;

pub use fetch::{Ask, Body, Exchange, Lifetime, Outcome, Trouble, TroubleKind, fetch, fetch_all};
pub use options::{ContentKind, FeedOptions, Filter, TagRule};

#[cfg(test)]
mod tests;
