//! The page of a request that is refused. It belongs to no folder, so its links begin at the root of the site.

use super::{PageView, SiteView, render};
use crate::publish::Error;
use crate::publish::options::Options;
use serde::Serialize;

#[derive(Serialize)]
struct RefusalPage<'a> {
    site: SiteView<'a>,
    root: &'a str,
    heading: String,
    text: String,
}

impl PageView for RefusalPage<'_> {
    const TEMPLATE: &'static str = "refusal.html";
}

/// The page for an HTTP status; it depends on nothing that a client sent.
pub fn refusal_page(site: &Options, status: u16) -> Result<Vec<u8>, Error> {
    let words = site.words().refusal(status);
    let (heading, text, root) = (words.heading, words.text, site.base_url.path());
    render(site, &RefusalPage { site: SiteView::new(site), root, heading, text })
}
