//! Saves what was read of an input's files.

use super::claims::Foreign;
use super::copies::Copy;
use super::reading::{ReadPost, read};
use super::walk::FoundFile;
use super::{READERS, TOLD, leave};
use crate::collect::digest::Post;
use crate::model::{Complaint, Edition, Place, Severity};
use crate::pipeline::identify::{self, Outcome, Present, Saved};
use crate::pipeline::{DigestInput, Error, InputReport, ItemChange};
use crate::store::{PostState, Write};
use crate::telemetry::Bar;
use crate::verify::Showing;
use chrono::{DateTime, Duration, FixedOffset, Utc};
use futures::{StreamExt, TryStreamExt};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A post dated further ahead than this is a mistake.
const HELD_AT_MOST: Duration = Duration::days(7);

/// A post as it is written, and where what stands in it.
struct Written<'a> {
    path: &'a str,
    text: &'a str,
    title_at: &'a Place,
    date_at: &'a Place,
}

/// What saving posts needs.
pub(super) struct Step<'a> {
    pub(super) write: Write,
    pub(super) input: &'a DigestInput,
    pub(super) input_id: i64,
    /// The files as they were last read.
    pub(super) before: &'a HashMap<String, PostState>,
    /// Whether they were read with the same options.
    pub(super) same_options: bool,
    /// The files that are there.
    pub(super) present: Present,
    /// The files that hold a published post, or one that is held.
    pub(super) posts: HashSet<String>,
    /// The files that are posts of other inputs.
    pub(super) foreign: &'a BTreeMap<String, Foreign>,
    /// Those of them that would be posts here too.
    pub(super) twice: HashSet<String>,
    /// Posts that seem to be other versions of those in other files: looked at again when all others are saved.
    pub(super) later: Vec<ReadPost>,
    pub(super) others_are_saved: bool,
    pub(super) now: DateTime<Utc>,
    pub(super) showing: Showing,
    pub(super) report: &'a mut InputReport,
}

