//! This process as one of several nodes on one store: it shows itself, goes by the store's clock where its own is wrong, and keeps its
//! directory what the publishing node made of its own.

use super::clock::{self, ClockOff};
use crate::pipeline::{self, Followed, Follower};
use crate::store::{NodeState, Pulse};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How long a directory may lag behind before its node is not ready.
const LAG: Duration = Duration::from_mins(1);

/// What is known of this node.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Held while the directory is written to.
    pub(super) follower: tokio::sync::Mutex<Follower>,
    view: Mutex<View>,
}

#[derive(Debug, Default)]
struct View {
    followed: Option<Followed>,
    /// Since when the directory lags behind.
    lags: Option<Instant>,
    pulse: Option<Pulse>,
    doing: &'static str,
    /// Ends what it is doing early.
    stop: Option<CancellationToken>,
    /// How far the clock is off, told once.
    off: Option<ClockOff>,
    told_outdated: bool,
    /// Why the directory cannot be made what was published.
    told_trouble: Option<String>,
}

impl Node {
    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a newer wellsourced has altered the store: then nothing is claimed any more.
    pub(super) fn is_outdated(&self) -> bool {
        self.view().pulse.is_some_and(|pulse| pulse.is_outdated)
    }

    /// What it does from now on.
    pub(super) fn does(&self, what: &'static str) {
        self.view().doing = what;
    }

    /// A cycle begins, or ends: it is cut short by this when a newer wellsourced alters the store meanwhile.
    pub(super) fn runs(&self, stop: Option<CancellationToken>) {
        self.view().stop = stop;
    }

    /// Why this node is not ready, if it is not.
    pub(super) fn trouble(&self) -> Option<String> {
        let view = self.view();
        let Some(followed) = &view.followed else { return Some("nothing was followed yet".to_owned()) };
        let lags = view.lags.filter(|since| since.elapsed() > LAG)?;
        Some(format!("{} published files are not here yet, for {} s", followed.behind.max(1), lags.elapsed().as_secs()))
    }

    /// Its directory is another one from now on: nothing was followed there yet.
    pub(super) fn moves(&self) {
        self.view().followed = None;
    }

    /// Takes note of what came of following; says whether files are others now.
    pub(super) fn note_followed(&self, came: Result<Followed, pipeline::Error>) -> bool {
        let mut view = self.view();
        match came {
            Ok(followed) => {
                let has_changed = followed.changed > 0;
                (view.followed, view.told_trouble) = (Some(followed), None);
                has_changed
            }
            Err(error) => {
                let error = error.to_string();
                if view.told_trouble.as_ref() != Some(&error) {
                    tracing::warn!("what another node published cannot be taken over, which is tried again: {error}");
                    view.told_trouble = Some(error);
                }
                false
            }
        }
    }

    pub(super) fn state(&self) -> NodeState {
        let view = self.view();
        let followed = view.followed.clone().unwrap_or_default();
        let mut doing = match view.doing {
            _ if view.told_outdated => "too old for the store's tables, serves and does nothing else".to_owned(),
            "" if view.off.is_some() => NodeState::WAITS.to_owned(),
            doing => doing.to_owned(),
        };
        if let Some(off) = view.off {
            doing.extend(["; its clock is ", &off.to_string()]);
        }
        NodeState { doing, generation: followed.generation, behind: followed.behind }
    }

    /// Takes note of what the store told; says whether its files are others than ours.
    pub(super) fn note(&self, pulse: Pulse) -> bool {
        let off = clock::lean_on(pulse.now);
        let mut view = self.view();
        match (view.off, off) {
            (None, Some(off)) => off.warn(),
            (Some(_), None) => tracing::info!("this machine's clock is the store's again"),
            _ => {}
        }
        view.off = off;
        if pulse.is_outdated && !view.told_outdated {
            tracing::error!(
                "a newer wellsourced has altered the store: this node asks nobody and publishes nothing any more, and goes on \
                 serving; install the newer one here too"
            );
            view.stop.take().inspect(CancellationToken::cancel);
        }
        view.told_outdated = pulse.is_outdated;
        let is_behind = view.followed.as_ref().is_none_or(|followed| followed.generation != pulse.generation);
        if is_behind {
            view.lags.get_or_insert_with(Instant::now);
        } else {
            view.lags = None;
        }
        view.pulse = Some(pulse);
        is_behind
    }
}

#[cfg(test)]
mod tests {
    use super::clock::Clock;
    use super::*;

    #[test]
    fn a_cycle_ends_when_a_newer_wellsourced_alters_the_store() {
        let (node, stop) = (Node::default(), CancellationToken::new());
        let now = clock::System.now().timestamp_millis();
        let pulse = Pulse { now, generation: 1, is_outdated: false, alive: 2 };
        node.runs(Some(stop.clone()));
        node.note(pulse);
        assert!(!stop.is_cancelled() && !node.is_outdated());
        node.note(Pulse { is_outdated: true, ..pulse });
        assert!(stop.is_cancelled() && node.is_outdated());
        assert!(node.state().doing.starts_with("too old"), "{:?}", node.state());
    }
}
