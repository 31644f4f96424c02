//! Names that are given out once and for ever: ids, short ids and the paths of editions.
//!
//! An id is made of what a thing is at first sight, and of an ordinal that counts equals. Which ordinals are taken is asked
//! for beforehand, so that giving a name is a pure step.

use crate::model::{Edition, Item, LinkKey, short_hash};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// Namespace of the ids that we mint (version 5).
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1c_8f0e_52b1_5d0b_9c55_77e1_1b3a_9d01);

/// Hexadecimal digits of an item's path.
const SHORT_ID: usize = 12;

/// What an id is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seed(String);

impl Seed {
    /// U+001F cannot occur in what is read, so that no two seeds read the same.
    fn of(parts: &[&str]) -> Self {
        Self(parts.join("\u{1f}"))
    }

    /// Of an edition: its input, and its permalink, number or file.
    pub fn edition(input: &str, path: &str, edition: &Edition) -> Self {
        Self::of(&["edition", input, &edition_key(path, edition)])
    }

    /// Of an item: what its edition is made of, and its primary source, else its title.
    pub fn item(input: &str, path: &str, edition: &Edition, item: &Item) -> Self {
        let source = item.sources.first().and_then(|source| LinkKey::of(&source.url));
        let story = source.map_or_else(|| item.title.clone(), |source| source.as_str().to_owned());
        Self::of(&["item", input, &edition_key(path, edition), &story])
    }

    /// Of a feed's item: its day (YYYY-MM-DD in UTC, whatever zone the site has later) and what its link is compared by, else
    /// its title.
    pub fn story(input: &str, day: &str, story: &str) -> Self {
        Self::of(&["item", input, day, story])
    }

    /// Of a day's edition (YYYY-MM-DD in the site's zone).
    pub fn day(input: &str, day: &str) -> Self {
        Self::of(&["edition", input, day])
    }

    /// The id with an ordinal, which counts equals.
    fn id(&self, ordinal: u32) -> Uuid {
        mint(&format!("{}\u{1f}{ordinal}", self.0))
    }
}

/// The id of a site at first sight.
pub fn mint_site(base_url: &str, title: &str) -> Uuid {
    mint(&Seed::of(&["site", base_url, title]).0)
}

/// The id of a store at first sight: of its file and the nanosecond.
pub fn mint_store(at: &str, now: i64) -> Uuid {
    mint(&Seed::of(&["store", at, &now.to_string()]).0)
}

fn mint(seed: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, seed.as_bytes())
}

/// A permalink without scheme and host, so that an input's `base_url` may change.
pub(super) fn path_of(link: &str) -> String {
    let parsed = url::Url::parse(link).map(|url| {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", url.path())
    });
    parsed.unwrap_or_else(|_| link.to_owned())
}

/// What an edition's items are seeded with: permalink (its path only, so that `base_url` does not matter), number or file.
fn edition_key(path: &str, edition: &Edition) -> String {
    match (&edition.permalink, edition.number) {
        (Some(link), _) => path_of(link),
        (None, Some(number)) => format!("#{number}"),
        (None, None) => path.to_owned(),
    }
}

/// The path of an item that has an id.
fn short(id: Uuid) -> String {
    id.simple().to_string().chars().take(SHORT_ID).collect()
}

/// Names that are taken, as far as they were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    ids: HashSet<Uuid>,
    short_ids: HashSet<String>,
    slugs: HashSet<String>,
    /// How many ordinals of a seed are known to be free or taken.
    asked: BTreeMap<Seed, u32>,
}

impl Names {
    /// Names to ask the store about before so many things may be given names, by seed; nothing once enough is known.
    pub fn unknown(&mut self, wanted: &BTreeMap<Seed, u32>) -> Vec<(Uuid, String)> {
        let mut unknown = Vec::new();
        for (seed, count) in wanted {
            let asked = self.asked.get(seed).copied().unwrap_or(0);
            let free = (0..asked).filter(|ordinal| !self.ids.contains(&seed.id(*ordinal))).count();
            let missing = count.saturating_sub(u32::try_from(free).unwrap_or(u32::MAX));
            for ordinal in asked..asked.saturating_add(missing) {
                let id = seed.id(ordinal);
                unknown.push((id, short(id)));
            }
            self.asked.insert(seed.clone(), asked.saturating_add(missing));
        }
        unknown
    }

    /// Notes ids and short ids that are taken.
    pub fn note(&mut self, ids: impl IntoIterator<Item = Uuid>, short_ids: impl IntoIterator<Item = String>) {
        self.ids.extend(ids);
        self.short_ids.extend(short_ids);
    }

    /// Notes paths of editions that are taken.
    pub fn note_slugs(&mut self, slugs: impl IntoIterator<Item = String>) {
        self.slugs.extend(slugs);
    }

    /// Gives out an id.
    pub fn id(&mut self, seed: &Seed) -> Uuid {
        let mut ordinal = 0;
        loop {
            let id = seed.id(ordinal);
            if self.ids.insert(id) {
                return id;
            }
            ordinal += 1;
        }
    }

    /// Gives out an id with the path of its item: a short one, or where that is taken the whole id.
    pub fn item(&mut self, seed: &Seed) -> (Uuid, String) {
        let id = self.id(seed);
        let short = short(id);
        let path = if self.short_ids.insert(short.clone()) { short } else { id.simple().to_string() };
        (id, path)
    }

    /// Gives out the path of an edition: the one that it would like, or where that is taken one with a hash of its id.
    pub fn slug(&mut self, wish: &str, id: Uuid) -> String {
        if self.slugs.insert(wish.to_owned()) {
            return wish.to_owned();
        }
        let slug = format!("{wish}-{}", short_hash(&id.to_string()));
        self.slugs.insert(slug.clone());
        slug
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(seed: &Seed, count: u32) -> BTreeMap<Seed, u32> {
        BTreeMap::from([(seed.clone(), count)])
    }

    #[test]
    fn what_is_taken_is_asked_for_until_enough_is_free() {
        let seed = Seed::story("Input", "2026-06-01", "https://a.example/1");
        let mut names = Names::default();
        let first = names.unknown(&wanted(&seed, 2));
        assert_eq!(first.len(), 2);
        names.note(first.iter().map(|(id, _)| *id), []);
        let second = names.unknown(&wanted(&seed, 2));
        assert_eq!(second.len(), 2, "both are taken");
        names.note([second[0].0], [second[1].1.clone()]);
        assert_eq!(names.unknown(&wanted(&seed, 1)), []);
        let (id, path) = names.item(&seed);
        assert_eq!(id, second[1].0, "nothing that is taken is given out");
        assert_eq!(path, id.simple().to_string(), "its short id is taken");
        assert_ne!(names.id(&seed), id);
    }

    #[test]
    fn a_path_is_given_out_once() {
        let mut names = Names::default();
        names.note_slugs(["7".to_owned()]);
        let id = Seed::day("", "2026-06-01").id(0);
        assert_eq!(names.slug("8", id), "8");
        assert_eq!(names.slug("7", id), format!("7-{}", short_hash(&id.to_string())));
    }
}
