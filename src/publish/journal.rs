//! Append-only journals: what must survive a lost database lies beside the published files, one JSON value per line.
//!
//! A line that is torn (power cut, full disk) or damaged is passed over, never an error; the next append begins a line of
//! its own. Who reads decides which lines are dead, and has the file rewritten when they outnumber the living.

use super::Error;
use super::files::open_private;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use xxhash_rust::xxh3::xxh3_128;

/// A file of records that is appended to.
#[derive(Debug)]
pub struct Journal<R> {
    path: PathBuf,
    records: PhantomData<fn() -> R>,
}

/// What became of a journal since it was marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Nothing.
    Same,
    /// Lines were added, as when a run was killed before it marked it again.
    Grown,
    /// It is not there.
    Missing,
    /// Nothing is in it.
    Empty,
    /// It was cut, or other bytes stand in it.
    Altered,
}

/// What the manifest says of a file: that we wrote it with these bytes, or removed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestLine {
    /// Path below the published directory.
    pub path: String,
    /// [`content_hash`] of its bytes; `None`: removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

impl ManifestLine {
    /// What is there after all lines: path → hash.
    pub fn replay(lines: Vec<Self>) -> BTreeMap<String, String> {
        let mut there = BTreeMap::new();
        for line in lines {
            match line.hash {
                Some(hash) => there.insert(line.path, hash),
                None => there.remove(&line.path),
            };
        }
        there
    }
}

/// Hash by which the manifest knows a file's bytes: XXH3, 128 bits, hexadecimal.
pub fn content_hash(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

impl<R: Serialize + DeserializeOwned> Journal<R> {
    /// The journal at a path; nothing is read or created yet.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), records: PhantomData }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every whole record, in the order of writing; none when the file is missing.
    pub fn read(&self) -> Result<Vec<R>, Error> {
        Ok(Self::records(&self.bytes()?))
    }

    /// Every whole record of a journal's bytes.
    pub fn records(bytes: &[u8]) -> Vec<R> {
        bytes.split(|&b| b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }

    /// How many lines are torn or damaged.
    pub fn damaged(&self) -> Result<usize, Error> {
        let bytes = self.bytes()?;
        let lines = bytes.split(|&b| b == b'\n').filter(|line| !line.trim_ascii().is_empty());
        Ok(lines.filter(|line| serde_json::from_slice::<R>(line).is_err()).count())
    }

    /// Adds records and makes them durable. Nothing to add touches nothing.
    pub fn append(&self, records: &[R]) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        let mut file = self.open_for_appending()?;
        let before = file.metadata().map_err(Error::io("look at", &self.path))?.len();
        let written = ends_a_line(&mut file).and_then(|whole| {
            file.write_all(if whole { b"" } else { b"\n" })?;
            write_lines(&file, records)?;
            file.sync_data()
        });
        written.map_err(|e| {
            // On a full disk the torn rest would only take up space; that this fails too changes nothing.
            let _ = file.set_len(before);
            Error::io("append to", &self.path)(e)
        })
    }

    fn open_for_appending(&self) -> Result<File, Error> {
        open_private(OpenOptions::new().create(true).append(true).read(true), "open", &self.path)
    }

    /// Its bytes; none when the file is missing.
    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        let mut file = match open_private(OpenOptions::new().read(true), "read", &self.path) {
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            opened => opened?,
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::io("read", &self.path))?;
        Ok(bytes)
    }

    /// By what it is known again: length, time of change, hash. `None` when it is missing.
    pub fn mark(&self) -> Result<Option<String>, Error> {
        let Some((length, changed)) = self.measures()? else { return Ok(None) };
        Ok(Some(format!("{length} {changed} {}", content_hash(&self.bytes()?))))
    }

    /// What became of it since it was marked. Reads it only when its length or time of change are others.
    pub fn since(&self, mark: &str) -> Result<Since, Error> {
        let Some((length, changed)) = self.measures()? else { return Ok(Since::Missing) };
        let mut parts = mark.split(' ');
        let (before, at, hash) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        if before == length.to_string() && at == Some(changed.to_string().as_str()) {
            return Ok(Since::Same);
        }
        let bytes = self.bytes()?;
        let marked = before.parse::<usize>().ok().and_then(|before| bytes.get(..before));
        Ok(match marked {
            Some(marked) if hash == Some(content_hash(marked).as_str()) && marked.len() == bytes.len() => Since::Same,
            Some(marked) if hash == Some(content_hash(marked).as_str()) => Since::Grown,
            _ if bytes.trim_ascii().is_empty() => Since::Empty,
            _ => Since::Altered,
        })
    }

    /// Length in bytes, and time of change in nanoseconds since 1970.
    fn measures(&self) -> Result<Option<(u64, u128)>, Error> {
        match fs::symlink_metadata(&self.path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            found => {
                let found = found.map_err(Error::io("look at", &self.path))?;
                let changed = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
                Ok(Some((found.len(), changed.unwrap_or_default().as_nanos())))
            }
        }
    }

    /// Replaces all records, whole or not at all.
    pub fn rewrite(&self, records: &[R]) -> Result<(), Error> {
        self.replace(|file| write_lines(file, records))
    }

    /// Puts a copy of a journal in its place, whole or not at all.
    pub fn restore(&self, bytes: &[u8]) -> Result<(), Error> {
        self.replace(|mut file| file.write_all(bytes))
    }

    fn replace(&self, write_all: impl FnOnce(&File) -> io::Result<()>) -> Result<(), Error> {
        let beside = self.path.with_extension("new");
        // Made anew, so that nothing is written through a link that was put there.
        if let Err(e) = fs::remove_file(&beside)
            && e.kind() != io::ErrorKind::NotFound
        {
            return Err(Error::io("clear", &beside)(e));
        }
        let write = || {
            let file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
            write_all(&file)?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)?;
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(|e| {
            // The torn rest would only take up space; that this fails too changes nothing.
            let _ = fs::remove_file(&beside);
            Error::io("rewrite", &self.path)(e)
        })
    }
}

