//! What became of a file: an edition or why there is none, with what is wrong in it.

use super::profile::Way;
use crate::model::{Complaint, Edition, LinkKey, Place};
use serde::Serialize;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Post {
    /// It holds these editions, one at least.
    Editions(Vec<ReadEdition>),
    /// It is certainly no post of this digest, and that is no fault. A file that was one says less than before then.
    Skipped {
        /// The reason, for people.
        why: String,
    },
    /// It is a post, and its own front matter says that it is not to be published here: a draft, another category.
    KeptOut {
        /// The reason, for people.
        why: String,
    },
    /// It is a post, or looks like one, and cannot be published; the complaints say why.
    Broken,
}

/// An edition as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadEdition {
    /// What its author wrote.
    pub edition: Edition,
    /// Which part of its file it is, where the file holds several: a day, a number or an ordinal.
    pub part: Option<String>,
    /// Where its title is written, for complaints that only the caller can make.
    pub title_at: Place,
    /// Where its date is written, likewise.
    pub date_at: Place,
    /// Why each of its items has each of its tags.
    pub tag_reasons: Vec<Vec<TagReason>>,
    /// Which rule took what of each of its items.
    pub item_reasons: Vec<ItemReasons>,
    /// What its cover is by, or why it has none.
    pub cover_reason: String,
    /// Whether its date is the one that the file's name begins with.
    pub date_from_name: bool,
}

/// A file as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What became of it.
    pub post: Post,
    /// What is wrong with it, in the order of the file.
    pub complaints: Vec<Complaint>,
    /// The sources of its items, each with the line on which it stands.
    pub cited: Vec<(LinkKey, u32)>,
}

impl Reading {
    /// Its editions; none where it is no post.
    pub fn editions(&self) -> &[ReadEdition] {
        match &self.post {
            Post::Editions(editions) => editions,
            Post::Skipped { .. } | Post::KeptOut { .. } | Post::Broken => &[],
        }
    }
}

impl ReadEdition {
    /// The tags that no item mentions, so that they are given to all.
    pub fn unmentioned_tags(&self) -> Vec<String> {
        let (Some(item), Some(reasons)) = (self.edition.items.first(), self.tag_reasons.first()) else {
            return Vec::new();
        };
        let of_all = item.tags.iter().zip(reasons).filter(|(_, reason)| **reason == TagReason::All);
        of_all.map(|(tag, _)| tag.clone()).collect()
    }
}

/// Why an item has a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TagReason {
    /// The item names it itself, in a line of tags.
    Own,
    /// It stands before its title, in a group `tag` of a pattern to strip.
    Prefix,
    /// It is the heading of its section.
    Section,
    /// Its title or text mentions it.
    Text,
    /// Its remark mentions it, and no item's title or text.
    Remark,
    /// No item mentions it, so that it is given to all.
    All,
    /// It is one of the input's own tags.
    Input,
}

/// Which rule took what of an item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ItemReasons {
    /// What it begins with, and what of that is its title.
    pub title: String,
    /// By which way each of its sources was found, in their order.
    pub sources: Vec<Way>,
    /// Why it has no source, and what came closest.
    pub no_source: Option<String>,
    /// What made a quote its remark.
    pub remark: Option<String>,
    /// Why it has no remark, and what came closest.
    pub no_remark: Option<String>,
    /// Where each of its pictures stands, in their order.
    pub pictures: Vec<&'static str>,
    /// Why it has no picture, and what came closest.
    pub no_picture: Option<String>,
    /// The heading of the section whose tag it has.
    pub section: Option<String>,
}
