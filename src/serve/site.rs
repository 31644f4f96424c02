//! The site as it is served: the last whole publish, and how it is exchanged for the next.

use super::bundle::Bundle;
use super::deltas::{Cutting, Deltas};
use super::disk::Stamp;
use super::entry::{Entry, Trouble};
use super::error::Error;
use super::fetch::{Claims, Fetching};
use super::flights::Flights;
use super::options::Options;
use super::pool::Pool;
use super::snapshot::{Loaded, Loading, Rules, Slugs, Snapshot};
use crate::model::{ChannelKind, tag_key};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Mutex, oneshot};

/// How often a publish that is under way at the start is looked at again, and how many times at most.
const WAIT: (Duration, u32) = (Duration::from_millis(200), 50);

/// How far reading a publish stands back behind answering.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Files read at once, and feeds cut down at once.
const READ_AT_ONCE: usize = 4;
const CUT_AT_ONCE: usize = 2;

/// Works that take a thread at once: hanging, they keep no more.
pub(super) const AT_ONCE: usize = READ_AT_ONCE + CUT_AT_ONCE;

/// A published directory that is served.
#[derive(Debug)]
pub struct Site {
    current: RwLock<Arc<Snapshot>>,
    pool: Arc<Pool>,
    claims: Arc<Claims>,
    pub(super) reads: Flights<Result<Arc<Bundle>, Trouble>>,
    deltas: Deltas,
    /// Held while a publish is read.
    reading: Mutex<()>,
}

impl Site {
    /// Reads what was published last. A publish that is under way is waited for, ten seconds at most.
    pub async fn open(options: Options) -> Result<Arc<Self>, Error> {
        let (pool, patience) = (Arc::new(Pool::new(options.budget)), options.patience);
        let rules = Rules::of(options)?;
        let slugs = slugs_of(&rules.options, Slugs::default()).await;
        let (pause, times) = WAIT;
        let mut attempt = 1;
        loop {
            let (rules, slugs, of_pool) = (Arc::clone(&rules), Arc::clone(&slugs), Arc::clone(&pool));
            let loaded = quietly(move || {
                let anyway = attempt >= times;
                Loading { rules: &rules, pool: &of_pool, slugs: &slugs, previous: None, anyway }.load()
            });
            if let Loaded::Whole(snapshot) = loaded.await?? {
                let current = RwLock::new(Arc::from(snapshot));
                return Ok(Arc::new(Self {
                    current,
                    pool,
                    claims: Arc::default(),
                    reads: Flights::new(READ_AT_ONCE, patience),
                    deltas: Deltas::new(CUT_AT_ONCE, patience),
                    reading: Mutex::default(),
                }));
            }
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// Reads what was published since. `false`: nothing, or a publish is under way and the last one still stands.
    pub async fn reload(&self) -> Result<bool, Error> {
        let rules = Arc::clone(&self.snapshot().rules);
        self.load(rules, false).await
    }

    /// Serves by other options from now on. `false`: a publish is under way, and the old ones still stand.
    pub async fn configure(&self, options: Options) -> Result<bool, Error> {
        self.load(Rules::of(options)?, true).await
    }

    /// Whether the manifest is another than the one that was read.
    pub async fn is_outdated(&self) -> bool {
        let snapshot = self.snapshot();
        let rules = Arc::clone(&snapshot.rules);
        // A disk may let one wait for this, too. Who cannot look sees no change.
        let stamp = tokio::task::spawn_blocking(move || Stamp::of_manifest(&rules.options.directory)).await;
        stamp.is_ok_and(|stamp| stamp != snapshot.stamp)
    }

    /// How many files are served.
    pub fn files(&self) -> usize {
        self.snapshot().len()
    }

    /// Bytes that prepared files take.
    pub fn memory(&self) -> usize {
        self.pool.taken()
    }

    /// The last whole publish.
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn load(&self, rules: Arc<Rules>, anyway: bool) -> Result<bool, Error> {
        let _one_at_a_time = self.reading.lock().await;
        let previous = self.snapshot();
        if !anyway && !self.is_outdated().await {
            return Ok(false);
        }
        let slugs = slugs_of(&rules.options, Arc::clone(&previous.slugs)).await;
        let pool = Arc::clone(&self.pool);
        let loaded = quietly(move || {
            let previous = Some(&*previous);
            Loading { rules: &rules, pool: &pool, slugs: &slugs, previous, anyway: false }.load()
        });
        match loaded.await?? {
            Loaded::Whole(snapshot) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                let before = std::mem::replace(&mut *current, Arc::from(snapshot));
                drop(current);
                // Giving back what a large site took lasts some milliseconds, which no reader should wait for.
                tokio::task::spawn_blocking(move || drop(before));
                Ok(true)
            }
            Loaded::UnderWay => Ok(false),
        }
    }

    /// The bundle of a file, read from the disk where it is not in memory: once for all who ask for it meanwhile.
    pub(super) async fn fetch(&self, entry: &Arc<Entry>) -> Result<Arc<Bundle>, Trouble> {
        if let Some(bundle) = entry.bundle() {
            return Ok(bundle);
        }
        let snapshot = self.snapshot();
        if let Some(trouble) = entry.trouble(snapshot.rules.options.look_again) {
            return Err(trouble);
        }
        if self.pool.is_overfull() {
            return Err(Trouble::Busy);
        }
        let (pool, claims, entry) = (Arc::clone(&self.pool), Arc::clone(&self.claims), Arc::clone(entry));
        let about = format!("{} {}", entry.hash, entry.path);
        let fetching = Fetching { snapshot, pool, claims, entry };
        self.reads.join(about, move || fetching.run()).await.unwrap_or(Err(Trouble::Busy))
    }

    /// A feed without the entries that the reader of an earlier version has seen. `None`: that version is not known, or
    /// there is nothing to leave out.
    pub(super) async fn delta(
        &self,
        whole: &Arc<Bundle>,
        path: &str,
        since: &str,
    ) -> Result<Option<Arc<Bundle>>, Arc<Error>> {
        let Some(seen) = self.pool.versions.seen(since) else { return Ok(None) };
        let (rules, pool) = (Arc::clone(&self.snapshot().rules), Arc::clone(&self.pool));
        let (path, since) = (path.to_owned(), since.to_owned());
        self.deltas.get(Cutting { rules, pool, whole: Arc::clone(whole), path, since, seen }).await
    }
}

/// Works on a thread of its own that gives way to others: reading and compressing a publish can wait, readers cannot.
async fn quietly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let (end, ended) = oneshot::channel();
    let thread = move || {
        // Linux gives each thread a niceness of its own. Refused or elsewhere, the work is done all the same.
        #[cfg(target_os = "linux")]
        let _ = rustix::process::setpriority_process(None, NICE);
        // Nobody to tell means that nobody waits for it any more.
        let _ = end.send(work());
    };
    std::thread::Builder::new().name("prepare".to_owned()).spawn(thread).map_err(Error::Thread)?;
    ended.await.map_err(|_gone| Error::Died)
}

/// The paths of tags by folded name. A store that does not answer is no reason to serve less.
async fn slugs_of(options: &Options, before: Slugs) -> Slugs {
    let Some(store) = &options.store else { return before };
    match store.channels(ChannelKind::Tag).await {
        Ok(channels) => {
            let pairs = channels.into_iter().map(|state| (tag_key(&state.key), state.channel.slug));
            Arc::new(pairs.collect::<HashMap<_, _>>())
        }
        Err(error) => {
            tracing::warn!(%error, "the paths of tags stay as they were");
            before
        }
    }
}
