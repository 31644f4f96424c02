//! The published directory: changed whole or not at all (rule 3).
//!
//! Everything is written beside first, synced once, renamed into place in an order that never shows a reader a link to
//! what is not there yet, and synced again; removals come last. Nothing is written through a symbolic link below the
//! directory, and what stands in the way of one file holds up no other. Whether a file is ours to overwrite is the caller's
//! knowledge; [`Writer::standing`] helps to find out.

mod place;

pub(super) use place::open_private;
pub use place::{Obstacle, Standing};

use super::layout::phase;
use super::{Error, content_hash};
use place::{Tree, Unreached};
use rustix::fs::{Mode, OFlags, openat};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Folder below the published directory for what is not served.
const PRIVATE: &str = ".wellsourced";

/// One publish into a directory. At most one exists per directory at any time, in all processes.
#[derive(Debug)]
pub struct Writer {
    tree: Tree,
    staging: PathBuf,
    /// Made when something is first staged.
    staging_fd: Option<OwnedFd>,
    /// Path below the root → number of its staging file.
    staged: BTreeMap<String, usize>,
    next: usize,
    removed: BTreeSet<String>,
    /// Locked while this lives; the system unlocks it however the process ends.
    lock: File,
}

impl Writer {
    /// Takes hold of the directory; creates it and `.wellsourced/` where missing and clears what a killed run left.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let private = root.join(PRIVATE);
        fs::create_dir_all(root).map_err(Error::io("create the published directory", root))?;
        require_folder(&private)?;
        let lock = lock(&private.join("lock"))?;
        let staging = private.join("staging");
        clear(&staging)?;
        let (staged, removed) = (BTreeMap::new(), BTreeSet::new());
        Ok(Self { tree: Tree::open(root)?, staging, staging_fd: None, staged, next: 0, removed, lock })
    }

    /// Where a published directory keeps the list of what was written into it.
    pub fn manifest(root: &Path) -> PathBuf {
        root.join(PRIVATE).join("manifest.jsonl")
    }

    /// Where a published directory keeps the ids and slugs that must outlive the database.
    pub fn ids(root: &Path) -> PathBuf {
        root.join(PRIVATE).join("ids.jsonl")
    }

    /// Where a published directory keeps whose it is.
    pub fn owner(root: &Path) -> PathBuf {
        root.join(PRIVATE).join("owner.jsonl")
    }

    /// Hashes of those of these files that are there.
    pub fn hashes(root: &Path, paths: &[&str]) -> BTreeMap<String, String> {
        let Ok(tree) = Tree::open(root) else { return BTreeMap::new() };
        let hash = |path: &&str| Some(((*path).to_owned(), content_hash(&tree.read(path)?)));
        paths.iter().filter_map(hash).collect()
    }

    /// The bytes of a published file of a directory; `None` when there is none, or something else.
    pub fn file(root: &Path, path: &str) -> Option<Vec<u8>> {
        Tree::open(root).ok()?.read(path)
    }

    /// Whether a publish into a directory is under way, in any process.
    pub fn is_at_work(root: &Path) -> bool {
        // Shared, so that two who look do not take each other for a writer.
        let lock = open_private(OpenOptions::new().read(true), "open", &root.join(PRIVATE).join("lock"));
        lock.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Keeps the bytes of a file for [`Writer::commit`]. The path is relative, `/`-separated, not percent-encoded.
    pub fn stage(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        if let Some(reason) = place::flaw(path) {
            return Err(Error::Path { path: path.to_owned(), reason });
        }
        let staging = match self.staging_fd.take() {
            Some(staging) => staging,
            None => make_staging(&self.staging)?,
        };
        let number = self.next;
        self.next += 1;
        let new = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let beside = openat(&staging, number.to_string(), new, Mode::from_raw_mode(0o666));
        self.staging_fd = Some(staging);
        let written = beside.map_err(io::Error::from).and_then(|file| File::from(file).write_all(bytes));
        written.map_err(Error::io("write", &self.tree.root().join(path)))?;
        self.staged.insert(path.to_owned(), number);
        self.removed.remove(path);
        Ok(())
    }

    /// Has a file removed at the end of [`Writer::commit`], and its folders that become empty.
    pub fn remove(&mut self, path: &str) {
        self.staged.remove(path);
        self.removed.insert(path.to_owned());
    }

    /// What stands at a path, compared with the bytes that are to stand there.
    pub fn standing(&self, path: &str, bytes: &[u8]) -> Result<Standing, Error> {
        self.tree.standing(path, bytes)
    }

    /// The bytes of a file; `None` when there is none, or something else.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.tree.read(path)
    }

    /// Every file below the directory that may be published; links are not followed.
    pub fn files(&self) -> Vec<String> {
        let (mut files, mut folders) = (Vec::new(), vec![String::new()]);
        while let Some(folder) = folders.pop() {
            // What cannot be listed is not ours to remove.
            for entry in fs::read_dir(self.tree.root().join(&folder)).into_iter().flatten().flatten() {
                let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else { continue };
                let path = format!("{folder}{name}");
                if kind.is_file() {
                    files.push(path);
                } else if kind.is_dir() && path != PRIVATE {
                    folders.push(format!("{path}/"));
                }
            }
        }
        files
    }

    /// Puts everything into place. On an error each file is either the old one or the new one, whole. Tells which files
    /// could be neither written nor removed, for something came in their way; all others are in place.
    pub fn commit(mut self) -> Result<Vec<Obstacle>, Error> {
        let mut staged = std::mem::take(&mut self.staged);
        let removed = std::mem::take(&mut self.removed);
        let mut obstacles = Vec::new();
        if let Some(staging) = self.staging_fd.take().filter(|_| !staged.is_empty()) {
            // Folders first: a full disk shows here, before anything has changed.
            for path in staged.keys() {
                note(self.tree.folder_of(path, true).map(drop), &mut obstacles)?;
            }
            for obstacle in &obstacles {
                staged.remove(&obstacle.path);
            }
            self.sync()?;
            let mut in_order: Vec<_> = staged.into_iter().map(|(path, number)| (phase(&path), path, number)).collect();
            in_order.sort();
            for (_, path, number) in in_order {
                note(self.tree.put((&staging, &number.to_string()), &path), &mut obstacles)?;
            }
            self.sync()?;
        }
        for path in removed {
            note(self.tree.remove(&path), &mut obstacles)?;
        }
        Ok(obstacles)
    }

    /// Makes everything written so far durable: one call per publish, for one per file costs a minute on large sites.
    fn sync(&self) -> Result<(), Error> {
        let root = self.tree.root();
        let folder = File::open(root).map_err(Error::io("open", root))?;
        sync_file_system(&folder).map_err(Error::io("sync", root))
    }
}

