//! Pages that list: the items of a channel, the editions, all tags, all cited hosts.

use super::views::{ItemView, Link, date, page};
use super::{PageFrame, render};
use crate::model::{Channel, ChannelKind, StoredItem, Tag};
use crate::publish::address::{edition_folder, link_to_item};
use crate::publish::characters::line;
use crate::publish::compose::EditionWithItems;
use crate::publish::layout;
use crate::publish::options::Site;
use crate::publish::words::Words;
use crate::publish::{Error, compose};
use askama::Template;
use std::borrow::Borrow;

/// Where a list page stands among its fellows. They are numbered from the oldest, so that old ones do not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// Its number; `None` for the index page with the newest.
    pub number: Option<u32>,
    /// Number of the page with the next older ones.
    pub older: Option<u32>,
    /// Where the next newer ones are.
    pub newer: Newer,
    /// How many there are on all pages; only the index page shows it.
    pub total: u64,
}

/// Where the next newer ones are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newer {
    /// Nowhere: these are the newest.
    None,
    /// On the index page.
    Index,
    /// On a numbered page.
    Page(u32),
}

/// What templates show of [`Paging`].
pub(super) struct PagingView {
    pub(super) note: Option<String>,
    pub(super) older: Option<String>,
    pub(super) newer: Option<String>,
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    frame: PageFrame,
    w: &'static Words,
    heading: String,
    list: PagingView,
    items: Vec<ItemView>,
}

#[derive(Template)]
#[template(path = "editions.html")]
struct EditionsPage {
    frame: PageFrame,
    w: &'static Words,
    list: PagingView,
    editions: Vec<EditionView>,
}

struct EditionView {
    title: String,
    href: String,
    day: String,
    datetime: String,
    items: Vec<Link>,
    /// That there are more of them than are listed.
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "catalogue.html")]
struct Catalogue {
    frame: PageFrame,
    w: &'static Words,
    heading: &'static str,
    rows: Vec<(Link, u64)>,
}

/// A channel's index page, or one of its numbered pages (`page/<n>/index.html` in the channel's folder).
pub fn list_page<I: Borrow<StoredItem>>(
    site: &Site,
    channel: &Channel,
    items: &[I],
    paging: &Paging,
) -> Result<Vec<u8>, Error> {
    let w = Words::of(site.options.language);
    let heading = match channel.kind {
        ChannelKind::Combined => line(&site.options.title),
        ChannelKind::Editions => w.editions.to_owned(),
        ChannelKind::Tag | ChannelKind::Source => line(&channel.name),
    };
    let (frame, list) = place(site, channel, paging, &heading, w.items);
    let show = |item: &StoredItem| ItemView::new(site, &frame.root, item).in_short(item);
    render(&ListPage { items: items.iter().map(|item| show(item.borrow())).collect(), w, heading, list, frame })
}

/// The list of editions, newest first, or one of its numbered pages.
pub fn editions_page(site: &Site, editions: &[EditionWithItems], paging: &Paging) -> Result<Vec<u8>, Error> {
    let w = Words::of(site.options.language);
    let (frame, list) = place(site, &compose::editions_channel(), paging, w.editions, w.edition_count);
    let show = |(edition, items): &EditionWithItems| {
        let (day, datetime) = date(site, edition.published);
        EditionView {
            title: line(&edition.header.title),
            href: page(&frame.root, &edition_folder(edition)),
            day,
            datetime,
            items: items.iter().map(|item| item_link(&frame.root, item)).collect(),
            more: (edition.more > 0).then(|| (w.more)(edition.more)),
        }
    };
    render(&EditionsPage { editions: editions.iter().map(show).collect(), w, list, frame })
}

/// All tags with how many items each has, `tags/index.html`, in the order given.
pub fn tag_index(site: &Site, tags: &[(Tag, u64)]) -> Result<Vec<u8>, Error> {
    let row =
        |(tag, count): &(Tag, u64)| (Link { name: line(&tag.name), href: page("", &format!("{}/", tag.slug)) }, *count);
    let heading = Words::of(site.options.language).tags;
    catalogue(site, layout::TAGS, heading, tags.iter().map(row).collect())
}

/// All cited hosts with how many items cite each, `sources/index.html`, in the order given.
pub fn source_index(site: &Site, hosts: &[(String, u64)]) -> Result<Vec<u8>, Error> {
    let row = |(host, count): &(String, u64)| (Link { name: line(host), href: page("", &format!("{host}/")) }, *count);
    let heading = Words::of(site.options.language).sources;
    catalogue(site, layout::SOURCES, heading, hosts.iter().map(row).collect())
}

fn catalogue(site: &Site, folder: &str, heading: &'static str, rows: Vec<(Link, u64)>) -> Result<Vec<u8>, Error> {
    let frame = PageFrame::new(site, folder, "", heading);
    render(&Catalogue { frame, w: Words::of(site.options.language), heading, rows })
}

fn item_link(root: &str, item: &StoredItem) -> Link {
    Link { name: line(&item.item.title), href: link_to_item(root, item) }
}

fn place(
    site: &Site,
    channel: &Channel,
    paging: &Paging,
    heading: &str,
    count: fn(u64) -> String,
) -> (PageFrame, PagingView) {
    let (folder, title) = paging.of_page(site, &channel.folder(), heading);
    let mut frame = PageFrame::new(site, &folder, "", &title).with_feeds(site, paging.up());
    frame.feed_title = compose::channel_title(site, channel);
    (frame, paging.place(site, count))
}

impl Paging {
    /// Way up to the folder of the index page.
    fn up(&self) -> &'static str {
        if self.number.is_some() { "../../" } else { "" }
    }

    /// The folder and the title of the page, given those of the index page.
    pub(super) fn of_page(&self, site: &Site, folder: &str, title: &str) -> (String, String) {
        let w = Words::of(site.options.language);
        self.number.map_or_else(
            || (folder.to_owned(), title.to_owned()),
            |n| (layout::numbered(folder, n), format!("{title} · {}", (w.page)(n))),
        )
    }

    /// What a template shows of it; `count` says how many there are.
    pub(super) fn place(&self, site: &Site, count: fn(u64) -> String) -> PagingView {
        let (w, up) = (Words::of(site.options.language), self.up());
        let numbered = |n: u32| layout::index(&layout::numbered(up, n));
        PagingView {
            note: Some(self.number.map_or_else(|| count(self.total), w.page)),
            older: self.older.map(numbered),
            newer: match self.newer {
                Newer::None => None,
                Newer::Index => Some(layout::index(up)),
                Newer::Page(n) => Some(numbered(n)),
            },
        }
    }
}
