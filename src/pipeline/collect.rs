//! Collects an input: finds its files, reads those that changed, and saves what they hold in one transaction.

use super::fingerprint::fingerprint;
use super::identify::{self, Saved};
use super::{Cycle, DigestInput, Error, InputReport};
use crate::collect::digest::{self, Post, Reading};
use crate::model::{Complaint, Place, Presence, Severity};
use crate::publish::content_hash;
use crate::store::{InputState, PostState, Write};
use crate::verify::Showing;
use chrono::{DateTime, Duration, FixedOffset, Utc};
use futures::{StreamExt, TryStreamExt};
use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// A post dated further ahead than this is a mistake.
const HELD_AT_MOST: Duration = Duration::days(7);

/// How many posts are read at once.
const READERS: usize = 8;

/// From so many changed posts on, what is given out is asked for at once.
const MANY: usize = 100;

/// How many editions a report tells with their items.
const TOLD: usize = 10;

/// A file as the folder shows it.
#[derive(Debug, Clone)]
struct Found {
    path: String,
    size: i64,
    mtime_ns: i64,
}

/// A file that was read.
struct ReadPost {
    found: Found,
    hash: String,
    /// Whether it was read before.
    known: bool,
    /// `None`: the bytes are those that were read last time.
    reading: Option<Reading>,
}

/// Collects one digest input.
pub(super) async fn input(cycle: Cycle<'_>, input: &DigestInput) -> Result<InputReport, Error> {
    let Cycle { store, options, progress, now, .. } = cycle;
    let mut write = store.begin().await?;
    write.use_slugs(&options.slugs);
    let state = write.input(&input.name, &fingerprint(digest::READER, &input.digest)).await?;
    let before = store.posts(state.id).await?;
    let glob = input.glob.clone();
    let (files, mut complaints) = tokio::task::spawn_blocking(move || scan(&glob)).await?;
    let present: HashSet<String> = files.iter().map(|found| found.path.clone()).collect();
    let mut report = InputReport { name: input.name.clone(), posts: files.len(), ..InputReport::default() };
    let changed: Vec<Found> =
        files.into_iter().filter(|found| needs_reading(before.get(&found.path), found, state, now)).collect();
    if changed.len() > MANY {
        write.expect_many().await?;
    }
    let published = write.edition_paths(state.id).await?.into_iter().map(|(_, path)| path).collect();
    let mut step = Step {
        write,
        input,
        input_id: state.id,
        present: &present,
        published,
        now,
        showing: options.verify.showing,
        report: &mut report,
    };
    let bar = progress.collecting(&input.name, changed.len());
    let known: HashMap<&str, &PostState> = before.iter().map(|(path, post)| (path.as_str(), post)).collect();
    let mut readings = futures::stream::iter(changed)
        .map(|found| {
            let unchanged = known.get(found.path.as_str()).filter(|p| state.same_options && p.held_until.is_none());
            let hash = unchanged.map(|post| post.hash.clone());
            let digest = input.digest.clone();
            tokio::task::spawn_blocking(move || read(found, hash.as_deref(), &digest))
        })
        .buffered(READERS);
    while let Some(mut post) = readings.try_next().await? {
        post.known = known.contains_key(post.found.path.as_str());
        step.post(post).await?;
        bar.inc(1);
    }
    drop(readings);
    let Step { mut write, .. } = step;
    let (left, complaint) =
        withdraw(&mut write, state.id, input, Files { before: &before, present: &present }, now).await?;
    report.note_left(left);
    complaints.extend(complaint);
    write.put_complaints(state.id, "", &complaints).await?;
    write.commit().await?;
    report.note_unpublished(cycle, state.id).await?;
    report.editions.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.path.cmp(&b.path)));
    report.editions.truncate(TOLD);
    Ok(report)
}

/// Lets the editions of inputs that are no longer configured leave.
pub(super) async fn withdraw_others(cycle: Cycle<'_>) -> Result<(), Error> {
    let Cycle { store, options, now, .. } = cycle;
    let digests = options.inputs.iter().filter(|input| matches!(input, super::Input::Digest(_)));
    let names: Vec<String> = digests.map(|input| input.name().to_owned()).collect();
    let mut write = store.begin().await?;
    let all: Vec<&str> = options.inputs.iter().map(super::Input::name).collect();
    write.note_inputs(&all).await?;
    for (input_id, _) in write.inputs_but(&names).await? {
        leave(&mut write, input_id, |_| true, now).await?;
        for path in store.posts(input_id).await?.keys() {
            write.remove_post(input_id, path).await?;
        }
        write.put_complaints(input_id, "", &[]).await?;
    }
    Ok(write.commit().await?)
}

