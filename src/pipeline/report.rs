//! What a cycle did, as a value: printed by `cli`, kept in the store, tested.

use super::{Troubled, Turned};
use crate::model::{Complaint, LinkKey, Severity, Verdict};
use crate::store::Store;
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What happened to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemChange {
    /// Seen for the first time.
    New,
    /// Its content changed.
    Revised,
    /// As before.
    Same,
}

/// A source of an item, with its verdict after the cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReport {
    /// As written.
    pub label: String,
    /// As written.
    pub url: String,
    /// What stands against it.
    pub verdict: Verdict,
    /// Why.
    pub evidence: String,
}

/// An item of an edition that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemReport {
    /// Its title.
    pub title: String,
    /// What happened to it.
    pub change: ItemChange,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its sources.
    pub sources: Vec<SourceReport>,
}

/// An edition that was read because its post is new or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditionReport {
    /// The post.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Its date.
    pub date: DateTime<FixedOffset>,
    /// Its items.
    pub items: Vec<ItemReport>,
    /// Titles of items that left it.
    pub removed: Vec<String>,
    /// Tags that none of its items mentions, so that every item has them.
    #[serde(default)]
    pub unmentioned_tags: Vec<String>,
}

/// What came of a feed input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fetched {
    /// It was not asked: it is not time yet, or the network is down here.
    NotDue,
    /// Nothing leaves the machine.
    Offline,
    /// It answered 410 and is not asked any more.
    Stopped,
    /// Nothing new.
    Unchanged,
    /// Its document was read.
    Changed,
    /// It could not be fetched, or not be read.
    Failed,
    /// It is another feed by now, of which nothing is published.
    Held,
}

/// What came of asking a feed input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedReport {
    /// What came.
    pub fetched: Fetched,
    /// Entries of its document, when one was read.
    pub entries: usize,
    /// What is wrong, in words.
    pub problem: Option<String>,
    /// When it is asked next.
    pub next: Option<DateTime<Utc>>,
    /// Why then.
    pub why: String,
}

/// What was collected from an input.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InputReport {
    /// Its name.
    pub name: String,
    /// Posts found.
    pub posts: usize,
    /// Posts read because they are new or changed.
    pub read: usize,
    /// Editions read, the newest first; only the newest are told with their items.
    pub editions: Vec<EditionReport>,
    /// Editions read in all.
    pub changed: usize,
    /// Items seen for the first time.
    pub new_items: usize,
    /// Items whose content changed.
    pub revised_items: usize,
    /// Items that left.
    pub removed_items: usize,
    /// Files that are certainly no posts, with the reason.
    pub skipped: Vec<(String, String)>,
    /// Posts that their own front matter keeps out, with the reason.
    #[serde(default)]
    pub kept_out: Vec<(String, String)>,
    /// Posts dated ahead, with their date.
    pub held: Vec<(String, DateTime<FixedOffset>)>,
    /// Titles of editions that left with their posts.
    pub left: Vec<String>,
    /// Of a feed: what came of asking it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<FeedReport>,
}

impl InputReport {
    /// Whether there is something to tell: a digest always, a feed when it changed or failed.
    pub fn is_news(&self) -> bool {
        self.feed.as_ref().is_none_or(|feed| matches!(feed.fetched, Fetched::Changed | Fetched::Failed | Fetched::Held))
    }

    /// The same without the editions' items.
    pub(super) fn without_details(&self) -> Self {
        Self { editions: Vec::new(), skipped: Vec::new(), kept_out: Vec::new(), ..self.clone() }
    }
}

/// What was checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckReport {
    /// Links due for a check.
    pub due: usize,
    /// Links checked.
    pub checked: usize,
    /// Checks by what each of them found.
    #[serde(default)]
    pub made: BTreeMap<Verdict, u64>,
    /// Verdicts that changed.
    pub changed: usize,
    /// Those that took the place of another one, the worst first; at most fifty.
    #[serde(default)]
    pub turned: Vec<Turned>,
    /// Nothing was checked on purpose.
    pub offline: bool,
    /// Why the network counts as down here; no verdict changed then.
    pub network_down: Option<String>,
    /// Links by verdict after the cycle.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// How long checking and recording took, milliseconds.
    #[serde(default)]
    pub ms: u64,
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PublishReport {
    /// The published directory.
    pub directory: String,
    /// Feed files written.
    pub feeds: usize,
    /// Pages and other files written.
    pub pages: usize,
    /// Files removed.
    pub removed: usize,
    /// How long it took, milliseconds.
    pub ms: u64,
    /// What became of the bucket, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<BucketReport>,
}

