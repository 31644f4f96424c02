//! Numbers and times as a person would say them.

use std::fmt::{self, Display};
use std::time::Duration;

/// A number of things: `1 post`, `2 entries`.
pub(super) struct Count(pub(super) usize, pub(super) &'static str);

impl Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, thing) = *self;
        match thing.strip_suffix('y') {
            _ if count == 1 => write!(f, "{count} {thing}"),
            Some(stem) => write!(f, "{count} {stem}ies"),
            None if thing.ends_with(['s', 'x']) => write!(f, "{count} {thing}es"),
            None => write!(f, "{count} {thing}s"),
        }
    }
}

/// The same for a count of the store.
pub(super) fn counted(count: u64, thing: &'static str) -> Count {
    Count(usize::try_from(count).unwrap_or(usize::MAX), thing)
}

/// A duration with two figures that say something: `7 ms`, `0.4 s`, `12 s`, `3 min`, `2 h 5 min`, `4 d`.
pub(super) fn duration(duration: Duration) -> String {
    let (seconds, ms) = (duration.as_secs(), duration.as_millis());
    let rounded = |unit: u64| (seconds + unit / 2) / unit;
    match seconds {
        0 if ms < 100 => format!("{ms} ms"),
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..100 => format!("{} s", (ms + 500) / 1000),
        100..3570 => format!("{} min", rounded(60)),
        3570..86_370 => match (rounded(60) / 60, rounded(60) % 60) {
            (hours, 0) => format!("{hours} h"),
            (hours, minutes) => format!("{hours} h {minutes} min"),
        },
        _ => format!("{} d", rounded(86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_english() {
        let told = [
            Count(1, "entry"),
            Count(0, "entry"),
            Count(2, "complaint"),
            Count(1, "complaint"),
            Count(3, "index"),
            Count(1, "index"),
        ];
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["1 entry", "0 entries", "2 complaints", "1 complaint", "3 indexes", "1 index"]);
    }

    #[test]
    fn durations_are_rounded_as_a_person_would() {
        for (ms, told) in [
            (0, "0 ms"),
            (99, "99 ms"),
            (100, "0.1 s"),
            (1449, "1.4 s"),
            (12_499, "12 s"),
            (99_000, "99 s"),
            (150_000, "3 min"),
            (3_600_000, "1 h"),
            (7_500_000, "2 h 5 min"),
            (86_400_000, "1 d"),
            (345_600_000, "4 d"),
        ] {
            assert_eq!(duration(Duration::from_millis(ms)), told, "{ms}");
        }
    }
}
