//! Names for items that are seen for the first time: ids, paths and the seconds at which they count as changed.

use crate::collect::reconcile::mint_story;
use crate::pipeline::{Error, identify::SHORT_ID};
use crate::store::{Seconds, Write};
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use uuid::Uuid;

/// What an id is made of.
#[derive(Debug, Clone)]
pub(super) struct Seed<'a> {
    /// Name of the input.
    pub(super) input: &'a str,
    /// Its day, YYYY-MM-DD in UTC, whatever zone the site has later.
    pub(super) day: String,
    /// What the story is compared by, else its title.
    pub(super) story: &'a str,
}

/// An id with its path.
pub(super) type Name = (Uuid, String);

/// Gives each seed an id and a short id that nothing else has.
pub(super) async fn names(write: &mut Write, seeds: &[Seed<'_>]) -> Result<Vec<Name>, Error> {
    let mut names: Vec<Option<Name>> = vec![None; seeds.len()];
    let mut given: HashSet<String> = HashSet::new();
    let mut ordinal = 0;
    loop {
        let open: Vec<usize> = (0..seeds.len()).filter(|at| names.get(*at) == Some(&None)).collect();
        if open.is_empty() {
            return Ok(names.into_iter().flatten().collect());
        }
        let wanted: Vec<Name> = open
            .iter()
            .filter_map(|at| seeds.get(*at))
            .map(|seed| mint_story(seed.input, &seed.day, seed.story, ordinal))
            .map(|id| (id, id.simple().to_string().chars().take(SHORT_ID).collect()))
            .collect();
        let taken = write.taken_among(&wanted).await?;
        for (at, (id, short)) in open.into_iter().zip(wanted) {
            let long = id.to_string();
            if taken.contains(&long) || !given.insert(long) {
                continue;
            }
            let short_is_free = !taken.contains(&short) && given.insert(short.clone());
            if let Some(name) = names.get_mut(at) {
                *name = Some((id, if short_is_free { short } else { id.simple().to_string() }));
            }
        }
        ordinal += 1;
    }
}

/// Dates a new item: `updated` is free, not before `published` and not after `now`. Where so much happened that nothing is
/// free in between, both are moved back.
pub(super) fn dated(
    seconds: &mut Seconds,
    published: DateTime<Utc>,
    now: DateTime<Utc>,
) -> (DateTime<Utc>, DateTime<Utc>) {
    let at = |second| DateTime::from_timestamp(second, 0).unwrap_or(published);
    if let Some(updated) = seconds.take_from(published.timestamp(), now.timestamp()) {
        return (published, at(updated));
    }
    let both = at(seconds.take_up_to(published.timestamp()));
    (both, both)
}
