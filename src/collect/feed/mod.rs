//! Upstream feeds: what is read from them, and what of it becomes items.
//!
//! The web's feeds are wrong in many ways; what can be understood is taken, and what was repaired is told. Opens no
//! connection and reads no clock.

mod filter;
mod identity;
mod item;
mod matching;
mod options;
mod summary;
mod tags;
mod tracking;

pub use item::{EntryItem, entry_items, label_of};
pub use matching::{KnownEntry, match_entries};
pub use options::{ContentKind, FeedOptions, Filter, TagRule};
pub use tracking::{compare_key, is_specific, without_tracking};