impl Step<'_> {
    /// Whether a file may hold something else than when it was last read, or belong to another one by now.
    pub(super) fn needs_reading(&self, file: &FoundFile) -> bool {
        let owner = self.foreign.get(&file.path).map(|foreign| &foreign.name);
        let is_read = |post: &PostState| {
            let is_out = post.skipped.is_some() || post.kept_out.is_some();
            let is_whose = post.same_as.as_ref() == owner || (is_out && owner.is_some());
            file.is_as(post) && !post.hash.is_empty() && is_whose && !self.has_waited(post)
        };
        !self.same_options || !self.before.get(&file.path).is_some_and(is_read)
    }

    /// Notes the files that are still read as posts of other inputs.
    pub(super) fn note_twice(&mut self) {
        let still = self.foreign.iter().filter(|(path, foreign)| {
            self.before.get(*path).is_some_and(|post| post.same_as.as_ref() == Some(&foreign.name))
        });
        self.twice = still.map(|(path, _)| path.clone()).collect();
    }

    fn has_waited(&self, post: &PostState) -> bool {
        post.held_until.is_some_and(|until| until <= self.now.timestamp())
    }

    /// Reads files, several at once, and saves them in their order.
    pub(super) async fn files(&mut self, files: Vec<FoundFile>, bar: &Bar) -> Result<(), Error> {
        let (before, same_options, options) = (self.before, self.same_options, &self.input.digest);
        let foreign = self.foreign;
        let mut readings = futures::stream::iter(files)
            .map(|file| {
                let is_own = !foreign.contains_key(&file.path);
                let is_whole = |post: &&PostState| is_own && post.held_until.is_none() && post.same_as.is_none();
                let unchanged = before.get(&file.path).filter(is_whole).filter(|_| same_options);
                let hash = unchanged.map(|post| post.hash.clone());
                let options = options.clone();
                tokio::task::spawn_blocking(move || read(file, hash.as_deref(), &options))
            })
            .buffered(READERS);
        while let Some(post) = readings.try_next().await? {
            self.post(post).await?;
            bar.inc(1);
        }
        Ok(())
    }

    /// Saves the posts that had to wait for all others.
    pub(super) async fn others(&mut self) -> Result<(), Error> {
        self.others_are_saved = true;
        for post in std::mem::take(&mut self.later) {
            self.post(post).await?;
        }
        Ok(())
    }

    /// Notes files that are there.
    pub(super) fn are_there<'p>(&mut self, paths: impl Iterator<Item = &'p String>) {
        for path in paths {
            self.present.put(path.clone(), self.before.get(path).and_then(|post| post.edition));
        }
    }

    /// Notes the copies of posts. Copies of files that are no posts are read for themselves.
    pub(super) async fn copies(&mut self, copies: Vec<Copy>, bar: &Bar) -> Result<(), Error> {
        let (copies, own): (Vec<_>, Vec<_>) = copies.into_iter().partition(|copy| self.posts.contains(&copy.of));
        for copy in copies {
            let path = &copy.file.path;
            if self.before.get(path) != Some(&copy.state()) {
                self.write.put_post(self.input_id, path, &copy.state()).await?;
                self.write.put_complaints(self.input_id, path, &[copy.complaint()]).await?;
            }
        }
        self.are_there(own.iter().map(|copy| &copy.file.path));
        let own = own.into_iter().map(|copy| copy.file).filter(|file| self.needs_reading(file)).collect();
        self.files(own, bar).await
    }

    /// Saves one file as it was read.
    async fn post(&mut self, read: ReadPost) -> Result<(), Error> {
        let ReadPost { file, hash, text, reading } = read;
        let path = file.path.as_str();
        let Some(mut reading) = reading else {
            return Ok(self.write.touch_post(self.input_id, path, file.mtime_ns).await?);
        };
        let before = self.before.get(path);
        let was_post = self.posts.contains(path);
        self.twice.remove(path);
        let mut state = PostState { edition: before.and_then(|post| post.edition), ..file.state(&hash) };
        let complaints = &mut reading.complaints;
        match &reading.post {
            Post::Skipped { why } if was_post => complaints.push(says_less(path, why)),
            Post::Skipped { why } => state.skipped = Some(why.clone()),
            Post::KeptOut { why } => {
                (state.kept_out, state.edition) = (Some(why.clone()), None);
                self.keep_out(path).await?;
            }
            Post::Broken if was_post && complaints.iter().all(|c| c.severity == Severity::Warning) => {
                complaints.push(says_less(path, "it cannot be read as one"));
            }
            Post::Broken => {}
            Post::Edition(edition) => {
                let written = Written { path, text: &text, title_at: &reading.title_at, date_at: &reading.date_at };
                if !self.edition(edition, written, &mut state, complaints).await? {
                    self.later.push(ReadPost { file, hash, text, reading: Some(reading) });
                    return Ok(());
                }
            }
        }
        self.report.read += usize::from(before.is_none_or(|post| !file.is_as(post) || post.same_as.is_none()));
        self.write.put_post(self.input_id, path, &state).await?;
        if before.is_some() || !complaints.is_empty() {
            self.write.put_complaints(self.input_id, path, complaints).await?;
        }
        Ok(())
    }

    /// Saves a post that could be read; false when it must wait for the others.
    async fn edition(
        &mut self,
        edition: &Edition,
        written: Written<'_>,
        state: &mut PostState,
        complaints: &mut Vec<Complaint>,
    ) -> Result<bool, Error> {
        let Written { path, text, title_at, date_at } = written;
        if let Some(Foreign { name, .. }) = self.foreign.get(path) {
            (state.same_as, state.edition) = (Some(name.clone()), None);
            self.twice.insert(path.to_owned());
            self.keep_out(path).await?;
            return Ok(true);
        }
        let date = edition.date.with_timezone(&Utc);
        if date > self.now + HELD_AT_MOST {
            complaints.push(too_far_ahead(date_at.clone(), edition.date));
            return Ok(true);
        }
        if date > self.now {
            state.held_until = Some(date.timestamp());
            self.posts.insert(path.to_owned());
            return Ok(true);
        }
        let (input, input_id) = (self.input.name.as_str(), self.input_id);
        let place = identify::Place { input, input_id, path, present: &self.present, text, showing: self.showing };
        match identify::save(&mut self.write, place, edition, self.now).await? {
            Outcome::Saved(saved) => {
                state.edition = Some(saved.edition);
                self.saved(path, saved, title_at, complaints);
            }
            Outcome::VersionOf(_) if !self.others_are_saved => return Ok(false),
            Outcome::VersionOf(of) => {
                complaints.push(another_version(path, &of));
                (state.same_as, state.edition) = (Some(of), None);
            }
            Outcome::Headless { title, line } => complaints.push(headless(path, &title, line)),
        }
        Ok(true)
    }

    fn saved(&mut self, path: &str, mut saved: Saved, title_at: &Place, complaints: &mut Vec<Complaint>) {
        self.posts.insert(path.to_owned());
        self.present.put(path.to_owned(), Some(saved.edition));
        if let Some(complaint) = &mut saved.complaint {
            complaint.place = title_at.clone();
        }
        self.tell(saved, complaints);
    }

    fn tell(&mut self, saved: Saved, complaints: &mut Vec<Complaint>) {
        complaints.extend(saved.complaint);
        let Some(edition) = saved.report else { return };
        self.report.changed += 1;
        self.report.new_items += edition.count(ItemChange::New);
        self.report.revised_items += edition.count(ItemChange::Revised);
        self.report.removed_items += edition.removed.len();
        self.report.editions.push(edition);
        if self.report.editions.len() > 4 * TOLD {
            self.report.editions.sort_by_key(|edition| std::cmp::Reverse(edition.date));
            self.report.editions.truncate(TOLD);
        }
    }

    /// Lets the edition of a post leave that is kept out now, or another input's.
    async fn keep_out(&mut self, path: &str) -> Result<(), Error> {
        if self.posts.remove(path) {
            let left = leave(&mut self.write, self.input_id, |of| of == path, self.now).await?;
            self.report.note_left(left);
        }
        Ok(())
    }
}

