//! One cycle: collect, verify, publish. `--once` and the daemon call the same [`run`].
//!
//! The steps in between are dull on purpose: what is new is decided in `ledger`, what a check means by
//! `verify::judge`, what a feed holds by `publish::compose`. Reads no clock and prints nothing.

mod archive;
mod bucket;
mod collect;
mod feeds;
mod fingerprint;
mod follow;
mod lead;
mod leases;
mod max_age;
mod options;
mod owner;
mod publish;
mod renaming;
mod report;
mod restore;
mod showing;
mod troubled;
mod upkeep;
mod verify;

pub use bucket::whole as bucket_whole;
pub use collect::{FoundFile, FoundFiles, Glob, PostFiles, nothing_found};
pub use feeds::{releases, wish_release};
pub use follow::{Followed, Follower, published_by};
pub use lead::Lead;
pub use max_age::max_age;
pub use options::{ArchiveOptions, AskNow, BucketOptions, DigestInput, FeedInput, Input, Options, VerifyOptions};
pub use report::{
    BucketReport, CheckReport, EditionReport, FeedReport, Fetched, InputReport, ItemChange, ItemReport, PublishReport,
    Report, SourceReport,
};

pub use publish::status;
pub use troubled::{Troubled, TroubledLinkReport, Turned};

use crate::model::Complaint;
use crate::net::Client;
use crate::store::{CycleRecord, Store};
use crate::telemetry::Progress;
use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

/// Why a cycle could not be finished: always our failure or the machine's, never an input's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// The published directory could not be written.
    #[error(transparent)]
    Publish(#[from] crate::publish::Error),
    /// The network client could not be made.
    #[error(transparent)]
    Net(#[from] crate::net::Error),
    /// The store and the published directory are empty, and whether the bucket keeps ids cannot be told.
    #[error(
        "nothing is published: the store is empty, and whether {bucket} keeps the ids of what was published before cannot be \
         told: {source} (to begin anew without them, run `wellsourced --once --offline`)"
    )]
    Ids {
        /// The bucket.
        bucket: String,
        /// Why it could not be asked.
        source: crate::bucket::Error,
    },
    /// Another node is at work that only one may do.
    #[error("{0} is at work on the store, a minute was waited; try again when its cycle is done")]
    Led(String),
    /// A task of ours died.
    #[error("a task of ours died: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl Error {
    /// The same, with the name of the store's file where it is about a place in it.
    fn in_file(self, store: &Store) -> Self {
        match self {
            Self::Store(error) => Self::Store(error.in_file(store.file())),
            other => other,
        }
    }
}

/// What every step of a cycle is given.
#[derive(Debug, Clone, Copy)]
struct Cycle<'a> {
    store: &'a Store,
    options: &'a Options,
    progress: &'a Progress,
    now: DateTime<Utc>,
    stop: &'a CancellationToken,
    role: Role,
}

/// What a node does of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Everything: nobody else has the store.
    Alone,
    /// Everything, beside others who ask feeds and links.
    Leader,
    /// Feeds and links, as far as nobody else asks them.
    Helper,
}

impl Role {
    /// Whether nobody else has the store.
    fn is_alone(self) -> bool {
        self == Self::Alone
    }
}

impl Cycle<'_> {
    /// Under which key something is remembered that holds for the directory of this node only.
    fn own(&self, key: &str) -> String {
        if self.role.is_alone() { key.to_owned() } else { format!("{key}@{}", self.options.node) }
    }
}

/// Runs one cycle. `stop` ends it early, between two steps or checks, with everything done so far kept.
///
/// A failure to publish is told in the report too, so that what was collected and checked is not lost with it.
pub async fn run(
    store: &Store,
    options: &Options,
    progress: &Progress,
    now: DateTime<Utc>,
    stop: &CancellationToken,
) -> Result<Report, Error> {
    if !store.is_shared() {
        let cycle = Cycle { store, options, progress, now, stop, role: Role::Alone };
        return Box::pin(steps(cycle)).await.map_err(|error| error.in_file(store));
    }
    let Some(lead) = Lead::wait(store, &options.node, stop).await? else { return Ok(Report::begin(now)) };
    let report = Box::pin(lead_cycle(&lead, store, options, progress, now)).await;
    lead.end().await;
    report
}

/// Runs one cycle as the node that publishes.
pub async fn lead_cycle(
    lead: &Lead,
    store: &Store,
    options: &Options,
    progress: &Progress,
    now: DateTime<Utc>,
) -> Result<Report, Error> {
    let cycle = Cycle { store: lead.store(), options, progress, now, stop: lead.stop(), role: Role::Leader };
    let report = match follow::take_over(cycle).await {
        Ok(()) => Box::pin(steps(cycle)).await,
        Err(error) => Err(error),
    };
    report.map_err(|error| error.in_file(store))
}

