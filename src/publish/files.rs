//! The published directory: changed whole or not at all (rule 3).
//!
//! Everything is written beside first, synced once, renamed into place in an order that never shows a reader a link to
//! what is not there yet, and synced again; removals come last. Nothing is written through a symbolic link below the
//! directory. Whether a file is ours to overwrite is the caller's knowledge; [`Writer::is_free`] and [`Writer::holds`]
//! help to find out.

use super::Error;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Folder below the published directory for what is not served.
const PRIVATE: &str = ".wellsourced";

/// One publish into a directory. At most one exists per directory at any time, in all processes.
#[derive(Debug)]
pub struct Writer {
    root: PathBuf,
    staging: PathBuf,
    /// Path below the root → number of its staging file.
    staged: BTreeMap<String, usize>,
    next: usize,
    removed: BTreeSet<String>,
    /// Locked while this lives; the system unlocks it however the process ends.
    _lock: File,
}

/// In which order files appear: what is linked before what links to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Pages of items and editions, the stylesheet.
    Page,
    /// Feeds, the subscription list, the status as data.
    Feed,
    /// Pages that list others.
    Index,
}

impl Phase {
    fn of(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').collect();
        let is_html = Path::new(path).extension().is_some_and(|extension| extension == "html");
        let is_data = Path::new(path).extension().is_some_and(|e| e == "xml" || e == "json" || e == "opml");
        match parts.as_slice() {
            ["items" | "editions", _, "index.html"] => Self::Page,
            _ if is_data => Self::Feed,
            _ if is_html => Self::Index,
            _ => Self::Page,
        }
    }
}

