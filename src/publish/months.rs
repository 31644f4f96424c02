//! Calendar months in the site's zone.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A month of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// The year.
    pub year: i32,
    /// From 1 to 12.
    pub month: u32,
}

impl Month {
    /// The month in which a moment lies.
    pub fn of(zone: Tz, at: DateTime<Utc>) -> Self {
        let there = at.with_timezone(&zone);
        Self { year: there.year(), month: there.month() }
    }

    /// The month so many months later; earlier where negative.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        let all = self.year * 12 + i32::try_from(self.month).unwrap_or(1) - 1 + months;
        Self { year: all.div_euclid(12), month: all.rem_euclid(12).unsigned_abs() + 1 }
    }

    /// So many months that end with this one, oldest first.
    pub fn last(self, count: u8) -> impl Iterator<Item = Self> {
        (0..i32::from(count)).rev().map(move |back| self.plus(-back))
    }

    /// Its first moment.
    pub fn start(self, zone: Tz) -> DateTime<Utc> {
        let first = NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default().and_hms_opt(0, 0, 0);
        let midnight = first.unwrap_or_default();
        // A clock that is put forward at midnight has no such moment: the day begins when it goes on.
        let mut hours = (0..4).map(|hours| midnight + TimeDelta::hours(hours));
        let found = hours.find_map(|naive| zone.from_local_datetime(&naive).earliest());
        found.map_or_else(|| midnight.and_utc(), |there| there.to_utc())
    }

    /// As paths have it: `2026-11`.
    pub fn slug(self) -> String {
        format!("{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_one_of_the_zone() {
        let zone = chrono_tz::Asia::Shanghai;
        let month = Month::of(zone, at("2025-12-31T16:00:00Z"));
        assert_eq!(month, Month { year: 2026, month: 1 });
        assert_eq!(month.start(zone), at("2025-12-31T16:00:00Z"));
        assert_eq!(Month::of(zone, at("2025-12-31T15:59:59Z")).slug(), "2025-12");
        assert_eq!(month.last(3).map(Month::slug).collect::<Vec<_>>(), ["2025-11", "2025-12", "2026-01"]);
        assert_eq!((month.plus(-13).slug(), month.plus(24).slug()), ("2024-12".to_owned(), "2028-01".to_owned()));
    }

    #[test]
    fn a_month_begins_where_its_midnight_was_left_out() {
        let zone = chrono_tz::America::Asuncion;
        // Clocks went from 2017-10-01T00:00-04 to 01:00-03.
        let october = Month { year: 2017, month: 10 };
        assert_eq!(october.start(zone), at("2017-10-01T04:00:00Z"));
        assert_eq!(Month::of(zone, october.start(zone)), october);
    }
}
