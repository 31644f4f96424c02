//! Where items come from: reads digests, and decides what is new, revised or the same. Stores nothing, publishes nothing.

mod date;
pub mod digest;
pub mod draft;
pub mod feed;
pub(crate) mod html;
pub(crate) mod opml;
pub mod proof;
mod zone;
