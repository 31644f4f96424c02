//! Places the entries of documents: the item that each new one joins or founds, and what becomes of the items whose entries
//! were revised.

use super::carrying::{NewStory, about, ask_for_item, carry, found, link_of, refresh};
use super::days::{FeedRules, ask_for_day};
use super::entries::{Plan, ReadDocument, story_of};
use super::question::Question;
use super::scope::{EntryState, Says, Scope};
use super::stories::joins;
use crate::model::{EntryItem, Presence};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap, VecDeque};
use uuid::Uuid;

/// An entry that was read for the first time, and is to be shown.
#[derive(Debug, Clone)]
struct New<'a> {
    /// Name of its input.
    input: &'a str,
    row: i64,
    entry: &'a EntryItem,
    hash: u64,
    published: DateTime<Utc>,
    /// The key under which is remembered where its link leads.
    link: Option<String>,
}

impl<'a> New<'a> {
    /// Its link, where that names one story.
    fn own(&self) -> Option<&'a str> {
        story_of(self.entry)
    }

    /// What it is compared by.
    fn story(&self, scope: &Scope) -> Option<String> {
        let led = self.link.as_ref().and_then(|link| scope.leads.get(link));
        led.cloned().or_else(|| self.own().map(str::to_owned))
    }

    /// Everything that the items are asked for by which it may join.
    fn keys(&self, story: Option<&str>) -> Vec<String> {
        let own = self.own().filter(|own| story != Some(*own));
        story.into_iter().chain(own).map(str::to_owned).collect()
    }
}

/// Documents with what their entries are, about to be placed.
#[derive(Debug)]
pub struct Arrivals<'a> {
    documents: &'a [ReadDocument<'a>],
    plans: &'a [Plan],
    new: Vec<New<'a>>,
}

impl<'a> Arrivals<'a> {
    /// The documents, each with its plan.
    pub fn new(documents: &'a [ReadDocument<'a>], plans: &'a [Plan]) -> Self {
        let mut new = Vec::new();
        for (document, plan) in documents.iter().zip(plans) {
            for at in &plan.new {
                let (Some(entry), Some(published)) = (document.entries.get(*at), plan.dates.get(*at)) else { continue };
                new.push(New {
                    input: document.input,
                    row: document.row,
                    entry,
                    hash: document.hashes.get(*at).copied().unwrap_or_default(),
                    published: *published,
                    link: link_of(&entry.item),
                });
            }
        }
        Self { documents, plans, new }
    }

    /// Asks for what has to be known before the entries are placed, as far as that can be told by now: where a link leads
    /// decides which story is asked for. To be asked again until nothing is left open.
    pub fn ask(&self, question: &mut Question, scope: &Scope, rules: &FeedRules, now: DateTime<Utc>) {
        let mut items: Vec<Uuid> = Vec::new();
        for (_, row, entry) in self.revised() {
            items.extend(scope.entry(row).and_then(|met| met.item));
            question.links.extend(link_of(&entry.item));
        }
        question.items.extend(&items);
        for new in &self.new {
            question.links.extend(new.link.clone());
            let story = new.story(scope);
            let keys = new.keys(story.as_deref());
            if keys.is_empty() {
                question.absent.insert(new.entry.item.title.clone());
            }
            items.extend(keys.iter().flat_map(|key| scope.about(key)).map(|item| item.known.id));
            question.stories.extend(keys);
            ask_for_day(question, rules, new.published);
            question.want(NewStory { input: new.input, story, item: &new.entry.item, published: new.published }.seed());
        }
        if !question.absent.is_empty() {
            items.extend(scope.items().filter(|item| is_absent(item)).map(|item| item.known.id));
        }
        for item in items.iter().filter_map(|id| scope.item(*id)) {
            ask_for_item(question, scope, rules, item);
        }
        if !question.is_empty() {
            question.dates_from(now);
        }
    }

    /// Entries that read otherwise than before, with the document and the row of each.
    fn revised(&self) -> impl Iterator<Item = (&'a ReadDocument<'a>, i64, &'a EntryItem)> {
        let (documents, plans) = (self.documents, self.plans);
        documents.iter().zip(plans).flat_map(|(document, plan)| {
            plan.revised.iter().filter_map(move |(row, at)| Some((document, *row, document.entries.get(*at)?)))
        })
    }

    /// Places everything: revises, adds, and brings the items up to date.
    pub fn place(&self, scope: &mut Scope, rules: &FeedRules, now: DateTime<Utc>) {
        // Items, and whether one of their entries was written otherwise, not only read with other options.
        let mut touched: BTreeMap<Uuid, bool> = BTreeMap::new();
        for (document, plan) in self.documents.iter().zip(self.plans) {
            for row in &plan.left {
                note_left(scope, *row, Some(now));
            }
            for row in &plan.returned {
                note_left(scope, *row, None);
            }
            for (row, at) in plan.revised.iter().chain(&plan.renamed) {
                let Some(item) = revise(scope, document, *row, *at) else { continue };
                *touched.entry(item).or_default() |= document.same_options;
            }
        }
        self.add(scope, rules, &mut touched, now);
        for (document, plan) in self.documents.iter().zip(self.plans) {
            for at in &plan.held_back {
                hold_back(scope, document, plan, *at);
            }
        }
        for (item, same_options) in touched {
            refresh(scope, rules, item, same_options, now);
        }
    }

    /// Adds the new entries, each to the item that it joins or founds.
    fn add(&self, scope: &mut Scope, rules: &FeedRules, touched: &mut BTreeMap<Uuid, bool>, now: DateTime<Utc>) {
        let mut absent = absent_by_title(scope);
        for new in &self.new {
            let story = new.story(scope);
            let keys = new.keys(story.as_deref());
            let known: Vec<_> = keys.iter().flat_map(|key| about(scope, key)).collect();
            let joined = joins(&known, new.published).or_else(|| {
                // Without a story only a title tells which lost item this was.
                absent.get_mut(&new.entry.item.title).filter(|_| keys.is_empty())?.pop_front()
            });
            let says = Says::This(Box::new(new.entry.item.clone()));
            let entry = entry((scope.next_row(), new.row), new.entry, new.hash, new.published, says);
            if let Some(item) = joined {
                touched.entry(item).or_default();
                carry(scope, entry, item, now.timestamp().max(1));
            } else {
                let words = &new.entry.item;
                let story = NewStory { input: new.input, story, item: words, published: new.published };
                let item = found(scope, rules, story, now);
                carry(scope, entry, item, 0);
            }
        }
    }
}