/// A large site has tens of thousands of records, which need not be in memory twice.
fn write_lines<R: Serialize>(file: &File, records: &[R]) -> io::Result<()> {
    let mut lines = BufWriter::with_capacity(1 << 16, file);
    for record in records {
        serde_json::to_writer(&mut lines, record)?;
        lines.write_all(b"\n")?;
    }
    lines.flush()
}

fn ends_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(path: &str, hash: Option<&str>) -> ManifestLine {
        ManifestLine { path: path.to_owned(), hash: hash.map(str::to_owned) }
    }

    #[test]
    fn a_torn_line_is_passed_over_and_the_next_append_begins_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path().join("manifest.jsonl"));
        assert_eq!(journal.read().unwrap(), []);
        journal.append(&[]).unwrap();
        assert!(!journal.path().exists());
        journal.append(&[line("a", Some("1")), line("b", Some("2"))]).unwrap();
        let whole = fs::read(journal.path()).unwrap();
        for cut in 1..whole.len() / 2 - 1 {
            File::create(journal.path()).unwrap().write_all(&whole[..whole.len() - cut - 1]).unwrap();
            journal.append(&[line("c", None)]).unwrap();
            assert_eq!(journal.read().unwrap(), [line("a", Some("1")), line("c", None)], "{cut}");
        }
        File::create(journal.path()).unwrap().write_all(b"\xff\xfe\x00{\n[]\n{\"path\":\"d\"}\n").unwrap();
        assert_eq!(journal.read().unwrap(), [line("d", None)]);
    }

    #[test]
    fn rewriting_replaces_everything() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path().join("manifest.jsonl"));
        journal.append(&[line("a", Some("1")), line("a", Some("2")), line("b", Some("3")), line("b", None)]).unwrap();
        let there = ManifestLine::replay(journal.read().unwrap());
        assert_eq!(there, BTreeMap::from([("a".to_owned(), "2".to_owned())]));
        journal.rewrite(&[line("a", Some("2"))]).unwrap();
        assert_eq!(journal.read().unwrap(), [line("a", Some("2"))]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_became_of_a_journal_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path().join("manifest.jsonl"));
        assert_eq!(journal.mark().unwrap(), None);
        journal.append(&[line("a", Some("1")), line("b", Some("2"))]).unwrap();
        let mark = journal.mark().unwrap().unwrap();
        let write = |bytes: &[u8]| File::create(journal.path()).unwrap().write_all(bytes).unwrap();
        let whole = fs::read(journal.path()).unwrap();
        assert_eq!(journal.since(&mark).unwrap(), Since::Same);
        write(&whole);
        assert_eq!(journal.since(&mark).unwrap(), Since::Same, "only touched");
        journal.append(&[line("c", None)]).unwrap();
        assert_eq!(journal.since(&mark).unwrap(), Since::Grown);
        write(&whole[..whole.len() - 1]);
        assert_eq!(journal.since(&mark).unwrap(), Since::Altered);
        write(&vec![b'x'; whole.len()]);
        assert_eq!(journal.since(&mark).unwrap(), Since::Altered);
        write(b" \n");
        assert_eq!(journal.since(&mark).unwrap(), Since::Empty);
        fs::remove_file(journal.path()).unwrap();
        assert_eq!(journal.since(&mark).unwrap(), Since::Missing);
    }

    #[test]
    fn hashes_are_of_a_fixed_length() {
        assert_eq!(content_hash(b""), "99aa06d3014798d86001c324468d497f");
        assert_eq!(content_hash(b"x").len(), 32);
    }
}
