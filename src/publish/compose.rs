//! Items and editions become feeds: the format-neutral document, in RFC 4287's words. Pure.

use super::content::{self, escape};
use super::xml::legal;
use super::{Format, ItemLink, Site};
use crate::model::{Category, Channel, ChannelKind, Entry, Feed, FeedUrls, StoredEdition, StoredItem, Tag};
use chrono::{DateTime, Utc};
use std::fmt::Write as _;

/// An edition with its live items, in the order of its post.
pub type EditionWithItems = (StoredEdition, Vec<StoredItem>);

/// The feed of a channel of items, newest first; `emptied` dates it when there is none.
pub fn feed(site: &Site, channel: &Channel, items: &[StoredItem], emptied: Option<DateTime<Utc>>) -> Feed {
    document(site, channel, items.iter().map(|item| entry(site, item)).collect(), emptied)
}

/// The feed of editions, newest first.
pub fn editions_feed(site: &Site, editions: &[EditionWithItems], emptied: Option<DateTime<Utc>>) -> Feed {
    let channel = Channel { kind: ChannelKind::Editions, slug: String::new(), name: String::new() };
    let entries = editions.iter().map(|(edition, items)| edition_entry(site, edition, items)).collect();
    document(site, &channel, entries, emptied)
}

/// What a channel is called.
pub(super) fn channel_title(site: &Site, channel: &Channel) -> String {
    let title = &site.options.title;
    match channel.kind {
        ChannelKind::Combined => title.clone(),
        ChannelKind::Tag | ChannelKind::Source => format!("{title} · {}", channel.name),
        ChannelKind::Editions => format!("{title} · {}", site.options.language.labels().editions),
    }
}

fn document(site: &Site, channel: &Channel, entries: Vec<Entry>, emptied: Option<DateTime<Utc>>) -> Feed {
    let folder = channel.folder();
    let url = |format: Format| site.url(&format!("{folder}{}", format.file_name()));
    let newest = entries.iter().map(|entry| entry.updated).max();
    let title = legal(&channel_title(site, channel)).into_owned();
    Feed {
        id: site.feed_id(channel),
        subtitle: title.clone(),
        title,
        language: site.options.language.tag().to_owned(),
        author: legal(&site.options.author).into_owned(),
        home_url: site.url(&folder),
        urls: FeedUrls { rss: url(Format::Rss), atom: url(Format::Atom), json: url(Format::Json) },
        updated: newest.or(emptied).unwrap_or(DateTime::UNIX_EPOCH),
        entries,
    }
}

fn entry(site: &Site, item: &StoredItem) -> Entry {
    let page = site.url(&format!("items/{}/", item.short_id));
    let source = item.sources.first().map(|source| source.link.url.clone());
    Entry {
        id: item.id.urn().to_string(),
        title: legal(&item.item.title).into_owned(),
        link: match site.options.item_link {
            ItemLink::Page => page,
            ItemLink::Source => source.unwrap_or(page),
        },
        published: item.published,
        updated: item.updated,
        author: item.edition.author.as_deref().map(|author| legal(author).into_owned()),
        content_html: content::html(site, item),
        summary: content::summary(item),
        categories: categories(site, &item.tags),
        image: item.item.images.first().map(|image| legal(image).into_owned()),
        sources: item.sources.clone(),
    }
}

fn edition_entry(site: &Site, edition: &StoredEdition, items: &[StoredItem]) -> Entry {
    let mut html = String::new();
    let mut titles = Vec::with_capacity(items.len());
    for item in items {
        // Writing to a String cannot fail.
        let _ = write!(html, "<h3>{}</h3>\n{}", escape(&item.item.title), content::html(site, item));
        titles.push(legal(&item.item.title).into_owned());
    }
    Entry {
        id: edition.id.urn().to_string(),
        title: legal(&edition.header.title).into_owned(),
        link: site.url(&format!("editions/{}/", edition.header.slug)),
        published: edition.published,
        updated: edition.updated,
        author: edition.header.author.as_deref().map(|author| legal(author).into_owned()),
        content_html: html,
        summary: titles.join(" · "),
        categories: categories(site, &edition.tags),
        image: edition.cover.as_deref().map(|cover| legal(cover).into_owned()),
        sources: items.iter().flat_map(|item| item.sources.iter().cloned()).collect(),
    }
}

fn categories(site: &Site, tags: &[Tag]) -> Vec<Category> {
    let scheme = site.url("tags/");
    tags.iter().map(|tag| Category { term: legal(&tag.name).into_owned(), scheme: scheme.clone() }).collect()
}
