//! What cycles, the loop and readiness share: the settings, the site that is served, how the last cycle ended.

use super::clock::{Clock, System};
use super::node::Node;
use super::scheduler::Ended;
use super::telling::{self, CycleLog};
use super::{measures, readiness};
use crate::config::Settings;
use crate::pipeline::{self, Report};
use crate::publish;
use crate::serve::{self, ServedSite};
use crate::store::{Claim, Lock, Store};
use crate::telemetry::Progress;
use chrono::{DateTime, Utc};
use std::fmt::Display;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Where the store remembers the last slot that was run.
pub(super) const SLOT: &str = "slot";

/// How long a cycle waits for another process that is at work on the store.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// A cycle that takes longer than its budgets (for checks, for the bucket) and this hangs.
const HANGING: Duration = Duration::from_hours(1);

/// How long who asks for readiness waits for the store.
const STORE_ANSWERS: Duration = Duration::from_secs(5);

/// What cycles, readiness and the loop share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) site: Arc<ServedSite>,
    /// Ends everything.
    pub(super) stop: CancellationToken,
    settings: Mutex<Arc<Settings>>,
    /// The settings by which the site is served, which lag behind while what was published is prepared anew.
    served_by: tokio::sync::Mutex<Arc<Settings>>,
    /// There are new settings.
    reloaded: Notify,
    told: Mutex<CycleLog>,
    /// When the cycle under way began.
    began: Mutex<Option<Instant>>,
    /// How the last cycle ended.
    last: Mutex<Option<LastCycle>>,
    /// The slot that this process ran last.
    ran: Mutex<Option<DateTime<Utc>>>,
    /// This node, where several share the store.
    pub(super) node: Node,
}

/// How a cycle ended.
#[derive(Debug)]
enum LastCycle {
    Published(String),
    Failed(String),
}

impl Shared {
    pub(super) fn new(store: Store, site: Arc<ServedSite>, settings: Settings) -> Arc<Self> {
        let settings = Arc::new(settings);
        Arc::new(Self {
            store,
            site,
            stop: CancellationToken::new(),
            served_by: tokio::sync::Mutex::new(Arc::clone(&settings)),
            settings: Mutex::new(settings),
            reloaded: Notify::new(),
            told: Mutex::default(),
            began: Mutex::default(),
            last: Mutex::default(),
            ran: Mutex::default(),
            node: Node::default(),
        })
    }

