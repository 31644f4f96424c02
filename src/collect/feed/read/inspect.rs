//! The JSON that `inspect --json` prints for a feed or a page. Shows what was read, adds nothing.

use super::{Document, FeedKind, FoundBy, FoundFeed};
use crate::model::{Complaint, Enclosure, UpstreamEntry};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// One document as one JSON object.
pub fn inspect_json(path: &str, document: &Document) -> Value {
    match document {
        Document::Feed(feed) => json!({
            "path": path,
            "kind": "feed",
            "title": feed.title,
            "link": feed.link,
            "description": feed.description,
            "language": feed.language,
            "complaints": feed.complaints.iter().map(complaint).collect::<Vec<_>>(),
            "repairs": feed.repairs,
            "entries": feed.entries.iter().map(entry).collect::<Vec<_>>(),
        }),
        Document::Page { root, title, feeds } => {
            let feeds: Vec<Value> = feeds.iter().map(found).collect();
            json!({"path": path, "kind": "page", "root": root, "title": title, "feeds": feeds})
        }
        Document::Unreadable(complaint) => json!({"path": path, "error": complaint.message}),
    }
}

fn complaint(complaint: &Complaint) -> Value {
    json!({
        "severity": complaint.severity,
        "line": complaint.place.line,
        "column": complaint.place.column,
        "message": complaint.message,
        "help": complaint.help,
    })
}

fn entry(entry: &UpstreamEntry) -> Value {
    json!({
        "id": entry.id,
        "link": entry.link,
        "title": entry.title,
        "published": entry.published.map(date),
        "updated": entry.updated.map(date),
        "author": entry.author,
        "language": entry.language,
        "tags": entry.tags,
        "enclosures": entry.enclosures.iter().map(enclosure).collect::<Vec<_>>(),
        "content": entry.content,
    })
}

fn date(date: DateTime<Utc>) -> String {
    date.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn enclosure(enclosure: &Enclosure) -> Value {
    json!({"url": enclosure.url, "type": enclosure.media_type, "length": enclosure.length})
}

fn found(feed: &FoundFeed) -> Value {
    let kind = feed.kind.map(|kind| match kind {
        FeedKind::Rss => "rss",
        FeedKind::Atom => "atom",
        FeedKind::Json => "json",
    });
    let how = match feed.how {
        FoundBy::Link => "link",
        FoundBy::WellKnown => "well-known",
    };
    json!({"url": feed.url, "title": feed.title, "kind": kind, "how": how})
}
