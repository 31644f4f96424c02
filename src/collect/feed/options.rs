//! How the entries of a feed input become items: filled by `config`, defined here.

use chrono_tz::Tz;
use regex::Regex;
use std::collections::BTreeMap;

/// How much of an entry's content an item takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ContentKind {
    /// All of it.
    Full,
    /// About 300 characters of text, cut where a sentence or word ends.
    #[default]
    Summary,
    /// Title and link only.
    None,
}

/// Which entries become items: those that match one of `include`, or all when there is none, and none of `exclude`. Both
/// are tried on title, text, link and the entry's tags (its categories and those of rules, not the input's own).
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Any of these.
    pub include: Vec<Regex>,
    /// None of these.
    pub exclude: Vec<Regex>,
}

/// A tag that is given to items whose title or text matches.
#[derive(Debug, Clone)]
pub struct TagRule {
    /// What the title or text must match.
    pub pattern: Regex,
    /// The tag's name.
    pub tag: String,
}

/// How the entries of an input are taken over.
#[derive(Debug, Clone, Default)]
pub struct FeedOptions {
    /// Zone of dates that name none.
    pub timezone: Tz,
    /// How much of the content is taken.
    pub content: ContentKind,
    /// Which entries are taken.
    pub filter: Filter,
    /// The input's own tags, added to every item.
    pub tags: Vec<String>,
    /// Tag name to canonical name; names are compared by `model::tag_key`.
    pub aliases: BTreeMap<String, String>,
    /// Rules that add tags.
    pub rules: Vec<TagRule>,
    /// Whether tracking parameters are removed from source links that are shown; from what is compared they always are.
    pub strip_tracking: bool,
}
