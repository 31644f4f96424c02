//! Reads a published file: whole, and never through a symbolic link below the directory.

use rustix::fs::{Mode, OFlags, open, openat};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

/// A file as it was read.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) modified: SystemTime,
}

/// Reads a file below a directory. The publisher renames whole files into place, so what is opened is one of them.
pub(super) fn read(directory: &Path, path: &str) -> io::Result<Found> {
    let folder = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let file = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut at = open(directory, folder, Mode::empty())?;
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        at = openat(&at, part, folder | OFlags::NOFOLLOW, Mode::empty())?;
    }
    let mut file = File::from(openat(&at, name, file, Mode::empty())?);
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.read_to_end(&mut bytes)?;
    Ok(Found { bytes, modified: metadata.modified()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn links_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("feeds");
        std::fs::create_dir_all(root.join("tags/ai")).unwrap();
        std::fs::write(root.join("tags/ai/atom.xml"), "<feed/>").unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink("../secret", root.join("out")).unwrap();
        std::os::unix::fs::symlink("ai", root.join("tags/in")).unwrap();
        assert_eq!(read(&root, "tags/ai/atom.xml").unwrap().bytes, b"<feed/>");
        for path in ["out", "tags/in/atom.xml", "tags/ai", "tags/none", "../secret/x"] {
            assert!(read(&root, path).is_err(), "{path}");
        }
    }
}
