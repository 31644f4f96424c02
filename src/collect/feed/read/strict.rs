//! Writes strict Atom 1.0 of what was gathered: the one document that `feed-rs` has to read, whatever was written.

use super::draft::{Attached, Draft, Text};
use super::plain::escaped;
use chrono::{DateTime, SecondsFormat, Utc};
use std::fmt::Write as _;

/// Put before addresses: they are shown as they were written, and what parses as a URL `feed-rs` would write anew.
pub(super) const VERBATIM: char = '#';

pub(super) const OPEN: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom">"#;
pub(super) const CLOSE: &str = "</feed>";

/// The feed's own elements.
pub(super) fn head(feed: &Draft, with_author: bool) -> String {
    let mut out = String::new();
    common(&mut out, feed, with_author);
    if let Some(description) = feed.body.get() {
        text(&mut out, "subtitle", description, None);
    }
    out
}

/// An entry, whole.
pub(super) fn entry(entry: &Draft) -> String {
    let mut out = String::from("<entry>");
    common(&mut out, entry, true);
    if let Some(body) = entry.body.get() {
        text(&mut out, "content", body, entry.body_base.as_deref());
    }
    date(&mut out, "published", entry.published.get());
    date(&mut out, "updated", entry.updated.get());
    for tag in &entry.tags {
        let _ = write!(out, "<category term=\"{}\"/>", escaped(tag));
    }
    for Attached { url, media_type, length } in &entry.enclosures {
        link(&mut out, "enclosure", url);
        // The tag is left open for two more attributes.
        out.truncate(out.len() - CLOSED.len());
        let _ = write!(out, " type=\"{}\" length=\"{}\"/>", escaped(media_type), digits(length));
    }
    out.push_str("</entry>");
    out
}

/// A number that was grouped for people; empty where it is none.
fn digits(length: &str) -> String {
    let digits = length.replace([',', ' ', '\'', '_'], "");
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits } else { String::new() }
}

const CLOSED: &str = "/>";

fn common(out: &mut String, draft: &Draft, with_author: bool) {
    if let Some(id) = draft.id.get() {
        element(out, "id", "", id);
    }
    if let Some(url) = draft.link.get() {
        link(out, "alternate", url);
    }
    if let Some(title) = draft.title.get() {
        text(out, "title", title, None);
    }
    if let Some(author) = draft.author.get().filter(|_| with_author) {
        out.push_str("<author>");
        element(out, "name", "", author);
        out.push_str("</author>");
    }
}

fn link(out: &mut String, rel: &str, url: &str) {
    let _ = write!(out, "<link rel=\"{rel}\" href=\"{VERBATIM}{}\"{CLOSED}", escaped(url));
}

fn date(out: &mut String, name: &str, date: Option<&DateTime<Utc>>) {
    if let Some(date) = date {
        element(out, name, "", &date.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    }
}

fn text(out: &mut String, name: &str, text: &Text, base: Option<&str>) {
    let kind = match text {
        Text::Plain(_) => "text",
        Text::Html(_) => "html",
    };
    let base = base.map(|base| format!(" xml:base=\"{}\"", escaped(base))).unwrap_or_default();
    element(out, name, &format!(" type=\"{kind}\"{base}"), text.written());
}

/// CDATA does not grow with what it holds, as references do.
fn element(out: &mut String, name: &str, attributes: &str, text: &str) {
    let _ = write!(out, "<{name}{attributes}><![CDATA[");
    out.push_str(&text.replace("]]>", "]]]]><![CDATA[>"));
    let _ = write!(out, "]]></{name}>");
}
