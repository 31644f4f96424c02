//! Reads a file that is not in memory. What is found wrong with one is kept in mind, so that asking again costs next to
//! nothing: neither the file nor the manifest is read anew.

use super::bundle::{Bundle, Making};
use super::disk::{self, Stamp};
use super::entry::{Entry, Trouble};
use super::error::Error;
use super::options::Options;
use super::pool::Pool;
use super::snapshot::Snapshot;
use crate::publish::{Journal, ManifestLine, Writer, content_hash};
use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use xxhash_rust::xxh3::xxh3_128;

/// What the publisher ever meant files to hold, by the manifest as it was last looked at.
#[derive(Debug, Default)]
pub(super) struct Claims(Mutex<Option<Known>>);

#[derive(Debug)]
struct Known {
    stamp: Stamp,
    /// Path and hash, hashed.
    pairs: HashSet<u128>,
}

impl Claims {
    /// Whether the publisher ever meant a file to have these bytes: a claim stands in the manifest before they appear.
    ///
    /// Reads the manifest once for each of its versions. Only who reads from the disk anyway waits here.
    fn hold(&self, options: &Options, path: &str, hash: &str) -> Result<bool, Error> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = Stamp::of_manifest(&options.directory);
        if known.as_ref().is_none_or(|known| known.stamp != stamp) {
            let lines = Journal::<ManifestLine>::open(Writer::manifest(&options.directory)).read()?;
            let pairs = lines.iter().filter_map(|line| Some(pair(&line.path, line.hash.as_deref()?))).collect();
            *known = Some(Known { stamp, pairs });
        }
        Ok(known.as_ref().is_some_and(|known| known.pairs.contains(&pair(path, hash))))
    }
}

fn pair(path: &str, hash: &str) -> u128 {
    xxh3_128(format!("{hash} {path}").as_bytes())
}

/// What a file is read with.
#[derive(Debug)]
pub(super) struct Fetching {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) pool: Arc<Pool>,
    pub(super) claims: Arc<Claims>,
    pub(super) entry: Arc<Entry>,
}

impl Fetching {
    /// Reads the file and keeps its bundle, or what is wrong with it.
    ///
    /// When a publish replaced the file since the snapshot was taken, the new bytes are answered, whole and under their
    /// own tag: the old ones are nowhere any more.
    pub(super) fn run(&self) -> Result<Arc<Bundle>, Trouble> {
        // Somebody may have been quicker.
        if let Some(bundle) = self.entry.bundle() {
            return Ok(bundle);
        }
        let opened = disk::open(&self.snapshot.rules.options.directory, &self.entry.path);
        let stamp = opened.as_ref().ok().map(disk::Opened::stamp);
        let fetched = opened.map_err(|error| self.could_not_read(error)).and_then(|opened| self.bundle(opened));
        match &fetched {
            Ok(bundle) => {
                self.entry.keep(Arc::clone(bundle));
                self.pool.admit(&self.entry);
            }
            Err(trouble) => self.entry.note(trouble.clone(), stamp),
        }
        fetched
    }

    fn bundle(&self, opened: disk::Opened) -> Result<Arc<Bundle>, Trouble> {
        let (rules, path) = (&self.snapshot.rules, self.entry.path.as_str());
        if self.entry.is_known_to_differ(opened.stamp()) {
            return Err(Trouble::Differs);
        }
        let found = opened.read().map_err(|error| self.could_not_read(error))?;
        let hash = content_hash(&found.bytes);
        let is_ours = hash == self.entry.hash || self.claims.hold(&rules.options, path, &hash).map_err(failed)?;
        if !is_ours {
            return Err(Trouble::Differs);
        }
        let making = Making { path, hash: &hash, cache_control: &rules.cache_control, memory: &self.pool.memory };
        let made = Bundle::make(&making, found).map_err(|error| self.could_not_read(error))?;
        Ok(Arc::new(made.recorded(&self.pool.versions)))
    }

    fn could_not_read(&self, source: io::Error) -> Trouble {
        match source.kind() {
            io::ErrorKind::NotFound => Trouble::Missing,
            _ => failed(Error::Io { path: self.entry.path.clone(), source }),
        }
    }
}

fn failed(error: Error) -> Trouble {
    Trouble::Failed(Arc::new(error))
}
