//! Saves a batch of documents in one transaction: entries, the items that show them, and when each feed is asked next.

use super::items::{Leads, NewItem, about};
use super::reading::{Arrived, Came, ReadFeed};
use super::{Feeds, told};
use crate::collect::feed::KnownEntry;
use crate::collect::feed::stories::{About, MOST_NEW, Met, Plan, joins, plan, published};
use crate::model::{Complaint, Item, PollState};
use crate::pipeline::Error;
use crate::store::{EntryRow, EntryState, NewEntry, StoryState, Write};
use chrono::{DateTime, Duration, Utc};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// How long an entry that left its document is still recognised by other signs than its key.
const REMEMBERED: Duration = Duration::days(30);

/// A document that is being saved.
struct Document {
    /// Place of its input.
    index: usize,
    input_id: i64,
    feed: ReadFeed,
    met: Vec<EntryState>,
    dates: Vec<DateTime<Utc>>,
    plan: Plan,
}

/// An entry of a document.
#[derive(Debug, Clone, Copy)]
struct At {
    document: usize,
    entry: usize,
}

/// Which item shows an entry.
#[derive(Debug, Clone, Copy)]
enum Shown {
    /// One that the store has.
    By(Uuid),
    /// One of those that are seen for the first time.
    ByNew(usize),
    /// The same, and the entry founds it.
    Founds(usize),
}

impl Document {
    fn row(&self, at: usize) -> Option<EntryRow<'_>> {
        let entry = self.feed.entries.get(at)?;
        Some(EntryRow {
            key: &entry.key,
            link: entry.link.as_deref(),
            story: entry.link.as_deref().filter(|_| entry.is_specific),
            title: &entry.item.title,
            content_hash: entry.item.content_hash,
            hash: self.feed.hashes.get(at).copied().unwrap_or_default(),
            written: self.feed.written.get(at).map_or("", String::as_str),
        })
    }
}

