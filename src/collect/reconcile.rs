//! Decides which stored edition a post is, and which stored item each written item is. Pure: no store, no clock.
//!
//! The order is DESIGN's: source URL, then title, then position where only one item is left on each side and its text is
//! similar. An item that left may come back, but only as itself; its id never goes to another story.

use super::sketch::Sketch;
use crate::model::{Edition, Item, LinkKey};
use uuid::Uuid;

/// Namespace of the ids that we mint (version 5).
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1c_8f0e_52b1_5d0b_9c55_77e1_1b3a_9d01);

/// Similarity above which a text is the same one, edited.
const SIMILAR: f64 = 0.5;

/// What is stored of an item, as far as finding it again needs.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownItem {
    /// Identity.
    pub id: Uuid,
    /// Title when last seen.
    pub title: String,
    /// Primary source when last seen.
    pub source: Option<LinkKey>,
    /// Text when last seen.
    pub sketch: Sketch,
    /// Place within its edition.
    pub position: u32,
    /// Whether it stood in its post when that was last read.
    pub live: bool,
}

/// What is stored of an edition, as far as finding it again needs.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownEdition {
    /// Identity.
    pub id: Uuid,
    /// The file it was read from.
    pub path: String,
    /// Whether that file is still there.
    pub present: bool,
    /// Permalink when last seen.
    pub permalink: Option<String>,
    /// Number when last seen.
    pub number: Option<u32>,
    /// Title when last seen.
    pub title: String,
    /// Its items.
    pub items: Vec<KnownItem>,
}

impl KnownItem {
    /// The primary source of a written item, for comparison.
    fn source_of(item: &Item) -> Option<LinkKey> {
        item.sources.first().and_then(|source| LinkKey::of(&source.url))
    }

    fn cites(&self, item: &Item) -> bool {
        self.source.is_some() && self.source == Self::source_of(item)
    }

    fn is_titled(&self, item: &Item) -> bool {
        self.title == item.title
    }

    fn resembles(&self, item: &Item) -> f64 {
        self.sketch.similarity(&Sketch::of(&item.text))
    }
}

/// Which of the stored editions a post is. `known` are the editions of its input that share path, permalink, number or
/// title with it.
pub fn find_edition(known: &[KnownEdition], path: &str, edition: &Edition) -> Option<usize> {
    let shares_story = |candidate: &KnownEdition| {
        candidate.items.iter().any(|k| edition.items.iter().any(|item| k.cites(item) || k.is_titled(item)))
    };
    let agrees = |candidate: &KnownEdition| {
        let same_link = candidate.permalink == edition.permalink;
        same_link && (edition.permalink.is_some() || candidate.number == edition.number)
    };
    let find = |test: &dyn Fn(&KnownEdition) -> bool| known.iter().position(test);
    find(&|k| k.path == path && (agrees(k) || shares_story(k)))
        .or_else(|| find(&|k| !k.present && k.path != path && k.permalink.is_some() && agrees(k)))
        .or_else(|| find(&|k| !k.present && k.path != path && k.number.is_some() && k.number == edition.number && shares_story(k)))
        .or_else(|| find(&|k| !k.present && k.path != path && k.title == edition.title && shares_story(k)))
}

/// For each written item, which of the stored items of its edition it is.
pub fn match_items(known: &[KnownItem], written: &[Item]) -> Vec<Option<usize>> {
    let mut matching = Matching { known, written, of: vec![None; written.len()], taken: vec![false; known.len()] };
    matching.pair(|k, item| k.live && k.cites(item) && k.is_titled(item));
    matching.pair_most_similar(|k, item| k.live && k.cites(item));
    matching.pair(|k, item| k.live && k.is_titled(item));
    matching.pair_last_one();
    matching.pair(|k, item| {
        !k.live && [k.cites(item), k.is_titled(item), k.resembles(item) > SIMILAR].iter().filter(|same| **same).count() > 1
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
            pairs.extend(open.map(|(known, k)| (k.resembles(item), index, known)));
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
        let left: Vec<usize> = self.open_known().filter(|(_, k)| k.live).map(|(known, _)| known).collect();
        let ([(index, item)], [known]) = (open.as_slice(), left.as_slice()) else { return };
        if self.known.get(*known).is_some_and(|k| k.resembles(item) > SIMILAR) {
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
    let story = KnownItem::source_of(item).map_or_else(|| item.title.clone(), |source| source.as_str().to_owned());
    mint(&["item", input, &edition_key(path, edition), &story, &ordinal.to_string()])
}

/// The id of a site at first sight.
pub fn mint_site(base_url: &str, title: &str) -> Uuid {
    mint(&["site", base_url, title])
}

fn mint(seed: &[&str]) -> Uuid {
    // U+001F cannot occur in what is read, so that no two seeds read the same.
    Uuid::new_v5(&NAMESPACE, seed.join("\u{1f}").as_bytes())
}

/// What an edition's items are seeded with: permalink (its path only, so that `base_url` does not matter), number or file.
fn edition_key(path: &str, edition: &Edition) -> String {
    match (&edition.permalink, edition.number) {
        (Some(link), _) => url::Url::parse(link).map_or_else(|_| link.clone(), |u| u[url::Position::BeforePath..].to_owned()),
        (None, Some(number)) => format!("#{number}"),
        (None, None) => path.to_owned(),
    }
}
