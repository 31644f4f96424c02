//! What is gathered of a feed or of an entry, in any format, before it is finished.

use chrono::{DateTime, Utc};

/// A text as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FeedText {
    Plain(String),
    Html(String),
}

impl FeedText {
    pub(super) fn written(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Html(text) => text,
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.written().trim().is_empty()
    }
}

/// The best of several values; of equally good ones the first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Best<T> {
    value: Option<T>,
    rank: u8,
}

impl<T> Default for Best<T> {
    fn default() -> Self {
        Self { value: None, rank: u8::MAX }
    }
}

impl<T> Best<T> {
    /// Offers a value, if there is one; a lower rank is better.
    pub(super) fn offer(&mut self, rank: u8, value: impl Into<Option<T>>) {
        if let Some(value) = value.into()
            && (self.value.is_none() || rank < self.rank)
        {
            (self.value, self.rank) = (Some(value), rank);
        }
    }

    pub(super) fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// Its rank, where there is a value.
    pub(super) fn rank(&self) -> Option<u8> {
        self.value.is_some().then_some(self.rank)
    }
}

/// Ranks of links: what is written as the link comes first.
pub(super) mod link {
    pub(in super::super) const OWN: u8 = 0;
    pub(in super::super) const OTHER_TYPE: u8 = 1;
    pub(in super::super) const EXTERNAL: u8 = 2;
    pub(in super::super) const ID: u8 = 10;
    pub(in super::super) const CONTENT: u8 = 11;
    pub(in super::super) const SELF: u8 = 20;
}

/// What feed and entry have in common, and what only entries have.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Draft {
    pub(super) id: Best<String>,
    /// Absolute where it could be made so.
    pub(super) link: Best<String>,
    pub(super) title: Best<FeedText>,
    /// Of a feed its description, of an entry content or summary.
    pub(super) body: Best<FeedText>,
    /// What relative addresses in `body` are relative to.
    pub(super) body_base: Option<String>,
    pub(super) author: Best<String>,
    /// A tag of BCP 47.
    pub(super) language: Best<String>,
    pub(super) published: Best<DateTime<Utc>>,
    pub(super) updated: Best<DateTime<Utc>>,
    pub(super) tags: Vec<String>,
    pub(super) enclosures: Vec<Attached>,
}

/// A file that belongs to an entry, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attached {
    pub(super) url: String,
    pub(super) media_type: String,
    /// `image`, `audio` and the like, as `media:content` has it.
    pub(super) medium: String,
    pub(super) length: String,
}

/// Most tags and most files of an entry.
const MAX_TAGS: usize = 200;
const MAX_ENCLOSURES: usize = 100;

impl Draft {
    /// Whether there is nothing that an entry could be recognised by.
    pub(super) fn is_empty(&self) -> bool {
        self.id.get().is_none()
            && self.link.get().is_none()
            && self.title.get().is_none()
            && self.body.get().is_none()
            && self.enclosures.is_empty()
    }

    /// When it was new, for telling the newest.
    pub(super) fn date(&self) -> Option<DateTime<Utc>> {
        self.published.get().or(self.updated.get()).copied()
    }

    pub(super) fn tag(&mut self, tag: &str) {
        let tag = super::plain::text_of(tag);
        if !tag.is_empty() && self.tags.len() < MAX_TAGS && !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
    }

    /// Adds a file, or what is new about one that is there already.
    pub(super) fn attach(&mut self, attached: Attached) {
        let Some(known) = self.enclosures.iter_mut().find(|known| known.url == attached.url) else {
            if self.enclosures.len() < MAX_ENCLOSURES {
                self.enclosures.push(attached);
            }
            return;
        };
        let new = [attached.media_type, attached.medium, attached.length];
        for (known, new) in [&mut known.media_type, &mut known.medium, &mut known.length].into_iter().zip(new) {
            if known.is_empty() {
                *known = new;
            }
        }
    }
}