/// Does what a node does that does not publish: asks feeds and links that are due and that no other node asks.
pub async fn help(
    store: &Store,
    options: &Options,
    progress: &Progress,
    now: DateTime<Utc>,
    stop: &CancellationToken,
) -> Result<Report, Error> {
    let cycle = Cycle { store, options, progress, now, stop, role: Role::Helper };
    let mut report = Report::begin(now);
    let helping = async {
        let client = if options.offline { None } else { Some(Client::new(options.net.clone())?) };
        let collected = feeds::help(cycle, client.as_ref()).await?;
        report.inputs = collected.inputs;
        report.complaints = collected.complaints;
        if !stop.is_cancelled() {
            report.checks = verify::due_links(cycle, client.as_ref()).await?;
        }
        Ok(())
    };
    let helped: Result<(), Error> = helping.await;
    helped.map_err(|error| error.in_file(store))?;
    Ok(report)
}

async fn steps(cycle: Cycle<'_>) -> Result<Report, Error> {
    let Cycle { store, options, now, stop, .. } = cycle;
    let began = tokio::time::Instant::now();
    let mut report = Report::begin(now);
    bucket::fetch_ids(cycle).await?;
    owner::admit(cycle).await?;
    // What the store knows of inputs that were renamed since, and then what only the journal of ids does.
    report.renamed = renaming::inputs(cycle).await?;
    report.complaints = restore::identities(cycle).await?;
    report.renamed.extend(renaming::inputs(cycle).await?);
    report.inputs = collect::digests(cycle).await?;
    collect::withdraw_others(cycle).await?;
    let client = if options.offline { None } else { Some(Client::new(options.net.clone())?) };
    let collected = feeds::collect(cycle, client.as_ref()).await?;
    report.inputs.extend(collected.inputs);
    report.complaints.extend(collected.complaints);
    if !stop.is_cancelled() {
        report.checks = verify::due_links(cycle, client.as_ref()).await?;
    }
    upkeep::forget_checks(cycle).await?;
    report.hidden = showing::settle(cycle).await?;
    publish(cycle, &mut report).await;
    let is_online = !options.offline && report.checks.network_down.is_none();
    if is_online && report.failure.is_none() && !stop.is_cancelled() {
        report.copies = archive::copies(cycle).await?;
        if report.copies > 0 {
            publish(cycle, &mut report).await;
        }
    }
    report.complaints.splice(0..0, store.complaints().await?);
    report.note_verdicts(store).await?;
    report.items = store.item_count().await?;
    report.ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    record(store, &report).await?;
    Ok(report)
}

/// Publishes what changed, and adds it to the report.
async fn publish(cycle: Cycle<'_>, report: &mut Report) {
    let published = async {
        lead::say_publishing(cycle, true).await?;
        let published = publish::changes(cycle).await;
        lead::say_publishing(cycle, false).await?;
        let (mut published, mut complaints) = published?;
        if !cycle.role.is_alone() {
            follow::keep_bodies(cycle).await?;
        }
        let (bucket, more) = bucket::follow(cycle).await?;
        published.bucket = bucket;
        complaints.extend(more);
        Ok::<_, Error>((published, complaints))
    };
    match published.await {
        Ok((published, complaints)) => {
            report.published.add(published);
            // What is in the way of one publish is in the way of the next.
            let new: Vec<Complaint> = complaints.into_iter().filter(|one| !report.complaints.contains(one)).collect();
            report.complaints.extend(new);
        }
        Err(error) => report.failure = Some(error.in_file(cycle.store).to_string()),
    }
}

async fn record(store: &Store, report: &Report) -> Result<(), Error> {
    let ended = report.started + chrono::Duration::milliseconds(i64::try_from(report.ms).unwrap_or(i64::MAX));
    let kept = Report {
        // The store has these already; a cycle's record stays small.
        complaints: Vec::<Complaint>::new(),
        troubled: Troubled::default(),
        inputs: report.inputs.iter().filter(|input| input.is_news()).map(InputReport::without_details).collect(),
        ..report.clone()
    };
    let json = serde_json::to_string(&kept).unwrap_or_default();
    let mut write = store.begin().await?;
    write
        .record_cycle(&CycleRecord { started: report.started, ended, failed: report.failure.is_some(), report: json })
        .await?;
    Ok(write.commit().await?)
}
