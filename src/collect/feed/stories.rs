//! Decides what the entries of a document mean for the items: which are new, revised or gone, and which item a new one
//! joins because it is the same story. Pure: values and `now` in, values out.

use super::{EntryItem, KnownEntry, compare_key, is_specific, match_entries};
use crate::model::{Check, LinkKey, Presence, Verdict};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashSet;
use uuid::Uuid;

/// New items of one poll of a feed that is known; more at once are recorded, but not shown.
pub const MOST_NEW: usize = 500;

/// How far apart in time an editor's item and a feed's may be and still be one story.
pub const WITHIN: TimeDelta = TimeDelta::days(7);

/// An earlier date means that there is none: `0001-01-01` and 1970 are what programs write for it.
const NO_DATE_BEFORE: i64 = 365 * 24 * 3600;

/// An entry that was met before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// What it is recognised by.
    pub entry: KnownEntry,
    /// hash of everything that is taken over when it was last read.
    pub hash: u64,
    /// Whether it is no longer in the document.
    pub has_left: bool,
}

/// What the entries of a document are, by their places among those read and those met.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Read for the first time and to be shown, the newest first.
    pub new: Vec<usize>,
    /// Read for the first time, but too many at once.
    pub held_back: Vec<usize>,
    /// Met and read: something that is taken over is not as it was.
    pub revised: Vec<(usize, usize)>,
    /// Met and read: only what tells it from the others is not as it was.
    pub renamed: Vec<(usize, usize)>,
    /// Met, and in the document again.
    pub returned: Vec<usize>,
    /// Met, and no longer in the document.
    pub left: Vec<usize>,
    /// Met and read, as before.
    pub same: usize,
}

/// Compares a document with what was met of its feed. `hashes` are the read entries' hash of everything that is taken over; `published` tells how
/// a read entry is dated; `most_new` bounds how many are shown at once.
pub fn plan(
    met: &[Met],
    read: &[EntryItem],
    hashes: &[u64],
    published: &[DateTime<Utc>],
    most_new: Option<usize>,
) -> Plan {
    let known: Vec<KnownEntry> = met.iter().map(|met| met.entry.clone()).collect();
    let mut plan = Plan::default();
    let mut found = HashSet::new();
    for (at, of) in match_entries(&known, read).into_iter().enumerate() {
        let Some((index, before)) = of.and_then(|index| Some((index, met.get(index)?))) else {
            plan.new.push(at);
            continue;
        };
        found.insert(index);
        if before.has_left {
            plan.returned.push(index);
        }
        let moved = read.get(at).is_none_or(|now| now.key != before.entry.key || now.link != before.entry.link);
        if hashes.get(at) != Some(&before.hash) {
            plan.revised.push((index, at));
            continue;
        }
        plan.same += 1;
        if moved {
            plan.renamed.push((index, at));
        }
    }
    plan.left = (0..met.len()).filter(|index| !found.contains(index)).collect();
    plan.left.retain(|index| met.get(*index).is_some_and(|met| !met.has_left));
    plan.new.sort_by_key(|at| (published.get(*at).map(|date| std::cmp::Reverse(*date)), *at));
    if let Some(most) = most_new.filter(|most| plan.new.len() > *most) {
        plan.held_back = plan.new.split_off(most);
    }
    plan
}

/// When an entry that is first seen now was published: as it says, but not later than now; without a date now, less its
/// place in the document, so that the order stays.
pub fn published(entry: &EntryItem, place: usize, now: DateTime<Utc>) -> DateTime<Utc> {
    let now = DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now);
    match entry.published.filter(|date| date.timestamp() >= NO_DATE_BEFORE) {
        Some(date) => DateTime::from_timestamp(date.timestamp(), 0).unwrap_or(date).min(now),
        None => now - TimeDelta::seconds(i64::try_from(place).unwrap_or_default()),
    }
}

/// What a link is compared by where it names one story.
pub fn story_of(link: &str) -> Option<String> {
    compare_key(link).filter(|key| is_specific(key))
}

/// What a link is compared by where it led, if it was reached and that is another story; `None` when the check does not
/// tell.
pub fn led_to(check: &Check) -> Option<Option<String>> {
    if !matches!(check.verdict, Verdict::Reachable | Verdict::Moved) {
        return None;
    }
    let led = check.final_url.as_deref().and_then(story_of);
    Some(led.filter(|led| compare_key(&check.url).as_ref() != Some(led)))
}

/// The key that links are remembered under, to ask where one leads.
pub fn link_key(link: &str) -> Option<String> {
    LinkKey::of(link).map(|key| key.to_string())
}

/// An item that is about a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The item.
    pub item: Uuid,
    /// Whether its words are a feed's, not an editor's.
    pub by_feed: bool,
    /// Whether it is published.
    pub presence: Presence,
    /// When it was published.
    pub published: DateTime<Utc>,
    /// When it was first collected.
    pub first_seen: DateTime<Utc>,
}

/// The item that an entry joins: an editor's that cites the same source within seven days, else a feed's, the oldest
/// each. A feed's item that left, or was lost with the store, comes back.
pub fn joins(about: &[About], published: DateTime<Utc>) -> Option<Uuid> {
    let is_near = |item: &About| (item.published - published).abs() <= WITHIN;
    let editors = about.iter().filter(|item| !item.by_feed && item.presence == Presence::Live && is_near(item));
    let feeds = about.iter().filter(|item| item.by_feed);
    let of_editors = editors.min_by_key(|item| (item.published, item.item));
    let of_feeds = feeds.min_by_key(|item| (absence(item.presence), age(item)));
    of_editors.or(of_feeds).map(|item| item.item)
}

/// The feed's item that goes on as an editor's new one that cites the same source within seven days: the oldest.
pub fn goes_on(about: &[About], published: DateTime<Utc>) -> Option<Uuid> {
    let fits =
        |item: &&About| item.by_feed && item.presence != Presence::Left && (item.published - published).abs() <= WITHIN;
    about.iter().filter(fits).min_by_key(|item| age(item)).map(|item| item.item)
}

/// The other item with which a live one is to be merged, if there is one. Editors' items never merge with each other.
pub fn merges_with(item: &About, others: &[About]) -> Option<About> {
    let near = |other: &About| (item.published - other.published).abs() <= WITHIN;
    let fits = |other: &&About| {
        other.item != item.item
            && other.presence == Presence::Live
            && match (item.by_feed, other.by_feed) {
                (true, true) => true,
                (false, false) => false,
                _ => near(other),
            }
    };
    others.iter().filter(fits).min_by_key(|other| (other.by_feed, age(other))).copied()
}

/// Whether the id of the first stays when the two become one: the older one's.
pub fn is_older(one: &About, other: &About) -> bool {
    age(one) < age(other)
}

fn age(item: &About) -> (DateTime<Utc>, bool, DateTime<Utc>, Uuid) {
    (item.first_seen, item.by_feed, item.published, item.item)
}

fn absence(presence: Presence) -> u8 {
    match presence {
        Presence::Live => 0,
        Presence::Lost => 1,
        Presence::Left => 2,
    }
}

#[cfg(test)]
#[path = "tests/stories.rs"]
mod tests;
