//! What one publish left, as a whole: every file of the manifest. A snapshot never mixes two publishes.

use super::disk::Stamp;
use super::entry::FileEntry;
use super::options::Options;
use super::refusal::Refusals;
use crate::publish::{Error, cache_control};
use http::HeaderValue;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Slugs of tags by folded name.
pub(super) type Slugs = Arc<HashMap<String, String>>;

/// The options, with what follows from them.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) options: Options,
    /// How long an answer may be kept.
    pub(super) cache_control: HeaderValue,
    /// The same for a part of a feed: what stands before `im` is for caches that do not know it.
    pub(super) delta_cache_control: HeaderValue,
    pub(super) refusals: Refusals,
}

impl Rules {
    /// What follows from options.
    pub(super) fn of(options: Options) -> Result<Arc<Self>, Error> {
        let header = |keep: String| HeaderValue::from_str(&keep).unwrap_or(HeaderValue::from_static("no-cache"));
        let cache_control = header(cache_control(options.max_age));
        let delta_cache_control = header(format!("no-store, im, max-age={}", options.max_age.as_secs()));
        let refusals = Refusals::make(&options.site)?;
        Ok(Arc::new(Self { options, cache_control, delta_cache_control, refusals }))
    }
}

/// What one publish left.
#[derive(Debug)]
pub(super) struct SiteSnapshot {
    pub(super) rules: Arc<Rules>,
    pub(super) stamp: Stamp,
    pub(super) slugs: Slugs,
    pub(super) entries: HashMap<String, Arc<FileEntry>>,
    /// Feeds and pages of channels that were published once and are not any more.
    pub(super) withdrawn: HashSet<String>,
    /// What is wrong with the manifest.
    pub(super) damage: Option<String>,
}

impl SiteSnapshot {
    /// A file of the manifest.
    pub(super) fn entry(&self, path: &str) -> Option<&Arc<FileEntry>> {
        self.entries.get(path)
    }

    /// Whether a path was published once, and the configuration withdrew it.
    pub(super) fn was_withdrawn(&self, path: &str) -> bool {
        self.withdrawn.contains(path)
    }

    /// What was withdrawn.
    pub(super) fn withdrawn(&self) -> impl Iterator<Item = &String> {
        self.withdrawn.iter()
    }

    /// Every file with its hash.
    pub(super) fn hashes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), entry.hash.as_str()))
    }

    /// How many files there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