/// An obstacle is kept, a failure is not.
fn note(reached: Result<(), Unreached>, obstacles: &mut Vec<Obstacle>) -> Result<(), Error> {
    match reached {
        Ok(()) => {}
        Err(Unreached::By(obstacle)) => obstacles.push(obstacle),
        Err(Unreached::Failed(error)) => return Err(error),
    }
    Ok(())
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Gives the space back at once; were it to fail, the next run clears it.
        let _ = fs::remove_dir_all(&self.staging);
        // Closing does not let go while a process that is being started has a copy.
        let _ = self.lock.unlock();
    }
}

#[cfg(target_os = "linux")]
fn sync_file_system(folder: &File) -> io::Result<()> {
    rustix::fs::syncfs(folder).map_err(io::Error::from)
}

#[cfg(not(target_os = "linux"))]
fn sync_file_system(folder: &File) -> io::Result<()> {
    rustix::fs::sync();
    folder.sync_all()
}

fn lock(path: &Path) -> Result<File, Error> {
    let file = open_private(OpenOptions::new().create(true).truncate(false).write(true), "open", path)?;
    // Who only looks whether somebody writes holds it for a moment, and shares it.
    while matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && file.try_lock_shared().is_ok() {
        file.unlock().map_err(Error::io("unlock", path))?;
        std::thread::yield_now();
    }
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Error::Busy { path: path.to_owned() }),
        // Some network file systems know no locks; better to publish without.
        Err(TryLockError::Error(e)) if e.kind() != io::ErrorKind::Unsupported => Err(Error::io("lock", path)(e)),
        _ => Ok(file),
    }
}

/// Sees to it that our own folder is there and is one, not a link to one.
fn require_folder(folder: &Path) -> Result<(), Error> {
    match fs::create_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(folder).map_err(Error::io("look at", folder))?;
            if found.is_dir() { Ok(()) } else { Err(Error::Private { path: folder.to_owned() }) }
        }
        made => made.map_err(Error::io("create", folder)),
    }
}

/// Removes what a killed run left. A link is removed, not followed.
fn clear(staging: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(staging) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(found) if !found.is_dir() => fs::remove_file(staging).map_err(Error::io("clear", staging)),
        _ => fs::remove_dir_all(staging).map_err(Error::io("clear", staging)),
    }
}

/// Makes the folder of what is written beside. It is new, so that nobody else's link is in it.
fn make_staging(staging: &Path) -> Result<OwnedFd, Error> {
    fs::create_dir(staging).map_err(Error::io("create", staging))?;
    let folder = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::open(staging, folder, Mode::empty()).map_err(|e| Error::io("open", staging)(e.into()))
}

#[cfg(test)]
mod tests;
