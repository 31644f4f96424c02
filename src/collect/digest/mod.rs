//! Reads Markdown posts into editions. Pure: bytes in, an edition and complaints out.
//!
//! Opens no file, reads no clock, never panics: a broken post is a [`Reading`] with complaints. Readers' comments in a
//! post's front matter are neither kept nor quoted.

mod account;
mod address;
mod bare;
mod date;
mod footnotes;
mod foreign;
mod front;
mod guard;
mod inspect;
mod item;
mod links;
mod markdown;
mod mistake;
mod notes;
mod outline;
mod pictures;
mod quote;
mod raw;
mod reading;
mod slips;
mod source;
mod tags;
mod title;
mod tree;

#[cfg(test)]
mod tests;

pub(super) use bare::find as find_address;
pub(super) use guard::absurd_at;
pub use inspect::inspect_json;
pub(super) use mistake::KEYS;
pub use reading::{Post, ReadEdition, Reading, TagReason};
pub(super) use tree::options as markdown_options;

use crate::model::{Edition, is_ignorable, tag_key};
use chrono_tz::Tz;
use comrak::{Arena, Node, parse_document};
use footnotes::Footnotes;
use front::{Front, FrontCut, Value};
use item::{Built, Workshop};
use links::LinkReader;
pub(super) use notes::shown;
use notes::{Notes, Spot};
use serde::Serialize;
use source::SourceWords;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use tree::PostLines;
use url::Url;

/// Raised when the same post reads as something else than before; `tests/readers.rs` says when.
pub const READER: u32 = 3;

/// Largest post that is read. Real ones have 10 kB, the longest with all their readers' comments 100 kB.
pub const MAX_POST_BYTES: u64 = 1024 * 1024;

/// Most items of a post, and the deepest nesting of its Markdown: beyond them it is no digest.
const MAX_ITEMS: usize = 200;
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
    let (yaml, body, offset) = match front::cut(text) {
        FrontCut::At { yaml, body, lines } => (yaml, body, lines),
        FrontCut::None => {
            let Some(other) = foreign::front_matter(notes.path(), text) else {
                return skipped("it has no front matter");
            };
            other.tell(notes);
            return Post::Broken;
        }
        FrontCut::Unclosed => {
            let help = "close the front matter with a line that holds only `---`";
            notes.error(Spot::new(1, 1), "the front matter that begins here is never closed", help);
            return Post::Broken;
        }
    };
    let Some(front) = front::parse(yaml, notes) else { return Post::Broken };
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
    let mut workshop = Workshop {
        footnotes: Footnotes::default(),
        arena: &arena,
        markdown,
        reader: LinkReader { base: options.base_url.as_ref(), source },
        words: SourceWords(&options.source_words),
        sanitiser: OnceCell::new(),
    };
    edition(&front, root, &mut workshop, options, notes)
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

fn skipped(why: impl Into<String>) -> Post {
    Post::Skipped { why: why.into() }
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

fn edition<'a>(
    front: &Front,
    root: Node<'a>,
    workshop: &mut Workshop<'a, '_>,
    options: &DigestOptions,
    notes: &mut Notes<'_>,
) -> Post {
    let reader = workshop.reader;
    let reader = &reader;
    let Some(level) = outline::item_level(root) else {
        slips::no_item_heading(front, root, &reader.source, workshop.words, notes);
        return skipped("it has no item heading (`###` or `####`)");
    };
    if tree::depth(root) > MAX_DEPTH {
        return too_deep(reader.source.first(), notes);
    }
    for block in root.children() {
        guard::drop_html_flood(&[block], &reader.source, notes);
    }
    slips::unused_definitions(root, &reader.source, notes);
    workshop.footnotes = Footnotes::take(root);
    slips::headings_without_blank(root, &reader.source, notes);
    let title = title::read(front, notes);
    let (date, date_from_name) = date::read(front, options.timezone, notes);
    let cover = outline::take_cover(root, front.largepic.as_ref().map(|value| value.text.as_str()), reader);
    let sections = outline::sections(root, level, &reader.source, notes);
    if sections.len() > MAX_ITEMS {
        let message = format!("the post has {} item headings; at most {MAX_ITEMS} are read", sections.len());
        notes.error(Spot::new(reader.source.offset + 1, 1), message, "split the post");
        return Post::Broken;
    }
    workshop.footnotes.warn_of_unused(&sections, &reader.source, notes);
    let tags = tags::names(&front.tags, notes);
    let built: Vec<_> = sections.iter().filter_map(|section| workshop.build(section, notes)).collect();
    warn_of_missing_sources(&built, notes);
    let (Some(title), Some(date), false) = (title, date, built.is_empty()) else { return Post::Broken };
    let said: Vec<_> = built.iter().map(|built| said(built, notes)).collect();
    let mut items: Vec<_> = built.into_iter().map(|built| built.item).collect();
    let mut tag_reasons = Vec::with_capacity(items.len());
    for (item, tags) in items.iter_mut().zip(tags::assign(&tags, &said, options)) {
        let (names, reasons) = tags.into_iter().unzip();
        item.tags = names;
        tag_reasons.push(reasons);
    }
    let place = |value: &Option<Value>| notes.place_of(value.as_ref().map(|value| value.spot));
    let (title_at, date_at) = (place(&front.title), place(&front.date));
    let edition = Edition {
        number: title.number,
        date,
        headline: title.headline,
        title: title.full,
        author: front.author.as_ref().map(|value| notes.legal(&value.text, "the author", value.spot).into_owned()),
        permalink: title::permalink(front, reader, notes),
        cover,
        tags,
        items,
    };
    Post::Editions(vec![ReadEdition { edition, part: None, title_at, date_at, tag_reasons, date_from_name }])
}

/// What an item says, for its tags.
fn said(built: &Built, notes: &mut Notes<'_>) -> tags::ItemWords {
    let own: Vec<Value> = built.tags.iter().map(|name| Value { text: name.clone(), spot: built.spot }).collect();
    tags::ItemWords::new(&built.item.text, &built.remark_text, tags::names(&own, notes))
}

/// Early posts name no sources at all; where a post does, an item without one was probably forgotten.
fn warn_of_missing_sources(built: &[Built], notes: &mut Notes<'_>) {
    let is_labelled = |built: &Built| built.item.source_kind == crate::model::SourceKind::Labelled;
    if !built.iter().any(is_labelled) {
        return;
    }
    for built in built.iter().filter(|built| built.item.sources.is_empty() && !built.lost_source) {
        let message = format!("the item `{}` names no source, as others of this post do", shown(&built.item.title));
        notes.warning(built.spot, message, "add a quote **[消息来源：NAME](URL)** below the item's text");
    }
}
