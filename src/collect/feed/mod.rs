//! Upstream feeds: what is read from them, and what of it becomes items.
//!
//! The web's feeds are wrong in many ways; what can be understood is taken, and what was repaired is told. Opens no
//! connection of its own (it asks through `net`) and reads no clock.

mod face;
mod fetch;
mod filter;
mod identity;
mod item;
pub mod manners;
mod options;
mod read;
mod summary;
mod tags;

pub use face::face_of;
pub use fetch::{Ask, Body, Exchange, FetchOutcome, FetchTrouble, Lifetime, TroubleKind, fetch, fetch_all};
pub use item::{entry_items, label_of};
pub use options::{ContentKind, FeedOptions, Filter, TagRule};
pub use read::{Document, FeedKind, FoundBy, FoundFeed, MAX_ENTRIES, MAX_FEED_BYTES, Origin, inspect_json, read};
pub use summary::first_sentence;

/// Raised when the same document becomes other items than before; `tests/readers.rs` says when.
pub const READER: u32 = 3;

#[cfg(test)]
mod tests;
