//! How the entries of a feed input become items: filled by `config`, defined here.

use chrono_tz::Tz;
use regex::Regex;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// How much of an entry's content an item takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
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
#[derive(Debug, Clone, Default, Serialize)]
pub struct Filter {
    /// Any of these.
    #[serde(serialize_with = "patterns")]
    pub include: Vec<Regex>,
    /// None of these.
    #[serde(serialize_with = "patterns")]
    pub exclude: Vec<Regex>,
}

/// A tag that is given to items whose title or text matches.
#[derive(Debug, Clone, Serialize)]
pub struct TagRule {
    /// What the title or text must match.
    #[serde(serialize_with = "pattern")]
    pub pattern: Regex,
    /// The tag's name.
    pub tag: String,
}

/// How the entries of an input are taken over.
#[derive(Debug, Clone, Default, Serialize)]
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

/// As it was written.
fn pattern<S: Serializer>(pattern: &Regex, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(pattern.as_str())
}

fn patterns<S: Serializer>(patterns: &[Regex], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(patterns.iter().map(Regex::as_str))
}
