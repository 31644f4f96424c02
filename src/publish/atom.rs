//! Atom 1.0 (RFC 4287) with `rel=via` and `ws:source` per source link.
//!
//! The writer leaves illegal characters in, and writes attributes of extension elements unescaped; both are seen to here.

use super::Error;
use super::attached::UNKNOWN_TYPE;
use super::characters::{clean, escaped, line};
use super::options::Format;
use super::rss::{WELLSOURCED, facts};
use crate::model::{Attachment, CitedSource, Entry, Feed, web_uri};
use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, Generator, Link, Person, Text, WriteConfig};

pub(super) fn render(feed: &Feed) -> Result<Vec<u8>, Error> {
    let document = atom_syndication::Feed {
        title: Text::plain(line(&feed.title)),
        id: feed.id.clone(),
        updated: feed.updated.fixed_offset(),
        authors: vec![person(&feed.author)],
        generator: Some(Generator { value: "wellsourced".to_owned(), uri: None, version: None }),
        links: vec![
            link("self", &feed.urls.atom, Some(Format::Atom.media_type()), None),
            link("alternate", &feed.home_url, Some("text/html"), None),
        ],
        icon: feed.icon.as_ref().map(|icon| icon.url.clone()),
        subtitle: Some(Text::plain(line(&feed.subtitle))),
        entries: feed.entries.iter().map(entry).collect(),
        namespaces: [("ws".to_owned(), WELLSOURCED.to_owned())].into(),
        lang: Some(feed.language.clone()),
        ..atom_syndication::Feed::default()
    };
    let failed =
        |e: atom_syndication::Error| Error::Render { format: Format::Atom, id: feed.id.clone(), reason: e.to_string() };
    let mut bytes = Vec::with_capacity(feed.entries.len() * 4096);
    let config = WriteConfig { write_document_declaration: true, indent_size: Some(1) };
    document.write_with_config(&mut bytes, config).map_err(failed)?;
    bytes.push(b'\n');
    Ok(with_languages(bytes, &feed.entries))
}

/// The writer has no room for `xml:lang` on an entry. Text is escaped, so `<entry>` begins an entry wherever it stands.
fn with_languages(written: Vec<u8>, entries: &[Entry]) -> Vec<u8> {
    const BEGIN: &str = "<entry>";
    if entries.iter().all(|entry| entry.language.is_none()) {
        return written;
    }
    let written = String::from_utf8_lossy(&written);
    let (head, rest) = written.split_once(BEGIN).unwrap_or((&written, ""));
    let mut told = head.to_owned();
    for (entry, text) in entries.iter().zip(rest.split(BEGIN)) {
        match &entry.language {
            Some(tag) => {
                told += "<entry xml:lang=\"";
                told += &escaped(&line(tag));
                told += "\">";
            }
            None => told += BEGIN,
        }
        told += text;
    }
    told.into_bytes()
}

fn entry(entry: &Entry) -> atom_syndication::Entry {
    let mut links = vec![link("alternate", &entry.link, None, None)];
    links.extend(entry.attachments.iter().map(enclosure));
    links.extend(entry.sources.iter().filter_map(via));
    let categories = entry.categories.iter();
    atom_syndication::Entry {
        title: Text::plain(line(&entry.title)),
        id: entry.id.clone(),
        updated: entry.updated.fixed_offset(),
        authors: entry.author.iter().map(|name| person(name)).collect(),
        categories: categories
            .map(|c| Category { term: line(&c.term), scheme: Some(c.scheme.clone()), label: None })
            .collect(),
        links,
        published: Some(entry.published.fixed_offset()),
        summary: Some(&entry.summary).filter(|s| !s.is_empty()).map(|s| Text::plain(clean(s).into_owned())),
        content: Some(Content {
            value: Some(clean(&entry.content_html).into_owned()),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        extensions: sources(&entry.sources),
        ..atom_syndication::Entry::default()
    }
}

fn via(source: &CitedSource) -> Option<Link> {
    let label = Some(line(&source.link.label)).filter(|label| !label.is_empty());
    Some(link("via", &web_uri(&source.link.url)?, None, label))
}

/// Some readers take a link without a type for a page, so one is always written.
fn enclosure(file: &Attachment) -> Link {
    let length = file.length.map(|bytes| bytes.to_string());
    let media_type = file.media_type.as_deref().unwrap_or(UNKNOWN_TYPE);
    Link { length, ..link("enclosure", &file.url, Some(media_type), None) }
}

fn link(rel: &str, href: &str, media_type: Option<&str>, title: Option<String>) -> Link {
    let mime_type = media_type.map(str::to_owned);
    Link { href: href.to_owned(), rel: rel.to_owned(), hreflang: None, mime_type, title, length: None }
}

fn person(name: &str) -> Person {
    Person { name: line(name), ..Person::default() }
}

fn sources(sources: &[CitedSource]) -> ExtensionMap {
    let elements = sources.iter().map(|source| Extension {
        name: "ws:source".to_owned(),
        // Even an empty value is written, lest the writer break the line within the element.
        value: Some(String::new()),
        attrs: facts(source).into_iter().map(|(name, value)| (name, escaped(&value))).collect(),
        ..Extension::default()
    });
    [("ws".to_owned(), [("source".to_owned(), elements.collect())].into())].into()
}
