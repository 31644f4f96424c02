//! How long what was published may be kept without asking again. Pure.

use crate::schedule::Schedule;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Nobody is told to keep a feed for longer: a daily feed should not reach its readers a day late.
const LONGEST: Duration = Duration::from_hours(1);

/// Nor for less: a publish takes its time.
const SHORTEST: Duration = Duration::from_mins(1);

/// How long an answer may be kept: from one slot to the next.
pub fn max_age(schedule: &Schedule, now: DateTime<Utc>) -> Duration {
    let next = schedule.next_after(now);
    let interval = next.zip(next.and_then(|next| schedule.next_after(next))).map(|(next, after)| after - next);
    interval.and_then(|interval| interval.to_std().ok()).unwrap_or(LONGEST).clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    #[test]
    fn answers_are_kept_for_an_interval_within_bounds() {
        let seconds = |expression| {
            max_age(&Schedule::parse(expression, Tz::UTC).unwrap(), "2026-05-01T10:00:00Z".parse().unwrap()).as_secs()
        };
        assert_eq!(seconds("*/15 * * * *"), 900);
        assert_eq!(seconds("* * * * *"), 60);
        assert_eq!(seconds("@daily"), 3600);
    }
}
