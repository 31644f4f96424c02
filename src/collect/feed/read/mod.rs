//! Reads a feed, whatever was made of it: bytes in, a feed and what was repaired out. Pure, bounded, never panics.
//!
//! Three steps: what came is decoded, its format is translated into drafts of a feed and its entries, and the drafts are
//! finished. RSS, Atom and JSON Feed, right or wrong, meet in the draft, and nothing of theirs leaves this folder.

mod address;
mod capture;
mod content;
mod decode;
mod doctype;
mod draft;
mod entities;
mod fields;
mod finish;
mod gathered;
mod inspect;
mod json;
mod kept;
mod language;
mod lexer;
mod media;
mod names;
mod notes;
mod nothing;
mod packed;
mod page;
mod plain;
mod references;
mod rhythm;
mod sniff;
mod spaces;
mod translate;

pub use inspect::inspect_json;

use crate::model::{Complaint, Place, UpstreamFeed};
use chrono_tz::Tz;
use finish::Finished;
use gathered::Gathered;
use notes::{FeedNotes, Repair};
use sniff::DocumentKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use url::Url;

/// Most bytes of a document that are read, decoded from what the transfer did to them.
pub const MAX_FEED_BYTES: usize = 15 * 1024 * 1024;

/// Most entries of a document that are kept: the newest.
pub const MAX_ENTRIES: usize = 5_000;

/// Most characters of an element's name that are told.
const MAX_NAME: usize = 40;

/// Where a document came from, as far as reading it needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// File or URL, for complaints.
    pub place: &'a str,
    /// Resolves relative addresses.
    pub base: Option<&'a Url>,
    /// The `Content-Type` that it was served with.
    pub content_type: Option<&'a str>,
    /// Zone of dates that name none.
    pub timezone: Tz,
}

/// What a document turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// A feed.
    Feed(Box<UpstreamFeed>),
    /// A web page.
    Page {
        /// The name of its first element, which made it one.
        root: String,
        /// Its title, a line of bounded length; empty when there is none.
        title: String,
        /// The feeds that it offers, the best first.
        feeds: Vec<FoundFeed>,
    },
    /// Neither; the complaint says why.
    Unreadable(Complaint),
}

/// A feed that a page offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFeed {
    /// Absolute where the page's own address is known.
    pub url: String,
    /// What the page calls it.
    pub title: Option<String>,
    /// Its format as declared.
    pub kind: Option<FeedKind>,
    /// How it was found.
    pub how: FoundBy,
}

/// A format of feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedKind {
    /// Any RSS.
    Rss,
    /// Atom.
    Atom,
    /// JSON Feed.
    Json,
}

/// How a feed of a page was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// The page links to it as an alternate of itself.
    Link,
    /// Feeds often stand at this path; whether one does is not known.
    WellKnown,
}

/// Reads a document.
pub fn read(bytes: &[u8], origin: &Origin<'_>) -> Document {
    catch_unwind(AssertUnwindSafe(|| understood(bytes, origin))).unwrap_or_else(|_panic| {
        let message = "the document could not be read without a fault of ours";
        unreadable(origin, message, "please report it with the document")
    })
}

fn understood(bytes: &[u8], origin: &Origin<'_>) -> Document {
    let mut notes = FeedNotes::new(origin.place);
    let unpacked = packed::unpacked(bytes, &mut notes);
    let bytes = unpacked.as_deref().unwrap_or(bytes);
    if let Some(what) = packed::file(bytes) {
        return no_feed(origin, what);
    }
    let text = decode::text(bytes.get(..MAX_FEED_BYTES).unwrap_or(bytes), origin.content_type, &mut notes);
    if bytes.len() > MAX_FEED_BYTES {
        let message = format!("the document has more than {} MiB; the rest was not read", MAX_FEED_BYTES >> 20);
        notes.complain(message, "ask the publisher for a shorter feed");
    }
    let gathered = match sniff::kind(&text) {
        DocumentKind::Xml => {
            let text = entities::expanded(&text, &mut notes);
            Ok(translate::translate(&text, origin, &mut notes))
        }
        DocumentKind::Json => json::translate(&text, origin, &mut notes),
        DocumentKind::Page(root) => {
            let root = root.chars().take(MAX_NAME).collect();
            return Document::Page { root, title: page::title(&text), feeds: page::feeds(&text, origin) };
        }
        DocumentKind::Nothing(why) => Err(why.to_owned()),
    };
    // The text is not needed twice, and large.
    drop(text);
    match gathered {
        Ok(gathered) => feed(gathered, notes),
        Err(why) => no_feed(origin, &why),
    }
}

/// What was gathered, finished and told of.
fn feed(gathered: Gathered, mut notes: FeedNotes<'_>) -> Document {
    let met = gathered.entries.met();
    if met > MAX_ENTRIES {
        let message = format!("the document has {met} entries; only the newest {MAX_ENTRIES} were kept");
        notes.complain(message, "ask the publisher for a shorter feed");
    }
    let Finished { mut feed, flattened, paired } = finish::finished(gathered);
    if paired {
        notes.repaired(Repair::ForbiddenReference);
    }
    if flattened {
        notes.repaired(Repair::Depth);
    }
    feed.is_cut = notes.is_cut();
    (feed.repairs, feed.complaints) = notes.told();
    Document::Feed(Box::new(feed))
}

fn no_feed(origin: &Origin<'_>, why: &str) -> Document {
    unreadable(origin, format!("this is no feed: {why}"), "check the address of the feed")
}

fn unreadable(origin: &Origin<'_>, message: impl Into<String>, help: &str) -> Document {
    Document::Unreadable(Complaint::error(Place::file(origin.place), message, help))
}
