//! Pages: what a reader without a feed reader sees. Plain HTML from the templates, no scripts.
//!
//! Pages link each other relatively, so that the directory can be opened from a disk; only the canonical address is
//! absolute. An item's page knows no neighbours and a numbered list page no total, so that old ones do not change when
//! new ones come.

mod lists;
mod refusal;
mod status;
mod stories;
mod views;

pub use lists::{Newer, Paging, editions_page, list_page, source_index, tag_index};
pub use refusal::refusal_page;
pub use status::{HeldInput, InputStatus, StatusView, TroubledLink, status_json, status_page};
pub use stories::{day_page, edition_page, item_page};

use super::Error;
use super::address::absolute;
use super::characters::{clean, line};
use super::options::{Options, Site};
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
}

impl<'a> SiteView<'a> {
    fn new(site: &'a Options) -> Self {
        let (title, author) = (line(&site.title), line(&site.author));
        Self { title, author, language: site.language.tag(), url: site.base_url.as_str() }
    }
}

/// What every page has around its content.
#[derive(Serialize)]
struct PageFrame {
    lang: String,
    title: String,
    canonical: String,
    /// Way up to the root: empty, or `../` as often as needed.
    root: String,
    feed_title: String,
    feeds: Vec<FeedLink>,
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
        let page = Self {
            lang: site.options.language.tag().to_owned(),
            title: if title.is_empty() || title == name { name.clone() } else { format!("{title} · {name}") },
            canonical: absolute(site, &format!("{folder}{file}")),
            feed_title: name,
            feeds: Vec::new(),
            root: root.clone(),
        };
        page.with_feeds(site, &root)
    }

    /// Offers the feeds of the channel whose folder that way leads to.
    fn with_feeds(mut self, site: &Site, way: &str) -> Self {
        let feed = |format: &super::Format| FeedLink {
            name: format.title(),
            media_type: format.media_type(),
            href: format!("{way}{}", format.file_name()),
        };
        self.feeds = site.options.formats.iter().map(feed).collect();
        self
    }
}

fn render<V: PageView>(site: &Options, view: &V) -> Result<Vec<u8>, Error> {
    let html = site.theme.render(site.language, V::TEMPLATE, view)?;
    Ok(match clean(&html) {
        Cow::Borrowed(_) => html.into_bytes(),
        Cow::Owned(cleaned) => cleaned.into_bytes(),
    })
}
