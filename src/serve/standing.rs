//! A trouble of serving that stands for a while: told when it begins, when it becomes another, and when it is over.

use crate::telemetry::StandingTrouble;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is wrong now, if anything.
#[derive(Debug, Default)]
pub(super) struct ServingTrouble(Mutex<ToldTrouble>);

#[derive(Debug, Default)]
struct ToldTrouble {
    trouble: StandingTrouble,
    /// In words, and when it was last seen.
    seen: Option<(String, Instant)>,
}

impl ServingTrouble {
    /// What is wrong now.
    pub(super) fn text(&self) -> Option<String> {
        self.told().seen.as_ref().map(|(text, _)| text.clone())
    }

    /// It is seen. Whether that was told is returned.
    pub(super) fn stands(&self, text: String) -> bool {
        let (mut told, now) = (self.told(), Instant::now());
        let is_news = told.trouble.stands(&text, now);
        if is_news {
            tracing::error!("{text}");
        }
        told.seen = Some((text, now));
        is_news
    }

    /// It was not seen for so long that it is over. Whether that was told is returned.
    pub(super) fn is_over(&self, unseen: Duration) -> bool {
        let (mut told, now) = (self.told(), Instant::now());
        if told.seen.as_ref().is_some_and(|(_, seen)| now.saturating_duration_since(*seen) < unseen) {
            return false;
        }
        let (seen, lasted) = (told.seen.take(), told.trouble.over(now));
        if let Some(((text, _), lasted)) = seen.zip(lasted) {
            tracing::info!(%lasted, "over: {text}");
        }
        lasted.is_some()
    }

    fn told(&self) -> MutexGuard<'_, ToldTrouble> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_is_told_when_it_begins_changes_and_ends() {
        let standing = ServingTrouble::default();
        let stands = |text: &str| standing.stands(text.to_owned());
        assert!(!standing.is_over(Duration::ZERO));
        assert_eq!([stands("a"), stands("a"), stands("b"), stands("b")], [true, false, true, false]);
        assert!(!standing.is_over(Duration::from_hours(1)), "it was seen a moment ago");
        assert_eq!(standing.text().as_deref(), Some("b"));
        assert_eq!([standing.is_over(Duration::ZERO), standing.is_over(Duration::ZERO)], [true, false]);
        assert_eq!((standing.text(), stands("b")), (None, true));
    }
}
