//! The site as it is served: the last whole publish, and how it is exchanged for the next.

use super::bundle::Bundle;
use super::deltas::{Cutting, Deltas};
use super::disk::Stamp;
use super::entry::{FileEntry, FileTrouble};
use super::error::Error;
use super::fetch::{FileFetch, ManifestClaims};
use super::flights::{Busy, Flights};
use super::listing::{Stored, unreadable};
use super::loading::{Loaded, Loading};
use super::niceness;
use super::options::Options;
use super::pool::BundlePool;
use super::snapshot::{Rules, SiteSnapshot, Slugs};
use super::standing::ServingTrouble;
use crate::model::{ChannelKind, Home, tag_key};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Mutex, oneshot};

/// How often a publish that is under way at the start is looked at again, and how many times at most.
const WAIT: (Duration, u32) = (Duration::from_millis(200), 50);

/// How it is told that the disk is waited for in vain.
const SLOW: &str = "published files cannot be read in time and are answered 503, but for those in memory: the disk does not \
                    answer, or too many are asked for at once";

/// So long nobody must have waited in vain for that to be over.
const CALM: Duration = Duration::from_secs(10);

/// Files read at once, and feeds cut down at once.
const READ_AT_ONCE: usize = 4;
const CUT_AT_ONCE: usize = 2;

/// Works that take a thread at once: hanging, they keep no more.
pub(super) const AT_ONCE: usize = READ_AT_ONCE + CUT_AT_ONCE;

/// A published directory that is served.
#[derive(Debug)]
pub struct ServedSite {
    current: RwLock<Arc<SiteSnapshot>>,
    /// By what is served once the next snapshot is there.
    rules: RwLock<Arc<Rules>>,
    pool: Arc<BundlePool>,
    claims: Arc<ManifestClaims>,
    pub(super) reads: Flights<Result<Arc<Bundle>, FileTrouble>>,
    deltas: Deltas,
    /// Held while a publish is read.
    reading: Mutex<()>,
    /// Held while the store is asked on behalf of a request.
    asking: Mutex<()>,
    /// What is wrong with what was published.
    standing: ServingTrouble,
    /// Whether the disk is waited for in vain.
    slow: ServingTrouble,
}

impl ServedSite {
    /// Reads what was published last. A publish that is under way is waited for, ten seconds at most.
    pub async fn open(options: Options) -> Result<Arc<Self>, Error> {
        let (pool, patience) = (Arc::new(BundlePool::new(options.budget)), options.patience);
        let rules = Rules::of(options)?;
        let slugs = slugs_of(&rules.options, Slugs::default()).await;
        let stored = Some(stored(&rules.options).await);
        let (pause, times) = WAIT;
        let mut attempt = 1;
        let snapshot = loop {
            let reading =
                SnapshotLoader { rules: Arc::clone(&rules), pool: Arc::clone(&pool), slugs: Arc::clone(&slugs) };
            if let Loaded::Whole(snapshot) = reading.load(None, stored.clone(), attempt >= times).await? {
                break Arc::from(snapshot);
            }
            tokio::time::sleep(pause).await;
            attempt += 1;
        };
        let site = Self {
            current: RwLock::new(snapshot),
            rules: RwLock::new(rules),
            pool,
            claims: Arc::default(),
            reads: Flights::new(READ_AT_ONCE, patience),
            deltas: Deltas::new(CUT_AT_ONCE, patience),
            reading: Mutex::default(),
            asking: Mutex::default(),
            standing: ServingTrouble::default(),
            slow: ServingTrouble::default(),
        };
        if let Some(damage) = site.snapshot().damage.clone() {
            site.standing.stands(damage);
        }
        Ok(Arc::new(site))
    }

    /// Reads what was published since. `false`: nothing, or a publish is under way and the last one still stands.
    ///
    /// Tells of what is wrong, once for as long as it stands.
    pub async fn reload(&self) -> Result<bool, Error> {
        let loaded = self.load().await;
        match loaded.as_ref().map(|_| self.snapshot().damage.clone()) {
            Ok(None) => self.standing.is_over(Duration::ZERO),
            Ok(Some(damage)) => self.standing.stands(damage),
            Err(error) => self.standing.stands(unreadable(error)),
        };
        loaded
    }

    /// Serves by other options from now on; while a publish is under way, from its end on.
    pub async fn configure(&self, options: Options) -> Result<(), Error> {
        let rules = Rules::of(options)?;
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = rules;
        self.reload().await?;
        Ok(())
    }

    /// What is wrong with what was published, if anything.
    pub fn trouble(&self) -> Option<String> {
        self.standing.text()
    }

    /// Whether the manifest is another than the one that was read, or is to be served by other options.
    pub(super) async fn is_outdated(&self) -> bool {
        let (snapshot, rules) = (self.snapshot(), self.rules());
        if !Arc::ptr_eq(&snapshot.rules, &rules) {
            return true;
        }
        // A disk may let one wait for this, too. Who cannot look sees no change.
        let stamp = tokio::task::spawn_blocking(move || Stamp::of_manifest(&rules.options.directory)).await;
        stamp.is_ok_and(|stamp| stamp != snapshot.stamp)
    }

    fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells when files can be read in time again.
    pub(super) fn calm_down(&self) {
        self.slow.is_over(CALM);
    }

    /// How many files are served.
    pub fn files(&self) -> usize {
        self.snapshot().len()
    }

    /// Bytes that prepared files take.
    pub fn memory(&self) -> usize {
        self.pool.memory.taken()
    }

    /// The last whole publish.
    pub(super) fn snapshot(&self) -> Arc<SiteSnapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn load(&self) -> Result<bool, Error> {
        let _one_at_a_time = self.reading.lock().await;
        if !self.is_outdated().await {
            return Ok(false);
        }
        let (previous, rules) = (self.snapshot(), self.rules());
        let slugs = slugs_of(&rules.options, Arc::clone(&previous.slugs)).await;
        let reading = SnapshotLoader { rules: Arc::clone(&rules), pool: Arc::clone(&self.pool), slugs };
        let mut loaded = reading.load(Some(&previous), None, false).await?;
        if matches!(loaded, Loaded::Doubtful) {
            loaded = reading.load(Some(&previous), Some(stored(&rules.options).await), false).await?;
        }
        let Loaded::Whole(snapshot) = loaded else { return Ok(false) };
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *current, Arc::from(snapshot));
        drop((current, previous));
        // Giving back what a large site took lasts some milliseconds, which no reader should wait for.
        tokio::task::spawn_blocking(move || drop(before));
        Ok(true)
    }

    /// The bundle of a file, read from the disk where it is not in memory: once for all who ask for it meanwhile.
    pub(super) async fn fetch(&self, entry: &Arc<FileEntry>) -> Result<Arc<Bundle>, FileTrouble> {
        if let Some(bundle) = entry.bundle() {
            return Ok(bundle);
        }
        let snapshot = self.snapshot();
        if let Some(trouble) = entry.trouble(snapshot.rules.options.look_again) {
            return Err(trouble);
        }
        if self.pool.memory.is_overfull() {
            self.slow.stands(SLOW.to_owned());
            return Err(FileTrouble::Busy);
        }
        let (pool, claims, entry) = (Arc::clone(&self.pool), Arc::clone(&self.claims), Arc::clone(entry));
        let about = format!("{} {}", entry.hash, entry.path);
        let fetching = FileFetch { snapshot, pool, claims, entry };
        let fetched = self.reads.join(about, move || fetching.run()).await;
        fetched.unwrap_or_else(|_busy| {
            self.slow.stands(SLOW.to_owned());
            Err(FileTrouble::Busy)
        })
    }

    /// Where an item stands that has no page of its own; `None` when there is no such item, or no store to ask. Answers
    /// that are prepared do not wait for the store; the few that ask it do so one by one.
    pub(super) async fn place_in_day(&self, short_id: &str) -> Result<Option<Home>, Busy> {
        let rules = Arc::clone(&self.snapshot().rules);
        let Some(store) = &rules.options.store else { return Ok(None) };
        let asked = async {
            let _turn = self.asking.lock().await;
            store.place_in_day(short_id).await
        };
        match tokio::time::timeout(rules.options.patience, asked).await {
            Ok(Ok(home)) => Ok(home),
            Ok(Err(error)) => {
                tracing::debug!(short_id, %error, "the store could not be asked where an item stands");
                Err(Busy)
            }
            Err(_elapsed) => Err(Busy),
        }
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

/// What a publish is read with.
#[derive(Debug)]
struct SnapshotLoader {
    rules: Arc<Rules>,
    pool: Arc<BundlePool>,
    slugs: Slugs,
}

impl SnapshotLoader {
    async fn load(
        &self,
        previous: Option<&Arc<SiteSnapshot>>,
        stored: Option<Arc<Stored>>,
        anyway: bool,
    ) -> Result<Loaded, Error> {
        let (rules, pool, slugs) = (Arc::clone(&self.rules), Arc::clone(&self.pool), Arc::clone(&self.slugs));
        let previous = previous.map(Arc::clone);
        let loaded = quietly(move || {
            let (previous, stored) = (previous.as_deref(), stored.as_deref());
            Loading { rules: &rules, pool: &pool, slugs: &slugs, previous, stored, anyway }.load()
        });
        Ok(loaded.await??)
    }
}

/// Works on a thread of its own that gives way to others: reading and compressing a publish can wait, readers cannot.
async fn quietly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let (end, ended) = oneshot::channel();
    let thread = move || {
        niceness::give_way();
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

/// The files that the store knows; none when it does not answer.
async fn stored(options: &Options) -> Arc<Stored> {
    let Some(store) = &options.store else { return Arc::default() };
    match store.files().await {
        Ok(files) => Arc::new(files.into_iter().collect()),
        Err(error) => {
            tracing::warn!(%error, "the store could not be asked which files are published");
            Arc::default()
        }
    }
}
