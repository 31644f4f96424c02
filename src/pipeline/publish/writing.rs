//! Writes what was composed: only bytes that differ, only over files that are ours, claimed before they appear.

use super::compose::Output;
use crate::model::{Complaint, Place};
use crate::pipeline::{Error, PublishReport};
use crate::publish::{self, Journal, ManifestLine, Writer, content_hash};
use crate::store::Store;
use std::collections::HashMap;
use std::path::Path;

/// A publish under way.
#[derive(Debug)]
pub(super) struct Writing<'a> {
    store: &'a Store,
    writer: Writer,
    directory: &'a Path,
    /// Every file that is ours by its hash, when everything is composed; what is not met is removed.
    all: Option<HashMap<String, String>>,
    /// Path and hash of what is staged or taken over.
    ours: Vec<(String, String)>,
    removed: Vec<String>,
    staged: usize,
    feeds: usize,
    complaints: Vec<Complaint>,
}

impl<'a> Writing<'a> {
    /// Begins to write to a directory.
    pub(super) async fn open(store: &'a Store, directory: &'a Path, all: bool) -> Result<Self, Error> {
        let writer = Writer::open(directory)?;
        let all = if all { Some(store.files().await?.into_iter().collect()) } else { None };
        let (ours, removed, complaints) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { store, writer, directory, all, ours, removed, staged: 0, feeds: 0, complaints })
    }

    /// Takes what was composed.
    pub(super) async fn put_all(&mut self, outputs: Vec<Output>) -> Result<(), Error> {
        for output in outputs {
            match output {
                Output::File(path, bytes) => self.put(path, &bytes).await?,
                Output::Removed(path) => self.remove(path).await?,
            }
        }
        Ok(())
    }

    async fn put(&mut self, path: String, bytes: &[u8]) -> Result<(), Error> {
        let hash = content_hash(bytes);
        let (known, look) = match &mut self.all {
            Some(all) => (all.remove(&path), true),
            None => (self.store.file_hash(&path).await?, false),
        };
        // When everything is looked at, also what somebody else altered or a killed run left is noticed.
        let is_there = || !look || self.writer.holds(&path, bytes);
        match known {
            Some(known) if known == hash && is_there() => return Ok(()),
            None if self.writer.holds(&path, bytes) => {}
            None if !self.writer.is_free(&path) => {
                self.complaints.push(not_ours(self.directory, &path));
                return Ok(());
            }
            _ => {
                self.writer.stage(&path, bytes)?;
                self.staged += 1;
                self.feeds += usize::from(is_feed(&path));
            }
        }
        self.ours.push((path, hash));
        Ok(())
    }

    async fn remove(&mut self, path: String) -> Result<(), Error> {
        if self.store.file_hash(&path).await?.is_some() {
            self.writer.remove(&path);
            self.removed.push(path);
        }
        Ok(())
    }

    /// Makes it all appear: files are claimed in the store and in the manifest first, then `before` runs, then they are
    /// renamed into place, then the store learns what stands there.
    pub(super) async fn commit(
        mut self,
        report: &mut PublishReport,
        before: impl FnOnce(&Path) -> Result<(), publish::Error>,
    ) -> Result<Vec<Complaint>, Error> {
        for path in self.all.take().unwrap_or_default().into_keys() {
            self.remove(path).await?;
        }
        let Self { store, writer, directory, ours, removed, complaints, .. } = self;
        remember(store, &ours, &[], |_| "").await?;
        let journal = Journal::<ManifestLine>::open(Writer::manifest(directory));
        let claim = |(path, hash): &(String, String)| ManifestLine { path: path.clone(), hash: Some(hash.clone()) };
        journal.append(&ours.iter().map(claim).collect::<Vec<_>>())?;
        before(directory)?;
        tokio::task::spawn_blocking(move || writer.commit()).await??;
        remember(store, &ours, &removed, |hash| hash).await?;
        let released = |path: &String| ManifestLine { path: path.clone(), hash: None };
        journal.append(&removed.iter().map(released).collect::<Vec<_>>())?;
        report.feeds = self.feeds;
        report.pages = self.staged - self.feeds;
        report.removed = removed.len();
        Ok(complaints)
    }
}

/// Remembers files as ours with a hash each, and forgets the removed ones.
async fn remember(
    store: &Store,
    ours: &[(String, String)],
    removed: &[String],
    hash_of: impl Fn(&str) -> &str,
) -> Result<(), Error> {
    let mut write = store.begin().await?;
    let files: Vec<(&str, &str)> = ours.iter().map(|(path, hash)| (path.as_str(), hash_of(hash))).collect();
    write.put_files(&files).await?;
    for path in removed {
        write.remove_file(path).await?;
    }
    Ok(write.commit().await?)
}

fn is_feed(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| ["rss.xml", "atom.xml", "feed.json"].contains(&name))
}

fn not_ours(directory: &Path, path: &str) -> Complaint {
    Complaint::error(
        Place::file(directory.join(path).to_string_lossy()),
        "this file was not written by wellsourced, which leaves it alone",
        "move it away, or publish to another directory",
    )
}
