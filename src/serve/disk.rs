//! Reads a published file: whole, and never through a symbolic link below the directory.

use crate::publish::Writer;
use rustix::fs::{Mode, OFlags, openat};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::SystemTime;

/// Nothing that is published comes near; what somebody put there instead must not fill the memory.
const LARGEST: u64 = 256 * 1024 * 1024;

/// A file as it was read.
#[derive(Debug)]
pub(super) struct FileBytes {
    pub(super) bytes: Vec<u8>,
    pub(super) modified: SystemTime,
}

/// A file that can be read.
#[derive(Debug)]
pub(super) struct OpenFile {
    file: File,
    metadata: Metadata,
}

/// By what a change of a file is noticed: length, time of change, the file itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stamp(u64, i64, i64, u64);

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self(metadata.len(), metadata.mtime(), metadata.mtime_nsec(), metadata.ino())
    }

    /// The manifest of a directory as it is now; all zero when there is none.
    pub(super) fn of_manifest(directory: &Path) -> Self {
        std::fs::metadata(Writer::manifest(directory)).map_or(Self::default(), |metadata| Self::of(&metadata))
    }
}

/// Opens a file below a directory. The publisher renames whole files into place, so what is opened is one of them.
pub(super) fn open(directory: &Path, path: &str) -> io::Result<OpenFile> {
    let folder = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    // A pipe that nobody writes to must not be waited for.
    let file = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut at = rustix::fs::open(directory, folder, Mode::empty())?;
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        at = openat(&at, part, folder | OFlags::NOFOLLOW, Mode::empty())?;
    }
    let file = File::from(openat(&at, name, file, Mode::empty())?);
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    Ok(OpenFile { file, metadata })
}

/// Reads a file below a directory.
pub(super) fn read(directory: &Path, path: &str) -> io::Result<FileBytes> {
    open(directory, path)?.read()
}

impl OpenFile {
    /// By what it is known again.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp::of(&self.metadata)
    }

    /// Reads it.
    pub(super) fn read(self) -> io::Result<FileBytes> {
        let (length, modified) = (self.metadata.len(), self.metadata.modified()?);
        let mut bytes = Vec::new();
        if length <= LARGEST {
            bytes.reserve(usize::try_from(length).unwrap_or_default());
            self.file.take(LARGEST + 1).read_to_end(&mut bytes)?;
        }
        if length.max(bytes.len() as u64) > LARGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than anything that is published"));
        }
        Ok(FileBytes { bytes, modified })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn links_and_pipes_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("feeds");
        std::fs::create_dir_all(root.join("tags/ai")).unwrap();
        std::fs::write(root.join("tags/ai/atom.xml"), "<feed/>").unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink("../secret", root.join("out")).unwrap();
        std::os::unix::fs::symlink("ai", root.join("tags/in")).unwrap();
        assert_eq!(read(&root, "tags/ai/atom.xml").unwrap().bytes, b"<feed/>");
        assert!(std::process::Command::new("mkfifo").arg(root.join("tags/pipe")).status().unwrap().success());
        for path in ["tags/pipe", "out", "tags/in/atom.xml", "tags/ai", "tags/none", "../secret/x"] {
            assert!(read(&root, path).is_err(), "{path}");
        }
    }
}
