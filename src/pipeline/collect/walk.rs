//! Finds the files of an input: every file once, whatever names lead to it, in an order that does not depend on the disk.
//!
//! Follows links, and goes into no folder twice for the same end. Reads no file.

use super::pattern::{At, Glob, Pattern};
use crate::model::{Complaint, Place};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io::{Error, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Which files are posts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostFiles {
    /// What matches one of these is.
    pub globs: Vec<Glob>,
    /// Unless it, or a folder on the way to it, matches one of these.
    pub exclude: Vec<Glob>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct FoundFiles {
    /// Each file under one name, by path.
    pub files: Vec<FoundFile>,
    /// What could not be looked at.
    pub complaints: Vec<Complaint>,
    /// Known files of which it cannot be said that they are gone.
    pub(super) unclear: HashSet<String>,
    /// Globs that match no file.
    pub unmatched: Vec<Glob>,
}

/// A file as its folder shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// The name that counts.
    pub path: String,
    /// What the file is, whatever it is called: device and inode.
    pub(super) identity: (u64, u64),
    pub(super) size: i64,
    pub(super) mtime_ns: i64,
    pub(super) is_real: bool,
}

impl FoundFile {
    /// Whether it is the file of which these are the device and the inode, whatever that is called.
    pub fn is(&self, (device, inode): (u64, u64)) -> bool {
        self.identity == (device, inode)
    }
}

impl PostFiles {
    /// The posts in a folder and below.
    pub fn of_folder(folder: &Path) -> Self {
        Self { globs: vec![Glob::of_folder(folder)], exclude: Vec::new() }
    }

    /// Looks which files there are. Of several names of a file a known one counts, else one without links on the way, else
    /// the first.
    pub fn list<'k>(&self, known: impl Iterator<Item = &'k str>) -> FoundFiles {
        let mut names = WalkedNames::default();
        let mut listing = FoundFiles::default();
        for glob in &self.globs {
            let before = names.met;
            for pattern in glob.alternatives() {
                let mut walk = Walk::new(pattern, &self.exclude, &mut names);
                walk.run();
            }
            if names.met == before {
                listing.unmatched.push(glob.clone());
            }
        }
        let mut is_known = HashSet::new();
        for path in known {
            is_known.insert(path);
            if !names.found.contains_key(path) && self.finds(path) {
                names.look_again(path);
            }
        }
        listing.files = one_name_each(names.found.into_values(), &is_known);
        listing.complaints = names.troubles.into_iter().map(|(path, trouble)| trouble.complaint(path)).collect();
        listing.unclear = names.unclear;
        listing
    }

    /// Whether a path is one of a post, were there a file.
    pub fn finds(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(end, _)| end).filter(|end| *end > 0).chain([path.len()]);
        let ways: Vec<&str> = ends.filter_map(|end| path.get(..end)).collect();
        let is_excluded = |way: &&str| self.exclude.iter().any(|glob| glob.excludes(way));
        let mut found = self.globs.iter().flat_map(|glob| glob.finds(path));
        found.any(|written| !ways.iter().skip(written).any(is_excluded))
    }
}

