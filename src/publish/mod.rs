//! Composes feeds and pages from what is stored, renders them and writes the published directory. Reads no store.
//!
//! Composing is pure: the same values give the same bytes. Every string that goes into XML is stripped of what XML 1.0
//! cannot hold (rule 11), as the writers of `rss` and `atom_syndication` pass it through.

mod atom;
mod compose;
mod content;
mod files;
mod journal;
mod json;
mod labels;
mod opml;
mod options;
mod pages;
mod rss;
mod xml;

pub use compose::{EditionWithItems, editions_feed, feed};
pub use files::{Writer, content_hash};
pub use journal::{IDS, Journal, MANIFEST, ManifestLine};
pub use opml::opml;
pub use options::{Format, ItemLink, Language, Options, Site};
pub use pages::{
    InputStatus, Newer, Paging, StatusView, TroubledLink, edition_page, editions_page, item_page, list_page,
    source_index, status_json, status_page, stylesheet, tag_index,
};

use crate::model::Feed;
use std::path::Path;

/// Why something could not be published.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be written.
    #[error("cannot write {path}: {source}{}", advice(source))]
    Write {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A path that would leave the published directory.
    #[error("`{0}` is not a path inside the published directory")]
    Outside(String),
    /// A document could not be rendered.
    #[error("cannot render {what}: {reason}")]
    Render {
        /// The document.
        what: &'static str,
        /// Why.
        reason: String,
    },
}

impl Error {
    fn write(path: &Path, source: std::io::Error) -> Self {
        Self::Write { path: path.display().to_string(), source }
    }

    fn render(what: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Render { what, reason: reason.to_string() }
    }
}

fn advice(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => "; make room on this disk and run again",
        std::io::ErrorKind::PermissionDenied => "; let the user that runs wellsourced write there",
        std::io::ErrorKind::ReadOnlyFilesystem => "; the disk is mounted read-only",
        _ => "",
    }
}

/// Renders a feed in a format.
pub fn render(feed: &Feed, format: Format) -> Result<Vec<u8>, Error> {
    match format {
        Format::Rss => rss::render(feed),
        Format::Atom => atom::render(feed),
        Format::Json => json::render(feed),
    }
}
