//! The loop: asks the agenda, starts cycles one at a time, listens to signals, and wakes at least every minute to look at the
//! clock anew. Decides nothing and does nothing itself: whatever may take long runs beside it, so that a signal is heard at once.

use super::agenda::{Agenda, NextStep};
use super::clock::Clock;
use super::signals::{Signal, Signals};
use crate::schedule::Schedule;
use chrono::{DateTime, Utc};
use std::future::pending;
use std::time::Duration;
use tokio::task::{JoinError, JoinHandle};

/// Longest sleep: a clock that was set or a machine that slept is noticed after that.
pub(super) const LONGEST: Duration = Duration::from_mins(1);

/// Shortest sleep, so that a clock that stands still cannot make the loop spin.
const SHORTEST: Duration = Duration::from_millis(1);

/// How a cycle ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Its slot is done with, well or not.
    Done,
    /// Another process is at work on the store.
    Held,
    /// It was told to stop.
    Stopped,
}

/// What the loop sets in motion.
pub(super) trait Work {
    /// Starts the cycle of a slot, in a task of its own.
    fn start(&self, slot: DateTime<Utc>) -> JoinHandle<Ended>;

    /// Reads the configuration again, in a task of its own; the schedule, when it is a good one.
    fn reload(&self) -> JoinHandle<Option<Schedule>>;

    /// A task broke off, which is a fault of ours: the cycle's, or the one that reads the configuration.
    fn broke_off(&self, task: Task, error: &JoinError);

    /// The loop goes round; `next` is the next slot, none while a cycle runs.
    fn round(&mut self, next: Option<DateTime<Utc>>);
}

/// What runs beside the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// A cycle.
    Cycle,
    /// Reading the configuration again.
    Reload,
}

/// A cycle under way.
#[derive(Debug)]
pub(super) struct Running {
    slot: DateTime<Utc>,
    /// Its task.
    pub(super) task: JoinHandle<Ended>,
}

/// Goes on until a signal says to end; gives back the cycle that is under way then.
pub(super) async fn run(
    clock: &impl Clock,
    work: &mut impl Work,
    agenda: &mut Agenda,
    signals: &Signals,
    longest: Duration,
) -> Option<Running> {
    let mut running: Option<Running> = None;
    let (mut reloading, mut is_reload_wanted) = (None, false);
    loop {
        if is_reload_wanted && reloading.is_none() {
            is_reload_wanted = false;
            reloading = Some(work.reload());
        }
        // Who reloads and asks for a cycle means one with the new configuration.
        let is_free = running.is_none() && reloading.is_none();
        let now = clock.now();
        let mut wait = longest;
        let mut next = None;
        // Asked while a cycle runs too: the agenda must see a clock that is set back then.
        match agenda.next(now) {
            NextStep::Run(slot) if is_free => {
                agenda.begin();
                running = Some(Running { slot, task: work.start(slot) });
            }
            NextStep::Wait(slot) if running.is_none() => {
                wait = (slot - now).to_std().unwrap_or_default().clamp(SHORTEST, longest);
                next = Some(slot);
            }
            _ => {}
        }
        work.round(next);
        tokio::select! {
            biased;
            () = signals.end() => return running,
            read = end_of(reloading.as_mut()) => {
                reloading = None;
                match read {
                    Ok(Some(schedule)) => agenda.reschedule(schedule),
                    Ok(None) => {}
                    Err(error) => work.broke_off(Task::Reload, &error),
                }
            }
            ended = end_of(running.as_mut().map(|running| &mut running.task)) => {
                if let Err(error) = &ended {
                    work.broke_off(Task::Cycle, error);
                }
                if let Some(Running { slot, .. }) = running.take() {
                    settle(agenda, slot, &ended);
                }
            }
            wish = signals.wish() => match wish {
                Signal::Reload => is_reload_wanted = true,
                _ => agenda.ask(),
            },
            () = clock.sleep(wait) => {}
        }
    }
}

/// The end of a task that runs; never, when none does.
async fn end_of<T>(task: Option<&mut JoinHandle<T>>) -> Result<T, JoinError> {
    match task {
        Some(task) => task.await,
        None => pending().await,
    }
}

fn settle(agenda: &mut Agenda, slot: DateTime<Utc>, ended: &Result<Ended, JoinError>) {
    match ended {
        Ok(Ended::Held) => agenda.ask(),
        // After one that broke off it goes on with the next slot: trying at once would most likely only repeat it.
        Ok(Ended::Done | Ended::Stopped) | Err(_) => agenda.ran(slot),
    }
}
