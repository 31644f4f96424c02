//! Files that hold the same bytes are one post: a program that synchronises folders leaves copies of what it could not
//! decide about.

use super::reading::hash_of;
use super::walk::FoundFile;
use crate::collect::digest::MAX_POST_BYTES;
use crate::model::{Complaint, Place};
use crate::store::PostState;
use std::collections::HashMap;

/// A file that holds the bytes of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copy {
    pub(super) file: FoundFile,
    pub(super) hash: String,
    /// The file that counts.
    pub(super) of: String,
}

/// Parts files, in the order of their paths, into those that count and the copies of these. Of equal files a post that is
/// known counts, else the first by path. Files that may be equal, by their size, are read where they are not known.
pub(super) fn part(files: Vec<FoundFile>, before: &HashMap<String, PostState>) -> (Vec<FoundFile>, Vec<Copy>) {
    let mut sizes: HashMap<i64, usize> = HashMap::new();
    for file in &files {
        *sizes.entry(file.size).or_default() += 1;
    }
    let may_be_equal = |file: &FoundFile| {
        let is_small = u64::try_from(file.size).is_ok_and(|size| size <= MAX_POST_BYTES);
        is_small && sizes.get(&file.size).is_some_and(|count| *count > 1)
    };
    let hashes: Vec<Option<String>> =
        files.iter().map(|file| if may_be_equal(file) { hash(file, before) } else { None }).collect();
    let is_post = |file: &FoundFile| before.get(&file.path).is_some_and(is_known_post);
    let mut counts: HashMap<&str, &FoundFile> = HashMap::new();
    for (file, hash) in files.iter().zip(&hashes) {
        let Some(hash) = hash else { continue };
        let first = counts.entry(hash).or_insert(file);
        if is_post(file) && !is_post(first) {
            *first = file;
        }
    }
    let of = |file: &FoundFile, hash: &Option<String>| {
        let counts = counts.get(hash.as_deref()?)?;
        (counts.path != file.path).then(|| counts.path.clone())
    };
    let counting: Vec<Option<String>> = files.iter().zip(&hashes).map(|(file, hash)| of(file, hash)).collect();
    drop(counts);
    let (mut originals, mut copies) = (Vec::with_capacity(files.len()), Vec::new());
    for ((file, hash), of) in files.into_iter().zip(hashes).zip(counting) {
        match (hash, of) {
            (Some(hash), Some(of)) => copies.push(Copy { file, hash, of }),
            _ => originals.push(file),
        }
    }
    (originals, copies)
}

/// The hash of a file, which need not be read when it is as it was.
fn hash(file: &FoundFile, before: &HashMap<String, PostState>) -> Option<String> {
    let known = before.get(&file.path).filter(|known| file.is_as(known) && !known.hash.is_empty());
    known.map(|known| known.hash.clone()).or_else(|| hash_of(&file.path))
}

fn is_known_post(known: &PostState) -> bool {
    known.same_as.is_none() && known.skipped.is_none() && known.kept_out.is_none()
}

impl Copy {
    /// How it is remembered.
    pub(super) fn state(&self) -> PostState {
        PostState { same_as: Some(self.of.clone()), ..self.file.state(&self.hash) }
    }

    pub(super) fn complaint(&self) -> Complaint {
        Complaint::warning(
            Place::file(&self.file.path),
            format!("holds the same as {}, to the byte; the two are one post, which is published once", self.of),
            "remove one of the two files",
        )
    }
}
