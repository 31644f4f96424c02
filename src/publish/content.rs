//! The HTML of an item as feeds carry it: images, text, remark, and a closing line per source. Pure.

use super::Site;
use super::xml::legal;
use crate::model::{CitedSource, StoredItem, Verdict};
use std::fmt::Write as _;

/// Longest summary, characters.
const SUMMARY: usize = 300;

/// An item's content. What the author wrote was sanitised on the way in; everything else is escaped here.
pub(super) fn html(site: &Site, item: &StoredItem) -> String {
    let mut html = body(site, item);
    for source in &item.sources {
        html.push_str(&closing_line(site, source));
    }
    html
}

/// The content without the closing lines.
pub(super) fn body(site: &Site, item: &StoredItem) -> String {
    let labels = site.options.language.labels();
    let written = &item.item;
    let mut html = String::with_capacity(written.body_html.len() + written.remark_html.len() + 512);
    for image in &written.images {
        put(&mut html, format_args!("<p><img src=\"{}\" alt=\"\"></p>\n", escape(image)));
    }
    if let Some(credit) = &written.image_credit {
        let (label, colon) = (labels.image_credit, labels.colon);
        put(&mut html, format_args!("<p><small>{label}{colon}{}</small></p>\n", escape(credit)));
    }
    html.push_str(legal(&written.body_html).trim_end());
    html.push('\n');
    if !written.remark_html.is_empty() {
        html.push_str("<blockquote>\n");
        if let Some(name) = &written.comment_by {
            put(&mut html, format_args!("<p><strong>{}{}</strong></p>\n", escape(name), labels.colon));
        }
        put(&mut html, format_args!("{}\n</blockquote>\n", legal(&written.remark_html).trim_end()));
    }
    html
}

/// Label and link of a source; when it is gone, since when, and the archived copy; when it moved, where to.
fn closing_line(site: &Site, source: &CitedSource) -> String {
    let labels = site.options.language.labels();
    let mut html = String::new();
    let (url, label) = (escape(&source.link.url), escape(&source.link.label));
    put(&mut html, format_args!("<p>{}{}<a href=\"{url}\">{label}</a>", labels.source, labels.colon));
    let mut notes = Vec::new();
    match (source.verdict, source.since) {
        (Verdict::Gone, Some(since)) => {
            let day = since.with_timezone(&site.options.timezone).format("%Y-%m-%d");
            notes.push(format!("{} {day}", labels.gone_since));
        }
        (Verdict::Gone, None) => notes.push(labels.gone.to_owned()),
        (Verdict::Moved, _) => notes.extend(source.moved_to.as_ref().map(|to| {
            let to = escape(to);
            format!("{} <a href=\"{to}\">{to}</a>", labels.moved_to)
        })),
        _ => {}
    }
    if let Some(archive) = &source.archive {
        notes.push(format!("<a href=\"{}\">{}</a>", escape(archive), labels.archived));
    }
    if !notes.is_empty() {
        put(&mut html, format_args!(" ({})", notes.join(", ")));
    }
    html.push_str("</p>\n");
    html
}

/// Plain text of an item, cut at a boundary.
pub(super) fn summary(item: &StoredItem) -> String {
    let text = item.item.text.strip_prefix(&item.item.title).unwrap_or(&item.item.text);
    let words = legal(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= SUMMARY {
        return words;
    }
    let cut: String = words.chars().take(SUMMARY).collect();
    let end = cut.rfind(['。', '！', '？', '；', '，', '.', ' ']).filter(|end| *end > cut.len() / 2);
    let kept = end.and_then(|end| cut.get(..end)).unwrap_or(&cut);
    format!("{kept}…")
}

/// Text as HTML shows it, in elements and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in legal(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn put(html: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = html.write_fmt(text);
}
