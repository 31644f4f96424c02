//! A post's date: the front matter's, else the one that its file's name begins with. Reads no clock.

use super::front::Front;
use super::notes::{Notes, Spot, shown};
use crate::collect::date::{self, ReadDate};
use crate::collect::zone::place;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use chrono_tz::Tz;

/// The date, with a complaint where there is none, and whether it is that of the file's name. One without a zone is meant
/// in the site's.
pub(super) fn read(front: &Front, zone: Tz, notes: &mut Notes<'_>) -> (Option<DateTime<FixedOffset>>, bool) {
    let Some(value) = &front.date else {
        let of_name = of_name(notes.path()).and_then(|day| place(day.and_time(NaiveTime::MIN), zone));
        if of_name.is_none() {
            let help =
                "add `date: 'YYYY-MM-DD HH:MM:SS'` to its front matter, or begin the file's name with YYYY-MM-DD";
            notes.error(Spot::new(1, 1), "the post has no date", help);
        }
        return (of_name, of_name.is_some());
    };
    let Some(ReadDate { at, unknown_zone }) = date::read(&value.text, zone) else {
        let help = "write it as 'YYYY-MM-DD HH:MM:SS'";
        notes.error(value.spot, format!("`{}` is not a date", shown(&value.text)), help);
        return (None, false);
    };
    if let Some(name) = unknown_zone {
        let message = format!("`{}` is no zone that is known; the date was read in the site's", shown(&name));
        notes.warning(value.spot, message, "write the offset, as in +0200");
    }
    (Some(at), false)
}

/// The day that a file's name begins with: `2026-05-09-x.md`, `20260509.md`.
pub(super) fn of_name(path: &str) -> Option<NaiveDate> {
    let name = path.rsplit(['/', '\\']).next()?;
    let (year, rest) = number(name, 4, 4)?;
    let sign = rest.chars().next().filter(|c| matches!(c, '-' | '_' | '.'));
    let (month, rest) = number(rest.trim_start_matches(|c| Some(c) == sign), if sign.is_some() { 1 } else { 2 }, 2)?;
    let (day, rest) =
        number(sign.map_or(Some(rest), |sign| rest.strip_prefix(sign))?, if sign.is_some() { 1 } else { 2 }, 2)?;
    let ends = !rest.starts_with(|c: char| c.is_ascii_digit());
    let year = i32::try_from(year).ok().filter(|year| (1970..=9999).contains(year) && ends)?;
    NaiveDate::from_ymd_opt(year, month, day).filter(|day| !date::is_nothing(*day))
}

/// The number of `fewest` to `most` digits that a text begins with, and what follows.
fn number(text: &str, fewest: usize, most: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(length).filter(|_| length >= fewest)?;
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(written: &str, zone: Tz) -> Option<String> {
        date::parse(written, zone).map(|date| date.to_rfc3339())
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
            // What YAML 1.1 calls a timestamp (its type repository), beyond those.
            ("2001-12-15T02:59:43.1Z", "2001-12-15T02:59:43.100+00:00"),
            ("2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.100-05:00"),
            ("2001-12-14 21:59:43.10 -5", "2001-12-14T21:59:43.100-05:00"),
            ("2001-12-14 21:59:43 Z", "2001-12-14T21:59:43+00:00"),
            ("2001-12-15 2:59:43.10", "2001-12-15T02:59:43.100+08:00"),
            ("2001-1-5 2:59:43", "2001-01-05T02:59:43+08:00"),
            ("2001-12-14 21:59:43 +05:30", "2001-12-14T21:59:43+05:30"),
            ("2002-12-14", "2002-12-14T00:00:00+08:00"),
            // What people write.
            ("2024/3/5 8:05", "2024-03-05T08:05:00+08:00"),
            ("2024年3月5日 20:30", "2024-03-05T20:30:00+08:00"),
            ("Tue, 05 Mar 2024 20:30:00 +0800", "2024-03-05T20:30:00+08:00"),
            ("20240305", "2024-03-05T00:00:00+08:00"),
            ("1709613000", "2024-03-05T12:30:00+08:00"),
        ] {
            assert_eq!(parsed(written, Tz::Asia__Shanghai).as_deref(), Some(meant), "{written}");
        }
        for odd in [
            "",
            "0000-00-00",
            "0000-00-00 00:00:00",
            "2023-02-30",
            "yesterday",
            "+12023-01-01",
            "0001-01-01",
            "1970-01-01",
            "-0001-11-30",
            "5",
        ] {
            assert_eq!(parsed(odd, Tz::Asia__Shanghai), None, "{odd}");
        }
    }

    #[test]
    fn names_of_files_begin_with_a_day_or_not() {
        for (path, day) in [
            ("posts/2026-05-09-x.md", Some((2026, 5, 9))),
            ("2026-05-09.md", Some((2026, 5, 9))),
            ("posts/2026-5-9 观察.md", Some((2026, 5, 9))),
            ("posts/20260509.md", Some((2026, 5, 9))),
            ("posts/2026_05_09_x.md", Some((2026, 5, 9))),
            ("posts/2026.05.09.md", Some((2026, 5, 9))),
            ("posts/2026-05-091.md", None),
            ("posts/1970-01-01.md", None),
            ("posts/2026-13-01.md", None),
            ("posts/2026-02-30.md", None),
            ("posts/2026059.md", None),
            ("posts/992.md", None),
            ("2026-05-09/x.md", None),
            ("posts/x-2026-05-09.md", None),
            ("", None),
        ] {
            let meant = day.and_then(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day));
            assert_eq!(of_name(path), meant, "{path}");
        }
    }
}
