//! Collects the digest inputs: finds their files, reads those that changed, and saves what those of an input hold in one
//! transaction.

mod claims;
mod copies;
mod newest;
mod pattern;
mod present;
mod reading;
mod saving;
mod told;
mod walk;

pub use pattern::Glob;
pub(super) use reading::signs_of_files;
pub use walk::{FoundFile, FoundFiles, PostFiles};

use super::fingerprint::fingerprint;
use super::{Cycle, DigestInput, Error, Input, InputReport};
use crate::collect::digest;
use crate::ledger::{self, Question, Scope};
use crate::model::{Complaint, Place, file_of};
use crate::store::{PostState, Write};
use chrono::{DateTime, Utc};
use claims::{Claims, Foreign};
use present::Present;
use saving::Saving;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// How many posts are read at once.
const READERS: usize = 8;

/// Editions that leave in one go.
const BATCH: usize = 200;

/// How many editions a report tells with their items.
const TOLD: usize = 10;

/// What an input's globs find.
struct FoundPosts {
    /// The files as they were last read.
    before: HashMap<String, PostState>,
    /// Those that are there, by path.
    files: Vec<FoundFile>,
    complaints: Vec<Complaint>,
    /// Known files of which it cannot be said that they are gone.
    unclear: HashSet<String>,
    /// Globs that match no file.
    unmatched: Vec<Glob>,
}

/// Collects every digest input.
pub(super) async fn digests(cycle: Cycle<'_>) -> Result<Vec<InputReport>, Error> {
    fn digest(input: &Input) -> Option<&DigestInput> {
        match input {
            Input::Digest(input) => Some(input),
            Input::Feed(_) => None,
        }
    }
    let inputs: Vec<&DigestInput> = cycle.options.inputs.iter().filter_map(digest).collect();
    let mut all = Vec::with_capacity(inputs.len());
    for input in &inputs {
        all.push(find(cycle, input).await?);
    }
    let mut claims = Claims::of(&all);
    let mut reports = Vec::with_capacity(inputs.len());
    for (input, found) in inputs.iter().zip(all) {
        let foreign = claims.foreign(&found.files);
        let (report, posts) = collect(cycle, input, found, Others { inputs: &inputs, foreign: &foreign }).await?;
        claims.collected(posts);
        reports.push(report);
    }
    Ok(reports)
}

/// Looks which files an input has.
async fn find(cycle: Cycle<'_>, input: &DigestInput) -> Result<FoundPosts, Error> {
    let before = match cycle.store.input_id(&input.name).await? {
        Some(id) => cycle.store.posts(id).await?,
        None => HashMap::new(),
    };
    let posts = input.posts.clone();
    let found = move || {
        let known = before.iter().filter(|(_, post)| post.same_as.is_none()).map(|(path, _)| path.as_str());
        let FoundFiles { files, complaints, unclear, unmatched } = posts.list(known);
        FoundPosts { before, files, complaints, unclear, unmatched }
    };
    Ok(tokio::task::spawn_blocking(found).await?)
}

/// The inputs that are collected beside one.
#[derive(Clone, Copy)]
struct Others<'a> {
    inputs: &'a [&'a DigestInput],
    /// The files of the one that are posts of others.
    foreign: &'a BTreeMap<String, Foreign>,
}

impl Others<'_> {
    /// What is said of the posts that two inputs would publish.
    fn complaints(&self, input: &DigestInput, twice: &HashSet<String>) -> Vec<Complaint> {
        let twice = self.foreign.iter().filter(|(path, _)| twice.contains(*path));
        claims::complaints(input, self.inputs, twice)
    }
}

