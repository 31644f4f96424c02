//! Places below the published directory, reached folder by folder. No symbolic link is followed, whenever it appears.
//!
//! What else stands where a file or folder of ours belongs is a value, an [`Obstacle`]; it concerns one path and leaves the
//! others alone. `Err` means that the file system failed.

use super::{Error, PRIVATE};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, mkdirat, open, openat, renameat, statat, unlinkat};
use rustix::io::Errno;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Something in the way of a file of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The file that cannot be written or removed, below the published directory.
    pub path: String,
    /// Where the obstacle is: the same place, or a folder above it.
    pub at: String,
    /// What it is, as a sentence.
    pub what: &'static str,
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Free,
    /// A file with the bytes that were asked for.
    Same,
    /// A file with other bytes.
    Other,
    /// Something that we neither write through nor over.
    Blocked(Obstacle),
}

/// Why a place could not be reached.
#[derive(Debug)]
pub(super) enum Unreached {
    By(Obstacle),
    Failed(Error),
}

/// The published directory, open.
#[derive(Debug)]
pub(super) struct Tree {
    fd: OwnedFd,
    root: PathBuf,
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
const UNFOLLOWED: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

impl Tree {
    /// Opens the directory, which may itself be a link to one.
    pub(super) fn open(root: &Path) -> Result<Self, Error> {
        let fd = open(root, FOLDER, Mode::empty()).map_err(|e| Error::io("open", root)(e.into()))?;
        Ok(Self { fd, root: root.to_owned() })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Opens the folder of a path; `None` when it is missing and not to be made.
    pub(super) fn folder_of(&self, path: &str, make: bool) -> Result<Option<OwnedFd>, Unreached> {
        let blocked = |at: &str, what| Unreached::By(Obstacle { path: path.to_owned(), at: at.to_owned(), what });
        if let Some(what) = flaw(path) {
            return Err(blocked(path, what));
        }
        if let Ok(folder) = self.at_once(path) {
            return Ok(Some(folder));
        }
        let failed = |e: Errno| Unreached::Failed(Error::io("open", &self.root)(e.into()));
        let mut at = self.fd.try_clone().map_err(|e| Unreached::Failed(Error::io("open", &self.root)(e)))?;
        for folder in folders(path) {
            let name = name_of(folder);
            let mut opened = openat(&at, name, FOLDER | UNFOLLOWED, Mode::empty());
            if make && matches!(opened, Err(Errno::NOENT)) {
                match mkdirat(&at, name, Mode::from_raw_mode(0o777)) {
                    Ok(()) | Err(Errno::EXIST) => opened = openat(&at, name, FOLDER | UNFOLLOWED, Mode::empty()),
                    Err(e) => opened = Err(e),
                }
            }
            at = match opened {
                Ok(folder) => folder,
                Err(Errno::NOENT) if !make => return Ok(None),
                Err(Errno::LOOP | Errno::NOTDIR | Errno::MLINK | Errno::NOENT) => {
                    return Err(blocked(folder, kind(&at, name).unwrap_or("a file stands here")));
                }
                Err(Errno::ACCESS | Errno::PERM) => return Err(blocked(folder, LOCKED)),
                Err(e @ (Errno::NOSPC | Errno::DQUOT)) => {
                    return Err(Unreached::Failed(Error::io("create", &self.root.join(folder))(e.into())));
                }
                Err(e) => return Err(failed(e)),
            };
        }
        Ok(Some(at))
    }

    /// The folder of a path in one call, where the system has one that follows no link.
    #[cfg(target_os = "linux")]
    fn at_once(&self, path: &str) -> Result<OwnedFd, Errno> {
        use rustix::fs::{ResolveFlags, openat2};
        let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        openat2(&self.fd, folder, FOLDER, Mode::empty(), resolve)
    }

    #[cfg(not(target_os = "linux"))]
    fn at_once(&self, _: &str) -> Result<OwnedFd, Errno> {
        Err(Errno::NOSYS)
    }

    /// What stands at a path, compared with the bytes that are to stand there.
    pub(super) fn standing(&self, path: &str, bytes: &[u8]) -> Result<Standing, Error> {
        let folder = match self.folder_of(path, false) {
            Ok(Some(folder)) => folder,
            Ok(None) => return Ok(Standing::Free),
            Err(Unreached::By(obstacle)) => return Ok(Standing::Blocked(obstacle)),
            Err(Unreached::Failed(error)) => return Err(error),
        };
        let blocked = |what| Ok(Standing::Blocked(Obstacle { path: path.to_owned(), at: path.to_owned(), what }));
        let failed = |e: std::io::Error| Error::io("read", &self.root.join(path))(e);
        let found = match statat(&folder, name_of(path), AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(Standing::Free),
            Err(Errno::ACCESS) => return blocked(LOCKED),
            found => found.map_err(|e| failed(e.into()))?,
        };
        if let Some(what) = kind_of(FileType::from_raw_mode(found.st_mode)) {
            return blocked(what);
        }
        if u64::try_from(found.st_size).ok() != u64::try_from(bytes.len()).ok() {
            return Ok(Standing::Other);
        }
        let opened = openat(&folder, name_of(path), OFlags::RDONLY | UNFOLLOWED, Mode::empty());
        let mut there = Vec::with_capacity(bytes.len());
        let same = opened.map(File::from).is_ok_and(|mut file| file.read_to_end(&mut there).is_ok() && there == bytes);
        Ok(if same { Standing::Same } else { Standing::Other })
    }

    /// The bytes of a file; `None` when there is none, or something else.
    pub(super) fn read(&self, path: &str) -> Option<Vec<u8>> {
        let folder = self.folder_of(path, false).ok()??;
        let mut file = File::from(openat(&folder, name_of(path), OFlags::RDONLY | UNFOLLOWED, Mode::empty()).ok()?);
        let mut bytes = Vec::new();
        let is_file = file.metadata().is_ok_and(|found| found.is_file());
        (is_file && file.read_to_end(&mut bytes).is_ok()).then_some(bytes)
    }

    /// Puts a file into place, over a file or nothing.
    pub(super) fn put(&self, from: (&OwnedFd, &str), path: &str) -> Result<(), Unreached> {
        let Some(folder) = self.folder_of(path, true)? else { return Ok(()) };
        let name = name_of(path);
        if let Some(what) = kind(&folder, name) {
            return Err(Unreached::By(Obstacle { path: path.to_owned(), at: path.to_owned(), what }));
        }
        renameat(from.0, from.1, &folder, name).map_err(|e| self.unreached("put into place", path, e))
    }

    /// Removes a file, and the folders that become empty. What is no file is not what we wrote, and stays.
    pub(super) fn remove(&self, path: &str) -> Result<(), Unreached> {
        let folder = match self.folder_of(path, false) {
            Ok(Some(folder)) => folder,
            Ok(None) | Err(Unreached::By(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let name = name_of(path);
        if statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::RegularFile)
        {
            unlinkat(&folder, name, AtFlags::empty()).map_err(|e| self.unreached("remove", path, e))?;
        }
        let above: Vec<&str> = folders(path).collect();
        for folder in above.into_iter().rev() {
            let Ok(Some(parent)) = self.folder_of(folder, false) else { break };
            // Fails where something is left in it, which is how it should be.
            if unlinkat(&parent, name_of(folder), AtFlags::REMOVEDIR).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Tells what concerns one path from what concerns all: a place that is closed to us from a disk that fails.
    fn unreached(&self, action: &'static str, path: &str, error: Errno) -> Unreached {
        let what = match error {
            Errno::ISDIR | Errno::NOTDIR | Errno::NOTEMPTY | Errno::EXIST | Errno::LOOP | Errno::NOENT => CAME,
            Errno::ACCESS | Errno::PERM if path.contains('/') => LOCKED,
            Errno::PERM | Errno::BUSY | Errno::TXTBSY => LOCKED,
            _ => return Unreached::Failed(Error::io(action, &self.root.join(path))(error.into())),
        };
        Unreached::By(Obstacle { path: path.to_owned(), at: path.to_owned(), what })
    }
}

const LOCKED: &str = "something that the system does not let us change stands here";
const CAME: &str = "something appeared here while we published";

/// What stands at a name, unless it is a file or nothing.
fn kind(folder: &impl AsFd, name: &str) -> Option<&'static str> {
    let found = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    kind_of(FileType::from_raw_mode(found.st_mode))
}

fn kind_of(kind: FileType) -> Option<&'static str> {
    match kind {
        FileType::RegularFile => None,
        FileType::Directory => Some("a folder stands here"),
        FileType::Symlink => Some("a symbolic link stands here"),
        FileType::Fifo => Some("a named pipe stands here"),
        FileType::Socket => Some("a socket stands here"),
        _ => Some("a device stands here"),
    }
}

/// Opens a file of ours that is not published; a link, a pipe or a device in its place is refused, not written to.
pub(in crate::publish) fn open_private(
    options: &mut std::fs::OpenOptions,
    action: &'static str,
    path: &Path,
) -> Result<File, Error> {
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    let refused = || Error::Private { path: path.to_owned() };
    let file =
        options.custom_flags(flags).open(path).map_err(|e| match e.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::LOOP | Errno::MLINK | Errno::NXIO | Errno::ISDIR) => refused(),
            _ => Error::io(action, path)(e),
        })?;
    let is_file = file.metadata().map_err(Error::io("look at", path))?.is_file();
    if is_file { Ok(file) } else { Err(refused()) }
}

/// The folders above a path, outermost first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| path.split_at(at).0)
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Why a path could lead out of the directory or into what is not served, if it could.
pub(super) fn flaw(path: &str) -> Option<&'static str> {
    if path.contains(['\0', '\\']) {
        return Some("it holds a character that no name of ours has");
    }
    if path.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Some("it is not a plain relative path");
    }
    (path.split('/').next() == Some(PRIVATE)).then_some("that folder is not for published files")
}
