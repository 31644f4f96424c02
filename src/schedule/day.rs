//! The slots of one local day as instants: local times are iterated here and mapped through the zone, since what is right
//! for a time that the clock skips or repeats is our policy and nobody else's.

use super::fields::Fields;
use chrono::{DateTime, MappedLocalTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

/// The instants at which a day's times fire, rising, each once.
pub(super) fn slots(fields: &Fields, date: NaiveDate, timezone: Tz) -> Vec<DateTime<Utc>> {
    let mut slots = Vec::new();
    for hour in fields.hours() {
        let times = fields.minutes().filter_map(|minute| date.and_hms_opt(hour, minute, 0));
        if fields.is_interval() {
            follow_real_time(date, hour, times, timezone, &mut slots);
        } else {
            slots.extend(times.filter_map(|local| first_moment(local, timezone)));
        }
    }
    // An hour that is shown twice comes between its own times; times in a gap come to one instant.
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// Every instant at which the clock shows one of these times of an hour.
fn follow_real_time(
    date: NaiveDate,
    hour: u32,
    times: impl Iterator<Item = NaiveDateTime>,
    timezone: Tz,
    slots: &mut Vec<DateTime<Utc>>,
) {
    // Most hours have one offset: asking the zone for each of sixty minutes is what a search would spend its time with.
    let ends = (date.and_hms_opt(hour, 0, 0), date.and_hms_opt(hour, 59, 59));
    let offset = ends.0.zip(ends.1).and_then(|(first, last)| {
        let at = |local: NaiveDateTime| timezone.from_local_datetime(&local).single().map(|at| local - at.naive_utc());
        at(first).filter(|offset| at(last) == Some(*offset))
    });
    if let Some(offset) = offset {
        slots.extend(times.map(|local| (local - offset).and_utc()));
        return;
    }
    for local in times {
        match timezone.from_local_datetime(&local) {
            MappedLocalTime::Single(at) => slots.push(at.to_utc()),
            MappedLocalTime::Ambiguous(first, second) => slots.extend([first.to_utc(), second.to_utc()]),
            MappedLocalTime::None => {}
        }
    }
}

/// The first moment at which the clock shows a time or, where it jumps over it, a later one; none when it jumps over the
/// whole day.
fn first_moment(local: NaiveDateTime, timezone: Tz) -> Option<DateTime<Utc>> {
    match timezone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) => Some(at.to_utc()),
        MappedLocalTime::Ambiguous(first, second) => Some(first.min(second).to_utc()),
        MappedLocalTime::None => {
            let (begin, offset) = GapInfo::new(&local, &timezone)?.begin?;
            let jump = (begin - chrono::Offset::fix(&offset)).and_utc();
            let midnight = local.date().and_time(chrono::NaiveTime::MIN);
            let day_exists =
                begin > midnight || jump.with_timezone(&timezone).naive_local() < midnight + TimeDelta::days(1);
            day_exists.then_some(jump)
        }
    }
}
