//! Whether the daemon does what it is for. Pure.

use crate::schedule::Schedule;
use chrono::{DateTime, Utc};
use std::fmt::Display;

/// The last publish may be as old as this many slots.
const SLOTS: usize = 3;

/// Ready, or why not.
pub(super) fn ready(published: Option<DateTime<Utc>>, schedule: &Schedule, now: DateTime<Utc>) -> Result<(), String> {
    let Some(published) = published else { return Err("nothing has been published yet".to_owned()) };
    match overdue(published, schedule, now) {
        Some(last) => Err(format!("the last publish is of {last}, {SLOTS} cycles ago")),
        None => Ok(()),
    }
}

/// The same of a bucket, by when it was up to date last.
pub(super) fn bucket_ready(
    bucket: &impl Display,
    whole: Option<DateTime<Utc>>,
    schedule: &Schedule,
    now: DateTime<Utc>,
) -> Result<(), String> {
    let Some(whole) = whole else { return Err(format!("not everything was put into {bucket} yet")) };
    match overdue(whole, schedule, now) {
        Some(last) => Err(format!("{bucket} was up to date last at {last}, {SLOTS} cycles ago")),
        None => Ok(()),
    }
}

/// When something happened that is too long ago.
fn overdue(happened: DateTime<Utc>, schedule: &Schedule, now: DateTime<Utc>) -> Option<String> {
    let before = |slot: &DateTime<Utc>| schedule.latest_at(*slot - chrono::TimeDelta::nanoseconds(1));
    let oldest = std::iter::successors(schedule.latest_at(now), before).nth(SLOTS - 1)?;
    let told = happened.with_timezone(&schedule.timezone());
    (happened < oldest).then(|| told.format("%Y-%m-%d %H:%M:%S %:z").to_string())
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
        let of_bucket = |whole: Option<&str>| bucket_ready(&"s3://a/", whole.map(at), &schedule, at("10:44:00"));
        assert_eq!(of_bucket(Some("10:00:05")), Ok(()));
        assert!(
            of_bucket(Some("09:59:00")).unwrap_err().starts_with("s3://a/ was up to date last at 2026-05-01 09:59:00")
        );
        assert!(of_bucket(None).is_err());
    }

    #[test]
    fn nights_without_slots_do_not_count() {
        let schedule = Schedule::parse("0 8-18 * * *", Tz::UTC).unwrap();
        assert_eq!(ready(Some("2026-04-30T18:00:05Z".parse().unwrap()), &schedule, at("09:30:00")), Ok(()));
        assert!(ready(Some("2026-04-30T18:00:05Z".parse().unwrap()), &schedule, at("10:00:00")).is_err());
    }
}
