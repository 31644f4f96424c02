//! Room for large bodies: most bodies are small and may all be in memory at once; of the others only a few may, whoever
//! reads them.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// Up to this a body needs no room: as many as there are connections may be held.
pub(super) const SMALL: usize = 512 * 1024;

/// Large bodies at once. Each may hold what its reader allows twice, as sent and unpacked.
const LARGE_AT_ONCE: usize = 2;

/// The right to hold a large body, once it was asked for; given back when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Room {
    all: Arc<Semaphore>,
    held: Option<Arc<OwnedSemaphorePermit>>,
    /// Whether there was none until the deadline.
    pub(super) denied: bool,
}

impl Default for Room {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(LARGE_AT_ONCE)), held: None, denied: false }
    }
}

impl Room {
    /// The right that another body asks for, among the same few.
    pub(super) fn another(&self) -> Self {
        Self { all: Arc::clone(&self.all), held: None, denied: false }
    }

    /// Waits until there is room, or the deadline.
    pub(super) async fn grow(&mut self, deadline: Instant) -> bool {
        if self.held.is_some() {
            return true;
        }
        match timeout_at(deadline, Arc::clone(&self.all).acquire_owned()).await {
            Ok(Ok(permit)) => self.held = Some(Arc::new(permit)),
            _ => self.denied = true,
        }
        self.held.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_few_large_bodies_are_held_at_once() {
        let first = Room::default();
        let past = Instant::now();
        let mut held = Vec::new();
        for _ in 0..LARGE_AT_ONCE {
            let mut room = first.another();
            assert!(room.grow(past).await);
            assert!(room.grow(past).await, "once is enough");
            held.push(room.clone());
        }
        let mut late = first.another();
        assert!(!late.grow(past).await);
        assert!(late.denied);
        held.pop();
        assert!(late.grow(past).await);
    }
}
