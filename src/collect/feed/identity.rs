//! What tells an entry from the others of its feed, also where publishers give all of them one id or one link.

use super::tracking::{compare_key, is_specific};
use crate::model::UpstreamEntry;
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
    // An id that several stories have is none; two versions of one entry have one link too.
    let useless = with_several(entries.iter().zip(&links).filter_map(|(entry, link)| Some((id_of(entry)?, link))));
    let id = |entry| id_of(entry).filter(|id| !useless.contains(id));
    let shared = with_several(
        entries.iter().zip(&links).filter_map(|(entry, link)| Some((link.as_deref()?, id(entry).ok_or(&entry.title)))),
    );
    let identity = |(entry, link): (_, &Option<String>)| {
        let is_shared = link.as_deref().is_some_and(|link| shared.contains(link));
        let key = match (id(entry), link) {
            (Some(id), _) => Some(short(id)),
            (None, Some(link)) if is_shared => Some(short(&format!("{link}\n{}", entry.title))),
            (None, Some(link)) => Some(short(link)),
            (None, None) => None,
        };
        let is_specific = !is_shared && link.as_deref().is_some_and(is_specific);
        Identity { key, link: link.clone(), is_specific }
    };
    entries.iter().zip(&links).map(identity).collect()
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
