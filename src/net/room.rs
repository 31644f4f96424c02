//! Room for large bodies: most bodies are small and may all be in memory at once; the larger they are, the fewer of them
//! may, whoever reads them.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// How many bodies above a size may be held at once. A body takes a place of each size that it outgrows, in this order and
/// never the other way round, so that nobody waits in a circle.
const SIZES: [(usize, usize); 2] = [(256 << 10, 8), (2 << 20, 2)];

/// The right to hold a body of some size; given back when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Room {
    all: Arc<[Arc<Semaphore>]>,
    held: Vec<Arc<OwnedSemaphorePermit>>,
    /// Whether there was no place until the deadline.
    pub(super) denied: bool,
}

impl Default for Room {
    fn default() -> Self {
        let all = SIZES.iter().map(|(_, at_once)| Arc::new(Semaphore::new(*at_once))).collect();
        Self { all, held: Vec::new(), denied: false }
    }
}

impl Room {
    /// The right that another body asks for, among the same places.
    pub(super) fn another(&self) -> Self {
        Self { all: Arc::clone(&self.all), held: Vec::new(), denied: false }
    }

    /// What may be held without asking for more.
    pub(super) fn bytes(&self) -> usize {
        SIZES.get(self.held.len()).map_or(usize::MAX, |(size, _)| *size)
    }

    /// Waits until there is room for so many bytes, or the deadline.
    pub(super) async fn grow(&mut self, bytes: usize, deadline: Instant) -> bool {
        while bytes > self.bytes() {
            let Some(places) = self.all.get(self.held.len()) else { return true };
            let Ok(Ok(place)) = timeout_at(deadline, Arc::clone(places).acquire_owned()).await else {
                self.denied = true;
                return false;
            };
            self.held.push(Arc::new(place));
        }
        true
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
        for _ in 0..2 {
            let mut room = first.another();
            assert!(room.grow(15 << 20, past).await);
            assert!(room.grow(15 << 20, past).await, "once is enough");
            held.push(room.clone());
        }
        let mut late = first.another();
        assert!(late.grow(200 << 10, past).await && late.grow(1 << 20, past).await, "smaller ones go on");
        assert!(!late.grow(3 << 20, past).await);
        assert!(late.denied);
        held.pop();
        assert!(late.grow(3 << 20, past).await);
    }
}
