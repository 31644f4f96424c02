//! Makes the directory of a node what another node published: the files that differ are fetched from the store by their hashes and
//! written as a publish writes them, pages first, removals last.
//!
//! What a directory holds is found out once by reading it, and known from then on. A node that begins to publish follows first.

use super::{Cycle, Error, Options, owner, restore};
use crate::publish::{self, Journal, ManifestLine, Site, Standing, Writer};
use crate::store::{Store, Write};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Where the store keeps how often the published files changed.
const GENERATION: &str = "generation";

/// Where the store keeps which node published last.
const PUBLISHER: &str = "publisher";

/// Files fetched at once.
const AT_ONCE: usize = 100;

/// Dead lines that a manifest may have beside as many as there are files.
const DEAD_LINES: usize = 1000;

/// The node that published last.
pub async fn published_by(store: &Store) -> crate::store::Result<Option<String>> {
    store.meta(PUBLISHER).await
}

/// What a directory holds, as far as it is known.
#[derive(Debug, Default)]
pub struct Follower {
    directory: PathBuf,
    holds: Option<BTreeMap<String, String>>,
}

/// What came of following.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Followed {
    /// The generation of the files that the directory is meant to hold.
    pub generation: i64,
    /// Files that it lacks, or has in another state.
    pub behind: u64,
    /// Files that were written or removed.
    pub changed: usize,
}

/// What differs.
struct Difference {
    wanted: BTreeMap<String, String>,
    written: Vec<(String, String)>,
    gone: Vec<String>,
}

impl Follower {
    /// Nothing is known of what the directory holds: somebody else wrote to it.
    pub fn forget(&mut self) {
        self.holds = None;
    }

    /// The directory is what this node has just published.
    pub async fn has_published(&mut self, store: &Store) -> Result<(), Error> {
        self.holds = Some(store.files().await?.into_iter().filter(|(_, hash)| !hash.is_empty()).collect());
        Ok(())
    }

    /// Makes the directory what was published. While somebody publishes nothing is done.
    pub async fn follow(&mut self, store: &Store, options: &Options) -> Result<Followed, Error> {
        self.fetch(store, options, false).await
    }

    async fn fetch(&mut self, store: &Store, options: &Options, as_it_is: bool) -> Result<Followed, Error> {
        let generation = generation(store.meta(GENERATION).await?.as_deref());
        let files = store.files().await?;
        let site = store.meta("site").await?.and_then(|id| id.parse::<Uuid>().ok());
        // Nothing was published yet, or it is about to be published anew: what stands here stays until then.
        let Some(id) = site.filter(|_| !files.is_empty()) else {
            return Ok(Followed { generation, ..Followed::default() });
        };
        if self.directory != options.directory {
            (self.directory, self.holds) = (options.directory.clone(), None);
        }
        let unsettled: BTreeSet<String> =
            files.iter().filter(|(_, hash)| hash.is_empty()).map(|(path, _)| path.clone()).collect();
        if !unsettled.is_empty() && !as_it_is {
            let behind = u64::try_from(unsettled.len()).unwrap_or(u64::MAX);
            return Ok(Followed { generation: generation - 1, behind, changed: 0 });
        }
        let wanted: BTreeMap<String, String> = files.into_iter().filter(|(_, hash)| !hash.is_empty()).collect();
        let holds = match self.holds.take() {
            Some(holds) => holds,
            None => held(options.directory.clone(), wanted.keys().cloned().collect()).await?,
        };
        let differs = |(path, hash): &(&String, &String)| holds.get(*path) != Some(hash);
        let written = wanted.iter().filter(differs).map(|(path, hash)| (path.clone(), hash.clone())).collect();
        let gone = holds.keys().filter(|path| !wanted.contains_key(*path) && !unsettled.contains(*path));
        let gone = gone.cloned().collect();
        let site = Site { id, options: options.publish.clone() };
        let difference = Difference { wanted, written, gone };
        let (changed, missing) = bring(store, options, &site, &difference).await?;
        let behind = u64::try_from(missing.len()).unwrap_or(u64::MAX);
        let mut holds = difference.wanted;
        for path in missing {
            holds.remove(&path);
        }
        self.holds = Some(holds);
        Ok(Followed { generation: if behind == 0 { generation } else { generation - 1 }, behind, changed })
    }
}

fn generation(noted: Option<&str>) -> i64 {
    noted.and_then(|noted| noted.parse().ok()).unwrap_or_default()
}

/// Notes that the published files are others from now on.
pub(super) async fn note_generation(write: &mut Write) -> Result<(), Error> {
    let next = generation(write.meta(GENERATION).await?.as_deref()) + 1;
    Ok(write.set_meta(GENERATION, &next.to_string()).await?)
}

/// Hashes of what the directory holds of these files, and of the files that its manifest names.
async fn held(directory: PathBuf, paths: Vec<String>) -> Result<BTreeMap<String, String>, Error> {
    let read = move || {
        let named = named(&directory)?;
        let all: BTreeSet<&str> = paths.iter().chain(named.keys()).map(String::as_str).collect();
        Ok(Writer::hashes(&directory, &all.into_iter().collect::<Vec<_>>()))
    };
    tokio::task::spawn_blocking(read).await?.map_err(|error: publish::Error| error.into())
}

fn named(directory: &Path) -> Result<BTreeMap<String, String>, publish::Error> {
    Ok(ManifestLine::replay(Journal::open(Writer::manifest(directory)).read()?))
}

