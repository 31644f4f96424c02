//! What the loop sets in motion: a cycle under the store's lock, reading the configuration again, signs of life.

use super::clock::{Clock, System};
use super::measures;
use super::notify::{self, Manager};
use super::readiness;
use super::scheduler::{Ended, Work};
use super::telling::Told;
use crate::config::{self, Environment, Settings};
use crate::pipeline;
use crate::schedule::Schedule;
use crate::serve::{self, Site};
use crate::store::{Claim, Lock, Store};
use crate::telemetry::Progress;
use chrono::{DateTime, Utc};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// Where the store remembers the last slot that was run.
pub(super) const SLOT: &str = "slot";

/// How long a cycle waits for another process that is at work on the store.
const PATIENCE: Duration = Duration::from_mins(1);

/// A cycle that takes longer than its budget for checks and this hangs.
const HANGING: Duration = Duration::from_hours(1);

/// What cycles, readiness and the loop share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) site: Arc<Site>,
    /// Ends everything.
    pub(super) stop: CancellationToken,
    settings: Mutex<Arc<Settings>>,
    told: Mutex<Told>,
    /// When the cycle under way began.
    began: Mutex<Option<Instant>>,
    /// How the last cycle ended.
    result: Mutex<Option<String>>,
}

impl Shared {
    pub(super) fn new(store: Store, site: Arc<Site>, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            store,
            site,
            stop: CancellationToken::new(),
            settings: Mutex::new(Arc::new(settings)),
            told: Mutex::default(),
            began: Mutex::default(),
            result: Mutex::default(),
        })
    }

    pub(super) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&lock(&self.settings))
    }

    /// Whether the store answers and the last publish is young enough.
    pub(super) async fn ready(&self) -> Result<(), String> {
        let published = self.store.last_published().await.map_err(|error| error.to_string())?;
        // The first publish is in the store a moment before it is read and served.
        if self.site.files() == 0 {
            return Err("nothing is served yet".to_owned());
        }
        readiness::ready(published, &self.settings().schedule, System.now())
    }

    async fn cycle(&self, slot: DateTime<Utc>) -> Ended {
        let settings = self.settings();
        let claim = Lock::take(&settings.store_url, Claim::Cycle, "a cycle of the daemon", PATIENCE, System.now());
        let claim = match self.stop.run_until_cancelled(claim).await {
            None => return Ended::Stopped,
            Some(Ok(Ok(claim))) => claim,
            Some(Ok(Err(holder))) => {
                lock(&self.told).held(&holder.to_string());
                return Ended::Held;
            }
            Some(Err(error)) => {
                tracing::error!("a cycle could not run: {error}");
                return Ended::Done;
            }
        };
        *lock(&self.began) = Some(Instant::now());
        let ended = Box::pin(self.run(&settings, slot)).await;
        *lock(&self.began) = None;
        drop(claim);
        ended
    }

    async fn run(&self, settings: &Settings, slot: DateTime<Utc>) -> Ended {
        let (progress, began) = (Progress::hidden(), Instant::now());
        let report = match pipeline::run(&self.store, &settings.cycle, &progress, System.now(), &self.stop).await {
            Ok(report) => report,
            Err(error) => {
                measures::count(None, System.now(), began.elapsed());
                tracing::error!("a cycle failed, the next one tries again: {error}");
                *lock(&self.result) = Some(format!("failed: {error}"));
                return Ended::Done;
            }
        };
        if let Err(error) = self.site.reload().await {
            tracing::error!("what was published cannot be read, the last publish goes on being served: {error}");
        }
        // One that was cut short is made up for after the next start, one that failed after a restart.
        let is_done = !self.stop.is_cancelled() && report.failure.is_none();
        if is_done && let Err(error) = self.remember(slot).await {
            tracing::error!("the slot that was run could not be remembered: {error}");
        }
        measures::count(Some(&report), System.now(), began.elapsed());
        // Last, so that what is told is true: served and remembered.
        let result = lock(&self.told).cycle(&report);
        *lock(&self.result) = Some(result);
        Ended::Done
    }

    async fn remember(&self, slot: DateTime<Utc>) -> crate::store::Result<()> {
        let mut write = self.store.begin().await?;
        write.set_meta(SLOT, &slot.to_rfc3339()).await?;
        write.commit().await
    }

    fn is_hanging(&self) -> bool {
        let limit = self.settings().cycle.verify.budget.saturating_add(HANGING);
        lock(&self.began).is_some_and(|began| began.elapsed() > limit)
    }
}

