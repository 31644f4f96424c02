//! A trouble that stands for a while: it is news when it begins and when it changes, and once more when it is over.

use std::fmt;
use std::time::{Duration, Instant};

/// Something that may be wrong. Who looks at it again and again asks here whether there is something to tell.
#[derive(Debug, Default)]
pub struct StandingTrouble(Option<TroubleSince>);

#[derive(Debug)]
struct TroubleSince {
    what: String,
    since: Instant,
}

impl StandingTrouble {
    /// It stands. Whether that, in these words, is news.
    pub fn stands(&mut self, what: &str, now: Instant) -> bool {
        let since = match &self.0 {
            Some(standing) if standing.what == what => return false,
            Some(standing) => standing.since,
            None => now,
        };
        self.0 = Some(TroubleSince { what: what.to_owned(), since });
        true
    }

    /// All is well. How long the trouble lasted, where there was one.
    pub fn over(&mut self, now: Instant) -> Option<Lasted> {
        let standing = self.0.take()?;
        Some(Lasted(now.saturating_duration_since(standing.since)))
    }
}

/// How long something lasted, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasted(pub Duration);

impl fmt::Display for Lasted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        match seconds {
            0..60 => write!(f, "{seconds} s"),
            60..3600 => write!(f, "{minutes} min"),
            3600..86_400 => write!(f, "{hours} h {} min", minutes % 60),
            _ => write!(f, "{days} d {} h", hours % 24),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_news_when_it_begins_changes_and_ends() {
        let (mut trouble, began) = (StandingTrouble::default(), Instant::now());
        let at = |seconds| began + Duration::from_secs(seconds);
        assert_eq!(trouble.over(at(0)), None);
        assert!(trouble.stands("disk full", at(0)));
        assert!(!trouble.stands("disk full", at(60)));
        assert!(trouble.stands("disk gone", at(120)));
        assert!(!trouble.stands("disk gone", at(180)));
        assert_eq!(trouble.over(at(240)).unwrap().to_string(), "4 min", "since it began, not since it changed");
        assert_eq!(trouble.over(at(300)), None);
        assert!(trouble.stands("disk gone", at(360)), "it is back");
    }

    #[test]
    fn times_are_told_as_people_say_them() {
        let told = |seconds| Lasted(Duration::from_secs(seconds)).to_string();
        assert_eq!([told(0), told(59), told(60), told(3599)], ["0 s", "59 s", "1 min", "59 min"]);
        assert_eq!([told(3600), told(86_399), told(86_400 * 3)], ["1 h 0 min", "23 h 59 min", "3 d 0 h"]);
    }
}
