//! What is to be done next. Pure: the slot that was run last and the time go in, what to do comes out.
//!
//! A slot is due when it lies behind the one that was run last. However many are, one run makes up for them; a slot that
//! comes while a cycle runs is due when it ends. Since what counts is the last slot, and not when the process began, a
//! restart neither repeats a run nor shortens an interval.

use crate::schedule::Schedule;
use chrono::{DateTime, Utc};

/// What to do at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NextStep {
    /// Run the cycle of this slot.
    Run(DateTime<Utc>),
    /// Nothing before this.
    Wait(DateTime<Utc>),
    /// Nothing ever again, as far as the calendar is known.
    Idle,
}

/// Slots and which of them was run last.
#[derive(Debug)]
pub(super) struct Agenda {
    schedule: Schedule,
    last: Option<DateTime<Utc>>,
    /// When it was seen that the clock stands before the last slot: slots are counted from here until one was run.
    set_back: Option<DateTime<Utc>>,
    /// Somebody wants a run now.
    asked: bool,
    /// The slot after an instant, kept because it is asked for at every wake-up.
    known: Option<(DateTime<Utc>, Option<DateTime<Utc>>)>,
}

impl Agenda {
    /// Slots after the last one that was run; without one, in a new store, a run is due at once.
    pub(super) fn new(schedule: Schedule, last: Option<DateTime<Utc>>) -> Self {
        Self { schedule, last, set_back: None, asked: false, known: None }
    }

    /// What to do now. The same question gives the same answer until [`Agenda::begin`], [`Agenda::ran`], [`Agenda::ask`] or
    /// [`Agenda::reschedule`] say that something has changed.
    pub(super) fn next(&mut self, now: DateTime<Utc>) -> NextStep {
        let Some(last) = self.last.filter(|_| !self.asked) else {
            return NextStep::Run(self.schedule.latest_at(now).unwrap_or(now));
        };
        let from = self.counted_from(last, now);
        match self.after(from) {
            Some(due) if due <= now => NextStep::Run(self.schedule.latest_at(now).unwrap_or(due)),
            Some(due) => NextStep::Wait(due),
            None => NextStep::Idle,
        }
    }

    /// A run begins; who asks from now on wants another one.
    pub(super) fn begin(&mut self) {
        self.asked = false;
    }

    /// A slot was run.
    pub(super) fn ran(&mut self, slot: DateTime<Utc>) {
        self.last = Some(slot);
    }

    /// A run is wanted as soon as none is under way.
    pub(super) fn ask(&mut self) {
        self.asked = true;
    }

    /// Goes by another schedule from now on.
    pub(super) fn reschedule(&mut self, schedule: Schedule) {
        self.schedule = schedule;
        self.known = None;
    }

    /// Slots behind this count: the last slot, so that it does not come twice when the clock is set back. Where the clock
    /// stands before it, slots are counted from when that was seen, so that none waits for a time that was once shown.
    fn counted_from(&mut self, last: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        if last <= now {
            self.set_back = None;
            return last;
        }
        let since = self.set_back.filter(|since| *since <= now).unwrap_or(now);
        self.set_back = Some(since);
        since
    }

    fn after(&mut self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.known {
            Some((known, next)) if known == from => next,
            _ => {
                let next = self.schedule.next_after(from);
                self.known = Some((from, next));
                next
            }
        }
    }
}

#[cfg(test)]
#[path = "tests/agenda.rs"]
mod tests;
