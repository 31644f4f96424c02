//! The feed's own rhythm: how often it brings something new, and the hours that it asks to be spared. Pure.

use super::{DAY, HOUR, LONGEST, MINUTE, SHORTEST, UNDATED};
use crate::model::Rhythm;
use chrono::{DateTime, Datelike, DurationRound, TimeDelta, Timelike, Utc};
use std::time::Duration;

/// Entries published within this are one update: many feeds publish in batches.
const TOGETHER: TimeDelta = TimeDelta::minutes(15);

/// Updates that are looked back on.
const LOOKED_BACK: usize = 10;

/// The newest updates up to now, newest first. Dates of the future say nothing of the past.
pub(super) fn updates(dates: &[DateTime<Utc>], now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let mut dates: Vec<DateTime<Utc>> = dates.iter().copied().filter(|date| *date <= now).collect();
    dates.sort_unstable_by(|a, b| b.cmp(a));
    let mut updates: Vec<DateTime<Utc>> = Vec::new();
    for date in dates {
        if updates.len() == LOOKED_BACK {
            break;
        }
        if updates.last().is_none_or(|last| *last - date >= TOGETHER) {
            updates.push(date);
        }
    }
    updates
}

/// A quarter of the usual time between updates, the silence since the last one included: what is new is seen soon, and
/// most answers are 304.
pub(super) fn interval(updates: &[DateTime<Utc>], now: DateTime<Utc>) -> (Duration, String) {
    let (Some(oldest), Ok(count)) = (updates.last(), u32::try_from(updates.len())) else {
        return (UNDATED, "once an hour, as its entries have no dates".to_owned());
    };
    let gap = (now - *oldest).to_std().unwrap_or_default() / count.max(1);
    let interval = (gap / 4).clamp(SHORTEST, LONGEST);
    (interval, format!("its own rhythm (something new every {})", in_words(gap)))
}

/// The first moment from `moment` on that the feed does not ask to be spared; `None` when it spares none.
pub(super) fn not_skipped(rhythm: &Rhythm, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let skipped = |moment: &DateTime<Utc>| {
        rhythm.skip_days.contains(&moment.weekday())
            || rhythm.skip_hours.iter().any(|hour| u32::from(*hour) % 24 == moment.hour())
    };
    let hour = moment.duration_trunc(TimeDelta::hours(1)).unwrap_or(moment);
    let hours = (1..=7 * 24).filter_map(|ahead| hour.checked_add_signed(TimeDelta::hours(ahead)));
    std::iter::once(moment).chain(hours).find(|moment| !skipped(moment))
}

/// About how long: `2 days`, `3 hours`, `20 minutes`.
pub(super) fn in_words(time: Duration) -> String {
    for (unit, name) in [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")] {
        let count = (time.as_secs() + unit.as_secs() / 2) / unit.as_secs();
        match count {
            0 => {}
            1 => return name.to_owned(),
            _ => return format!("{count} {name}s"),
        }
    }
    "minute".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Weekday;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00Z").parse().unwrap()
    }

    #[test]
    fn the_interval_follows_what_is_published() {
        let now = at("2026-03-10T12:00");
        let every = |gap: TimeDelta, first: DateTime<Utc>| -> Duration {
            let dates: Vec<_> = (0..50).map(|n| first - gap * n).collect();
            interval(&updates(&dates, now), now).0
        };
        assert_eq!(every(TimeDelta::minutes(1), now), SHORTEST);
        assert_eq!(every(TimeDelta::hours(8), now - TimeDelta::hours(8)), 2 * HOUR);
        assert_eq!(every(TimeDelta::days(7), now), LONGEST);
        assert_eq!(every(TimeDelta::minutes(1), now - TimeDelta::days(400)), LONGEST, "silent since a year");
        let ahead = [now + TimeDelta::days(9)];
        assert_eq!(interval(&updates(&ahead, now), now).0, UNDATED);
        let batch = vec![now - TimeDelta::hours(12); 50];
        assert_eq!(interval(&updates(&batch, now), now).0, 3 * HOUR, "fifty at once are one update");
        let long_ago = [DateTime::<Utc>::MIN_UTC];
        assert_eq!(interval(&updates(&long_ago, now), now).0, LONGEST);
    }

    #[test]
    fn hours_and_days_that_are_spared() {
        let all: Vec<u8> = (0..24).collect();
        let night = Rhythm { skip_hours: vec![22, 23, 24, 1], ..Rhythm::default() };
        assert_eq!(not_skipped(&night, at("2026-03-10T22:10")), Some(at("2026-03-11T02:00")));
        assert_eq!(not_skipped(&night, at("2026-03-10T12:10")), Some(at("2026-03-10T12:10")));
        let weekend = Rhythm { skip_days: vec![Weekday::Sat, Weekday::Sun], ..night };
        assert_eq!(not_skipped(&weekend, at("2026-03-14T12:10")), Some(at("2026-03-16T02:00")));
        assert_eq!(not_skipped(&Rhythm { skip_hours: all, ..Rhythm::default() }, at("2026-03-14T12:10")), None);
    }

    #[test]
    fn durations_as_people_say_them() {
        for (seconds, words) in
            [(0, "minute"), (60, "minute"), (1200, "20 minutes"), (3600, "hour"), (86_400, "day"), (200_000, "2 days")]
        {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }
}
