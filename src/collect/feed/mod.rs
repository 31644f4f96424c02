//! Upstream feeds: what is read from them, and what of it becomes items.
//!
//! The web's feeds are wrong in many ways; what can be understood is taken, and what was repaired is told. Opens no
//! connection and reads no clock.

mod options;
mod read;

pub use options::{ContentKind, FeedOptions, Filter, TagRule};
pub use read::{Document, FeedKind, FoundBy, FoundFeed, MAX_ENTRIES, MAX_FEED_BYTES, Source, inspect_json, read};
