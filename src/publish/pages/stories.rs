//! The pages of one item, of one edition, and of the items of one day.

use super::lists::{Paging, PagingView};
use super::views::{ItemView, Link, date, tags};
use super::{PageFrame, PageView, SiteView, render};
use crate::model::{EditionHeader, StoredEdition, StoredItem, web_uri};
use crate::publish::address::{edition_folder, edition_page_folder};
use crate::publish::characters::line;
use crate::publish::layout;
use crate::publish::options::Site;
use crate::publish::{Error, compose};
use serde::Serialize;

#[derive(Serialize)]
struct ItemPage<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    item: ItemView,
}

impl PageView for ItemPage<'_> {
    const TEMPLATE: &'static str = "item.html";
}

#[derive(Serialize)]
struct EditionPage<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    edition: EditionView,
    items: Vec<ItemView>,
}

impl PageView for EditionPage<'_> {
    const TEMPLATE: &'static str = "edition.html";
}

/// An edition on its own page.
#[derive(Serialize)]
struct EditionView {
    title: String,
    day: String,
    datetime: String,
    author: Option<String>,
    permalink: Option<String>,
    cover: Option<String>,
    tags: Vec<Link>,
}

#[derive(Serialize)]
struct PageOfDay<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    heading: String,
    paging: PagingView,
    items: Vec<ItemView>,
}

impl PageView for PageOfDay<'_> {
    const TEMPLATE: &'static str = "day.html";
}

/// An item's own page, `items/<short id>/index.html`.
pub fn item_page(site: &Site, item: &StoredItem) -> Result<Vec<u8>, Error> {
    let mut page = PageFrame::new(site, &layout::item(&item.short_id), "", &item.item.title);
    if let Some(lang) = compose::language(site, &item.item) {
        lang.clone_into(&mut page.lang);
    }
    let item = ItemView::new(site, &page.root, item).in_full(site, item);
    render(&site.options, &ItemPage { site: SiteView::new(&site.options), item, page })
}

/// An edition's page, `editions/<slug>/index.html`, with its items in the order of the post.
pub fn edition_page(site: &Site, edition: &StoredEdition, items: &[StoredItem]) -> Result<Vec<u8>, Error> {
    let page = PageFrame::new(site, &edition_folder(edition), "", &edition.header.title);
    let root = page.root.as_str();
    let (day, datetime) = date(site, edition.published);
    let address = |given: &Option<String>| given.as_deref().and_then(web_uri).map(String::from);
    let items = items.iter().map(|item| ItemView::new(site, root, item).in_full(site, item)).collect();
    let edition = EditionView {
        title: line(&edition.header.title),
        day,
        datetime,
        author: edition.header.author.as_deref().map(line).filter(|name| !name.is_empty()),
        permalink: address(&edition.header.permalink),
        cover: address(&edition.cover),
        tags: tags(root, &edition.tags),
    };
    render(&site.options, &EditionPage { site: SiteView::new(&site.options), edition, items, page })
}

/// A page of a day's edition, newest first, where each item is an anchor: the index page of the edition's folder, or one
/// of its numbered pages.
pub fn day_page(site: &Site, edition: &EditionHeader, items: &[StoredItem], paging: &Paging) -> Result<Vec<u8>, Error> {
    let heading = line(&edition.title);
    let (folder, title) = paging.of_page(site, &edition_page_folder(edition), &heading);
    let page = PageFrame::new(site, &folder, "", &title);
    let items = items.iter().map(|item| ItemView::new(site, &page.root, item).in_full(site, item)).collect();
    let view = PageOfDay { site: SiteView::new(&site.options), heading, paging: paging.view(), items, page };
    render(&site.options, &view)
}