/// Collects one digest input. Returns its posts too.
async fn collect(
    cycle: Cycle<'_>,
    input: &DigestInput,
    found: FoundPosts,
    others: Others<'_>,
) -> Result<(InputReport, HashSet<String>), Error> {
    let Cycle { store, options, progress, now, .. } = cycle;
    let FoundPosts { before, files, mut complaints, unclear, unmatched } = found;
    let parted = move || {
        let (files, copies) = copies::part(files, &before);
        (files, copies, before)
    };
    let (files, copies, before) = tokio::task::spawn_blocking(parted).await?;
    let mut report = InputReport { name: input.name.clone(), posts: files.len(), ..InputReport::default() };
    let mut write = store.begin().await?;
    let state = write.input(&input.name, &fingerprint(digest::READER, &input.digest)).await?;
    let held = before.iter().filter(|(_, post)| post.held_until.is_some()).map(|(path, _)| path.clone());
    let published = write.edition_paths(state.id).await?;
    let mut saving = Saving {
        write,
        scope: Scope::new(&options.slugs),
        input,
        input_id: state.id,
        before: &before,
        same_options: state.same_options,
        present: Present::default(),
        posts: published.iter().map(|(_, path)| file_of(path).to_owned()).chain(held).collect(),
        foreign: others.foreign,
        twice: HashSet::new(),
        later: Vec::new(),
        others_are_saved: false,
        rows: Vec::new(),
        now,
        showing: options.verify.showing,
        report: &mut report,
    };
    saving.are_there(files.iter().map(|file| &file.path).chain(&unclear));
    saving.parts_are_there(&published);
    let doubles: HashSet<String> = copies.iter().map(|copy| copy.file.path.clone()).collect();
    saving.note_twice();
    let changed: Vec<FoundFile> = files.into_iter().filter(|file| saving.needs_reading(file)).collect();
    let bar = progress.collecting(&input.name, changed.len());
    saving.files(changed, &bar).await?;
    saving.copies(copies, &bar).await?;
    saving.others().await?;
    let Saving { mut write, mut scope, present, posts, twice, .. } = saving;
    complaints.extend(others.complaints(input, &twice));
    let files = Files { before: &before, present: &present, doubles: &doubles, unmatched: &unmatched };
    let (left, complaint) =
        withdraw(&mut Leaving { write: &mut write, scope: &mut scope, input_id: state.id, now }, input, files).await?;
    report.note_left(left);
    complaints.extend(complaint);
    write.put_complaints(state.id, "", &complaints).await?;
    write.commit().await?;
    report.note_unpublished(cycle, state.id).await?;
    report.editions.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.path.cmp(&b.path)));
    report.editions.truncate(TOLD);
    Ok((report, posts))
}

/// Lets the editions of inputs that are no longer configured leave.
pub(super) async fn withdraw_others(cycle: Cycle<'_>) -> Result<(), Error> {
    let Cycle { store, options, now, .. } = cycle;
    let digests = options.inputs.iter().filter(|input| matches!(input, Input::Digest(_)));
    let names: Vec<String> = digests.map(|input| input.name().to_owned()).collect();
    let mut write = store.begin().await?;
    let all: Vec<&str> = options.inputs.iter().map(Input::name).collect();
    write.note_inputs(&all).await?;
    let mut scope = Scope::new(&options.slugs);
    for (input_id, _) in write.inputs_but(&names).await? {
        let gone = write.edition_paths(input_id).await?.into_iter().map(|(id, _)| id).collect();
        Leaving { write: &mut write, scope: &mut scope, input_id, now }.editions(gone).await?;
        write.forget_posts(input_id).await?;
    }
    Ok(write.commit().await?)
}

impl FoundFile {
    /// Whether it looks as it did when it was last read.
    pub fn is_as(&self, post: &PostState) -> bool {
        (post.size, post.mtime_ns) == (self.size, self.mtime_ns)
    }

    /// How it is remembered.
    fn state(&self, hash: &str) -> PostState {
        PostState { size: self.size, mtime_ns: self.mtime_ns, hash: hash.to_owned(), ..PostState::default() }
    }
}

/// The files of an input.
#[derive(Clone, Copy)]
struct Files<'a> {
    /// As they were last read.
    before: &'a HashMap<String, PostState>,
    /// Those that are there.
    present: &'a Present,
    /// Those that are there and hold another one's post.
    doubles: &'a HashSet<String>,
    /// Globs that match none.
    unmatched: &'a [Glob],
}

