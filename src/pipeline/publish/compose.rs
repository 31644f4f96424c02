//! Loads what a feed or page shows and has it composed, off the async threads.

use super::status;
use crate::model::{Channel, ChannelKind, EditionNeighbours, NeighbourEdition, StoredItem};
use crate::pipeline::Error;
use crate::publish::layout::{self, EDITIONS, SOURCES, TAGS};
use crate::publish::{self, CatalogueEntry, Month, Newer, PageNeighbour, Paging, Site, content_hash};
use crate::store::{ChannelState, ItemOrder, Shift, Store, Tags};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// Items or editions on a numbered page.
pub(super) const PAGE: u64 = 50;

/// Members that changed in place, of which each one's page is looked for.
const MANY: usize = 200;

/// The newest items of a day that are shown where editions are listed. A day of many feeds may have thousands.
const MOST_OF_DAY: u32 = 100;

/// A file as it should stand below the published directory.
#[derive(Debug)]
pub(super) enum Output {
    /// It holds these bytes, whose hash stands beside them.
    File(String, Vec<u8>, String),
    /// It is not there.
    Removed(String),
}

impl Output {
    /// A file that holds these bytes. They are hashed here, on the thread that composed them.
    pub(super) fn file(path: String, bytes: Vec<u8>) -> Self {
        let hash = content_hash(&bytes);
        Self::File(path, bytes, hash)
    }

    pub(super) fn path(&self) -> &str {
        match self {
            Self::File(path, ..) | Self::Removed(path) => path,
        }
    }
}

/// Composes from a store.
#[derive(Debug, Clone)]
pub(super) struct Composer<'a> {
    pub(super) store: &'a Store,
    pub(super) site: Arc<Site>,
    pub(super) tags: Tags,
}

/// How a list of some length is cut into numbered pages, counted from the oldest so that full ones stay as they are, and
/// the index, which shows at least a page of the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    total: u64,
    pub(super) pages: u32,
}

impl Cut {
    pub(super) fn of(total: u64) -> Self {
        Self { total, pages: u32::try_from((total / PAGE).saturating_sub(1)).unwrap_or(u32::MAX) }
    }

    /// Entries that the index shows.
    pub(super) fn on_index(self) -> u64 {
        self.total - u64::from(self.pages) * PAGE
    }

    /// How many entries are older, and how many newer, than those of a page.
    pub(super) fn beside(self, number: u32) -> (u64, u64) {
        let older = u64::from(number.saturating_sub(1)) * PAGE;
        (older, self.total.saturating_sub(older + PAGE))
    }

    fn index(self) -> Paging {
        Paging { number: None, older: (self.pages > 0).then_some(self.pages), newer: Newer::None, total: self.total }
    }

    pub(super) fn page(self, number: u32) -> Paging {
        let newer = if number < self.pages { Newer::Page(number + 1) } else { Newer::Index };
        Paging { number: Some(number), older: (number > 1).then(|| number - 1), newer, total: self.total }
    }

    /// Where a page stands; 0 is the index.
    pub(super) fn paging(self, number: u32) -> Paging {
        if number == 0 { self.index() } else { self.page(number) }
    }

    /// The page on which the entry with so many older ones stands; beyond `pages` it is on the index.
    fn page_of(rank: u64) -> u32 {
        u32::try_from(rank / PAGE + 1).unwrap_or(u32::MAX)
    }

    /// Pages to compose: those that moved, from `moved_rank` on, the ones at `touched_ranks`, and the one that was last
    /// `before` and may now have a newer one.
    pub(super) fn changed(self, before: Self, moved_rank: Option<u64>, touched_ranks: &[u64]) -> BTreeSet<u32> {
        let mut pages: BTreeSet<u32> = touched_ranks.iter().map(|rank| Self::page_of(*rank)).collect();
        if let Some(rank) = moved_rank {
            pages.extend(Self::page_of(rank).min(before.pages.max(1))..=self.pages);
        }
        pages.retain(|page| *page <= self.pages);
        pages
    }
}