fn is_absent(item: &super::scope::ItemState) -> bool {
    item.by_feed && item.known.story.is_none() && item.known.presence != Presence::Live
}

/// Items of feeds without a story that are not live, by title.
fn absent_by_title(scope: &Scope) -> HashMap<String, VecDeque<Uuid>> {
    let mut absent: Vec<_> = scope.items().filter(|item| is_absent(item)).collect();
    absent.sort_by_key(|item| (item.known.published, item.known.id));
    let mut by_title: HashMap<String, VecDeque<Uuid>> = HashMap::new();
    for item in absent {
        by_title.entry(item.known.title.clone()).or_default().push_back(item.known.id);
    }
    by_title
}

fn note_left(scope: &mut Scope, row: i64, left_at: Option<DateTime<Utc>>) {
    if let Some(entry) = scope.entry(row).cloned() {
        scope.put_entry(EntryState { left_at, ..entry });
    }
}

/// Takes over how an entry reads now. Tells the item whose words may change with it.
fn revise(scope: &mut Scope, document: &ReadDocument<'_>, row: i64, at: usize) -> Option<Uuid> {
    let (before, read) = (scope.entry(row)?.clone(), document.entries.get(at)?);
    let hash = document.hashes.get(at).copied().unwrap_or_default();
    let is_revised = before.hash != hash;
    let says = match before.item {
        Some(_) if is_revised => Says::This(Box::new(read.item.clone())),
        _ => before.says.clone(),
    };
    if let Some(item) = before.item.filter(|_| before.story.as_deref() != story_of(read)) {
        // Another link may be another story, or the same as another item's.
        scope.look_again(item);
    }
    let now = entry((row, document.row), read, hash, before.published, says);
    scope.put_entry(EntryState { item: before.item, place: before.place, left_at: before.left_at, ..now });
    before.item.filter(|_| is_revised)
}

/// Records an entry that is not shown.
fn hold_back(scope: &mut Scope, document: &ReadDocument<'_>, plan: &Plan, at: usize) {
    let (Some(read), Some(published)) = (document.entries.get(at), plan.dates.get(at)) else { return };
    let hash = document.hashes.get(at).copied().unwrap_or_default();
    let held = entry((scope.next_row(), document.row), read, hash, *published, Says::AsItem);
    scope.put_entry(held);
}

/// An entry as it was read, by its row and that of its input.
fn entry((row, input): (i64, i64), read: &EntryItem, hash: u64, published: DateTime<Utc>, says: Says) -> EntryState {
    EntryState {
        row,
        input,
        key: read.key.clone(),
        link: read.link.clone(),
        story: story_of(read).map(str::to_owned),
        title: read.item.title.clone(),
        content_hash: read.item.content_hash,
        hash,
        published,
        item: None,
        place: 0,
        left_at: None,
        says,
    }
}

#[cfg(test)]
#[path = "tests/placing.rs"]
mod tests;
