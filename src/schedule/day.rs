//! The slots of one local day as instants: local times are iterated here and mapped through the zone, since what is right
//! for a time that the clock skips or repeats is our policy and nobody else's.

use super::fields::Fields;
use chrono::{DateTime, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

/// The instants at which a day's times fire, rising, each once.
pub(super) fn slots(fields: &Fields, date: NaiveDate, timezone: Tz) -> Vec<DateTime<Utc>> {
    let times = || {
        let hours = fields.hours().flat_map(|hour| fields.minutes().map(move |minute| (hour, minute)));
        hours.filter_map(|(hour, minute)| date.and_hms_opt(hour, minute, 0))
    };
    // Most days have one offset: asking the zone for each time is what a search would spend its time with.
    if let Some(offset) = offset_of(date, timezone) {
        return times().map(|local| (local - offset).and_utc()).collect();
    }
    let mut slots: Vec<DateTime<Utc>> = if fields.is_interval() {
        times().flat_map(|local| every_moment(local, timezone)).collect()
    } else {
        times().filter_map(|local| first_moment(local, timezone)).collect()
    };
    // What is shown twice comes between other times; times in a gap come to one instant.
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// The one offset that a day has from its first to its last second: no zone changes its clock and back within a day.
fn offset_of(date: NaiveDate, timezone: Tz) -> Option<TimeDelta> {
    let at = |local: NaiveDateTime| timezone.from_local_datetime(&local).single().map(|at| local - at.naive_utc());
    let first = at(date.and_time(NaiveTime::MIN))?;
    let last = at(date.and_hms_opt(23, 59, 59)?)?;
    (first == last).then_some(first)
}

/// Every moment at which the clock shows a time.
fn every_moment(local: NaiveDateTime, timezone: Tz) -> Vec<DateTime<Utc>> {
    match timezone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) => vec![at.to_utc()],
        MappedLocalTime::Ambiguous(first, second) => vec![first.to_utc(), second.to_utc()],
        MappedLocalTime::None => Vec::new(),
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
            let midnight = local.date().and_time(NaiveTime::MIN);
            let day_exists =
                begin > midnight || jump.with_timezone(&timezone).naive_local() < midnight + TimeDelta::days(1);
            day_exists.then_some(jump)
        }
    }
}
