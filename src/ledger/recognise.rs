//! Decides which stored edition a post is, and which stored item each written item is. Pure: no store, no clock.
//!
//! Source, title and text are weighed; position counts where only one item is left on each side and its text is
//! similar. An item that left may come back, but only as itself; its id never goes to another story.

use super::names::path_of;
use crate::model::{Edition, Item, KnownEdition, KnownItem, LinkKey, Presence, Sketch, file_of, looks_like};

/// Similarity above which a text is the same one, edited.
const SIMILAR: f64 = 0.5;

/// A written item with what it is recognised by, computed once.
#[derive(Debug)]
pub(super) struct Sought<'a> {
    item: &'a Item,
    source: Option<LinkKey>,
    sketch: Sketch,
}

impl<'a> Sought<'a> {
    /// The items of a post.
    pub(super) fn all(edition: &'a Edition) -> Vec<Self> {
        let sought = |item: &'a Item| Self {
            item,
            source: item.sources.first().and_then(|source| LinkKey::of(&source.url)),
            sketch: Sketch::of(&item.text),
        };
        edition.items.iter().map(sought).collect()
    }
}

fn cites(known: &KnownItem, sought: &Sought<'_>) -> bool {
    sought.source.as_ref().is_some_and(|source| known.source.as_deref() == Some(source.as_str()))
}

fn is_titled(known: &KnownItem, sought: &Sought<'_>) -> bool {
    looks_like(&known.title, &sought.item.title)
}

fn resembles(known: &KnownItem, sought: &Sought<'_>) -> f64 {
    known.sketch.similarity(&sought.sketch)
}

fn may_be_here(known: &KnownItem) -> bool {
    known.presence != Presence::Left
}

