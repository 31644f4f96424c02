//! What is known of the other posts of an input, and found in it: numbers, dates, tags, what they cite, how they write.

use super::words::Habits;
use crate::collect::digest::Reading;
use crate::model::{Edition, LinkKey, compare_key, is_specific, tag_key};
use chrono::{DateTime, FixedOffset, TimeDelta};
use std::collections::HashMap;

/// How far back a source counts as cited already.
const LATELY: TimeDelta = TimeDelta::days(90);

/// Editions by which it is seen how a digest is counted and dated, and how many of them must agree, of a hundred.
const LOOKED_AT: usize = 20;
const FEWEST: usize = 3;
const AGREEING: usize = 80;

/// Another post of the same input, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its file.
    pub path: String,
    /// Number and date of each of its editions.
    pub editions: Vec<(Option<u32>, DateTime<FixedOffset>)>,
    /// Its tags as written.
    pub tags: Vec<String>,
    /// The sources of its items, each with the line on which it stands and the date of its edition.
    pub cited: Vec<(LinkKey, u32, DateTime<FixedOffset>)>,
}

impl Neighbour {
    /// What matters of a post that was read; `None` where it is none.
    pub fn of(path: &str, reading: &Reading) -> Option<Self> {
        let editions: Vec<&Edition> = reading.editions().iter().map(|read| &read.edition).collect();
        let mut tags: Vec<String> = Vec::new();
        for tag in editions.iter().flat_map(|edition| &edition.tags) {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        (!editions.is_empty()).then(|| Self {
            path: path.to_owned(),
            editions: editions.iter().map(|edition| (edition.number, edition.date)).collect(),
            tags,
            cited: dated(reading).map(|(key, line, date)| (key.clone(), line, date)).collect(),
        })
    }
}

/// The sources of a post, each with its line and the date of the edition that it stands in.
pub(super) fn dated(reading: &Reading) -> impl Iterator<Item = (&LinkKey, u32, DateTime<FixedOffset>)> {
    let editions = reading.editions().iter().map(|read| &read.edition);
    let mut begins: Vec<(u32, DateTime<FixedOffset>)> =
        editions.flat_map(|edition| edition.items.iter().map(|item| (item.line, edition.date))).collect();
    begins.sort_unstable();
    reading.cited.iter().filter_map(move |(key, line)| {
        let after = begins.partition_point(|(begins, _)| begins <= line);
        let (_, date) = begins.get(after.saturating_sub(1))?;
        Some((key, *line, *date))
    })
}

/// An edition of a neighbour: when, its number, whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    pub(super) date: DateTime<FixedOffset>,
    pub(super) number: Option<u32>,
    pub(super) post: usize,
}

/// All posts of an input, to be asked about. The post that is asked for may be among them.
#[derive(Debug, Default)]
pub struct Neighbours {
    posts: Vec<Neighbour>,
    by_path: HashMap<String, usize>,
    by_date: Vec<Dated>,
    by_number: HashMap<u32, Vec<usize>>,
    /// By the tag's key, by its spelling: the posts.
    tags: HashMap<String, HashMap<String, Vec<usize>>>,
    /// By what is compared of a link: posts, lines and dates.
    cited: HashMap<String, Vec<(usize, u32, DateTime<FixedOffset>)>>,
    pub(super) habits: Habits,
}

impl Neighbours {
    /// Puts posts in order, so that they can be asked about.
    pub fn new(posts: Vec<Neighbour>) -> Self {
        let mut all = Self::default();
        for (index, post) in posts.iter().enumerate() {
            all.by_path.insert(post.path.clone(), index);
            for &(number, date) in &post.editions {
                all.by_date.push(Dated { date, number, post: index });
                if let Some(number) = number {
                    all.by_number.entry(number).or_default().push(index);
                }
            }
            for tag in &post.tags {
                all.tags.entry(tag_key(tag)).or_default().entry(tag.clone()).or_default().push(index);
            }
            for (key, line, date) in &post.cited {
                if let Some(story) = story(key) {
                    all.cited.entry(story).or_default().push((index, *line, *date));
                }
            }
        }
        // Of one date the number tells the order; names do not: `issue-10` stands before `issue-9`.
        all.by_date.sort_by_key(|dated| (dated.date, dated.number, dated.post));
        all.posts = posts;
        all
    }