fn needs_reading(before: Option<&PostState>, found: &Found, state: InputState, now: DateTime<Utc>) -> bool {
    !state.same_options
        || before.is_none_or(|post| {
            (post.size, post.mtime_ns) != (found.size, found.mtime_ns)
                || post.held_until.is_some_and(|until| until <= now.timestamp())
        })
}

/// The files that a glob matches, by path.
fn scan(pattern: &str) -> (Vec<Found>, Vec<Complaint>) {
    let mut complaints = Vec::new();
    let mut files = Vec::new();
    // `config` has parsed the pattern before; an odd one simply matches nothing.
    for entry in glob::glob(pattern).into_iter().flatten() {
        let seen = entry.map_err(|e| (e.path().to_path_buf(), e.to_string())).and_then(|path| {
            let metadata = std::fs::metadata(&path).map_err(|e| (path.clone(), e.to_string()))?;
            Ok(metadata.is_file().then(|| found(&path, &metadata)))
        });
        match seen {
            Ok(file) => files.extend(file),
            Err((path, reason)) => {
                let place = Place::file(path.to_string_lossy());
                complaints.push(Complaint::warning(place, reason, "let the user that runs wellsourced read it"));
            }
        }
    }
    files.sort_by(|a: &Found, b| a.path.cmp(&b.path));
    (files, complaints)
}

fn found(path: &Path, metadata: &std::fs::Metadata) -> Found {
    let mtime = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    Found {
        path: path.to_string_lossy().into_owned(),
        size: i64::try_from(metadata.len()).unwrap_or(i64::MAX),
        mtime_ns: i64::try_from(mtime.as_nanos()).unwrap_or(i64::MAX),
    }
}

/// Reads one file; `unchanged` is the hash it had when it was last read in the same way.
fn read(found: Found, unchanged: Option<&str>, options: &digest::DigestOptions) -> ReadPost {
    let mut bytes = Vec::new();
    let limit = digest::MAX_POST_BYTES + 1;
    if let Err(error) = std::fs::File::open(&found.path).and_then(|file| file.take(limit).read_to_end(&mut bytes)) {
        let place = Place::file(&found.path);
        let complaint =
            Complaint::error(place.clone(), format!("cannot be read: {error}"), "let wellsourced read the file");
        // No hash, so that the next cycle tries again.
        return ReadPost {
            found,
            known: false,
            hash: String::new(),
            reading: Some(Reading {
                post: Post::Broken,
                complaints: vec![complaint],
                title_at: place.clone(),
                date_at: place,
                tag_reasons: Vec::new(),
                date_from_name: false,
            }),
        };
    }
    let size = u64::try_from(found.size).unwrap_or_default();
    let hash = content_hash(&bytes);
    if unchanged == Some(hash.as_str()) {
        return ReadPost { found, hash, known: false, reading: None };
    }
    let reading = if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > digest::MAX_POST_BYTES {
        digest::too_large(&found.path, size)
    } else {
        digest::read(&found.path, &bytes, options)
    };
    ReadPost { found, hash, known: false, reading: Some(reading) }
}

fn nothing_left(input: &DigestInput) -> Complaint {
    Complaint::error(
        Place::file(&input.glob),
        format!("`{}`: no file matches any more; what was published stays", input.name),
        "look whether the folder is mounted and the checkout is whole, or take the input out of the configuration",
    )
}

fn nothing_found(input: &DigestInput) -> Complaint {
    Complaint::warning(
        Place::file(&input.glob),
        format!("`{}`: no file matches", input.name),
        "put posts there, or mend `digest` in the configuration (relative to the working directory)",
    )
}

/// The files of an input: as they were last read, and those that are there.
#[derive(Clone, Copy)]
struct Files<'a> {
    before: &'a HashMap<String, PostState>,
    present: &'a HashSet<String>,
}

/// Lets the posts leave whose file is no longer there; but none when there is no file at all, which is a complaint.
async fn withdraw(
    write: &mut Write,
    input_id: i64,
    input: &DigestInput,
    files: Files<'_>,
    now: DateTime<Utc>,
) -> Result<(Vec<(String, usize)>, Option<Complaint>), Error> {
    let Files { before, present } = files;
    if present.is_empty() && !before.is_empty() {
        return Ok((Vec::new(), Some(nothing_left(input))));
    }
    for path in before.keys().filter(|path| !present.contains(*path)) {
        write.remove_post(input_id, path).await?;
    }
    let left = leave(write, input_id, |path| !present.contains(path), now).await?;
    Ok((left, present.is_empty().then(|| nothing_found(input))))
}

