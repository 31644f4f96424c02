//! The page `status.html`.

use super::StatusView;
use super::told::ToldStatus;
use crate::publish::Error;
use crate::publish::layout;
use crate::publish::options::Site;
use crate::publish::pages::{PageFrame, PageView, SiteView, render};
use serde::Serialize;

#[derive(Serialize)]
struct StatusPage<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    status: ToldStatus,
    /// Where the same stands as data.
    data: &'static str,
}

impl PageView for StatusPage<'_> {
    const TEMPLATE: &'static str = "status.html";
}

/// The page `status.html`.
pub fn status_page(site: &Site, status: &StatusView) -> Result<Vec<u8>, Error> {
    let page = PageFrame::new(site, "", layout::STATUS_PAGE, &site.words().status);
    let status = ToldStatus::new(&site.options, &page.root, status);
    let page = page.about(&format!("{}{}{}", status.heading(), site.words().colon, status.about()));
    render(&site.options, &StatusPage { site: SiteView::new(&site.options), page, status, data: layout::STATUS_DATA })
}