    /// Notes how a post writes the words before sources and remarks.
    pub fn note_words(&mut self, path: &str, text: &str, source_words: &[String]) {
        if let Some(&post) = self.by_path.get(path) {
            self.habits.note(post, text, source_words);
        }
    }

    pub(super) fn place_of(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    pub(super) fn path(&self, post: usize) -> &str {
        self.posts.get(post).map_or("", |post| post.path.as_str())
    }

    /// Another post that has an edition of this number.
    pub(super) fn with_number(&self, number: u32, own: Option<usize>) -> Option<&str> {
        let posts = self.by_number.get(&number)?;
        posts.iter().find(|post| Some(**post) != own).map(|post| self.path(*post))
    }

    /// The editions of other posts that are dated before, or at the same time, the latest first.
    pub(super) fn before(&self, date: DateTime<FixedOffset>, own: Option<usize>) -> impl Iterator<Item = &Dated> {
        let end = self.by_date.partition_point(|dated| dated.date <= date);
        let before = self.by_date.get(..end).unwrap_or_default().iter().rev();
        before.filter(move |dated| Some(dated.post) != own)
    }

    /// Whether the editions before a date are counted by one.
    pub(super) fn counts_by_one(&self, date: DateTime<FixedOffset>, own: Option<usize>) -> bool {
        let numbers: Vec<u32> = self.before(date, own).filter_map(|dated| dated.number).take(LOOKED_AT).collect();
        let steps = numbers.iter().zip(numbers.iter().skip(1));
        let regular = steps.filter(|(later, earlier)| **later == **earlier + 1).count();
        agree(regular, numbers.len().saturating_sub(1))
    }

    /// Another post of the same instant; or of the same day, where the others have one a day.
    pub(super) fn dated_alike(&self, date: DateTime<FixedOffset>, own: Option<usize>) -> Option<&str> {
        let others = || self.by_date.iter().filter(|dated| Some(dated.post) != own);
        let same = others().find(|dated| dated.date == date);
        let same = same.or_else(|| {
            let on_day = others().find(|dated| dated.date.date_naive() == date.date_naive())?;
            let days: Vec<_> =
                self.before(on_day.date, own).map(|dated| dated.date.date_naive()).take(LOOKED_AT).collect();
            let distinct = days.iter().zip(days.iter().skip(1)).filter(|(later, earlier)| later != earlier).count();
            agree(distinct, days.len().saturating_sub(1)).then_some(on_day)
        });
        same.map(|dated| self.path(dated.post))
    }

    /// Where another post of the 90 days before a date cites the same.
    pub(super) fn cited_before(
        &self,
        key: &LinkKey,
        date: DateTime<FixedOffset>,
        own: Option<usize>,
    ) -> Option<(&str, u32)> {
        let places = self.cited.get(&story(key)?)?;
        // Of two of one instant the later by name repeats the other.
        let is_before = |post: usize, other: DateTime<FixedOffset>| {
            other < date || other == date && own.is_none_or(|own| post < own)
        };
        let (post, line, _) = places
            .iter()
            .find(|(post, _, other)| Some(*post) != own && is_before(*post, *other) && is_lately(*other, date))?;
        Some((self.path(*post), *line))
    }

    /// How other posts spell a tag, the most usual way first, with how many do.
    pub(super) fn spellings(&self, key: &str, own: Option<usize>) -> Vec<(&str, usize)> {
        let Some(spellings) = self.tags.get(key) else { return Vec::new() };
        let count = |posts: &Vec<usize>| posts.iter().filter(|post| Some(**post) != own).count();
        let mut found: Vec<(&str, usize)> = spellings
            .iter()
            .map(|(name, posts)| (name.as_str(), count(posts)))
            .filter(|(_, count)| *count > 0)
            .collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        found
    }

    /// The keys of all tags.
    pub(super) fn tag_keys(&self) -> impl Iterator<Item = &str> {
        self.tags.keys().map(String::as_str)
    }
}

/// Whether one date is so near another that what was cited then is no news.
pub(super) fn is_lately(one: DateTime<FixedOffset>, other: DateTime<FixedOffset>) -> bool {
    (one - other).abs() <= LATELY
}

fn agree(count: usize, of: usize) -> bool {
    of >= FEWEST && count * 100 >= of * AGREEING
}

/// What is compared of a link, as for stories that several inputs have; a front page names none.
pub(super) fn story(key: &LinkKey) -> Option<String> {
    compare_key(key.as_str()).filter(|key| is_specific(key))
}
