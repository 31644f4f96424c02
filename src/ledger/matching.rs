//! Decides which stored entry each read entry is, so that a feed that changes its ids, or lists its entries in another order,
//! floods nobody. Pure and linear.

use super::scope::EntryState;
use crate::model::{EntryItem, is_specific};
use chrono::{DateTime, Utc};
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// An earlier date means that there is none: `0001-01-01` and 1970 are what programs write for it.
const NO_DATE_BEFORE: i64 = 365 * 24 * 3600;

/// An entry that was met before, as it was last read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownEntry<'a> {
    /// [`EntryItem::key`].
    pub(super) key: &'a str,
    /// [`EntryItem::link`].
    pub(super) link: Option<&'a str>,
    /// [`EntryItem::is_specific`].
    pub(super) is_specific: bool,
    /// Title of its item.
    pub(super) title: &'a str,
    /// Content hash of its item.
    pub(super) content_hash: u64,
    /// When it was published, at latest when it was first seen.
    pub(super) published: DateTime<Utc>,
}

impl<'a> KnownEntry<'a> {
    /// What a stored entry is recognised by.
    pub(super) fn of(entry: &'a EntryState) -> Self {
        Self {
            key: &entry.key,
            link: entry.link.as_deref(),
            is_specific: entry.story.is_some(),
            title: &entry.title,
            content_hash: entry.content_hash,
            published: entry.published,
        }
    }

    /// Its link, where that names one story.
    fn specific(&self) -> Option<&str> {
        self.link.filter(|_| self.is_specific)
    }
}

/// The date that an entry bears, in whole seconds; `None` where it bears none that means anything.
pub(super) fn date_of(entry: &EntryItem) -> Option<DateTime<Utc>> {
    let date = entry.published.filter(|date| date.timestamp() >= NO_DATE_BEFORE)?;
    Some(DateTime::from_timestamp(date.timestamp(), 0).unwrap_or(date))
}

/// For each read entry, which of the known ones it is; none twice. The first of these that holds decides:
///
/// 1. They have the same key. So a key that is both known and read is never given to another entry.
/// 2. They have the same link and title: the feed changed its ids. Of several such, those with the same content, then the
///    others in order.
/// 3. They have the same link, which names this story alone among all that are known to be named by theirs and among all
///    that are read.
/// 4. Neither has a link, and title and content are the same.
/// 5. Title, content and date are the same: the feed changed ids and links, as one that moves house does. Words that entries
///    of several dates share tell nothing.
pub(super) fn match_entries(known: &[KnownEntry<'_>], read: &[EntryItem]) -> Vec<Option<usize>> {
    let mut pairs = Pairs { known, read, found: vec![None; read.len()], taken: vec![false; known.len()] };
    pairs.pair(|k| Some(k.key), |r| Some(r.key.as_str()));
    pairs.pair(
        |k| k.link.map(|link| (link, k.title, k.content_hash)),
        |r| r.link.as_deref().map(|link| (link, r.item.title.as_str(), r.item.content_hash)),
    );
    pairs.pair(|k| k.link.map(|link| (link, k.title)), |r| r.link.as_deref().map(|link| (link, r.item.title.as_str())));
    if pairs.is_done() {
        return pairs.found;
    }
    let known_once = once(known.iter().map(KnownEntry::specific));
    let read_once = once(read.iter().map(|r| r.link.as_deref()));
    let names_it = |link: &str| is_specific(link) && known_once.contains_key(link) && read_once.contains_key(link);
    pairs.pair(|k| k.specific().filter(|link| names_it(link)), |r| r.link.as_deref().filter(|link| names_it(link)));
    pairs.pair(
        |k| k.link.is_none().then_some((k.title, k.content_hash)),
        |r| r.link.is_none().then_some((r.item.title.as_str(), r.item.content_hash)),
    );
    if !pairs.is_done() {
        pairs.pair_by_words();
    }
    pairs.found
}

/// Title and content.
type Words<'a> = (&'a str, u64);

fn words_of(entry: &EntryItem) -> Words<'_> {
    (&entry.item.title, entry.item.content_hash)
}

/// The links that occur exactly once.
fn once<'a>(links: impl Iterator<Item = Option<&'a str>>) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for link in links.flatten() {
        *counts.entry(link).or_insert(0) += 1;
    }
    counts.retain(|_, count| *count == 1);
    counts
}

/// What is paired so far.
struct Pairs<'a> {
    known: &'a [KnownEntry<'a>],
    read: &'a [EntryItem],
    found: Vec<Option<usize>>,
    taken: Vec<bool>,
}

impl<'a> Pairs<'a> {
    /// Whether nothing is left to pair on one of the sides.
    fn is_done(&self) -> bool {
        self.found.iter().all(Option::is_some) || self.taken.iter().all(|taken| *taken)
    }

    /// Pairs, in order, what is left on both sides and has the same title, content and date.
    fn pair_by_words(&mut self) {
        let (known, read) = (self.known, self.read);
        let said = known.iter().map(|k| ((k.title, k.content_hash), Some(k.published)));
        let said = said.chain(read.iter().map(|r| (words_of(r), date_of(r))));
        // With one date each: one that is met in several, or without any, is said of more than one story.
        let mut dates: HashMap<Words<'a>, Option<DateTime<Utc>>> = HashMap::new();
        for (words, date) in said {
            let of = dates.entry(words).or_insert(date);
            *of = of.filter(|of| date == Some(*of));
        }
        let telling = |words: Words<'a>| dates.get(&words).copied().flatten().map(|date| (words, date));
        self.pair(|k| telling((k.title, k.content_hash)), |r| telling(words_of(r)));
    }

    /// Pairs, in order, what is left on both sides and has the same sign.
    fn pair<S: Eq + Hash>(
        &mut self,
        known: impl Fn(&'a KnownEntry<'a>) -> Option<S>,
        read: impl Fn(&'a EntryItem) -> Option<S>,
    ) {
        let mut waiting: HashMap<S, VecDeque<usize>> = HashMap::new();
        for (at, entry) in self.known.iter().enumerate().filter(|(at, _)| !self.taken.get(*at).copied().unwrap_or(true))
        {
            if let Some(sign) = known(entry) {
                waiting.entry(sign).or_default().push_back(at);
            }
        }
        if waiting.is_empty() {
            return;
        }
        for (entry, found) in self.read.iter().zip(&mut self.found).filter(|(_, found)| found.is_none()) {
            let next = read(entry).and_then(|sign| waiting.get_mut(&sign)?.pop_front());
            if let Some(taken) = next.and_then(|at| self.taken.get_mut(at)) {
                *taken = true;
                *found = next;
            }
        }
    }
}

#[cfg(test)]
#[path = "tests/matching.rs"]
mod tests;