/// What the loop is given.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) shared: Arc<Shared>,
    pub(super) manager: Manager,
    pub(super) config: PathBuf,
    pub(super) environment: Environment,
    /// The servers; they end only when told to.
    pub(super) servers: Vec<JoinHandle<std::io::Result<()>>>,
    /// What is said to be wrong with us.
    pub(super) ill: Option<&'static str>,
}

impl Work for Worker {
    /// On a thread of its own: reading and composing is work for a processor, which must not hold up the servers.
    fn start(&self, slot: DateTime<Utc>) -> JoinHandle<Ended> {
        let (shared, runtime) = (Arc::clone(&self.shared), Handle::current());
        tokio::task::spawn_blocking(move || runtime.block_on(shared.cycle(slot)))
    }

    async fn reload(&mut self) -> Option<Schedule> {
        notify::reloading();
        let schedule = match self.read_again().await {
            Ok(settings) => {
                tracing::info!(config = %self.config.display(), "configuration reloaded; it holds from the next cycle on");
                Some(settings.schedule.clone())
            }
            Err(error) => {
                tracing::error!("the new configuration is refused, the old one stays: {error:#}");
                None
            }
        };
        notify::ready();
        schedule
    }

    async fn round(&mut self, next: Option<DateTime<Utc>>) {
        self.manager.status(self.status(next));
        let Some(patience) = self.manager.patience() else { return };
        let ill = self.examine(patience).await;
        if ill.is_none() {
            self.manager.alive();
        }
        if ill != self.ill {
            if let Some(ill) = ill {
                tracing::error!("{ill}; no sign of life is given to the service manager");
            }
            self.ill = ill;
        }
    }
}

impl Worker {
    async fn read_again(&self) -> anyhow::Result<Arc<Settings>> {
        let mut new = config::load(&self.config, &self.environment)?;
        let old = self.shared.settings();
        let keys = [
            ("[serve]", new.serve != old.serve),
            ("[store] url", new.store_url != old.store_url),
            ("[log]", new.log_format != old.log_format),
        ];
        for (key, _) in keys.iter().filter(|(_, changed)| *changed) {
            tracing::warn!("{key} has changed, which takes a restart; the old value stays until then");
        }
        (new.serve, new.store_url, new.log_format) = (old.serve, old.store_url.clone(), old.log_format);
        new.cycle.offline = old.cycle.offline;
        self.shared.site.configure(serving(&new, &self.shared.store)).await?;
        let new = Arc::new(new);
        *lock(&self.shared.settings) = Arc::clone(&new);
        Ok(new)
    }

    /// What is wrong with us, if anything: a sign of life hangs on the loop, the store, the servers and the cycle.
    async fn examine(&self, patience: Duration) -> Option<&'static str> {
        if self.servers.iter().any(JoinHandle::is_finished) {
            return Some("a server has ended");
        }
        if self.shared.is_hanging() {
            return Some("a cycle hangs");
        }
        match timeout(patience, self.shared.store.meta(SLOT)).await {
            Ok(Ok(_)) => None,
            Ok(Err(_)) => Some("the store cannot be read"),
            Err(_) => Some("the store does not answer"),
        }
    }

    fn status(&self, next: Option<DateTime<Utc>>) -> String {
        let zone = self.shared.settings().schedule.timezone();
        let doing = match next {
            Some(next) => format!("next cycle {}", next.with_timezone(&zone).format("%Y-%m-%d %H:%M %:z")),
            None => "a cycle runs".to_owned(),
        };
        match &*lock(&self.shared.result) {
            Some(result) => format!("{doing}; last: {result}"),
            None => doing,
        }
    }
}

/// How the published directory is served by these settings.
pub(super) fn serving(settings: &Settings, store: &Store) -> serve::Options {
    let max_age = readiness::max_age(&settings.schedule, System.now());
    let mut options = serve::Options::new(settings.cycle.directory.clone(), settings.cycle.publish.clone(), max_age);
    options.store = Some(store.clone());
    options
}

/// What is locked here is replaced as a whole; a panic elsewhere leaves it usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