impl Feeds<'_> {
    /// Saves what came, and what is to be remembered of asking.
    pub(super) async fn save(&mut self, batch: Vec<Arrived>) -> Result<(), Error> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        let (mut polls, mut documents) = (Vec::with_capacity(batch.len()), Vec::new());
        let mut rooms = Vec::new();
        for arrived in batch {
            let index = arrived.index;
            let (state, feed) = match arrived.came {
                Came::Feed(state, feed) => (state, Some(feed)),
                Came::Same(state) => (state, None),
                _ => continue,
            };
            rooms.push(arrived.room);
            documents.extend(feed.map(|feed| (index, feed)));
            polls.push((index, *state));
        }
        // The order in which they came is chance.
        documents.sort_by_key(|(index, _)| *index);
        self.documents(&mut write, documents).await?;
        self.note_polls(&mut write, polls).await?;
        Ok(write.commit().await?)
    }

    /// Remembers inputs that could not be fetched.
    pub(super) async fn note_failures(&mut self, failures: Vec<(usize, PollState)>) -> Result<(), Error> {
        if failures.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        self.note_polls(&mut write, failures).await?;
        Ok(write.commit().await?)
    }

    /// Remembers what is known of fetching inputs, and complains of what is wrong with that.
    async fn note_polls(&mut self, write: &mut Write, polls: Vec<(usize, PollState)>) -> Result<(), Error> {
        let rows: Vec<(i64, &PollState)> =
            polls.iter().filter_map(|(index, state)| Some((self.known.get(*index)?.id, state))).collect();
        write.put_polls(&rows).await?;
        for (index, state) in polls {
            let Some(known) = self.known.get_mut(index) else { continue };
            known.poll = state;
            let (id, complaint) = (known.id, told::notice(known));
            if let Some(report) = self.reports.get_mut(index) {
                told::asked(report, known);
            }
            self.complain(write, id, told::FETCHING, complaint.as_slice()).await?;
        }
        Ok(())
    }

    async fn complain(
        &mut self,
        write: &mut Write,
        input_id: i64,
        about: &str,
        complaints: &[Complaint],
    ) -> Result<(), Error> {
        let place = (input_id, about.to_owned());
        if !complaints.is_empty() || self.complained.contains(&place) {
            write.put_complaints(input_id, about, complaints).await?;
            self.complained.insert(place);
        }
        Ok(())
    }

    async fn documents(&mut self, write: &mut Write, feeds: Vec<(usize, ReadFeed)>) -> Result<(), Error> {
        if feeds.is_empty() {
            return Ok(());
        }
        let documents = self.planned(write, feeds).await?;
        let mut touched: BTreeSet<Uuid> = BTreeSet::new();
        self.revise(write, &documents, &mut touched).await?;
        self.add(write, &documents, &mut touched).await?;
        self.refresh(write, &touched).await?;
        for document in &documents {
            let Some(known) = self.known.get_mut(document.index) else { continue };
            if !known.same_options {
                write.set_fingerprint(known.id, &known.fingerprint).await?;
                known.same_options = true;
            }
            known.met = true;
            let complaints = told::document(known, &document.feed.complaints, &document.plan);
            if let Some(report) = self.reports.get_mut(document.index) {
                told::read(report, document.feed.entries.len(), &document.plan);
            }
            self.complain(write, document.input_id, told::READING, &complaints).await?;
        }
        Ok(())
    }

    /// Compares documents with what was met of their feeds.
    async fn planned(&mut self, write: &mut Write, feeds: Vec<(usize, ReadFeed)>) -> Result<Vec<Document>, Error> {
        let now = self.cycle.now;
        let known = |index: usize| self.known.get(index);
        let inputs: Vec<i64> = feeds
            .iter()
            .filter_map(|(index, _)| known(*index))
            .filter(|known| known.met)
            .map(|known| known.id)
            .collect();
        let mut met = HashMap::new();
        if !inputs.is_empty() {
            let entries = feeds.iter().filter(|(index, _)| known(*index).is_some_and(|known| known.met));
            let keys: Vec<&str> = entries.flat_map(|(_, feed)| &feed.entries).map(|entry| entry.key.as_str()).collect();
            met = write.entries_of(&inputs, now - REMEMBERED, &keys).await?;
        }
        let mut documents = Vec::with_capacity(feeds.len());
        for (index, feed) in feeds {
            let Some(known) = known(index) else { continue };
            let met = met.remove(&known.id).unwrap_or_default();
            let as_met: Vec<Met> = met.iter().map(as_met).collect();
            let dates: Vec<DateTime<Utc>> =
                feed.entries.iter().enumerate().map(|(place, entry)| published(entry, place, now)).collect();
            let most_new = (known.met && known.same_options).then_some(MOST_NEW);
            let plan = plan(&as_met, &feed.entries, &feed.hashes, &dates, most_new);
            documents.push(Document { index, input_id: known.id, feed, met, dates, plan });
        }
        Ok(documents)
    }

    /// Records how known entries read now, and which left or returned.
    async fn revise(
        &mut self,
        write: &mut Write,
        documents: &[Document],
        touched: &mut BTreeSet<Uuid>,
    ) -> Result<(), Error> {
        let now = self.cycle.now;
        let (mut revised, mut left, mut returned, mut moved) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for document in documents {
            for (met, read) in &document.plan.revised {
                let (Some(met), Some(row)) = (document.met.get(*met), document.row(*read)) else { continue };
                touched.extend(met.item);
                if met.link.as_deref() != row.link {
                    moved.extend(met.item);
                }
                revised.push((met.id, row));
            }
            for (met, read) in &document.plan.renamed {
                revised.extend(document.met.get(*met).map(|met| met.id).zip(document.row(*read)));
            }
            let rows = |places: &[usize]| -> Vec<i64> {
                places.iter().filter_map(|place| document.met.get(*place)).map(|met| met.id).collect()
            };
            left.extend(rows(&document.plan.left));
            returned.extend(rows(&document.plan.returned));
        }
        write.revise_entries(&revised).await?;
        write.note_entries_left(&left, Some(now)).await?;
        write.note_entries_left(&returned, None).await?;
        // Another link may be another story, or the same as another item's.
        Ok(write.mark_stories(&moved).await?)
    }

    /// Records entries that are met for the first time, each with the item that it joins or founds.
    async fn add(
        &mut self,
        write: &mut Write,
        documents: &[Document],
        touched: &mut BTreeSet<Uuid>,
    ) -> Result<(), Error> {
        let now = self.cycle.now;
        let mut placing = Placing::begin(write, documents).await?;
        for (number, document) in documents.iter().enumerate() {
            for entry in &document.plan.new {
                placing.place(At { document: number, entry: *entry });
            }
        }
        let Placing { shown, founded, joined, stories, .. } = placing;
        let mut items = Vec::with_capacity(founded.len());
        for (number, at) in founded.iter().enumerate() {
            let (Some(document), Some(story)) = (documents.get(at.document), stories.get(number)) else { continue };
            let (Some(entry), Some(date)) = (document.feed.entries.get(at.entry), document.dates.get(at.entry)) else {
                continue;
            };
            let carriers = joined.get(&number).into_iter().flatten().filter_map(|at| item_at(documents, *at));
            items.push(NewItem {
                input: self.known.get(document.index).map_or("", |known| known.input.name.as_str()),
                story: story.clone(),
                item: &entry.item,
                carriers: carriers.cloned().collect(),
                published: *date,
            });
        }
        let ids = self.add_items(write, &items).await?;
        let mut entries = Vec::with_capacity(shown.len());
        for (at, shown) in &shown {
            let Some(document) = documents.get(at.document) else { continue };
            let (Some(row), Some(date)) = (document.row(at.entry), document.dates.get(at.entry)) else { continue };
            let joining = now.timestamp().max(1);
            let (item, place, row) = match shown {
                Shown::By(id) => {
                    touched.insert(*id);
                    (Some(*id), joining, row)
                }
                Shown::ByNew(number) => (ids.get(*number).copied(), joining, row),
                // The item holds what it says.
                Shown::Founds(number) => (ids.get(*number).copied(), 0, EntryRow { written: "", ..row }),
            };
            entries.push(NewEntry { input_id: document.input_id, row, published: *date, item, place });
        }
        for document in documents {
            for at in &document.plan.held_back {
                let (Some(row), Some(date)) = (document.row(*at), document.dates.get(*at)) else { continue };
                let row = EntryRow { written: "", ..row };
                entries.push(NewEntry { input_id: document.input_id, row, published: *date, item: None, place: 0 });
            }
        }
        Ok(write.add_entries(&entries, now).await?)
    }
}

