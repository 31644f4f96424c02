//! The rules by which a digest's posts are read, as data. Five kinds: what a post is, where its items begin, which of their
//! links are sources, what is a remark, what becomes of pictures.
//!
//! Only says what the rules are; the rooms beside this one follow them.

mod built_in;

pub use built_in::BUILT_IN;

use regex::Regex;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The rules of a digest.
#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    /// What it is called; part of no rule.
    #[serde(skip)]
    pub name: String,
    /// What a post is.
    pub post: PostRules,
    /// Where items begin and end.
    pub items: ItemRules,
    /// Which links of an item are its sources.
    pub sources: SourceRules,
    /// Which quotes are remarks.
    pub remark: RemarkStyle,
    /// What a remark begins with, in a quote or a paragraph, where it is not the observation column's `NAME点评：`. A group
    /// named `name` is its author.
    pub remark_pattern: Option<TextPattern>,
    /// What the credit of a picture looks like, where it is not the observation column's `（插图：…）`; its first group, or all of it.
    pub credit_pattern: Option<TextPattern>,
    /// Which picture is the edition's cover.
    pub cover: Cover,
}

/// A regular expression; its time is linear in the text.
#[derive(Debug, Clone)]
pub struct TextPattern(pub Regex);

impl Serialize for TextPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl TextPattern {
    /// A pattern that is written right.
    pub(super) fn new(written: &str) -> Option<Self> {
        Regex::new(written).ok().map(Self)
    }

    /// Whether it is found in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// What a post is, and where its title, number and date stand.
#[derive(Debug, Clone, Serialize)]
pub struct PostRules {
    /// How its header is written.
    pub header: HeaderKind,
    /// Where its title stands; the first of these that is there.
    pub title: Vec<TitleFrom>,
    /// Only posts whose title matches one of these are read; all where there is none.
    pub only_titles: Vec<TextPattern>,
    /// Only files whose path matches one of these are read; all where there is none.
    pub only_paths: Vec<TextPattern>,
    /// What gives the number, tried on title, then on the path: the first group, or all of it.
    pub number: Vec<TextPattern>,
    /// Where its date stands; the first of these that is there.
    pub date: Vec<DateFrom>,
    /// What gives a date in the post's text: its first group, or all of it, is read as one.
    pub date_pattern: Option<TextPattern>,
    /// From which editions on their dates are counted, and how.
    pub counting: Option<Counting>,
    /// Where a file holds several editions: the headings, or lines that stand as one, at which each begins.
    pub editions: Option<TextPattern>,
    /// Whether the post as a whole is its one item.
    pub is_item: bool,
}

/// How a post's header is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HeaderKind {
    /// Whichever is there, or none.
    Any,
    /// YAML between two lines `---`; a file without it is no post.
    Yaml,
    /// TOML between two lines `+++`.
    Toml,
    /// Lines `Key: value` up to the first empty one, as Pelican and Hexo have them.
    Lines,
    /// The post begins with its text.
    None,
}

/// Where a post's title stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TitleFrom {
    /// In the header.
    Header,
    /// In the first heading.
    Heading,
    /// The name of its file.
    Name,
}

/// Where a post's date stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DateFrom {
    /// In the header.
    Header,
    /// In the title.
    Title,
    /// In one of the headings.
    Heading,
    /// In the file's path.
    Path,
    /// In the text, where the pattern of dates matches.
    Text,
    /// Counted by the number.
    Number,
}

/// Counts dates by numbers, for digests that date nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counting {
    /// The days of editions, by number; each is where counting begins anew.
    pub from: BTreeMap<u32, chrono::NaiveDate>,
    /// Days or months from one edition to the next.
    pub every: Every,
}

/// How far editions are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// So many days.
    Days(u32),
    /// So many months.
    Months(u32),
}

/// Where items begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemStart {
    /// A heading of one of the levels.
    Headings,
    /// An entry of a list.
    List,
    /// An entry of a numbered list.
    Ordered,
    /// A paragraph, or a line of one.
    Paragraphs,
}

/// Where items begin and end.
#[derive(Debug, Clone, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a rule that a profile has or has not")]
pub struct ItemRules {
    /// What begins one.
    pub start: Vec<ItemStart>,
    /// Levels of headings that begin items. The observation column's are the highest of these that a post has.
    pub levels: Vec<u8>,
    /// Only the highest of the levels that a post has counts.
    pub one_level: bool,
    /// What a paragraph, or a line of one, must match to begin an item; without one every paragraph does.
    pub pattern: Option<TextPattern>,
    /// Whether an entry of a list begins an item only with a link of its own.
    pub linked: bool,
    /// Only in sections whose headings, or those above them, match one of these are items sought; in all where there is none.
    pub only: Vec<TextPattern>,
    /// What begins no item although it looks so: its text matches one of these. It is left out.
    pub except: Vec<TextPattern>,
    /// Where the last item before ends: a block whose text matches one of these, and what follows it, is left out up to the
    /// next item.
    pub until: Vec<TextPattern>,
    /// What is no part of a title, at its beginning. A group named `tag` is a tag of the item.
    pub strip: Vec<TextPattern>,
    /// Sections, by their headings, that are left out with all below them.
    pub skip: Vec<TextPattern>,
    /// Whether the headings of sections are tags of their items.
    pub section_tags: bool,
    /// What is no part of such a tag.
    pub strip_tags: Vec<TextPattern>,
    /// Whether what stands before the first item of a post or section is left out; else each piece of it is named.
    pub skip_intro: bool,
    /// Whether pictures that stand alone before the start of an item belong to it, not to the item before. The observation
    /// column's posts tell by themselves.
    pub pictures_before: bool,
}

/// Which links of an item are its sources.
#[derive(Debug, Clone, Serialize)]
pub struct SourceRules {
    /// Where they are sought; what comes first goes before what comes later.
    pub ways: Vec<Way>,
    /// A link whose own text, or the word directly before it, matches is a source by [`Way::Via`].
    pub via: Option<TextPattern>,
    /// A link in brackets whose text matches is of somebody who brought the item, and no source.
    pub submitter: Option<TextPattern>,
    /// Parameters of redirecting addresses whose value is the address that is meant.
    pub unwrap: Vec<String>,
}

/// Where sources are sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// The header's `link` or `via`, where the post is the item.
    Header,
    /// Lines and quotes that begin with a source word.
    Label,
    /// The links of the heading or title.
    Heading,
    /// The first link of the line with which the item begins.
    Line,
    /// Links that are marked with a word.
    Via,
    /// The first link of the text, where there is none before.
    First,
    /// The links of the text, where there is none before.
    Body,
}

/// Which quotes are remarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RemarkStyle {
    /// One that begins with somebody's name (`老王点评：`); without one, a last quote.
    Named,
    /// Only one that begins with somebody's name.
    Labelled,
    /// None is.
    None,
}

/// Which picture is the edition's cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cover {
    /// The first, where the header's `largepic` names it.
    Largepic,
    /// The first before any item.
    First,
    /// None is.
    None,
}

impl Profile {
    /// Whether its posts are those of a column: items at the highest level of headings that a post has, and nothing else.
    pub fn is_column(&self) -> bool {
        self.items.one_level && self.items.start == [ItemStart::Headings] && !self.post.is_item
    }

    /// Whether items begin at headings.
    pub fn starts_at_headings(&self) -> bool {
        self.items.start.contains(&ItemStart::Headings)
    }
}
