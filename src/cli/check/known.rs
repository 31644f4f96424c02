//! What is known of the other posts of an input: of files that are as they were read, from the store; of all others by reading
//! them. The store only saves the reading.

use super::files::InputFiles;
use crate::collect::digest::{self, DigestOptions, MAX_POST_BYTES};
use crate::collect::proof::{Neighbour, Neighbours};
use crate::pipeline::FoundFile;
use crate::store::{PostState, PostSummary, Store};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::num::NonZeroUsize;

/// Posts by which it is seen how an input writes the words before sources and remarks: the last ones by name.
const HABITS_OF: usize = 40;

/// Posts before and behind one that is looked at, by name, that are read for its sake: a tenth of a second.
const NEAR: usize = 150;

/// What the store remembers of an input's posts.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    states: HashMap<String, PostState>,
    summaries: HashMap<String, PostSummary>,
}

/// What the store remembers of a file.
enum FileMemory {
    /// A post that is as it was.
    Post(Neighbour),
    /// It is none, as it was.
    NoPost,
    /// Nothing, or of what it was before.
    Unknown,
}

impl Remembered {
    /// Asks the store; one that knows nothing of the input answers with nothing.
    pub(super) async fn of(store: &Store, input: &str) -> crate::store::Result<Self> {
        let Some(id) = store.input_id(input).await? else { return Ok(Self::default()) };
        Ok(Self { states: store.posts(id).await?, summaries: store.post_summaries(id).await? })
    }

    /// What is remembered of a file.
    fn post(&mut self, file: &FoundFile) -> FileMemory {
        let Some(state) = self.states.get(&file.path).filter(|state| file.is_as(state)) else {
            return FileMemory::Unknown;
        };
        match self.summaries.remove(&file.path) {
            Some(PostSummary { editions, tags, cited }) => match editions.as_slice() {
                [(_, date)] => {
                    let cited = cited.into_iter().map(|(key, line)| (key, line, *date)).collect();
                    FileMemory::Post(Neighbour { path: file.path.clone(), editions, tags, cited })
                }
                // Which of them cites what is not remembered.
                _ => FileMemory::Unknown,
            },
            None if state.skipped.is_some() || state.kept_out.is_some() || state.same_as.is_some() => {
                FileMemory::NoPost
            }
            // A post that is held has no edition yet, and one that is broken may still hold a number.
            None => FileMemory::Unknown,
        }
    }
}

/// The bytes of a file, one more than a post may have at most.
pub(super) fn bytes(path: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_POST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All that is known of the posts of an input. `names` are those that are looked at: of what the store does not know, and would take
/// long to read, only what stands near them is read.
pub(super) fn neighbours(of: &InputFiles, mut remembered: Remembered, names: &HashSet<&str>) -> Neighbours {
    let mut files: Vec<&FoundFile> = of.files.iter().collect();
    files.sort_by_cached_key(|file| natural(&file.path));
    let near = near(&files.iter().map(|file| names.contains(file.path.as_str())).collect::<Vec<_>>());
    let mut posts = Vec::with_capacity(files.len());
    let mut unknown = Vec::new();
    for (file, is_near) in files.iter().zip(near) {
        match remembered.post(file) {
            FileMemory::Post(post) => posts.push(post),
            FileMemory::Unknown if is_near => unknown.push(file.path.as_str()),
            FileMemory::Unknown | FileMemory::NoPost => {}
        }
    }
    posts.extend(read_all(&unknown, &of.input.digest));
    posts.sort_by(|a, b| a.path.cmp(&b.path));
    let mut neighbours = Neighbours::new(posts);
    for file in files.iter().rev().take(HABITS_OF) {
        let text = bytes(&file.path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(text) = text {
            neighbours.note_words(&file.path, &text, &of.input.digest.source_words);
        }
    }
    neighbours
}

/// A run of digits, or what stands between such.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NamePart {
    Number(u64),
    Text(String),
}

/// By what names are put in order, so that `issue-9` stands before `issue-10`.
fn natural(name: &str) -> Vec<NamePart> {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| c.is_ascii_digit() != first.is_ascii_digit()).unwrap_or(rest.len());
        let (part, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let number = part.parse().ok().filter(|_| first.is_ascii_digit());
        parts.push(number.map_or_else(|| NamePart::Text(part.to_owned()), NamePart::Number));
        rest = after;
    }
    parts
}

/// Which of the posts stand near one that is looked at.
fn near(is_looked_at: &[bool]) -> Vec<bool> {
    let mut near = vec![false; is_looked_at.len()];
    for at in (0..).zip(is_looked_at).filter(|(_, is)| **is).map(|(at, _): (usize, _)| at) {
        let around = at.saturating_sub(NEAR)..(at + NEAR + 1).min(near.len());
        near.get_mut(around).into_iter().flatten().for_each(|near| *near = true);
    }
    near
}

/// Reads posts, on all processors.
fn read_all(paths: &[&str], options: &DigestOptions) -> Vec<Neighbour> {
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let read = |path: &&str| {
        let bytes = bytes(path).ok()?;
        Neighbour::of(path, &digest::read(path, &bytes, options))
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = paths
            .chunks(paths.len().div_ceil(threads).max(1))
            .map(|part| scope.spawn(move || part.iter().filter_map(read).collect::<Vec<_>>()))
            .collect();
        // A thread that died has nothing to say of its posts; the check of a post itself would die as well, and tell.
        parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_are_counted() {
        let mut names = ["issue-10.md", "issue-9.md", "2026/x.md", "issue-100.md", "a", "issue-010.md"];
        names.sort_by_cached_key(|name| natural(name));
        assert_eq!(names, ["2026/x.md", "a", "issue-9.md", "issue-10.md", "issue-010.md", "issue-100.md"]);
    }

    #[test]
    fn only_what_stands_near_is_read() {
        let looked_at = |at: &[usize], of| (0..of).map(|index| at.contains(&index)).collect::<Vec<_>>();
        let count = |near: Vec<bool>| near.into_iter().filter(|near| *near).count();
        assert_eq!(count(near(&looked_at(&[5000], 10_000))), 2 * NEAR + 1);
        assert_eq!(count(near(&looked_at(&[9_999], 10_000))), NEAR + 1);
        assert_eq!(count(near(&looked_at(&[0, 1], 10_000))), NEAR + 2);
        assert_eq!(count(near(&looked_at(&[3], 9))), 9);
        assert_eq!(count(near(&[])), 0);
    }
}
