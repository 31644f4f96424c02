//! Pages that list: a channel's items by edition, the editions, the tags and the cited sites.

use super::super::compose::channel_title;
use super::super::labels::Labels;
use super::super::{EditionWithItems, Error, Format, Site};
use super::rendered;
use super::view::{ItemView, day, encoded, instant};
use crate::model::{Channel, ChannelKind, StoredItem, Tag};
use askama::Template;
use chrono::{DateTime, Utc};

/// What comes after a numbered page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newer {
    /// Nothing.
    None,
    /// The index page.
    Index,
    /// Another numbered page.
    Page(u32),
}

/// Where in a list a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// `None`: the index page, with the newest.
    pub number: Option<u32>,
    /// The numbered page with what is older.
    pub older: Option<u32>,
    /// What is newer.
    pub newer: Newer,
    /// Entries in the whole list; shown on the index only, so that numbered pages do not change with it.
    pub total: u64,
}

struct FeedView {
    name: &'static str,
    media_type: &'static str,
    path: String,
}

struct Group<'a> {
    title: &'a str,
    path: String,
    datetime: String,
    date: String,
    items: Vec<ItemView<'a>>,
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage<'a> {
    lang: &'static str,
    site: &'a str,
    root: String,
    labels: &'static Labels,
    title: String,
    total: Option<u64>,
    feeds: Vec<FeedView>,
    groups: Vec<Group<'a>>,
    newer: Option<String>,
    older: Option<String>,
}

struct NameView<'a> {
    name: &'a str,
    path: String,
    count: u64,
}

#[derive(Template)]
#[template(path = "names.html")]
struct NamesPage<'a> {
    lang: &'static str,
    site: &'a str,
    root: &'static str,
    labels: &'static Labels,
    title: &'static str,
    names: Vec<NameView<'a>>,
}

/// A page of a channel's items, newest first, gathered by edition.
pub fn list_page(site: &Site, channel: &Channel, items: &[StoredItem], paging: &Paging) -> Result<Vec<u8>, Error> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for item in items {
        let view = ItemView::in_list(site, item);
        match groups.last_mut().filter(|group| group.path == view.edition_path) {
            Some(group) => group.items.push(view),
            None => groups.push(group(site, &item.edition.title, &item.edition.slug, item.published, vec![view])),
        }
    }
    page(site, channel, groups, paging)
}

/// A page of editions, newest first.
pub fn editions_page(site: &Site, editions: &[EditionWithItems], paging: &Paging) -> Result<Vec<u8>, Error> {
    let channel = Channel { kind: ChannelKind::Editions, slug: String::new(), name: String::new() };
    let groups = editions.iter().map(|(edition, items)| {
        let views = items.iter().map(|item| ItemView::in_list(site, item)).collect();
        group(site, &edition.header.title, &edition.header.slug, edition.published, views)
    });
    page(site, &channel, groups.collect(), paging)
}

fn group<'a>(site: &Site, title: &'a str, slug: &str, date: DateTime<Utc>, items: Vec<ItemView<'a>>) -> Group<'a> {
    let path = format!("editions/{}/", encoded(slug));
    Group { title, path, datetime: instant(site, date), date: day(site, date), items }
}

fn page(site: &Site, channel: &Channel, groups: Vec<Group<'_>>, paging: &Paging) -> Result<Vec<u8>, Error> {
    let folder = match channel.kind {
        ChannelKind::Combined => String::new(),
        ChannelKind::Tag => format!("tags/{}/", encoded(&channel.slug)),
        ChannelKind::Source => format!("sources/{}/", encoded(&channel.slug)),
        ChannelKind::Editions => "editions/".to_owned(),
    };
    let depth = folder.matches('/').count() + if paging.number.is_some() { 2 } else { 0 };
    let numbered = |number: u32| format!("{folder}page/{number}/index.html");
    let language = site.options.language;
    let feed = |format: &Format| FeedView {
        name: match format {
            Format::Rss => "RSS",
            Format::Atom => "Atom",
            Format::Json => "JSON Feed",
        },
        media_type: format.media_type(),
        path: format!("{folder}{}", format.file_name()),
    };
    let page = ListPage {
        lang: language.tag(),
        site: &site.options.title,
        root: "../".repeat(depth),
        labels: language.labels(),
        title: channel_title(site, channel),
        total: paging.number.is_none().then_some(paging.total),
        feeds: site.options.formats.iter().map(feed).collect(),
        groups,
        newer: match paging.newer {
            Newer::None => None,
            Newer::Index => Some(format!("{folder}index.html")),
            Newer::Page(number) => Some(numbered(number)),
        },
        older: paging.older.map(numbered),
    };
    rendered(&page)
}

/// The list of tags, most used first.
pub fn tag_index(site: &Site, tags: &[(Tag, u64)]) -> Result<Vec<u8>, Error> {
    let view = |(tag, count): &'_ (Tag, u64)| (tag.name.clone(), format!("tags/{}/", encoded(&tag.slug)), *count);
    names(site, site.options.language.labels().tags, tags.iter().map(view).collect())
}

/// The list of cited hosts, most cited first.
pub fn source_index(site: &Site, hosts: &[(String, u64)]) -> Result<Vec<u8>, Error> {
    let view = |(host, count): &(String, u64)| (host.clone(), format!("sources/{}/", encoded(host)), *count);
    names(site, site.options.language.labels().sources, hosts.iter().map(view).collect())
}

fn names(site: &Site, title: &'static str, mut names: Vec<(String, String, u64)>) -> Result<Vec<u8>, Error> {
    names.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    let language = site.options.language;
    let page = NamesPage {
        lang: language.tag(),
        site: &site.options.title,
        root: "../",
        labels: language.labels(),
        title,
        names: names.iter().map(|(name, path, count)| NameView { name, path: path.clone(), count: *count }).collect(),
    };
    rendered(&page)
}
