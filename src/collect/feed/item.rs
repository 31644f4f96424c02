//! From an entry to the item that shows it.
//!
//! Decides nothing that needs the past: what is new, edited or carried by another feed is decided where the store is known.

use super::filter::EntryWords;
use super::identity::identities;
use super::summary::cut;
use super::tags::Tagger;
use super::{ContentKind, FeedOptions};
use crate::collect::html::{self, fold, strip_illegal};
use crate::model::{
    Attachment, Enclosure, EntryItem, Item, LinkKey, MAX_ATTACHMENTS, Medium, SourceKind, SourceLink, UpstreamEntry,
    UpstreamFeed, is_blank, without_tracking,
};
use std::collections::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64;

/// Longest summary in characters.
const SUMMARY: usize = 300;

/// Longest title that is made of an entry's text.
const MADE_TITLE: usize = 80;

/// Longest title that is taken over, and longest label.
const MAX_TITLE: usize = 500;
const MAX_LABEL: usize = 100;

/// How much of the text serves to find an edited item again.
const MAX_TEXT: usize = 5000;

/// What a feed is called beside its links: its title, else the input's name.
pub fn label_of(feed: &UpstreamFeed, input_name: &str) -> String {
    let title = line(&feed.title, MAX_LABEL);
    if title.is_empty() { line(input_name, MAX_LABEL) } else { title }
}

/// The items of a feed's entries, in the order of the document. Of several entries with one key the newest stays. What the
/// input's filter refuses, and what has neither title nor text nor link, is left out.
pub fn entry_items(feed: &UpstreamFeed, label: &str, options: &FeedOptions) -> Vec<EntryItem> {
    let tagger = Tagger::new(options);
    let label = line(label, MAX_LABEL);
    let mut items: Vec<EntryItem> = Vec::with_capacity(feed.entries.len());
    let mut places: HashMap<String, usize> = HashMap::new();
    for (entry, identity) in feed.entries.iter().zip(identities(&feed.entries)) {
        let link = entry.link.as_deref().map(str::trim).filter(|_| identity.link.is_some());
        let Some(item) = item_of(entry, link, &label, options, &tagger) else { continue };
        let new = EntryItem {
            key: identity.key.unwrap_or_else(|| format!("content:{:016x}", item.content_hash)),
            link: identity.link,
            is_specific: identity.is_specific,
            item,
            published: entry.published.or(entry.updated),
            updated: entry.updated,
            author: entry.author.as_deref().map(|name| line(name, MAX_LABEL)).filter(|name| !name.is_empty()),
        };
        match places.get(&new.key).and_then(|at| items.get_mut(*at)) {
            Some(known) if (new.updated, new.published) > (known.updated, known.published) => *known = new,
            Some(_) => {}
            None => {
                places.insert(new.key.clone(), items.len());
                items.push(new);
            }
        }
    }
    items
}

/// The item of one entry; `None` where it is not taken.
fn item_of(
    entry: &UpstreamEntry,
    link: Option<&str>,
    label: &str,
    options: &FeedOptions,
    tagger: &Tagger<'_>,
) -> Option<Item> {
    let text = html::text_of_clean(&entry.content);
    let attachments = attachments(&entry.enclosures, options.content);
    // An episode without a page is its file; it is recognised as before, by its id or its words.
    let link = link.or_else(|| file(&attachments));
    let title = title_of(entry, &text, link)?;
    let said = EntryWords { title: &title, text: &text, link };
    let topics = tagger.topics(&entry.tags, said);
    if !options.filter.takes(said, &topics) {
        return None;
    }
    let body_html = match options.content {
        ContentKind::Full => strip_illegal(entry.content.trim()).into_owned(),
        ContentKind::Summary if text == title => String::new(),
        ContentKind::Summary => paragraph(&cut(&text, SUMMARY)),
        ContentKind::None => String::new(),
    };
    Some(Item {
        sources: link.map(|link| source(label, link, options)).into_iter().collect(),
        source_kind: if link.is_some() { SourceKind::Inline } else { SourceKind::None },
        images: images(&attachments, options.content),
        attachments,
        language: entry.language.clone(),
        tags: tagger.all(&topics),
        text: match options.content {
            ContentKind::None => title.clone(),
            ContentKind::Full | ContentKind::Summary => format!("{title}\n{}", cut(&text, MAX_TEXT)),
        },
        content_hash: shown_hash(&title, &body_html),
        body_html,
        title,
        ..Item::default()
    })
}

