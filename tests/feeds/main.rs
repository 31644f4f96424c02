//! The published feeds and pages as a subscriber gets them: by the public face of `publish`, read back with parsers
//! that are not the writers' own.

mod formats;
mod pages;
mod sample;
