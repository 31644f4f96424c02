//! What was read, for people.

use crate::collect::digest::{ItemReasons, Post, ReadEdition, Reading, TagReason};
use crate::collect::feed::{Document, FoundBy};
use crate::collect::html;
use crate::model::{Complaint, Item, SourceLink, UpstreamEntry, UpstreamFeed};

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
    lines.push(match &edition.cover {
        Some(cover) => format!("  cover by: {} — {cover}", read.cover_reason),
        None => format!("  no cover: {}", read.cover_reason),
    });
    for ((item, reasons), of_tags) in edition.items.iter().zip(&read.item_reasons).zip(&read.tag_reasons) {
        let section = reasons.section.as_deref();
        let tags: Vec<_> = item.tags.iter().zip(of_tags).map(|(tag, why)| tag_with(tag, *why, section)).collect();
        lines.push(format!("  • {}  [{}]", item.title, tags.join(", ")));
        lines.extend(told_item(item, reasons));
    }
    lines
}

/// What a reader gets of an item: its text, the remark, where it comes from, and what it links and shows.
fn told_item(item: &Item, reasons: &ItemReasons) -> Vec<String> {
    let (text, remark) = (html::text_of(&item.body_html), html::text_of(&item.remark_html));
    let named = |what: &str, link: &SourceLink| format!("      {what}: {} — {}", link.label, link.url);
    let mut lines = vec![format!("      title by: {}", reasons.title)];
    lines.extend((!text.is_empty()).then(|| format!("      {text}")));
    let name = item.comment_by.as_deref().map(|name| format!(" of {name}")).unwrap_or_default();
    match &reasons.remark {
        Some(why) => {
            lines.extend([format!("      remark by: {why}"), format!("      remark{name}: {remark}")]);
        }
        None => lines.extend(reasons.no_remark.iter().map(|why| format!("      no remark; {why}"))),
    }
    for (source, way) in item.sources.iter().zip(&reasons.sources) {
        lines.push(named(&format!("source by: {}", way.about()), source));
    }
    lines.extend(reasons.no_source.iter().map(|why| format!("      no source; {why}")));
    lines.extend(item.body_links.iter().map(|link| named("link", link)));
    let pictures = item.images.iter().zip(&reasons.pictures);
    lines.extend(pictures.map(|(image, place)| format!("      picture by: {place} — {image}")));
    let credit = "line in brackets that begins with 插图";
    lines.extend(item.image_credit.iter().map(|name| format!("      picture's credit by: {credit} — {name}")));
    lines.extend(reasons.no_picture.iter().map(|why| format!("      no picture; {why}")));
    lines
}

/// A tag, and why the item has it.
fn tag_with(tag: &str, why: TagReason, section: Option<&str>) -> String {
    let why = match why {
        TagReason::Section => return format!("{tag}: its section's heading `{}`", section.unwrap_or(tag)),
        TagReason::Prefix => "before its title",
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
