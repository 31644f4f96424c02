//! Gives a post the identities that it has, or new ones, and saves it. What is the same is decided by
//! `collect::reconcile`; here the store is asked what is taken.

use super::{EditionReport, Error, ItemChange, ItemReport, SourceReport, feeds};
use crate::collect::feed::stories;
use crate::collect::reconcile::{find_edition, find_headless, find_original, match_items, mint_edition, mint_item};
use crate::model::{
    Complaint, Edition, Item, KnownEdition, KnownItem, LinkKey, Place as Spot, Presence, Sketch, Verdict, short_hash,
    slug_of,
};
use crate::store::Write;
use crate::verify::{Showing, is_shown};
use chrono::{DateTime, Duration, Utc};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

/// Tries before two things may bear the same second; reached only by thousands of changes at one instant.
const SECONDS_TRIED: i64 = 3600;

/// Hexadecimal digits of an item's path.
pub(super) const SHORT_ID: usize = 12;

/// Where a post was found.
pub(super) struct Place<'a> {
    pub(super) input: &'a str,
    pub(super) input_id: i64,
    pub(super) path: &'a str,
    pub(super) present: &'a Present,
    /// The post as it is written.
    pub(super) text: &'a str,
    /// When items are shown.
    pub(super) showing: Showing,
}

/// The files of an input that are there, with the edition that each holds, where one is known.
#[derive(Debug, Default)]
pub(super) struct Present(HashMap<String, Option<Uuid>>);