impl Composer<'_> {
    /// Of those of these items that left, or that a feed has from now on, that their pages are gone. The others' pages are
    /// composed with their editions, which are marked whenever one of their items is.
    pub(super) async fn left_item_pages(&self, ids: &[Uuid]) -> Result<Vec<Output>, Error> {
        let pages = self.store.own_pages(ids).await?.into_iter();
        let left = pages.filter(|(_, _, has_page)| !has_page);
        Ok(left.map(|(_, short_id, _)| Output::Removed(layout::index(&layout::item(&short_id)))).collect())
    }

    /// The pages of editors' editions with those of their items; of editions that left, that they are gone.
    pub(super) async fn edition_pages(&self, ids: &[Uuid]) -> Result<Vec<Output>, Error> {
        let editions = self.store.editions(ids, &self.tags, MOST_OF_DAY).await?;
        let live: BTreeSet<Uuid> = editions.iter().map(|(edition, _)| edition.id).collect();
        let gone: Vec<Uuid> = ids.iter().copied().filter(|id| !live.contains(id)).collect();
        let slugs = self.store.edition_slugs(&gone).await?;
        let mut outputs: Vec<Output> =
            slugs.iter().map(|slug| Output::Removed(layout::index(&layout::edition(slug)))).collect();
        let neighbours = self.store.edition_neighbours(ids).await?;
        let site = Arc::clone(&self.site);
        let pages = blocking(move || {
            let alone = EditionNeighbours::default();
            let mut pages = Vec::with_capacity(editions.iter().map(|(_, items)| items.len() + 1).sum());
            for (edition, items) in &editions {
                let path = layout::index(&layout::edition(&edition.header.slug));
                let neighbours = neighbours.get(&edition.id).unwrap_or(&alone);
                pages.push(Output::file(path, publish::edition_page(&site, edition, items, neighbours)?));
                for (at, item) in items.iter().enumerate() {
                    let path = layout::index(&layout::item(&item.short_id));
                    let beside = beside(items, at, neighbours);
                    pages.push(Output::file(path, publish::item_page(&site, item, beside)?));
                }
            }
            Ok(pages)
        });
        outputs.extend(pages.await?);
        Ok(outputs)
    }

    /// The list of editions: its feeds and pages.
    pub(super) async fn editions(&self, shift: &Shift) -> Result<Vec<Output>, Error> {
        let channel = Channel { kind: ChannelKind::Editions, slug: String::new(), name: String::new() };
        let cut = Cut::of(self.store.edition_count().await?);
        let standing = self.store.editions_from(&wanted_ranks(shift)).await?;
        let rank = |at| cut.total.saturating_sub(standing.get(&at).copied().unwrap_or_default());
        let (moved, touched) = ranks(shift, rank);
        // One page more than needed when the number of pages did not change; what is the same is not written.
        let before = Cut { pages: cut.pages.saturating_sub(1), ..cut };
        let mut outputs = self.surplus(&[(EDITIONS, Some(cut.pages))]).await?;
        for number in cut.changed(before, moved, &touched) {
            let ids = self.store.edition_ids(ItemOrder::Oldest, u64::from(number - 1) * PAGE, PAGE).await?;
            let mut editions = self.store.editions(&ids, &self.tags, MOST_OF_DAY).await?;
            editions.reverse();
            let site = Arc::clone(&self.site);
            let page = blocking(move || publish::editions_page(&site, &editions, &cut.page(number), &[])).await?;
            outputs.push(Output::file(layout::index(&layout::numbered(&channel.folder(), number)), page));
        }
        let (in_feed, on_index) = (self.site.options.items_per_feed, count(cut.on_index()));
        let take = u64::try_from(in_feed.max(on_index)).unwrap_or(u64::MAX);
        let ids = self.store.edition_ids(ItemOrder::Newest, 0, take).await?;
        let editions = self.store.editions(&ids, &self.tags, MOST_OF_DAY).await?;
        let emptied = self.store.newest_left_edition().await?;
        let months: Vec<Month> = self.months(self.store.edition_dates().await?).into_iter().collect();
        let site = Arc::clone(&self.site);
        let newest = blocking(move || {
            let mut outputs = feeds(
                &site,
                &channel,
                &publish::editions_feed(&site, editions.get(..in_feed).unwrap_or(&editions), emptied),
            )?;
            let shown = editions.get(..on_index).unwrap_or(&editions);
            let page = publish::editions_page(&site, shown, &cut.index(), &months)?;
            outputs.push(Output::file(layout::index(EDITIONS), page));
            Ok(outputs)
        });
        outputs.extend(newest.await?);
        Ok(outputs)
    }

    /// The months in which dates lie.
    fn months(&self, dates: impl IntoIterator<Item = DateTime<Utc>>) -> BTreeSet<Month> {
        dates.into_iter().map(|at| Month::of(self.site.options.timezone, at)).collect()
    }

    /// The pages of the months in which these dates lie, or of all (`None`); of months without editions, that they are gone.
    pub(super) async fn month_pages(&self, dates: Option<&BTreeSet<i64>>) -> Result<Vec<Output>, Error> {
        let months = match dates {
            Some(dates) => self.months(dates.iter().filter_map(|at| DateTime::from_timestamp(*at, 0))),
            None => self.months(self.store.edition_dates().await?),
        };
        let (mut outputs, zone) = (Vec::with_capacity(months.len()), self.site.options.timezone);
        for month in months {
            let path = layout::index(&layout::month(&month.slug()));
            let ids = self.store.editions_within(month.start(zone), month.plus(1).start(zone)).await?;
            if ids.is_empty() {
                outputs.push(Output::Removed(path));
                continue;
            }
            let editions = self.store.editions(&ids, &self.tags, MOST_OF_DAY).await?;
            let site = Arc::clone(&self.site);
            let page = blocking(move || publish::month_page(&site, month, &editions)).await?;
            outputs.push(Output::file(path, page));
        }
        Ok(outputs)
    }

    /// Pages that are there beyond those that folders have: numbered ones, and the index page where even that is one too
    /// many (`None`).
    pub(super) async fn surplus(&self, folders: &[(&str, Option<u32>)]) -> Result<Vec<Output>, Error> {
        let mut surplus = Vec::new();
        let mut next: Vec<(&str, u32)> =
            folders.iter().map(|(folder, pages)| (*folder, pages.unwrap_or(0) + 1)).collect();
        let left = folders.iter().filter(|(_, pages)| pages.is_none());
        surplus.extend(left.map(|(folder, _)| Output::Removed(layout::index(folder))));
        while !next.is_empty() {
            let path = |(folder, number): &(&str, u32)| layout::index(&layout::numbered(folder, *number));
            let paths: Vec<String> = next.iter().map(path).collect();
            let known = self.store.file_hashes(&paths.iter().map(String::as_str).collect::<Vec<_>>()).await?;
            next.retain(|page| known.contains_key(&path(page)));
            surplus.extend(next.iter().map(|page| Output::Removed(path(page))));
            for (_, number) in &mut next {
                *number += 1;
            }
        }
        Ok(surplus)
    }

    /// What the site has once: indexes of tags and sources, the list of feeds, the status.
    pub(super) async fn site_wide(&self, channels: Vec<ChannelState>) -> Result<Vec<Output>, Error> {
        let status = status(self.store, self.site.options.timezone).await?;
        let closed = self.store.closed_hosts().await?;
        let site = Arc::clone(&self.site);
        blocking(move || {
            let of = |kind| channels.iter().filter(move |s| s.channel.kind == kind && s.members > 0);
            let entries = |kind| -> Vec<CatalogueEntry> { of(kind).map(|state| entry(state, &closed)).collect() };
            let editions = Channel { kind: ChannelKind::Editions, slug: String::new(), name: String::new() };
            let combined = Channel { kind: ChannelKind::Combined, slug: String::new(), name: String::new() };
            let offered: Vec<Channel> = [combined, editions]
                .into_iter()
                .chain(of(ChannelKind::Tag).chain(of(ChannelKind::Source)).map(|s| s.channel.clone()))
                .collect();
            let [(page, page_bytes), (json, json_bytes)] = status::status_files(&site, &status)?;
            Ok(vec![
                Output::file(layout::index(TAGS), publish::tag_index(&site, &entries(ChannelKind::Tag))?),
                Output::file(layout::index(SOURCES), publish::source_index(&site, &entries(ChannelKind::Source))?),
                Output::file(layout::OPML.to_owned(), publish::opml(&site, &offered)?),
                Output::file(page.to_owned(), page_bytes),
                Output::file(json.to_owned(), json_bytes),
                Output::file(layout::NOT_FOUND.to_owned(), publish::refusal_page(&site.options, 404)?),
                Output::file(layout::STYLE.to_owned(), site.options.theme.stylesheet().to_vec()),
            ])
        })
        .await
    }
}

