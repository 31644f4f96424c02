//! What a document of a feed says beside what was met of it: which entries are new, revised, returned or gone. Pure.

use super::matching::{KnownEntry, date_of, match_entries};
use super::question::{EntriesAsked, Question};
use super::scope::{EntryState, Scope};
use crate::model::EntryItem;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{HashMap, HashSet};

/// New items of one poll of a feed that is known; more at once are recorded, but not shown.
pub const MOST_NEW: usize = 500;

/// How long an entry that left its document is found again by other signs than its key.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

/// Entries that stood in a document before one can say that nearly all of them were replaced.
const FEW: usize = 5;

/// A document of a feed that was read.
#[derive(Debug, Clone, Copy)]
pub struct ReadDocument<'a> {
    /// Name of its input.
    pub input: &'a str,
    /// Row of its input.
    pub row: i64,
    /// Whether entries of its input were taken over before.
    pub is_met: bool,
    /// Whether they were taken over with the options of today.
    pub same_options: bool,
    /// Whether it was cut: what is missing in it may still stand there.
    pub is_cut: bool,
    /// Its entries.
    pub entries: &'a [EntryItem],
    /// Per entry, the hash of all that is taken over.
    pub hashes: &'a [u64],
}

/// What the entries of a document are, by their places among those read and the rows of those met.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Read for the first time and to be shown, the newest first.
    pub new: Vec<usize>,
    /// Read for the first time, but too many at once.
    pub held_back: Vec<usize>,
    /// Met and read: something that is taken over is not as it was.
    pub revised: Vec<(i64, usize)>,
    /// Met and read: only what tells it from the others is not as it was.
    pub renamed: Vec<(i64, usize)>,
    /// Met, and in the document again.
    pub returned: Vec<i64>,
    /// Met, and no longer in the document.
    pub left: Vec<i64>,
    /// Met and read, as before.
    pub same: usize,
    /// When each read entry was published.
    pub dates: Vec<DateTime<Utc>>,
    /// Whether nearly all entries were replaced at once, by some that are no newer: another feed may have taken the address.
    pub looks_new: bool,
}

/// Asks for the entries that were met of the feeds of documents.
pub fn ask_for_documents(question: &mut Question, documents: &[ReadDocument<'_>], now: DateTime<Utc>) {
    let met = || documents.iter().filter(|document| document.is_met);
    let inputs: Vec<i64> = met().map(|document| document.row).collect();
    if inputs.is_empty() {
        return;
    }
    let keys = met().flat_map(|document| document.entries).map(|entry| entry.key.clone()).collect();
    question.entries = Some(EntriesAsked { inputs, left_after: now - REMEMBERED, keys });
}

/// Compares documents with what was met of their feeds.
pub fn plan_documents(scope: &Scope, documents: &[ReadDocument<'_>], now: DateTime<Utc>) -> Vec<Plan> {
    let mut met: HashMap<i64, Vec<&EntryState>> = HashMap::new();
    // Those that stand in their documents come first, so that of equals they are met again.
    let (here, gone): (Vec<_>, Vec<_>) = scope.entries().partition(|entry| entry.left_at.is_none());
    for entry in here.into_iter().chain(gone) {
        met.entry(entry.input).or_default().push(entry);
    }
    let plan = |document: &ReadDocument<'_>| plan(met.get(&document.row).map_or(&[], Vec::as_slice), document, now);
    documents.iter().map(plan).collect()
}

/// Compares a document with the entries that were met of its feed.
fn plan(met: &[&EntryState], document: &ReadDocument<'_>, now: DateTime<Utc>) -> Plan {
    let read = document.entries;
    let known: Vec<KnownEntry<'_>> = met.iter().map(|entry| KnownEntry::of(entry)).collect();
    let dates = read.iter().enumerate().map(|(place, entry)| published(entry, place, now)).collect();
    let mut plan = Plan { dates, ..Plan::default() };
    let mut found = HashSet::new();
    for (at, of) in match_entries(&known, read).into_iter().enumerate() {
        let Some((before, entry)) = of.and_then(|index| met.get(index)).zip(read.get(at)) else {
            plan.new.push(at);
            continue;
        };
        found.insert(before.row);
        if before.left_at.is_some() {
            plan.returned.push(before.row);
        }
        if document.hashes.get(at) != Some(&before.hash) {
            plan.revised.push((before.row, at));
            continue;
        }
        plan.same += 1;
        if entry.key != before.key || entry.link != before.link || story_of(entry) != before.story.as_deref() {
            plan.renamed.push((before.row, at));
        }
    }
    let here = met.iter().filter(|entry| entry.left_at.is_none() && !document.is_cut);
    plan.left = here.filter(|entry| !found.contains(&entry.row)).map(|entry| entry.row).collect();
    plan.looks_new = looks_new(met, read, &plan);
    let dates = &plan.dates;
    plan.new.sort_by_key(|at| (dates.get(*at).map(|date| std::cmp::Reverse(*date)), *at));
    if document.is_met && document.same_options && plan.new.len() > MOST_NEW {
        plan.held_back = plan.new.split_off(MOST_NEW);
    }
    plan
}

/// The link of an entry, where that names one story.
pub(super) fn story_of(entry: &EntryItem) -> Option<&str> {
    entry.link.as_deref().filter(|_| entry.is_specific)
}

/// When an entry that is first seen now was published: as it says, but not later than now; without a date now, less its
/// place in the document, so that the order stays.
fn published(entry: &EntryItem, place: usize, now: DateTime<Utc>) -> DateTime<Utc> {
    let now = DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now);
    match date_of(entry) {
        Some(date) => date.min(now),
        None => now - TimeDelta::seconds(i64::try_from(place).unwrap_or_default()),
    }
}

/// Whether nine of ten entries were replaced at once. A feed that only publishes much has newer ones afterwards.
fn looks_new(met: &[&EntryState], read: &[EntryItem], plan: &Plan) -> bool {
    let here = || met.iter().filter(|entry| entry.left_at.is_none());
    let nearly_all = |part: usize, of: usize| part * 10 >= of * 9;
    let newest = here().map(|entry| entry.published).max();
    let is_newer = |at: &usize| read.get(*at).and_then(date_of) > newest;
    here().count() >= FEW
        && nearly_all(plan.left.len(), here().count())
        && nearly_all(plan.new.len(), read.len())
        && !plan.new.is_empty()
        && !plan.new.iter().all(is_newer)
}

#[cfg(test)]
#[path = "tests/entries.rs"]
mod tests;