impl Present {
    pub(super) fn put(&mut self, path: String, edition: Option<Uuid>) {
        self.0.insert(path, edition);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn is_there(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Whether the file of an edition is there, and holds no other one by now.
    fn holds(&self, edition: &KnownEdition) -> bool {
        self.0.get(&edition.path).is_some_and(|held| held.is_none_or(|held| held == edition.id))
    }
}

/// What became of a post.
pub(super) enum Outcome {
    Saved(Saved),
    /// It is another version of the post in this file, which is still there.
    VersionOf(String),
    /// An item of it lost its heading: nothing is saved.
    Headless {
        title: String,
        line: u32,
    },
}

/// What saving a post came to.
pub(super) struct Saved {
    pub(super) edition: Uuid,
    /// `None` when it is as before.
    pub(super) report: Option<EditionReport>,
    pub(super) complaint: Option<Complaint>,
}

/// Saves a post as an edition with its items.
pub(super) async fn save(
    write: &mut Write,
    place: Place<'_>,
    edition: &Edition,
    now: DateTime<Utc>,
) -> Result<Outcome, Error> {
    let mut like = write.editions_like(place.input_id, place.path, edition).await?;
    let found = find_edition(&like, place.path, edition, |known| place.present.holds(known));
    if let Some(outcome) = refusal(&like, found, &place, edition) {
        return Ok(outcome);
    }
    let known = found.map(|index| moved_in_time(like.swap_remove(index), edition));
    let is_new = known.is_none();
    let mut next = match known {
        Some(known) => known,
        None => new_edition(write, &place, edition).await?,
    };
    let was_lost = next.presence == Presence::Lost;
    let mut giver = Giver {
        write: &mut *write,
        place: &place,
        edition,
        now,
        ids: HashSet::new(),
        seconds: HashSet::new(),
        days: BTreeSet::new(),
    };
    let changes = giver.items(&mut next).await?;
    let days = giver.days;
    let header = header_hash(edition);
    let revised = !is_new && (next.header_hash != header || changes.any());
    if revised {
        next.updated = free_edition_second(write, now).await?;
    }
    next.header_hash = header;
    next.path = place.path.to_owned();
    next.permalink.clone_from(&edition.permalink);
    next.number = edition.number;
    next.title.clone_from(&edition.title);
    next.date = edition.date;
    next.presence = Presence::Live;
    write.save_edition(place.input_id, &next, Some(edition), now).await?;
    for day in days {
        feeds::touch(write, day, now).await?;
    }
    let complaint = same_number(write, &place, &next).await?;
    let report = (is_new || revised || was_lost).then(|| told(place.path, edition, &changes));
    Ok(Outcome::Saved(Saved { edition: next.id, report, complaint }))
}

/// Why a post must not be saved, where it must not. `found` is the stored edition that it is.
fn refusal(candidates: &[KnownEdition], found: Option<usize>, place: &Place<'_>, edition: &Edition) -> Option<Outcome> {
    let Some(known) = found.and_then(|index| candidates.get(index)) else {
        let original = find_original(candidates, place.path, edition, |known| place.present.holds(known))?;
        return Some(Outcome::VersionOf(candidates.get(original)?.path.clone()));
    };
    let (headless, line) = find_headless(&known.items, &edition.items, &body(place.text))?;
    Some(Outcome::Headless { title: headless.title.clone(), line: u32::try_from(line).unwrap_or(u32::MAX) })
}

/// The lines of a post behind its front matter, counted from 1.
fn body(text: &str) -> Vec<(usize, &str)> {
    let front = text.lines().skip(1).position(|line| matches!(line.trim_end(), "---" | "..."));
    (1..).zip(text.lines()).skip(front.map_or(0, |lines| lines + 2)).collect()
}

/// What happened to the items of an edition.
struct Changes {
    /// Per written item.
    items: Vec<ItemChange>,
    /// Titles of those that left.
    removed: Vec<String>,
}

impl Changes {
    fn any(&self) -> bool {
        !self.removed.is_empty() || self.items.iter().any(|change| *change != ItemChange::Same)
    }
}

/// Gives the items of one post their identities.
struct Giver<'a> {
    write: &'a mut Write,
    place: &'a Place<'a>,
    edition: &'a Edition,
    now: DateTime<Utc>,
    /// Ids given in this post, which the store does not know yet.
    ids: HashSet<Uuid>,
    /// Seconds given in this post, likewise.
    seconds: HashSet<i64>,
    /// Day editions of which a feed's item goes on here.
    days: BTreeSet<Uuid>,
}

impl Giver<'_> {
    /// Gives every written item its identity; those of `known` that are not written any more leave.
    async fn items(&mut self, known: &mut KnownEdition) -> Result<Changes, Error> {
        let matches = match_items(&known.items, &self.edition.items);
        let kept: HashSet<usize> = matches.iter().flatten().copied().collect();
        let mut next = Vec::with_capacity(matches.len());
        let mut changes = Changes { items: Vec::new(), removed: Vec::new() };
        let mut dates: HashSet<DateTime<Utc>> = known.items.iter().map(|item| item.published).collect();
        for (position, (item, found)) in (0_u32..).zip(self.edition.items.iter().zip(&matches)) {
            let (identity, change) = match found.and_then(|index| known.items.get(index)) {
                Some(before) => self.seen_before(before, item, position).await?,
                None => self.new_item(item, position, &dates).await?,
            };
            dates.insert(identity.published);
            changes.items.push(change);
            next.push(identity);
        }
        for (_, item) in known.items.iter().enumerate().filter(|(index, _)| !kept.contains(index)) {
            // Also one that was published when the store was lost.
            if item.presence != Presence::Left {
                changes.removed.push(item.title.clone());
            }
            next.push(KnownItem { presence: Presence::Left, ..item.clone() });
        }
        known.items = next;
        Ok(changes)
    }

    async fn seen_before(
        &mut self,
        before: &KnownItem,
        item: &Item,
        position: u32,
    ) -> Result<(KnownItem, ItemChange), Error> {
        let revised = before.content_hash != item.content_hash;
        let updated = if revised { self.free_second(self.now).await? } else { before.updated };
        let change = if revised { ItemChange::Revised } else { ItemChange::Same };
        let identity = describe(item, position, before.id, before.short_id.clone());
        let KnownItem { published, first_seen, shown, .. } = *before;
        Ok((KnownItem { published, updated, first_seen, shown, ..identity }, change))
    }