/// A channel among all of its kind.
fn entry(state: &ChannelState, closed: &BTreeSet<String>) -> CatalogueEntry {
    let Channel { kind, name, slug } = state.channel.clone();
    let is_closed = kind == ChannelKind::Source && closed.contains(&state.key);
    CatalogueEntry { name, slug, items: state.members, is_closed }
}

/// What stands before and after the item at a place of its edition. The first one follows the edition before, the last one is
/// followed by the edition after.
fn beside<'a>(items: &'a [StoredItem], at: usize, neighbours: &'a EditionNeighbours) -> [Option<PageNeighbour<'a>>; 2] {
    let item = |at: Option<usize>| at.and_then(|at| items.get(at)).map(PageNeighbour::Item);
    let edition = |side: &'a Option<NeighbourEdition>| side.as_ref().map(PageNeighbour::Edition);
    [
        item(at.checked_sub(1)).or_else(|| edition(&neighbours.older)),
        item(at.checked_add(1)).or_else(|| edition(&neighbours.newer)),
    ]
}

/// Dates of which the rank decides which pages are composed.
pub(super) fn wanted_ranks(shift: &Shift) -> Vec<i64> {
    match shift.from {
        Some(i64::MIN) => Vec::new(),
        Some(from) => std::iter::once(from).chain(shift.touched.iter().copied()).collect(),
        // Composing every page costs less than asking for the place of so many.
        None if shift.touched.len() > MANY => Vec::new(),
        None => shift.touched.clone(),
    }
}

/// Ranks from the oldest: where members moved, and where some changed in place.
pub(super) fn ranks(shift: &Shift, rank: impl Fn(i64) -> u64) -> (Option<u64>, Vec<u64>) {
    let moved = match shift.from {
        Some(i64::MIN) => Some(0),
        None if shift.touched.len() > MANY => Some(0),
        from => from.map(&rank),
    };
    let touched = if moved == Some(0) { Vec::new() } else { shift.touched.iter().map(|at| rank(*at)).collect() };
    (moved, touched)
}

pub(super) fn feeds(site: &Site, channel: &Channel, feed: &crate::model::Feed) -> Result<Vec<Output>, publish::Error> {
    let file = |format: &publish::Format| {
        let path = format!("{}{}", channel.folder(), format.file_name());
        Ok(Output::file(path, publish::render(feed, *format)?))
    };
    site.options.formats.iter().map(file).collect()
}

pub(super) fn count(entries: u64) -> usize {
    usize::try_from(entries).unwrap_or(usize::MAX)
}

pub(super) async fn blocking<T: Send + 'static>(
    compose: impl FnOnce() -> Result<T, publish::Error> + Send + 'static,
) -> Result<T, Error> {
    Ok(tokio::task::spawn_blocking(compose).await??)
}
