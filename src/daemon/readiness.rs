//! Whether the daemon does what it is for, and how long what it published may be kept. Pure.

use crate::schedule::Schedule;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// The last publish may be as old as this many slots.
const SLOTS: usize = 3;

/// Nobody is told to keep a feed for longer: a daily feed should not reach its readers a day late.
const LONGEST: Duration = Duration::from_hours(1);

/// Nor for less: a publish takes its time.
const SHORTEST: Duration = Duration::from_mins(1);

/// Ready, or why not.
pub(super) fn ready(published: Option<DateTime<Utc>>, schedule: &Schedule, now: DateTime<Utc>) -> Result<(), String> {
    let Some(published) = published else { return Err("nothing has been published yet".to_owned()) };
    let before = |slot: &DateTime<Utc>| schedule.latest_at(*slot - chrono::TimeDelta::nanoseconds(1));
    let oldest = std::iter::successors(schedule.latest_at(now), before).nth(SLOTS - 1);
    match oldest {
        Some(oldest) if published < oldest => {
            let last = published.with_timezone(&schedule.timezone());
            Err(format!("the last publish is of {}, {SLOTS} cycles ago", last.format("%Y-%m-%d %H:%M:%S %:z")))
        }
        _ => Ok(()),
    }
}

/// How long an answer may be kept: from one slot to the next.
pub(super) fn max_age(schedule: &Schedule, now: DateTime<Utc>) -> Duration {
    let next = schedule.next_after(now);
    let interval = next.zip(next.and_then(|next| schedule.next_after(next))).map(|(next, after)| after - next);
    interval.and_then(|interval| interval.to_std().ok()).unwrap_or(LONGEST).clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn at(time: &str) -> DateTime<Utc> {
        format!("2026-05-01T{time}Z").parse().unwrap()
    }

    #[test]
    fn three_missed_slots_are_too_many() {
        let schedule = Schedule::parse("*/15 * * * *", Tz::UTC).unwrap();
        let ready = |published: &str, now: &str| ready(Some(at(published)), &schedule, at(now));
        assert_eq!(ready("10:00:05", "10:44:59"), Ok(()));
        assert_eq!(ready("10:00:00", "10:30:00"), Ok(()));
        assert!(ready("10:00:05", "10:45:00").unwrap_err().contains("2026-05-01 10:00:05 +00:00"));
        assert_eq!(ready("12:00:00", "10:45:00"), Ok(()), "the clock was set back");
        assert!(super::ready(None, &schedule, at("10:00:00")).is_err());
    }

    #[test]
    fn nights_without_slots_do_not_count() {
        let schedule = Schedule::parse("0 8-18 * * *", Tz::UTC).unwrap();
        assert_eq!(ready(Some("2026-04-30T18:00:05Z".parse().unwrap()), &schedule, at("09:30:00")), Ok(()));
        assert!(ready(Some("2026-04-30T18:00:05Z".parse().unwrap()), &schedule, at("10:00:00")).is_err());
    }

    #[test]
    fn answers_are_kept_for_an_interval_within_bounds() {
        let seconds = |expression| max_age(&Schedule::parse(expression, Tz::UTC).unwrap(), at("10:00:00")).as_secs();
        assert_eq!(seconds("*/15 * * * *"), 900);
        assert_eq!(seconds("* * * * *"), 60);
        assert_eq!(seconds("@daily"), 3600);
    }
}
