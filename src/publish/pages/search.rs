//! The page on which readers search. The search itself runs in their browsers; without a script the page says so and leads on.

use super::views::{Link, tags};
use super::{PageFrame, PageView, SiteView, render};
use crate::model::Tag;
use crate::publish::Error;
use crate::publish::layout;
use crate::publish::options::Site;
use serde::Serialize;

#[derive(Serialize)]
struct SearchPage<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    /// Items that are searched.
    total: u64,
    /// How it is told how many were found; a script puts in the number.
    found: FoundWords<'a>,
    /// The tags that most items have.
    tags: Vec<Link>,
}

#[derive(Serialize)]
struct FoundWords<'a> {
    one: &'a str,
    other: &'a str,
}

impl PageView for SearchPage<'_> {
    const TEMPLATE: &'static str = "search.html";
}

/// The page on which readers search among so many items, `search.html`, with the tags that most of them have.
pub fn search_page(site: &Site, total: u64, most_used: &[Tag]) -> Result<Vec<u8>, Error> {
    let words = site.words();
    let page = PageFrame::new(site, "", layout::SEARCH_PAGE, &words.search).about(&words.search_about(total));
    let [one, other] = words.found();
    let tags = tags(&page.root, most_used);
    let view = SearchPage { site: SiteView::new(&site.options), page, total, found: FoundWords { one, other }, tags };
    render(&site.options, &view)
}