/// What became of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BucketReport {
    /// Its address.
    pub bucket: String,
    /// Files put.
    pub put: usize,
    /// Bytes put.
    pub bytes: u64,
    /// Files removed.
    pub removed: usize,
    /// Files that could not be put or removed.
    pub failed: usize,
    /// Files that are not there yet as they are published.
    pub behind: usize,
    /// Why, where something is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// How long it took, milliseconds.
    pub ms: u64,
}

impl BucketReport {
    /// Adds what was done after this.
    fn and(self, more: Self) -> Self {
        Self {
            put: self.put + more.put,
            bytes: self.bytes + more.bytes,
            removed: self.removed + more.removed,
            failed: self.failed + more.failed,
            ms: self.ms + more.ms,
            ..more
        }
    }
}

impl fmt::Display for BucketReport {
    /// In a line, without how long it took.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bucket, put, bytes, removed, behind, .. } = self;
        match (put, removed) {
            (0, 0) => write!(f, "{bucket}: nothing to put")?,
            _ => write!(f, "{bucket}: put {put} ({} kB), removed {removed}", bytes.div_ceil(1000))?,
        }
        if *behind > 0 { write!(f, ", {behind} behind") } else { Ok(()) }
    }
}

impl PublishReport {
    /// Adds what was published after this.
    pub(super) fn add(&mut self, more: Self) {
        let Self { directory, feeds, pages, removed, ms, bucket } = more;
        self.directory = directory;
        self.feeds += feeds;
        self.pages += pages;
        self.removed += removed;
        self.ms += ms;
        self.bucket = match (self.bucket.take(), bucket) {
            (Some(before), Some(more)) => Some(before.and(more)),
            (before, more) => more.or(before),
        };
    }
}

/// What a cycle did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// When it began.
    pub started: DateTime<Utc>,
    /// How long it took, milliseconds.
    pub ms: u64,
    /// Inputs that bear another name now: the name that each had, and the one it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<(String, String)>,
    /// Per input.
    pub inputs: Vec<InputReport>,
    /// Checks.
    pub checks: CheckReport,
    /// Publishing.
    pub published: PublishReport,
    /// Items published.
    pub items: u64,
    /// Items that wait for their source, or were dropped with it.
    #[serde(default)]
    pub hidden: usize,
    /// Archived copies found of links that are gone.
    #[serde(default)]
    pub copies: usize,
    /// The source links that are not well.
    #[serde(default)]
    pub troubled: Troubled,
    /// Why nothing could be published.
    pub failure: Option<String>,
    /// Everything that is wrong in the inputs.
    pub complaints: Vec<Complaint>,
}

impl Report {
    /// An empty report of a cycle that begins.
    pub(super) fn begin(now: DateTime<Utc>) -> Self {
        Self { started: now, ..Self::default() }
    }

    /// Complaints of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.complaints.iter().filter(|complaint| complaint.severity == severity).count()
    }

    /// Exit code of `--once`: 0 all well or warnings only; 1 nothing could be published; 3 published, but with errors;
    /// 4 warnings, when `strict`.
    pub fn exit_code(&self, strict: bool) -> u8 {
        let errors = self.count(Severity::Error) > 0;
        if self.failure.is_some() || (errors && self.items == 0) {
            1
        } else if errors {
            3
        } else if strict && (self.count(Severity::Warning) > 0 || self.has_unreachable_source()) {
            4
        } else {
            0
        }
    }

    fn has_unreachable_source(&self) -> bool {
        let unreachable = [Verdict::Failing, Verdict::Gone, Verdict::Replaced, Verdict::Refused];
        self.checks.verdicts.iter().any(|(verdict, count)| *count > 0 && unreachable.contains(verdict))
    }

    /// Fills in what stands against the sources of the editions read.
    pub(super) async fn note_verdicts(&mut self, store: &Store) -> crate::store::Result<()> {
        let counts = store.link_counts().await?;
        self.troubled = Troubled::of(store, &counts).await?;
        self.checks.verdicts = counts.into_iter().collect();
        let editions = self.inputs.iter_mut().flat_map(|input| &mut input.editions);
        let sources = editions.flat_map(|edition| &mut edition.items).flat_map(|item| &mut item.sources);
        let sources: Vec<(LinkKey, &mut SourceReport)> =
            sources.filter_map(|source| Some((LinkKey::of(&source.url)?, source))).collect();
        let keys: Vec<LinkKey> = sources.iter().map(|(key, _)| key.clone()).collect();
        let stands = store.link_verdicts(&keys).await?;
        for (key, source) in sources {
            if let Some((verdict, evidence)) = stands.get(key.as_str()) {
                (source.verdict, source.evidence) = (*verdict, evidence.clone());
            }
        }
        Ok(())
    }
}