/// Of the names of each file the one that counts, by path.
fn one_name_each(found: impl Iterator<Item = FoundFile>, known: &HashSet<&str>) -> Vec<FoundFile> {
    let rank = |file: &FoundFile| (!known.contains(file.path.as_str()), !file.is_real);
    let mut files: HashMap<(u64, u64), FoundFile> = HashMap::new();
    for file in found {
        match files.get_mut(&file.identity) {
            Some(other) if (rank(other), &other.path) <= (rank(&file), &file.path) => {}
            Some(other) => *other = file,
            None => {
                files.insert(file.identity, file);
            }
        }
    }
    let mut files: Vec<FoundFile> = files.into_values().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// What the walks of an input met.
#[derive(Debug, Default)]
struct WalkedNames {
    found: HashMap<String, FoundFile>,
    /// How many names matched, those met before too.
    met: usize,
    troubles: BTreeMap<String, WalkTrouble>,
    unclear: HashSet<String>,
}

/// Something that could not be looked at.
#[derive(Debug)]
struct WalkTrouble {
    reason: String,
    help: &'static str,
    /// Known posts of which it is not clear whether they are still there.
    stay: usize,
    is_error: bool,
}

impl WalkTrouble {
    fn of(error: &Error) -> Self {
        let help = "let the user that runs wellsourced read it, or name it in the input's `exclude`";
        Self { reason: format!("cannot be read: {error}"), help, stay: 0, is_error: false }
    }

    fn dangling() -> Self {
        let help = "mend the link, or remove it";
        Self { reason: "the link leads nowhere".to_owned(), help, stay: 0, is_error: false }
    }

    fn not_utf8() -> Self {
        let help = "rename it (convmv does so for whole folders): a post is known by its path";
        Self { reason: "its name is not UTF-8, and it is not read".to_owned(), help, stay: 0, is_error: true }
    }

    fn complaint(self, path: String) -> Complaint {
        let place = Place::file(path);
        match self.stay {
            0 if self.is_error => Complaint::error(place, self.reason, self.help),
            0 => Complaint::warning(place, self.reason, self.help),
            stay => {
                let message = format!("{}; what was published from it stays (posts: {stay})", self.reason);
                Complaint::error(place, message, self.help)
            }
        }
    }
}

impl WalkedNames {
    fn file(&mut self, path: &Path, metadata: &Metadata, is_real: bool) {
        self.met += 1;
        let Some(path) = path.to_str() else {
            self.troubles.insert(not_utf8_at(path), WalkTrouble::not_utf8());
            return;
        };
        let file = FoundFile {
            path: path.to_owned(),
            identity: (metadata.dev(), metadata.ino()),
            size: i64::try_from(metadata.len()).unwrap_or(i64::MAX),
            mtime_ns: metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec()),
            is_real,
        };
        match self.found.get_mut(path) {
            Some(before) => before.is_real |= is_real,
            None => {
                self.found.insert(path.to_owned(), file);
            }
        }
    }

    fn trouble(&mut self, path: &Path, trouble: WalkTrouble) {
        self.troubles.entry(path.to_string_lossy().into_owned()).or_insert(trouble);
    }

    /// Looks at a known file that no walk met: it may stand behind a link whose folder was walked under another name, or in
    /// a folder that cannot be listed. It is gone only where the disk says so.
    fn look_again(&mut self, path: &str) {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => self.file(Path::new(path), &metadata, false),
            Ok(_) => {}
            Err(error) if is_absence(&error) => {
                let mut ways = Path::new(path).ancestors();
                if let Some(link) = ways.find(|way| is_dangling(way)).map(Path::to_path_buf) {
                    self.keep(path, &link, WalkTrouble::dangling());
                }
            }
            Err(error) => self.keep(path, Path::new(path), WalkTrouble::of(&error)),
        }
    }

    /// A known file that may still be there. It counts with a folder that could not be read, where there is one on the way.
    fn keep(&mut self, path: &str, at: &Path, trouble: WalkTrouble) {
        self.unclear.insert(path.to_owned());
        let mut ways = Path::new(path).ancestors().filter_map(Path::to_str);
        let told = ways.find(|way| self.troubles.contains_key(*way)).map(str::to_owned);
        let at = told.unwrap_or_else(|| at.to_string_lossy().into_owned());
        self.troubles.entry(at).or_insert(trouble).stay += 1;
    }
}

fn is_absence(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn is_dangling(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) && std::fs::metadata(path).is_err()
}

/// The first name on the way that is not UTF-8, so that a folder is named once for all that it holds.
fn not_utf8_at(path: &Path) -> String {
    let mut way = PathBuf::new();
    for name in path {
        way.push(name);
        if name.to_str().is_none() {
            break;
        }
    }
    way.to_string_lossy().into_owned()
}

/// A folder that is to be looked into.
struct Folder {
    path: PathBuf,
    at: At,
    identity: (u64, u64),
    /// Whether no link is on the way.
    is_real: bool,
    /// Whether all names on the way are written out in the glob: what somebody wrote is not excluded.
    is_written: bool,
}

