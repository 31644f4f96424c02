//! Loads what the front page shows.

use super::compose::{Composer, Cut, Output, blocking};
use crate::model::{ChannelKind, Tag};
use crate::pipeline::Error;
use crate::publish::{self, FrontPage};
use crate::store::ChannelState;
use std::cmp::Reverse;
use std::sync::Arc;

/// Editions on the front page: the latest, and those before it.
const EDITIONS: u32 = 7;

/// Items of a day that are shown beside the editions.
const OF_DAY: u32 = 12;

/// Tags that are shown.
const TAGS: usize = 12;

impl Composer<'_> {
    /// The front page. `channels` are those that have items, each with how many.
    pub(super) async fn front(&self, channels: &[ChannelState]) -> Result<Output, Error> {
        let front = self.store.front_editions(EDITIONS).await?;
        let editions = self.store.editions(&front.of_editors, &self.tags, OF_DAY).await?;
        let day = self.store.editions(front.day.as_slice(), &self.tags, OF_DAY).await?;
        let of = |kind| channels.iter().filter(move |state| state.channel.kind == kind);
        let mut by_weight: Vec<&ChannelState> = of(ChannelKind::Tag).filter(|state| state.members > 0).collect();
        by_weight.sort_by_key(|state| (Reverse(state.members), &state.channel.slug));
        let tag = |state: &&ChannelState| Tag { name: state.channel.name.clone(), slug: state.channel.slug.clone() };
        let tags: Vec<Tag> = by_weight.iter().take(TAGS).map(tag).collect();
        let total = of(ChannelKind::Combined).map(|state| state.members).max().unwrap_or_default();
        let site = Arc::clone(&self.site);
        blocking(move || {
            let page = FrontPage {
                editions: &editions,
                edition_count: front.count,
                day: day.first(),
                tags: &tags,
                paging: Cut::of(total).paging(0),
            };
            Ok(Output::file(publish::layout::index(""), publish::front_page(&site, &page)?))
        })
        .await
    }
}
