//! Pages: what a reader without a feed reader sees. Plain HTML from the templates, no scripts.
//!
//! Pages link each other relatively, so that the directory can be opened from a disk; only the canonical address is
//! absolute. An item's page knows no neighbours but those of its edition, and the editions beside that, and a numbered list
//! page no total, so that old ones do not change when new ones come.

mod archive;
mod catalogue;
mod channel;
mod edition;
mod front;
mod lists;
mod meta;
mod plots;
mod refusal;
mod safe;
mod search;
mod status;
mod stories;
mod text;
mod views;

pub use archive::PageNeighbour;
pub use catalogue::{CatalogueEntry, source_index, tag_index};
pub use channel::{ChannelFacts, HostFacts, PLOTTED_MONTHS};
pub use front::{FrontPage, front_page};
pub use lists::{Newer, Paging, editions_page, list_page, month_page};
pub use plots::LinkMonth;
pub use refusal::refusal_page;
pub use search::search_page;
pub use status::{
    CycleLine, FailingSite, HeldInput, InputStatus, LinksOfAge, OperatorView, PlannedRun, StatusView, TroubledLink,
    operator_page, status_json, status_page,
};
pub use stories::{day_page, edition_page, item_page};

use super::Error;
use super::address::{absolute, of_page};
use super::characters::{clean, line};
use super::layout;
use super::options::{Format, Options, Site};
use crate::model::{Channel, ChannelKind};
use serde::Serialize;
use std::borrow::Cow;

/// What a template is given: its fields, by their names. A new kind of page is such a struct, and a file in `templates/`.
trait PageView: Serialize {
    /// The file of the template.
    const TEMPLATE: &'static str;
}

/// The site, as each page names it.
#[derive(Serialize)]
struct SiteView<'a> {
    title: String,
    /// The language of the site's pages (BCP 47).
    language: &'static str,
    author: String,
    /// Where it is served.
    url: &'a str,
    /// Its icon, below the root, and of which type that is.
    icon: &'static str,
    icon_type: &'static str,
}

impl<'a> SiteView<'a> {
    fn new(site: &'a Options) -> Self {
        let (title, author) = (line(&site.title), line(&site.author));
        Self {
            title,
            author,
            language: site.language.tag(),
            url: site.base_url.as_str(),
            icon: site.icon.path(),
            icon_type: site.icon.media_type(),
        }
    }
}

/// What every page has around its content.
#[derive(Serialize)]
struct PageFrame {
    lang: String,
    title: String,
    /// What it is called within the site.
    name: String,
    /// What it is about, in a sentence or two; may be empty.
    description: String,
    /// Its address; empty where it stands nowhere.
    canonical: String,
    /// Way up to the root: empty, or `../` as often as needed.
    root: String,
    /// What it belongs to: `home`, `editions`, `tags`, `sources`, `search`, `status`, or nothing.
    section: &'static str,
    /// Whether it is that section's own page.
    is_section: bool,
    /// Whether it is the front page.
    is_home: bool,
    feed_title: String,
    /// The feeds of its channel; of the site, where it has none.
    feeds: Vec<FeedLink>,
    /// Those of the site, where its channel has feeds of its own.
    site_feeds: Vec<FeedLink>,
    /// Where one subscribes: on the page, or on the front page.
    subscribe: String,
    /// The address for feed readers, absolute; of the first format but one that is published, Atom more often than not.
    address: String,
}

/// A link to a feed.
#[derive(Serialize)]
struct FeedLink {
    name: &'static str,
    media_type: &'static str,
    href: String,
}

impl PageFrame {
    /// The frame of a page in a folder; `title` is less the site's own, `file` empty for the folder's index.
    fn new(site: &Site, folder: &str, file: &str, title: &str) -> Self {
        let root = "../".repeat(folder.matches('/').count());
        let name = line(&site.options.title);
        let title = line(title);
        Self {
            lang: site.options.language.tag().to_owned(),
            title: if title.is_empty() || title == name { name.clone() } else { format!("{title} · {name}") },
            name: if title.is_empty() { name.clone() } else { title },
            canonical: if file.is_empty() { of_page(site, folder) } else { absolute(site, &format!("{folder}{file}")) },
            description: String::new(),
            section: section(folder, file),
            is_section: [layout::EDITIONS, layout::TAGS, layout::SOURCES].contains(&folder)
                || [layout::STATUS_PAGE, layout::SEARCH_PAGE].contains(&file),
            is_home: folder.is_empty() && file.is_empty(),
            feed_title: name,
            feeds: feeds(&site.options, &root),
            site_feeds: Vec::new(),
            subscribe: format!("{root}index.html#subscribe"),
            address: String::new(),
            root,
        }
    }

    /// The frame of a page that stands nowhere: its links are absolute paths.
    fn nowhere(site: &Options, title: &str) -> Self {
        let (root, name) = (site.base_url.path().to_owned(), line(&site.title));
        Self {
            lang: site.language.tag().to_owned(),
            title: format!("{} · {name}", line(title)),
            name: line(title),
            canonical: String::new(),
            description: String::new(),
            section: "",
            is_section: false,
            is_home: false,
            feed_title: name,
            feeds: feeds(site, &root),
            site_feeds: Vec::new(),
            subscribe: format!("{root}index.html#subscribe"),
            address: String::new(),
            root,
        }
    }

    /// Offers the feeds of a channel, whose folder that way leads to. They are subscribed to on its index page.
    fn with_feeds(mut self, site: &Site, channel: &Channel, way: &str) -> Self {
        let of_site = std::mem::replace(&mut self.feeds, feeds(&site.options, way));
        if channel.kind != ChannelKind::Combined {
            self.site_feeds = of_site;
        }
        self.subscribe = if way.is_empty() { "#subscribe".to_owned() } else { format!("{way}index.html#subscribe") };
        let formats = &site.options.formats;
        let best = formats.iter().find(|format| **format == Format::Atom).or(formats.first());
        let file = best.map_or("", |format| format.file_name());
        self.address = absolute(site, &format!("{}{file}", channel.folder()));
        self
    }

    /// Says what the page is about.
    fn about(mut self, description: &str) -> Self {
        self.description = text::beginning(description);
        self
    }
}

/// The feeds of a folder that a way leads to.
fn feeds(site: &Options, way: &str) -> Vec<FeedLink> {
    let feed = |format: &Format| FeedLink {
        name: format.title(),
        media_type: format.media_type(),
        href: format!("{way}{}", format.file_name()),
    };
    site.formats.iter().map(feed).collect()
}

/// What the page of a folder belongs to.
fn section(folder: &str, file: &str) -> &'static str {
    let of = |section: &str| folder.starts_with(section);
    match () {
        () if of(layout::EDITIONS) || of(layout::ITEMS) => "editions",
        () if of(layout::TAGS) => "tags",
        () if of(layout::SOURCES) => "sources",
        () if file == layout::STATUS_PAGE => "status",
        () if file.is_empty() => "home",
        () if file == layout::SEARCH_PAGE => "search",
        () => "",
    }
}

fn render<V: PageView>(site: &Options, view: &V) -> Result<Vec<u8>, Error> {
    let html = site.theme.render(site.language, V::TEMPLATE, view)?;
    Ok(match clean(&html) {
        Cow::Borrowed(_) => html.into_bytes(),
        Cow::Owned(cleaned) => cleaned.into_bytes(),
    })
}
