//! The nodes that share a store, for `status`: who they are, who publishes, what they have claimed, who lags behind.

use crate::daemon::{ClockOff, clock_off};
use crate::pipeline;
use crate::store::{Lease, Leases, NodeRecord, Result, Store};
use std::fmt;

/// The nodes of a store, and what they have claimed.
pub(super) struct NodesStatus {
    nodes: Vec<NodeRecord>,
    leases: Vec<Lease>,
    publisher: Option<String>,
    published_last: Option<String>,
    clock_off: Option<ClockOff>,
}

impl NodesStatus {
    /// Of a store that nodes may share; `None` of any other.
    pub(super) async fn read(store: &Store) -> Result<Option<Self>> {
        if !store.is_shared() {
            return Ok(None);
        }
        let leases = Leases::standing(store).await?;
        Ok(Some(Self {
            nodes: store.nodes().await?,
            leases,
            publisher: store.publisher().await?,
            published_last: pipeline::published_by(store).await?,
            clock_off: clock_off(store).await?,
        }))
    }

    fn leases_of(&self, node: &str) -> usize {
        self.leases.iter().filter(|lease| lease.node == node).count()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        let node = |node: &NodeRecord| {
            serde_json::json!({
                "name": node.name,
                "version": node.version,
                "up_seconds": node.age / 1000,
                "unseen_seconds": node.unseen / 1000,
                "gone": node.is_gone(),
                "doing": node.state.doing,
                "leases": self.leases_of(&node.name),
                "files_behind": node.state.behind,
            })
        };
        serde_json::json!({
            "publishing": self.publisher,
            "published_last": self.published_last,
            "leases": self.leases.len(),
            "clock_ahead_seconds": self.clock_off.map_or(0, ClockOff::seconds),
            "list": self.nodes.iter().map(node).collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for NodesStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for node in &self.nodes {
            writeln!(f, "node {}: {}", node.name, node.told(self.leases_of(&node.name)))?;
        }
        if let Some(off) = self.clock_off {
            writeln!(f, "this machine's clock is {off}: set whichever of the two is wrong, by NTP")?;
        }
        match (&self.publisher, &self.published_last) {
            (Some(node), _) => writeln!(f, "publishes now: {node}"),
            (None, Some(node)) => writeln!(f, "published last: {node}"),
            (None, None) => Ok(()),
        }
    }
}
