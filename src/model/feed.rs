//! The format-neutral document that is rendered to every format, in RFC 4287's words.

use super::{Attachment, CitedSource};
use chrono::{DateTime, Utc};

/// A feed. RSS: `channel`; JSON Feed: the top-level object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Atom `id`: `urn:uuid:…`, independent of the base URL.
    pub id: String,
    /// Atom and RSS `title`.
    pub title: String,
    /// Atom `subtitle`, RSS and JSON Feed `description`.
    pub subtitle: String,
    /// RSS `language`, Atom `xml:lang`, JSON Feed `language`.
    pub language: String,
    /// Atom `author` and `dc:creator` of entries that name none.
    pub author: String,
    /// Atom `link rel=alternate`, RSS `link`, JSON Feed `home_page_url`.
    pub home_url: String,
    /// Where the site's icon is, where its operator gave it one: Atom `icon`, RSS `image`, JSON Feed `icon` or `favicon`.
    pub icon: Option<FeedIcon>,
    /// Where the feed itself lives, per format.
    pub urls: FeedUrls,
    /// Atom `updated`, RSS `lastBuildDate`: the newest entry's.
    pub updated: DateTime<Utc>,
    /// Newest first.
    pub entries: Vec<Entry>,
}

/// The icon of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedIcon {
    /// Its address.
    pub url: String,
    /// Whether it is a picture, as RSS wants it; a drawing is none.
    pub is_picture: bool,
    /// Whether it has the small sizes of a browser's tab.
    pub is_small: bool,
}

/// Where a feed lives in each format (`rel=self`, `feed_url`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedUrls {
    /// `rss.xml`.
    pub rss: String,
    /// `atom.xml`.
    pub atom: String,
    /// `feed.json`.
    pub json: String,
}

/// Atom `category`, RSS `category`, JSON Feed `tags`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// The tag's name.
    pub term: String,
    /// Atom `scheme` and RSS `domain`: address of the tags' index, which names the vocabulary.
    pub scheme: String,
}

/// An entry. RSS: `item`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Atom `id`, RSS `guid isPermaLink=false`, JSON Feed `id`: `urn:uuid:…`.
    pub id: String,
    /// Plain text.
    pub title: String,
    /// Atom `link rel=alternate`, RSS `link`, JSON Feed `url`.
    pub link: String,
    /// Atom `published`, RSS `pubDate`, JSON Feed `date_published`.
    pub published: DateTime<Utc>,
    /// Atom `updated`, RSS `atom:updated`, JSON Feed `date_modified`: when the content changed.
    pub updated: DateTime<Utc>,
    /// Atom `author/name`, RSS `dc:creator`, JSON Feed `authors`; the feed's when `None`.
    pub author: Option<String>,
    /// Atom `content type=html`, RSS `content:encoded` and `description`, JSON Feed `content_html`. Sanitised.
    pub content_html: String,
    /// Atom `summary`, JSON Feed `summary`: plain text.
    pub summary: String,
    /// Tags.
    pub categories: Vec<Category>,
    /// JSON Feed `image`, RSS `media:thumbnail`: the first picture.
    pub image: Option<String>,
    /// Atom `link rel=enclosure`, RSS `media:content` and the best of them `enclosure`, JSON Feed `attachments`: the files that
    /// belong to it, each once, pictures last. The addresses are URIs.
    pub attachments: Vec<Attachment>,
    /// Atom `xml:lang`, RSS `dc:language`, JSON Feed `language`; the feed's when `None`.
    pub language: Option<String>,
    /// RSS `source:markdown`: the content as its author wrote it.
    pub markdown: Option<String>,
    /// JSON Feed `external_url`: the page elsewhere that the entry is about.
    pub external_url: Option<String>,
    /// What the entry cites, with verdicts; the first is the primary source (`rel=via`, `ws:source`).
    pub sources: Vec<CitedSource>,
}
