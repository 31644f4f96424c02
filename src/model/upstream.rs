//! A feed as it was read from upstream, in RFC 4287's words: the only thing that leaves the feed reader.
//!
//! Nothing here is ours yet: no identity, no verdict. What a publisher wrote wrongly was repaired before, and is told.

use super::{Complaint, Item};
use chrono::{DateTime, Utc, Weekday};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A feed. RSS: `channel`; JSON Feed: the top-level object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UpstreamFeed {
    /// Atom and RSS `title`, as plain text; empty when there is none.
    pub title: String,
    /// Atom `link rel=alternate`, RSS `link`, JSON Feed `home_page_url`; absolute.
    pub link: Option<String>,
    /// Atom `subtitle`, RSS and JSON Feed `description`, as plain text.
    pub description: Option<String>,
    /// `xml:lang`, RSS and JSON Feed `language`, `dc:language`: a tag of BCP 47.
    pub language: Option<String>,
    /// Its entries in the order of the document, the newest kept where there were too many.
    pub entries: Vec<UpstreamEntry>,
    /// How often it asks to be fetched.
    pub rhythm: Rhythm,
    /// Whether its document ended before its end, so that entries may be missing.
    pub is_cut: bool,
    /// What was repaired, a sentence each.
    pub repairs: Vec<String>,
    /// What is wrong and could not be repaired: entries left out, a document cut short.
    pub complaints: Vec<Complaint>,
}

/// An entry. RSS: `item`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UpstreamEntry {
    /// Atom `id`, RSS `guid`, JSON Feed `id`, verbatim but for surrounding white space; `None` when there is none.
    pub id: Option<String>,
    /// What it is about: Atom `link rel=alternate`, RSS `link`, JSON Feed `url` or `external_url`; absolute http or https.
    pub link: Option<String>,
    /// As plain text; empty when there is none.
    pub title: String,
    /// Atom `published`, RSS `pubDate`, JSON Feed `date_published`.
    pub published: Option<DateTime<Utc>>,
    /// Atom `updated`, `dcterms:modified`, JSON Feed `date_modified`.
    pub updated: Option<DateTime<Utc>>,
    /// Name of its first author.
    pub author: Option<String>,
    /// Its own, else its feed's: a tag of BCP 47.
    pub language: Option<String>,
    /// Its categories as written, each once, in order.
    pub tags: Vec<String>,
    /// Files that belong to it.
    pub enclosures: Vec<Enclosure>,
    /// Sanitised HTML with absolute URLs: the content, else the summary; empty when there is neither.
    pub content: String,
}

/// A file that belongs to an entry. RSS `enclosure`, Atom `link rel=enclosure`, JSON Feed `attachments`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enclosure {
    /// Absolute http or https URL.
    pub url: String,
    /// Media type as declared, else of a picture as its ending tells; `image/*` and its like where only the medium is known.
    pub media_type: Option<String>,
    /// Bytes as declared.
    pub length: Option<u64>,
}

/// How often a feed asks to be fetched, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rhythm {
    /// RSS `ttl`.
    pub ttl: Option<Duration>,
    /// RSS `skipHours`: hours of the day, 0 to 23, UTC.
    pub skip_hours: Vec<u8>,
    /// RSS `skipDays`, UTC.
    pub skip_days: Vec<Weekday>,
    /// `sy:updatePeriod` divided by `sy:updateFrequency`.
    pub update_period: Option<Duration>,
}

/// An entry with the item that shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryItem {
    /// What tells it from the other entries of its feed: its id, else its link's compare key (with the title where several
    /// entries have the link), else a hash of its content.
    pub key: String,
    /// [`compare_key`](super::compare_key) of its link.
    pub link: Option<String>,
    /// Whether the link names this story: neither a front page nor shared with another entry of the document.
    pub is_specific: bool,
    /// What is shown.
    pub item: Item,
    /// When its publisher says it was published, else updated (Atom requires only that); may lie in the future.
    pub published: Option<DateTime<Utc>>,
    /// When its publisher says it was updated.
    pub updated: Option<DateTime<Utc>>,
    /// Its author's name.
    pub author: Option<String>,
}
