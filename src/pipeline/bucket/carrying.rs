//! Carries files to a bucket: a bounded number at once, in the order in which a publish appears, each remembered.

use super::super::{BucketOptions, BucketReport, Cycle, Error, max_age};
use super::memory::Memory;
use super::{Behind, Halt, Patience, private};
use crate::bucket::{self, Bucket, Object, ObjectThere};
use crate::model::{Complaint, Place};
use crate::publish::layout::{self, Phase};
use crate::publish::{self, Writer, cache_control, content_hash};
use crate::store::{LeftObject, UnputFile};
use futures::{StreamExt, stream};
use std::cmp::Reverse;
use std::pin::pin;

/// Requests at once.
const AT_ONCE: usize = 16;

/// Files that are noted as ours, put, and remembered at once.
const BATCH: usize = 100;

/// So many failures end a follow: more would do a store that is in trouble no good.
const FAILURES: usize = 5;

/// Stands behind the hash of a body in gzip, so that one is told from the other.
const GZIP: &str = "-gz";

/// What came of a file.
#[derive(Debug)]
enum Carried {
    /// It was put: so many bytes.
    Put(usize),
    /// It is there, as a follow that was cut short left it.
    Same,
    /// Something stands there that we did not put.
    Foreign,
    /// The directory has other bytes, or none.
    Altered,
}

/// A follow under way.
#[derive(Debug)]
pub(super) struct Carrying<'a> {
    cycle: Cycle<'a>,
    options: &'a BucketOptions,
    bucket: &'a Bucket,
    patience: Patience<'a>,
    done: BucketReport,
    /// What stands in the way of files.
    foreign: Vec<String>,
    /// Files that are not in the directory as they were published.
    altered: Vec<String>,
    /// Why a file could not be put or removed, the first time.
    failure: Option<bucket::Error>,
}

impl<'a> Carrying<'a> {
    /// `done` says how much there is to be done.
    pub(super) fn new(
        cycle: Cycle<'a>,
        options: &'a BucketOptions,
        (bucket, patience): (&'a Bucket, Patience<'a>),
        done: BucketReport,
    ) -> Self {
        Self { cycle, options, bucket, patience, done, foreign: Vec::new(), altered: Vec::new(), failure: None }
    }

    /// Does everything that is to be done; tells why it ended early.
    pub(super) async fn all(&mut self, mut memory: Memory) -> Result<Option<Halt>, Error> {
        if let Some(halt) = memory.learn(self.cycle, (self.bucket, self.patience)).await? {
            return Ok(Some(halt));
        }
        // Learning may have made more of it.
        let behind = Behind::of(self.cycle).await?;
        self.done.behind = behind.unput.len();
        for file in memory.changed() {
            let object = private::object(&self.cycle.options.directory, file).await?;
            match self.patience.with(self.bucket.put(file, object)).await {
                Ok(Ok(())) => memory.note(self.cycle, file).await?,
                Ok(Err(error)) => return Ok(Some(error.into())),
                Err(halt) => return Ok(Some(halt)),
            }
        }
        let mut unput = behind.unput.clone();
        unput.sort_by_cached_key(|file| (place(file), file.path.clone()));
        for alike in unput.chunk_by(|one, next| place(one) == place(next)) {
            for files in alike.chunks(BATCH) {
                if let Some(halt) = self.put_batch(files).await? {
                    return Ok(Some(halt));
                }
            }
        }
        self.remove_left(&behind).await
    }

