//! The JSON that `inspect --json` prints for a post. Shows what was read, adds nothing.

use super::{Post, Reading, TagReason};
use crate::collect::html;
use crate::model::{Complaint, Edition, Item, SourceLink};
use serde_json::{Value, json};

/// One post as one JSON object.
pub fn inspect_json(path: &str, reading: &Reading) -> Value {
    let complaints: Vec<_> = reading.complaints.iter().map(complaint).collect();
    let mut object = json!({"path": path, "kind": "digest", "complaints": complaints, "editions": []});
    match &reading.post {
        Post::Editions(read) => {
            object["editions"] = read.iter().map(|read| edition(&read.edition, &read.tag_reasons)).collect();
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

fn edition(edition: &Edition, reasons: &[Vec<TagReason>]) -> Value {
    let reasons = reasons.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
    json!({
        "number": edition.number,
        "date": edition.date.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false),
        "title": edition.title,
        "headline": edition.headline,
        "author": edition.author,
        "permalink": edition.permalink,
        "cover": edition.cover,
        "tags": edition.tags,
        "items": edition.items.iter().zip(reasons).map(|(read, reasons)| item(read, reasons)).collect::<Vec<_>>(),
    })
}

fn item(item: &Item, reasons: &[TagReason]) -> Value {
    let reasons: serde_json::Map<String, Value> =
        item.tags.iter().zip(reasons).map(|(tag, reason)| (tag.clone(), json!(reason))).collect();
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
        "tag_reasons": reasons,
    })
}