    pub(super) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&lock(&self.settings))
    }

    /// Takes new settings, which the next cycle goes by; names the keys whose change takes a restart.
    pub(super) fn replace_settings(&self, mut new: Settings) -> Vec<&'static str> {
        let mut settings = lock(&self.settings);
        let keys = [
            ("[serve]", new.serve != settings.serve),
            ("[store] url", new.store_url != settings.store_url),
            ("[log]", new.log_format != settings.log_format),
        ];
        (new.serve, new.store_url, new.log_format) = (settings.serve, settings.store_url.clone(), settings.log_format);
        new.cycle.offline = settings.cycle.offline;
        if new.cycle.directory != settings.cycle.directory {
            self.node.moves();
        }
        *settings = Arc::new(new);
        self.reloaded.notify_one();
        keys.into_iter().filter(|(_, changed)| *changed).map(|(key, _)| key).collect()
    }

    /// Serves by new settings as they come. Preparing every answer anew may take its time; those that come meanwhile are one.
    pub(super) async fn keep_serving_by_settings(self: Arc<Self>) {
        loop {
            self.reloaded.notified().await;
            self.serve_latest().await;
        }
    }

    /// Serves what was published last, by the settings as they are.
    pub(super) async fn serve_latest(&self) {
        let mut served_by = self.served_by.lock().await;
        let settings = self.settings();
        let is_alike = Arc::ptr_eq(&served_by, &settings) || shown(&served_by) == shown(&settings);
        if is_alike {
            // It tells of trouble itself.
            let _ = self.site.reload().await;
        } else if self.site.configure(serving(&settings, &self.store)).await.is_ok() {
            *served_by = settings;
        }
    }

    /// Whether the last cycle published, the store answers, and the last publish is young enough.
    pub(super) async fn ready(&self) -> Result<(), String> {
        // Who is too old for the store follows what others publish.
        if let Some(LastCycle::Failed(why)) = &*lock(&self.last)
            && !self.node.is_outdated()
        {
            return Err(format!("the last cycle failed, what was published before goes on being served: {why}"));
        }
        let published = timeout(STORE_ANSWERS, self.store.last_published()).await;
        let published = published.map_err(|_late| "the store does not answer".to_owned())?;
        let published = published.map_err(|error| error.in_file(self.store.file()).to_string())?;
        // The first publish is in the store a moment before it is read and served.
        if self.site.files() == 0 {
            return Err("nothing is served yet".to_owned());
        }
        if let Some(trouble) = self.site.trouble() {
            return Err(trouble);
        }
        if let Some(trouble) = self.node.trouble().filter(|_| self.store.is_shared()) {
            return Err(trouble);
        }
        readiness::ready(published, &self.settings().schedule, System.now())?;
        self.bucket_ready().await
    }

    /// Whether the bucket, where there is one, was up to date not long ago.
    async fn bucket_ready(&self) -> Result<(), String> {
        let settings = self.settings();
        let Some(bucket) = settings.cycle.bucket.as_ref().filter(|_| !settings.cycle.offline) else { return Ok(()) };
        let whole = timeout(STORE_ANSWERS, pipeline::bucket_whole(&self.store)).await;
        let whole =
            whole.map_err(|_late| "the store does not answer".to_owned())?.map_err(|error| error.to_string())?;
        readiness::bucket_ready(&bucket.place.address, whole, &settings.schedule, System.now())
    }

    /// Runs the cycle of a slot under the store's lock.
    pub(super) async fn cycle(&self, slot: DateTime<Utc>) -> Ended {
        let (settings, began) = (self.settings(), Instant::now());
        let claim_url = settings.claim_url();
        let claim = Lock::take(&claim_url, Claim::Cycle, "a cycle of the daemon", PATIENCE, System.now());
        let claim = match self.stop.run_until_cancelled(claim).await {
            None => return Ended::Stopped,
            Some(Ok(Ok(claim))) => claim,
            Some(Ok(Err(holder))) => {
                lock(&self.told).held(&holder, Instant::now());
                return Ended::Held;
            }
            Some(Err(error)) => {
                self.failed("a cycle could not run, the next one tries again", &error, began.elapsed());
                return Ended::Done;
            }
        };
        *lock(&self.began) = Some(Instant::now());
        let is_again = lock(&self.ran).replace(slot) == Some(slot);
        let ended = if self.store.is_shared() {
            Box::pin(self.cycle_together(&settings, slot, is_again)).await
        } else {
            Box::pin(self.run(&settings, slot)).await;
            Ended::Done
        };
        *lock(&self.began) = None;
        drop(claim);
        ended
    }

    async fn run(&self, settings: &Settings, slot: DateTime<Utc>) {
        let (progress, began) = (Progress::hidden(), Instant::now());
        if let Err(error) = self.store.mend(&settings.store_url).await {
            return self.failed("a cycle could not run, the next one tries again", &error, began.elapsed());
        }
        let report = pipeline::run(&self.store, &settings.cycle, &progress, System.now(), &self.stop).await;
        self.ended(report, slot, began).await;
    }

    /// A whole cycle ended.
    pub(super) async fn ended(&self, report: Result<Report, pipeline::Error>, slot: DateTime<Utc>, began: Instant) {
        let report = match report {
            Ok(report) => report,
            Err(error) => return self.failed("a cycle failed, the next one tries again", &error, began.elapsed()),
        };
        self.serve_latest().await;
        // One that was cut short is made up for after the next start, one that failed after a restart.
        if !self.stop.is_cancelled() && !self.node.is_outdated() && report.failure.is_none() {
            let remembered = self.remember(slot).await;
            lock(&self.told).slot(remembered, Instant::now());
        }
        *lock(&self.last) = Some(match &report.failure {
            Some(why) => LastCycle::Failed(why.clone()),
            None => LastCycle::Published(telling::in_words(&report)),
        });
        measures::count(Some(&report), System.now(), began.elapsed());
        // Last, so that what is told is true: served, remembered and counted.
        lock(&self.told).cycle(&report, Instant::now());
    }

    /// A cycle ended without a report.
    pub(super) fn failed(&self, what: &str, why: &impl Display, took: Duration) {
        *lock(&self.last) = Some(LastCycle::Failed(why.to_string()));
        measures::count(None, System.now(), took);
        lock(&self.told).failure(&format!("{what}: {why}"), Instant::now());
    }

    /// What this node did for another one's cycle went well: what failed before is over.
    pub(super) fn recovered(&self) {
        lock(&self.last).take_if(|last| matches!(last, LastCycle::Failed(_)));
    }

    /// A cycle broke off.
    pub(super) fn broke_off(&self, why: &impl Display) {
        let took = lock(&self.began).take().map_or(Duration::ZERO, |began| began.elapsed());
        self.failed("a cycle broke off; this is a fault of wellsourced", why, took);
    }

    async fn remember(&self, slot: DateTime<Utc>) -> crate::store::Result<()> {
        let mut write = self.store.begin().await?;
        write.set_meta(SLOT, &slot.to_rfc3339()).await?;
        write.commit().await
    }

    /// What is wrong with us, if anything.
    pub(super) async fn examine(&self, patience: Duration) -> Option<&'static str> {
        if self.is_hanging() {
            return Some("a cycle hangs");
        }
        match timeout(patience, self.store.meta(SLOT)).await {
            Ok(Ok(_)) => None,
            // To be started again would not mend it, and end what is served.
            Ok(Err(error)) if error.needs_somebody() => None,
            Ok(Err(_)) => Some("the store cannot be read"),
            Err(_) => Some("the store does not answer"),
        }
    }

    /// Tells whether all is well.
    pub(super) fn tell_health(&self, ill: Option<&str>) {
        lock(&self.told).health(ill, Instant::now());
    }

    /// What it is at, in a line; `next` is the next slot, none while a cycle runs.
    pub(super) fn status(&self, next: Option<DateTime<Utc>>) -> String {
        let zone = self.settings().schedule.timezone();
        let doing = match next {
            Some(next) => format!("next cycle {}", next.with_timezone(&zone).format("%Y-%m-%d %H:%M %:z")),
            None => "a cycle runs".to_owned(),
        };
        match &*lock(&self.last) {
            Some(LastCycle::Published(result)) => format!("{doing}; last: {result}"),
            Some(LastCycle::Failed(why)) => format!("{doing}; last: failed: {why}"),
            None => doing,
        }
    }

    fn is_hanging(&self) -> bool {
        let settings = self.settings();
        let of_bucket = settings.cycle.bucket.as_ref().map_or(Duration::ZERO, |bucket| bucket.budget);
        let limit = settings.cycle.verify.budget.saturating_add(of_bucket).saturating_add(HANGING);
        lock(&self.began).is_some_and(|began| began.elapsed() > limit)
    }
}

/// What of the settings answers depend on.
fn shown(settings: &Settings) -> (&Path, &publish::Options, Duration) {
    let cycle = &settings.cycle;
    (&cycle.directory, &cycle.publish, pipeline::max_age(&settings.schedule, System.now()))
}

/// How the published directory is served by these settings.
pub(crate) fn serving(settings: &Settings, store: &Store) -> serve::Options {
    let max_age = pipeline::max_age(&settings.schedule, System.now());
    let mut options = serve::Options::new(settings.cycle.directory.clone(), settings.cycle.publish.clone(), max_age);
    options.store = Some(store.clone());
    options
}

/// What is locked here is replaced as a whole; a panic elsewhere leaves it usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
