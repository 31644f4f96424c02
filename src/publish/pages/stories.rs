//! The pages of one item, of one edition, and of the items of one day.

use super::lists::{Paging, PagingView};
use super::views::{ItemView, Link, date, tags};
use super::{PageFrame, render};
use crate::model::{EditionHeader, StoredEdition, StoredItem, web_uri};
use crate::publish::address::{edition_folder, edition_page_folder, encoded};
use crate::publish::characters::line;
use crate::publish::layout;
use crate::publish::options::Site;
use crate::publish::words::Words;
use crate::publish::{Error, compose};
use askama::Template;

#[derive(Template)]
#[template(path = "item.html")]
struct ItemPage {
    frame: PageFrame,
    w: &'static Words,
    item: ItemView,
}

#[derive(Template)]
#[template(path = "edition.html")]
struct EditionPage {
    frame: PageFrame,
    w: &'static Words,
    title: String,
    day: String,
    datetime: String,
    author: Option<String>,
    permalink: Option<String>,
    cover: Option<String>,
    tags: Vec<Link>,
    items: Vec<ItemView>,
}

#[derive(Template)]
#[template(path = "day.html")]
struct DayView {
    frame: PageFrame,
    w: &'static Words,
    heading: String,
    list: PagingView,
    items: Vec<DayItem>,
}

/// An item that has no page of its own.
struct DayItem {
    anchor: String,
    /// Hour and minute in the site's zone.
    time: String,
    view: ItemView,
}

/// An item's own page, `items/<short id>/index.html`.
pub fn item_page(site: &Site, item: &StoredItem) -> Result<Vec<u8>, Error> {
    let mut frame = PageFrame::new(site, &layout::item(&item.short_id), "", &item.item.title);
    if let Some(lang) = compose::language(site, &item.item) {
        lang.clone_into(&mut frame.lang);
    }
    let view = ItemView::new(site, &frame.root, item).in_full(site, item);
    render(&ItemPage { w: Words::of(site.options.language), item: view, frame })
}

/// An edition's page, `editions/<slug>/index.html`, with its items in the order of the post.
pub fn edition_page(site: &Site, edition: &StoredEdition, items: &[StoredItem]) -> Result<Vec<u8>, Error> {
    let frame = PageFrame::new(site, &edition_folder(edition), "", &edition.header.title);
    let root = frame.root.as_str();
    let (day, datetime) = date(site, edition.published);
    let address = |given: &Option<String>| given.as_deref().and_then(web_uri).map(String::from);
    render(&EditionPage {
        w: Words::of(site.options.language),
        title: line(&edition.header.title),
        day,
        datetime,
        author: edition.header.author.as_deref().map(line).filter(|name| !name.is_empty()),
        permalink: address(&edition.header.permalink),
        cover: address(&edition.cover),
        tags: tags(root, &edition.tags),
        items: items.iter().map(|item| ItemView::new(site, root, item).in_full(site, item)).collect(),
        frame,
    })
}

/// A page of a day's edition, newest first, where each item is an anchor: the index page of the edition's folder, or one
/// of its numbered pages.
pub fn day_page(site: &Site, edition: &EditionHeader, items: &[StoredItem], paging: &Paging) -> Result<Vec<u8>, Error> {
    let w = Words::of(site.options.language);
    let heading = line(&edition.title);
    let (folder, title) = paging.of_page(site, &edition_page_folder(edition), &heading);
    let frame = PageFrame::new(site, &folder, "", &title);
    let show = |item: &StoredItem| DayItem {
        anchor: encoded(&item.short_id).into_owned(),
        time: item.published.with_timezone(&site.options.timezone).format("%H:%M").to_string(),
        view: ItemView::new(site, &frame.root, item).in_full(site, item),
    };
    let items = items.iter().map(show).collect();
    render(&DayView { w, heading, list: paging.place(site, w.items), items, frame })
}