/// Finds the item that shows each new entry of a batch.
struct Placing<'a> {
    documents: &'a [Document],
    leads: Leads,
    about: HashMap<String, Vec<StoryState>>,
    /// Items without a story that are not live, by title.
    absent: HashMap<String, Vec<Uuid>>,
    /// Items seen for the first time, by what they are compared by.
    by_story: HashMap<String, usize>,
    shown: Vec<(At, Shown)>,
    founded: Vec<At>,
    stories: Vec<Option<String>>,
    joined: HashMap<usize, Vec<At>>,
}

impl<'a> Placing<'a> {
    async fn begin(write: &mut Write, documents: &'a [Document]) -> Result<Self, Error> {
        let new = || documents.iter().flat_map(|d| d.plan.new.iter().filter_map(|at| d.feed.entries.get(*at)));
        let leads = Leads::of(write, new().map(|entry| &entry.item)).await?;
        let mut asked = BTreeSet::new();
        let mut untold = BTreeSet::new();
        for entry in new() {
            let own = entry.link.as_deref().filter(|_| entry.is_specific);
            match leads.story(&entry.item, own) {
                Some(story) => asked.insert(story),
                None => untold.insert(entry.item.title.as_str()),
            };
            asked.extend(own.map(str::to_owned));
        }
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        let untold: Vec<&str> = untold.into_iter().collect();
        let absent = if !untold.is_empty() && write.any_absent().await? {
            write.absent_by_title(&untold).await?
        } else {
            HashMap::new()
        };
        Ok(Self {
            documents,
            leads,
            about: write.about(&asked).await?,
            absent,
            by_story: HashMap::new(),
            shown: Vec::new(),
            founded: Vec::new(),
            stories: Vec::new(),
            joined: HashMap::new(),
        })
    }

    fn place(&mut self, at: At) {
        let Some(document) = self.documents.get(at.document) else { return };
        let (Some(entry), Some(date)) = (document.feed.entries.get(at.entry), document.dates.get(at.entry)) else {
            return;
        };
        let own = entry.link.as_deref().filter(|_| entry.is_specific);
        let story = self.leads.story(&entry.item, own);
        let keys: Vec<&str> = story.as_deref().into_iter().chain(own).collect();
        let known: Vec<About> = keys.iter().filter_map(|key| self.about.get(*key)).flatten().map(about).collect();
        let found = joins(&known, *date).or_else(|| {
            // Without a story only a title tells which lost item this was.
            let absent = self.absent.get_mut(&entry.item.title).filter(|_| keys.is_empty())?;
            (!absent.is_empty()).then(|| absent.remove(0))
        });
        let here = keys.iter().find_map(|key| self.by_story.get(*key)).copied();
        let shown = match (found, here) {
            (Some(id), _) => Shown::By(id),
            (None, Some(number)) => {
                self.joined.entry(number).or_default().push(at);
                Shown::ByNew(number)
            }
            (None, None) => {
                let number = self.founded.len();
                self.by_story.extend(keys.iter().map(|key| ((*key).to_owned(), number)));
                self.founded.push(at);
                self.stories.push(story);
                Shown::Founds(number)
            }
        };
        self.shown.push((at, shown));
    }
}

fn item_at(documents: &[Document], at: At) -> Option<&Item> {
    documents.get(at.document)?.feed.entries.get(at.entry).map(|entry| &entry.item)
}

fn as_met(state: &EntryState) -> Met {
    let entry = KnownEntry {
        key: state.key.clone(),
        link: state.link.clone(),
        title: state.title.clone(),
        content_hash: state.content_hash,
    };
    Met { entry, hash: state.hash, has_left: state.has_left }
}

#[cfg(test)]
#[path = "tests/saving.rs"]
mod tests;
