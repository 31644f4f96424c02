//! Feeds without what their readers have, made once for all who have the same version, and kept for a while.

use super::bundle::{Bundle, Making};
use super::disk::FileBytes;
use super::error::Error;
use super::flights::Flights;
use super::pool::BundlePool;
use super::snapshot::Rules;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Deltas kept: most readers of a feed come with one of its last versions.
const KEPT: usize = 64;

/// A delta, `None` where there is nothing to leave out.
type Made = Result<Option<Arc<Bundle>>, Arc<Error>>;

/// The deltas made last.
#[derive(Debug)]
pub(super) struct Deltas {
    kept: Arc<Mutex<VecDeque<Delta>>>,
    flights: Flights<Made>,
}

/// What one version of a feed has that an earlier one had not.
#[derive(Debug)]
struct Delta {
    of: String,
    since: String,
    bundle: Option<Arc<Bundle>>,
}

/// A feed to be cut down to what the readers of an earlier version have not seen.
#[derive(Debug)]
pub(super) struct Cutting {
    pub(super) rules: Arc<Rules>,
    pub(super) pool: Arc<BundlePool>,
    pub(super) whole: Arc<Bundle>,
    pub(super) path: String,
    /// Hash of the earlier version.
    pub(super) since: String,
    /// Prints of its entries.
    pub(super) seen: Arc<[u64]>,
}

impl Deltas {
    /// So many are made at a time, each waited for so long.
    pub(super) fn new(at_once: usize, patience: Duration) -> Self {
        Self { kept: Arc::default(), flights: Flights::new(at_once, patience) }
    }

    /// What a feed has that an earlier version had not. `None`: nothing is to be left out, or it cannot be had now; the
    /// whole feed is an answer too.
    pub(super) async fn get(&self, cutting: Cutting) -> Made {
        if let Some(made) = find(&self.kept, &cutting) {
            return made;
        }
        let kept = Arc::clone(&self.kept);
        let about = format!("{} {}", cutting.whole.hash, cutting.since);
        let made = self.flights.join(about, move || {
            // Somebody may have been quicker.
            if let Some(made) = find(&kept, &cutting) {
                return made;
            }
            let bundle = cutting.cut()?;
            let (of, since) = (cutting.whole.hash.clone(), cutting.since);
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.truncate(KEPT - 1);
            kept.push_front(Delta { of, since, bundle: bundle.clone() });
            Ok(bundle)
        });
        made.await.unwrap_or(Ok(None))
    }
}

/// A delta that was made already.
fn find(kept: &Mutex<VecDeque<Delta>>, cutting: &Cutting) -> Option<Made> {
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let is_it = |delta: &&Delta| delta.of == cutting.whole.hash && delta.since == cutting.since;
    kept.iter().find(is_it).map(|delta| Ok(delta.bundle.clone()))
}

impl Cutting {
    fn cut(&self) -> Made {
        let (whole, seen) = (&self.whole, self.seen.iter().copied().collect());
        let cut = whole.outline.as_ref().and_then(|outline| outline.without(&whole.published.body, &seen));
        let Some(bytes) = cut else { return Ok(None) };
        let found = FileBytes { bytes, modified: whole.modified.into() };
        // Its tag is the whole one's: that is what the reader has from now on.
        let (hash, cache_control) = (&whole.hash, &self.rules.cache_control);
        let made = Bundle::make(&Making { path: &self.path, hash, cache_control, memory: &self.pool.memory }, found);
        let failed = |source| Arc::new(Error::Io { path: self.path.clone(), source });
        made.map(|made| Some(Arc::new(made))).map_err(failed)
    }
}
