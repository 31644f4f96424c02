//! Channels: the standing offers to subscribers and where each one lives.

use serde::{Deserialize, Serialize};

/// What a channel gathers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    /// Every item.
    Combined,
    /// The items of one tag.
    Tag,
    /// The items that cite one host.
    Source,
    /// One entry per edition.
    Editions,
}

impl ChannelKind {
    /// The word that the store keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Combined => "combined",
            Self::Tag => "tag",
            Self::Source => "source",
            Self::Editions => "editions",
        }
    }
}

/// A standing offer to subscribers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Channel {
    /// What it gathers.
    pub kind: ChannelKind,
    /// Slug of the tag, or the host; empty for the other kinds.
    pub slug: String,
    /// Name of the tag, or the host; empty for the other kinds.
    pub name: String,
}

impl Channel {
    /// The folder below the published directory, with a trailing slash unless it is the root; not percent-encoded.
    pub fn folder(&self) -> String {
        match self.kind {
            ChannelKind::Combined => String::new(),
            ChannelKind::Tag => format!("tags/{}/", self.slug),
            ChannelKind::Source => format!("sources/{}/", self.slug),
            ChannelKind::Editions => "editions/".to_owned(),
        }
    }
}
