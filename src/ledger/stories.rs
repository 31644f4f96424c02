//! Which items are one story: which one a new entry joins, which one goes on as an editor's, which ones merge. Pure.

use super::scope::ItemState;
use crate::model::{Check, KnownItem, LinkKey, Presence, Verdict, compare_key, is_specific};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How far apart in time an editor's item and a feed's may be and still be one story.
pub const WITHIN: TimeDelta = TimeDelta::days(7);

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

impl About {
    /// What is known of an item.
    pub fn of(state: &ItemState) -> Self {
        let KnownItem { id, presence, published, first_seen, .. } = state.known;
        Self { item: id, by_feed: state.by_feed, presence, published, first_seen }
    }
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
