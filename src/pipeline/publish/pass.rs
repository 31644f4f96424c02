//! Composes the numbered pages of all channels in one pass over the items.
//!
//! Every item stands on one page of each of its channels; read once from the oldest on, it is put on all of
//! them, and a page that is full is written and forgotten. So a first publish reads the store once, and keeps little.

use super::compose::{Composer, Cut, Output};
use crate::model::{Channel, StoredItem};
use crate::pipeline::Error;
use crate::publish::{self, Site, layout};
use crate::store::ChannelState;
use futures::{Stream, StreamExt, stream};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Items read at once.
const PART: u64 = 250;

/// Parts that are composed at once.
const WORKERS: usize = 3;

/// A page that is full.
struct Full {
    channel: Arc<Channel>,
    cut: Cut,
    number: u32,
    items: Vec<Arc<StoredItem>>,
}

/// A channel of which pages are being filled.
struct Filling {
    channel: Arc<Channel>,
    cut: Cut,
    number: u32,
    items: Vec<Arc<StoredItem>>,
}

impl Filling {
    /// Puts the next newer item on the page; gives back the page when it is full.
    fn put(&mut self, item: &Arc<StoredItem>) -> Option<Full> {
        // The rest stands on the index page.
        if self.number > self.cut.pages {
            return None;
        }
        self.items.push(Arc::clone(item));
        if u64::try_from(self.items.len()).unwrap_or(u64::MAX) < super::compose::PAGE {
            return None;
        }
        let (channel, cut, number) = (Arc::clone(&self.channel), self.cut, self.number);
        self.number += 1;
        let mut items = std::mem::take(&mut self.items);
        items.reverse();
        Some(Full { channel, cut, number, items })
    }
}

/// A pass under way.
struct Pass<'a> {
    composer: &'a Composer<'a>,
    filling: HashMap<i64, Filling>,
    last: Option<(i64, Uuid)>,
}

impl Pass<'_> {
    /// How many items came next, with the pages that they fill.
    async fn next(&mut self) -> Result<Option<(usize, Vec<Full>)>, Error> {
        let store = self.composer.store;
        let part = store.items_after(self.last, PART).await?;
        let Some(last) = part.last() else { return Ok(None) };
        self.last = Some(*last);
        let ids: Vec<Uuid> = part.into_iter().map(|(_, id)| id).collect();
        let mut standing = store.channels_of(&ids).await?;
        let items = store.items(&ids, &self.composer.tags).await?;
        let mut full = Vec::new();
        for item in items.into_iter().map(Arc::new) {
            for channel in standing.remove(&item.id).unwrap_or_default() {
                full.extend(self.filling.get_mut(&channel).and_then(|filling| filling.put(&item)));
            }
        }
        Ok(Some((ids.len(), full)))
    }
}

/// All pages, a part of the items at a time, with how many items that were. `counts` tells how many items each channel has.
pub(super) fn pages<'a>(
    composer: &'a Composer<'a>,
    channels: &[ChannelState],
    counts: &HashMap<i64, u64>,
) -> impl Stream<Item = Result<(usize, Vec<Output>), Error>> + 'a {
    let filling = channels.iter().map(|state| {
        let cut = Cut::of(counts.get(&state.id).copied().unwrap_or_default());
        (state.id, Filling { channel: Arc::new(state.channel.clone()), cut, number: 1, items: Vec::new() })
    });
    let pass = Pass { composer, filling: filling.collect(), last: None };
    let parts = stream::unfold(Some(pass), async |pass| {
        let mut pass = pass?;
        match pass.next().await {
            Ok(Some(part)) => Some((Ok(part), Some(pass))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    let site = Arc::clone(&composer.site);
    let pages = parts.map(move |part| {
        let site = Arc::clone(&site);
        async move {
            let (items, full) = part?;
            Ok((items, super::compose::blocking(move || compose(&site, full)).await?))
        }
    });
    pages.buffered(WORKERS)
}

fn compose(site: &Site, full: Vec<Full>) -> Result<Vec<Output>, publish::Error> {
    let page = |Full { channel, cut, number, items }: Full| {
        let page = publish::list_page(site, &channel, &items, &cut.page(number), None)?;
        Ok(Output::file(layout::index(&layout::numbered(&channel.folder(), number)), page))
    };
    full.into_iter().map(page).collect()
}
