//! The feeds and pages of channels, many at a time: what they need of the store is asked at once, and an item that several
//! of them show is loaded once.

use super::compose::{Composer, Cut, Output, PAGE, blocking, count, feeds, ranks, wanted_ranks};
use crate::model::{ChannelKind, StoredItem};
use crate::pipeline::Error;
use crate::publish::{self, layout};
use crate::store::{ChannelState, ItemOrder, Shift};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// Before anything that has a date.
const EVER: i64 = -1_000_000_000_000;

/// Channels composed in one go.
pub(super) const AT_ONCE: usize = 12;

impl Composer<'_> {
    /// The feeds and pages of channels that changed, and how many items each has.
    pub(super) async fn channels(
        &self,
        part: &[(&ChannelState, &Shift)],
    ) -> Result<(Vec<Output>, Vec<(i64, u64)>), Error> {
        let mut asked = Vec::new();
        for (state, shift) in part {
            asked.extend(std::iter::once(EVER).chain(wanted_ranks(shift)).map(|at| (state.id, at)));
        }
        let standing = self.store.members_from(&asked).await?;
        let from = |state: &ChannelState, at| standing.get(&(state.id, at)).copied().unwrap_or_default();
        let (mut outputs, mut members, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        for (state, shift) in part {
            let total = from(state, EVER);
            members.push((state.id, total));
            if !has_feeds(state, total) {
                continue;
            }
            let (cut, before) = (Cut::of(total), Cut::of(state.members));
            let (moved, touched) = ranks(shift, |at| total.saturating_sub(from(state, at)));
            for number in cut.changed(before, moved, &touched) {
                outputs.push(self.page_of_channel(state, cut, number).await?);
            }
            whole.push((*state, total));
        }
        outputs.extend(self.newest(&whole).await?);
        Ok((outputs, members))
    }

    async fn page_of_channel(&self, state: &ChannelState, cut: Cut, number: u32) -> Result<Output, Error> {
        let (older, newer) = cut.beside(number);
        // Counted from the nearer end: pages that change are most often among the newest.
        let ids = if newer < older {
            self.store.channel_items(state.id, ItemOrder::Newest, newer, PAGE).await?
        } else {
            let mut ids = self.store.channel_items(state.id, ItemOrder::Oldest, older, PAGE).await?;
            ids.reverse();
            ids
        };
        let (items, site, channel) =
            (self.store.items(&ids, &self.tags).await?, Arc::clone(&self.site), state.channel.clone());
        blocking(move || {
            let page = publish::list_page(&site, &channel, &items, &cut.page(number), None)?;
            Ok(Output::file(layout::index(&layout::numbered(&channel.folder(), number)), page))
        })
        .await
    }

    /// The feeds and index pages of channels, each with how many items it has, and the pages that they have no longer:
    /// what a pass over all items leaves to do.
    pub(super) async fn newest(&self, part: &[(&ChannelState, u64)]) -> Result<Vec<Output>, Error> {
        let part: Vec<(&ChannelState, u64)> =
            part.iter().filter(|(state, total)| has_feeds(state, *total)).copied().collect();
        let in_feed = self.site.options.items_per_feed;
        let on_index = part.iter().map(|(_, total)| count(Cut::of(*total).on_index())).max().unwrap_or_default();
        let channels: Vec<i64> = part.iter().map(|(state, _)| state.id).collect();
        let ids = self.store.newest_items(&channels, in_feed.max(on_index)).await?;
        let mut seen = HashSet::new();
        let wanted: Vec<Uuid> = ids.values().flatten().copied().filter(|id| seen.insert(*id)).collect();
        let items = self.store.items(&wanted, &self.tags).await?;
        let items: HashMap<Uuid, Arc<StoredItem>> = items.into_iter().map(|item| (item.id, Arc::new(item))).collect();
        let facts = self.facts(&part).await?;
        let part: Vec<(ChannelState, u64)> = part.into_iter().map(|(state, total)| (state.clone(), total)).collect();
        let site = Arc::clone(&self.site);
        blocking(move || {
            let mut outputs = Vec::new();
            for (state, total) in &part {
                let (cut, channel) = (Cut::of(*total), &state.channel);
                let ids = ids.get(&state.id).map_or(&[][..], Vec::as_slice);
                let items: Vec<Arc<StoredItem>> = ids.iter().filter_map(|id| items.get(id).cloned()).collect();
                let newest = items.get(..in_feed).unwrap_or(&items);
                let shown = items.get(..count(cut.on_index())).unwrap_or(&items);
                outputs.extend(removed_pages(state, cut));
                outputs.extend(feeds(&site, channel, &publish::feed(&site, channel, newest, state.emptied_at))?);
                // The front page stands in the place of its index.
                if channel.kind != ChannelKind::Combined {
                    let page = publish::list_page(&site, channel, shown, &cut.paging(0), facts.get(&state.id))?;
                    outputs.push(Output::file(layout::index(&channel.folder()), page));
                }
            }
            Ok(outputs)
        })
        .await
    }
}

/// Whether a channel stands: one that never had an item has neither feed nor page.
fn has_feeds(state: &ChannelState, total: u64) -> bool {
    total > 0 || state.emptied_at.is_some() || state.channel.kind == ChannelKind::Combined
}

fn removed_pages(state: &ChannelState, cut: Cut) -> impl Iterator<Item = Output> {
    let (folder, before) = (state.channel.folder(), Cut::of(state.members));
    (cut.pages + 1..=before.pages).map(move |number| Output::Removed(layout::index(&layout::numbered(&folder, number))))
}
