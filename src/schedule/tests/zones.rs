//! Every zone of chrono-tz, 2000 to 2037: what fires around each change of a clock, against a clock that is walked minute by
//! minute, and against `croner`.
//!
//! The walk knows nothing of gaps and overlaps: a slot of a day that is seen fires when the clock first shows its time or a
//! later one; an interval fires whenever the clock shows its time.

use super::super::Schedule;
use chrono::{DateTime, NaiveDate, Offset, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr;
use std::sync::LazyLock;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// An instant in minutes since 1970 at which a clock is changed, and its offsets from UTC in minutes around that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Change {
    at: i64,
    before: i64,
    after: i64,
}

static CLOCKS: LazyLock<Vec<Clock>> = LazyLock::new(|| TZ_VARIANTS.into_iter().map(Clock::of).collect());

/// A zone's clock from 2000 to 2037.
struct Clock {
    zone: Tz,
    changes: Vec<Change>,
}

fn minute_of(date: (i32, u32, u32)) -> i64 {
    let date = NaiveDate::from_ymd_opt(date.0, date.1, date.2).unwrap();
    date.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp() / 60
}

fn instant(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(minute * 60, 0).unwrap()
}

fn offset(zone: Tz, minute: i64) -> i64 {
    let seconds = i64::from(zone.offset_from_utc_datetime(&instant(minute).naive_utc()).fix().local_minus_utc());
    assert_eq!(seconds % 60, 0, "{zone} is off by seconds");
    seconds / 60
}

impl Clock {
    /// Searches wherever the offset differs after four days: no zone has changed its clock and back sooner.
    fn of(zone: Tz) -> Self {
        let (start, end) = (minute_of((2000, 1, 1)), minute_of((2037, 12, 31)));
        let mut changes = Vec::new();
        let mut before = offset(zone, start);
        for day in (start..end).step_by(4 * 24 * 60) {
            let after = offset(zone, day + 4 * DAY);
            if before != after {
                let at = (day..=day + 4 * DAY).collect::<Vec<_>>();
                let at = day + i64::try_from(at.partition_point(|minute| offset(zone, *minute) == before)).unwrap();
                changes.push(Change { at, before, after });
                before = after;
            }
        }
        Self { zone, changes }
    }

    /// What the clock shows, in minutes since 1970.
    fn shows(&self, minute: i64) -> i64 {
        let passed = self.changes.partition_point(|change| change.at <= minute);
        let offset = match passed {
            0 => self.changes.first().map_or_else(|| offset(self.zone, minute), |change| change.before),
            passed => self.changes[passed - 1].after,
        };
        minute + offset
    }

    /// Days seen in a span of real time, and for each minute of it the latest time that the clock has shown so far.
    fn walk(&self, span: (i64, i64)) -> Walk {
        let mut walk = Walk { start: span.0, days: BTreeSet::new(), reached: Vec::new() };
        for shown in (span.0..span.1).map(|minute| self.shows(minute)) {
            walk.days.insert(shown.div_euclid(DAY));
            walk.reached.push(walk.reached.last().map_or(shown, |latest| shown.max(*latest)));
        }
        walk
    }

    /// When the clock shows times of an hour in a span of real time.
    fn walk_interval(&self, every: i64, span: (i64, i64)) -> BTreeSet<i64> {
        (span.0 + 1..span.1).filter(|minute| self.shows(*minute) % every == 0).collect()
    }
}

/// A span of real time as a clock shows it.
struct Walk {
    start: i64,
    days: BTreeSet<i64>,
    reached: Vec<i64>,
}

impl Walk {
    /// When times of day fire: on each day seen, when the clock has first shown this time or a later one.
    fn fires(&self, times: &[i64]) -> BTreeSet<i64> {
        let locals = self.days.iter().flat_map(|day| times.iter().map(move |time| day * DAY + time));
        let minutes = locals.map(|local| self.reached.partition_point(|reached| *reached < local));
        let within = minutes.filter(|minute| (1..self.reached.len()).contains(minute));
        within.map(|minute| self.start + i64::try_from(minute).unwrap()).collect()
    }
}

/// What a schedule gives in a span, seen forwards and, where asked, backwards.
fn given(schedule: &Schedule, span: (i64, i64), backwards: bool) -> BTreeSet<i64> {
    let minute = |slot: DateTime<Utc>| {
        assert_eq!(slot.timestamp() % 60, 0);
        slot.timestamp() / 60
    };
    let mut slots = BTreeSet::new();
    let mut from = instant(span.0);
    while let Some(slot) = schedule.next_after(from).filter(|slot| *slot < instant(span.1)) {
        assert!(slot > from, "{schedule} goes back from {from} to {slot}");
        if backwards {
            assert_eq!(schedule.latest_at(slot), Some(slot), "{schedule}");
            let before = schedule.latest_at(slot - chrono::TimeDelta::seconds(1)).unwrap();
            assert!(slots.is_empty() || before == from, "{schedule}: {before} instead of {from} before {slot}");
        }
        slots.insert(minute(slot));
        from = slot;
    }
    slots
}

/// Times of day that a change could touch.
fn touched(change: Change) -> BTreeSet<i64> {
    let (from, to) = (change.at + change.before, change.at + change.after);
    [from, from.midpoint(to), to, to - 1].into_iter().map(|time| time.rem_euclid(DAY)).collect()
}

