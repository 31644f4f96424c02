//! Reads what one publish left.
//!
//! The publisher appends to the manifest before it puts files into place, so a manifest that the files do not bear out yet
//! means that a publish is under way: the last snapshot goes on.

use super::bundle::{Bundle, Making};
use super::disk::{self, Stamp};
use super::entry::FileEntry;
use super::listing::{PublishedFiles, Stored};
use super::pool::BundlePool;
use super::snapshot::{Rules, SiteSnapshot, Slugs};
use crate::publish::layout::{Rank, rank};
use crate::publish::{Error, Writer, content_hash};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// What reading the manifest led to.
#[derive(Debug)]
pub(super) enum Loaded {
    /// A whole publish.
    Whole(Box<SiteSnapshot>),
    /// Files differ from the manifest, for somebody is at work.
    UnderWay,
    /// The manifest seems to have lost something: the store should be asked.
    Doubtful,
}

/// What a snapshot is loaded with.
#[derive(Debug)]
pub(super) struct Loading<'a> {
    pub(super) rules: &'a Arc<Rules>,
    pub(super) pool: &'a BundlePool,
    pub(super) slugs: &'a Slugs,
    /// The last snapshot.
    pub(super) previous: Option<&'a SiteSnapshot>,
    /// What the store knows; `None`: it was not asked.
    pub(super) stored: Option<&'a Stored>,
    /// Take what is there even while somebody publishes.
    pub(super) anyway: bool,
}

impl Loading<'_> {
    /// Reads the manifest and every file that is new by it.
    pub(super) fn load(&self) -> Result<Loaded, Error> {
        let stamp = Stamp::of_manifest(&self.rules.options.directory);
        // Asked after the stamp and before the files: who is not at work now and has not changed the manifest by the end
        // left the files as they are, be it that a publish broke off.
        let at_work = !self.anyway && Writer::is_at_work(&self.rules.options.directory);
        if at_work && self.previous.is_none() {
            return Ok(Loaded::UnderWay);
        }
        let Some(listing) = PublishedFiles::read(&self.rules.options.directory, self.previous, self.stored)? else {
            return Ok(Loaded::Doubtful);
        };
        let PublishedFiles { living, withdrawn, damage } = listing;
        let mut entries = HashMap::with_capacity(living.len());
        let (mut others, mut held, mut differ) = (Vec::new(), 0, false);
        for (path, hash) in living {
            match self.known(&path, &hash) {
                Some(entry) if entry.bundle().is_some() || rank(&path) == Rank::Seldom => {
                    held += weight(entry);
                    entries.insert(path, Arc::clone(entry));
                }
                _ => others.push((rank(&path), path, hash)),
            }
        }
        others.sort_unstable();
        for (rank, path, hash) in others {
            let wanted = rank < Rank::Seldom && held < self.pool.memory.budget();
            let entry = match self.known(&path, &hash).filter(|_| !wanted) {
                Some(entry) => Some(Arc::clone(entry)),
                None => self.take(&path, &hash, wanted)?,
            };
            differ |= entry.is_none();
            let before = || self.previous.and_then(|previous| previous.entry(&path)).map(Arc::clone);
            let entry = entry.or_else(before).unwrap_or_else(|| Arc::new(FileEntry::new(path.clone(), hash)));
            held += weight(&entry);
            entries.insert(path, entry);
        }
        // A manifest that grew while it was read may have been read in part.
        if (differ && at_work) || (stamp != Stamp::of_manifest(&self.rules.options.directory) && !self.anyway) {
            return Ok(Loaded::UnderWay);
        }
        let (rules, slugs) = (Arc::clone(self.rules), Arc::clone(self.slugs));
        Ok(Loaded::Whole(Box::new(SiteSnapshot { rules, stamp, slugs, entries, withdrawn, damage })))
    }

    /// The same file in the last snapshot, when it is answered the same.
    fn known(&self, path: &str, hash: &str) -> Option<&Arc<FileEntry>> {
        let previous = self.previous.filter(|previous| Arc::ptr_eq(&previous.rules, self.rules))?;
        let is_same = |entry: &&Arc<FileEntry>| entry.hash == hash && entry.bundle().is_none_or(|b| b.hash == hash);
        previous.entry(path).filter(is_same)
    }

    /// Looks at a file that is new by the manifest; `None` when it is another than the manifest says.
    fn take(&self, path: &str, hash: &str, wanted: bool) -> Result<Option<Arc<FileEntry>>, Error> {
        let entry = FileEntry::new(path.to_owned(), hash.to_owned());
        // At the start there is nothing that could be mixed with; what is not wanted at once is looked at when asked for.
        if !wanted && self.previous.is_none() {
            return Ok(Some(Arc::new(entry)));
        }
        let Some(found) =
            disk::read(&self.rules.options.directory, path).ok().filter(|f| content_hash(&f.bytes) == hash)
        else {
            return Ok(None);
        };
        if wanted {
            let making = Making { path, hash, cache_control: &self.rules.cache_control, memory: &self.pool.memory };
            let made = Bundle::make(&making, found).map_err(|source| could_not("prepare", path, source))?;
            entry.keep(Arc::new(made.recorded(&self.pool.versions)));
        }
        Ok(Some(Arc::new(entry)))
    }
}

/// Memory that an entry takes.
fn weight(entry: &FileEntry) -> usize {
    entry.bundle().map_or(0, |bundle| bundle.weight())
}

fn could_not(action: &'static str, path: &str, source: io::Error) -> Error {
    Error::Io { action, path: path.into(), source }
}
