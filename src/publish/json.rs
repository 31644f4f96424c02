//! JSON Feed 1.1, with what only we say under `_wellsourced`.
//!
//! The wire types stay here. Characters that XML does not have are left out here too, so that all formats say the same.

use super::Error;
use super::attached::UNKNOWN_TYPE;
use super::characters::{clean, line};
use super::rss::facts;
use crate::model::{Attachment, CitedSource, Entry, Feed};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use std::borrow::Cow;

#[derive(Serialize)]
struct FeedJson<'a> {
    version: &'static str,
    title: String,
    home_page_url: &'a str,
    feed_url: &'a str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    favicon: Option<&'a str>,
    language: &'a str,
    authors: [AuthorJson; 1],
    _wellsourced: AboutJson<'a>,
    items: Vec<ItemJson<'a>>,
}

#[derive(Serialize)]
struct AuthorJson {
    name: String,
}

/// JSON Feed has neither an id nor a date of its own.
#[derive(Serialize)]
struct AboutJson<'a> {
    id: &'a str,
    updated: String,
}

#[derive(Serialize)]
struct ItemJson<'a> {
    id: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a str>,
    title: String,
    content_html: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<FileJson<'a>>,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authors: Option<[AuthorJson; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    _wellsourced: SourcesJson,
}

#[derive(Serialize)]
struct FileJson<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
}

#[derive(Serialize)]
struct SourcesJson {
    sources: Vec<SourceJson>,
}

#[derive(Serialize)]
struct SourceJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<String>,
}

pub(super) fn render(feed: &Feed) -> Result<Vec<u8>, Error> {
    let document = FeedJson {
        version: "https://jsonfeed.org/version/1.1",
        title: line(&feed.title),
        home_page_url: &feed.home_url,
        feed_url: &feed.urls.json,
        description: line(&feed.subtitle),
        icon: feed.icon.as_ref().filter(|icon| !icon.is_small).map(|icon| icon.url.as_str()),
        favicon: feed.icon.as_ref().filter(|icon| icon.is_small).map(|icon| icon.url.as_str()),
        language: &feed.language,
        authors: [AuthorJson { name: line(&feed.author) }],
        _wellsourced: AboutJson { id: &feed.id, updated: date(feed.updated) },
        items: feed.entries.iter().map(item).collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn item(entry: &Entry) -> ItemJson<'_> {
    ItemJson {
        id: &entry.id,
        url: &entry.link,
        external_url: entry.external_url.as_deref(),
        title: line(&entry.title),
        content_html: clean(&entry.content_html),
        summary: clean(&entry.summary),
        image: entry.image.as_deref(),
        attachments: entry.attachments.iter().map(file).collect(),
        date_published: date(entry.published),
        date_modified: date(entry.updated),
        authors: entry.author.as_deref().map(|name| [AuthorJson { name: line(name) }]),
        tags: entry.categories.iter().map(|category| line(&category.term)).collect(),
        language: entry.language.as_deref(),
        _wellsourced: SourcesJson { sources: entry.sources.iter().map(source).collect() },
    }
}

fn file(file: &Attachment) -> FileJson<'_> {
    let mime_type = file.media_type.as_deref().unwrap_or(UNKNOWN_TYPE);
    FileJson { url: &file.url, mime_type, size_in_bytes: file.length }
}

/// The very facts of the XML formats, under JSON Feed's name for an address.
fn source(source: &CitedSource) -> SourceJson {
    let mut facts = facts(source);
    SourceJson {
        url: facts.remove("href"),
        label: facts.remove("label"),
        verdict: facts.remove("verdict"),
        since: facts.remove("since"),
        archive: facts.remove("archive"),
    }
}

fn date(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
