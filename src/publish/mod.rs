//! Published files: from stored items to feeds, pages and a directory that changes whole or not at all.
//!
//! [`compose`] (pure) makes a [`Feed`] per channel, [`render`] turns it into bytes per format,
//! the pages come from templates, [`Writer`] puts bytes into the directory, [`Journal`] keeps what must outlive a lost
//! database. Nothing here decides *what* is to be composed (the pipeline does), reads a clock or speaks SQL; no byte
//! depends on anything but the arguments.

mod address;
mod atom;
mod attached;
mod body;
mod characters;
mod collation;
pub mod compose;
mod content;
mod delivery;
mod error;
mod evidence;
mod files;
mod icon;
mod journal;
mod json;
pub mod layout;
mod markdown;
mod months;
mod opml;
mod options;
mod pages;
mod recognise;
mod rss;
mod search;
mod sitemap;
mod theme;
mod trial;

pub use address::{encoded, reference};
pub use compose::{EditionWithItems, editions_feed, feed};
pub use delivery::{cache_control, gzip};
pub use error::Error;
pub use files::{Obstacle, Standing, Writer};
pub use icon::{Icon, IconError};
pub use journal::{Journal, ManifestLine, Since, content_hash};
pub use months::Month;
pub use opml::opml;
pub use options::{Format, ItemLink, Options, Site};
pub use pages::{
    CatalogueEntry, ChannelFacts, CycleLine, FailingSite, FrontPage, HeldInput, HostFacts, InputStatus, LinkMonth,
    LinksOfAge, Newer, OperatorView, PLOTTED_MONTHS, PageNeighbour, Paging, PlannedRun, StatusView, TroubledLink,
    day_page, edition_page, editions_page, front_page, item_page, list_page, month_page, operator_page, refusal_page,
    search_page, source_index, status_json, status_page, tag_index,
};
pub use recognise::{may_be_ours, says_ours};
pub use search::{IndexKind, IndexPart, SEARCH_SCRIPT, index_list, index_part, index_parts};
pub use sitemap::{ListedPage, robots, sitemaps};
pub use theme::{Language, Theme, ThemeError};
pub use trial::load_theme;

use crate::model::Feed;

/// Raised when the same options and items give other bytes than before; `tests/readers.rs` says when.
pub const RENDERING: u32 = 8;

/// A feed as the bytes of one format. Characters that XML 1.0 does not have are left out in every format alike.
pub fn render(feed: &Feed, format: Format) -> Result<Vec<u8>, Error> {
    match format {
        Format::Rss => rss::render(feed),
        Format::Atom => atom::render(feed),
        Format::Json => json::render(feed),
    }
}
