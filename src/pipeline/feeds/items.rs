//! Items of feeds as rows: new ones, and those whose entries changed. What they show is their first carrier's.

use super::Feeds;
use super::naming::{Seed, dated, names};
use crate::collect::feed::stories::{About, link_key};
use crate::model::{Item, KnownItem, LinkKey, Presence, Sketch, Verdict};
use crate::pipeline::Error;
use crate::store::{Carrier, ItemRow, ItemState, Seconds, StoryState, Write};
use crate::verify::is_shown;
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// An item that is seen for the first time.
#[derive(Debug)]
pub(super) struct NewItem<'a> {
    /// Name of the input.
    pub(super) input: &'a str,
    /// What it is compared by, where that names one story.
    pub(super) story: Option<String>,
    /// What is shown.
    pub(super) item: &'a Item,
    /// What others say who carry it.
    pub(super) carriers: Vec<Item>,
    /// When it was published.
    pub(super) published: DateTime<Utc>,
}

/// Where links lead that lead elsewhere, as far as it was asked.
#[derive(Debug, Default)]
pub(super) struct Leads {
    led: HashMap<String, String>,
}

impl Leads {
    /// Asks for the links of some items.
    pub(super) async fn of(write: &mut Write, items: impl Iterator<Item = &Item>) -> Result<Self, Error> {
        if !write.any_leads_elsewhere().await? {
            return Ok(Self::default());
        }
        let links: Vec<String> = items.filter_map(|item| link_key(&item.sources.first()?.url)).collect();
        let mut led = write.led_to(&links).await?;
        let places: BTreeSet<String> = led.values().cloned().collect();
        for place in places {
            if write.is_led_to_often(&place).await? {
                led.retain(|_, to| *to != place);
            }
        }
        Ok(Self { led })
    }

    /// What an item is compared by: where its link leads, else the link, where that names one story.
    pub(super) fn story(&self, item: &Item, own: Option<&str>) -> Option<String> {
        let link = item.sources.first().and_then(|source| link_key(&source.url));
        let led = link.and_then(|link| self.led.get(&link)).cloned();
        led.or_else(|| own.map(str::to_owned))
    }
}

/// What is known of a story, for the decider.
pub(in crate::pipeline) fn about(state: &StoryState) -> About {
    let StoryState { item, by_feed, presence, published, first_seen, .. } = *state;
    About { item, by_feed, presence, published, first_seen }
}

/// The identity of a feed's item, as its words are now.
pub(super) fn describe(item: &Item, story: Option<String>, id: Uuid, short_id: String) -> KnownItem {
    KnownItem {
        id,
        short_id,
        title: item.title.clone(),
        source: item.sources.first().and_then(|source| LinkKey::of(&source.url)).map(|key| key.to_string()),
        story,
        // A feed's item is recognised by its entries, and by its story when the store was lost.
        sketch: Sketch::default(),
        content_hash: item.content_hash,
        position: 0,
        published: DateTime::UNIX_EPOCH,
        updated: DateTime::UNIX_EPOCH,
        presence: Presence::Live,
        first_seen: DateTime::UNIX_EPOCH,
        shown: true,
    }
}

