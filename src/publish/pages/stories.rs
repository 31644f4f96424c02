//! The pages of one item, of one edition, and of the items of one day.

use super::archive::{NeighboursView, PageNeighbour};
use super::edition::EditionView;
use super::lists::{Paging, PagingView};
use super::safe::SafeHtml;
use super::views::{ItemView, day_of};
use super::{PageFrame, PageView, SiteView, meta, render, text};
use crate::model::{EditionHeader, EditionNeighbours, StoredEdition, StoredItem};
use crate::publish::Error;
use crate::publish::address::{edition_folder, edition_page_folder};
use crate::publish::characters::line;
use crate::publish::layout;
use crate::publish::options::Site;
use serde::Serialize;

#[derive(Serialize)]
struct ItemPage<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    item: ItemView,
    neighbours: NeighboursView,
    /// The item as programs read it: JSON-LD.
    article: SafeHtml,
}

impl PageView for ItemPage<'_> {
    const TEMPLATE: &'static str = "item.html";
}

#[derive(Serialize)]
struct EditionPage<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    edition: EditionView,
    neighbours: NeighboursView,
    items: Vec<ItemView>,
}

impl PageView for EditionPage<'_> {
    const TEMPLATE: &'static str = "edition.html";
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

/// An item's own page, `items/<short id>/index.html`, with what stands before and after it.
pub fn item_page(site: &Site, item: &StoredItem, beside: [Option<PageNeighbour<'_>>; 2]) -> Result<Vec<u8>, Error> {
    let mut page = PageFrame::new(site, &layout::item(&item.short_id), "", &item.item.title);
    page.description = text::summary(&item.item);
    let article = meta::article(site, item, &page.description)?;
    let neighbours = NeighboursView::new(site, &page.root, beside);
    let item = ItemView::new(site, &page.root, item).in_full(site, item, 1);
    render(&site.options, &ItemPage { site: SiteView::new(&site.options), item, neighbours, article, page })
}

/// An edition's page, `editions/<slug>/index.html`, with its items in the order of the post.
pub fn edition_page(
    site: &Site,
    edition: &StoredEdition,
    items: &[StoredItem],
    neighbours: &EditionNeighbours,
) -> Result<Vec<u8>, Error> {
    let titles: Vec<&str> = items.iter().map(|item| item.item.title.as_str()).collect();
    let about = titles.join(site.words().between());
    let page = PageFrame::new(site, &edition_folder(edition), "", &edition.header.title).about(&about);
    let root = page.root.as_str();
    let view = EditionView::new(site, root, edition, items);
    let neighbours = NeighboursView::of_edition(site, root, neighbours);
    let items = items.iter().map(|item| ItemView::new(site, root, item).in_full(site, item, 2)).collect();
    render(&site.options, &EditionPage { site: SiteView::new(&site.options), edition: view, neighbours, items, page })
}

/// A page of a day's edition, newest first, where each item is an anchor: the index page of the edition's folder, or one
/// of its numbered pages.
pub fn day_page(site: &Site, edition: &EditionHeader, items: &[StoredItem], paging: &Paging) -> Result<Vec<u8>, Error> {
    let heading = day_of(&edition.slug).map_or_else(|| line(&edition.title), |day| site.words().excerpts_of(day));
    let (folder, title) = paging.of_page(site, &edition_page_folder(edition), &heading);
    let page = PageFrame::new(site, &folder, "", &title).about(&title);
    let items = items.iter().map(|item| ItemView::new(site, &page.root, item).in_full(site, item, 2)).collect();
    let view = PageOfDay { site: SiteView::new(&site.options), heading, paging: paging.view(), items, page };
    render(&site.options, &view)
}
