//! The files that survive a lost store: lines of JSON, appended before the files that they are about appear.
//!
//! A torn last line, from a crash or a full disk, is passed over; the next append begins a new line.

use super::Error;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// Below the published directory: the files that are ours.
pub const MANIFEST: &str = ".wellsourced/manifest.jsonl";

/// Below the published directory: the ids and paths that subscribers know.
pub const IDS: &str = ".wellsourced/ids.jsonl";

/// A line of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestLine {
    /// A file below the published directory.
    pub path: String,
    /// Hash of its bytes; `None` when it was removed.
    pub hash: Option<String>,
}

/// A file of lines of JSON.
#[derive(Debug, Clone)]
pub struct Journal<R> {
    path: PathBuf,
    lines: PhantomData<R>,
}

impl<R: Serialize + DeserializeOwned> Journal<R> {
    /// The journal at a path; nothing is read or made yet.
    pub fn open(path: &Path) -> Self {
        Self { path: path.to_owned(), lines: PhantomData }
    }

    /// Every line that is whole, in order. A journal that is not there is empty.
    pub fn read(&self) -> Result<Vec<R>, Error> {
        match fs::read(&self.path) {
            Ok(bytes) => {
                Ok(bytes.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Error::Read { path: self.path.display().to_string(), source: error }),
        }
    }

    /// Its size, bytes; 0 when it is not there.
    pub fn size(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    /// Appends lines.
    pub fn append(&self, lines: &[R]) -> Result<(), Error> {
        if lines.is_empty() {
            return Ok(());
        }
        self.appended(lines).map_err(|e| Error::write(&self.path, e))
    }

    fn appended(&self, lines: &[R]) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().append(true).create(true).open(&self.path)?;
        let mut bytes = Vec::new();
        if file.metadata()?.len() > 0 {
            // An empty line is passed over; a torn one ends here.
            bytes.push(b'\n');
        }
        write_lines(&mut bytes, lines)?;
        file.write_all(&bytes)?;
        file.sync_data()
    }

    /// Replaces all lines, whole or not at all; leaves the file alone when it holds just these.
    pub fn rewrite(&self, lines: &[R]) -> Result<(), Error> {
        self.rewritten(lines).map_err(|e| Error::write(&self.path, e))
    }

    fn rewritten(&self, lines: &[R]) -> io::Result<()> {
        let mut bytes = Vec::new();
        write_lines(&mut bytes, lines)?;
        if fs::read(&self.path).is_ok_and(|found| found == bytes) {
            return Ok(());
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let beside = self.path.with_extension("new");
        let mut file = BufWriter::new(File::create(&beside)?);
        file.write_all(&bytes)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_data()?;
        fs::rename(&beside, &self.path)
    }
}

fn write_lines<R: Serialize>(bytes: &mut Vec<u8>, lines: &[R]) -> io::Result<()> {
    for line in lines {
        serde_json::to_writer(&mut *bytes, line)?;
        bytes.push(b'\n');
    }
    Ok(())
}
