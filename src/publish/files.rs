//! Writes the published directory, whole or not at all: files are staged beside, then renamed into place.
//!
//! One `syncfs` before the renames and one after, as a sync per file costs a minute on large sites. Decides nothing: what
//! is written and removed, and whose files those are, the caller knows.

use super::Error;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use xxhash_rust::xxh3::xxh3_128;

/// The folder below the published directory that is ours and not served.
const OURS: &str = ".wellsourced";

/// The order in which files appear: a feed names pages, and the index names feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Page,
    Feed,
    Index,
}

impl Rank {
    fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name {
            "rss.xml" | "atom.xml" | "feed.json" | "feeds.opml" | "status.json" => Self::Feed,
            "index.html" if !path.starts_with("items/") => Self::Index,
            _ => Self::Page,
        }
    }
}

/// One publish: what is staged appears with [`Writer::commit`]; dropping it leaves everything as it was.
#[derive(Debug)]
pub struct Writer {
    root: PathBuf,
    staging: PathBuf,
    staged: Vec<(Rank, String, PathBuf)>,
    removed: Vec<String>,
}

impl Writer {
    /// Begins a publish below a directory, which is made as needed. What a killed run left staged is removed.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let staging = root.join(OURS).join("staging");
        clear(&staging)?;
        fs::create_dir_all(&staging).map_err(|e| Error::write(&staging, e))?;
        Ok(Self { root: root.to_owned(), staging, staged: Vec::new(), removed: Vec::new() })
    }

    /// Stages a file; `path` is relative, with slashes, and not percent-encoded.
    pub fn stage(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        inside(path)?;
        let beside = self.staging.join(self.staged.len().to_string());
        let written = File::create(&beside).and_then(|mut file| file.write_all(bytes));
        written.map_err(|e| Error::write(&self.root.join(path), e))?;
        self.staged.push((Rank::of(path), path.to_owned(), beside));
        Ok(())
    }

    /// Lets a file of ours disappear.
    pub fn remove(&mut self, path: &str) {
        self.removed.push(path.to_owned());
    }

    /// Whether nothing stands at a path, and nothing but folders on the way to it.
    pub fn is_free(&self, path: &str) -> bool {
        let mut place = self.root.clone();
        for part in Path::new(path).components() {
            place.push(part);
            match fs::symlink_metadata(&place) {
                Err(error) => return error.kind() == io::ErrorKind::NotFound,
                Ok(metadata) if !metadata.is_dir() => return false,
                Ok(_) => {}
            }
        }
        false
    }

    /// Whether a regular file with just these bytes stands at a path.
    pub fn holds(&self, path: &str, bytes: &[u8]) -> bool {
        let place = self.root.join(path);
        let same_size = fs::symlink_metadata(&place).is_ok_and(|m| m.is_file() && m.len() == bytes.len() as u64);
        same_size && fs::read(&place).is_ok_and(|found| found == bytes)
    }

    /// Makes what is staged appear: pages, then feeds, then indexes; removals last.
    pub fn commit(mut self) -> Result<(), Error> {
        if !self.staged.is_empty() {
            self.sync()?;
            let mut staged = std::mem::take(&mut self.staged);
            staged.sort();
            for (_, path, beside) in staged {
                let place = self.root.join(&path);
                let made = place.parent().map_or(Ok(()), fs::create_dir_all);
                made.and_then(|()| fs::rename(&beside, &place)).map_err(|e| Error::write(&place, e))?;
            }
            self.sync()?;
        }
        for path in std::mem::take(&mut self.removed) {
            self.take_away(&path)?;
        }
        Ok(())
    }

    /// Removes a file and the folders that are empty without it.
    fn take_away(&self, path: &str) -> Result<(), Error> {
        inside(path)?;
        let place = self.root.join(path);
        match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::write(&place, error)),
            _ => {}
        }
        let mut folder = place.parent();
        while let Some(empty) = folder.filter(|folder| *folder != self.root) {
            if fs::remove_dir(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), Error> {
        let folder = File::open(&self.root).map_err(|e| Error::write(&self.root, e))?;
        rustix::fs::syncfs(&folder).map_err(|e| Error::write(&self.root, e.into()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // What is left over here is removed by the next publish.
        let _ = clear(&self.staging);
    }
}

/// Hash of a file's bytes, 32 hexadecimal digits.
pub fn content_hash(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

/// No name taken from input can leave the directory.
fn inside(path: &str) -> Result<(), Error> {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if plain && !path.is_empty() && !path.starts_with(OURS) { Ok(()) } else { Err(Error::Outside(path.to_owned())) }
}

fn clear(staging: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(staging) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::write(staging, error)),
        _ => Ok(()),
    }
}
