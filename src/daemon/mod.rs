//! The daemon: runs cycles by the schedule, serves what they publish, and tells how it is, until it is told to end.
//!
//! `agenda` decides, the loop of `scheduler` does as it says; what a cycle is stands in `pipeline`, what is served in
//! `serve`. Here is only the wiring: locks, sockets, signals, the service manager.

mod agenda;
mod clock;
mod listen;
mod measures;
mod node;
mod notify;
mod operator;
mod presence;
mod readiness;
mod scheduler;
mod shared;
mod signals;
mod telling;
mod together;
mod work;

pub(crate) use clock::{ClockOff, clock_off, now_by};
pub(crate) use listen::{Inherited, listen};
pub(crate) use shared::serving;

use crate::config::{Environment, Settings};
use crate::pipeline::Troubled;
use crate::serve::{self, Health, Limits, ServedSite};
use crate::store::{Claim, Lock, Store};
use crate::telemetry::metrics::Metrics;
use agenda::Agenda;
use anyhow::bail;
use chrono::{DateTime, Utc};
use clock::{Clock, System};
use listen::Sockets;
use notify::Manager;
use scheduler::Running;
use shared::Shared;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinHandle};
use work::Worker;

/// For what is under way when it is time to end; a service manager is told to wait a little longer.
pub(crate) const GRACE: Duration = Duration::from_millis(9_500);

/// SIGINT came twice: what a shell makes of a program that it ended.
const INTERRUPTED: u8 = 130;

/// With what the daemon begins.
#[derive(Debug)]
pub(crate) struct Start {
    /// The configuration file, which is read again when asked.
    pub config: PathBuf,
    /// What it is read with.
    pub environment: Environment,
    /// What it says now.
    pub settings: Settings,
    /// Sockets from the service manager.
    pub inherited: Inherited,
}

/// Runs until a signal ends it; gives the exit code.
pub(crate) async fn run(start: Start) -> anyhow::Result<u8> {
    let Start { config, environment, settings, inherited } = start;
    let signals = signals::listen()?;
    let opened = tokio::select! {
        biased;
        () = signals.end() => return Ok(0),
        opened = open(settings, inherited) => opened?,
    };
    let DaemonParts { claim, shared, mut agenda, sockets } = opened;
    // Before the servers, whose counters it makes.
    let metrics = Metrics::start(System.now())?;
    let servers = serve(&shared, sockets, metrics);
    tokio::spawn(Arc::clone(&shared).keep_serving_by_settings());
    if shared.store.is_shared() {
        shared.set_clock().await;
        tokio::spawn(Arc::clone(&shared).keep_among_nodes());
    }
    let manager = Manager::meet();
    notify::ready();
    let longest = manager.pace(scheduler::LONGEST);
    let mut worker = Worker { shared: Arc::clone(&shared), manager, config, environment, servers, examination: None };
    let running = scheduler::run(&System, &mut worker, &mut agenda, &signals, longest).await;
    notify::stopping();
    shared.stop.cancel();
    // A task of its own, which the end of the process does not wait for when a disk hangs.
    let finishing = tokio::spawn(finish(running, worker.servers, shared.store.clone(), claim));
    Ok(tokio::select! {
        _ = finishing => 0,
        () = tokio::time::sleep(GRACE) => {
            tracing::warn!("not everything was done in time; what was not is undone, and made up for after the next start");
            0
        }
        () = signals.interrupt() => INTERRUPTED,
    })
}

/// What the daemon has when it is ready.
struct DaemonParts {
    claim: Lock,
    shared: Arc<Shared>,
    agenda: Agenda,
    sockets: Sockets,
}

