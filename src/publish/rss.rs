//! RSS 2.0, with `atom:link rel=self`, `dc:creator`, `content:encoded` and `ws:source`. Only renders.

use super::Error;
use super::xml::{NAMESPACE, PREFIX, attributes};
use crate::model::{CitedSource, Entry, Feed};
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Guid, Item};
use std::collections::BTreeMap;

const ATOM: &str = "http://www.w3.org/2005/Atom";
const DUBLIN_CORE: &str = "http://purl.org/dc/elements/1.1/";

/// Renders a feed.
pub(super) fn render(feed: &Feed) -> Result<Vec<u8>, Error> {
    let channel = Channel {
        title: feed.title.clone(),
        link: feed.home_url.clone(),
        description: feed.subtitle.clone(),
        language: Some(feed.language.clone()),
        last_build_date: Some(feed.updated.to_rfc2822()),
        generator: Some("wellsourced".to_owned()),
        items: feed.entries.iter().map(|entry| item(feed, entry)).collect(),
        extensions: self_link(&feed.urls.rss),
        namespaces: BTreeMap::from([
            ("atom".to_owned(), ATOM.to_owned()),
            ("dc".to_owned(), DUBLIN_CORE.to_owned()),
            (PREFIX.to_owned(), NAMESPACE.to_owned()),
        ]),
        ..Channel::default()
    };
    let mut bytes = channel.write_to(Vec::new()).map_err(|e| Error::render("RSS", e))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn item(feed: &Feed, entry: &Entry) -> Item {
    let category = |category: &crate::model::Category| Category {
        name: category.term.clone(),
        domain: Some(category.scheme.clone()),
    };
    Item {
        title: Some(entry.title.clone()),
        link: Some(entry.link.clone()),
        description: Some(entry.summary.clone()),
        content: Some(entry.content_html.clone()),
        guid: Some(Guid { value: entry.id.clone(), permalink: false }),
        pub_date: Some(entry.published.to_rfc2822()),
        categories: entry.categories.iter().map(category).collect(),
        extensions: extensions(feed, entry),
        ..Item::default()
    }
}

fn extensions(feed: &Feed, entry: &Entry) -> ExtensionMap {
    let author = entry.author.as_ref().unwrap_or(&feed.author);
    let creator = Extension { name: "dc:creator".to_owned(), value: Some(author.clone()), ..Extension::default() };
    let updated = Extension {
        name: "atom:updated".to_owned(),
        value: Some(super::xml::rfc3339(entry.updated)),
        ..Extension::default()
    };
    let source = |source: &CitedSource| Extension {
        name: format!("{PREFIX}:source"),
        attrs: attributes(source),
        ..Extension::default()
    };
    let mut extensions = ExtensionMap::from([
        ("atom".to_owned(), BTreeMap::from([("updated".to_owned(), vec![updated])])),
        ("dc".to_owned(), BTreeMap::from([("creator".to_owned(), vec![creator])])),
    ]);
    if !entry.sources.is_empty() {
        let sources = entry.sources.iter().map(source).collect();
        extensions.insert(PREFIX.to_owned(), BTreeMap::from([("source".to_owned(), sources)]));
    }
    extensions
}

fn self_link(url: &str) -> ExtensionMap {
    let link = Extension {
        name: "atom:link".to_owned(),
        attrs: BTreeMap::from([
            ("href".to_owned(), url.to_owned()),
            ("rel".to_owned(), "self".to_owned()),
            ("type".to_owned(), "application/rss+xml".to_owned()),
        ]),
        ..Extension::default()
    };
    ExtensionMap::from([("atom".to_owned(), BTreeMap::from([("link".to_owned(), vec![link])]))])
}