/// Lets the editions of some files leave. Tells their titles, and how many items left with each.
async fn leave(
    write: &mut Write,
    input_id: i64,
    is_of: impl Fn(&str) -> bool,
    now: DateTime<Utc>,
) -> Result<Vec<(String, usize)>, Error> {
    let mut left = Vec::new();
    for (id, path) in write.edition_paths(input_id).await? {
        if !is_of(&path) {
            continue;
        }
        let Some(mut known) = write.known_edition(id).await? else { continue };
        let items = known.items.iter().filter(|item| item.presence == Presence::Live).count();
        if items > 0 {
            left.push((known.title.clone(), items));
        }
        known.presence = Presence::Left;
        for item in &mut known.items {
            item.presence = Presence::Left;
        }
        known.updated = identify::free_edition_second(write, now).await?;
        write.save_edition(input_id, &known, None, now).await?;
    }
    Ok(left)
}

/// What saving a post needs.
struct Step<'a> {
    write: Write,
    input: &'a DigestInput,
    input_id: i64,
    present: &'a HashSet<String>,
    /// The files that editions were read from before this cycle.
    published: HashSet<String>,
    now: DateTime<Utc>,
    showing: Showing,
    report: &'a mut InputReport,
}

impl Step<'_> {
    /// Saves one file as it was read.
    async fn post(&mut self, read: ReadPost) -> Result<(), Error> {
        let Found { path, size, mtime_ns } = read.found;
        let Some(reading) = read.reading else {
            return Ok(self.write.touch_post(self.input_id, &path, mtime_ns).await?);
        };
        let unmentioned_tags = reading.unmentioned_tags();
        let Reading { post, mut complaints, title_at, date_at, .. } = reading;
        self.report.read += 1;
        let mut state = PostState { size, mtime_ns, hash: read.hash, ..PostState::default() };
        let was_published = self.published.contains(&path);
        match post {
            Post::Skipped { why } if was_published => complaints.push(says_less(&path, &why)),
            Post::Skipped { why } => state.skipped = Some(why),
            Post::KeptOut { why } => {
                state.kept_out = Some(why);
                self.leave(&path).await?;
            }
            Post::Broken if was_published && complaints.iter().all(|c| c.severity == Severity::Warning) => {
                complaints.push(says_less(&path, "it cannot be read as one"));
            }
            Post::Broken => {}
            Post::Edition(edition) => {
                let date = edition.date.with_timezone(&Utc);
                if date > self.now + HELD_AT_MOST {
                    complaints.push(too_far_ahead(date_at, edition.date));
                } else if date > self.now {
                    state.held_until = Some(date.timestamp());
                } else {
                    let mut saved = self.save(&path, *edition).await?;
                    if let Some(complaint) = &mut saved.complaint {
                        complaint.place = title_at;
                    }
                    if let Some(report) = &mut saved.report {
                        report.unmentioned_tags = unmentioned_tags;
                    }
                    self.tell(saved, &mut complaints);
                }
            }
        }
        self.write.put_post(self.input_id, &path, &state).await?;
        if read.known || !complaints.is_empty() {
            self.write.put_complaints(self.input_id, &path, &complaints).await?;
        }
        Ok(())
    }

    async fn save(&mut self, path: &str, edition: crate::model::Edition) -> Result<Saved, Error> {
        let place = identify::Place {
            input: &self.input.name,
            input_id: self.input_id,
            path,
            present: self.present,
            showing: self.showing,
        };
        identify::save(&mut self.write, place, &edition, self.now).await
    }

    fn tell(&mut self, saved: Saved, complaints: &mut Vec<Complaint>) {
        complaints.extend(saved.complaint);
        let Some(edition) = saved.report else { return };
        self.report.changed += 1;
        self.report.new_items += edition.count(super::ItemChange::New);
        self.report.revised_items += edition.count(super::ItemChange::Revised);
        self.report.removed_items += edition.removed.len();
        self.report.editions.push(edition);
        if self.report.editions.len() > 4 * TOLD {
            self.report.editions.sort_by_key(|edition| std::cmp::Reverse(edition.date));
            self.report.editions.truncate(TOLD);
        }
    }

    /// Lets the edition of a post leave whose own front matter keeps it out now.
    async fn leave(&mut self, path: &str) -> Result<(), Error> {
        if self.published.contains(path) {
            let left = leave(&mut self.write, self.input_id, |of| of == path, self.now).await?;
            self.report.note_left(left);
        }
        Ok(())
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

    fn note_left(&mut self, left: Vec<(String, usize)>) {
        self.removed_items += left.iter().map(|(_, items)| items).sum::<usize>();
        self.left.extend(left.into_iter().map(|(title, _)| title).take(TOLD));
    }
}

impl super::EditionReport {
    fn count(&self, change: super::ItemChange) -> usize {
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

fn too_far_ahead(place: Place, date: DateTime<FixedOffset>) -> Complaint {
    Complaint::error(
        place,
        format!("`date` is {}, more than seven days ahead", date.format("%Y-%m-%d")),
        "correct `date` in the front matter; up to seven days ahead a post is held until then",
    )
}
