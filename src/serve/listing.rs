//! What is published, by the manifest; and what it ought to name beside, when somebody removed, emptied or cut it.
//!
//! A manifest never forgets a file without saying so, or without the store forgetting it too. What it does not name any
//! more although it stands in its place goes on being served, until a manifest that is whole is there.

use super::disk;
use super::snapshot::SiteSnapshot;
use crate::publish::layout::is_of_channel;
use crate::publish::{Error, Journal, ManifestLine, Writer};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// The files that the store knows, with their hashes.
pub(super) type Stored = HashMap<String, String>;

/// What is published.
#[derive(Debug)]
pub(super) struct PublishedFiles {
    /// The files by their hashes.
    pub(super) living: BTreeMap<String, String>,
    /// Feeds and pages of channels that were published once and are not any more.
    pub(super) withdrawn: HashSet<String>,
    /// What is wrong with the manifest.
    pub(super) damage: Option<String>,
}

impl PublishedFiles {
    /// Reads the manifest of a directory. `None`: it seems to have lost something, and the store should be asked.
    ///
    /// One that cannot be read leaves the last snapshot as it is; when there is none, it counts as lost.
    pub(super) fn read(
        directory: &Path,
        previous: Option<&SiteSnapshot>,
        stored: Option<&Stored>,
    ) -> Result<Option<Self>, Error> {
        let (lines, mut damage) = match Journal::<ManifestLine>::open(Writer::manifest(directory)).read() {
            Ok(lines) => (lines, None),
            Err(error) if previous.is_none() => (Vec::new(), Some(unreadable(&error))),
            Err(error) => return Err(error),
        };
        let named: HashSet<String> = lines.iter().map(|line| line.path.clone()).collect();
        if stored.is_none() && previous.is_some_and(|previous| previous.hashes().any(|(path, _)| !named.contains(path)))
        {
            return Ok(None);
        }
        let dead = lines.iter().filter(|line| line.hash.is_none() && is_of_channel(&line.path));
        let mut withdrawn: HashSet<String> = dead.map(|line| line.path.clone()).collect();
        let mut living = ManifestLine::replay(lines);
        let lost = lost(directory, &named, previous, stored);
        if !lost.is_empty() {
            let count = lost.len();
            let manifest = Writer::manifest(directory);
            let lost =
                || format!("{} has lost {count} published files, which are served all the same", manifest.display());
            damage = damage.or_else(|| Some(lost()));
            withdrawn.extend(previous.into_iter().flat_map(SiteSnapshot::withdrawn).cloned());
        }
        living.extend(lost);
        living.retain(|path, _| is_servable(path));
        withdrawn.retain(|path| !living.contains_key(path));
        Ok(Some(Self { living, withdrawn, damage }))
    }
}

/// How it is told that a manifest or a file of it could not be read.
pub(super) fn unreadable(error: &impl std::fmt::Display) -> String {
    format!("what was published cannot be read; what was served goes on being served: {error}")
}

/// Files that the manifest does not name, neither as living nor as removed, although it should.
fn lost(
    directory: &Path,
    named: &HashSet<String>,
    previous: Option<&SiteSnapshot>,
    stored: Option<&Stored>,
) -> BTreeMap<String, String> {
    let owned = |(path, hash): (&str, &str)| (path.to_owned(), hash.to_owned());
    let is_lost = |(path, hash): &(&str, &str)| !hash.is_empty() && !named.contains(*path) && is_servable(path);
    let stands = |(path, _): &(&str, &str)| disk::open(directory, path).is_ok();
    let served = || previous.into_iter().flat_map(SiteSnapshot::hashes).filter(is_lost);
    let mut lost: BTreeMap<String, String> = match stored.filter(|stored| !stored.is_empty()) {
        // What the store has forgotten was removed, and the manifest written anew since.
        Some(stored) => {
            let stored = stored.iter().map(|(path, hash)| (path.as_str(), hash.as_str()));
            stored.filter(is_lost).filter(stands).map(owned).collect()
        }
        None => served().filter(stands).map(owned).collect(),
    };
    if named.is_empty() {
        // Nobody publishes nothing. What is not in its place any more may still be in memory.
        for (path, hash) in served() {
            lost.entry(path.to_owned()).or_insert_with(|| hash.to_owned());
        }
    }
    lost
}

/// Nothing hidden is served, and nothing that could lead out, whatever a damaged manifest says.
fn is_servable(path: &str) -> bool {
    !path.contains(['\0', '\\']) && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}