fn fixed(times: &[i64], zone: Tz) -> Schedule {
    let hour = times[0] / HOUR;
    let minutes: Vec<String> = times.iter().map(|time| (time % HOUR).to_string()).collect();
    Schedule::parse(&format!("{} {hour} * * *", minutes.join(",")), zone).unwrap()
}

#[test]
fn each_fixed_slot_fires_once_on_every_day_that_exists_and_instants_rise() {
    // Zones that share their changes share what is right; what is given is asked of every zone.
    let mut right: HashMap<Vec<Change>, Vec<(Schedule, BTreeSet<i64>)>> = HashMap::new();
    for clock in CLOCKS.iter() {
        let zone = clock.zone;
        for change in &clock.changes {
            let span = (change.at - DAY - 7, change.at + DAY + 7);
            let near = clock.changes.iter().filter(|other| (span.0..span.1).contains(&other.at)).copied().collect();
            let is_new = !right.contains_key(&near);
            let right = right.entry(near).or_insert_with(|| {
                let walk = clock.walk(span);
                touched(*change).into_iter().map(|time| (fixed(&[time], zone), walk.fires(&[time]))).collect()
            });
            for (schedule, fires) in right {
                schedule.timezone = zone;
                assert_eq!(given(schedule, span, is_new), *fires, "{zone}, {schedule}, {change:?}");
            }
            if is_new {
                several_in_an_hour(clock, *change, span);
            }
        }
        ordinary_days(zone);
    }
    assert!(right.len() > 1000, "{} changes of clocks", right.len());
}

/// Lists within the hours around a change, and intervals.
fn several_in_an_hour(clock: &Clock, change: Change, span: (i64, i64)) {
    for time in [change.at + change.before, change.at + change.after] {
        let hour = time.rem_euclid(DAY) / HOUR;
        let times: Vec<i64> = [0, 15, 30, 45].iter().map(|minute| hour * HOUR + minute).collect();
        let slots = given(&fixed(&times, clock.zone), span, true);
        assert_eq!(slots, clock.walk(span).fires(&times), "{}, {times:?}, {change:?}", clock.zone);
    }
    let near = (change.at - 2 * HOUR - 7, change.at + 3 * HOUR + 7);
    let interval = Schedule::parse("*/30 * * * *", clock.zone).unwrap();
    assert_eq!(given(&interval, near, true), clock.walk_interval(30, near), "{}, {change:?}", clock.zone);
}

/// Days between changes, sampled: the slot comes when the clock shows it.
fn ordinary_days(zone: Tz) {
    let schedule = Schedule::parse("34 12 * * *", zone).unwrap();
    for day in (minute_of((2000, 1, 1))..minute_of((2037, 12, 1))).step_by(usize::try_from(397 * DAY).unwrap()) {
        let slot = schedule.next_after(instant(day)).unwrap();
        assert!(slot > instant(day) && slot <= instant(day + 2 * DAY));
        assert_eq!(slot.with_timezone(&zone).format("%H:%M:%S").to_string(), "12:34:00", "{zone}");
    }
}

/// `croner` says the same, but for faults of its own: where a clock jumps by more than an hour it finds no next time at all, or,
/// beside a day that does not exist, fires once too often.
#[test]
fn croner_agrees_wherever_it_can() {
    let mut met = HashSet::new();
    let mut faults = BTreeSet::new();
    for clock in CLOCKS.iter() {
        for change in clock.changes.iter().filter(|change| met.insert(**change)) {
            for time in touched(*change) {
                let span = (change.at - DAY - 7, change.at + DAY + 7);
                let (ours, theirs) = (given(&fixed(&[time], clock.zone), span, false), croner(time, clock.zone, span));
                if theirs.as_ref() != Ok(&ours) {
                    assert!(change.after - change.before > HOUR, "{}, {time}, {change:?}: {theirs:?}", clock.zone);
                    faults.insert(clock.zone.name());
                }
            }
        }
    }
    assert!(met.len() > 1000, "{} changes of clocks", met.len());
    assert!(faults.into_iter().eq(["Antarctica/Casey", "Pacific/Apia", "Pacific/Fakaofo"]), "croner has changed");
}

/// Another fault: of several times in a gap, of which all come at its end, it leaves that instant out.
#[test]
fn croner_skips_a_list_in_a_gap() {
    let (zone, from) = (Tz::Europe__Berlin, "2026-03-28T12:00:00Z".parse::<DateTime<Utc>>().unwrap());
    let theirs = croner::Cron::from_str("15,45 2 * * *").unwrap();
    let theirs = theirs.find_next_occurrence(&from.with_timezone(&zone), false).unwrap();
    let ours = fixed(&[2 * HOUR + 15, 2 * HOUR + 45], zone).next_after(from).unwrap();
    assert_eq!(
        (ours.to_rfc3339(), theirs.to_rfc3339()),
        ("2026-03-29T01:00:00+00:00".into(), "2026-03-30T02:15:00+02:00".into())
    );
}

/// What croner gives for a time of day in a span.
fn croner(time: i64, zone: Tz, span: (i64, i64)) -> Result<BTreeSet<i64>, String> {
    let cron = croner::Cron::from_str(&format!("{} {} * * *", time % HOUR, time / HOUR)).unwrap();
    let mut slots = BTreeSet::new();
    let mut from = instant(span.0).with_timezone(&zone);
    loop {
        from = cron.find_next_occurrence(&from, false).map_err(|error| error.to_string())?;
        if from >= instant(span.1) {
            return Ok(slots);
        }
        slots.insert(from.timestamp() / 60);
    }
}
