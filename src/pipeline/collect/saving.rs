//! Saves what was read of an input's files, a batch at a time: asks the store what has to be known, lets the ledger place
//! the posts, applies what changes.

use super::claims::Foreign;
use super::copies::Copy;
use super::present::Present;
use super::reading::{ReadPost, read};
use super::walk::FoundFile;
use super::{READERS, told};
use crate::collect::digest::{Post, ReadEdition, Reading};
use crate::ledger::{self, PostOutcome, Question, Scope, Showing, Signs};
use crate::model::{Complaint, Edition, Presence, Severity, file_of, part_path};
use crate::pipeline::{DigestInput, Error, InputReport};
use crate::store::{PostRow, PostState, Write};
use crate::telemetry::Bar;
use chrono::{DateTime, Duration, Utc};
use futures::{StreamExt, TryStreamExt};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// A post dated further ahead than this is a mistake.
const HELD_AT_MOST: Duration = Duration::days(7);

/// Posts placed at once.
const BATCH: usize = 100;

/// What saving posts needs.
pub(super) struct Saving<'a> {
    pub(super) write: Write,
    /// What is known of what is placed now.
    pub(super) scope: Scope,
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
    /// Files and what is told of them, to be remembered.
    pub(super) rows: Vec<PostRow>,
    pub(super) now: DateTime<Utc>,
    pub(super) showing: Showing,
    pub(super) report: &'a mut InputReport,
}

