//! Items and editions as they stand in the store: what the author wrote beside what we decided and found out.

use super::{Item, SourceLink, Tag, Verdict};
use chrono::{DateTime, FixedOffset, Utc};
use uuid::Uuid;

/// A source link with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedSource {
    /// Label and URL as written.
    pub link: SourceLink,
    /// Host that it is counted under ([`super::LinkKey::host_of`]).
    pub host: String,
    /// The verdict as published.
    pub verdict: Verdict,
    /// The rule that judged it; empty while it is well.
    pub rule: String,
    /// Since when; only for verdicts that show it.
    pub since: Option<DateTime<Utc>>,
    /// Where it moved to, when it did.
    pub moved_to: Option<String>,
    /// An archived copy of a page that is gone.
    pub archive: Option<String>,
}

/// An item that cites a link, as it is linked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitingItem {
    /// Its title.
    pub title: String,
    /// Its short id.
    pub short_id: String,
    /// Where it stands.
    pub home: Home,
}

/// The edition an item belongs to, as its page needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionHeader {
    /// Path below `editions/`, for ever.
    pub slug: String,
    /// Title verbatim.
    pub title: String,
    /// Number, where it has one.
    pub number: Option<u32>,
    /// Its date with the zone it was written in.
    pub date: DateTime<FixedOffset>,
    /// Author as written.
    pub author: Option<String>,
    /// The post's own address.
    pub permalink: Option<String>,
}

/// Where an item stands on the site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Home {
    /// On a page of its own: an editor's item.
    #[default]
    Page,
    /// In the edition of its day: an item of a feed.
    Day {
        /// Path of the edition below `editions/`.
        slug: String,
        /// Number of the page of that edition; `None`: the first one.
        page: Option<u32>,
    },
}

/// An item as it stands in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    /// Identity for ever; the entry id is `urn:uuid:` and this.
    pub id: Uuid,
    /// Path below `items/`, or anchor in the edition of its day, for ever.
    pub short_id: String,
    /// Where it stands.
    pub home: Home,
    /// Its edition.
    pub edition: EditionHeader,
    /// Place within the edition, from 0.
    pub position: u32,
    /// What the author wrote. `item.tags` and `item.sources` are as written; use the fields below to publish.
    pub item: Item,
    /// Its tags, with slugs.
    pub tags: Vec<Tag>,
    /// Its sources with verdicts, in the order written.
    pub sources: Vec<CitedSource>,
    /// Assigned once.
    pub published: DateTime<Utc>,
    /// When the content changed last.
    pub updated: DateTime<Utc>,
}

/// An item as readers search for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchItem {
    /// Path below `items/`, or anchor in the edition of its day.
    pub short_id: String,
    /// Where it stands.
    pub home: Home,
    /// Its primary source as written.
    pub source: Option<String>,
    /// When it was published.
    pub published: DateTime<Utc>,
    /// Its title.
    pub title: String,
    /// Plain text of title and body.
    pub text: String,
    /// The remark as sanitised HTML.
    pub remark_html: String,
    /// Its language, where it says one.
    pub language: Option<String>,
}

/// An edition as it stands in the store, without its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEdition {
    /// Identity for ever.
    pub id: Uuid,
    /// What its items show of it.
    pub header: EditionHeader,
    /// Title less the digest's name and number.
    pub headline: String,
    /// Cover image.
    pub cover: Option<String>,
    /// Its tags, with slugs.
    pub tags: Vec<Tag>,
    /// Assigned once.
    pub published: DateTime<Utc>,
    /// When it or one of its items changed last.
    pub updated: DateTime<Utc>,
    /// Items that it has beyond those that are listed with it: a day of many feeds may have thousands.
    pub more: u64,
}

/// An edition as its neighbours name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeighbourEdition {
    /// Path below `editions/`.
    pub slug: String,
    /// Title less the digest's name and number.
    pub headline: String,
    /// Number, where it has one.
    pub number: Option<u32>,
    /// Assigned once.
    pub published: DateTime<Utc>,
}

/// The editions of the same input that stand before and after one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EditionNeighbours {
    /// The next older one.
    pub older: Option<NeighbourEdition>,
    /// The next newer one.
    pub newer: Option<NeighbourEdition>,
}