    /// Puts files of which none lists another. They are noted as ours before: what was put and is not noted would never be removed.
    async fn put_batch(&mut self, files: &[UnputFile]) -> Result<Option<Halt>, Error> {
        let (options, bucket, cycle) = (self.options, self.bucket, self.cycle);
        let mut write = cycle.store.begin().await?;
        write.note_put(&files.iter().map(|file| (file.path.as_str(), "")).collect::<Vec<_>>()).await?;
        write.commit().await?;
        let carried =
            stream::iter(files).map(move |file| async move { (file, carry(cycle, options, bucket, file).await) });
        let mut carried = pin!(carried.buffer_unordered(AT_ONCE));
        let mut put: Vec<&UnputFile> = Vec::new();
        let halted = loop {
            let (file, carried) = match self.patience.with(carried.next()).await {
                Ok(Some(carried)) => carried,
                Ok(None) => break self.failure.take().map(Halt::Bucket),
                Err(halt) => break Some(halt),
            };
            match carried? {
                Ok(Carried::Put(bytes)) => {
                    self.done.put += 1;
                    self.done.bytes += u64::try_from(bytes).unwrap_or_default();
                    put.push(file);
                }
                Ok(Carried::Same) => put.push(file),
                Ok(Carried::Foreign) => {
                    // As long as it stands there, nothing of ours is missing.
                    self.done.behind = self.done.behind.saturating_sub(1);
                    self.foreign.extend((!layout::makes_way(&file.path)).then(|| file.path.clone()));
                }
                Ok(Carried::Altered) => self.altered.push(file.path.clone()),
                Err(error) => {
                    if let Some(halt) = self.failed(error) {
                        break Some(halt);
                    }
                }
            }
        };
        self.note_put(&mut put).await?;
        Ok(halted)
    }

    /// Counts a failure, and says whether it is one too many.
    fn failed(&mut self, error: bucket::Error) -> Option<Halt> {
        self.done.failed += 1;
        if error.is_of_all() || self.done.failed >= FAILURES {
            return Some(error.into());
        }
        self.failure.get_or_insert(error);
        None
    }

    async fn note_put(&mut self, put: &mut Vec<&UnputFile>) -> Result<(), Error> {
        if put.is_empty() {
            return Ok(());
        }
        let mut write = self.cycle.store.begin().await?;
        write.note_put(&put.iter().map(|file| (file.path.as_str(), file.hash.as_str())).collect::<Vec<_>>()).await?;
        write.commit().await?;
        self.done.behind = self.done.behind.saturating_sub(put.len());
        put.clear();
        Ok(())
    }

    /// Removes what nothing has linked to since an earlier cycle, and notes what nothing links to from now on.
    async fn remove_left(&mut self, behind: &Behind) -> Result<Option<Halt>, Error> {
        let bucket = self.bucket;
        let due: Vec<&LeftObject> = behind.due(self.cycle).collect();
        let removed =
            stream::iter(&due).map(move |left| async move { (left.path.as_str(), remove(bucket, left).await) });
        let mut removed = pin!(removed.buffer_unordered(AT_ONCE));
        let mut forgotten = Vec::new();
        let halted = loop {
            match self.patience.with(removed.next()).await {
                Ok(Some((path, Ok(is_removed)))) => {
                    self.done.removed += usize::from(is_removed);
                    forgotten.push(path);
                }
                Ok(Some((_, Err(error)))) => {
                    if let Some(halt) = self.failed(error) {
                        break Some(halt);
                    }
                }
                Ok(None) => break self.failure.take().map(Halt::Bucket),
                Err(halt) => break Some(halt),
            }
        };
        let new: Vec<&str> =
            behind.left.iter().filter(|left| left.since.is_none()).map(|left| left.path.as_str()).collect();
        if !forgotten.is_empty() || !new.is_empty() {
            let mut write = self.cycle.store.begin().await?;
            write.forget_put(&forgotten).await?;
            write.note_left(&new, self.cycle.now).await?;
            write.commit().await?;
        }
        self.done.behind += due.len() - forgotten.len();
        Ok(halted)
    }

    /// What was done.
    pub(super) fn report(self) -> BucketReport {
        self.done
    }