impl Writer {
    /// Takes hold of the directory; creates it and `.wellsourced/` where missing and clears what a killed run left.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let private = root.join(PRIVATE);
        fs::create_dir_all(root).map_err(Error::io("create the published directory", root))?;
        require_folder(&private, PRIVATE, true)?;
        let lock = lock(&private.join("lock"))?;
        let staging = private.join("staging");
        match fs::symlink_metadata(&staging) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            // Does not follow a link put there.
            _ => fs::remove_dir_all(&staging).map_err(Error::io("clear", &staging))?,
        }
        let root = root.to_owned();
        Ok(Self { root, staging, staged: BTreeMap::new(), next: 0, removed: BTreeSet::new(), _lock: lock })
    }

    /// Where a published directory keeps the list of what was written into it.
    pub fn manifest(root: &Path) -> PathBuf {
        root.join(PRIVATE).join("manifest.jsonl")
    }

    /// Where a published directory keeps the ids and slugs that must outlive the database.
    pub fn ids(root: &Path) -> PathBuf {
        root.join(PRIVATE).join("ids.jsonl")
    }

    /// Whether a publish into a directory is under way, in any process.
    pub fn is_at_work(root: &Path) -> bool {
        // Shared, so that two who look do not take each other for a writer.
        let lock = File::open(root.join(PRIVATE).join("lock"));
        lock.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Keeps the bytes of a file for [`Writer::commit`]. The path is relative, `/`-separated, not percent-encoded.
    pub fn stage(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        check(path)?;
        if self.next == 0 {
            fs::create_dir_all(&self.staging).map_err(Error::io("create", &self.staging))?;
        }
        let number = self.next;
        self.next += 1;
        let beside = self.staging.join(number.to_string());
        let written = File::create(&beside).and_then(|mut file| file.write_all(bytes));
        written.map_err(Error::io("write", &self.root.join(path)))?;
        self.staged.insert(path.to_owned(), number);
        self.removed.remove(path);
        Ok(())
    }

    /// Has a file removed at the end of [`Writer::commit`], and its folders that become empty.
    pub fn remove(&mut self, path: &str) {
        self.staged.remove(path);
        self.removed.insert(path.to_owned());
    }

    /// Whether nothing is at a path and it could be written: no folder above it is a link or a file.
    pub fn is_free(&self, path: &str) -> bool {
        let absent = fs::symlink_metadata(self.root.join(path)).is_err_and(|e| e.kind() == io::ErrorKind::NotFound);
        absent && self.is_within(path)
    }

    /// Whether a regular file with these very bytes is at a path.
    pub fn holds(&self, path: &str, bytes: &[u8]) -> bool {
        let file = self.root.join(path);
        let same_size = fs::symlink_metadata(&file).is_ok_and(|m| m.is_file() && m.len() == bytes.len() as u64);
        same_size && self.is_within(path) && fs::read(&file).is_ok_and(|found| found == bytes)
    }

    /// Whether a path is well-formed and the folders above it are folders or absent.
    fn is_within(&self, path: &str) -> bool {
        check(path).is_ok()
            && folders(path).all(|folder| match fs::symlink_metadata(self.root.join(folder)) {
                Ok(found) => found.is_dir(),
                Err(e) => e.kind() == io::ErrorKind::NotFound,
            })
    }

    /// Puts everything into place. On an error each file is either the old one or the new one, whole.
    pub fn commit(mut self) -> Result<(), Error> {
        let staged = std::mem::take(&mut self.staged);
        let removed = std::mem::take(&mut self.removed);
        if !staged.is_empty() {
            // Folders first: a full disk shows here, before anything has changed.
            self.create_folders(staged.keys())?;
            self.sync()?;
            let mut in_order: Vec<_> =
                staged.into_iter().map(|(path, number)| (Phase::of(&path), path, number)).collect();
            in_order.sort();
            for (_, path, number) in in_order {
                let to = self.root.join(&path);
                fs::rename(self.staging.join(number.to_string()), &to).map_err(Error::io("put into place", &to))?;
            }
            self.sync()?;
        }
        for path in removed {
            self.remove_now(&path)?;
        }
        Ok(())
    }

    fn create_folders<'a>(&self, paths: impl Iterator<Item = &'a String>) -> Result<(), Error> {
        let mut known = HashSet::new();
        for path in paths {
            for folder in folders(path) {
                if known.insert(folder) {
                    require_folder(&self.root.join(folder), folder, true)?;
                }
            }
        }
        Ok(())
    }

    /// Makes everything written so far durable: one call per publish, for one per file costs a minute on large sites.
    fn sync(&self) -> Result<(), Error> {
        let folder = File::open(&self.root).map_err(Error::io("open", &self.root))?;
        sync_file_system(&folder).map_err(Error::io("sync", &self.root))
    }

    fn remove_now(&self, path: &str) -> Result<(), Error> {
        if !self.is_within(path) {
            return Ok(());
        }
        let file = self.root.join(path);
        // A folder or a link in its place is not what we wrote.
        if fs::symlink_metadata(&file).is_ok_and(|found| found.is_file()) {
            fs::remove_file(&file).map_err(Error::io("remove", &file))?;
        }
        let parents: Vec<&str> = folders(path).collect();
        for folder in parents.into_iter().rev() {
            // Fails where something is left in it, which is how it should be.
            if fs::remove_dir(self.root.join(folder)).is_err() {
                break;
            }
        }
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Gives the space back at once; were it to fail, the next run clears it.
        let _ = fs::remove_dir_all(&self.staging);
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
    let open = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = open.map_err(Error::io("open", path))?;
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

/// Sees to it that a folder is there and is one, not a link to one.
fn require_folder(folder: &Path, shown: &str, create: bool) -> Result<(), Error> {
    match fs::symlink_metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(Error::Path { path: shown.to_owned(), reason: "a folder of that name is a link or a file" }),
        Err(e) if create && e.kind() == io::ErrorKind::NotFound => match fs::create_dir(folder) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => require_folder(folder, shown, false),
            made => made.map_err(Error::io("create", folder)),
        },
        Err(e) => Err(Error::io("look at", folder)(e)),
    }
}

/// The folders above a path, outermost first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| path.split_at(at).0)
}

/// Refuses paths that could lead out of the directory or into what is not served.
fn check(path: &str) -> Result<(), Error> {
    let refuse = |reason| Err(Error::Path { path: path.to_owned(), reason });
    if path.contains(['\0', '\\']) {
        return refuse("it holds a character that no name of ours has");
    }
    if path.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return refuse("it is not a plain relative path");
    }
    if path.split('/').next() == Some(PRIVATE) {
        return refuse("that folder is not for published files");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
