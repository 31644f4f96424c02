//! What the service manager is told (`sd_notify(3)`). Without one nothing is sent, and nothing is missed.

use sd_notify::NotifyState;
use std::time::Duration;
use tokio::time::Instant;

/// The line to the service manager.
#[derive(Debug)]
pub(super) struct Manager {
    /// How long it waits for a sign of life.
    watchdog: Option<Duration>,
    /// When it was last looked whether a sign of life can be given.
    looked: Option<Instant>,
    status: String,
}

impl Manager {
    /// Asks what it expects.
    pub(super) fn meet() -> Self {
        Self { watchdog: sd_notify::watchdog_enabled(), looked: None, status: String::new() }
    }

    /// How often at least the loop must go round: thrice in the time that the watchdog waits, since one sign may be late.
    pub(super) fn pace(&self, longest: Duration) -> Duration {
        self.watchdog.map_or(longest, |watchdog| longest.min(watchdog / 3))
    }

    /// How long may be waited for what a sign of life hangs on; none when no sign is due.
    pub(super) fn patience(&mut self) -> Option<Duration> {
        let patience = self.watchdog? / 4;
        let is_due = self.looked.is_none_or(|looked| looked.elapsed() >= patience);
        is_due.then(|| {
            self.looked = Some(Instant::now());
            patience
        })
    }

    /// What it is at, in a line; the same is not said again.
    pub(super) fn status(&mut self, status: String) {
        if self.status != status {
            send(&[NotifyState::Status(&status)]);
            self.status = status;
        }
    }
}

/// All listens and answers.
pub(super) fn ready() {
    send(&[NotifyState::Ready]);
}

/// It lives.
pub(super) fn alive() {
    send(&[NotifyState::Watchdog]);
}

/// The configuration is read again. systemd 253 wants the time with it, 252 does not mind.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(time) => send(&[NotifyState::Reloading, time]),
        Err(_) => send(&[NotifyState::Reloading]),
    }
}

/// It ends.
pub(super) fn stopping() {
    send(&[NotifyState::Stopping, NotifyState::Status("ending")]);
}

fn send(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "the service manager was not reached");
    }
}
