//! Upstream feeds: what is read from them, and what of it becomes items.
//!
//! The web's feeds are wrong in many ways; what can be understood is taken, and what was repaired is told. Opens no
//! connection and reads no clock.

mod options;

pub use options::{ContentKind, FeedOptions, Filter, TagRule};
