//! The HTML pages, by templates that escape. Links within the site are relative, so that the directory can be opened from
//! disk. Composes from values; loads nothing.

mod lists;
mod status;
mod view;

pub use lists::{Newer, Paging, editions_page, list_page, source_index, tag_index};
pub use status::{InputStatus, StatusView, TroubledLink, status_json, status_page};

use super::labels::Labels;
use super::{Error, Site};
use crate::model::{StoredEdition, StoredItem};
use askama::Template;
use view::{ItemView, day, instant};

/// The stylesheet, `style.css` at the root.
pub fn stylesheet() -> &'static [u8] {
    include_bytes!("../../../templates/style.css")
}

#[derive(Template)]
#[template(path = "item.html")]
struct ItemPage<'a> {
    lang: &'static str,
    site: &'a str,
    root: &'static str,
    labels: &'static Labels,
    item: ItemView<'a>,
}

#[derive(Template)]
#[template(path = "edition.html")]
struct EditionPage<'a> {
    lang: &'static str,
    site: &'a str,
    root: &'static str,
    labels: &'static Labels,
    title: &'a str,
    datetime: String,
    date: String,
    author: Option<&'a str>,
    permalink: Option<&'a str>,
    cover: Option<&'a str>,
    items: Vec<ItemView<'a>>,
}

/// An item's own page. It names no neighbours, so that it changes only with the item.
pub fn item_page(site: &Site, item: &StoredItem) -> Result<Vec<u8>, Error> {
    let language = site.options.language;
    let page = ItemPage {
        lang: language.tag(),
        site: &site.options.title,
        root: "../../",
        labels: language.labels(),
        item: ItemView::of(site, item),
    };
    rendered(&page)
}

/// An edition's page: its items in the order of its post.
pub fn edition_page(site: &Site, edition: &StoredEdition, items: &[StoredItem]) -> Result<Vec<u8>, Error> {
    let language = site.options.language;
    let page = EditionPage {
        lang: language.tag(),
        site: &site.options.title,
        root: "../../",
        labels: language.labels(),
        title: &edition.header.title,
        datetime: instant(site, edition.published),
        date: day(site, edition.published),
        author: edition.header.author.as_deref(),
        permalink: edition.header.permalink.as_deref().filter(|link| view::is_web(link)),
        cover: edition.cover.as_deref(),
        items: items.iter().map(|item| ItemView::of(site, item)).collect(),
    };
    rendered(&page)
}

fn rendered(page: &impl Template) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(4096);
    Template::write_into(page, &mut bytes).map_err(|e| Error::render("a page", e))?;
    Ok(bytes)
}
