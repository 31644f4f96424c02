//! Writes what was composed: only bytes that differ, only over files that are ours, claimed before they appear.

use super::compose::Output;
use crate::model::{Complaint, Place};
use crate::pipeline::{Cycle, Error, PublishReport, follow, owner, restore};
use crate::publish::layout::{self, FileKind};
use crate::publish::{self, Journal, ManifestLine, Obstacle, Site, Standing, Writer};
use crate::store::Store;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

/// What a publish looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// Everything is composed; what is not met is removed.
    pub(super) all: bool,
    /// The directory is searched for files of ours that nothing remembers.
    pub(super) survey: bool,
    /// The manifest is written anew.
    pub(super) renew: bool,
}

/// A publish under way.
#[derive(Debug)]
pub(super) struct Writing<'a> {
    cycle: Cycle<'a>,
    store: &'a Store,
    site: &'a Site,
    writer: Writer,
    directory: &'a Path,
    how: How,
    /// Files that are ours: every one when everything is composed, where what is not met is removed; else those of what is
    /// being taken.
    known: HashMap<String, KnownFile>,
    /// Every file that was composed, when the directory is searched.
    met: HashSet<String>,
    /// What the manifest names, once it was asked.
    named: Option<BTreeMap<String, String>>,
    ours: Vec<Claimed>,
    removed: Vec<String>,
    complaints: Vec<Complaint>,
    obstacles: Vec<Obstacle>,
    /// What is about to be published, by hash, for nodes that do not write it themselves.
    bodies: Vec<(String, Vec<u8>)>,
}

/// A file of ours by its hash. The manifest may know one that the store does not.
#[derive(Debug)]
struct KnownFile {
    hash: String,
    in_store: bool,
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
    /// Begins to write to the directory, which is marked as this store's.
    pub(super) async fn open(cycle: Cycle<'a>, site: &'a Site, how: How) -> Result<Self, Error> {
        let Cycle { store, options, .. } = cycle;
        let directory = &options.directory;
        let writer = Writer::open(directory)?;
        owner::mark(store, directory, options.take_over).await?;
        let mut writing = Self {
            cycle,
            store,
            site,
            writer,
            directory,
            how,
            known: HashMap::new(),
            met: HashSet::new(),
            named: None,
            ours: Vec::new(),
            removed: Vec::new(),
            complaints: Vec::new(),
            obstacles: Vec::new(),
            bodies: Vec::new(),
        };
        if how.all {
            let named = writing.named()?.clone();
            writing.known.extend(named.into_iter().map(|(path, hash)| (path, KnownFile { hash, in_store: false })));
            let files = store.files().await?;
            writing.known.extend(files.into_iter().map(|(path, hash)| (path, KnownFile { hash, in_store: true })));
        }
        Ok(writing)
    }

    /// What the manifest names.
    fn named(&mut self) -> Result<&BTreeMap<String, String>, publish::Error> {
        let named = match self.named.take() {
            Some(named) => named,
            None => ManifestLine::replay(Journal::open(Writer::manifest(self.directory)).read()?),
        };
        Ok(self.named.insert(named))
    }

    /// Whether a file that the store does not know is ours all the same.
    fn is_ours(&mut self, path: &str) -> Result<bool, publish::Error> {
        if self.named()?.contains_key(path) {
            return Ok(true);
        }
        Ok(self.writer.read(path).is_some_and(|bytes| publish::says_ours(self.site, path, &bytes)))
    }

    /// Takes what was composed.
    pub(super) async fn put_all(&mut self, outputs: Vec<Output>) -> Result<(), Error> {
        if !self.how.all {
            let paths: Vec<&str> = outputs.iter().map(Output::path).collect();
            let known = self.store.file_hashes(&paths).await?;
            self.known = known.into_iter().map(|(path, hash)| (path, KnownFile { hash, in_store: true })).collect();
        }
        for output in outputs {
            match output {
                Output::File(path, bytes, hash) => self.put(path, &bytes, hash)?,
                Output::Removed(path) => self.remove(path),
            }
        }
        self.keep_bodies().await
    }

    /// Keeps what is about to be published where other nodes find it.
    async fn keep_bodies(&mut self) -> Result<(), Error> {
        let bodies = std::mem::take(&mut self.bodies);
        if bodies.is_empty() {
            return Ok(());
        }
        let mut write = self.store.begin().await?;
        write
            .put_bodies(&bodies.iter().map(|(hash, body)| (hash.as_str(), body.as_slice())).collect::<Vec<_>>())
            .await?;
        Ok(write.commit().await?)
    }