impl crate::pipeline::EditionReport {
    fn count(&self, change: ItemChange) -> usize {
        self.items.iter().filter(|item| item.change == change).count()
    }
}

/// A post that says less than before was half saved, or lost in a merge or a crash: taking it out is told by deleting the
/// file.
fn says_less(path: &str, why: &str) -> Complaint {
    Complaint::error(
        Place::file(path),
        format!("this was a post, and is none any more: {why}; what was published from it stays"),
        "restore the post; to take it out of the feeds, delete the file or write `draft: true` in its front matter",
    )
}

/// Not the bytes of another file's post, but that post before or after an edit.
fn another_version(path: &str, of: &str) -> Complaint {
    Complaint::error(
        Place::file(path),
        format!("holds another version of the post in {of}; only that one is published"),
        "bring what is missing into one of the two files and delete the other",
    )
}

fn headless(path: &str, title: &str, line: u32) -> Complaint {
    Complaint::error(
        Place::at(path, line, 1),
        format!("the item `{title}` has lost its heading: its title stands here without one; what was published stays"),
        "begin the line with `### `; to take the item out, take its title out too",
    )
}

fn too_far_ahead(place: Place, date: DateTime<FixedOffset>) -> Complaint {
    Complaint::error(
        place,
        format!("`date` is {}, more than seven days ahead", date.format("%Y-%m-%d")),
        "correct `date` in the front matter; up to seven days ahead a post is held until then",
    )
}
