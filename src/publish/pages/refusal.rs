//! The page of a request that is refused. It belongs to no folder, so its links begin at the root of the site.

use super::{PageFrame, PageView, SiteView, render};
use crate::publish::Error;
use crate::publish::options::Options;
use serde::Serialize;

#[derive(Serialize)]
struct RefusalPage<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    status: u16,
    heading: String,
    text: String,
    /// What leads to the pages that are there; empty where the address is not what is wrong.
    instead: String,
}

impl PageView for RefusalPage<'_> {
    const TEMPLATE: &'static str = "refusal.html";
}

/// The page for an HTTP status; it depends on nothing that a client sent.
pub fn refusal_page(site: &Options, status: u16) -> Result<Vec<u8>, Error> {
    let words = site.words().refusal(status);
    let (heading, text, instead) = (words.heading, words.text, words.instead);
    let page = PageFrame::nowhere(site, &heading);
    render(site, &RefusalPage { site: SiteView::new(site), page, status, heading, text, instead })
}
