//! Writes what was composed: only bytes that differ, only over files that are ours, claimed before they appear.

use super::compose::Output;
use crate::model::{Complaint, Place};
use crate::pipeline::{Error, PublishReport};
use crate::publish::{self, Journal, ManifestLine, Obstacle, Standing, Writer, content_hash};
use crate::store::Store;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// A publish under way.
#[derive(Debug)]
pub(super) struct Writing<'a> {
    store: &'a Store,
    writer: Writer,
    directory: &'a Path,
    /// Every file that is ours by its hash, when everything is composed; what is not met is removed.
    all: Option<HashMap<String, String>>,
    ours: Vec<Claimed>,
    removed: Vec<String>,
    complaints: Vec<Complaint>,
    obstacles: Vec<Obstacle>,
}

/// A file that is staged or taken over.
#[derive(Debug)]
struct Claimed {
    path: String,
    hash: String,
    /// The hash it had; `None` when it was not ours.
    before: Option<String>,
    is_staged: bool,
}

impl<'a> Writing<'a> {
    /// Begins to write to a directory.
    pub(super) async fn open(store: &'a Store, directory: &'a Path, all: bool) -> Result<Self, Error> {
        let writer = Writer::open(directory)?;
        let all = if all { Some(store.files().await?.into_iter().collect()) } else { None };
        let (ours, removed, complaints, obstacles) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Ok(Self { store, writer, directory, all, ours, removed, complaints, obstacles })
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
        let (before, look) = match &mut self.all {
            Some(all) => (all.remove(&path), true),
            None => (self.store.file_hash(&path).await?, false),
        };
        let is_known = before.as_deref() == Some(&hash);
        if is_known && !look {
            return Ok(());
        }
        // When everything is looked at, also what somebody else altered or a killed run left is noticed.
        let is_staged = match self.writer.standing(&path, bytes)? {
            Standing::Same if is_known => return Ok(()),
            Standing::Same => false,
            Standing::Blocked(obstacle) => {
                self.obstacles.push(obstacle);
                return Ok(());
            }
            Standing::Other if before.is_none() => {
                self.complaints.push(not_ours(self.directory, &path));
                return Ok(());
            }
            Standing::Other | Standing::Free => true,
        };
        if is_staged {
            self.writer.stage(&path, bytes)?;
        }
        self.ours.push(Claimed { path, hash, before, is_staged });
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
        let Self { store, writer, directory, mut ours, mut removed, mut complaints, mut obstacles, .. } = self;
        remember(store, ours.iter().map(|file| (file.path.as_str(), "")), &[]).await?;
        let journal = Journal::<ManifestLine>::open(Writer::manifest(directory));
        journal.append(&lines(ours.iter().map(|file| (&file.path, Some(&file.hash)))))?;
        before(directory)?;
        let came = tokio::task::spawn_blocking(move || writer.commit()).await??;
        // What could not be put into place or removed is what it was before.
        let blocked: HashSet<&str> = came.iter().map(|obstacle| obstacle.path.as_str()).collect();
        removed.retain(|path| !blocked.contains(path.as_str()));
        let back: Vec<Claimed> = ours.extract_if(.., |file| blocked.contains(file.path.as_str())).collect();
        report.feeds = ours.iter().filter(|file| file.is_staged && is_feed(&file.path)).count();
        report.pages = ours.iter().filter(|file| file.is_staged && !is_feed(&file.path)).count();
        report.removed = removed.len();
        let stands = ours.iter().map(|file| (&file.path, Some(&file.hash)));
        let stood = back.iter().map(|file| (&file.path, file.before.as_ref()));
        let now: Vec<(&String, Option<&String>)> = stands.chain(stood.clone()).collect();
        let known = now.iter().filter_map(|(path, hash)| Some((path.as_str(), hash.as_ref()?.as_str())));
        let released: Vec<&String> = removed.iter().chain(unknown(&now)).collect();
        remember(store, known, &released).await?;
        journal.append(&lines(stood.chain(removed.iter().map(|path| (path, None)))))?;
        obstacles.extend(came);
        complaints.extend(in_the_way(directory, &obstacles));
        Ok(complaints)
    }
}

/// Files that are not ours after all.
fn unknown<'a>(files: &[(&'a String, Option<&String>)]) -> impl Iterator<Item = &'a String> {
    files.iter().filter(|(_, hash)| hash.is_none()).map(|(path, _)| *path)
}

fn lines<'a>(files: impl Iterator<Item = (&'a String, Option<&'a String>)>) -> Vec<ManifestLine> {
    files.map(|(path, hash)| ManifestLine { path: path.clone(), hash: hash.cloned() }).collect()
}

/// Remembers files as ours with a hash each, and forgets others.
async fn remember<'a>(
    store: &Store,
    ours: impl Iterator<Item = (&'a str, &'a str)>,
    forgotten: &[&String],
) -> Result<(), Error> {
    let mut write = store.begin().await?;
    write.put_files(&ours.collect::<Vec<_>>()).await?;
    for path in forgotten {
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

/// A complaint for each obstacle, however many files it holds up.
fn in_the_way(directory: &Path, obstacles: &[Obstacle]) -> Vec<Complaint> {
    let mut places: BTreeMap<&str, Vec<&Obstacle>> = BTreeMap::new();
    for obstacle in obstacles {
        places.entry(&obstacle.at).or_default().push(obstacle);
    }
    let complaint = |(at, held): (&str, Vec<&Obstacle>)| {
        let first = held.first()?;
        let others = match held.len() {
            1 => String::new(),
            2 => " and 1 other file".to_owned(),
            all => format!(" and {} other files", all - 1),
        };
        Some(Complaint::error(
            Place::file(directory.join(at).to_string_lossy()),
            format!("{}, in the way of {}{others}; everything else is published", first.what, first.path),
            "move it away; the next run publishes what belongs there",
        ))
    };
    places.into_iter().filter_map(complaint).collect()
}
