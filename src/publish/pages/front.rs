//! The front page: the latest edition in full, the earlier ones by their items, what feeds brought on the latest day beside
//! them, and how to subscribe.

use super::edition::EditionView;
use super::lists::{ListedEdition, Paging, PagingView, frame};
use super::views::{ItemView, Link, day_of, page, tags};
use super::{PageFrame, PageView, SiteView, render};
use crate::model::{Channel, ChannelKind, StoredItem, Tag};
use crate::publish::Error;
use crate::publish::address::edition_folder;
use crate::publish::characters::line;
use crate::publish::compose::EditionWithItems;
use crate::publish::options::Site;
use serde::Serialize;

/// Items of the latest edition on the front page.
const LATEST: usize = 40;

/// Items of each earlier one.
const EARLIER: usize = 12;

/// What the front page shows.
#[derive(Debug, Clone, Copy)]
pub struct FrontPage<'a> {
    /// The editors' newest editions, the latest first.
    pub editions: &'a [EditionWithItems],
    /// How many editions editors have published.
    pub edition_count: u64,
    /// The newest day's edition with the first of its items.
    pub day: Option<&'a EditionWithItems>,
    /// The tags that most items have, those first that most have.
    pub tags: &'a [Tag],
    /// Where older items stand.
    pub paging: Paging,
}

#[derive(Serialize)]
struct FrontView<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    /// What subscribing is called.
    subscribe: String,
    latest: Option<LatestEdition>,
    earlier: Vec<ListedEdition>,
    edition_count: u64,
    excerpts: Option<Excerpts>,
    tags: Vec<Link>,
    paging: PagingView,
}

#[derive(Serialize)]
struct LatestEdition {
    edition: EditionView,
    items: Vec<ItemView>,
    /// How many of them stand on its own page only.
    more: u64,
}

/// What feeds brought on a day.
#[derive(Serialize)]
struct Excerpts {
    heading: String,
    href: String,
    total: u64,
    items: Vec<ItemView>,
}

impl PageView for FrontView<'_> {
    const TEMPLATE: &'static str = "index.html";
}

/// The front page, `index.html` at the root.
pub fn front_page(site: &Site, front: &FrontPage<'_>) -> Result<Vec<u8>, Error> {
    let words = site.words();
    let title = line(&site.options.title);
    let combined = Channel { kind: ChannelKind::Combined, slug: String::new(), name: String::new() };
    let page = frame(site, &combined, &front.paging, &title);
    let root = page.root.as_str();
    let latest = front.editions.first().map(|(edition, items)| LatestEdition {
        edition: EditionView::new(site, root, edition, items),
        items: items.iter().take(LATEST).map(|item| ItemView::new(site, root, item).in_full(site, item, 3)).collect(),
        more: edition.more.saturating_add(u64::try_from(items.len().saturating_sub(LATEST)).unwrap_or(u64::MAX)),
    });
    let listed = |edition| ListedEdition::new(site, root, edition, EARLIER);
    let earlier = front.editions.iter().skip(1).map(listed).collect();
    let view = FrontView {
        site: SiteView::new(&site.options),
        subscribe: words.subscribe_to(&title, None),
        latest,
        earlier,
        edition_count: front.edition_count,
        excerpts: front.day.map(|day| excerpts(site, root, day)),
        tags: tags(root, front.tags),
        paging: front.paging.view(),
        page,
    };
    render(&site.options, &view)
}

fn excerpts(site: &Site, root: &str, (edition, items): &EditionWithItems) -> Excerpts {
    let title = || line(&edition.header.title);
    let shown = u64::try_from(items.len()).unwrap_or(u64::MAX);
    let show = |item: &StoredItem| ItemView::new(site, root, item);
    Excerpts {
        heading: day_of(&edition.header.slug).map_or_else(title, |day| site.words().excerpts_of(day)),
        href: page(root, &edition_folder(edition)),
        total: edition.more.saturating_add(shown),
        items: items.iter().map(show).collect(),
    }
}
