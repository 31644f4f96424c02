//! What was read, for people.

use crate::collect::digest::{Post, ReadEdition, Reading, TagReason};
use crate::collect::feed::{Document, FoundBy};
use crate::collect::html;
use crate::model::{Complaint, Item, SourceKind, SourceLink, UpstreamEntry, UpstreamFeed};

pub(super) fn post(name: &str, reading: &Reading) -> String {
    let mut lines = vec![format!("{name}:")];
    match &reading.post {
        Post::Skipped { why } => lines.push(format!("  no digest: {why}")),
        Post::KeptOut { why } => lines.push(format!("  kept out: {why}")),
        Post::Broken => lines.push("  cannot be published".to_owned()),
        Post::Editions(editions) => lines.extend(editions.iter().flat_map(told_edition)),
    }
    lines.extend(reading.complaints.iter().map(complaint));
    lines.join("\n")
}

fn told_edition(read: &ReadEdition) -> Vec<String> {
    let edition = &read.edition;
    let number = edition.number.map(|number| format!("  (number {number})")).unwrap_or_default();
    let mut lines = vec![format!("  {}{number}", edition.title)];
    let of_name = if read.date_from_name { " (from the file's name)" } else { "" };
    let (date, permalink) = (edition.date.to_rfc3339(), edition.permalink.as_deref().unwrap_or(""));
    lines.push(format!("  {date}{of_name}  {permalink}"));
    for (index, item) in edition.items.iter().enumerate() {
        let reasons = read.tag_reasons.get(index).into_iter().flatten();
        let tags: Vec<_> = item.tags.iter().zip(reasons).map(|(tag, why)| tag_with(tag, *why)).collect();
        lines.push(format!("  • {}  [{}]", item.title, tags.join(", ")));
        lines.extend(told_item(item));
    }
    lines
}

/// What a reader gets of an item: its text, the remark, where it comes from, and what it links and shows.
fn told_item(item: &Item) -> Vec<String> {
    let (text, remark) = (html::text_of(&item.body_html), html::text_of(&item.remark_html));
    let by = item.comment_by.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
    let named = |what: &str, link: &SourceLink| format!("      {what}: {} — {}", link.label, link.url);
    let mut lines: Vec<String> = (!text.is_empty()).then(|| format!("      {text}")).into_iter().collect();
    lines.extend((!remark.is_empty()).then(|| format!("      remark{by}: {remark}")));
    let by = match item.source_kind {
        SourceKind::Labelled => "source (by a word that names it)",
        SourceKind::Heading => "source (by the title or the item's line)",
        SourceKind::Inline => "source (a link of the text: no word, title or line gives one)",
        SourceKind::None => "source",
    };
    lines.extend(item.sources.iter().map(|source| named(by, source)));
    if item.sources.is_empty() {
        let closest = match item.body_links.len() {
            0 => "it has no link at all",
            _ => "its links are none by the profile's `ways`",
        };
        lines.push(format!("      no source: {closest}"));
    }
    lines.extend(item.body_links.iter().map(|link| named("link", link)));
    lines.extend(item.images.iter().map(|image| format!("      picture: {image}")));
    lines
}

/// A tag, and why the item has it.
fn tag_with(tag: &str, why: TagReason) -> String {
    let why = match why {
        TagReason::Own => "its own line of tags",
        TagReason::Text => "in title or text",
        TagReason::Remark => "in the remark",
        TagReason::All => "no item mentions it, so all have it",
        TagReason::Input => "the input's",
    };
    format!("{tag}: {why}")
}

pub(super) fn document(name: &str, document: &Document) -> String {
    let mut lines = vec![format!("{name}:")];
    match document {
        Document::Feed(feed) => lines.extend(told_feed(feed)),
        // Guesses are tried by a cycle; to a person they say nothing about the page.
        Document::Page { root, title, feeds: found } if found.iter().all(|feed| feed.how == FoundBy::WellKnown) => {
            lines.push("  a page that names no feed; a cycle would try the places where feeds often stand".to_owned());
            lines.push(page(root, title));
        }
        Document::Page { root, title, feeds: found } => {
            lines.push(format!("  a page with {} feed{}", found.len(), if found.len() == 1 { "" } else { "s" }));
            lines.push(page(root, title));
            for feed in found {
                let how = match feed.how {
                    FoundBy::Link => "",
                    FoundBy::WellKnown => "  (a guess: feeds often stand there)",
                };
                lines.push(format!("  • {}  {}{how}", feed.url, feed.title.as_deref().unwrap_or("")));
            }
        }
        Document::Unreadable(why) => lines.push(complaint(why)),
    }
    lines.join("\n")
}

/// Why a document is a page and no feed.
fn page(root: &str, title: &str) -> String {
    let title = if title.is_empty() { "it has no title".to_owned() } else { format!("its title is \"{title}\"") };
    format!("  its root element is <{root}>, {title}")
}

fn told_feed(feed: &UpstreamFeed) -> Vec<String> {
    let mut lines = vec![format!("  {}  {}", feed.title, feed.link.as_deref().unwrap_or(""))];
    lines.extend(feed.description.iter().map(|description| format!("  {description}")));
    lines.extend(feed.entries.iter().map(told_entry));
    lines.extend(feed.repairs.iter().map(|repair| format!("  repaired: {repair}")));
    lines.extend(feed.complaints.iter().map(complaint));
    lines
}

fn told_entry(entry: &UpstreamEntry) -> String {
    let date = entry.published.or(entry.updated).map_or(String::new(), |date| date.to_rfc3339());
    let link = entry.link.as_deref().unwrap_or("no link");
    format!("  • {}  [{}]\n      {date}  {link}", entry.title, entry.tags.join(", "))
}

fn complaint(complaint: &Complaint) -> String {
    format!("  {}: {}\n    → {}", complaint.place, complaint.message, complaint.help)
}
