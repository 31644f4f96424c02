//! Atom 1.0 (RFC 4287), with `link rel=via` and `ws:source` for what an entry cites. Only renders.

use super::xml::{NAMESPACE, PREFIX, attributes};
use super::{Error, Format};
use crate::model::{CitedSource, Entry as Source, Feed as Document};
use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, Entry, Feed, Generator, Link, Person, Text};
use std::collections::BTreeMap;

/// Renders a feed.
pub(super) fn render(document: &Document) -> Result<Vec<u8>, Error> {
    let feed = Feed {
        title: Text::plain(document.title.clone()),
        subtitle: Some(Text::plain(document.subtitle.clone())),
        id: document.id.clone(),
        updated: document.updated.fixed_offset(),
        authors: vec![person(&document.author)],
        generator: Some(Generator { value: "wellsourced".to_owned(), ..Generator::default() }),
        links: vec![
            link("self", &document.urls.atom, Some(Format::Atom.media_type()), None),
            link("alternate", &document.home_url, Some("text/html"), None),
        ],
        entries: document.entries.iter().map(entry).collect(),
        namespaces: BTreeMap::from([(PREFIX.to_owned(), NAMESPACE.to_owned())]),
        lang: Some(document.language.clone()),
        ..Feed::default()
    };
    let mut bytes = feed.write_to(Vec::new()).map_err(|e| Error::render("Atom", e))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn entry(source: &Source) -> Entry {
    let mut links = vec![link("alternate", &source.link, None, None)];
    links.extend(source.sources.iter().map(|s| link("via", &s.link.url, None, Some(&s.link.label))));
    let category = |category: &crate::model::Category| Category {
        term: category.term.clone(),
        scheme: Some(category.scheme.clone()),
        label: None,
    };
    Entry {
        title: Text::plain(source.title.clone()),
        id: source.id.clone(),
        updated: source.updated.fixed_offset(),
        published: Some(source.published.fixed_offset()),
        authors: source.author.iter().map(|author| person(author)).collect(),
        categories: source.categories.iter().map(category).collect(),
        links,
        summary: Some(Text::plain(source.summary.clone())),
        content: Some(Content {
            value: Some(source.content_html.clone()),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        extensions: extensions(&source.sources),
        ..Entry::default()
    }
}

fn extensions(sources: &[CitedSource]) -> ExtensionMap {
    let source = |source: &CitedSource| Extension {
        name: format!("{PREFIX}:source"),
        attrs: attributes(source),
        ..Extension::default()
    };
    if sources.is_empty() {
        return ExtensionMap::default();
    }
    let sources = sources.iter().map(source).collect();
    ExtensionMap::from([(PREFIX.to_owned(), BTreeMap::from([("source".to_owned(), sources)]))])
}

fn person(name: &str) -> Person {
    Person { name: name.to_owned(), ..Person::default() }
}

fn link(rel: &str, href: &str, mime_type: Option<&str>, title: Option<&str>) -> Link {
    Link {
        rel: rel.to_owned(),
        href: super::xml::legal(href).into_owned(),
        mime_type: mime_type.map(str::to_owned),
        title: title.map(|title| super::xml::legal(title).into_owned()),
        ..Link::default()
    }
}
