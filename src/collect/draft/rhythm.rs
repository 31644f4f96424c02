//! When the next post of a digest is due, by the days and hours of its last ones.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Timelike, Weekday};

/// How many of the last posts tell the rhythm, and how few of them are too few.
const LOOKED_AT: usize = 15;
const FEWEST: usize = 3;

/// How many of the last posts tell the hour.
const TIMES: usize = 7;

/// On which days posts appear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PostRhythm {
    /// Every day.
    Daily,
    /// Monday to Friday.
    Weekdays,
    /// Once a week.
    Weekly(Weekday),
    /// None is known.
    Irregular,
}

impl PostRhythm {
    /// The rhythm of posts by their days, the oldest first.
    pub(super) fn of(days: &[NaiveDate]) -> Self {
        let last = days.get(days.len().saturating_sub(LOOKED_AT)..).unwrap_or_default();
        let mut days = last.to_vec();
        days.dedup();
        // Whoever posts several times a day posts today, not tomorrow.
        let are_several_a_day = (last.len() - days.len()) * 5 > last.len();
        if days.len() < FEWEST || are_several_a_day {
            return Self::Irregular;
        }
        let mut gaps: Vec<i64> = days.iter().zip(days.iter().skip(1)).map(|(a, b)| (*b - *a).num_days()).collect();
        gaps.sort_unstable();
        let weekends = days.iter().filter(|day| is_weekend(**day)).count();
        match gaps.get((gaps.len() - 1) / 2) {
            Some(1) if weekends == 0 && skips_a_weekend(&days) => Self::Weekdays,
            Some(1) => Self::Daily,
            Some(7) => weekday_of_most(&days).map_or(Self::Irregular, Self::Weekly),
            _ => Self::Irregular,
        }
    }

    /// The day of the next post: after the last one, and never before today.
    pub(super) fn next(self, last: Option<NaiveDate>, today: NaiveDate) -> NaiveDate {
        let following = last.and_then(|last| last.checked_add_days(Days::new(1))).unwrap_or(today).max(today);
        let is_right = |day: &NaiveDate| match self {
            Self::Daily | Self::Irregular => true,
            Self::Weekdays => !is_weekend(*day),
            Self::Weekly(weekday) => day.weekday() == weekday,
        };
        match self {
            Self::Irregular => last.unwrap_or(today).max(today),
            _ => following.iter_days().take(7).find(is_right).unwrap_or(following),
        }
    }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Whether a weekend lies between two of the days.
fn skips_a_weekend(days: &[NaiveDate]) -> bool {
    days.iter().zip(days.iter().skip(1)).any(|(a, b)| a.iter_days().take_while(|day| day < b).any(is_weekend))
}

/// The weekday of at least two thirds of the days.
fn weekday_of_most(days: &[NaiveDate]) -> Option<Weekday> {
    let on = |weekday: Weekday| days.iter().filter(|day| day.weekday() == weekday).count();
    let most = days.iter().rev().map(Datelike::weekday).max_by_key(|weekday| on(*weekday))?;
    (on(most) * 3 >= days.len() * 2).then_some(most)
}

/// The usual hour and minute of posts, by their times, the oldest first: what several of the last have, else the middle.
pub(super) fn usual_time(times: &[NaiveTime]) -> NaiveTime {
    let last = times.get(times.len().saturating_sub(TIMES)..).unwrap_or_default();
    let to_minute = |time: &NaiveTime| time.with_second(0).and_then(|time| time.with_nanosecond(0)).unwrap_or(*time);
    let mut times: Vec<NaiveTime> = last.iter().map(to_minute).collect();
    let often = |time: &NaiveTime| times.iter().filter(|other| *other == time).count();
    if let Some(most) = times.iter().max_by_key(|time| often(time)).filter(|time| often(time) > 1) {
        return *most;
    }
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or(NaiveTime::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn next(days: &[&str], today: &str) -> String {
        let days: Vec<NaiveDate> = days.iter().map(|text| day(text)).collect();
        PostRhythm::of(&days).next(days.last().copied(), day(today)).to_string()
    }

    #[test]
    fn the_next_day_follows_the_rhythm() {
        let daily = ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-24", "2026-11-25", "2026-11-26"];
        // 2026-11-26 is a Thursday.
        let weekdays =
            ["2026-11-19", "2026-11-20", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"];
        let weekly = ["2026-10-30", "2026-11-06", "2026-11-14", "2026-11-20", "2026-11-27"];
        let irregular = ["2023-05-20", "2023-06-12", "2024-03-31", "2025-02-21", "2026-01-08"];
        for (days, today, expected) in [
            (&daily[..], "2026-11-26", "2026-11-27"),
            // A pause is not made up for.
            (&daily, "2026-12-05", "2026-12-05"),
            (&weekdays, "2026-11-27", "2026-11-30"),
            (&weekdays, "2026-11-28", "2026-11-30"),
            (&weekdays, "2026-12-02", "2026-12-02"),
            (&weekly, "2026-11-27", "2026-12-04"),
            (&weekly, "2026-12-09", "2026-12-11"),
            (&irregular, "2026-11-26", "2026-11-26"),
            // A post that waits for its date is the last one.
            (&["2026-11-30"], "2026-11-26", "2026-11-30"),
            (&[], "2026-11-26", "2026-11-26"),
            // Several a day.
            (
                &["2026-11-24", "2026-11-24", "2026-11-25", "2026-11-25", "2026-11-26", "2026-11-26"],
                "2026-11-26",
                "2026-11-26",
            ),
        ] {
            assert_eq!(next(days, today), expected, "{days:?} {today}");
        }
    }

    #[test]
    fn the_usual_time_is_that_of_most_or_the_middle() {
        let usual = |times: &[&str]| {
            usual_time(&times.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>()).to_string()
        };
        assert_eq!(usual(&["20:30:00", "08:00:00", "20:30:07"]), "20:30:00");
        assert_eq!(usual(&["20:50:03", "18:17:51", "19:50:00"]), "19:50:00");
        assert_eq!(usual(&["00:00:00", "00:00:00"]), "00:00:00");
        assert_eq!(usual(&[]), "00:00:00");
    }

    proptest! {
        #[test]
        fn it_is_after_the_last_and_never_before_today(
            gaps in prop::collection::vec(0_u64..12, 0..30), today in 0_u64..400,
        ) {
            let first = day("2026-01-01");
            let mut at = first;
            let days: Vec<NaiveDate> = gaps.iter().map(|gap| { at = at + Days::new(*gap); at }).collect();
            let today = first + Days::new(today);
            let rhythm = PostRhythm::of(&days);
            let next = rhythm.next(days.last().copied(), today);
            prop_assert!(next >= today);
            match days.last() {
                Some(last) if rhythm == PostRhythm::Irregular => prop_assert!(next >= *last),
                Some(last) => prop_assert!(next > *last),
                None => prop_assert_eq!(next, today),
            }
        }
    }
}
