//! Until when may be asked: whoever asks under a lease asks nobody once it may be another's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Open until some moment, which may be moved. By a clock that goes on while the process stands still.
#[derive(Debug, Clone)]
pub struct Gate {
    began: Instant,
    /// Milliseconds after it began.
    until: Arc<AtomicU64>,
}

impl Gate {
    /// One that is shut.
    pub fn shut() -> Self {
        Self { began: Instant::now(), until: Arc::default() }
    }

    /// Opens it until a moment.
    pub fn open_until(&self, until: Instant) {
        let until = until.saturating_duration_since(self.began).as_millis();
        self.until.store(u64::try_from(until).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// How much longer it is open, if it is.
    pub fn left(&self) -> Option<Duration> {
        let until = self.began.checked_add(Duration::from_millis(self.until.load(Ordering::SeqCst)))?;
        until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_open_until_then_and_no_longer() {
        let gate = Gate::shut();
        assert_eq!(gate.left(), None);
        gate.open_until(Instant::now() + Duration::from_hours(1));
        assert!(gate.left().is_some_and(|left| left > Duration::from_mins(59)));
        let other = gate.clone();
        other.open_until(gate.began);
        assert_eq!(gate.left(), None);
    }
}
