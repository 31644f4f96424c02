//! Shows this node to the others, and follows what the publishing one of them publishes.

use super::shared::Shared;
use crate::pipeline::Follower;
use crate::store::NodePresence;
use crate::telemetry::metrics;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::MutexGuard;
use tokio::time::{sleep, timeout};

/// Between two signs of life.
const BEAT: Duration = Duration::from_secs(2);

/// How long the store is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

impl Shared {
    /// Shows itself every few seconds, and follows what is published.
    pub(super) async fn keep_among_nodes(self: Arc<Self>) {
        let name = self.settings().cycle.node.clone();
        let presence = NodePresence::of(&self.store, &name, env!("CARGO_PKG_VERSION"));
        let mut has_begun = false;
        while !self.stop.is_cancelled() {
            if !has_begun {
                has_begun = matches!(timeout(PATIENCE, presence.begin()).await, Ok(Ok(())));
            }
            match timeout(PATIENCE, presence.show(&self.node.state())).await {
                Ok(Ok(pulse)) => {
                    metrics::nodes(pulse.alive, self.node.state().behind);
                    if self.node.note(pulse) {
                        self.follow().await;
                    }
                }
                Ok(Err(error)) => tracing::debug!(%error, "the other nodes could not be told of this one"),
                Err(_late) => tracing::debug!("the store does not answer"),
            }
            // Ended early by the end of everything.
            let _ = self.stop.run_until_cancelled(sleep(BEAT)).await;
        }
        // It is forgotten later otherwise.
        let _ = timeout(BEAT, presence.end()).await;
    }

    /// Makes the directory what was published, and serves it. While a cycle publishes from here it is left to that.
    pub(super) async fn follow(&self) {
        let Ok(mut follower) = self.node.follower.try_lock() else { return };
        let settings = self.settings();
        let came = follower.follow(&self.store, &settings.cycle).await;
        drop(follower);
        if self.node.note_followed(came) {
            self.serve_latest().await;
        }
    }

    /// Keeps the directory for whoever publishes into it.
    pub(super) async fn alone_in_directory(&self) -> MutexGuard<'_, Follower> {
        self.node.follower.lock().await
    }

    /// What time it is, by the store.
    pub(super) async fn set_clock(&self) {
        let settings = self.settings();
        let presence = NodePresence::of(&self.store, &settings.cycle.node, env!("CARGO_PKG_VERSION"));
        if let Ok(Ok(pulse)) = timeout(PATIENCE, presence.show(&self.node.state())).await {
            self.node.note(pulse);
        }
    }
}
