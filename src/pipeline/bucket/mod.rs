//! Follows what is published with a bucket: the same bytes, put there once they stand in the directory.
//!
//! Compared is what is published with what the store remembers to have been put, so that a follow that ends half-way is gone on
//! with by the next cycle, on whichever machine. Pages are put first, then feeds, then what lists them; what is not published
//! any more is removed a cycle after nothing links to it. A bucket that fails is complained of; it holds up no publish.

mod carrying;
mod memory;
mod private;

pub(super) use private::fetch_ids;

use super::{BucketOptions, BucketReport, Cycle, Error};
use crate::bucket::{self, Bucket};
use crate::model::{Complaint, Place};
use crate::store::{LeftObject, Store, UnputFile};
use carrying::Carrying;
use chrono::{DateTime, Utc};
use memory::Memory;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

/// Where the store keeps when the bucket was last found, or made, up to date.
const WHOLE: &str = "bucket_whole";

/// When the bucket was last found, or made, up to date.
pub async fn whole(store: &Store) -> crate::store::Result<Option<DateTime<Utc>>> {
    Ok(store.meta(WHOLE).await?.and_then(|at| at.parse().ok()))
}

/// Why a bucket is left as it is until the next cycle.
#[derive(Debug)]
enum Halt {
    /// It could not be asked.
    Bucket(bucket::Error),
    /// It is another store's.
    Owned(String),
    /// The time is up, or the work is stopped.
    Late,
}

impl From<bucket::Error> for Halt {
    fn from(error: bucket::Error) -> Self {
        Self::Bucket(error)
    }
}

/// How long a follow may go on.
#[derive(Debug, Clone, Copy)]
struct Patience<'a> {
    until: Instant,
    stop: &'a CancellationToken,
}

impl Patience<'_> {
    /// What comes of doing something before the time is up and the work is stopped.
    async fn with<T>(self, doing: impl Future<Output = T>) -> Result<T, Halt> {
        let done = self.stop.run_until_cancelled(timeout_at(self.until, doing)).await;
        done.and_then(Result::ok).ok_or(Halt::Late)
    }
}

/// What is to be done.
#[derive(Debug)]
struct Behind {
    unput: Vec<UnputFile>,
    left: Vec<LeftObject>,
}

impl Behind {
    async fn of(cycle: Cycle<'_>) -> Result<Self, Error> {
        Ok(Self { unput: cycle.store.unput_files().await?, left: cycle.store.left_objects().await? })
    }

    /// What was found to be left in an earlier cycle.
    fn due(&self, cycle: Cycle<'_>) -> impl Iterator<Item = &LeftObject> {
        let is_due =
            move |left: &&LeftObject| left.since.is_some_and(|since| since.timestamp() < cycle.now.timestamp());
        self.left.iter().filter(is_due)
    }
}

/// Brings the bucket up to date with what is published, as far as it goes. Nothing where there is none, or nothing may leave the
/// machine.
pub(super) async fn follow(cycle: Cycle<'_>) -> Result<(Option<BucketReport>, Vec<Complaint>), Error> {
    let Some(options) = cycle.options.bucket.as_ref().filter(|_| !cycle.options.offline) else {
        return Ok((None, Vec::new()));
    };
    let began = Instant::now();
    let mut report = BucketReport { bucket: options.place.address.to_string(), ..BucketReport::default() };
    let mut complaints = Vec::new();
    let halted = brought_up(cycle, options, (&mut report, &mut complaints)).await?;
    complaints.extend(halted.and_then(|halt| told(cycle, &mut report, halt)));
    if report.behind == 0 && report.problem.is_none() {
        let mut write = cycle.store.begin().await?;
        write.set_meta(WHOLE, &cycle.now.to_rfc3339()).await?;
        write.commit().await?;
    }
    report.ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok((Some(report), complaints))
}

/// Does what is to be done; tells why it ended early.
async fn brought_up(
    cycle: Cycle<'_>,
    options: &BucketOptions,
    (report, complaints): (&mut BucketReport, &mut Vec<Complaint>),
) -> Result<Option<Halt>, Error> {
    let memory = Memory::of(cycle, options).await?;
    let behind = Behind::of(cycle).await?;
    report.behind = behind.unput.len();
    if memory.stands() && behind.unput.is_empty() && behind.left.is_empty() {
        return Ok(None);
    }
    let bucket = match Bucket::open(&options.place, &cycle.options.net) {
        Ok(bucket) => bucket,
        Err(error) => return Ok(Some(error.into())),
    };
    let patience = Patience { until: Instant::now() + options.budget, stop: cycle.stop };
    let mut carrying = Carrying::new(cycle, options, (&bucket, patience), report.clone());
    let halted = carrying.all(memory).await?;
    complaints.extend(carrying.complaints());
    *report = carrying.report();
    Ok(halted)
}

/// Notes in the report why a follow ended early. A complaint says the same from cycle to cycle, so that it is told once.
fn told(cycle: Cycle<'_>, report: &mut BucketReport, halt: Halt) -> Option<Complaint> {
    let place = Place::file(&report.bucket);
    let (what, help, is_error) = match halt {
        Halt::Late if cycle.stop.is_cancelled() => return None,
        Halt::Late => (
            "not everything could be put there within [bucket] budget".to_owned(),
            "nothing is to be done when it happens once; else look at the way there, or make the budget longer",
            false,
        ),
        Halt::Bucket(error) => (error.to_string(), error.help(), true),
        Halt::Owned(owner) => (
            format!("it belongs to another store, {owner}, which would put its files over ours: nothing is put there"),
            "publish to another bucket or prefix, or make this one ours with `wellsourced --once --take-over`",
            true,
        ),
    };
    report.problem = Some(what.clone());
    let message = format!("{what}; the directory is published all the same");
    Some(if is_error { Complaint::error(place, message, help) } else { Complaint::warning(place, message, help) })
}
