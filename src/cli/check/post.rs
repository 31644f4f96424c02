//! One post, looked at: read as its input reads it, proofread, and mended where that is asked.

use super::files::PostTask;
use super::known;
use super::online::Verdicts;
use crate::collect::digest::{self, DigestOptions, Post, Reading};
use crate::collect::proof::{Edit, Level, Neighbours, ProofMark, ProofOptions, edited, proofread, rules};
use crate::model::{Complaint, Place};
use chrono::{DateTime, Utc};
use std::path::{Component, Path};

/// Times that a post is mended until nothing more is to be mended.
const ROUNDS: usize = 4;

/// An input as a post of it is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) digest: &'a DigestOptions,
    pub(super) neighbours: &'a Neighbours,
    /// What the post is called among them.
    pub(super) known_as: &'a str,
    /// Names of tags that the configuration knows.
    pub(super) tags: &'a [String],
    pub(super) now: DateTime<Utc>,
}

/// A post with what is wrong with it.
#[derive(Debug)]
pub(super) struct CheckedPost {
    pub(super) path: String,
    /// What it says, mended where that was asked; empty where it is no text.
    pub(super) text: String,
    /// What stands in the file.
    pub(super) bytes: Vec<u8>,
    pub(super) marks: Vec<ProofMark>,
    /// How many mistakes were mended.
    pub(super) mended: usize,
    /// Which of the candidates it was read with.
    pub(super) around: usize,
}

/// Looks at a post; it is one of the first of the inputs that takes it.
pub(super) fn look(task: &PostTask, arounds: &[Surroundings<'_>], is_mended: bool) -> CheckedPost {
    let path = task.path.clone();
    let bytes = match known::bytes(&task.path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let help = "name a file that is there, and let wellsourced read it";
            let complaint = Complaint::error(Place::file(&path), format!("cannot be read: {error}"), help);
            let marks = vec![ProofMark::of_complaint(rules::UNREADABLE, complaint)];
            return CheckedPost { path, text: String::new(), bytes: Vec::new(), marks, mended: 0, around: 0 };
        }
    };
    let takes = |around: &Surroundings<'_>| {
        !matches!(read(&path, &bytes, around).post, Post::KeptOut { .. } | Post::Skipped { .. })
    };
    let around = if arounds.len() > 1 { arounds.iter().position(takes).unwrap_or_default() } else { 0 };
    let text = String::from_utf8(bytes.clone()).unwrap_or_default();
    let mut post = CheckedPost { path, text, bytes, marks: Vec::new(), mended: 0, around };
    let Some(used) = arounds.get(around) else { return post };
    post.proofread(used, None);
    if is_mended {
        post.mend(used, None);
    }
    if task.is_named {
        post.tell_no_post(used);
    }
    post
}

fn read(path: &str, bytes: &[u8], around: &Surroundings<'_>) -> Reading {
    digest::read(path, bytes, around.digest)
}

impl CheckedPost {
    /// What could not be looked at, told as a post is.
    pub(super) fn of_trouble(mark: ProofMark) -> Self {
        let path = mark.place.path.clone();
        Self { path, text: String::new(), bytes: Vec::new(), marks: vec![mark], mended: 0, around: usize::MAX }
    }

    pub(super) fn is_trouble(&self) -> bool {
        self.around == usize::MAX
    }

    /// Looks for what is wrong with it, and with its links where they were checked.
    pub(super) fn proofread(&mut self, around: &Surroundings<'_>, verdicts: Option<&Verdicts>) {
        let whole = if self.text.is_empty() { self.bytes.as_slice() } else { self.text.as_bytes() };
        let reading = read(&self.path, whole, around);
        let folder = Path::new(&self.path).parent().unwrap_or_else(|| Path::new(""));
        let has_file = |address: &str| is_file_below(folder, address);
        let options = ProofOptions {
            digest: around.digest,
            known_as: around.known_as,
            tags: around.tags,
            has_file: &has_file,
            now: around.now,
        };
        self.marks = proofread((&self.path, &self.text), &reading, around.neighbours, &options);
        if let Some(verdicts) = verdicts {
            self.marks.extend(verdicts.marks(&self.path, &self.text, around.digest.base_url.as_ref()));
            self.marks.sort_by_key(|mark| (mark.place.line, mark.place.column));
        }
    }

    /// Carries out the edits that stand beside the marks, until there are none.
    pub(super) fn mend(&mut self, around: &Surroundings<'_>, verdicts: Option<&Verdicts>) {
        for _ in 0..ROUNDS {
            let edits: Vec<&Edit> = self.marks.iter().filter_map(|mark| mark.edit.as_ref()).collect();
            let Ok(new) = String::from_utf8(edited(self.text.as_bytes(), edits.iter().copied())) else { return };
            if new == self.text {
                return;
            }
            self.mended += edits.len();
            self.text = new;
            self.proofread(around, verdicts);
        }
    }

    /// Whoever names a file wants to hear that it is no post.
    fn tell_no_post(&mut self, around: &Surroundings<'_>) {
        if !self.marks.is_empty() {
            return;
        }
        let (why, help) = match read(&self.path, self.text.as_bytes(), around).post {
            Post::Skipped { why } if around.digest.profile.is_column() => {
                (why, "a post begins with a front matter, and its items with `###`")
            }
            Post::Skipped { why } => {
                (why, "begin its items as its profile says; `inspect --suggest FILE` proposes a profile that reads it")
            }
            Post::KeptOut { why } => (why, "what it says is looked at once it is to be published"),
            Post::Editions(_) | Post::Broken => return,
        };
        let (place, message) = (Place::file(&self.path), format!("nothing of this is published: {why}"));
        let mark = ProofMark::of_complaint(rules::NO_POST, Complaint::warning(place, message, help));
        self.marks.push(ProofMark { level: Level::Note, ..mark });
    }
}

/// Whether a relative address names a file in a folder or below it.
fn is_file_below(folder: &Path, address: &str) -> bool {
    let written = address.split(['?', '#']).next().unwrap_or_default();
    let plain = percent_encoding::percent_decode_str(written).decode_utf8_lossy().into_owned();
    let path = Path::new(&plain);
    let is_below = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    is_below && folder.join(path).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_stand_beside_the_post_or_below() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("posts")).unwrap();
        for name in ["posts/a b.png", "outside.png"] {
            std::fs::File::create(folder.path().join(name)).unwrap();
        }
        let posts = folder.path().join("posts");
        for (address, is_there) in [
            ("a%20b.png", true),
            ("./a%20b.png?v=1#x", true),
            ("a.png", false),
            ("../outside.png", false),
            ("/a%20b.png", false),
            ("", false),
        ] {
            assert_eq!(is_file_below(&posts, address), is_there, "{address}");
        }
    }
}
