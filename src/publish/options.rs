//! What the publisher is told: filled by `config`, defined here.

use crate::model::Channel;
use chrono_tz::Tz;
use url::Url;
use uuid::Uuid;

/// A feed format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0 (RFC 4287).
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// Its file in a channel's folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Rss => "rss.xml",
            Self::Atom => "atom.xml",
            Self::Json => "feed.json",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }
}

/// Language of pages and labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    ZhCn,
    /// English.
    En,
}

impl Language {
    /// The tag of RFC 5646.
    pub fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }
}

/// What an entry links to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemLink {
    /// Its own page.
    Page,
    /// The source that it cites first; its page where it cites none.
    Source,
}

/// How the site is published.
#[derive(Debug, Clone)]
pub struct Options {
    /// Title of the combined feed and of every page.
    pub title: String,
    /// Where the published directory is served; ends in a slash.
    pub base_url: Url,
    /// Language of pages and labels.
    pub language: Language,
    /// Author of the feeds.
    pub author: String,
    /// Zone of the dates shown.
    pub timezone: Tz,
    /// Formats of every feed.
    pub formats: Vec<Format>,
    /// Entries in a feed.
    pub items_per_feed: usize,
    /// What an entry links to.
    pub item_link: ItemLink,
}

/// A site.
#[derive(Debug, Clone)]
pub struct Site {
    /// Never changes; feed ids are derived from it.
    pub id: Uuid,
    /// How it is published.
    pub options: Options,
}

impl Site {
    /// Absolute address of a path below the published directory, percent-encoded.
    pub(super) fn url(&self, path: &str) -> String {
        let mut url = self.options.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/'));
        }
        url.into()
    }

    /// `urn:uuid:` of a channel's feed, independent of the base URL.
    pub(super) fn feed_id(&self, channel: &Channel) -> String {
        let name = format!("{}\u{1f}{}", channel.kind.as_str(), channel.slug);
        Uuid::new_v5(&self.id, name.as_bytes()).urn().to_string()
    }
}
