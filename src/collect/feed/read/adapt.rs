//! From `feed-rs`' model to ours. Nothing of the former leaves here.

use super::Source;
use crate::collect::html::{self, Sanitiser};
use crate::model::{Enclosure, UpstreamEntry, UpstreamFeed};
use feed_rs::model::{Entry, Link, Text};
use feed_rs::parser::{Builder, ParseFeedError};

/// Reads a document.
pub(super) fn parse(bytes: &[u8], source: &Source<'_>) -> Result<UpstreamFeed, ParseFeedError> {
    let parser = Builder::new()
        .base_uri(source.base)
        .sanitize_content(false)
        // Ids are ours to make, and random ones would be new at every reading.
        .id_generator(|_links, _title, _base| String::new())
        .build();
    let feed = parser.parse(bytes)?;
    let sanitiser = Sanitiser::new(source.base);
    Ok(UpstreamFeed {
        title: feed.title.as_ref().map(plain).unwrap_or_default(),
        link: alternate(&feed.links),
        description: feed.description.as_ref().map(plain).filter(|text| !text.is_empty()),
        entries: feed.entries.iter().map(|read| entry(read, &sanitiser)).collect(),
        ..UpstreamFeed::default()
    })
}

fn entry(entry: &Entry, sanitiser: &Sanitiser) -> UpstreamEntry {
    let content = entry.content.as_ref().and_then(|content| content.body.as_deref());
    let written = content.or(entry.summary.as_ref().map(|text| text.content.as_str())).unwrap_or_default();
    let enclosures = entry.media.iter().flat_map(|media| &media.content).filter_map(|content| {
        Some(Enclosure {
            url: content.url.as_ref()?.to_string(),
            media_type: content.content_type.as_ref().map(ToString::to_string),
            length: content.size,
        })
    });
    UpstreamEntry {
        id: Some(entry.id.trim().to_owned()).filter(|id| !id.is_empty()),
        link: alternate(&entry.links),
        title: entry.title.as_ref().map(plain).unwrap_or_default(),
        published: entry.published,
        updated: entry.updated,
        author: entry.authors.iter().find_map(|person| person.name.clone()),
        tags: entry.categories.iter().map(|category| category.term.clone()).collect(),
        enclosures: enclosures.collect(),
        content: sanitiser.clean(written),
    }
}

fn plain(text: &Text) -> String {
    html::text_of(&text.content)
}

fn alternate(links: &[Link]) -> Option<String> {
    let is_web = |link: &&Link| link.href.starts_with("http://") || link.href.starts_with("https://");
    let is_alternate = |link: &&Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    links.iter().filter(is_web).find(is_alternate).map(|link| link.href.clone())
}
