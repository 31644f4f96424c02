//! What is to be asked about what is known before anything is decided.

use super::names::Seed;
use crate::model::Edition;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a post may be recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signs {
    /// Its file.
    pub path: String,
    /// Its permalink.
    pub permalink: Option<String>,
    /// Its number.
    pub number: Option<u32>,
    /// Its title.
    pub title: String,
    /// When it is dated.
    pub published: Option<DateTime<Utc>>,
}

impl Signs {
    /// Those of a file that holds no post, or not to be placed.
    pub fn of_file(path: &str) -> Self {
        Self { path: path.to_owned(), permalink: None, number: None, title: String::new(), published: None }
    }

    /// Those of a post.
    pub fn of(path: &str, edition: &Edition) -> Self {
        Self {
            path: path.to_owned(),
            permalink: edition.permalink.clone(),
            number: edition.number,
            title: edition.title.clone(),
            published: Some(edition.date.with_timezone(&Utc)),
        }
    }
}

/// Entries of feeds that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntriesAsked {
    /// Rows of their inputs.
    pub inputs: Vec<i64>,
    /// Those that stand in their documents, and those that left after this.
    pub left_after: DateTime<Utc>,
    /// Also those that have one of these keys.
    pub keys: Vec<String>,
}

/// What is asked. Items come with who carries them, and with their edition where it is a day's; editions by their signs or
/// ids with all their items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// Editions of an input, by its row, that have one of these signs.
    pub posts: Vec<(i64, Signs)>,
    /// Editions.
    pub editions: BTreeSet<Uuid>,
    /// Items.
    pub items: BTreeSet<Uuid>,
    /// What items are compared by that are about these stories.
    pub stories: BTreeSet<String>,
    /// Titles of feeds' items without a story that are not live.
    pub absent: BTreeSet<String>,
    /// Editions of these days (YYYY-MM-DD).
    pub days: BTreeSet<String>,
    /// Links, as [`crate::model::LinkKey`], of which is asked where they lead.
    pub links: BTreeSet<String>,
    /// Entries of feeds.
    pub entries: Option<EntriesAsked>,
    /// Numbers of editions.
    pub numbers: BTreeSet<u32>,
    /// How many ids are wanted, by what they are made of.
    pub seeds: BTreeMap<Seed, u32>,
    /// Paths of editions that are wished for.
    pub slugs: BTreeSet<String>,
    /// From when on seconds may be given out.
    pub seconds_from: Option<DateTime<Utc>>,
}

impl Question {
    /// Asks for one more id of a seed.
    pub fn want(&mut self, seed: Seed) {
        *self.seeds.entry(seed).or_default() += 1;
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is asked here and not there.
    #[must_use]
    pub fn beyond(&self, asked: &Self) -> Self {
        let new_seeds =
            self.seeds.iter().filter(|(seed, count)| asked.seeds.get(seed).is_none_or(|known| known < count));
        let is_earlier = |from: &DateTime<Utc>| asked.seconds_from.is_none_or(|known| *from < known);
        Self {
            posts: self.posts.iter().filter(|post| !asked.posts.contains(post)).cloned().collect(),
            editions: &self.editions - &asked.editions,
            items: &self.items - &asked.items,
            stories: &self.stories - &asked.stories,
            absent: &self.absent - &asked.absent,
            days: &self.days - &asked.days,
            links: &self.links - &asked.links,
            entries: self.entries.clone().filter(|_| self.entries != asked.entries),
            numbers: &self.numbers - &asked.numbers,
            seeds: new_seeds.map(|(seed, count)| (seed.clone(), *count)).collect(),
            slugs: &self.slugs - &asked.slugs,
            seconds_from: self.seconds_from.filter(is_earlier),
        }
    }

    /// Adds another question.
    pub fn add(&mut self, other: &Self) {
        self.posts.extend(other.posts.iter().cloned());
        self.editions.extend(&other.editions);
        self.items.extend(&other.items);
        self.stories.extend(other.stories.iter().cloned());
        self.absent.extend(other.absent.iter().cloned());
        self.days.extend(other.days.iter().cloned());
        self.links.extend(other.links.iter().cloned());
        self.entries = other.entries.clone().or(self.entries.take());
        self.numbers.extend(&other.numbers);
        for (seed, count) in &other.seeds {
            let known = self.seeds.entry(seed.clone()).or_default();
            *known = (*known).max(*count);
        }
        self.slugs.extend(other.slugs.iter().cloned());
        if let Some(from) = other.seconds_from {
            self.dates_from(from);
        }
    }

    /// Asks for the seconds from an instant on.
    pub fn dates_from(&mut self, at: DateTime<Utc>) {
        self.seconds_from = Some(self.seconds_from.map_or(at, |from| from.min(at)));
    }
}