/// Lets the posts leave whose file is no longer there; but none of a glob that matches no file at all, which is told.
async fn withdraw(
    leaving: &mut Leaving<'_>,
    input: &DigestInput,
    files: Files<'_>,
) -> Result<(Vec<(String, usize)>, Vec<Complaint>), Error> {
    let Files { before, present, doubles, unmatched } = files;
    let input_id = leaving.input_id;
    let globs = &input.posts.globs;
    let editions = leaving.write.edition_paths(input_id).await?;
    if present.is_empty() && !(before.is_empty() && editions.is_empty()) {
        return Ok((Vec::new(), vec![nothing_left(input, globs)]));
    }
    let mut complaints = Vec::new();
    let mut stay: HashSet<&str> = HashSet::new();
    for glob in unmatched {
        // Posts that moved elsewhere have their edition there by now.
        let missing = editions.iter().map(|(_, path)| path.as_str()).filter(|path| !present.is_there(path));
        let missing: Vec<&str> = missing.filter(|path| glob.finds(file_of(path)).next().is_some()).collect();
        let globs = std::slice::from_ref(glob);
        complaints.push(if missing.is_empty() { nothing_found(input, globs) } else { nothing_left(input, globs) });
        stay.extend(missing);
    }
    let is_there = |path: &str| present.is_there(path) || stay.contains(path);
    let missing = before.keys().filter(|path| !is_there(path) && !doubles.contains(*path));
    leaving.write.remove_posts(input_id, &missing.map(String::as_str).collect::<Vec<_>>()).await?;
    let gone = editions.iter().filter(|(_, path)| !is_there(path)).map(|(id, _)| *id).collect();
    let left = leaving.editions(gone).await?;
    Ok((left, complaints))
}

fn nothing_left(input: &DigestInput, globs: &[Glob]) -> Complaint {
    Complaint::error(
        place_of(globs),
        format!("`{}`: no file matches any more; what was published stays", input.name),
        "look whether the folder is mounted and the checkout is whole, or take the input out of the configuration",
    )
}

/// No file matches these globs of an input, and none ever did.
pub fn nothing_found(input: &DigestInput, globs: &[Glob]) -> Complaint {
    Complaint::warning(
        place_of(globs),
        format!("`{}`: no file matches", input.name),
        "put posts there, or mend `digest` in the configuration (relative to the working directory)",
    )
}

fn place_of(globs: &[Glob]) -> Place {
    Place::file(globs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

/// Lets editions of an input leave.
struct Leaving<'a> {
    write: &'a mut Write,
    scope: &'a mut Scope,
    input_id: i64,
    now: DateTime<Utc>,
}

impl Leaving<'_> {
    /// Lets editions leave. Tells their titles, and how many items left with each.
    async fn editions(&mut self, leaving: Vec<Uuid>) -> Result<Vec<(String, usize)>, Error> {
        let mut left = Vec::new();
        for batch in leaving.chunks(BATCH) {
            *self.scope = self.scope.anew();
            let question = Question { editions: batch.iter().copied().collect(), ..Question::default() };
            self.write.load(&question, self.scope).await?;
            left.extend(batch.iter().filter_map(|id| ledger::leave(self.scope, *id)));
            let changes = self.scope.changes(self.now);
            self.write.apply(&changes, self.now).await?;
        }
        Ok(left)
    }
}

impl InputReport {
    /// Tells the files that are held, kept out or no posts.
    async fn note_unpublished(&mut self, cycle: Cycle<'_>, input_id: i64) -> Result<(), Error> {
        let zone = &cycle.options.publish.timezone;
        for (path, post) in cycle.store.unpublished_posts(input_id).await? {
            let until = post.held_until.and_then(|until| DateTime::from_timestamp(until, 0));
            self.held.extend(until.map(|until| (path.clone(), until.with_timezone(zone).fixed_offset())));
            self.skipped.extend(post.skipped.map(|why| (path.clone(), why)));
            self.kept_out.extend(post.kept_out.map(|why| (path, why)));
        }
        Ok(())
    }

    fn note_left(&mut self, mut left: Vec<(String, usize)>) {
        left.retain(|(_, items)| *items > 0);
        self.removed_items += left.iter().map(|(_, items)| items).sum::<usize>();
        self.left.extend(left.into_iter().map(|(title, _)| title).take(TOLD));
    }
}
