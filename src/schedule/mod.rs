//! When something is due: crontab expressions in a zone, with a stated policy for the days on which clocks are changed.
//!
//! A time with no `*` in its hour field means a time of day: it fires once on every day that exists. Where the clock jumps
//! over it, it fires at the first moment after; where the clock shows it twice, the first time. Times that come to the same
//! instant fire once. A time with `*` in its hour field (`*/2` too) means an interval and follows real time: what the clock
//! jumps over is left out, what it shows twice fires twice. Reads no clock; instants come in as arguments.

mod day;
mod error;
mod fields;

pub(crate) use error::Error;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use fields::Fields;
use std::fmt::{self, Display};

/// The years in which slots are looked for; the zones are known for these.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// No zone's clock was ever further from UTC (Manila's was by 15:56 until 1844).
const FURTHEST: TimeDelta = TimeDelta::hours(16);

/// A crontab expression in a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    written: String,
    timezone: Tz,
    fields: Fields,
}

impl Schedule {
    /// Reads five fields as in POSIX crontab (`minute hour day-of-month month weekday`), or a name such as `@daily`.
    ///
    /// Lists, ranges and steps of `*` or a range are understood, names of months and weekdays in any case, and 7 as
    /// Sunday. When neither day of month nor weekday has a `*`, a day that matches either is meant. A date that no
    /// calendar holds is an error.
    pub fn parse(text: &str, timezone: Tz) -> Result<Self, Error> {
        Ok(Self { written: text.trim().to_owned(), timezone, fields: Fields::parse(text)? })
    }

    /// The zone in which the times are meant.
    pub fn timezone(&self) -> Tz {
        self.timezone
    }

    /// The first slot after an instant; none after the year 2100.
    pub fn next_after(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut date = within(instant, -FURTHEST);
        let mut next: Option<DateTime<Utc>> = None;
        // Where the clock is set back over midnight, slots of one day lie among those of the next: a first find is final
        // only when no later day can come before it.
        while YEARS.contains(&date.year()) && next.is_none_or(|next| midnight(date) - FURTHEST <= next) {
            let of_day = self.on(date).into_iter().find(|slot| *slot > instant);
            next = of_day.into_iter().chain(next).min();
            date = date.succ_opt()?;
        }
        next
    }

    /// The last slot at or before an instant; none before the year 1900.
    pub fn latest_at(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut date = within(instant, FURTHEST);
        let mut latest: Option<DateTime<Utc>> = None;
        let end = |date| midnight(date) + TimeDelta::days(1) + FURTHEST;
        while YEARS.contains(&date.year()) && latest.is_none_or(|latest| end(date) >= latest) {
            let of_day = self.on(date).into_iter().rfind(|slot| *slot <= instant);
            latest = of_day.into_iter().chain(latest).max();
            date = date.pred_opt()?;
        }
        latest
    }

    /// The slots of one local day.
    fn on(&self, date: NaiveDate) -> Vec<DateTime<Utc>> {
        if self.fields.match_date(date) { day::slots(&self.fields, date, self.timezone) } else { Vec::new() }
    }
}

/// The date in UTC some time away, or the nearest one of the years that are known.
fn within(instant: DateTime<Utc>, away: TimeDelta) -> NaiveDate {
    let date = instant.checked_add_signed(away).unwrap_or(instant).date_naive();
    let first = NaiveDate::from_ymd_opt(*YEARS.start(), 1, 1).unwrap_or(date);
    let last = NaiveDate::from_ymd_opt(*YEARS.end(), 12, 31).unwrap_or(date);
    date.clamp(first, last)
}

fn midnight(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

/// As it was written.
impl Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests;
