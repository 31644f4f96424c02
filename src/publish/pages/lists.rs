//! Pages that list: the items of a channel, the editions.

use super::archive::{YearView, years};
use super::channel::{ChannelFacts, FactsView};
use super::edition::EditionView;
use super::views::{ItemView, Link, is_of_day};
use super::{PageFrame, PageView, SiteView, render};
use crate::model::{Channel, ChannelKind, StoredItem};
use crate::publish::characters::line;
use crate::publish::compose::EditionWithItems;
use crate::publish::layout;
use crate::publish::months::Month;
use crate::publish::options::Site;
use crate::publish::{Error, compose};
use serde::Serialize;
use std::borrow::Borrow;

/// Items of a day's edition in the list of editions.
const OF_DAY: usize = 10;

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
#[derive(Serialize)]
pub(super) struct PagingView {
    /// Its number; none for the index page.
    pub(super) number: Option<u32>,
    /// How many there are on all pages; only on the index page, for old pages do not change.
    pub(super) total: Option<u64>,
    pub(super) older: Option<String>,
    pub(super) newer: Option<String>,
    /// The page with the oldest, on others than it.
    pub(super) oldest: Option<String>,
    /// The index page, on others than it.
    pub(super) newest: Option<String>,
}

#[derive(Serialize)]
struct ListPage<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    heading: String,
    /// The list of all such channels.
    parent: Option<Link>,
    /// What subscribing is called.
    subscribe: String,
    paging: PagingView,
    /// Of a tag or a host, on its index page.
    facts: Option<FactsView>,
    items: Vec<ItemView>,
}

impl PageView for ListPage<'_> {
    const TEMPLATE: &'static str = "list.html";
}

#[derive(Serialize)]
struct EditionsPage<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    heading: String,
    /// Of a month: the whole list.
    list: Option<Link>,
    /// What subscribing is called.
    subscribe: String,
    paging: PagingView,
    editions: Vec<ListedEdition>,
    /// On the index page.
    years: Vec<YearView>,
}

impl PageView for EditionsPage<'_> {
    const TEMPLATE: &'static str = "editions.html";
}

/// An edition in a list, with its items.
#[derive(Serialize)]
pub(super) struct ListedEdition {
    #[serde(flatten)]
    edition: EditionView,
    items: Vec<ItemView>,
    /// How many of them are not listed.
    more: u64,
}

impl ListedEdition {
    /// An edition with so many of its items at most.
    pub(super) fn new(site: &Site, root: &str, (edition, items): &EditionWithItems, most: usize) -> Self {
        // What feeds brought is not to bury what editors wrote.
        let most = if is_of_day(items) { most.min(OF_DAY) } else { most };
        let rest = items.len().saturating_sub(most);
        Self {
            edition: EditionView::new(site, root, edition, items),
            items: items.iter().take(most).map(|item| ItemView::new(site, root, item)).collect(),
            more: edition.more.saturating_add(u64::try_from(rest).unwrap_or(u64::MAX)),
        }
    }
}

/// A channel's index page, or one of its numbered pages (`page/<n>/index.html` in the channel's folder).
pub fn list_page<I: Borrow<StoredItem>>(
    site: &Site,
    channel: &Channel,
    items: &[I],
    paging: &Paging,
    facts: Option<&ChannelFacts>,
) -> Result<Vec<u8>, Error> {
    let heading = match channel.kind {
        ChannelKind::Combined => line(&site.options.title),
        ChannelKind::Editions => site.words().editions.clone(),
        ChannelKind::Tag | ChannelKind::Source => line(&channel.name),
    };
    let words = site.words();
    let page = frame(site, channel, paging, &heading);
    let show = |item: &StoredItem| ItemView::new(site, &page.root, item).in_short(item);
    let items = items.iter().map(|item| show(item.borrow())).collect();
    let root = page.root.clone();
    let parent = |name: &str, folder: &str| {
        Some(Link { name: name.to_owned(), href: layout::index(&format!("{root}{folder}")) })
    };
    let view = ListPage {
        site: SiteView::new(&site.options),
        parent: match channel.kind {
            ChannelKind::Tag => parent(&words.tags, layout::TAGS),
            ChannelKind::Source => parent(&words.sources, layout::SOURCES),
            ChannelKind::Combined | ChannelKind::Editions => None,
        },
        subscribe: subscribe(site, channel, &heading),
        facts: facts.map(|facts| FactsView::new(site, &page.root, channel, facts)),
        items,
        heading,
        paging: paging.view(),
        page,
    };
    render(&site.options, &view)
}

