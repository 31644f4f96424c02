//! The loop: asks the agenda, starts cycles one at a time, listens to signals, and wakes at least every minute to look at the
//! clock anew. Decides nothing and does nothing itself.

use super::agenda::{Agenda, Step};
use super::clock::Clock;
use super::signals::Signal;
use crate::schedule::Schedule;
use chrono::{DateTime, Utc};
use std::future::{Future, pending};
use std::time::Duration;
use tokio::sync::mpsc;
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

    /// Reads the configuration again; the schedule, when it is a good one.
    fn reload(&mut self) -> impl Future<Output = Option<Schedule>>;

    /// The loop goes round; `next` is the next slot, none while a cycle runs.
    fn round(&mut self, next: Option<DateTime<Utc>>) -> impl Future<Output = ()>;
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
    signals: &mut mpsc::Receiver<Signal>,
    longest: Duration,
) -> Option<Running> {
    let mut running: Option<Running> = None;
    loop {
        let now = clock.now();
        let mut wait = longest;
        let mut next = None;
        // Asked while a cycle runs too: the agenda must see a clock that is set back then.
        match agenda.next(now) {
            Step::Run(slot) if running.is_none() => {
                agenda.begin();
                running = Some(Running { slot, task: work.start(slot) });
            }
            Step::Wait(slot) if running.is_none() => {
                wait = (slot - now).to_std().unwrap_or_default().clamp(SHORTEST, longest);
                next = Some(slot);
            }
            _ => {}
        }
        work.round(next).await;
        tokio::select! {
            biased;
            signal = signals.recv() => match signal {
                Some(Signal::Reload) => {
                    if let Some(schedule) = work.reload().await {
                        agenda.reschedule(schedule);
                    }
                }
                Some(Signal::Now) => agenda.ask(),
                Some(Signal::Terminate | Signal::Interrupt) | None => return running,
            },
            (slot, ended) = end_of(&mut running) => {
                running = None;
                settle(agenda, slot, &ended);
            }
            () = clock.sleep(wait) => {}
        }
    }
}

/// The end of the cycle that runs; never, when none does.
async fn end_of(running: &mut Option<Running>) -> (DateTime<Utc>, Result<Ended, JoinError>) {
    match running {
        Some(running) => (running.slot, (&mut running.task).await),
        None => pending().await,
    }
}

fn settle(agenda: &mut Agenda, slot: DateTime<Utc>, ended: &Result<Ended, JoinError>) {
    match ended {
        Ok(Ended::Held) => agenda.ask(),
        Ok(Ended::Done | Ended::Stopped) => agenda.ran(slot),
        // It goes on with the next slot: whatever it was, trying at once would most likely only repeat it.
        Err(error) => {
            tracing::error!(%error, "a cycle broke off; this is a fault of wellsourced");
            agenda.ran(slot);
        }
    }
}
