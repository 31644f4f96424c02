//! What a cycle is told: filled by `config`, defined here.

use super::PostFiles;
use crate::collect::digest::DigestOptions;
use crate::collect::feed::FeedOptions;
use crate::schedule::Schedule;
use crate::{bucket, net, publish, verify};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A digest: Markdown posts.
#[derive(Debug, Clone)]
pub struct DigestInput {
    /// Its name, which seeds the ids of its items.
    pub name: String,
    /// Which files are its posts.
    pub posts: PostFiles,
    /// How its posts are read.
    pub digest: DigestOptions,
}

/// An upstream feed.
#[derive(Debug, Clone)]
pub struct FeedInput {
    /// Its name, which seeds the ids of its items.
    pub name: String,
    /// Where it is fetched.
    pub url: url::Url,
    /// When it is fetched; without, as often as it is worth it.
    pub schedule: Option<Schedule>,
    /// How its entries are taken over.
    pub feed: FeedOptions,
}

impl FeedInput {
    /// When its own schedule wants it to be fetched next.
    pub(super) fn slot_after(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.schedule.as_ref()?.next_after(instant)
    }
}

/// Where items come from.
#[derive(Debug, Clone)]
pub enum Input {
    /// Markdown posts.
    Digest(DigestInput),
    /// An upstream feed.
    Feed(FeedInput),
}

impl Input {
    /// A schedule of its own.
    pub fn schedule(&self) -> Option<&Schedule> {
        match self {
            Self::Digest(_) => None,
            Self::Feed(input) => input.schedule.as_ref(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Digest(input) => &input.name,
            Self::Feed(input) => &input.name,
        }
    }
}

/// How links are checked.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// How one check goes.
    pub check: verify::CheckOptions,
    /// How checks add up, and when the next one is due.
    pub policy: verify::Policy,
    /// How long a cycle checks before it publishes.
    pub budget: std::time::Duration,
    /// When items are shown.
    pub showing: crate::ledger::Showing,
}

/// Where archived copies come from.
#[derive(Debug, Clone)]
pub struct ArchiveOptions {
    /// A Wayback Machine.
    pub url: url::Url,
    /// Whether it is asked to save links when they are first published.
    pub save: bool,
    /// How long it is asked in a cycle, once everything is published.
    pub budget: std::time::Duration,
}

/// Feeds that are asked at once, and no others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskNow {
    /// Names of their inputs.
    pub inputs: BTreeSet<String>,
    /// Whether their documents are fetched and read whole though they may not have changed.
    pub whole: bool,
}

/// A bucket that is to hold what is published too.
#[derive(Debug, Clone)]
pub struct BucketOptions {
    /// Where it is, and who writes there.
    pub place: bucket::Options,
    /// Whether bodies are stored in gzip, where that pays; nobody can have them otherwise then.
    pub is_gzip: bool,
    /// How long a cycle carries files there; the rest goes on next time.
    pub budget: std::time::Duration,
    /// When cycles run: what is put may be kept from one to the next.
    pub schedule: Schedule,
}

/// What a cycle is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where items come from.
    pub inputs: Vec<Input>,
    /// Configured paths of tags.
    pub slugs: BTreeMap<String, String>,
    /// The feeds that are asked, whenever they are due; `None`: those that are due.
    pub ask_now: Option<AskNow>,
    /// Nothing leaves the machine.
    pub offline: bool,
    /// The published directory is made this store's, whosever it was.
    pub take_over: bool,
    /// What this node is called among those that share a store.
    pub node: String,
    /// The network client.
    pub net: net::Options,
    /// Checks.
    pub verify: VerifyOptions,
    /// Archived copies.
    pub archive: ArchiveOptions,
    /// Feeds and pages.
    pub publish: publish::Options,
    /// The published directory.
    pub directory: PathBuf,
    /// Where what is published is put beside it.
    pub bucket: Option<BucketOptions>,
}
