//! JSON Feed 1.1 (jsonfeed.org/version/1.1), with `_wellsourced` for what an item cites. Only renders.

use super::Error;
use super::xml::rfc3339;
use crate::model::{CitedSource, Entry, Feed};
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    description: &'a str,
    language: &'a str,
    authors: [Author<'a>; 1],
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a str>,
    title: &'a str,
    content_html: &'a str,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    tags: Vec<&'a str>,
    #[serde(rename = "_wellsourced", skip_serializing_if = "Option::is_none")]
    wellsourced: Option<Extension<'a>>,
}

#[derive(Serialize)]
struct Extension<'a> {
    sources: Vec<Source<'a>>,
}

#[derive(Serialize)]
struct Source<'a> {
    url: &'a str,
    label: &'a str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<&'a str>,
}

/// Renders a feed.
pub(super) fn render(feed: &Feed) -> Result<Vec<u8>, Error> {
    let document = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: &feed.home_url,
        feed_url: &feed.urls.json,
        description: &feed.subtitle,
        language: &feed.language,
        authors: [Author { name: &feed.author }],
        items: feed.entries.iter().map(item).collect(),
    };
    let mut bytes = serde_json::to_vec(&document).map_err(|e| Error::render("JSON Feed", e))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn item(entry: &Entry) -> Item<'_> {
    Item {
        id: &entry.id,
        url: &entry.link,
        external_url: entry.sources.first().map(|source| source.link.url.as_str()),
        title: &entry.title,
        content_html: &entry.content_html,
        summary: &entry.summary,
        image: entry.image.as_deref(),
        date_published: rfc3339(entry.published),
        date_modified: rfc3339(entry.updated),
        authors: entry.author.iter().map(|name| Author { name }).collect(),
        tags: entry.categories.iter().map(|category| category.term.as_str()).collect(),
        wellsourced: (!entry.sources.is_empty())
            .then(|| Extension { sources: entry.sources.iter().map(source).collect() }),
    }
}

fn source(source: &CitedSource) -> Source<'_> {
    Source {
        url: &source.link.url,
        label: &source.link.label,
        verdict: source.verdict.as_str(),
        since: source.since.filter(|_| source.verdict.shows_since()).map(rfc3339),
        archive: source.archive.as_deref(),
    }
}
