//! The site as it is served: the last whole publish, and how it is exchanged for the next.

use super::bundle::{Bundle, Making};
use super::disk::{self, Found};
use super::entry::Entry;
use super::error::Error;
use super::options::Options;
use super::pool::Pool;
use super::snapshot::{Loaded, Loading, Rules, Slugs, Snapshot, Stamp, was_claimed};
use crate::model::{ChannelKind, tag_key};
use crate::publish::content_hash;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Mutex, oneshot};

/// How often a publish that is under way at the start is looked at again, and how many times at most.
const WAIT: (Duration, u32) = (Duration::from_millis(200), 50);

/// How far reading a publish stands back behind answering.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Deltas kept: most readers of a feed come with one of its last versions.
const DELTAS: usize = 64;

/// A published directory that is served.
#[derive(Debug)]
pub struct Site {
    current: RwLock<Arc<Snapshot>>,
    pool: Arc<Pool>,
    /// The last ones made.
    deltas: std::sync::Mutex<VecDeque<Delta>>,
    /// Held while a publish is read.
    reading: Mutex<()>,
}

/// What one version of a feed has that an earlier one had not.
#[derive(Debug)]
struct Delta {
    of: String,
    since: String,
    bundle: Arc<Bundle>,
}

/// What became of a file that was not in memory.
#[derive(Debug)]
pub(super) enum Fetched {
    /// Here it is.
    Bundle(Arc<Bundle>),
    /// It is not there.
    Missing,
    /// The manifest does not know its bytes: somebody altered it.
    Differs,
}

impl Site {
    /// Reads what was published last. A publish that is under way is waited for, ten seconds at most.
    pub async fn open(options: Options) -> Result<Arc<Self>, Error> {
        let pool = Arc::new(Pool::new(options.budget));
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
                    deltas: std::sync::Mutex::default(),
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
    pub fn is_outdated(&self) -> bool {
        let snapshot = self.snapshot();
        Stamp::of(&snapshot.rules.options) != snapshot.stamp
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
        if !anyway && Stamp::of(&rules.options) == previous.stamp {
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

    /// The bundle of a file, read from the disk where it is not in memory.
    ///
    /// When a publish replaced the file since the snapshot was taken, the new bytes are answered, whole and under their own
    /// tag: the old ones are nowhere any more.
    pub(super) async fn fetch(&self, entry: &Arc<Entry>) -> Result<Fetched, Error> {
        if let Some(bundle) = entry.bundle() {
            return Ok(Fetched::Bundle(bundle));
        }
        let (snapshot, pool, wanted) = (self.snapshot(), Arc::clone(&self.pool), Arc::clone(entry));
        let read = tokio::task::spawn_blocking(move || read(&snapshot, &pool, &wanted));
        let fetched = read.await??;
        if let Fetched::Bundle(bundle) = &fetched {
            entry.keep(Arc::clone(bundle));
            self.pool.admit(entry);
        }
        Ok(fetched)
    }

    /// A feed without the entries that the reader of an earlier version has seen. `None`: that version is not known, or
    /// there is nothing to leave out.
    pub(super) async fn delta(
        &self,
        bundle: &Arc<Bundle>,
        path: &str,
        base: &str,
    ) -> Result<Option<Arc<Bundle>>, Error> {
        let known = |delta: &Delta| (delta.of == bundle.hash && delta.since == base).then(|| Arc::clone(&delta.bundle));
        if let Some(made) = self.deltas.lock().unwrap_or_else(PoisonError::into_inner).iter().find_map(known) {
            return Ok(Some(made));
        }
        let Some(seen) = self.pool.versions.seen(base) else { return Ok(None) };
        let (snapshot, pool, whole) = (self.snapshot(), Arc::clone(&self.pool), Arc::clone(bundle));
        let path = path.to_owned();
        let made = tokio::task::spawn_blocking(move || {
            let seen = seen.iter().copied().collect();
            let cut = whole.outline.as_ref().and_then(|outline| outline.without(&whole.published.body, &seen));
            let Some(bytes) = cut else { return Ok(None) };
            let found = Found { bytes, modified: whole.modified.into() };
            // Its tag is the whole one's: that is what the reader has from now on.
            let (hash, cache_control) = (&whole.hash, &snapshot.rules.cache_control);
            let made = Bundle::make(&Making { path: &path, hash, cache_control, pool: &pool }, found);
            made.map(|made| Some(Arc::new(made))).map_err(|source| Error::Io { path, source })
        });
        let made = made.await??;
        if let Some(bundle) = &made {
            let mut deltas = self.deltas.lock().unwrap_or_else(PoisonError::into_inner);
            deltas.truncate(DELTAS - 1);
            deltas.push_front(Delta { of: bundle.hash.clone(), since: base.to_owned(), bundle: Arc::clone(bundle) });
        }
        Ok(made)
    }
}

/// Reads a file whose bytes must be known to the manifest.
fn read(snapshot: &Snapshot, pool: &Pool, entry: &Entry) -> Result<Fetched, Error> {
    let (rules, path) = (&snapshot.rules, entry.path.as_str());
    let failed = |source| Error::Io { path: path.to_owned(), source };
    let found = match disk::read(&rules.options.directory, path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Fetched::Missing),
        Err(error) => return Err(failed(error)),
    };
    let hash = content_hash(&found.bytes);
    if hash != entry.hash && !was_claimed(&rules.options, path, &hash)? {
        return Ok(Fetched::Differs);
    }
    let making = Making { path, hash: &hash, cache_control: &rules.cache_control, pool };
    let made = Bundle::make(&making, found).map_err(failed)?;
    Ok(Fetched::Bundle(Arc::new(made.recorded(pool))))
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
