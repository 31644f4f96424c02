//! Work that many requests wait for is done once, and only so much of it at a time.
//!
//! A disk that hangs keeps a few threads, no more; who waits for it is told to come again, and prepared answers are not
//! among those.

use futures::FutureExt;
use futures::future::Shared;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout};

/// Works under way or waiting for their turn; one more is refused.
const MOST: usize = 4096;

/// It cannot be had now: too much waits already, or what is waited for takes too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Busy;

/// Works by what they are about.
#[derive(Debug)]
pub(super) struct Flights<T> {
    under_way: Arc<Mutex<HashMap<String, Flight<T>>>>,
    turns: Arc<Semaphore>,
    patience: Duration,
}

/// A work and what will come of it.
#[derive(Debug)]
struct Flight<T> {
    began: Instant,
    landing: Shared<oneshot::Receiver<T>>,
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    /// So many works at a time, each waited for so long.
    pub(super) fn new(at_once: usize, patience: Duration) -> Self {
        Self { under_way: Arc::default(), turns: Arc::new(Semaphore::new(at_once)), patience }
    }

    /// What comes of a work, which is begun unless it is under way. It goes on when nobody waits for it any more.
    pub(super) async fn join(&self, about: String, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let landing = self.landing(about, work)?;
        // A work that panicked lands nowhere.
        timeout(self.patience, landing).await.ok().and_then(Result::ok).ok_or(Busy)
    }

    fn landing(
        &self,
        about: String,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Shared<oneshot::Receiver<T>>, Busy> {
        let mut under_way = lock(&self.under_way);
        if let Some(flight) = under_way.get(&about) {
            // Nobody need wait for what others waited for in vain.
            return if flight.began.elapsed() < self.patience { Ok(flight.landing.clone()) } else { Err(Busy) };
        }
        if under_way.len() >= MOST {
            return Err(Busy);
        }
        let (land, landing) = oneshot::channel();
        let landing = landing.shared();
        let leave = FlightGuard { under_way: Arc::clone(&self.under_way), about: about.clone() };
        under_way.insert(about, Flight { began: Instant::now(), landing: landing.clone() });
        let turns = Arc::clone(&self.turns);
        tokio::spawn(async move {
            // The turns are never called off.
            let turn = turns.acquire_owned().await;
            let done = tokio::task::spawn_blocking(move || (work(), turn)).await;
            // Off the list first: who comes now finds what the work left behind.
            drop(leave);
            if let Ok((result, _turn)) = done {
                // Nobody may be waiting any more.
                let _ = land.send(result);
            }
        });
        Ok(landing)
    }
}

/// Takes a work off the list when its task ends, however it ends.
struct FlightGuard<T> {
    under_way: Arc<Mutex<HashMap<String, Flight<T>>>>,
    about: String,
}

impl<T> Drop for FlightGuard<T> {
    fn drop(&mut self) {
        lock(&self.under_way).remove(&self.about);
    }
}

/// What is locked here is whole after every statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc;

    /// Long enough for any machine; reached only where something hangs.
    const PATIENCE: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn many_who_want_the_same_get_it_from_one_work() {
        let flights = Flights::new(2, PATIENCE);
        let (works, (go, gone)) = (Arc::new(AtomicU32::new(0)), mpsc::channel::<()>());
        let gone = Arc::new(Mutex::new(gone));
        let join = |about: &str| {
            let (works, gone) = (Arc::clone(&works), Arc::clone(&gone));
            flights.join(about.to_owned(), move || {
                gone.lock().unwrap().recv().unwrap();
                works.fetch_add(1, Ordering::Relaxed)
            })
        };
        let all = futures::future::join_all((0..500).map(|_| join("a")));
        let later = async {
            tokio::task::yield_now().await;
            go.send(()).unwrap();
        };
        let (results, ()) = futures::future::join(all, later).await;
        assert!(results.iter().all(|result| *result == Ok(0)), "{results:?}");
        go.send(()).unwrap();
        assert_eq!(join("a").await, Ok(1), "what has landed is not waited for again");
        assert!(lock(&flights.under_way).is_empty());
    }

    #[tokio::test]
    async fn works_that_hang_keep_their_turns_and_nothing_else() {
        let flights = Flights::new(2, Duration::from_millis(20));
        let hang = |about: &str| {
            let (go, gone) = mpsc::channel::<()>();
            (go, flights.join(about.to_owned(), move || gone.recv().is_ok()))
        };
        let ((of_a, a), (of_b, b), (of_c, c)) = (hang("a"), hang("b"), hang("c"));
        assert_eq!(futures::future::join3(a, b, c).await, (Err(Busy), Err(Busy), Err(Busy)));
        // Nobody waits again for what hangs.
        assert_eq!(flights.landing("a".to_owned(), || false).map(drop), Err(Busy));
        assert_eq!(lock(&flights.under_way).len(), 3);
        // One that comes to its end gives its turn to the next.
        let patient = Flights {
            patience: PATIENCE,
            under_way: Arc::clone(&flights.under_way),
            turns: Arc::clone(&flights.turns),
        };
        let d = patient.join("d".to_owned(), || true);
        let go = async {
            tokio::task::yield_now().await;
            of_b.send(()).unwrap();
            drop(of_c);
        };
        assert_eq!(futures::future::join(d, go).await.0, Ok(true));
        drop(of_a);
    }

    #[tokio::test]
    async fn what_waits_is_bounded_and_a_panic_ends_only_its_own() {
        let flights = Flights::new(1, PATIENCE);
        let (go, gone) = mpsc::channel::<()>();
        let first = flights.landing("first".to_owned(), move || _ = gone.recv()).unwrap();
        for number in 1..MOST {
            assert!(flights.landing(number.to_string(), || ()).is_ok());
        }
        assert_eq!(flights.landing("one more".to_owned(), || ()).map(drop), Err(Busy));
        go.send(()).unwrap();
        first.await.unwrap();
        let panicking = flights.join("panic".to_owned(), || panic!("a test"));
        assert_eq!(panicking.await, Err(Busy));
        assert_eq!(flights.join("panic".to_owned(), || ()).await, Ok(()));
    }
}
