//! This process as one of several nodes on one store: it shows itself, goes by the store's clock where its own is wrong, and keeps its
//! directory what the publishing node made of its own.

use super::clock::{self, ClockOff};
use crate::pipeline::{self, Followed, Follower};
use crate::store::{NodeState, Pulse};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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

    /// Why this node is not ready, if it is not.
    pub(super) fn trouble(&self) -> Option<String> {
        let view = self.view();
        let Some(followed) = &view.followed else { return Some("nothing was followed yet".to_owned()) };
        let lags = view.lags.filter(|since| since.elapsed() > LAG)?;
        Some(format!("{} published files are not here yet, for {} s", followed.behind.max(1), lags.elapsed().as_secs()))
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
        let doing = match view.off {
            Some(off) if view.doing.is_empty() => format!("{}; its clock is {off}", NodeState::WAITS),
            Some(off) => format!("{}; its clock is {off}", view.doing),
            None => view.doing.to_owned(),
        };
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
