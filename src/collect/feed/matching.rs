//! Decides which stored entry each read entry is, so that a feed that changes its ids, or lists its entries in another order,
//! floods nobody. Pure and linear.

use super::EntryItem;
use super::tracking::is_specific;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// An entry that was met before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEntry {
    /// [`EntryItem::key`] when it was last read.
    pub key: String,
    /// [`EntryItem::link`] likewise.
    pub link: Option<String>,
    /// Title of its item likewise.
    pub title: String,
    /// Content hash of its item likewise.
    pub content_hash: u64,
}

/// For each read entry, which of the known ones it is; none twice. The first of these that holds decides:
///
/// 1. They have the same key. So a key that is both known and read is never given to another entry.
/// 2. They have the same link and title: the feed changed its ids. Of several such, those with the same content, then the
///    others in order.
/// 3. They have the same link, which names this story alone among all that are known and among all that are read.
/// 4. Neither has a link, and title and content are the same.
pub fn match_entries(known: &[KnownEntry], read: &[EntryItem]) -> Vec<Option<usize>> {
    let mut pairs = Pairs { known, read, found: vec![None; read.len()], taken: vec![false; known.len()] };
    pairs.pair(|k| Some(&k.key), |r| Some(&r.key));
    pairs.pair(
        |k| k.link.as_ref().map(|link| (link, &k.title, k.content_hash)),
        |r| r.link.as_ref().map(|link| (link, &r.item.title, r.item.content_hash)),
    );
    pairs.pair(|k| k.link.as_ref().map(|link| (link, &k.title)), |r| r.link.as_ref().map(|link| (link, &r.item.title)));
    let known_once = once(known.iter().map(|k| k.link.as_deref()));
    let read_once = once(read.iter().map(|r| r.link.as_deref()));
    let names_it = |link: &str| is_specific(link) && known_once.contains_key(link) && read_once.contains_key(link);
    pairs
        .pair(|k| k.link.as_deref().filter(|link| names_it(link)), |r| r.link.as_deref().filter(|link| names_it(link)));
    pairs.pair(
        |k| k.link.is_none().then_some((&k.title, k.content_hash)),
        |r| r.link.is_none().then_some((&r.item.title, r.item.content_hash)),
    );
    pairs.found
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
    known: &'a [KnownEntry],
    read: &'a [EntryItem],
    found: Vec<Option<usize>>,
    taken: Vec<bool>,
}

impl<'a> Pairs<'a> {
    /// Pairs, in order, what is left on both sides and has the same sign.
    fn pair<S: Eq + Hash>(
        &mut self,
        known: impl Fn(&'a KnownEntry) -> Option<S>,
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