impl Feeds<'_> {
    /// Saves items that are seen for the first time; gives back their ids, in order.
    pub(super) async fn add_items(&mut self, write: &mut Write, new: &[NewItem<'_>]) -> Result<Vec<Uuid>, Error> {
        let now = self.cycle.now;
        let seeds: Vec<Seed<'_>> = new.iter().map(seed).collect();
        let names = names(write, &seeds).await?;
        let showing = self.cycle.options.verify.showing;
        let mut known = Vec::with_capacity(new.len());
        for (item, (id, short_id)) in new.iter().zip(&names) {
            let seconds = self.seconds(write).await?;
            let (published, updated) = dated(seconds, item.published, now);
            let (edition, position) = self.days.of(write, published, now).await?;
            // What is known of the source is asked for at the end of the cycle, once it is checked.
            let source = item.item.sources.first().map(|_| Verdict::Unchecked);
            known.push((
                edition,
                KnownItem {
                    position,
                    published,
                    updated,
                    first_seen: now,
                    shown: is_shown(showing, source, false, now, now),
                    ..describe(item.item, item.story.clone(), *id, short_id.clone())
                },
            ));
        }
        let rows: Vec<ItemRow<'_>> = new
            .iter()
            .zip(&known)
            .map(|(item, (edition, known))| ItemRow {
                edition: *edition,
                known,
                written: Some(item.item),
                carriers: &item.carriers,
                is_new: true,
            })
            .collect();
        write.save_items(&rows, now).await?;
        let days = known.iter().map(|(edition, _)| *edition).collect();
        self.days.settle(write, &days, now).await?;
        Ok(known.into_iter().map(|(_, known)| known.id).collect())
    }

    /// Brings items up to date with the entries that carry them: a feed's item says what its first carrier does, and leaves
    /// with its last one; an editor's only names them.
    pub(super) async fn refresh(&mut self, write: &mut Write, items: &BTreeSet<Uuid>) -> Result<(), Error> {
        if items.is_empty() {
            return Ok(());
        }
        let now = self.cycle.now;
        let ids: Vec<Uuid> = items.iter().copied().collect();
        let mut states = write.item_states(&ids).await?;
        let mut carriers = write.carriers(&ids).await?;
        let firsts = carriers.values().filter_map(|carriers| Some(&carriers.first()?.item));
        let leads = Leads::of(write, firsts).await?;
        let (mut saved, mut days, mut editors) = (Vec::with_capacity(ids.len()), BTreeSet::new(), BTreeSet::new());
        for id in &ids {
            let Some(state) = states.remove(id) else { continue };
            let carriers = carriers.remove(id).unwrap_or_default();
            if state.by_feed {
                days.insert(state.edition);
                saved.push(self.of_feed(write, state, carriers, &leads).await?);
                days.extend(saved.last().map(|saved| saved.edition));
            } else if state.known.presence == Presence::Live {
                editors.insert(state.edition);
                saved.push(Saved::of_editor(state, carriers));
            }
        }
        let rows: Vec<ItemRow<'_>> = saved.iter().map(Saved::row).collect();
        write.save_items(&rows, now).await?;
        for edition in editors {
            write.touch_edition(edition).await?;
        }
        self.days.settle(write, &days, now).await
    }

    async fn of_feed(
        &mut self,
        write: &mut Write,
        state: ItemState,
        carriers: Vec<Carrier>,
        leads: &Leads,
    ) -> Result<Saved, Error> {
        let ItemState { mut edition, known, .. } = state;
        let mut carriers = carriers.into_iter();
        let Some(first) = carriers.next() else {
            let presence = if known.presence == Presence::Live { Presence::Left } else { known.presence };
            let known = KnownItem { presence, ..known };
            return Ok(Saved { edition, known, written: None, carriers: Vec::new() });
        };
        let story = leads.story(&first.item, first.story.as_deref());
        let KnownItem { position, published, updated, first_seen, shown, .. } = known;
        let mut next = KnownItem {
            position,
            published,
            updated,
            first_seen,
            shown,
            ..describe(&first.item, story, known.id, known.short_id)
        };
        if known.content_hash != next.content_hash {
            next.updated = self.free_second(write).await?;
        }
        if known.presence != Presence::Live {
            (edition, next.position) = self.days.of(write, published, self.cycle.now).await?;
        }
        let carriers = carriers.map(|carrier| carrier.item).collect();
        Ok(Saved { edition, known: next, written: Some(first.item), carriers })
    }

    /// The nearest second up to now at which no item changed.
    pub(super) async fn free_second(&mut self, write: &mut Write) -> Result<DateTime<Utc>, Error> {
        let now = self.cycle.now;
        let second = self.seconds(write).await?.take_up_to(now.timestamp());
        Ok(DateTime::from_timestamp(second, 0).unwrap_or(now))
    }

    async fn seconds(&mut self, write: &mut Write) -> Result<&mut Seconds, Error> {
        if self.seconds.is_none() {
            self.seconds = Some(write.item_seconds().await?);
        }
        Ok(self.seconds.get_or_insert_default())
    }
}

/// A row that owns what it shows.
pub(super) struct Saved {
    pub(super) edition: Uuid,
    pub(super) known: KnownItem,
    pub(super) written: Option<Item>,
    pub(super) carriers: Vec<Item>,
}

impl Saved {
    fn of_editor(state: ItemState, carriers: Vec<Carrier>) -> Self {
        let carriers = carriers.into_iter().map(|carrier| carrier.item).collect();
        Self { edition: state.edition, known: state.known, written: state.written, carriers }
    }

    pub(super) fn row(&self) -> ItemRow<'_> {
        let Self { edition, known, written, carriers } = self;
        ItemRow { edition: *edition, known, written: written.as_ref(), carriers, is_new: false }
    }
}

fn seed<'a>(new: &'a NewItem<'_>) -> Seed<'a> {
    Seed {
        input: new.input,
        day: new.published.format("%Y-%m-%d").to_string(),
        story: new.story.as_deref().unwrap_or(&new.item.title),
    }
}
