//! How often a feed asks to be fetched: `ttl`, `skipHours`, `skipDays` and the syndication module of RSS 1.0.

use crate::model::Rhythm;
use chrono::Weekday;
use std::time::Duration;

/// Longest `ttl` in minutes that is believed: a year.
const MAX_TTL: u64 = 366 * 24 * 60;

/// Rhythm as it is gathered.
#[derive(Debug, Default)]
pub(super) struct AskedRhythm {
    rhythm: Rhythm,
    period: Option<Duration>,
    frequency: Option<u32>,
}

impl AskedRhythm {
    /// Minutes.
    pub(super) fn ttl(&mut self, text: &str) {
        let minutes = text.trim().parse().ok().filter(|minutes| (1..=MAX_TTL).contains(minutes));
        self.rhythm.ttl = self.rhythm.ttl.or(minutes.map(|minutes: u64| Duration::from_secs(minutes * 60)));
    }

    /// 24 is midnight, too.
    pub(super) fn skip_hour(&mut self, text: &str) {
        if let Some(hour) = text.trim().parse::<u8>().ok().filter(|hour| *hour <= 24).map(|hour| hour % 24)
            && !self.rhythm.skip_hours.contains(&hour)
        {
            self.rhythm.skip_hours.push(hour);
        }
    }

    pub(super) fn skip_day(&mut self, text: &str) {
        if let Ok(day) = text.trim().parse::<Weekday>()
            && !self.rhythm.skip_days.contains(&day)
        {
            self.rhythm.skip_days.push(day);
        }
    }

    pub(super) fn period(&mut self, text: &str) {
        let hours = match text.trim().to_ascii_lowercase().as_str() {
            "hourly" => 1,
            "daily" => 24,
            "weekly" => 7 * 24,
            "monthly" => 30 * 24,
            "yearly" => 365 * 24,
            _ => return,
        };
        self.period = Some(Duration::from_hours(hours));
    }

    pub(super) fn frequency(&mut self, text: &str) {
        self.frequency = text.trim().parse().ok().filter(|times| *times > 0);
    }

    pub(super) fn into_rhythm(self) -> Rhythm {
        // A frequency alone counts days (RSS 1.0, module Syndication).
        let period = self.period.or(self.frequency.map(|_| Duration::from_hours(24)));
        Rhythm { update_period: period.map(|period| period / self.frequency.unwrap_or(1)), ..self.rhythm }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_understood_or_ignored() {
        let mut asked = AskedRhythm::default();
        asked.ttl(" 60 ");
        asked.ttl("-1");
        for hour in ["0", "24", "7", "25", "x"] {
            asked.skip_hour(hour);
        }
        for day in ["Saturday", "sunday", "someday"] {
            asked.skip_day(day);
        }
        asked.period("daily");
        asked.frequency("4");
        let rhythm = asked.into_rhythm();
        assert_eq!(rhythm.ttl, Some(Duration::from_hours(1)));
        assert_eq!(rhythm.skip_hours, [0, 7]);
        assert_eq!(rhythm.skip_days, [Weekday::Sat, Weekday::Sun]);
        assert_eq!(rhythm.update_period, Some(Duration::from_hours(6)));
        assert_eq!(AskedRhythm::default().into_rhythm(), Rhythm::default());
    }
}