/// Takes the store and the sockets, and reads what was published last.
async fn open(settings: Settings, inherited: Inherited) -> anyhow::Result<DaemonParts> {
    let url = settings.claim_url();
    let claim = move || Lock::try_take(&url, Claim::Daemon, "the daemon", System.now());
    let claim = match tokio::task::spawn_blocking(claim).await?? {
        Ok(claim) => claim,
        Err(holder) => bail!("this store has a daemon already: {holder}; stop it, or name another [store] url"),
    };
    let store = open_store(&settings).await?;
    let agenda = Agenda::new(settings.schedule.clone(), last_slot(&store).await?);
    let sockets = Sockets::open(inherited, settings.serve).await?;
    let site = ServedSite::open(serving(&settings, &store)).await?;
    Ok(DaemonParts { claim, shared: Shared::new(store, site, settings), agenda, sockets })
}

/// Opens the store. Where it has to be made or brought up to date, that is done under the lock of its cycles; where somebody
/// has to do something about it, what was published is served meanwhile, and the cycles tell.
async fn open_store(settings: &Settings) -> anyhow::Result<Store> {
    let url = settings.store_url.as_str();
    if Store::is_current(url).await.unwrap_or(true) {
        return Ok(Store::open_or_shut(url).await?);
    }
    let doing = "the daemon, which brings the store up to date";
    match Lock::take(&settings.claim_url(), Claim::Cycle, doing, shared::PATIENCE, System.now()).await? {
        Ok(_claim) => Ok(Store::open_or_shut(url).await?),
        Err(holder) => bail!("the store is in use, a minute was waited: {holder}"),
    }
}

/// The slot that was run last; none is known of a store that cannot be used, so that a cycle runs at once and says why.
async fn last_slot(store: &Store) -> anyhow::Result<Option<DateTime<Utc>>> {
    let written = match store.meta(shared::SLOT).await {
        Ok(Some(written)) => written,
        Ok(None) => return Ok(None),
        Err(error) if error.needs_somebody() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    match DateTime::parse_from_rfc3339(&written) {
        Ok(slot) => Ok(Some(slot.to_utc())),
        Err(error) => {
            tracing::warn!(%error, written, "the last slot cannot be read; a cycle runs at once");
            Ok(None)
        }
    }
}

/// Starts the servers, for everybody and for the operator.
fn serve(shared: &Arc<Shared>, sockets: Sockets, metrics: Metrics) -> Vec<JoinHandle<std::io::Result<()>>> {
    let (of_readiness, store) = (Arc::clone(shared), shared.store.clone());
    let (of_page, of_style) = (Arc::clone(shared), Arc::clone(shared));
    let health = Health {
        ready: Arc::new(move || {
            let shared = Arc::clone(&of_readiness);
            Box::pin(async move { shared.ready().await })
        }),
        page: Arc::new(move || {
            let shared = Arc::clone(&of_page);
            Box::pin(async move { operator::page(&shared).await.map_err(|error| error.to_string()) })
        }),
        style: Arc::new(move || of_style.settings().cycle.publish.theme.stylesheet().to_vec()),
        metrics: Arc::new(move || metrics.render()),
        links: Arc::new(move || {
            let store = store.clone();
            Box::pin(async move {
                let counts = store.link_counts().await.map_err(|error| error.to_string())?;
                let troubled = Troubled::of(&store, &counts).await.map_err(|error| error.to_string())?;
                Ok(if troubled.total == 0 { "every source link is well\n".to_owned() } else { troubled.to_string() })
            })
        }),
    };
    let site = Arc::clone(&shared.site);
    let public = serve::public(sockets.public, site, Limits::default(), shared.stop.clone().cancelled_owned());
    let admin = serve::admin(sockets.admin, health, Limits::default(), shared.stop.clone().cancelled_owned());
    vec![tokio::spawn(public), tokio::spawn(admin)]
}

/// Waits for the cycle and the answers that are under way, and lets go of the store.
async fn finish(
    running: Option<Running>,
    servers: Vec<JoinHandle<std::io::Result<()>>>,
    store: Store,
    claim: Lock,
) -> Result<(), JoinError> {
    let cycle = async {
        if let Some(running) = running {
            // How it ended was told by itself.
            let _ = running.task.await;
        }
    };
    futures::future::join(cycle, futures::future::join_all(servers)).await;
    store.close().await;
    tokio::task::spawn_blocking(move || drop(claim)).await
}

#[cfg(test)]
mod tests;
