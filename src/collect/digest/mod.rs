//! Reads Markdown posts into editions. Pure: bytes in, an edition and complaints out.
//!
//! Opens no file, reads no clock, never panics: a broken post is a [`Reading`] with complaints. Readers' comments in a
//! post's front matter are neither kept nor quoted.

mod account;
mod address;
mod bare;
mod cited;
mod date;
mod editions;
mod footnotes;
mod foreign;
mod front;
mod guard;
mod header;
mod inspect;
mod item;
mod links;
mod markdown;
mod mistake;
mod notes;
mod outline;
mod parts;
mod pictures;
mod profile;
mod quote;
mod raw;
mod reading;
mod reasons;
mod section;
mod slips;
mod source;
mod start_line;
mod starts;
mod suggest;
mod tags;
mod title;
mod tree;
mod when;
mod workshop;

#[cfg(test)]
mod tests;

pub(super) use bare::find as find_address;
pub(super) use guard::absurd_at;
pub use inspect::inspect_json;
pub(super) use mistake::KEYS;
pub use profile::{
    BUILT_IN, Counting, Cover, DateFrom, Every, HeaderKind, ItemRules, ItemStart, PostRules, Profile, RemarkStyle,
    SourceRules, TextPattern, TitleFrom, Way,
};
pub use reading::{ItemReasons, Post, ReadEdition, Reading, TagReason};
pub use suggest::{Suggestion, Trial, suggest};
pub(super) use tree::options as markdown_options;

use crate::model::{is_ignorable, tag_key};
use chrono_tz::Tz;
use comrak::{Arena, parse_document};
use footnotes::Footnotes;
use front::{Front, Value};
use header::HeaderCut;
use links::LinkReader;
pub(super) use notes::shown;
use notes::{Notes, Spot};
use serde::Serialize;
use source::SourceWords;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use tree::PostLines;
use url::Url;
use workshop::Workshop;

/// Raised when the same post reads as something else than before; `tests/readers.rs` says when.
pub const READER: u32 = 5;

/// Largest post that is read. Real ones have 10 kB, the longest with all their readers' comments 100 kB.
pub const MAX_POST_BYTES: u64 = 1024 * 1024;

/// Most items of a post, and the deepest nesting of its Markdown: beyond them it is no digest.
const MAX_ITEMS: usize = 1000;
const MAX_DEPTH: usize = 64;

/// How the posts of an input are read.
#[derive(Debug, Clone, Serialize)]
pub struct DigestOptions {
    /// Zone of dates that name none.
    pub timezone: Tz,
    /// Resolves relative links, images and permalinks.
    pub base_url: Option<Url>,
    /// Only posts of this category are read.
    pub category: Option<String>,
    /// The input's own tags, added to every item.
    pub tags: Vec<String>,
    /// Tag name to canonical name; names are compared by [`tag_key`].
    pub aliases: BTreeMap<String, String>,
    /// Words that begin a line which names an item's source.
    pub source_words: Vec<String>,
    /// The rules by which they are read.
    #[serde(skip_serializing_if = "Profile::is_default")]
    pub profile: Box<Profile>,
}

impl Default for DigestOptions {
    fn default() -> Self {
        Self {
            timezone: Tz::Asia__Shanghai,
            base_url: None,
            category: None,
            tags: Vec::new(),
            aliases: BTreeMap::new(),
            source_words: source::default_words(),
            profile: Box::default(),
        }
    }
}

/// The reading of a file that is larger than [`MAX_POST_BYTES`] and was not read.
pub fn too_large(path: &str, bytes: u64) -> Reading {
    let mut notes = Notes::new(path);
    notes.about_file(
        format!("the file has {bytes} bytes; a post has at most {MAX_POST_BYTES}"),
        "split the post, or keep other files out of the input's folder",
    );
    notes.into_reading(Post::Broken)
}

/// Reads a post. `path` only serves to name the place of complaints.
pub fn read(path: &str, bytes: &[u8], options: &DigestOptions) -> Reading {
    if bytes.len() as u64 > MAX_POST_BYTES {
        return too_large(path, bytes.len() as u64);
    }
    let mut notes = Notes::new(path);
    let post = match std::str::from_utf8(bytes) {
        Ok(text) => read_text(text.trim_start_matches(is_ignorable), options, &mut notes),
        Err(error) => {
            complain_of_encoding(bytes, error.valid_up_to(), &mut notes);
            Post::Broken
        }
    };
    notes.into_reading(post)
}

fn complain_of_encoding(bytes: &[u8], valid: usize, notes: &mut Notes<'_>) {
    let before = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default());
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    let byte = bytes.get(valid).copied().unwrap_or_default();
    let message = format!("the file is not UTF-8: byte 0x{byte:02X} cannot stand here");
    notes.error(Spot::new(line, column), message, "save the file as UTF-8");
}

