//! Decides which stored edition a post is, and which stored item each written item is. Pure: no store, no clock.
//!
//! The order is DESIGN's: source URL, then title, then position where only one item is left on each side and its text is
//! similar. An item that left may come back, but only as itself; its id never goes to another story.

use crate::model::{Edition, Item, KnownEdition, KnownItem, LinkKey, Presence, Sketch, looks_like};
use uuid::Uuid;

/// Namespace of the ids that we mint (version 5).
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1c_8f0e_52b1_5d0b_9c55_77e1_1b3a_9d01);

/// Similarity above which a text is the same one, edited.
const SIMILAR: f64 = 0.5;

/// The primary source of a written item, for comparison.
fn source_of(item: &Item) -> Option<LinkKey> {
    item.sources.first().and_then(|source| LinkKey::of(&source.url))
}

fn cites(known: &KnownItem, item: &Item) -> bool {
    known.source.as_deref().is_some_and(|known| source_of(item).is_some_and(|source| source.as_str() == known))
}

fn is_titled(known: &KnownItem, item: &Item) -> bool {
    looks_like(&known.title, &item.title)
}

fn resembles(known: &KnownItem, item: &Item) -> f64 {
    known.sketch.similarity(&Sketch::of(&item.text))
}

fn may_be_here(known: &KnownItem) -> bool {
    known.presence != Presence::Left
}

/// Which of the stored editions a post is. `known` are the editions of its input that share path, permalink, number or
/// title with it; `holds` tells whether the file of one is still there and holds it.
pub fn find_edition(
    known: &[KnownEdition],
    path: &str,
    edition: &Edition,
    holds: impl Fn(&KnownEdition) -> bool,
) -> Option<usize> {
    let shares_story = |candidate: &KnownEdition| {
        candidate.items.iter().any(|k| edition.items.iter().any(|item| cites(k, item) || is_titled(k, item)))
    };
    let agrees = |candidate: &KnownEdition| match (&candidate.permalink, &edition.permalink) {
        (Some(known), Some(written)) => path_of(known) == path_of(written),
        (None, None) => candidate.number == edition.number,
        _ => false,
    };
    let moved = |candidate: &KnownEdition| candidate.path != path && !holds(candidate);
    let find = |test: &dyn Fn(&KnownEdition) -> bool| known.iter().position(test);
    find(&|k| k.path == path && (agrees(k) || shares_story(k)))
        .or_else(|| find(&|k| moved(k) && k.permalink.is_some() && agrees(k)))
        .or_else(|| find(&|k| moved(k) && k.number.is_some() && k.number == edition.number && shares_story(k)))
        .or_else(|| find(&|k| moved(k) && k.title == edition.title && shares_story(k)))
}

/// Which of the stored editions a new post is another version of, although that one's file is still there: programs that
/// synchronise folders leave such copies. They share permalink or number, else title and date, and half of the stories.
pub fn find_original(
    known: &[KnownEdition],
    path: &str,
    edition: &Edition,
    holds: impl Fn(&KnownEdition) -> bool,
) -> Option<usize> {
    let is_same = |candidate: &KnownEdition| match (&candidate.permalink, &edition.permalink) {
        (Some(known), Some(written)) => path_of(known) == path_of(written),
        (None, None) if candidate.number.or(edition.number).is_some() => candidate.number == edition.number,
        (None, None) => candidate.title == edition.title && candidate.date == edition.date,
        _ => false,
    };
    let is_story = |k: &KnownItem, item: &Item| {
        may_be_here(k) && is_titled(k, item) && (cites(k, item) || resembles(k, item) > SIMILAR)
    };
    let tells_half = |candidate: &KnownEdition| {
        let told = edition.items.iter().filter(|item| candidate.items.iter().any(|k| is_story(k, item))).count();
        told * 2 >= edition.items.len()
    };
    known.iter().position(|k| k.path != path && k.presence != Presence::Left && holds(k) && is_same(k) && tells_half(k))
}

/// A live item whose title stands in its post without being a heading, with the line: it was not taken out, it lost the
/// `###` before its title. `body` are the post's lines with their numbers, less the front matter.
pub fn find_headless<'k>(
    known: &'k [KnownItem],
    written: &[Item],
    body: &[(usize, &str)],
) -> Option<(&'k KnownItem, usize)> {
    let matches: Vec<usize> = match_items(known, written).into_iter().flatten().collect();
    let missing = known.iter().enumerate().filter(|(index, k)| {
        k.presence == Presence::Live && !matches.contains(index) && !written.iter().any(|item| is_titled(k, item))
    });
    missing.map(|(_, k)| k).find_map(|k| {
        let title = letters(&k.title);
        let mut lines = body.iter().filter(|(_, line)| may_be_heading(line));
        let found = lines.find(|(_, line)| !title.is_empty() && letters(line) == title)?;
        Some((k, found.0))
    })
}

