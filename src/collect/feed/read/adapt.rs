//! From `feed-rs`' model to ours. Nothing of the former leaves here.

use super::address::Base;
use super::plain::{Weight, html_of, stripped, text_of};
use super::strict::VERBATIM;
use crate::collect::html::{Sanitiser, fold};
use crate::model::{Enclosure, UpstreamEntry, UpstreamFeed};
use chrono::DateTime;
use feed_rs::model::{Entry, Link, Text};
use feed_rs::parser::{Builder, ParseFeedError};
use std::io::Read;
use url::Url;

/// What content may have and still be given to the sanitiser, whose time grows with the products of these.
const MOST: Weight = Weight { tags: 50_000, depth: 100, formats: 20 };

/// Elements that the sanitiser may have to make for one document.
const MOST_ELEMENTS: usize = 10_000_000;

/// What was adapted, and whether markup had to be given up for it.
pub(super) struct Adapted {
    pub(super) feed: UpstreamFeed,
    pub(super) flattened: bool,
}

/// Reads strict Atom as [`super::strict`] writes it. `base` resolves what stands in content.
pub(super) fn read(document: impl Read, base: Option<&Base>) -> Result<Adapted, ParseFeedError> {
    let parser = Builder::new()
        .sanitize_content(false)
        // Ids are ours to make, and random ones would be new at every reading.
        .id_generator(|_links, _title, _base| String::new())
        .timestamp_parser(|text| DateTime::parse_from_rfc3339(text).ok().map(|date| date.to_utc()))
        .build();
    let feed = parser.parse(document)?;
    let mut bench = Bench::new(base.map(Base::as_str).unwrap_or_default());
    let author = feed.authors.first().and_then(|person| person.name.clone());
    let entries = feed.entries.iter().map(|entry| bench.entry(entry, author.as_deref())).collect();
    let read = UpstreamFeed {
        title: feed.title.as_ref().map(plain).unwrap_or_default(),
        link: address(&feed.links, "alternate"),
        description: feed.description.as_ref().map(plain).filter(|text| !text.is_empty()),
        entries,
        ..UpstreamFeed::default()
    };
    Ok(Adapted { feed: read, flattened: bench.flattened })
}

/// A sanitiser is costly to build and belongs to one base; most entries of a feed have the same.
struct Bench {
    base: String,
    sanitiser: Sanitiser,
    flattened: bool,
    /// Made so far.
    elements: usize,
}

impl Bench {
    fn new(base: &str) -> Self {
        let sanitiser = Sanitiser::new(Url::parse(base).ok().as_ref());
        Self { base: base.to_owned(), sanitiser, flattened: false, elements: 0 }
    }

    fn entry(&mut self, entry: &Entry, feed_author: Option<&str>) -> UpstreamEntry {
        let body = entry.content.as_ref().and_then(|content| Some((content.body.as_deref()?, &content.content_type)));
        let content = body.map(|(body, kind)| {
            let html = if kind.as_str() == "text/html" { body.to_owned() } else { html_of(body) };
            self.clean(&html, entry.base.as_deref())
        });
        let enclosures = entry.links.iter().filter(|link| link.rel.as_deref() == Some("enclosure"));
        UpstreamEntry {
            id: Some(entry.id.trim().to_owned()).filter(|id| !id.is_empty()),
            link: address(&entry.links, "alternate"),
            title: entry.title.as_ref().map(plain).unwrap_or_default(),
            published: entry.published,
            updated: entry.updated,
            author: entry.authors.iter().find_map(|person| person.name.as_deref()).or(feed_author).map(fold),
            tags: entry.categories.iter().map(|category| category.term.clone()).collect(),
            enclosures: enclosures.map(enclosure).collect(),
            content: content.unwrap_or_default(),
        }
    }

    fn clean(&mut self, html: &str, base: Option<&str>) -> String {
        let base = base.unwrap_or_default();
        if base != self.base {
            *self = Self { flattened: self.flattened, elements: self.elements, ..Self::new(base) };
        }
        let weight = Weight::of(html);
        let elements = self.elements + weight.tags * (1 + weight.formats);
        let too_heavy = weight.tags > MOST.tags || weight.depth > MOST.depth || weight.formats > MOST.formats;
        if too_heavy || elements > MOST_ELEMENTS {
            self.flattened = true;
            // Escaped text is harmless, and what the sanitiser would make of it.
            return html_of(&stripped(html));
        }
        self.elements = elements;
        self.sanitiser.clean(html.trim()).trim().to_owned()
    }
}

fn enclosure(link: &Link) -> Enclosure {
    Enclosure {
        url: verbatim(link),
        media_type: link.media_type.clone().filter(|kind| !kind.is_empty()),
        length: link.length.filter(|length| *length > 0),
    }
}

fn plain(text: &Text) -> String {
    let is_html = text.content_type.as_str() == "text/html";
    let plain = if is_html { text_of(&text.content) } else { text.content.clone() };
    // XML may hold DEL and its like, but there is nothing to show of them.
    fold(&plain.replace(|c: char| c.is_control() && !c.is_whitespace(), ""))
}

fn address(links: &[Link], rel: &str) -> Option<String> {
    links.iter().find(|link| link.rel.as_deref() == Some(rel)).map(verbatim)
}

fn verbatim(link: &Link) -> String {
    link.href.trim_start_matches(VERBATIM).to_owned()
}
