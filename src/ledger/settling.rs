//! Looks again at stories of which something changed: an editor's item that came, left or turned to another source, a link
//! that is known to lead elsewhere now, an input that was withdrawn. What is one story is decided in [`super::stories`].

use super::carrying::{
    NewStory, about, ask_for_item, carry, carry_instead, describe, found, refresh, refresh_by_any, story_in,
};
use super::days::{FeedRules, ask_for_day, day_of};
use super::question::Question;
use super::scope::{EntryState, ItemState, Scope};
use super::stories::{About, is_older, joins, merges_with};
use crate::model::{KnownItem, Presence};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Asks for what has to be known before items are settled, as far as that can be told by now. To be asked again until
/// nothing is left open.
pub fn ask_for_settling(
    question: &mut Question,
    scope: &Scope,
    rules: &FeedRules,
    marked: &[Uuid],
    now: DateTime<Utc>,
) {
    question.items.extend(marked);
    for item in marked.iter().filter_map(|id| scope.item(*id)) {
        ask_for_marked(question, scope, rules, item);
    }
    if !marked.is_empty() {
        question.dates_from(now);
    }
}

fn ask_for_marked(question: &mut Question, scope: &Scope, rules: &FeedRules, item: &ItemState) {
    ask_for_item(question, scope, rules, item);
    let mut stories: BTreeSet<String> = story_of(scope, item).into_iter().collect();
    for carrier in strangers(scope, item) {
        let Some(new) = found_by(scope, carrier) else { continue };
        question.want(new.seed());
        ask_for_day(question, rules, carrier.published);
        stories.extend(new.story);
    }
    // Once its words are those of whoever carries it, that one's story counts.
    let first = scope.carriers(item.known.id).into_iter().next();
    stories.extend(first.and_then(|first| story_in(scope, scope.said(first)?, first.story.as_deref())));
    for other in stories.iter().flat_map(|story| scope.about(story)) {
        ask_for_item(question, scope, rules, other);
        // An editor's item may leave its edition for a feed's older one, which changes what the edition shows.
        question.editions.extend(
            [item, other]
                .iter()
                .filter(|_| item.by_feed != other.by_feed)
                .filter(|of| !of.by_feed)
                .map(|of| of.edition),
        );
    }
    question.stories.extend(stories);
}

/// Looks at every marked item. One about which too little is known, after what became of others, is to be looked at again.
pub fn settle_stories(scope: &mut Scope, rules: &FeedRules, marked: &[Uuid], now: DateTime<Utc>) {
    for id in marked {
        let Some(item) = scope.item(*id).cloned() else { continue };
        let mut question = Question::default();
        ask_for_marked(&mut question, scope, rules, &item);
        if scope.has_asked(&question) {
            settle(scope, rules, &item, now);
        } else {
            scope.look_again(*id);
        }
    }
}

fn settle(scope: &mut Scope, rules: &FeedRules, item: &ItemState, now: DateTime<Utc>) {
    let id = item.known.id;
    let is_carried = !scope.carriers(id).is_empty();
    match (item.by_feed, item.known.presence) {
        (false, Presence::Live) => {
            scope.stir(id);
            let strangers: Vec<EntryState> = strangers(scope, item).into_iter().cloned().collect();
            for carrier in strangers {
                find_another(scope, rules, id, carrier, now);
            }
            merge(scope, rules, item, now);
        }
        (false, Presence::Left) if is_carried => give_back(scope, rules, item, now),
        (true, Presence::Live) => {
            scope.stir(id);
            refresh(scope, rules, id, true, now);
            if let Some(item) = scope.item(id).filter(|item| item.known.presence == Presence::Live).cloned() {
                merge(scope, rules, &item, now);
            }
        }
        (true, _) if is_carried && scope.carriers(id).iter().any(|entry| scope.said(entry).is_some()) => {
            refresh_by_any(scope, rules, id, now);
        }
        _ => {}
    }
}

/// What an item is compared by.
fn story_of(scope: &Scope, item: &ItemState) -> Option<String> {
    let own = item.known.story.as_deref();
    item.written.as_ref().map_or_else(|| own.map(str::to_owned), |words| story_in(scope, words, own))
}

