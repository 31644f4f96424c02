//! Reads the front matter's `date`. A date without a zone is meant in the site's zone; reads no clock.

use crate::collect::zone::place;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

/// Years outside are slips of the pen: RFC 822 dates want four digits, and no digest is older than the clock's epoch.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

/// The instant that `written` names, or `None` where it is no date.
pub(super) fn parse(written: &str, zone: Tz) -> Option<DateTime<FixedOffset>> {
    let written = written.trim();
    let date = zoned(written).or_else(|| zoneless(written).and_then(|naive| place(naive, zone)))?;
    YEARS.contains(&date.year()).then_some(date)
}

fn zoned(written: &str) -> Option<DateTime<FixedOffset>> {
    let formats = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M %z"];
    DateTime::parse_from_rfc3339(written)
        .ok()
        .or_else(|| formats.iter().find_map(|format| DateTime::parse_from_str(written, format).ok()))
}

fn zoneless(written: &str) -> Option<NaiveDateTime> {
    let formats = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    formats.iter().find_map(|format| NaiveDateTime::parse_from_str(written, format).ok()).or_else(|| {
        let day = NaiveDate::parse_from_str(written, "%Y-%m-%d").ok()?;
        Some(day.and_time(NaiveTime::MIN))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &str, zone: Tz) -> Option<String> {
        parse(written, zone).map(|date| date.to_rfc3339())
    }

    #[test]
    fn every_form_is_read() {
        for (written, meant) in [
            ("2023-05-05 20:50:03", "2023-05-05T20:50:03+08:00"),
            ("2023-05-05T20:50:03", "2023-05-05T20:50:03+08:00"),
            ("2023-05-05", "2023-05-05T00:00:00+08:00"),
            ("2023-05-05 20:50", "2023-05-05T20:50:00+08:00"),
            ("2023-05-05T20:50:03Z", "2023-05-05T20:50:03+00:00"),
            ("2023-05-05T20:50:03-05:00", "2023-05-05T20:50:03-05:00"),
            ("2023-05-05 20:50:03 +0100", "2023-05-05T20:50:03+01:00"),
        ] {
            assert_eq!(read(written, Tz::Asia__Shanghai).as_deref(), Some(meant), "{written}");
        }
        for odd in
            ["", "0000-00-00", "0000-00-00 00:00:00", "2023-02-30", "yesterday", "+12023-01-01", "0001-01-01", "5"]
        {
            assert_eq!(read(odd, Tz::Asia__Shanghai), None, "{odd}");
        }
    }
}