/// A walk for one pattern. Folders behind links come after all others, so that what is real is met under its real name.
struct Walk<'a> {
    pattern: &'a Pattern,
    exclude: &'a [Glob],
    names: &'a mut WalkedNames,
    folders: VecDeque<Folder>,
    behind_links: VecDeque<Folder>,
    /// Folders looked into, with the places that they were looked into for. So every loop of links ends.
    seen: HashSet<((u64, u64), At)>,
}

impl<'a> Walk<'a> {
    fn new(pattern: &'a Pattern, exclude: &'a [Glob], names: &'a mut WalkedNames) -> Self {
        let (folders, behind_links, seen) = (VecDeque::new(), VecDeque::new(), HashSet::new());
        Self { pattern, exclude, names, folders, behind_links, seen }
    }

    fn run(&mut self) {
        let path = self.pattern.start().to_path_buf();
        let at = self.pattern.begin();
        match std::fs::metadata(readable(&path)) {
            Ok(metadata) => {
                let identity = (metadata.dev(), metadata.ino());
                self.folders.push_back(Folder { path, at, identity, is_real: true, is_written: true });
            }
            Err(error) => self.names.trouble(&path, WalkTrouble::of(&error)),
        }
        while let Some(folder) = self.folders.pop_front().or_else(|| self.behind_links.pop_front()) {
            if self.seen.insert((folder.identity, folder.at.clone())) {
                self.look_into(&folder);
            }
        }
    }

    fn look_into(&mut self, folder: &Folder) {
        let mut children: BTreeMap<OsString, At> = BTreeMap::new();
        let written: BTreeSet<OsString> = self.pattern.named_next(&folder.at).map(OsString::from).collect();
        for name in &written {
            let at = self.pattern.next(&folder.at, &name.to_string_lossy());
            children.insert(name.clone(), at);
        }
        if self.pattern.must_list(&folder.at) {
            match names_in(&folder.path) {
                Ok(names) => children.extend(names.into_iter().filter_map(|name| {
                    let at = self.pattern.next(&folder.at, &name.to_string_lossy());
                    (!at.is_empty()).then_some((name, at))
                })),
                Err(error) if is_absence(&error) => {}
                Err(error) => self.names.trouble(&folder.path, WalkTrouble::of(&error)),
            }
        }
        for (name, at) in children {
            let is_written = folder.is_written && written.contains(&name) && !self.pattern.is_end(&at);
            self.child(folder, &name, at, is_written);
        }
    }

    fn child(&mut self, folder: &Folder, name: &OsStr, at: At, is_written: bool) {
        let path = folder.path.join(name);
        let text = path.to_string_lossy();
        if !is_written && self.exclude.iter().any(|glob| glob.excludes(&text)) {
            return;
        }
        let itself = match std::fs::symlink_metadata(&path) {
            Ok(itself) => itself,
            Err(error) if is_absence(&error) => return,
            Err(error) => return self.names.trouble(&path, WalkTrouble::of(&error)),
        };
        let is_link = itself.is_symlink();
        let metadata = if is_link { std::fs::metadata(&path) } else { Ok(itself) };
        let is_end = self.pattern.is_end(&at);
        match metadata {
            Ok(metadata) if metadata.is_dir() => {
                let identity = (metadata.dev(), metadata.ino());
                let is_real = folder.is_real && !is_link;
                let queue = if is_real { &mut self.folders } else { &mut self.behind_links };
                queue.push_back(Folder { path, at, identity, is_real, is_written });
            }
            Ok(metadata) if metadata.is_file() && is_end => {
                self.names.file(&path, &metadata, folder.is_real && !is_link);
            }
            Err(error) if is_end && is_absence(&error) => self.names.trouble(&path, WalkTrouble::dangling()),
            Err(error) if is_end => self.names.trouble(&path, WalkTrouble::of(&error)),
            Ok(_) | Err(_) => {}
        }
    }
}

/// A path to open; the working directory has an empty one.
fn readable(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

fn names_in(folder: &Path) -> std::io::Result<Vec<OsString>> {
    std::fs::read_dir(readable(folder))?.map(|entry| Ok(entry?.file_name())).collect()
}
