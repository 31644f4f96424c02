//! Reads one file of an input.

use super::walk::{FoundFile, PostFiles};
use crate::collect::digest::{self, DigestOptions, Post, Reading};
use crate::model::{Complaint, LinkKey, Place};
use crate::publish::content_hash;
use std::collections::BTreeSet;
use std::io::Read as _;

/// A file that was read.
pub(super) struct ReadPost {
    pub(super) file: FoundFile,
    /// Hash of its bytes; empty when it could not be read.
    pub(super) hash: String,
    /// What it says, for a second look; empty when that is no text.
    pub(super) text: String,
    /// `None`: the bytes are those that were read last time.
    pub(super) reading: Option<Reading>,
}

/// Reads one file; `unchanged` is the hash it had when it was last read in the same way.
pub(super) fn read(file: FoundFile, unchanged: Option<&str>, options: &DigestOptions) -> ReadPost {
    let bytes = match bytes(&file.path) {
        Ok(bytes) => bytes,
        Err(error) => return unreadable(file, &error),
    };
    let hash = content_hash(&bytes);
    if unchanged == Some(hash.as_str()) {
        return ReadPost { file, hash, text: String::new(), reading: None };
    }
    let reading = if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > digest::MAX_POST_BYTES {
        digest::too_large(&file.path, u64::try_from(file.size).unwrap_or_default())
    } else {
        digest::read(&file.path, &bytes, options)
    };
    let text = if matches!(reading.post, Post::Editions(_)) { String::from_utf8(bytes).ok() } else { None };
    ReadPost { file, hash, text: text.unwrap_or_default(), reading: Some(reading) }
}

/// Files that are looked at to recognise an input that bears another name.
const RECOGNISED_BY: usize = 200;

/// What posts are recognised by: their files, and of the last of these the hashes, permalinks and sources too.
pub(in crate::pipeline) fn signs_of_files(posts: &PostFiles, options: &DigestOptions) -> BTreeSet<String> {
    let files = posts.list(std::iter::empty()).files;
    let mut signs: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
    for file in files.into_iter().rev().take(RECOGNISED_BY) {
        let ReadPost { hash, reading, .. } = read(file, None, options);
        signs.extend(Some(hash).filter(|hash| !hash.is_empty()));
        for read in reading.iter().flat_map(Reading::editions) {
            let edition = &read.edition;
            signs.extend(edition.permalink.clone());
            let sources = edition.items.iter().filter_map(|item| item.sources.first());
            signs.extend(sources.filter_map(|source| LinkKey::of(&source.url)).map(|key| key.to_string()));
        }
    }
    signs
}

/// The hash of a file as [`read`] gives it; `None` when it cannot be read.
pub(super) fn hash_of(path: &str) -> Option<String> {
    bytes(path).ok().map(|bytes| content_hash(&bytes))
}

/// A file's bytes, one more than a post may have at most.
fn bytes(path: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(digest::MAX_POST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(file: FoundFile, error: &std::io::Error) -> ReadPost {
    let place = Place::file(&file.path);
    let complaint = Complaint::error(place, format!("cannot be read: {error}"), "let wellsourced read the file");
    let reading = Reading { post: Post::Broken, complaints: vec![complaint], cited: Vec::new() };
    // No hash, so that the next cycle tries again.
    ReadPost { file, hash: String::new(), text: String::new(), reading: Some(reading) }
}