impl Saving<'_> {
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
        let readings = futures::stream::iter(files)
            .map(|file| {
                let is_own = !foreign.contains_key(&file.path);
                let is_whole = |post: &&PostState| is_own && post.held_until.is_none() && post.same_as.is_none();
                let unchanged = before.get(&file.path).filter(is_whole).filter(|_| same_options);
                let hash = unchanged.map(|post| post.hash.clone());
                let options = options.clone();
                tokio::task::spawn_blocking(move || read(file, hash.as_deref(), &options))
            })
            .buffered(READERS);
        let mut batches = readings.try_chunks(BATCH);
        while let Some(batch) = batches.try_next().await.map_err(|error| error.1)? {
            let count = batch.len();
            self.batch(batch).await?;
            bar.inc(u64::try_from(count).unwrap_or(u64::MAX));
        }
        Ok(())
    }

    /// Saves the posts that had to wait for all others.
    pub(super) async fn others(&mut self) -> Result<(), Error> {
        self.others_are_saved = true;
        let later = std::mem::take(&mut self.later);
        self.batch(later).await
    }

    /// Notes files that are there.
    pub(super) fn are_there<'p>(&mut self, paths: impl Iterator<Item = &'p String>) {
        for path in paths {
            self.present.put(path.clone(), self.before.get(path).and_then(|post| post.edition));
        }
    }

    /// Notes the parts of the files that are there.
    pub(super) fn parts_are_there(&mut self, published: &[(Uuid, String)]) {
        for (id, path) in published {
            let file = file_of(path);
            if file != path && self.present.is_there(file) {
                self.present.put(path.clone(), Some(*id));
            }
        }
    }

    /// Notes the copies of posts. Copies of files that are no posts are read for themselves.
    pub(super) async fn copies(&mut self, copies: Vec<Copy>, bar: &Bar) -> Result<(), Error> {
        let (copies, own): (Vec<_>, Vec<_>) = copies.into_iter().partition(|copy| self.posts.contains(&copy.of));
        for copy in copies {
            let path = &copy.file.path;
            if self.before.get(path) != Some(&copy.state()) {
                self.rows.push(PostRow {
                    path: path.clone(),
                    state: copy.state(),
                    cited: Vec::new(),
                    complaints: vec![copy.complaint()],
                });
            }
        }
        self.are_there(own.iter().map(|copy| &copy.file.path));
        let own = own.into_iter().map(|copy| copy.file).filter(|file| self.needs_reading(file)).collect();
        self.files(own, bar).await
    }

    /// Saves files as they were read.
    async fn batch(&mut self, batch: Vec<ReadPost>) -> Result<(), Error> {
        self.scope = self.scope.anew();
        let question = self.question(&batch);
        self.write.load(&question, &mut self.scope).await?;
        let mut touched = Vec::new();
        for read in batch {
            match read.reading {
                Some(_) => self.post(read),
                None => touched.push((read.file.path, read.file.mtime_ns)),
            }
        }
        self.write.touch_posts(self.input_id, &touched).await?;
        let changes = self.scope.changes(self.now);
        self.write.apply(&changes, self.now).await?;
        let rows = std::mem::take(&mut self.rows);
        Ok(self.write.put_posts(self.input_id, &rows).await?)
    }

    /// What has to be known before posts are placed.
    fn question(&self, batch: &[ReadPost]) -> Question {
        let mut question = Question::default();
        for read in batch {
            let Some(reading) = &read.reading else { continue };
            let path = read.file.path.as_str();
            if !self.foreign.contains_key(path) {
                for part in reading.editions() {
                    let at = part_path(path, part.part.as_deref());
                    ledger::ask_for_posts(&mut question, &self.as_post(&at, &read.text, &part.edition), self.now);
                }
            }
            // What stood there before, as a whole or in parts, may leave or be one of these.
            let before = std::iter::once(path.to_owned()).chain(self.present.parts(path));
            question.posts.extend(before.map(|path| (self.input_id, Signs::of_file(&path))));
        }
        question
    }

    fn as_post<'p>(&'p self, path: &'p str, text: &'p str, edition: &'p Edition) -> ledger::PostAsRead<'p> {
        let (input, row) = (self.input.name.as_str(), self.input_id);
        // Whether a heading was lost is asked where headings begin items and nothing is left out by a rule.
        let text = if self.input.digest.profile.is_column() { text } else { "" };
        ledger::PostAsRead { input, row, path, text, edition }
    }

    /// Places one file as it was read.
    fn post(&mut self, read: ReadPost) {
        let ReadPost { file, hash, text, reading } = read;
        let path = file.path.as_str();
        let Some(mut reading) = reading else { return };
        let before = self.before.get(path);
        let was_post = self.posts.contains(path);
        self.twice.remove(path);
        let mut state = PostState { edition: before.and_then(|post| post.edition), ..file.state(&hash) };
        match &reading.post {
            Post::Skipped { why } if was_post => reading.complaints.push(told::says_less(path, why)),
            Post::Skipped { why } => state.skipped = Some(why.clone()),
            Post::KeptOut { why } => {
                (state.kept_out, state.edition) = (Some(why.clone()), None);
                self.keep_out(path);
            }
            Post::Broken if was_post && reading.complaints.iter().all(|c| c.severity == Severity::Warning) => {
                reading.complaints.push(told::says_less(path, "it cannot be read as one"));
            }
            Post::Broken => {}
            Post::Editions(_) => {
                if !self.editions(path, &text, &mut reading, &mut state) {
                    self.later.push(ReadPost { file, hash, text, reading: Some(reading) });
                    return;
                }
            }
        }
        self.report.read += usize::from(before.is_none_or(|post| !file.is_as(post) || post.same_as.is_none()));
        let Reading { cited, complaints, .. } = reading;
        self.rows.push(PostRow { path: file.path, state, cited, complaints });
    }

    /// Places the editions of a file that could be read; false when it must wait for the others.
    fn editions(&mut self, path: &str, text: &str, reading: &mut Reading, state: &mut PostState) -> bool {
        let Reading { post: Post::Editions(editions), complaints, .. } = reading else { return true };
        if let Some(Foreign { name, .. }) = self.foreign.get(path) {
            (state.same_as, state.edition) = (Some(name.clone()), None);
            self.twice.insert(path.to_owned());
            self.keep_out(path);
            return true;
        }
        let paths: Vec<String> = editions.iter().map(|read| part_path(path, read.part.as_deref())).collect();
        for part in self.present.parts(path).iter().filter(|part| !paths.contains(part)) {
            self.present.take_out(part);
        }
        for (read, at) in editions.iter().zip(&paths) {
            let of_file = if at == path { None } else { Some(path) };
            if !self.edition((at, of_file), text, read, (complaints, state)) {
                return false;
            }
        }
        if paths.iter().all(|at| at != path) {
            // As a whole it stands there no more.
            self.leave(|at| at == path);
        }
        true
    }

    /// Places an edition; false when it must wait for the others. `of_file` is the file that holds it among others.
    fn edition(
        &mut self,
        (path, of_file): (&str, Option<&str>),
        text: &str,
        read: &ReadEdition,
        (complaints, state): (&mut Vec<Complaint>, &mut PostState),
    ) -> bool {
        let edition = &read.edition;
        let date = edition.date.with_timezone(&Utc);
        if date > self.now + HELD_AT_MOST {
            complaints.push(told::too_far_ahead(read.date_at.clone(), edition.date));
            return true;
        }
        let file = of_file.unwrap_or(path);
        if date > self.now {
            let until = state.held_until.unwrap_or(i64::MAX).min(date.timestamp());
            state.held_until = Some(until);
            self.posts.insert(file.to_owned());
            return true;
        }
        match self.place(path, text, edition) {
            PostOutcome::Placed(placed) => {
                if of_file.is_none() || state.edition.is_none() {
                    state.edition = Some(placed.edition);
                }
                self.posts.insert(file.to_owned());
                self.present.put(path.to_owned(), Some(placed.edition));
                let slug = self.scope.edition(placed.edition).map_or("", |known| known.known.slug.as_str());
                let other = placed.same_number.iter().find(|other| self.present.is_there(other));
                if let Some((other, number)) = other.zip(edition.number) {
                    complaints.push(told::same_number(&read.title_at, number, other, slug));
                }
                if placed.is_news {
                    self.report.note_edition(told::edition(path, edition, &placed, &read.unmentioned_tags()));
                }
            }
            PostOutcome::VersionOf(_) if !self.others_are_saved => return false,
            PostOutcome::VersionOf(of) => {
                complaints.push(told::another_version(path, &of));
                (state.same_as, state.edition) = (Some(of), None);
            }
            PostOutcome::Headless { title, line } => complaints.push(told::headless(path, &title, line)),
        }
        true
    }

    fn place(&mut self, path: &str, text: &str, edition: &Edition) -> PostOutcome {
        let mut scope = std::mem::take(&mut self.scope);
        let holds = |known: &crate::model::KnownEdition| self.present.holds(known);
        let outcome = ledger::place_post(&mut scope, self.as_post(path, text, edition), holds, self.showing, self.now);
        self.scope = scope;
        outcome
    }

    /// Lets the edition of a post leave that is kept out now, or another input's.
    fn keep_out(&mut self, path: &str) {
        if self.posts.remove(path) {
            self.leave(|at| file_of(at) == path);
        }
    }

    /// Lets the editions of the input leave whose path is meant.
    fn leave(&mut self, is_meant: impl Fn(&str) -> bool) {
        let is_here = |known: &ledger::EditionState| known.input == self.input_id && is_meant(&known.known.path);
        let stays = |known: &&ledger::EditionState| known.known.presence != Presence::Left;
        let here: Vec<Uuid> =
            self.scope.editions().filter(|known| is_here(known)).filter(stays).map(|known| known.known.id).collect();
        let left = here.into_iter().filter_map(|id| ledger::leave(&mut self.scope, id)).collect();
        self.report.note_left(left);
    }
}
