//! What an author wrote: editions, their items and the links they cite.

use super::{Attachment, tag_key};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Label and URL that an item cites (消息来源).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceLink {
    /// What the author calls the source.
    pub label: String,
    /// Absolute http or https URL, verbatim as written where it was absolute.
    pub url: String,
}

/// How an item names its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// A blockquote `**[消息来源：LABEL](URL)**`.
    Labelled,
    /// The heading's own link.
    Heading,
    /// No such line: the links of the item's paragraphs.
    Inline,
    /// No link at all.
    #[default]
    None,
}

/// What an item shows together with those who carry the same story.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Joined<'a> {
    /// Its own sources, then one of every carrier that is called otherwise.
    pub sources: Vec<&'a SourceLink>,
    /// Its own tags, then theirs.
    pub tags: Vec<&'a String>,
}

/// One observation as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Item {
    /// Heading text less a leading `#N `, as plain text.
    pub title: String,
    /// Number of the heading, where it has one.
    pub number: Option<u32>,
    /// What it cites; the first is the primary source.
    pub sources: Vec<SourceLink>,
    /// How the sources are written.
    pub source_kind: SourceKind,
    /// Further links in the paragraphs of a labelled item: not sources.
    pub body_links: Vec<SourceLink>,
    /// Who remarks (`老王` of `老王点评：…`), where somebody is named.
    pub comment_by: Option<String>,
    /// Addresses of its images, absolute where the base is known.
    pub images: Vec<String>,
    /// What each of its images shows, in the author's words; empty where nothing is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_alts: Vec<String>,
    /// Those of its images that stand within `body_html` or `remark_html`; the others stand before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placed_images: Vec<String>,
    /// Text of `*（插图：…）*` without the brackets and the word.
    pub image_credit: Option<String>,
    /// Names of the edition's tags that belong to this item, as written there.
    pub tags: Vec<String>,
    /// Paragraphs as sanitised HTML with absolute URLs, without source line and remark, and with the images only that stand
    /// within the text.
    pub body_html: String,
    /// The remark as sanitised HTML with absolute URLs, without the leading `老王点评：`; empty when there is none.
    pub remark_html: String,
    /// Plain text of title and body, for finding an edited item again and for excerpts.
    pub text: String,
    /// Hash of what the author wrote (Markdown with white space folded, base URL not applied).
    pub content_hash: u64,
    /// Line of the heading in its file, from 1.
    pub line: u32,
    /// Its own author, where it has another than its edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Files that belong to it, each once: of a feed's item what is enclosed, of an editor's the audio and video that it links
    /// to. Pictures come last; an editor's are in `images`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The language of a feed's item, as a tag of BCP 47; an editor's is in the site's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// `body_html` as Markdown, where it was written so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body_markdown: String,
    /// `remark_html` as Markdown, where it was written so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark_markdown: String,
}

impl Item {
    /// Its images that stand before its text, each with what it shows.
    pub fn leading_images(&self) -> impl Iterator<Item = (&str, &str)> {
        let alts = self.image_alts.iter().map(String::as_str).chain(std::iter::repeat(""));
        let images = self.images.iter().map(String::as_str).zip(alts);
        images.filter(|(image, _)| !self.placed_images.iter().any(|placed| placed == image))
    }

    /// The item with those who carry the same story: whoever is not named yet is named, and their tags are added. The
    /// words stay its own.
    pub fn joined<'a>(&'a self, carriers: &'a [Self]) -> Joined<'a> {
        let mut joined = Joined { sources: self.sources.iter().collect(), tags: self.tags.iter().collect() };
        if carriers.is_empty() {
            return joined;
        }
        let mut labels: HashSet<String> = self.sources.iter().map(|source| tag_key(&source.label)).collect();
        let mut names: HashSet<String> = self.tags.iter().map(|tag| tag_key(tag)).collect();
        for carrier in carriers {
            joined.sources.extend(carrier.sources.iter().filter(|source| labels.insert(tag_key(&source.label))));
            joined.tags.extend(carrier.tags.iter().filter(|tag| names.insert(tag_key(tag))));
        }
        joined
    }
}

/// Stands between a file's name and which part of it is meant; no name of a file holds it in practice.
const PART: char = '§';

/// The path of an edition that is a part of a file, which holds several.
pub fn part_path(file: &str, part: Option<&str>) -> String {
    part.map_or_else(|| file.to_owned(), |part| format!("{file}{PART}{part}"))
}

/// The file of an edition, by the path of the edition.
pub fn file_of(path: &str) -> &str {
    path.split_once(PART).map_or(path, |(file, _)| file)
}

/// One issue of a digest as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// Number after `#` in the title.
    pub number: Option<u32>,
    /// Front matter `date`, in the site's zone where it names none.
    pub date: DateTime<FixedOffset>,
    /// Title verbatim.
    pub title: String,
    /// Title less `硬核观察 #N ` or `硬核观察 | `.
    pub headline: String,
    /// Front matter `author`.
    pub author: Option<String>,
    /// Address of the post, absolute where the base is known.
    pub permalink: Option<String>,
    /// The body's first image where it equals `largepic`.
    pub cover: Option<String>,
    /// Tag names, verbatim and in order.
    pub tags: Vec<String>,
    /// Its items in the order of the post.
    pub items: Vec<Item>,
}
