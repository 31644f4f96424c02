//! Looks again at stories of which something changed: an editor's item that came, left or turned to another source, a link
//! that is known to lead elsewhere now, an input that was withdrawn. What is one story is decided by
//! `collect::feed::stories`.

use super::items::{Leads, NewItem, Saved, about, describe};
use super::{Feeds, told};
use crate::collect::feed::stories::{About, is_older, joins, merges_with};
use crate::model::{Item, KnownItem, Presence};
use crate::pipeline::{Error, Input};
use crate::store::{Carrier, ItemState, Write};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Items looked at in one transaction.
const BATCH: u32 = 200;

/// An item that is looked at.
struct Looked {
    state: ItemState,
    carriers: Vec<Carrier>,
    /// What it is compared by.
    story: Option<String>,
}

impl Looked {
    fn about(&self) -> About {
        let KnownItem { id, presence, published, first_seen, .. } = self.state.known;
        About { item: id, by_feed: self.state.by_feed, presence, published, first_seen }
    }
}

impl Feeds<'_> {
    /// Lets go of what feeds carried that are no longer configured.
    pub(super) async fn withdraw_others(&mut self) -> Result<(), Error> {
        let inputs = &self.cycle.options.inputs;
        let names: Vec<&str> = inputs.iter().filter(|input| matches!(input, Input::Feed(_))).map(Input::name).collect();
        let mut write = self.write().await?;
        for input_id in write.feeds_but(&names).await? {
            write.forget_entries(input_id).await?;
            write.forget_poll(input_id).await?;
            for about in [told::FETCHING, told::READING] {
                write.put_complaints(input_id, about, &[]).await?;
            }
        }
        Ok(write.commit().await?)
    }

    /// Lets the editions of days that have ended enter their list.
    pub(super) async fn list_days(&mut self) -> Result<(), Error> {
        let mut write = self.write().await?;
        write.list_days(self.cycle.now).await?;
        Ok(write.commit().await?)
    }

    /// Looks at every marked item.
    pub(super) async fn settle_stories(&mut self) -> Result<(), Error> {
        loop {
            let mut write = self.write().await?;
            let marked = write.take_marked_stories(BATCH).await?;
            for id in &marked {
                if let Some(looked) = look(&mut write, *id).await? {
                    self.settle(&mut write, looked).await?;
                }
            }
            write.commit().await?;
            if marked.is_empty() || self.cycle.stop.is_cancelled() {
                return Ok(());
            }
        }
    }

    async fn settle(&mut self, write: &mut Write, looked: Looked) -> Result<(), Error> {
        let id = looked.state.known.id;
        match (looked.state.by_feed, looked.state.known.presence) {
            (false, Presence::Live) => {
                let strangers = self.strangers(write, &looked).await?;
                for carrier in strangers {
                    self.find_another(write, id, &carrier).await?;
                }
                self.refresh(write, &BTreeSet::from([id])).await?;
                self.merge(write, &looked).await
            }
            (false, Presence::Left) if !looked.carriers.is_empty() => self.give_back(write, looked).await,
            (true, Presence::Live) => {
                self.refresh(write, &BTreeSet::from([id])).await?;
                match look(write, id).await? {
                    Some(looked) if looked.state.known.presence == Presence::Live => self.merge(write, &looked).await,
                    _ => Ok(()),
                }
            }
            (true, _) if !looked.carriers.is_empty() => self.refresh(write, &BTreeSet::from([id])).await,
            _ => Ok(()),
        }
    }

    /// Those who carry an editor's item but are not about its story any more, since it turned to another.
    async fn strangers(&self, write: &mut Write, looked: &Looked) -> Result<Vec<Carrier>, Error> {
        let leads = Leads::of(write, looked.carriers.iter().map(|carrier| &carrier.item)).await?;
        let is_stranger = |carrier: &&Carrier| {
            let story = leads.story(&carrier.item, carrier.story.as_deref());
            story != looked.story && carrier.story != looked.story
        };
        Ok(looked.carriers.iter().filter(is_stranger).cloned().collect())
    }

    /// Finds the item that an entry belongs to when it cannot stay with the one that it carried.
    async fn find_another(&mut self, write: &mut Write, left: Uuid, carrier: &Carrier) -> Result<(), Error> {
        write.release_entries(&[carrier.id]).await?;
        let leads = Leads::of(write, std::iter::once(&carrier.item)).await?;
        let story = leads.story(&carrier.item, carrier.story.as_deref());
        let others = others(write, story.as_deref(), left).await?;
        if let Some(item) = joins(&others, carrier.published) {
            write.assign_entry(carrier.id, item, self.cycle.now.timestamp()).await?;
            return self.refresh(write, &BTreeSet::from([item])).await;
        }
        let new = NewItem { input: "", story, item: &carrier.item, carriers: Vec::new(), published: carrier.published };
        for item in self.add_items(write, &[new]).await? {
            write.assign_entry(carrier.id, item, 0).await?;
        }
        Ok(())
    }

    /// An editor's item left: its story goes on as another editor's, else as the feed's item that it was, in its day.
    async fn give_back(&mut self, write: &mut Write, looked: Looked) -> Result<(), Error> {
        let id = looked.state.known.id;
        let others = others(write, looked.story.as_deref(), id).await?;
        let editors: Vec<About> = others.into_iter().filter(|other| !other.by_feed).collect();
        if let Some(other) = joins(&editors, looked.state.known.published) {
            write.carry_instead(id, other).await?;
            return self.refresh(write, &BTreeSet::from([other])).await;
        }
        let ItemState { edition, known, .. } = looked.state;
        let mut carriers = looked.carriers.into_iter();
        let Some(first) = carriers.next() else { return Ok(()) };
        let (day, position) = self.days.of(write, known.published, self.cycle.now).await?;
        let KnownItem { published, first_seen, shown, .. } = known;
        let leads = Leads::of(write, std::iter::once(&first.item)).await?;
        let story = leads.story(&first.item, first.story.as_deref());
        let updated = self.free_second(write).await?;
        let returned = KnownItem {
            position,
            published,
            updated,
            first_seen,
            shown,
            ..describe(&first.item, story, known.id, known.short_id)
        };
        let carriers: Vec<Item> = carriers.map(|carrier| carrier.item).collect();
        let saved = Saved { edition: day, known: returned, written: Some(first.item), carriers };
        write.save_items(&[saved.row()], self.cycle.now).await?;
        write.touch_edition(edition).await?;
        self.days.settle(write, &BTreeSet::from([day]), self.cycle.now).await
    }

    /// Makes one item of two that are one story, as long as there is another.
    async fn merge(&mut self, write: &mut Write, looked: &Looked) -> Result<(), Error> {
        let this = looked.about();
        let others = others(write, looked.story.as_deref(), this.item).await?;
        let Some(other) = merges_with(&this, &others) else { return Ok(()) };
        let (stays, leaves) = if is_older(&this, &other) { (this, other) } else { (other, this) };
        if leaves.by_feed {
            write.carry_instead(leaves.item, stays.item).await?;
            self.refresh(write, &BTreeSet::from([leaves.item, stays.item])).await?;
        } else {
            self.take_over(write, stays.item, leaves.item).await?;
        }
        // There may be a third.
        Ok(write.mark_stories(&[stays.item]).await?)
    }

    /// A feed's item is older than the editor's that is the same story: it goes on with the editor's words in the editor's
    /// edition, and the editor's leaves.
    async fn take_over(&mut self, write: &mut Write, older: Uuid, newer: Uuid) -> Result<(), Error> {
        write.keep_written(&[older]).await?;
        write.carry_instead(newer, older).await?;
        let mut states = write.item_states(&[older, newer]).await?;
        let (Some(feed), Some(editors)) = (states.remove(&older), states.remove(&newer)) else { return Ok(()) };
        let carriers = write.carriers(&[older]).await?.remove(&older).unwrap_or_default();
        let KnownItem { id, short_id, published, first_seen, shown, .. } = feed.known;
        let updated = self.free_second(write).await?;
        let known = KnownItem { id, short_id, published, updated, first_seen, shown, ..editors.known.clone() };
        let carriers = carriers.into_iter().map(|carrier| carrier.item).collect();
        let gone = KnownItem { presence: Presence::Left, ..editors.known };
        let saved = [
            Saved { edition: editors.edition, known, written: editors.written, carriers },
            Saved { edition: editors.edition, known: gone, written: None, carriers: Vec::new() },
        ];
        write.save_items(&[saved[0].row(), saved[1].row()], self.cycle.now).await?;
        write.touch_edition(editors.edition).await?;
        self.days.settle(write, &BTreeSet::from([feed.edition]), self.cycle.now).await
    }
}

/// An item as it stands, with who carries it.
async fn look(write: &mut Write, id: Uuid) -> Result<Option<Looked>, Error> {
    let Some(state) = write.item_states(&[id]).await?.remove(&id) else { return Ok(None) };
    let carriers = write.carriers(&[id]).await?.remove(&id).unwrap_or_default();
    let leads = Leads::of(write, state.written.iter()).await?;
    let own = state.known.story.as_deref();
    let story = state.written.as_ref().map_or(own.map(str::to_owned), |item| leads.story(item, own));
    Ok(Some(Looked { state, carriers, story }))
}

/// Other items that are about a story.
async fn others(write: &mut Write, story: Option<&str>, but: Uuid) -> Result<Vec<About>, Error> {
    let asked: Vec<&str> = story.into_iter().collect();
    let found = write.about(&asked).await?;
    let found = found.values().flatten().map(about);
    Ok(found.filter(|other| other.item != but).collect())
}
