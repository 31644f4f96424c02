//! Local times to instants: what a date without a zone means in the zone it is meant in.

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

/// In a gap the first moment after it, in an overlap the first of the two.
pub(super) fn place(naive: NaiveDateTime, zone: Tz) -> Option<DateTime<FixedOffset>> {
    match zone.from_local_datetime(&naive) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.fixed_offset()),
        LocalResult::None => after_gap(naive, zone),
    }
}

/// Searches the end of the gap by halves: local time never runs backwards within a gap, and no gap is longer than a
/// day (Apia left out 30 December 2011).
fn after_gap(naive: NaiveDateTime, zone: Tz) -> Option<DateTime<FixedOffset>> {
    let reach = TimeDelta::try_hours(48)?;
    let (mut before, mut after) =
        (naive.checked_sub_signed(reach)?.and_utc(), naive.checked_add_signed(reach)?.and_utc());
    while (after - before).num_seconds() > 1 {
        let middle = before + (after - before) / 2;
        if middle.with_timezone(&zone).naive_local() < naive {
            before = middle;
        } else {
            after = middle;
        }
    }
    let second = DateTime::from_timestamp(after.timestamp(), 0)?;
    Some(second.with_timezone(&zone).fixed_offset())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &str, zone: Tz) -> Option<String> {
        let naive = NaiveDateTime::parse_from_str(written, "%Y-%m-%d %H:%M:%S").expect("a local time");
        place(naive, zone).map(|date| date.to_rfc3339())
    }

    #[test]
    fn gaps_end_and_overlaps_begin() {
        for (written, zone, meant) in [
            ("2024-03-31 02:30:00", Tz::Europe__Berlin, "2024-03-31T03:00:00+02:00"),
            ("2024-03-31 02:00:00", Tz::Europe__Berlin, "2024-03-31T03:00:00+02:00"),
            ("2024-10-27 02:30:00", Tz::Europe__Berlin, "2024-10-27T02:30:00+02:00"),
            ("2011-12-30 12:00:00", Tz::Pacific__Apia, "2011-12-31T00:00:00+14:00"),
            ("2024-10-06 02:15:00", Tz::Australia__Lord_Howe, "2024-10-06T02:30:00+11:00"),
        ] {
            assert_eq!(read(written, zone).as_deref(), Some(meant), "{written} {zone}");
        }
    }
}