/// An entry's title, else the beginning of its text, else its link.
fn title_of(entry: &UpstreamEntry, text: &str, link: Option<&str>) -> Option<String> {
    let title = line(&entry.title, MAX_TITLE);
    if !is_blank(&title) {
        return Some(title);
    }
    let made = if is_blank(text) { line(link?, MAX_TITLE) } else { cut(text, MADE_TITLE).into_owned() };
    Some(made).filter(|made| !is_blank(made))
}

/// A line of text: white space folded, only characters that may be published, cut where it is longer than `limit`.
pub(super) fn line(text: &str, limit: usize) -> String {
    let folded = fold(&strip_illegal(text));
    cut(&folded, limit).into_owned()
}

fn source(label: &str, link: &str, options: &FeedOptions) -> SourceLink {
    let label = if is_blank(label) { LinkKey::host_of(link).unwrap_or_default() } else { label.to_owned() };
    let url = if options.strip_tracking { without_tracking(link).into_owned() } else { link.to_owned() };
    SourceLink { label, url }
}

/// The files that are enclosed, each once, pictures last. Where content is unwanted, pictures are too, but an episode is
/// nothing without its file.
fn attachments(enclosures: &[Enclosure], content: ContentKind) -> Vec<Attachment> {
    let mut seen = HashSet::new();
    let files = enclosures.iter().filter(|enclosure| seen.insert(enclosure.url.trim()));
    let mut files: Vec<Attachment> = files
        .filter_map(|file| Attachment::of(&strip_illegal(&file.url), file.media_type.as_deref(), file.length))
        .filter(|file| content != ContentKind::None || file.medium != Medium::Image)
        .collect();
    files.sort_by_key(|file| file.medium == Medium::Image);
    files.truncate(MAX_ATTACHMENTS);
    files
}

/// The file that an entry is: the first that is no picture.
fn file(attachments: &[Attachment]) -> Option<&str> {
    let best = attachments
        .iter()
        .filter(|file| file.medium != Medium::Image)
        .min_by_key(|file| file.medium == Medium::Document);
    best.map(|file| file.url.as_str()).filter(|url| LinkKey::of(url).is_some())
}

/// The first picture that is enclosed. Whole content has its own.
fn images(attachments: &[Attachment], content: ContentKind) -> Vec<String> {
    let mut pictures = attachments.iter().filter(|file| file.medium == Medium::Image);
    match content {
        ContentKind::Summary => {
            pictures.find(|file| LinkKey::of(&file.url).is_some()).map(|file| file.url.clone()).into_iter().collect()
        }
        ContentKind::Full | ContentKind::None => Vec::new(),
    }
}

/// Text as a paragraph.
fn paragraph(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut html = String::with_capacity(text.len() + 16);
    html.push_str("<p>");
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            c => html.push(c),
        }
    }
    html.push_str("</p>");
    html
}

/// Hashes what is shown, title and body, with white space left out: an edit of what a summary cuts off, or of white space
/// only, is none to a subscriber.
fn shown_hash(title: &str, body_html: &str) -> u64 {
    let mut shown = String::with_capacity(title.len() + body_html.len() + 1);
    shown.extend(title.split_whitespace());
    shown.push('\n');
    for part in body_html.split("&nbsp;") {
        shown.extend(part.split_whitespace());
    }
    xxh3_64(shown.as_bytes())
}

#[cfg(test)]
#[path = "tests/item.rs"]
mod tests;
