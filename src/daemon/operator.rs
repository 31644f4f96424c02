//! The operator's page: the status with what is not for the public, gathered when somebody asks. Each list is bounded.

use super::clock::{Clock, System};
use super::shared::Shared;
use super::telling;
use crate::model::PollState;
use crate::pipeline::{self, Report, Troubled};
use crate::publish::{CycleLine, OperatorView, PlannedRun, operator_page};
use crate::store::{CycleRecord, Leases, Store};
use std::collections::BTreeMap;

/// Complaints told.
const COMPLAINTS: usize = 200;

/// Cycles told, the last ones.
const CYCLES: u32 = 20;

/// Runs told, the next ones.
const PLANNED: usize = 50;

/// Makes the page; says why where it cannot be made.
pub(super) async fn page(shared: &Shared) -> anyhow::Result<Vec<u8>> {
    let (settings, store) = (shared.settings(), &shared.store);
    let site = settings.cycle.publish.clone();
    let status = pipeline::status(store, site.timezone).await?;
    let troubled = Troubled::of(store, &status.links).await?;
    let cited = troubled.links.into_iter().filter(|link| !link.posts.is_empty());
    let mut complaints = store.complaints().await?;
    let complaint_count = u64::try_from(complaints.len()).unwrap_or(u64::MAX);
    complaints.truncate(COMPLAINTS);
    let next = settings.schedule.next_after(System.now());
    let cycle = PlannedRun { input: None, at: next.map(|next| next.to_utc()), why: String::new() };
    let operator = OperatorView {
        posts: cited.map(|link| (link.url, link.posts)).collect(),
        complaints,
        complaint_count,
        cycles: store.last_cycles(CYCLES).await?.iter().map(line).collect(),
        planned: std::iter::once(cycle).chain(planned(store.polls().await?)).collect(),
        nodes: nodes(store).await?,
    };
    let made = tokio::task::spawn_blocking(move || operator_page(&site, &status, &operator));
    Ok(made.await??)
}

/// The nodes that share the store; none where nobody may.
async fn nodes(store: &Store) -> crate::store::Result<Vec<(String, String)>> {
    if !store.is_shared() {
        return Ok(Vec::new());
    }
    let leases = Leases::standing(store).await?;
    let of = |node: &str| leases.iter().filter(|lease| lease.node == node).count();
    Ok(store.nodes().await?.into_iter().map(|node| (node.name.clone(), node.told(of(&node.name)))).collect())
}

/// A cycle in a line.
fn line(cycle: &CycleRecord) -> CycleLine {
    let report = serde_json::from_str::<Report>(&cycle.report);
    let told = report.map_or_else(|error| error.to_string(), |report| telling::in_words(&report));
    CycleLine { began: cycle.started, ended: cycle.ended, failed: cycle.failed, told }
}

/// When feeds are asked next, the soonest first.
fn planned(polls: BTreeMap<String, PollState>) -> Vec<PlannedRun> {
    let asked = polls.into_iter().filter(|(_, poll)| poll.stopped.is_none());
    let run = |(name, poll): (String, PollState)| PlannedRun { input: Some(name), at: poll.next, why: poll.why };
    let mut runs: Vec<PlannedRun> = asked.map(run).collect();
    runs.sort_by_key(|run| run.at);
    runs.truncate(PLANNED);
    runs
}
