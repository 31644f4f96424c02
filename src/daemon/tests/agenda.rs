//! When a cycle is due.

use super::{Agenda, NextStep};
use crate::schedule::Schedule;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

fn at(time: &str) -> DateTime<Utc> {
    let time = if time.len() == 5 { format!("2026-05-01T{time}:00Z") } else { format!("{time}:00Z") };
    time.parse().unwrap()
}

fn schedule(expression: &str) -> Schedule {
    Schedule::parse(expression, Tz::UTC).unwrap()
}

fn quarters(last: &str) -> Agenda {
    Agenda::new(schedule("*/15 * * * *"), Some(at(last)))
}

#[test]
fn a_new_store_runs_at_once_and_then_by_the_schedule() {
    let mut agenda = Agenda::new(schedule("*/15 * * * *"), None);
    assert_eq!(agenda.next(at("10:07")), NextStep::Run(at("10:00")));
    agenda.ran(at("10:00"));
    assert_eq!(agenda.next(at("10:08")), NextStep::Wait(at("10:15")));
}

#[test]
fn a_restart_neither_repeats_nor_shortens() {
    assert_eq!(quarters("10:00").next(at("10:00")), NextStep::Wait(at("10:15")));
    assert_eq!(quarters("10:00").next(at("10:14")), NextStep::Wait(at("10:15")));
    assert_eq!(quarters("10:00").next(at("10:15")), NextStep::Run(at("10:15")));
}

#[test]
fn missed_slots_are_made_up_by_one_run() {
    let mut agenda = quarters("10:00");
    assert_eq!(agenda.next(at("14:20")), NextStep::Run(at("14:15")));
    agenda.ran(at("14:15"));
    assert_eq!(agenda.next(at("14:20")), NextStep::Wait(at("14:30")));
}

#[test]
fn a_clock_set_back_a_little_does_not_repeat_a_slot() {
    let mut agenda = quarters("10:15");
    assert_eq!(agenda.next(at("10:14")), NextStep::Wait(at("10:15")));
    assert_eq!(agenda.next(at("10:15")), NextStep::Wait(at("10:30")));
    let mut daily = Agenda::new(schedule("0 0 * * *"), Some(at("00:00")));
    assert_eq!(daily.next(at("2026-04-30T23:30")), NextStep::Wait(at("00:00")));
    assert_eq!(daily.next(at("00:00")), NextStep::Wait(at("2026-05-02T00:00")));
}

#[test]
fn a_clock_set_back_far_goes_on_from_where_it_stands() {
    let mut agenda = quarters("10:00");
    assert_eq!(agenda.next(at("08:07")), NextStep::Wait(at("08:15")));
    assert_eq!(agenda.next(at("08:14")), NextStep::Wait(at("08:15")));
    assert_eq!(agenda.next(at("08:15")), NextStep::Run(at("08:15")));
    agenda.ran(at("08:15"));
    assert_eq!(agenda.next(at("08:16")), NextStep::Wait(at("08:30")));
    // Also the slot right before the last one.
    let mut agenda = quarters("10:00");
    assert_eq!(agenda.next(at("09:40")), NextStep::Wait(at("09:45")));
    assert_eq!(agenda.next(at("09:45")), NextStep::Run(at("09:45")));
}

#[test]
fn a_clock_that_was_wrong_for_a_while_does_no_harm() {
    // It starts in 1970, and is then set.
    let mut agenda = quarters("10:00");
    assert_eq!(agenda.next(at("1970-01-01T00:01")), NextStep::Wait(at("1970-01-01T00:15")));
    assert_eq!(agenda.next(at("10:10")), NextStep::Wait(at("10:15")));
    // It shows 2036 for a while: one run, and no waiting for ten years.
    assert_eq!(agenda.next(at("2036-01-01T00:01")), NextStep::Run(at("2036-01-01T00:00")));
    agenda.ran(at("2036-01-01T00:00"));
    assert_eq!(agenda.next(at("10:20")), NextStep::Wait(at("10:30")));
    // Set back twice.
    assert_eq!(agenda.next(at("09:50")), NextStep::Wait(at("10:00")));
    assert_eq!(agenda.next(at("10:00")), NextStep::Run(at("10:00")));
}

#[test]
fn who_asks_gets_a_run_and_the_schedule_goes_on() {
    let mut agenda = quarters("10:00");
    agenda.ask();
    agenda.ask();
    assert_eq!(agenda.next(at("10:07")), NextStep::Run(at("10:00")));
    agenda.begin();
    agenda.ran(at("10:00"));
    assert_eq!(agenda.next(at("10:08")), NextStep::Wait(at("10:15")));
}

#[test]
fn another_schedule_counts_from_the_last_run() {
    let mut agenda = quarters("10:00");
    assert_eq!(agenda.next(at("10:01")), NextStep::Wait(at("10:15")));
    agenda.reschedule(schedule("0 0 * * *"));
    assert_eq!(agenda.next(at("10:01")), NextStep::Wait(at("2026-05-02T00:00")));
}

#[test]
fn the_end_of_the_calendar() {
    let mut agenda = Agenda::new(schedule("0 0 1 1 *"), Some(at("2100-01-01T00:00")));
    assert_eq!(agenda.next(at("2100-01-01T00:01")), NextStep::Idle);
}
