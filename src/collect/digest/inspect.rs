//! The JSON that `inspect --json` prints for a post. Shows what was read, adds nothing.

use super::{ItemReasons, Post, ReadEdition, Reading, TagReason};
use crate::collect::html;
use crate::model::{Complaint, Item, SourceLink};
use serde_json::{Value, json};

/// One post as one JSON object.
pub fn inspect_json(path: &str, reading: &Reading) -> Value {
    let complaints: Vec<_> = reading.complaints.iter().map(complaint).collect();
    let mut object = json!({"path": path, "kind": "digest", "complaints": complaints, "editions": []});
    match &reading.post {
        Post::Editions(read) => {
            object["editions"] = read.iter().map(edition).collect();
            if read.iter().any(|read| read.date_from_name) {
                object["date_from_name"] = json!(true);
            }
        }
        Post::Skipped { why } => object["skipped"] = json!(why),
        Post::KeptOut { why } => object["kept_out"] = json!(why),
        Post::Broken => {}
    }
    object
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

fn edition(read: &ReadEdition) -> Value {
    let ReadEdition { edition, tag_reasons, item_reasons, .. } = read;
    let items = edition.items.iter().zip(tag_reasons).zip(item_reasons);
    json!({
        "number": edition.number,
        "date": edition.date.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false),
        "title": edition.title,
        "headline": edition.headline,
        "author": edition.author,
        "permalink": edition.permalink,
        "cover": edition.cover,
        "tags": edition.tags,
        "cover_reason": read.cover_reason,
        "items": items.map(|((read, of_tags), reasons)| item(read, of_tags, reasons)).collect::<Vec<_>>(),
    })
}

fn item(item: &Item, of_tags: &[TagReason], reasons: &ItemReasons) -> Value {
    let of_tags: serde_json::Map<String, Value> =
        item.tags.iter().zip(of_tags).map(|(tag, reason)| (tag.clone(), json!(reason))).collect();
    let comment_links: Vec<_> = html::attributes(&item.remark_html, "a[href]", "href")
        .into_iter()
        .map(|(url, label)| SourceLink { label, url })
        .collect();
    json!({
        "title": item.title,
        "number": item.number,
        "line": item.line,
        "sources": item.sources,
        "source_kind": item.source_kind,
        "body_links": item.body_links,
        "comment_by": item.comment_by,
        "comment_links": comment_links,
        "images": item.images,
        "image_alts": item.image_alts,
        "image_credit": item.image_credit,
        "tags": item.tags,
        "tag_reasons": of_tags,
        "reasons": reasons,
    })
}