/// Those who carry an editor's item but are not about its story any more, since it turned to another. Who shares a story
/// with the item, or with somebody else who does, stays.
fn strangers<'a>(scope: &'a Scope, item: &ItemState) -> Vec<&'a EntryState> {
    if item.by_feed || item.known.presence != Presence::Live {
        return Vec::new();
    }
    // By its own link too, by which others find it.
    let mut stories: BTreeSet<Option<String>> = BTreeSet::from([story_of(scope, item)]);
    stories.extend(item.known.story.clone().map(Some));
    let told = |carrier: &&'a EntryState| {
        let said = scope.said(carrier)?;
        Some((*carrier, [carrier.story.clone(), story_in(scope, said, carrier.story.as_deref())]))
    };
    let mut strangers: Vec<_> = scope.carriers(item.known.id).iter().filter_map(told).collect();
    loop {
        let (kin, others): (Vec<_>, Vec<_>) =
            strangers.into_iter().partition(|(_, told)| told.iter().any(|story| stories.contains(story)));
        strangers = others;
        if kin.is_empty() {
            return strangers.into_iter().map(|(carrier, _)| carrier).collect();
        }
        // Not to tell a story makes nobody kin of others who tell none.
        stories.extend(kin.into_iter().flat_map(|(_, told)| told.into_iter().flatten()).map(Some));
    }
}

/// The item that an entry makes when it joins none.
fn found_by<'a>(scope: &'a Scope, carrier: &'a EntryState) -> Option<NewStory<'a>> {
    let item = scope.said(carrier)?;
    let story = story_in(scope, item, carrier.story.as_deref());
    Some(NewStory { input: "", story, item, published: carrier.published })
}

/// Other items that are about a story.
fn others(scope: &Scope, story: Option<&str>, but: Uuid) -> Vec<About> {
    let found = story.map(|story| about(scope, story)).unwrap_or_default();
    found.into_iter().filter(|other| other.item != but).collect()
}

/// Finds the item that an entry belongs to when it cannot stay with the one that it carried.
fn find_another(scope: &mut Scope, rules: &FeedRules, left: Uuid, carrier: EntryState, now: DateTime<Utc>) {
    let Some(words) = scope.said(&carrier).cloned() else { return };
    let story = story_in(scope, &words, carrier.story.as_deref());
    if let Some(item) = joins(&others(scope, story.as_deref(), left), carrier.published) {
        carry(scope, carrier, item, now.timestamp().max(1));
        refresh(scope, rules, item, true, now);
        return;
    }
    let new = NewStory { input: "", story, item: &words, published: carrier.published };
    let item = found(scope, rules, new, now);
    carry(scope, carrier, item, 0);
}

/// An editor's item left: its story goes on as another editor's, else as the feed's item that it was, in its day.
fn give_back(scope: &mut Scope, rules: &FeedRules, item: &ItemState, now: DateTime<Utc>) {
    let KnownItem { id, published, first_seen, shown, ref short_id, .. } = item.known;
    let others = others(scope, story_of(scope, item).as_deref(), id);
    let editors: Vec<About> = others.into_iter().filter(|other| !other.by_feed).collect();
    if let Some(other) = joins(&editors, published) {
        return carry_instead(scope, id, other);
    }
    let first = scope.carriers(id).into_iter().next();
    let Some((own, words)) = first.and_then(|first| Some((first.story.clone(), scope.said(first)?.clone()))) else {
        return;
    };
    let (edition, position) = day_of(scope, rules, published, now);
    let story = story_in(scope, &words, own.as_deref());
    let updated = scope.item_second(now);
    let known = describe(&words, story, id, short_id.clone());
    let known = KnownItem { position, published, updated, first_seen, shown, ..known };
    scope.put_item(ItemState { edition, by_feed: true, known, written: Some(words) });
}

/// Makes one item of two that are one story, if there is another.
fn merge(scope: &mut Scope, rules: &FeedRules, item: &ItemState, now: DateTime<Utc>) {
    let this = About::of(item);
    let others = others(scope, story_of(scope, item).as_deref(), this.item);
    let Some(other) = merges_with(&this, &others) else { return };
    let (stays, leaves) = if is_older(&this, &other) { (this, other) } else { (other, this) };
    if leaves.by_feed {
        carry_instead(scope, leaves.item, stays.item);
        refresh(scope, rules, leaves.item, true, now);
        refresh(scope, rules, stays.item, true, now);
    } else {
        take_over(scope, stays.item, leaves.item, now);
    }
    // There may be a third.
    scope.look_again(stays.item);
}

/// A feed's item is older than the editor's that is the same story: it goes on with the editor's words in the editor's
/// edition, and the editor's leaves.
fn take_over(scope: &mut Scope, older: Uuid, newer: Uuid, now: DateTime<Utc>) {
    let (Some(feeds), Some(editors)) = (scope.item(older).cloned(), scope.item(newer).cloned()) else { return };
    scope.keep_said(older);
    carry_instead(scope, newer, older);
    let KnownItem { id, short_id, published, first_seen, shown, .. } = feeds.known;
    let updated = scope.item_second(now);
    let known = KnownItem { id, short_id, published, updated, first_seen, shown, ..editors.known.clone() };
    scope.put_item(ItemState { known, ..editors.clone() });
    let known = KnownItem { presence: Presence::Left, ..editors.known };
    scope.put_item(ItemState { known, written: None, ..editors });
}

#[cfg(test)]
#[path = "tests/settling.rs"]
mod tests;
