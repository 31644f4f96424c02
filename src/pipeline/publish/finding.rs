//! What helps to find a site and what is on it: the lists of pages for search engines, the index for readers, the icon.
//!
//! Composed when anything on any page changed, and written where bytes differ, as everything is.

use super::compose::{Composer, Output, blocking};
use crate::model::{ChannelKind, Tag};
use crate::pipeline::Error;
use crate::publish::layout::{self, EDITIONS, SOURCES, TAGS};
use crate::publish::{self, IndexPart, ListedPage};
use crate::store::{ChannelState, PageDates};
use chrono::{DateTime, Months, NaiveDate, NaiveTime, Utc};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Tags that the search page offers.
const TAGS_SHOWN: usize = 12;

impl Composer<'_> {
    /// Files by which a site and its pages are found. `is_changed`: something that a page shows did. The page on which readers
    /// search offers the tags that are `most_used`.
    pub(super) async fn finding(&self, all: bool, is_changed: bool, most_used: &[Tag]) -> Result<Vec<Output>, Error> {
        let icon = &self.site.options.icon;
        let mut outputs = vec![Output::file(icon.path().to_owned(), icon.bytes().to_vec())];
        match publish::robots(&self.site) {
            Some(robots) => outputs.push(Output::file(layout::ROBOTS.to_owned(), robots)),
            None => outputs.push(Output::Removed(layout::ROBOTS.to_owned())),
        }
        outputs.extend(self.search(all, is_changed, most_used).await?);
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

    /// The page on which readers search, and its index: the files whose days changed, and those that are not there yet.
    async fn search(&self, all: bool, is_changed: bool, most_used: &[Tag]) -> Result<Vec<Output>, Error> {
        let days = self.store.item_days().await?;
        let (site, total, tags) =
            (Arc::clone(&self.site), days.iter().map(|(_, count)| count).sum(), most_used.to_vec());
        let page = blocking(move || publish::search_page(&site, total, &tags)).await?;
        let mut outputs = vec![
            Output::file(layout::SEARCH_PAGE.to_owned(), page),
            Output::file(layout::SEARCH_SCRIPT.to_owned(), publish::SEARCH_SCRIPT.to_vec()),
        ];
        if !is_changed {
            return Ok(outputs);
        }
        let parts = publish::index_parts(&days);
        let changed = self.store.changed_days().await?;
        let mut surplus: BTreeSet<String> = self.store.files_below(layout::SEARCH).await?.into_iter().collect();
        for part in &parts {
            let is_there = surplus.remove(&part.path());
            if all || !is_there || changed.iter().any(|day| part.holds(day)) {
                outputs.push(self.index_part(part).await?);
            }
        }
        outputs.extend(surplus.into_iter().map(Output::Removed));
        let list = publish::index_list(&self.site, &parts)?;
        outputs.push(Output::file(layout::SEARCH_LIST.to_owned(), list));
        Ok(outputs)
    }

    async fn index_part(&self, part: &IndexPart) -> Result<Output, Error> {
        let items = match span(&part.period) {
            Some((from, to)) => self.store.search_items(from, to).await?,
            None => Vec::new(),
        };
        let (site, part) = (Arc::clone(&self.site), part.clone());
        blocking(move || Ok(Output::file(part.path(), publish::index_part(&site, part.kind, &items)?))).await
    }
}

/// When a year, a month or a day begins, and when the next one does.
fn span(period: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let mut numbers = period.splitn(3, '-').map(|number| number.parse::<u32>().ok());
    let year = i32::try_from(numbers.next()??).ok()?;
    let (month, day) = (numbers.next().flatten(), numbers.next().flatten());
    let from = NaiveDate::from_ymd_opt(year, month.unwrap_or(1), day.unwrap_or(1))?;
    let to = match (month, day) {
        (Some(_), Some(_)) => from.succ_opt()?,
        (Some(_), None) => from.checked_add_months(Months::new(1))?,
        (None, _) => from.checked_add_months(Months::new(12))?,
    };
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    Some((midnight(from), midnight(to)))
}

/// The tags that most items have.
pub(super) fn most_used(channels: &[ChannelState]) -> Vec<Tag> {
    let mut tags: Vec<&ChannelState> =
        channels.iter().filter(|state| state.channel.kind == ChannelKind::Tag && state.members > 0).collect();
    tags.sort_by_key(|state| Reverse(state.members));
    let tag = |state: &ChannelState| Tag { name: state.channel.name.clone(), slug: state.channel.slug.clone() };
    tags.into_iter().take(TAGS_SHOWN).map(tag).collect()
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
