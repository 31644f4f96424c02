//! The pages of one item and of one edition.

use super::views::{ItemView, Link, date, tags};
use super::{Frame, render};
use crate::model::{StoredEdition, StoredItem, web_uri};
use crate::publish::Error;
use crate::publish::address::{edition_folder, item_folder};
use crate::publish::characters::line;
use crate::publish::options::Site;
use crate::publish::words::Words;
use askama::Template;

#[derive(Template)]
#[template(path = "item.html")]
struct ItemPage {
    frame: Frame,
    w: &'static Words,
    item: ItemView,
}

#[derive(Template)]
#[template(path = "edition.html")]
struct EditionPage {
    frame: Frame,
    w: &'static Words,
    title: String,
    day: String,
    datetime: String,
    author: Option<String>,
    permalink: Option<String>,
    cover: Option<String>,
    tags: Vec<Link>,
    items: Vec<ItemView>,
    /// That there are more of them than are shown.
    more: Option<String>,
}

/// An item's own page, `items/<short id>/index.html`.
pub fn item_page(site: &Site, item: &StoredItem) -> Result<Vec<u8>, Error> {
    let frame = Frame::new(site, &item_folder(item), "", &item.item.title);
    let view = ItemView::new(site, &frame.root, item).in_full(site, item);
    render(&ItemPage { w: Words::of(site.options.language), item: view, frame })
}

/// An edition's page, `editions/<slug>/index.html`, with its items in the order of the post.
pub fn edition_page(site: &Site, edition: &StoredEdition, items: &[StoredItem]) -> Result<Vec<u8>, Error> {
    let frame = Frame::new(site, &edition_folder(edition), "", &edition.header.title);
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
        more: (edition.more > 0).then(|| (Words::of(site.options.language).more)(edition.more)),
        frame,
    })
}