    async fn new_item(
        &mut self,
        item: &Item,
        position: u32,
        dates: &HashSet<DateTime<Utc>>,
    ) -> Result<(KnownItem, ItemChange), Error> {
        if let Some(before) = self.had_by_a_feed(item).await? {
            let updated = self.free_second(self.now).await?;
            let KnownItem { published, first_seen, shown, .. } = before;
            let known = describe(item, position, before.id, before.short_id);
            return Ok((KnownItem { published, updated, first_seen, shown, ..known }, ItemChange::New));
        }
        let mut published = self.edition.date.with_timezone(&Utc) - Duration::seconds(i64::from(position));
        while dates.contains(&published) {
            published -= Duration::seconds(1);
        }
        let id = self.free_id(item).await?;
        let simple = id.simple().to_string();
        let short: String = simple.chars().take(SHORT_ID).collect();
        let short_id = if self.write.short_id_is_taken(&short).await? { simple } else { short };
        let updated = self.free_second_after(published).await?;
        let known = describe(item, position, id, short_id);
        // What is known of the source is asked for at the end of the cycle, once it is checked.
        let source = known.source.as_ref().map(|_| Verdict::Unchecked);
        let shown = is_shown(self.place.showing, source, false, self.now, self.now);
        Ok((KnownItem { published, updated, first_seen: self.now, shown, ..known }, ItemChange::New))
    }

    /// The item that a feed had of the same story, not long before or after: it goes on as this one.
    async fn had_by_a_feed(&mut self, item: &Item) -> Result<Option<KnownItem>, Error> {
        let Some(story) = item.sources.first().and_then(|source| stories::story_of(&source.url)) else {
            return Ok(None);
        };
        let about = self.write.about(&[&story]).await?.remove(&story).unwrap_or_default();
        let about: Vec<stories::About> =
            about.iter().map(feeds::about).filter(|about| !self.ids.contains(&about.item)).collect();
        let Some(id) = stories::goes_on(&about, self.edition.date.with_timezone(&Utc)) else { return Ok(None) };
        let Some(state) = self.write.item_states(&[id]).await?.remove(&id) else { return Ok(None) };
        self.ids.insert(id);
        self.days.insert(state.edition);
        Ok(Some(state.known))
    }

    async fn free_id(&mut self, item: &Item) -> Result<Uuid, Error> {
        let mut ordinal = 0;
        loop {
            let id = mint_item(self.place.input, self.place.path, self.edition, item, ordinal);
            if !self.write.id_is_taken(id).await? && self.ids.insert(id) {
                return Ok(id);
            }
            ordinal += 1;
        }
    }

    /// The nearest second at or after an instant at which no item changed: nothing is updated before it is published.
    async fn free_second_after(&mut self, at: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
        self.first_free(at.timestamp()..=at.timestamp() + SECONDS_TRIED, at).await
    }

    /// The nearest second at or before an instant at which no item changed.
    async fn free_second(&mut self, at: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
        self.first_free((at.timestamp() - SECONDS_TRIED..=at.timestamp()).rev(), at).await
    }

