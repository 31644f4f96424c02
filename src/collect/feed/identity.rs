//! What tells an entry from the others of its feed, also where publishers give all of them one id or one link.

use crate::model::{UpstreamEntry, compare_key, is_specific};
use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use xxhash_rust::xxh3::xxh3_128;

/// Longest key, in bytes, that is kept as it is.
const MAX_KEY: usize = 500;

/// Who an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// Its key; `None` where it has neither id nor link, so that only its content tells.
    pub(super) key: Option<String>,
    /// Compare key of its link.
    pub(super) link: Option<String>,
    /// Whether the link names this story: neither a front page nor shared with another entry.
    pub(super) is_specific: bool,
}

/// Who the entries of a document are, in its order.
pub(super) fn identities(entries: &[UpstreamEntry]) -> Vec<Identity> {
    let links: Vec<Option<String>> = entries.iter().map(|entry| entry.link.as_deref().and_then(compare_key)).collect();
    let ids = ids(entries, &links);
    let useless = useless(entries, &ids, &links);
    let all = || {
        let ids = ids.iter().map(|id| id.filter(|id| !useless.contains(id)));
        entries.iter().zip(ids).zip(&links)
    };
    let shared =
        with_several(all().filter_map(|((entry, id), link)| Some((link.as_deref()?, id.ok_or(entry.title.as_str())))));
    let identity = |((entry, id), link): ((&UpstreamEntry, Option<&str>), &Option<String>)| {
        let is_shared = link.as_deref().is_some_and(|link| shared.contains(link));
        let key = match (id, link) {
            (Some(id), _) => Some(short(id)),
            (None, Some(link)) if is_shared => Some(short(&format!("{link}\n{}", entry.title))),
            (None, Some(link)) => Some(short(link)),
            (None, None) => None,
        };
        let is_specific = !is_shared && link.as_deref().is_some_and(is_specific);
        Identity { key, link: link.clone(), is_specific }
    };
    all().map(identity).collect()
}

/// The id of each entry. Some publishers count the versions of a story in the fragment of its address, as `/story#0` and
/// `/story#3`, and list several of them: these have the newest one's id. Anchors of a page that differ in title and in text
/// are stories of their own.
fn ids<'a>(entries: &'a [UpstreamEntry], links: &'a [Option<String>]) -> Vec<Option<&'a str>> {
    let mut ids: Vec<Option<&str>> = entries.iter().map(id_of).collect();
    let linked = entries.iter().zip(links).enumerate();
    let versions = linked.filter_map(|(at, (entry, link))| {
        let link = link.as_deref().filter(|link| is_version_of(entry, link))?;
        Some((at, link, entry))
    });
    for story in stories(versions).into_iter().filter(|story| story.len() > 1) {
        let newest = |at: &usize| (entries.get(*at).map(date_of), std::cmp::Reverse(*at));
        let id = story.iter().copied().max_by_key(newest).and_then(|at| id_of(entries.get(at)?));
        for at in story {
            if let Some(of) = ids.get_mut(at) {
                *of = id;
            }
        }
    }
    ids
}

/// Ids that several stories have, and that therefore are none. Two versions of one entry have the link of their story too;
/// where no link names one, they have a title or a text in common.
fn useless<'a>(entries: &'a [UpstreamEntry], ids: &[Option<&'a str>], links: &'a [Option<String>]) -> HashSet<&'a str> {
    let specific = |at: usize| links.get(at)?.as_deref().filter(|link| is_specific(link));
    let unnamed = entries.iter().zip(ids).enumerate();
    let unnamed = unnamed.filter_map(|(at, (entry, id))| Some((at, (*id)?, entry)).filter(|_| specific(at).is_none()));
    let mut story_of = HashMap::new();
    for (story, versions) in stories(unnamed).into_iter().enumerate() {
        story_of.extend(versions.into_iter().map(|at| (at, story)));
    }
    let about = |at: usize| (specific(at), story_of.get(&at));
    with_several(ids.iter().enumerate().filter_map(|(at, id)| Some(((*id)?, about(at)))))
}

/// The stories of entries that have something else in common: those of one story share a title or a text. Entries are named
/// by their places.
fn stories<'a>(entries: impl Iterator<Item = (usize, &'a str, &'a UpstreamEntry)>) -> Vec<Vec<usize>> {
    // Per what they have in common and title, and per that and text, the story that was met first.
    let mut met: HashMap<(&str, &str), usize> = HashMap::new();
    let mut stories: Vec<Vec<usize>> = Vec::new();
    for (at, common, entry) in entries {
        let said = [entry.title.trim(), entry.content.trim()];
        let said = || said.into_iter().filter(|words| !words.is_empty()).map(|words| (common, words));
        let story = said().find_map(|sign| met.get(&sign).copied()).unwrap_or(stories.len());
        if story == stories.len() {
            stories.push(Vec::new());
        }
        for sign in said() {
            met.entry(sign).or_insert(story);
        }
        if let Some(story) = stories.get_mut(story) {
            story.push(at);
        }
    }
    stories
}

/// Whether the id of an entry is its link with a fragment.
fn is_version_of(entry: &UpstreamEntry, link: &str) -> bool {
    let id = id_of(entry).filter(|id| id.contains('#'));
    id.and_then(compare_key).is_some_and(|id| id == link)
}

/// When a version was written, as far as that is told: of two the one updated last is the newer one.
fn date_of(entry: &UpstreamEntry) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    (entry.updated, entry.published.or(entry.updated))
}

fn id_of(entry: &UpstreamEntry) -> Option<&str> {
    entry.id.as_deref().map(str::trim).filter(|id| !id.is_empty())
}

/// What occurs with more than one value.
fn with_several<K: Eq + Hash + Copy, V: PartialEq>(pairs: impl Iterator<Item = (K, V)>) -> HashSet<K> {
    let mut first: HashMap<K, V> = HashMap::new();
    let mut several = HashSet::new();
    for (key, value) in pairs {
        if let Some(known) = first.get(&key) {
            if *known != value {
                several.insert(key);
            }
        } else {
            first.insert(key, value);
        }
    }
    several
}

/// A key as it is, unless it is as long as a page; else what stands in for one.
fn short(key: &str) -> String {
    if key.len() <= MAX_KEY { key.to_owned() } else { format!("xxh3:{:032x}", xxh3_128(key.as_bytes())) }
}
