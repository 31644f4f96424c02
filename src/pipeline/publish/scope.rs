//! What is looked at in a publish: what the store marked, or everything, because the options changed, or because the
//! directory is not as the last publish left it.

use super::super::fingerprint::fingerprint;
use super::super::{Cycle, Error, Options, owner, restore};
use super::days::{self, Layout};
use crate::model::{Complaint, Place};
use crate::publish::{Journal, ManifestLine, RENDERING, Since, Site, Writer, layout};
use crate::store::Stale;
use std::path::Path;

/// Up to so many changed items are looked at one by one.
const FEW: u64 = 3000;

/// From this part of all items on, looking at those that changed one by one costs more than looking at everything.
const MOST: u64 = 8;

/// What is looked at in one publish.
pub(super) struct Extent {
    /// How the directory was found.
    pub(super) looked: DirectoryState,
    /// Everything, also for what must be removed.
    pub(super) all: bool,
    pub(super) changes: Stale,
    /// The days, as they are to be published.
    pub(super) layout: Layout,
    /// Remembered once everything is written.
    pub(super) fingerprint: String,
}

/// How the directory was found, compared with how the last publish left it.
pub(super) struct DirectoryState {
    /// Whether it says that it is this store's; `None` when it says nothing.
    pub(super) is_ours: Option<bool>,
    pub(super) manifest: Since,
    ids: Since,
    /// Whether the files that are looked at are as they were published.
    front_stands: bool,
    memory: PublishMemory,
}

/// What the store remembers of how the last publish left the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PublishMemory {
    /// How it left the journals.
    Noted,
    /// Nothing, although ids are there: the store was lost. `is_torn`: so are lines of the manifest.
    Lost { is_torn: bool },
    /// Nothing.
    None,
}

impl DirectoryState {
    async fn at(cycle: Cycle<'_>) -> Result<Self, Error> {
        let (store, directory) = (cycle.store, cycle.options.directory.as_path());
        let manifest = Journal::<ManifestLine>::open(Writer::manifest(directory));
        let ids = Journal::<restore::IdLine>::open(Writer::ids(directory));
        let noted = store.meta(&cycle.own(restore::MANIFEST)).await?.unwrap_or_default();
        let noted_ids = store.meta(&cycle.own(restore::IDS)).await?.unwrap_or_default();
        let watched: Vec<String> = layout::watched().collect();
        let watched: Vec<&str> = watched.iter().map(String::as_str).collect();
        let mut published = store.file_hashes(&watched).await?;
        published.retain(|_, hash| !hash.is_empty());
        let paths: Vec<&str> = published.keys().map(String::as_str).collect();
        Ok(Self {
            is_ours: owner::is_ours(store, directory).await?,
            manifest: manifest.since(&noted)?,
            ids: ids.since(&noted_ids)?,
            front_stands: Writer::hashes(directory, &paths) == published,
            memory: match (noted.is_empty(), ids.path().exists()) {
                (false, _) => PublishMemory::Noted,
                (true, true) => PublishMemory::Lost { is_torn: manifest.damaged()? > 0 },
                (true, false) => PublishMemory::None,
            },
        })
    }

    /// Whether somebody else was at work on the directory, or on the store.
    pub(super) fn is_disturbed(&self) -> bool {
        let stands = self.manifest == Since::Same && self.ids == Since::Same && self.front_stands;
        !stands || self.is_ours == Some(false)
    }

    /// What was wrong with the journals, and is not any more.
    pub(super) fn told(&self, directory: &Path) -> Vec<Complaint> {
        let manifest = (self.manifest, Writer::manifest(directory), "the list of published files");
        let ids = (self.ids, Writer::ids(directory), "the list of ids");
        let told = |(since, path, what): (Since, std::path::PathBuf, &str)| {
            let became = match (since, self.memory) {
                (_, PublishMemory::None) => return None,
                (Since::Missing, _) => "is missing",
                (Since::Empty, _) => "is empty",
                (Since::Altered, PublishMemory::Noted) => "is not as this store left it",
                (Since::Altered, PublishMemory::Lost { is_torn: true }) if path.ends_with("manifest.jsonl") => {
                    "is damaged"
                }
                _ => return None,
            };
            Some(Complaint::warning(
                Place::file(path.to_string_lossy()),
                format!("{what} {became}; it was made anew from the store and the directory"),
                "nothing is to be done; to be expected once when the store or the directory came from a backup",
            ))
        };
        [manifest, ids].into_iter().filter_map(told).collect()
    }
}

/// What is to be looked at.
pub(super) async fn of(cycle: Cycle<'_>, site: &Site) -> Result<Extent, Error> {
    let Cycle { store, options, .. } = cycle;
    let fingerprint = fingerprint(RENDERING, site);
    let mut looked = DirectoryState::at(cycle).await?;
    let directory = store.meta("directory").await?;
    let moved = directory.is_some_and(|before| before != directory_name(options));
    // Another one than before. One that was only moved still says that it is ours.
    if moved && looked.is_ours != Some(true) {
        let mut write = store.begin().await?;
        write.forget_files().await?;
        // Whoever goes on from here publishes everything.
        write.set_meta("published", "again").await?;
        write.commit().await?;
        looked.memory = PublishMemory::None;
    }
    let same_options = store.meta("published").await?.as_deref() == Some(&fingerprint);
    let all = looked.is_disturbed() || !same_options;
    let marked = store.changed_items().await?;
    let all = all || (marked > FEW && marked > store.item_count().await? / MOST);
    if all || marked > FEW {
        store.gather_statistics().await?;
    }
    let layout = days::lay_out(store, all).await?;
    let changes = if all { Stale::default() } else { store.changes().await? };
    Ok(Extent { looked, all, changes, layout, fingerprint })
}

/// A directory's name that does not depend on how it is written.
pub(super) fn directory_name(options: &Options) -> String {
    std::fs::canonicalize(&options.directory).unwrap_or_else(|_| options.directory.clone()).display().to_string()
}
