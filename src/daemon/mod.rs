//! The daemon: runs cycles by the schedule, serves what they publish, and tells how it is, until it is told to end.
//!
//! `agenda` decides, the loop of `scheduler` does as it says; what a cycle is stands in `pipeline`, what is served in
//! `serve`. Here is only the wiring: locks, sockets, signals, the service manager.

mod agenda;
mod clock;
mod listen;
mod measures;
mod notify;
mod readiness;
mod scheduler;
mod signals;
mod telling;
mod work;

pub use listen::Inherited;

use crate::config::{Environment, Settings};
use crate::serve::{self, Health, Limits, Site};
use crate::store::{Claim, Lock, Store};
use crate::telemetry::metrics::Metrics;
use agenda::Agenda;
use anyhow::bail;
use chrono::{DateTime, Utc};
use clock::{Clock, System};
use listen::Sockets;
use notify::Manager;
use scheduler::Running;
use signals::Signal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use work::{Shared, Worker};

/// For what is under way when it is time to end; a service manager is told to wait a little longer.
const GRACE: Duration = Duration::from_millis(9_500);

/// SIGINT came twice: what a shell makes of a program that it ended.
const INTERRUPTED: u8 = 130;

/// With what the daemon begins.
#[derive(Debug)]
pub struct Start {
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
pub async fn run(start: Start) -> anyhow::Result<u8> {
    let Start { config, environment, settings, inherited } = start;
    let mut signals = signals::listen()?;
    let claim = match Lock::try_take(&settings.store_url, Claim::Daemon, "the daemon", System.now())? {
        Ok(claim) => claim,
        Err(holder) => bail!("this store has a daemon already: {holder}; stop it, or name another [store] url"),
    };
    let store = Store::open(&settings.store_url).await?;
    let mut agenda = Agenda::new(settings.schedule.clone(), last_slot(&store).await?);
    let sockets = Sockets::open(inherited, settings.serve).await?;
    let site = Site::open(work::serving(&settings, &store)).await?;
    let shared = Shared::new(store.clone(), site, settings);
    // Before the servers, whose counters it makes.
    let metrics = Metrics::start(System.now())?;
    let servers = serve(&shared, sockets, metrics);
    let manager = Manager::meet();
    notify::ready();
    let longest = manager.pace(scheduler::LONGEST);
    let mut worker = Worker { shared: Arc::clone(&shared), manager, config, environment, servers, ill: None };
    let running = scheduler::run(&System, &mut worker, &mut agenda, &mut signals, longest).await;
    notify::stopping();
    shared.stop.cancel();
    let code = tokio::select! {
        () = finish(running, worker.servers, store) => 0,
        () = tokio::time::sleep(GRACE) => {
            tracing::warn!("not everything was done in time; what was not is undone, and made up for after the next start");
            0
        }
        () = interrupted(&mut signals) => INTERRUPTED,
    };
    drop(claim);
    Ok(code)
}

/// The slot that was run last.
async fn last_slot(store: &Store) -> anyhow::Result<Option<DateTime<Utc>>> {
    let Some(written) = store.meta(work::SLOT).await? else { return Ok(None) };
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
    let of_readiness = Arc::clone(shared);
    let health = Health {
        ready: Arc::new(move || {
            let shared = Arc::clone(&of_readiness);
            Box::pin(async move { shared.ready().await })
        }),
        metrics: Arc::new(move || metrics.render()),
    };
    let site = Arc::clone(&shared.site);
    let public = serve::public(sockets.public, site, Limits::default(), shared.stop.clone().cancelled_owned());
    let admin = serve::admin(sockets.admin, health, Limits::default(), shared.stop.clone().cancelled_owned());
    vec![tokio::spawn(public), tokio::spawn(admin)]
}

/// Waits for the cycle and the answers that are under way.
async fn finish(running: Option<Running>, servers: Vec<JoinHandle<std::io::Result<()>>>, store: Store) {
    let cycle = async {
        if let Some(running) = running {
            // How it ended was told by itself.
            let _ = running.task.await;
        }
    };
    futures::future::join(cycle, futures::future::join_all(servers)).await;
    store.close().await;
}

/// Somebody does not want to wait.
async fn interrupted(signals: &mut mpsc::Receiver<Signal>) {
    while let Some(signal) = signals.recv().await {
        if signal == Signal::Interrupt {
            return;
        }
    }
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests;