    /// What is wrong with single files; one complaint for each kind, however many there are.
    pub(super) fn complaints(&self) -> Vec<Complaint> {
        let address = &self.options.place.address;
        let also = |files: &[String]| match files.len() {
            0 | 1 => String::new(),
            2 => ", and 1 other like it".to_owned(),
            all => format!(", and {} others like it", all - 1),
        };
        let first = |files: &[String]| files.iter().min().cloned();
        let in_the_way = first(&self.foreign).map(|path| {
            Complaint::error(
                Place::file(format!("{address}{path}")),
                format!("this object was not put by wellsourced, which leaves it alone{}", also(&self.foreign)),
                "remove it, or publish to another bucket or prefix",
            )
        });
        let altered = first(&self.altered).map(|path| {
            Complaint::warning(
                Place::file(self.cycle.options.directory.join(path).to_string_lossy()),
                format!("this file is not as it was published, and is not put into the bucket{}", also(&self.altered)),
                "remove .wellsourced/manifest.jsonl beside it, and everything is looked at and written again where it differs",
            )
        });
        in_the_way.into_iter().chain(altered).collect()
    }
}

/// When a file is put: behind what it lists, and so what stands deeper first.
fn place(file: &UnputFile) -> (Phase, Reverse<usize>) {
    (layout::phase(&file.path), Reverse(file.path.matches('/').count()))
}

/// Puts a file, unless it is there already, or something else is.
async fn carry(
    cycle: Cycle<'_>,
    options: &BucketOptions,
    bucket: &Bucket,
    file: &UnputFile,
) -> Result<Result<Carried, bucket::Error>, Error> {
    let Some(object) = object(cycle, options, file).await? else { return Ok(Ok(Carried::Altered)) };
    Ok(put(bucket, file, object).await)
}

async fn put(bucket: &Bucket, file: &UnputFile, object: Object) -> Result<Carried, bucket::Error> {
    // What is remembered with its hash is ours, and other bytes stand there.
    if file.known.as_ref().is_none_or(String::is_empty) {
        match bucket.look(&file.path).await? {
            ObjectThere::Ours(mark) if mark == object.mark => return Ok(Carried::Same),
            ObjectThere::Foreign => return Ok(Carried::Foreign),
            ObjectThere::Ours(_) | ObjectThere::None => {}
        }
    }
    let bytes = object.bytes.len();
    bucket.put(&file.path, object).await?;
    Ok(Carried::Put(bytes))
}

/// Removes what is ours; tells whether it was.
async fn remove(bucket: &Bucket, left: &LeftObject) -> Result<bool, bucket::Error> {
    if left.known.is_empty() && !matches!(bucket.look(&left.path).await?, ObjectThere::Ours(_)) {
        return Ok(false);
    }
    bucket.remove(&left.path).await?;
    Ok(true)
}

/// A published file as it is put; `None` when the directory has not what was published.
async fn object(cycle: Cycle<'_>, options: &BucketOptions, file: &UnputFile) -> Result<Option<Object>, Error> {
    let (root, path, hash) = (cycle.options.directory.clone(), file.path.clone(), file.hash.clone());
    let (is_gzip, keep) = (options.is_gzip, cache_control(max_age(&options.schedule, cycle.now)));
    let made = tokio::task::spawn_blocking(move || {
        let bytes = Writer::file(&root, &path).filter(|bytes| content_hash(bytes) == hash)?;
        let kind = layout::kind(&path);
        let packed = (is_gzip && kind.is_worth_compressing(bytes.len())).then(|| publish::gzip(&bytes).ok()).flatten();
        let packed = packed.filter(|packed| packed.len() < bytes.len());
        let (coding, mark) = if packed.is_some() { (Some("gzip"), format!("{hash}{GZIP}")) } else { (None, hash) };
        let media_type = kind.media_type(&path).to_owned();
        Some(Object { bytes: packed.unwrap_or(bytes).into(), media_type, cache_control: keep, coding, mark })
    });
    Ok(made.await?)
}
