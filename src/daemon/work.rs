//! What the loop sets in motion: a cycle on a thread of its own, reading the configuration again, signs of life. Nothing here
//! is waited for by the loop.

use super::notify::{self, Manager};
use super::scheduler::{Ended, Task, Work};
use super::shared::Shared;
use crate::config::{self, Environment, Settings};
use crate::schedule::Schedule;
use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle};

/// What the loop is given.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) shared: Arc<Shared>,
    pub(super) manager: Manager,
    pub(super) config: PathBuf,
    pub(super) environment: Environment,
    /// The servers; they end only when told to.
    pub(super) servers: Vec<JoinHandle<std::io::Result<()>>>,
    /// Looks whether all is well.
    pub(super) examination: Option<JoinHandle<()>>,
}

impl Work for Worker {
    /// On a thread of its own: reading and composing is work for a processor, which must not hold up the servers.
    fn start(&self, slot: DateTime<Utc>) -> JoinHandle<Ended> {
        let (shared, runtime) = (Arc::clone(&self.shared), Handle::current());
        tokio::task::spawn_blocking(move || runtime.block_on(shared.cycle(slot)))
    }

    /// Reads the file and no more; how the site is served by it follows in [`Shared::serve_by_settings`].
    fn reload(&self) -> JoinHandle<Option<Schedule>> {
        let (shared, environment) = (Arc::clone(&self.shared), self.environment.clone());
        let config = self.config.clone();
        tokio::task::spawn_blocking(move || {
            notify::reloading();
            let read = config::load(&config, &environment);
            let schedule = read.map(|settings| take(&shared, &config, settings)).map_err(|error| refuse(&error)).ok();
            notify::ready();
            schedule
        })
    }

    fn broke_off(&self, task: Task, error: &JoinError) {
        match task {
            Task::Cycle => self.shared.broke_off(error),
            Task::Reload => {
                tracing::error!("reading the configuration broke off; this is a fault of wellsourced: {error}");
            }
        }
    }

    /// A sign of life hangs on the loop, the servers, the cycle and the store. It is given by a task of its own, for the store
    /// may not answer; while one waits for it, no other is begun.
    fn round(&mut self, next: Option<DateTime<Utc>>) {
        self.manager.status(self.shared.status(next));
        if self.examination.as_ref().is_some_and(|examination| !examination.is_finished()) {
            return;
        }
        let Some(patience) = self.manager.patience() else { return };
        let (shared, is_cut_off) = (Arc::clone(&self.shared), self.servers.iter().any(JoinHandle::is_finished));
        self.examination = Some(tokio::spawn(async move {
            let ill = if is_cut_off { Some("a server has ended") } else { shared.examine(patience).await };
            if ill.is_none() {
                notify::alive();
            }
            shared.tell_health(ill);
        }));
    }
}

/// The new settings hold from now on.
fn take(shared: &Shared, config: &Path, new: Settings) -> Schedule {
    let schedule = new.schedule.clone();
    for key in shared.replace_settings(new) {
        tracing::warn!("{key} has changed, which takes a restart; the old value stays until then");
    }
    tracing::info!(config = %config.display(), "configuration reloaded; it holds from the next cycle on");
    schedule
}

fn refuse(error: &config::Error) {
    let what = match error {
        config::Error::Unreadable { .. } => "the configuration was not reloaded",
        _ => "the new configuration is refused",
    };
    tracing::error!("{what}, the old one stays: {error}");
}