fn read_text(text: &str, options: &DigestOptions, notes: &mut Notes<'_>) -> Post {
    if let Some(spot) = foreign::conflict(text) {
        let help =
            "settle the merge: keep one of the two versions and remove the lines with `<<<<<<<`, `=======`, `>>>>>>>`";
        notes.error(spot, "a merge was left half done here", help);
        return Post::Broken;
    }
    let profile = &options.profile;
    if let Some(why) = editions::kept_out_by_path(notes.path(), &profile.post) {
        return Post::KeptOut { why };
    }
    let (front, body, offset) = match header::cut(text, profile.post.header, notes) {
        HeaderCut::At { front, body, lines } => (*front, body, lines),
        HeaderCut::NoPost(why) => return Post::Skipped { why: why.to_owned() },
        HeaderCut::Unreadable => return Post::Broken,
    };
    if let Some(why) = of_another_category(&front, options) {
        return Post::KeptOut { why };
    }
    match draft(&front, notes) {
        PostDraft::No => {}
        PostDraft::Yes(why) => return Post::KeptOut { why },
        PostDraft::Unclear => return Post::Broken,
    }
    let legal = legal_body(body, offset, notes);
    if let Some(spot) = guard::absurd_line(&legal, offset) {
        return too_deep(spot, notes);
    }
    let lines: Vec<&str> = legal.lines().collect();
    let arena = Arena::new();
    let markdown = tree::options();
    let root = parse_document(&arena, &legal, &markdown);
    let source = PostLines { lines: &lines, offset };
    bare::link(&arena, root, &source);
    let words: &[String] = if profile.sources.ways.contains(&Way::Label) { &options.source_words } else { &[] };
    let mut workshop = Workshop {
        footnotes: Footnotes::default(),
        arena: &arena,
        markdown,
        reader: LinkReader { base: options.base_url.as_ref(), unwrap: &profile.sources.unwrap, source },
        profile,
        words: SourceWords(words),
        sanitiser: OnceCell::new(),
    };
    editions::read(&front, root, &mut workshop, options, notes)
}

/// Whether a post is kept out by its author.
enum PostDraft {
    No,
    /// With the reason.
    Yes(String),
    /// Its front matter says neither, which is told.
    Unclear,
}

/// `draft: true` or `published: false`, in any spelling of the two values.
fn draft(front: &Front, notes: &mut Notes<'_>) -> PostDraft {
    for (key, keeps_out, value) in [("draft", true, &front.draft), ("published", false, &front.published)] {
        let Some(value) = value else { continue };
        match value.text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" | "1" if keeps_out => {}
            "false" | "no" | "off" | "n" | "0" if !keeps_out => {}
            "true" | "yes" | "on" | "y" | "1" | "false" | "no" | "off" | "n" | "0" => continue,
            // Some programs keep the date of publishing there.
            text if key == "published" && crate::collect::date::parse(text, Tz::UTC).is_some() => continue,
            _ => {
                let message = format!("`{key}` is `{}`, neither true nor false", shown(&value.text));
                notes.error(value.spot, message, "write `true` or `false`, or leave the key out");
                return PostDraft::Unclear;
            }
        }
        let what = if keeps_out { "a draft" } else { "not to be published" };
        return PostDraft::Yes(format!("it is {what} (`{key}: {}` in line {})", shown(&value.text), value.spot.line));
    }
    PostDraft::No
}

fn too_deep(spot: Spot, notes: &mut Notes<'_>) -> Post {
    let message = "quotes, lists or brackets are nested far too deeply here";
    notes.error(spot, message, "remove the surplus `>`, list signs or brackets");
    Post::Broken
}

fn of_another_category(front: &Front, options: &DigestOptions) -> Option<String> {
    let wanted = options.category.as_ref()?;
    let has = |value: &Value| tag_key(&value.text) == tag_key(wanted);
    if front.categories.iter().any(has) {
        return None;
    }
    let named: Vec<_> = front.categories.iter().map(|value| shown(&value.text)).collect();
    Some(if named.is_empty() {
        format!("it names no category, and the input takes only `{wanted}`")
    } else {
        format!("its category is `{}`, and the input takes only `{wanted}`", named.join("`, `"))
    })
}

/// The Markdown without characters that XML refuses, with one warning at the first of them.
fn legal_body<'t>(body: &'t str, offset: usize, notes: &mut Notes<'_>) -> std::borrow::Cow<'t, str> {
    let first = body.lines().enumerate().find_map(|(index, line)| {
        let column = line.chars().position(|c| !crate::collect::html::is_legal(c))?;
        Some(Spot::new(offset + index + 1, column + 1))
    });
    notes.legal(body, "the text", first.unwrap_or(Spot::new(offset + 1, 1)))
}
