//! What must be remembered of editions and items so that edited ones are found again: their identity.
//!
//! Kept in the store, and beside the published feeds in the file of ids, which outlives a lost store.

use super::Sketch;
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whether an item or edition is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// It stands in its post.
    Live,
    /// It left; its id stays taken.
    Left,
    /// It stood in its post when the store was lost, and was not read again yet.
    Lost,
}

/// Identity of an item, with what it is recognised by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownItem {
    /// Identity.
    pub id: Uuid,
    /// Path below `items/`.
    pub short_id: String,
    /// Title when last seen.
    pub title: String,
    /// Primary source when last seen, as a [`super::LinkKey`].
    pub source: Option<String>,
    /// What its primary source is compared by, where that names one story.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<String>,
    /// Text when last seen.
    pub sketch: Sketch,
    /// [`super::Item::content_hash`] when last seen.
    pub content_hash: u64,
    /// Place within its edition.
    pub position: u32,
    /// Assigned once.
    pub published: DateTime<Utc>,
    /// When the content changed last.
    pub updated: DateTime<Utc>,
    /// Whether it is published.
    pub presence: Presence,
    /// When it was first collected.
    #[serde(default)]
    pub first_seen: DateTime<Utc>,
    /// Whether feeds and pages show it while it is live; see `ledger::is_shown`.
    #[serde(default = "shown")]
    pub shown: bool,
}

/// What was published before this was kept was shown.
fn shown() -> bool {
    true
}

/// The entry whose words an item shows that several feeds carry: its founder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founder {
    /// Name of its input.
    pub input: String,
    /// What tells it from the others of its feed.
    pub key: String,
    /// What its link is compared by.
    pub link: Option<String>,
    /// Its title.
    pub title: String,
    /// When it was published.
    pub published: DateTime<Utc>,
}

/// Identity of an edition, with what it is recognised by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownEdition {
    /// Identity.
    pub id: Uuid,
    /// Name of its input.
    pub input: String,
    /// Path below `editions/`.
    pub slug: String,
    /// The file it was read from.
    pub path: String,
    /// Permalink when last seen.
    pub permalink: Option<String>,
    /// Number when last seen.
    pub number: Option<u32>,
    /// Title when last seen.
    pub title: String,
    /// Date when last seen.
    pub date: DateTime<FixedOffset>,
    /// Hash of title, headline, author, permalink, cover and tags when last seen.
    pub header_hash: u64,
    /// Assigned once.
    pub published: DateTime<Utc>,
    /// When it or one of its items changed last.
    pub updated: DateTime<Utc>,
    /// Whether it is published.
    pub presence: Presence,
    /// What it shows, or would show, as a hash; see `ledger::editions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows: Option<u64>,
    /// What it showed when it was shown last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub showed: Option<u64>,
    /// Its items, those that left included.
    pub items: Vec<KnownItem>,
}