/// Writes what differs. Tells how many files changed, and those that could not be had.
async fn bring(
    store: &Store,
    options: &Options,
    site: &Site,
    difference: &Difference,
) -> Result<(usize, Vec<String>), Error> {
    let Difference { wanted, written, gone } = difference;
    if written.is_empty() && gone.is_empty() {
        return Ok((0, Vec::new()));
    }
    let directory = &options.directory;
    let mut writer = Writer::open(directory)?;
    owner::mark(store, directory, options.take_over).await?;
    let named = named(directory)?;
    let (mut lines, mut missing) = (Vec::new(), Vec::new());
    for part in written.chunks(AT_ONCE) {
        let hashes: Vec<&str> = part.iter().map(|(_, hash)| hash.as_str()).collect();
        let bodies = store.bodies(&hashes).await?;
        for (path, hash) in part {
            let Some(body) = bodies.get(hash) else {
                missing.push(path.clone());
                continue;
            };
            match writer.standing(path, body)? {
                Standing::Same => {}
                Standing::Other if !named.contains_key(path) && !is_ours(&writer, site, path) => {
                    tracing::warn!(path, "this file was not written by wellsourced, which leaves it alone");
                    continue;
                }
                Standing::Blocked(obstacle) => {
                    tracing::warn!(path, at = obstacle.at, "{}, in the way of this file", obstacle.what);
                    continue;
                }
                Standing::Free | Standing::Other => writer.stage(path, body)?,
            }
            lines.push(ManifestLine { path: path.clone(), hash: Some(hash.clone()) });
        }
    }
    for path in gone {
        writer.remove(path);
    }
    let changed = lines.len() + gone.len();
    let journal = Journal::<ManifestLine>::open(Writer::manifest(directory));
    journal.append(&lines)?;
    tokio::task::spawn_blocking(move || writer.commit()).await??;
    journal.append(&gone.iter().map(|path| ManifestLine { path: path.clone(), hash: None }).collect::<Vec<_>>())?;
    if journal.read()?.len() > wanted.len() * 2 + DEAD_LINES {
        let line = |(path, hash): (&String, &String)| ManifestLine { path: path.clone(), hash: Some(hash.clone()) };
        journal.rewrite(&wanted.iter().map(line).collect::<Vec<_>>())?;
    }
    Ok((changed, missing))
}

fn is_ours(writer: &Writer, site: &Site, path: &str) -> bool {
    writer.read(path).is_some_and(|bytes| publish::says_ours(site, path, &bytes))
}

/// Before a node publishes: where another one did so last, its directory is made what that one published, and the ids are
/// kept beside it. What cannot be had is composed anew.
pub(super) async fn take_over(cycle: Cycle<'_>) -> Result<(), Error> {
    let Cycle { store, options, .. } = cycle;
    let last = published_by(store).await?;
    if last.as_deref() == Some(&options.node) {
        return Ok(());
    }
    let followed = match last {
        // The store came from a backup, and this directory knows better: its ids are taken over, and everything is published.
        Some(_) if restore::knows_more(cycle).await? => None,
        Some(_) => Some(Follower::default().fetch(store, options, true).await?),
        None => None,
    };
    let site = store.meta("site").await?.and_then(|id| id.parse::<Uuid>().ok());
    let is_whole = followed.is_some_and(|followed| followed.behind == 0);
    if let Some(site) = site.filter(|_| is_whole) {
        let mut ids = restore::lines(store, site, None).await?;
        let (feeds, noted) = restore::feed_lines(store, true).await?;
        ids.extend(feeds);
        let written = store.meta(restore::WRITTEN).await?.and_then(|at| at.parse().ok());
        ids.extend(written.map(restore::IdLine::Written));
        drop(Writer::open(&options.directory)?);
        Journal::<restore::IdLine>::open(Writer::ids(&options.directory)).rewrite(&ids)?;
        let mut write = store.begin().await?;
        write.set_meta(restore::FEEDS, &noted).await?;
        restore::note(&mut write, cycle, Some(&options.directory)).await?;
        write.set_meta(PUBLISHER, &options.node).await?;
        return Ok(write.commit().await?);
    }
    let has_been_published = Journal::<ManifestLine>::open(Writer::manifest(&options.directory)).path().exists();
    let mut write = store.begin().await?;
    if last.is_none() && has_been_published {
        // A store that was copied from one that nobody shared, for this directory.
        for key in [restore::IDS, restore::MANIFEST] {
            if let Some(mark) = write.meta(key).await? {
                write.set_meta(&cycle.own(key), &mark).await?;
            }
        }
    }
    write.set_meta(PUBLISHER, &options.node).await?;
    Ok(write.commit().await?)
}

/// Keeps the bodies of files that were published before there were other nodes. Those that are not as they were published are
/// passed over.
pub(super) async fn keep_bodies(cycle: Cycle<'_>) -> Result<(), Error> {
    let Cycle { store, options, stop, .. } = cycle;
    let mut last = String::new();
    while !stop.is_cancelled() {
        let files = store.files_without_body(&last, u32::try_from(AT_ONCE).unwrap_or(u32::MAX)).await?;
        let Some((path, _)) = files.last() else { break };
        last.clone_from(path);
        let directory = options.directory.clone();
        let read = move || {
            let bodies = files.into_iter().filter_map(|(path, hash)| Some((Writer::file(&directory, &path)?, hash)));
            bodies.filter(|(body, hash)| publish::content_hash(body) == *hash).collect::<Vec<_>>()
        };
        let bodies = tokio::task::spawn_blocking(read).await?;
        if bodies.is_empty() {
            continue;
        }
        let mut write = store.begin().await?;
        write
            .put_bodies(&bodies.iter().map(|(body, hash)| (hash.as_str(), body.as_slice())).collect::<Vec<_>>())
            .await?;
        write.commit().await?;
    }
    Ok(())
}