    async fn first_free(
        &mut self,
        seconds: impl Iterator<Item = i64>,
        otherwise: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, Error> {
        for second in seconds {
            if !self.write.item_updated_is_taken(second).await? && self.seconds.insert(second) {
                return Ok(DateTime::from_timestamp(second, 0).unwrap_or(otherwise));
            }
        }
        Ok(otherwise)
    }
}

fn describe(item: &Item, position: u32, id: Uuid, short_id: String) -> KnownItem {
    KnownItem {
        id,
        short_id,
        title: item.title.clone(),
        source: item.sources.first().and_then(|source| LinkKey::of(&source.url)).map(|key| key.to_string()),
        story: item.sources.first().and_then(|source| stories::story_of(&source.url)),
        sketch: Sketch::of(&item.text),
        content_hash: item.content_hash,
        position,
        published: DateTime::UNIX_EPOCH,
        updated: DateTime::UNIX_EPOCH,
        presence: Presence::Live,
        first_seen: DateTime::UNIX_EPOCH,
        shown: true,
    }
}

async fn new_edition(write: &mut Write, place: &Place<'_>, edition: &Edition) -> Result<KnownEdition, Error> {
    let mut ordinal = 0;
    let id = loop {
        let id = mint_edition(place.input, place.path, edition, ordinal);
        if !write.id_is_taken(id).await? {
            break id;
        }
        ordinal += 1;
    };
    let published = edition.date.with_timezone(&Utc);
    Ok(KnownEdition {
        id,
        input: place.input.to_owned(),
        slug: edition_slug(write, place, edition, id).await?,
        path: place.path.to_owned(),
        permalink: None,
        number: None,
        title: String::new(),
        date: edition.date,
        header_hash: 0,
        published,
        updated: free_edition_second(write, published).await?,
        presence: Presence::Live,
        items: Vec::new(),
    })
}

/// The path of an edition's page: its number or date, behind the input's slug where another input uses the number too.
async fn edition_slug(write: &mut Write, place: &Place<'_>, edition: &Edition, id: Uuid) -> Result<String, Error> {
    let base = match edition.number {
        Some(number) if write.number_is_elsewhere(place.input_id, number).await? => {
            format!("{}-{number}", slug_of(place.input))
        }
        Some(number) => number.to_string(),
        None => edition.date.format("%Y-%m-%d").to_string(),
    };
    let taken = write.edition_slug_is_taken(&base).await?;
    Ok(if taken { format!("{base}-{}", short_hash(&id.to_string())) } else { base })
}

/// A corrected date moves the edition's items with it.
fn moved_in_time(mut known: KnownEdition, edition: &Edition) -> KnownEdition {
    let by = edition.date.signed_duration_since(known.date);
    known.published += by;
    for item in &mut known.items {
        item.published += by;
    }
    known
}

async fn same_number(write: &mut Write, place: &Place<'_>, known: &KnownEdition) -> Result<Option<Complaint>, Error> {
    let Some(number) = known.number else { return Ok(None) };
    let other = write.same_number(place.input_id, number, known.id).await?.filter(|path| place.present.is_there(path));
    Ok(other.map(|other| {
        Complaint::warning(
            Spot::file(place.path),
            format!("number #{number} is also that of {other}; this edition's page is editions/{}/", known.slug),
            "correct the number in the title of one of them",
        )
    }))
}

fn header_hash(edition: &Edition) -> u64 {
    let author = edition.author.as_deref().unwrap_or_default();
    xxh3_64([&edition.title, author, &edition.tags.join("\u{1f}")].join("\u{1e}").as_bytes())
}

/// The nearest second at or before an instant at which no edition changed.
pub(super) async fn free_edition_second(write: &mut Write, at: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    for back in 0..SECONDS_TRIED {
        let free = at - Duration::seconds(back);
        if !write.edition_updated_is_taken(free.timestamp()).await? {
            return Ok(free);
        }
    }
    Ok(at)
}

fn told(path: &str, edition: &Edition, changes: &Changes) -> EditionReport {
    let source = |source: &crate::model::SourceLink| SourceReport {
        label: source.label.clone(),
        url: source.url.clone(),
        verdict: Verdict::Unchecked,
        evidence: String::new(),
    };
    let items = edition.items.iter().zip(&changes.items).map(|(item, change)| ItemReport {
        title: item.title.clone(),
        change: *change,
        tags: item.tags.clone(),
        sources: item.sources.iter().map(source).collect(),
    });
    EditionReport {
        path: path.to_owned(),
        title: edition.title.clone(),
        date: edition.date,
        items: items.collect(),
        removed: changes.removed.clone(),
    }
}
