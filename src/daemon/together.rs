//! The cycle of a slot where several nodes share the store: one of them publishes, the others ask feeds and links, and take over
//! where that one does not do it.

use super::scheduler::Ended;
use super::shared::{SLOT, Shared};
use crate::config::Settings;
use crate::pipeline::{self, Lead, Report};
use crate::telemetry::Progress;
use chrono::{DateTime, Utc};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Between two looks whether the slot is done with.
const PAUSE: Duration = Duration::from_millis(500);

/// How much longer than its checks another node's cycle is waited for.
const PATIENCE: Duration = Duration::from_mins(10);

impl Shared {
    /// Runs a slot: whole, or as much of it as another node leaves. `is_asked`: somebody wants a whole cycle now.
    pub(super) async fn cycle_together(&self, settings: &Settings, slot: DateTime<Utc>, is_asked: bool) -> Ended {
        let began = Instant::now();
        if self.node.is_outdated() {
            let why = "a newer wellsourced has altered the store; install it here too";
            self.failed("a cycle could not run, what was published goes on being served", &why, began.elapsed());
            return Ended::Done;
        }
        if let Err(error) = self.store.mend(&settings.store_url).await {
            self.failed("a cycle could not run, the next one tries again", &error, began.elapsed());
            return Ended::Done;
        }
        self.set_clock().await;
        let stop = self.stop.child_token();
        self.node.runs(Some(stop.clone()));
        let ended = Box::pin(self.share(settings, slot, is_asked, &stop)).await;
        self.node.runs(None);
        self.node.does("");
        match ended {
            Ok(ended) => ended,
            Err(error) => {
                self.failed("a cycle failed, the next one tries again", &error, began.elapsed());
                Ended::Done
            }
        }
    }

    async fn share(
        &self,
        settings: &Settings,
        slot: DateTime<Utc>,
        is_asked: bool,
        stop: &CancellationToken,
    ) -> Result<Ended, pipeline::Error> {
        let began = Instant::now();
        let (options, node) = (&settings.cycle, settings.cycle.node.as_str());
        let mut is_first = is_asked || self.is_first(node).await?;
        let mut has_helped = false;
        loop {
            if is_first && let Some(lead) = Lead::take(&self.store, node, stop).await? {
                if is_asked || !self.is_done(slot).await? {
                    self.node.does("publishing");
                    return Ok(Box::pin(self.lead(lead, settings, slot, began)).await);
                }
                // Another node ended it just now.
                lead.end().await;
            }
            if !has_helped {
                self.node.does("asking feeds and links");
                let progress = Progress::hidden();
                let now = super::clock::Clock::now(&super::clock::System);
                let report = pipeline::help(&self.store, options, &progress, now, stop).await?;
                helped(&report, began.elapsed());
                self.recovered();
                (has_helped, is_first) = (true, true);
            }
            if stop.is_cancelled() {
                return Ok(if self.stop.is_cancelled() { Ended::Stopped } else { Ended::Done });
            }
            if (!is_asked && self.is_done(slot).await?) || began.elapsed() > options.verify.budget + PATIENCE {
                self.follow().await;
                return Ok(Ended::Done);
            }
            // Ended early by the end of everything.
            let _ = stop.run_until_cancelled(sleep(PAUSE)).await;
        }
    }

    /// Whether this node is the first to try to publish: it did so last, or whoever did is gone.
    async fn is_first(&self, node: &str) -> Result<bool, pipeline::Error> {
        let Some(last) = pipeline::published_by(&self.store).await? else { return Ok(true) };
        let nodes = self.store.nodes().await?;
        Ok(last == node || !nodes.iter().any(|other| other.name == last && !other.is_gone()))
    }

    /// Whether some node ran this slot, or a later one.
    async fn is_done(&self, slot: DateTime<Utc>) -> Result<bool, pipeline::Error> {
        let last = self.store.meta(SLOT).await?;
        let last = last.and_then(|slot| DateTime::parse_from_rfc3339(&slot).ok());
        Ok(last.is_some_and(|last| last >= slot))
    }

    /// Runs the whole cycle.
    async fn lead(&self, lead: Lead, settings: &Settings, slot: DateTime<Utc>, began: Instant) -> Ended {
        let mut follower = self.alone_in_directory().await;
        let (progress, now) = (Progress::hidden(), super::clock::Clock::now(&super::clock::System));
        // Unless it goes well nobody knows what stands in the directory.
        follower.forget();
        let report = pipeline::lead_cycle(&lead, &self.store, &settings.cycle, &progress, now).await;
        if report.is_ok() {
            // It is read anew otherwise.
            let _ = follower.has_published(&self.store).await;
        }
        drop(follower);
        self.ended(report, slot, began).await;
        // Not before others see that the slot is done with.
        lead.end().await;
        self.follow().await;
        Ended::Done
    }
}

/// Tells of what was done beside the node that publishes.
fn helped(report: &Report, took: Duration) {
    let asked = report.inputs.iter().filter(|input| input.is_news()).count();
    let seconds = took.as_secs();
    tracing::info!(
        feeds = asked,
        links = report.checks.checked,
        seconds,
        "asked feeds and links beside the publishing node"
    );
}