    fn put(&mut self, path: String, bytes: &[u8], hash: String) -> Result<(), Error> {
        if self.how.survey {
            self.met.insert(path.clone());
        }
        let known = self.known.remove(&path);
        let is_known = known.as_ref().is_some_and(|known| known.in_store && known.hash == hash);
        if is_known && !self.how.all {
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
            Standing::Other if known.is_none() && !self.is_ours(&path)? => {
                if !layout::makes_way(&path) {
                    self.complaints.push(not_ours(self.directory, &path));
                }
                return Ok(());
            }
            Standing::Other | Standing::Free => true,
        };
        let before = known.map(|known| known.hash);
        if is_staged {
            self.writer.stage(&path, bytes)?;
        }
        if !self.cycle.role.is_alone() {
            self.bodies.push((hash.clone(), bytes.to_vec()));
        }
        self.ours.push(Claimed { path, hash, before, is_staged });
        Ok(())
    }

    fn remove(&mut self, path: String) {
        // When everything is composed, what is not met is removed anyway.
        if !self.how.all && self.known.remove(&path).is_some() {
            self.writer.remove(&path);
            self.removed.push(path);
        }
    }

    /// Makes it all appear: files are claimed in the store and in the manifest first, then `before` runs, then they are
    /// renamed into place, then the store learns what stands there.
    pub(super) async fn commit(
        mut self,
        report: &mut PublishReport,
        before: impl FnOnce(&Path) -> Result<(), publish::Error>,
    ) -> Result<Vec<Complaint>, Error> {
        self.leave_behind();
        let renewed = self.renewed().await?;
        let Self { cycle, store, writer, directory, mut ours, mut removed, mut complaints, mut obstacles, how, .. } =
            self;
        let mut write = store.begin().await?;
        write.put_files(&ours.iter().map(|file| (file.path.as_str(), "")).collect::<Vec<_>>()).await?;
        if how.all {
            restore::note(&mut write, cycle, None).await?;
            // Whoever goes on if this breaks off here, and has a directory in which nothing is amiss, looks at everything too.
            write.set_meta("published", "again").await?;
        }
        write.commit().await?;
        let journal = Journal::<ManifestLine>::open(Writer::manifest(directory));
        match renewed {
            Some(renewed) => journal.rewrite(&renewed)?,
            None => journal.append(&lines(ours.iter().map(|file| (&file.path, Some(&file.hash)))))?,
        }
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
        remember(cycle, known, &released).await?;
        journal.append(&lines(stood.chain(removed.iter().map(|path| (path, None)))))?;
        obstacles.extend(came);
        complaints.extend(in_the_way(directory, &obstacles));
        Ok(complaints)
    }

    /// Has everything removed that is ours and was not composed.
    fn leave_behind(&mut self) {
        let known = std::mem::take(&mut self.known).into_keys();
        let mut gone: BTreeSet<String> = known.filter(|_| self.how.all).collect();
        if self.how.survey {
            let found = self.writer.files().into_iter().filter(|path| publish::may_be_ours(path));
            for path in found.filter(|path| !self.met.contains(path)).collect::<Vec<_>>() {
                let says_ours = |bytes: Vec<u8>| publish::says_ours(self.site, &path, &bytes);
                if !gone.contains(&path) && self.writer.read(&path).is_some_and(says_ours) {
                    gone.insert(path);
                }
            }
        }
        for path in &gone {
            self.writer.remove(path);
        }
        self.removed.extend(gone);
    }

    /// The manifest anew: what the store knows, what is about to appear, and what is not removed yet.
    async fn renewed(&self) -> Result<Option<Vec<ManifestLine>>, Error> {
        if !self.how.renew {
            return Ok(None);
        }
        let mut files: BTreeMap<String, String> = self.store.files().await?.into_iter().collect();
        files.retain(|_, hash| !hash.is_empty());
        files.extend(self.ours.iter().map(|file| (file.path.clone(), file.hash.clone())));
        Ok(Some(files.into_iter().map(|(path, hash)| ManifestLine { path, hash: Some(hash) }).collect()))
    }
}

/// Files that are not ours after all.
fn unknown<'a>(files: &[(&'a String, Option<&String>)]) -> impl Iterator<Item = &'a String> {
    files.iter().filter(|(_, hash)| hash.is_none()).map(|(path, _)| *path)
}

fn lines<'a>(files: impl Iterator<Item = (&'a String, Option<&'a String>)>) -> Vec<ManifestLine> {
    // An empty hash is a claim of a run that was killed: what stands there is not known.
    let line = |(path, hash): (&String, Option<&String>)| ManifestLine {
        path: path.clone(),
        hash: hash.filter(|hash| !hash.is_empty()).cloned(),
    };
    files.map(line).collect()
}

/// Remembers files as ours with a hash each, and forgets others.
async fn remember<'a>(
    cycle: Cycle<'_>,
    ours: impl Iterator<Item = (&'a str, &'a str)>,
    forgotten: &[&String],
) -> Result<(), Error> {
    let mut write = cycle.store.begin().await?;
    if !cycle.role.is_alone() {
        follow::note_generation(&mut write).await?;
    }
    write.put_files(&ours.collect::<Vec<_>>()).await?;
    for path in forgotten {
        write.remove_file(path).await?;
    }
    Ok(write.commit().await?)
}

fn is_feed(path: &str) -> bool {
    matches!(layout::kind(path), FileKind::Feed(_))
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
