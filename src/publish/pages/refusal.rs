//! The page of a request that is refused. It belongs to no folder, so its links begin at the root of the site.

use super::render;
use crate::publish::Error;
use crate::publish::characters::line;
use crate::publish::options::Options;
use crate::publish::words::Words;
use askama::Template;

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage<'a> {
    lang: &'static str,
    site: String,
    root: &'a str,
    heading: &'static str,
    text: &'static str,
}

/// The page for an HTTP status; it depends on nothing that a client sent.
pub fn refusal_page(site: &Options, status: u16) -> Result<Vec<u8>, Error> {
    let (heading, text) = (Words::of(site.language).refusal)(status);
    let (lang, root) = (site.language.tag(), site.base_url.path());
    render(&RefusalPage { lang, site: line(&site.title), root, heading, text })
}