/// Whether a line may once have been a heading; an entry of a list or a quote was none.
fn may_be_heading(line: &str) -> bool {
    let line = line.trim_start();
    !line.starts_with(['>', '-', '+', '|']) && !line.starts_with("* ")
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// For each written item, which of the stored items of its edition it is.
pub fn match_items(known: &[KnownItem], written: &[Item]) -> Vec<Option<usize>> {
    let mut matching = Matching { known, written, of: vec![None; written.len()], taken: vec![false; known.len()] };
    matching.pair(|k, item| may_be_here(k) && cites(k, item) && is_titled(k, item));
    // A story that comes back word for word is itself, whatever cites its source by now.
    matching.pair(|k, item| !may_be_here(k) && cites(k, item) && is_titled(k, item) && resembles(k, item) > SIMILAR);
    matching.pair_most_similar(|k, item| may_be_here(k) && cites(k, item));
    matching.pair(|k, item| may_be_here(k) && is_titled(k, item));
    matching.pair_last_one();
    matching.pair(|k, item| {
        !may_be_here(k)
            && [cites(k, item), is_titled(k, item), resembles(k, item) > SIMILAR].iter().filter(|same| **same).count()
                > 1
    });
    matching.of
}

/// A matching under way.
struct Matching<'a> {
    known: &'a [KnownItem],
    written: &'a [Item],
    of: Vec<Option<usize>>,
    taken: Vec<bool>,
}

impl<'a> Matching<'a> {
    fn take(&mut self, written: usize, known: usize) {
        if let (Some(of), Some(taken)) = (self.of.get_mut(written), self.taken.get_mut(known)) {
            *of = Some(known);
            *taken = true;
        }
    }

    fn open_items(&self) -> Vec<(usize, &'a Item)> {
        self.written.iter().enumerate().filter(|(index, _)| self.of.get(*index) == Some(&None)).collect()
    }

    fn open_known(&self) -> impl Iterator<Item = (usize, &KnownItem)> {
        self.known.iter().enumerate().filter(|(index, _)| self.taken.get(*index) == Some(&false))
    }

    /// Pairs in order whatever passes the test.
    fn pair(&mut self, test: impl Fn(&KnownItem, &Item) -> bool) {
        for (index, item) in self.open_items() {
            let found = self.open_known().find(|(_, k)| test(k, item)).map(|(known, _)| known);
            if let Some(known) = found {
                self.take(index, known);
            }
        }
    }

    /// Pairs what passes the test, the most similar texts first.
    fn pair_most_similar(&mut self, test: impl Fn(&KnownItem, &Item) -> bool) {
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (index, item) in self.open_items() {
            let open = self.open_known().filter(|(_, k)| test(k, item));
            pairs.extend(open.map(|(known, k)| (resembles(k, item), index, known)));
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        for (_, index, known) in pairs {
            if self.of.get(index) == Some(&None) && self.taken.get(known) == Some(&false) {
                self.take(index, known);
            }
        }
    }

    /// Pairs the one item that is left on each side when its text is similar.
    fn pair_last_one(&mut self) {
        let open = self.open_items();
        let left: Vec<usize> = self.open_known().filter(|(_, k)| may_be_here(k)).map(|(known, _)| known).collect();
        let ([(index, item)], [known]) = (open.as_slice(), left.as_slice()) else { return };
        if self.known.get(*known).is_some_and(|k| resembles(k, item) > SIMILAR) {
            self.take(*index, *known);
        }
    }
}

/// The id of an edition at first sight; `ordinal` counts equals.
pub fn mint_edition(input: &str, path: &str, edition: &Edition, ordinal: u32) -> Uuid {
    mint(&["edition", input, &edition_key(path, edition), &ordinal.to_string()])
}

/// The id of an item at first sight; `ordinal` counts equals.
pub fn mint_item(input: &str, path: &str, edition: &Edition, item: &Item, ordinal: u32) -> Uuid {
    let story = source_of(item).map_or_else(|| item.title.clone(), |source| source.as_str().to_owned());
    mint(&["item", input, &edition_key(path, edition), &story, &ordinal.to_string()])
}

/// The id of a feed's item at first sight; `story` is what its link is compared by, else its title.
pub fn mint_story(input: &str, day: &str, story: &str, ordinal: u32) -> Uuid {
    mint(&["item", input, day, story, &ordinal.to_string()])
}

/// The id of a site at first sight.
pub fn mint_site(base_url: &str, title: &str) -> Uuid {
    mint(&["site", base_url, title])
}

/// The id of a store at first sight: of its file and the nanosecond.
pub fn mint_store(at: &str, now: i64) -> Uuid {
    mint(&["store", at, &now.to_string()])
}

fn mint(seed: &[&str]) -> Uuid {
    // U+001F cannot occur in what is read, so that no two seeds read the same.
    Uuid::new_v5(&NAMESPACE, seed.join("\u{1f}").as_bytes())
}

/// A permalink without scheme and host, so that an input's `base_url` may change.
fn path_of(link: &str) -> String {
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