/// The list of editions, newest first, or one of its numbered pages; the index page has the months in which there are some.
pub fn editions_page(
    site: &Site,
    editions: &[EditionWithItems],
    paging: &Paging,
    months: &[Month],
) -> Result<Vec<u8>, Error> {
    let heading = &site.words().editions;
    let page = frame(site, &compose::editions_channel(), paging, heading);
    let months = if paging.number.is_none() { months } else { &[] };
    let years = years(site, &page.root, months);
    let view = EditionsPage { years, ..EditionsPage::new(site, heading, page, editions) };
    render(&site.options, &EditionsPage { paging: paging.view(), ..view })
}

/// The editions of a month, newest first, `editions/month/<month>/index.html`. It knows no other month, so that old ones do
/// not change.
pub fn month_page(site: &Site, month: Month, editions: &[EditionWithItems]) -> Result<Vec<u8>, Error> {
    let (channel, heading) = (compose::editions_channel(), site.words().month_of(month));
    let mut page =
        PageFrame::new(site, &layout::month(&month.slug()), "", &heading).with_feeds(site, &channel, "../../");
    page.feed_title = compose::channel_title(site, &channel);
    page = page.about(&heading);
    let list = Link { name: site.words().editions.clone(), href: layout::index("../../") };
    render(&site.options, &EditionsPage { list: Some(list), ..EditionsPage::new(site, &heading, page, editions) })
}

impl<'a> EditionsPage<'a> {
    /// A list of editions that are all there are.
    fn new(site: &'a Site, heading: &str, page: PageFrame, editions: &[EditionWithItems]) -> Self {
        let total = u64::try_from(editions.len()).unwrap_or(u64::MAX);
        Self {
            site: SiteView::new(&site.options),
            heading: heading.to_owned(),
            list: None,
            subscribe: subscribe(site, &compose::editions_channel(), &site.words().editions),
            paging: Paging { number: None, older: None, newer: Newer::None, total }.view(),
            editions: editions
                .iter()
                .map(|edition| ListedEdition::new(site, &page.root, edition, usize::MAX))
                .collect(),
            years: Vec::new(),
            page,
        }
    }
}

/// What subscribing to a channel is called.
fn subscribe(site: &Site, channel: &Channel, heading: &str) -> String {
    let name = Some(heading).filter(|_| channel.kind != ChannelKind::Combined);
    site.words().subscribe_to(&line(&site.options.title), name)
}

/// The frame of a channel's page.
pub(super) fn frame(site: &Site, channel: &Channel, paging: &Paging, heading: &str) -> PageFrame {
    let (folder, title) = paging.of_page(site, &channel.folder(), heading);
    let mut frame = PageFrame::new(site, &folder, "", &title).with_feeds(site, channel, paging.up());
    frame.feed_title = compose::channel_title(site, channel);
    frame.about(&compose::subtitle(site, channel))
}

impl Paging {
    /// Way up to the folder of the index page.
    fn up(&self) -> &'static str {
        if self.number.is_some() { "../../" } else { "" }
    }

    /// The folder and the title of the page, given those of the index page.
    pub(super) fn of_page(&self, site: &Site, folder: &str, title: &str) -> (String, String) {
        self.number.map_or_else(
            || (folder.to_owned(), title.to_owned()),
            |n| (layout::numbered(folder, n), format!("{title} · {}", site.words().page(n))),
        )
    }

    /// What a template shows of it.
    pub(super) fn view(&self) -> PagingView {
        let up = self.up();
        let numbered = |n: u32| layout::index(&layout::numbered(up, n));
        PagingView {
            number: self.number,
            total: self.number.is_none().then_some(self.total),
            older: self.older.map(numbered),
            oldest: self.older.map(|_| numbered(1)),
            newest: self.number.map(|_| layout::index(up)),
            newer: match self.newer {
                Newer::None => None,
                Newer::Index => Some(layout::index(up)),
                Newer::Page(n) => Some(numbered(n)),
            },
        }
    }
}
