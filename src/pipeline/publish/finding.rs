//! What helps to find a site and what is on it: the lists of pages for search engines, the icon.
//!
//! Composed when anything on any page changed, and written where bytes differ, as everything is.

use super::compose::{Composer, Output, blocking};
use crate::pipeline::Error;
use crate::publish::layout::{self, EDITIONS, SOURCES, TAGS};
use crate::publish::{self, ListedPage};
use crate::store::PageDates;
use std::sync::Arc;

impl Composer<'_> {
    /// Files by which a site and its pages are found. `is_changed`: something that a page shows did.
    pub(super) async fn finding(&self, is_changed: bool) -> Result<Vec<Output>, Error> {
        let icon = &self.site.options.icon;
        let mut outputs = vec![Output::file(icon.path().to_owned(), icon.bytes().to_vec())];
        match publish::robots(&self.site) {
            Some(robots) => outputs.push(Output::file(layout::ROBOTS.to_owned(), robots)),
            None => outputs.push(Output::Removed(layout::ROBOTS.to_owned())),
        }
        if is_changed {
            outputs.extend(self.sitemaps().await?);
        }
        Ok(outputs)
    }

    async fn sitemaps(&self) -> Result<Vec<Output>, Error> {
        let (pages, site) = (listed(self.store.page_dates().await?), Arc::clone(&self.site));
        let lists = blocking(move || {
            let lists = publish::sitemaps(&site, &pages).into_iter();
            Ok(lists.map(|(path, bytes)| Output::file(path, bytes)).collect::<Vec<_>>())
        });
        let mut outputs = lists.await?;
        // The list of parts is one of them, and a single list is no part.
        for number in outputs.len().. {
            let path = layout::sitemap(number);
            if self.store.file_hash(&path).await?.is_none() {
                break;
            }
            outputs.push(Output::Removed(path));
        }
        Ok(outputs)
    }
}

/// Pages in the order of their lists: what is added last stands last, so that full lists stay as they are.
fn listed(pages: PageDates) -> Vec<ListedPage> {
    let PageDates { items, editions, channels } = pages;
    let newest = |dates: &[(String, _)]| dates.iter().map(|(_, changed)| *changed).max();
    let (of_items, of_editions) = (newest(&items), newest(&editions));
    let page = |folder: &str, changed| ListedPage { folder: folder.to_owned(), changed };
    let mut listed =
        vec![page("", of_items.max(of_editions)), page(EDITIONS, of_editions), page(TAGS, None), page(SOURCES, None)];
    listed.extend(channels.into_iter().map(|(channel, changed)| page(&channel.folder(), Some(changed))));
    let edition = |(slug, changed): (String, _)| page(&layout::edition(&slug), Some(changed));
    listed.extend(editions.into_iter().map(edition));
    listed.extend(items.into_iter().map(|(short_id, changed)| page(&layout::item(&short_id), Some(changed))));
    listed
}
