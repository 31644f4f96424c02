//! The published feeds and pages as a subscriber gets them: by the public face of `publish`, read back with parsers
//! that are not the writers' own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may as well stop")]

mod any_text;
mod attached;
mod catalogue;
mod channel;
mod formats;
mod pages;
mod sample;
mod xml;