/// Which of the stored editions a post is. `known` are the editions of its input that share path, permalink, number or
/// title with it; `holds` tells whether the file of one is still there and holds it.
pub(super) fn find_edition(
    known: &[KnownEdition],
    path: &str,
    edition: &Edition,
    sought: &[Sought<'_>],
    holds: impl Fn(&KnownEdition) -> bool,
) -> Option<usize> {
    let shares_story = |candidate: &KnownEdition| {
        candidate.items.iter().any(|k| sought.iter().any(|item| cites(k, item) || is_titled(k, item)))
    };
    let agrees = |candidate: &KnownEdition| match (&candidate.permalink, &edition.permalink) {
        (Some(known), Some(written)) => path_of(known) == path_of(written),
        (None, None) => candidate.number == edition.number,
        _ => false,
    };
    let moved = |candidate: &KnownEdition| candidate.path != path && !holds(candidate);
    let find = |test: &dyn Fn(&KnownEdition) -> bool| known.iter().position(test);
    // A file is read in parts now, or no longer, or the day in a part's heading was corrected.
    let was_of_file = |k: &KnownEdition| {
        k.path != path && file_of(&k.path) == file_of(path) && (k.path == file_of(path) || !holds(k))
    };
    find(&|k| k.path == path && (agrees(k) || shares_story(k)))
        .or_else(|| find(&|k| was_of_file(k) && shares_story(k)))
        .or_else(|| find(&|k| moved(k) && k.permalink.is_some() && agrees(k)))
        .or_else(|| find(&|k| moved(k) && k.number.is_some() && k.number == edition.number && shares_story(k)))
        .or_else(|| most_alike(known, sought, |k| moved(k) && k.date == edition.date))
        .or_else(|| find(&|k| moved(k) && k.title == edition.title && shares_story(k)))
}

/// Of the editions that pass a test the one with most of a post's stories, at least half of them.
fn most_alike(known: &[KnownEdition], sought: &[Sought<'_>], test: impl Fn(&KnownEdition) -> bool) -> Option<usize> {
    let told = |k: &KnownEdition| {
        let is_told = |item: &&Sought<'_>| k.items.iter().any(|k| cites(k, item) || is_titled(k, item));
        sought.iter().filter(is_told).count()
    };
    let passing = known.iter().enumerate().filter(|(_, k)| test(k)).map(|(index, k)| (told(k), index));
    let most = passing.max_by_key(|(told, index)| (*told, std::cmp::Reverse(*index)));
    most.filter(|(told, _)| *told > 0 && told * 2 >= sought.len()).map(|(_, index)| index)
}

/// Which of the stored editions a new post is another version of, although that one's file is still there: programs that
/// synchronise folders leave such copies. They share permalink or number, else title and date, and half of the stories.
pub(super) fn find_original(
    known: &[KnownEdition],
    path: &str,
    edition: &Edition,
    sought: &[Sought<'_>],
    holds: impl Fn(&KnownEdition) -> bool,
) -> Option<usize> {
    let is_same = |candidate: &KnownEdition| match (&candidate.permalink, &edition.permalink) {
        (Some(known), Some(written)) => path_of(known) == path_of(written),
        (None, None) if candidate.number.or(edition.number).is_some() => candidate.number == edition.number,
        (None, None) => candidate.title == edition.title && candidate.date == edition.date,
        _ => false,
    };
    let is_story = |k: &KnownItem, item: &Sought<'_>| {
        may_be_here(k) && is_titled(k, item) && (cites(k, item) || resembles(k, item) > SIMILAR)
    };
    let tells_half = |candidate: &KnownEdition| {
        let told = sought.iter().filter(|item| candidate.items.iter().any(|k| is_story(k, item))).count();
        told * 2 >= sought.len()
    };
    known.iter().position(|k| k.path != path && k.presence != Presence::Left && holds(k) && is_same(k) && tells_half(k))
}

/// A live item whose title stands in its post without being a heading, with the line: it was not taken out, it lost the
/// `###` before its title. `body` are the post's lines with their numbers, less the front matter.
pub(super) fn find_headless<'k>(
    known: &'k [KnownItem],
    written: &[Sought<'_>],
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

/// For each written item, which of the stored items of its edition it is. Source, title and text are weighed: who shares
/// all three comes first, then who shares two of them, then who shares the source, then the title; last the one that is left
/// on each side, if its text is similar. So of two items whose sources were swapped each stays itself.
pub(super) fn match_items(known: &[KnownItem], written: &[Sought<'_>]) -> Vec<Option<usize>> {
    if known.is_empty() {
        return vec![None; written.len()];
    }
    let mut matching = Matching { known, written, of: vec![None; written.len()], taken: vec![false; known.len()] };
    matching.pair(|k, item| may_be_here(k) && shared(k, item) == 3);
    // A story that comes back word for word is itself, whatever cites its source by now.
    matching.pair(|k, item| !may_be_here(k) && shared(k, item) == 3);
    matching.pair(|k, item| may_be_here(k) && cites(k, item) && is_titled(k, item));
    matching.pair_most_similar(|k, item| may_be_here(k) && shared(k, item) == 2);
    matching.pair_most_similar(|k, item| may_be_here(k) && cites(k, item));
    matching.pair(|k, item| may_be_here(k) && is_titled(k, item));
    matching.pair_last_one();
    matching.pair(|k, item| !may_be_here(k) && shared(k, item) == 2);
    matching.of
}

/// How many of source, title and text two share.
fn shared(known: &KnownItem, item: &Sought<'_>) -> usize {
    let signs = [cites(known, item), is_titled(known, item), resembles(known, item) > SIMILAR];
    signs.iter().filter(|same| **same).count()
}

/// A matching under way.
struct Matching<'a> {
    known: &'a [KnownItem],
    written: &'a [Sought<'a>],
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

    fn open_items(&self) -> Vec<(usize, &'a Sought<'a>)> {
        self.written.iter().enumerate().filter(|(index, _)| self.of.get(*index) == Some(&None)).collect()
    }

    fn open_known(&self) -> impl Iterator<Item = (usize, &KnownItem)> {
        self.known.iter().enumerate().filter(|(index, _)| self.taken.get(*index) == Some(&false))
    }

    /// Pairs in order whatever passes the test.
    fn pair(&mut self, test: impl Fn(&KnownItem, &Sought<'_>) -> bool) {
        for (index, item) in self.open_items() {
            let found = self.open_known().find(|(_, k)| test(k, item)).map(|(known, _)| known);
            if let Some(known) = found {
                self.take(index, known);
            }
        }
    }

    /// Pairs what passes the test, the most similar texts first.
    fn pair_most_similar(&mut self, test: impl Fn(&KnownItem, &Sought<'_>) -> bool) {
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
