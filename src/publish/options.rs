//! What the operator decides about the published directory, as meant (the configuration fills it in).

use super::icon::Icon;
use super::theme::{Language, Theme, Words};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

/// A feed format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0 (RFC 4287).
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// Every format, in the order pages offer them.
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// Name of the file in a channel's folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Rss => "rss.xml",
            Self::Atom => "atom.xml",
            Self::Json => "feed.json",
        }
    }

    /// The format of a file by its name.
    pub fn of_file(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.file_name() == name)
    }

    /// Media type, without parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// The format's name as readers know it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Atom => "Atom",
            Self::Json => "JSON Feed",
        }
    }
}

/// Where the entry of an editor's item links to; a feed's item is linked to at its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemLink {
    /// To the item's own page.
    #[default]
    Page,
    /// To its primary source, where it has one.
    Source,
}

/// The site as its operator describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Options {
    /// Its title.
    pub title: String,
    /// Where the published directory is served; ends in `/`.
    pub base_url: Url,
    /// Language of pages and labels.
    pub language: Language,
    /// Author of entries that name none; the title stands in for an empty one.
    pub author: String,
    /// Zone in which dates are shown.
    pub timezone: Tz,
    /// Formats to publish.
    pub formats: Vec<Format>,
    /// Entries in one feed at most.
    pub items_per_feed: usize,
    /// Where an entry's link leads.
    pub item_link: ItemLink,
    /// Whether addresses of pages name `index.html`, for a host that knows no page of a folder.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exact_keys: bool,
    /// What pages look like and what they say.
    #[serde(skip_serializing_if = "Theme::is_built_in")]
    pub theme: Theme,
    /// What stands beside its title.
    #[serde(skip_serializing_if = "Icon::is_built_in")]
    pub icon: Icon,
    /// Whether pages show the pictures of items and editions. Feeds have them in any case.
    #[serde(skip_serializing_if = "is_true")]
    pub pictures: bool,
}

/// Whether an option is as it is by default, and so leaves no trace in what is remembered of the options.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_true(value: &bool) -> bool {
    *value
}

impl Options {
    /// The words of pages and labels.
    pub(super) fn words(&self) -> &Words {
        self.theme.words(self.language)
    }
}

/// A site: what may be configured anew beside what never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Site {
    /// Never changes; feed ids are derived from it, so that they do not depend on `base_url`.
    pub id: Uuid,
    /// What the operator decides.
    pub options: Options,
}

impl Site {
    /// The words of pages and labels.
    pub(super) fn words(&self) -> &Words {
        self.options.words()
    }
}
