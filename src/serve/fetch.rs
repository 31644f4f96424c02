//! Reads a file that is not in memory. What is found wrong with one is kept in mind, so that asking again costs next to
//! nothing: neither the file nor the manifest is read anew.

use super::bundle::{Bundle, Making};
use super::disk::{self, Stamp};
use super::entry::{FileEntry, FileTrouble};
use super::error::Error;
use super::options::Options;
use super::pool::BundlePool;
use super::snapshot::SiteSnapshot;
use crate::publish::{Journal, ManifestLine, Writer, content_hash};
use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use xxhash_rust::xxh3::xxh3_128;

/// What the publisher ever meant files to hold, by the manifest as it was last looked at.
#[derive(Debug, Default)]
pub(super) struct ManifestClaims(Mutex<Option<ManifestPairs>>);

#[derive(Debug)]
struct ManifestPairs {
    stamp: Stamp,
    /// Path and hash, hashed.
    pairs: HashSet<u128>,
}

impl ManifestClaims {
    /// Whether the publisher ever meant a file to have these bytes: a claim stands in the manifest before they appear.
    ///
    /// Reads the manifest once for each of its versions. Only who reads from the disk anyway waits here.
    fn hold(&self, options: &Options, path: &str, hash: &str) -> Result<bool, Error> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = Stamp::of_manifest(&options.directory);
        if known.as_ref().is_none_or(|known| known.stamp != stamp) {
            let lines = Journal::<ManifestLine>::open(Writer::manifest(&options.directory)).read()?;
            let pairs = lines.iter().filter_map(|line| Some(pair(&line.path, line.hash.as_deref()?))).collect();
            *known = Some(ManifestPairs { stamp, pairs });
        }
        Ok(known.as_ref().is_some_and(|known| known.pairs.contains(&pair(path, hash))))
    }
}

fn pair(path: &str, hash: &str) -> u128 {
    xxh3_128(format!("{hash} {path}").as_bytes())
}

/// What a file is read with.
#[derive(Debug)]
pub(super) struct FileFetch {
    pub(super) snapshot: Arc<SiteSnapshot>,
    pub(super) pool: Arc<BundlePool>,
    pub(super) claims: Arc<ManifestClaims>,
    pub(super) entry: Arc<FileEntry>,
}

impl FileFetch {
    /// Reads the file and keeps its bundle, or what is wrong with it.
    ///
    /// When a publish replaced the file since the snapshot was taken, the new bytes are answered, whole and under their
    /// own tag: the old ones are nowhere any more.
    pub(super) fn run(&self) -> Result<Arc<Bundle>, FileTrouble> {
        // Somebody may have been quicker.
        if let Some(bundle) = self.entry.bundle() {
            return Ok(bundle);
        }
        let opened = disk::open(&self.snapshot.rules.options.directory, &self.entry.path);
        let stamp = opened.as_ref().ok().map(disk::OpenFile::stamp);
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

    fn bundle(&self, opened: disk::OpenFile) -> Result<Arc<Bundle>, FileTrouble> {
        let (rules, path) = (&self.snapshot.rules, self.entry.path.as_str());
        if self.entry.is_known_to_differ(opened.stamp()) {
            return Err(FileTrouble::Differs);
        }
        let found = opened.read().map_err(|error| self.could_not_read(error))?;
        let hash = content_hash(&found.bytes);
        let is_ours = hash == self.entry.hash || self.claims.hold(&rules.options, path, &hash).map_err(failed)?;
        if !is_ours {
            return Err(FileTrouble::Differs);
        }
        let making = Making { path, hash: &hash, cache_control: &rules.cache_control, memory: &self.pool.memory };
        let made = Bundle::make(&making, found).map_err(|error| self.could_not_read(error))?;
        Ok(Arc::new(made.recorded(&self.pool.versions)))
    }

    fn could_not_read(&self, source: io::Error) -> FileTrouble {
        match source.kind() {
            io::ErrorKind::NotFound => FileTrouble::Missing,
            _ => failed(Error::Io { path: self.entry.path.clone(), source }),
        }
    }
}

fn failed(error: Error) -> FileTrouble {
    FileTrouble::Failed(Arc::new(error))
}
