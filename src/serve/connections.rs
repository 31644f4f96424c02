//! The connections of a listener: accepted, watched, and closed when they are too slow, too many, or it is time to stop.
//!
//! One sweep looks at all of them now and then; a slow client costs its place for a while and nothing else.

use super::options::Limits;
use super::watch::{Clock, Phase, Watch, Watched};
use hyper::server::conn::http1;
use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// The sweep's longest interval; a shorter limit makes it a quarter of that.
const SWEEP: Duration = Duration::from_millis(500);

/// hyper takes no smaller buffer.
const SMALLEST_HEAD: usize = 8192;

/// How long accepting rests after an error, such as too many open files.
const REST: Duration = Duration::from_millis(50);

/// The open connections of a listener.
#[derive(Debug)]
struct Connections {
    limits: Limits,
    sweep: Duration,
    clock: Arc<Clock>,
    open: Mutex<HashMap<u64, (Arc<Watch>, AbortHandle)>>,
}

/// How HTTP is spoken within limits.
pub(super) fn protocol(limits: &Limits) -> http1::Builder {
    let mut protocol = http1::Builder::new();
    // The sweep sees to time; hyper's own timer would be set anew for every request.
    protocol.header_read_timeout(None).max_buf_size(limits.head_bytes.max(SMALLEST_HEAD)).half_close(false);
    protocol
}

/// Serves the connections of a listener until `shutdown`, and then those that have an answer under way.
///
/// `speak` speaks HTTP on a connection to its end; it tells the watch when a request came and when its answer is made.
/// `counted` is told now and then how many connections are open.
pub(super) async fn serve<F>(
    listener: TcpListener,
    limits: &Limits,
    shutdown: impl Future<Output = ()>,
    speak: impl Fn(Watched, Arc<Watch>) -> F,
    counted: impl Fn(usize),
) where
    F: Future<Output = ()> + Send + 'static,
{
    let shortest = limits.head.min(limits.idle).min(limits.stalled);
    let connections = Arc::new(Connections {
        limits: limits.clone(),
        sweep: (shortest / 4).clamp(Duration::from_millis(1), SWEEP),
        clock: Arc::default(),
        open: Mutex::default(),
    });
    let mut shutdown = std::pin::pin!(shutdown);
    let mut sweep = tokio::time::interval(connections.sweep);
    sweep.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut number = 0_u64;
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            _ = sweep.tick() => counted(connections.sweep()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    number += 1;
                    connections.make_room();
                    connections.begin(number, stream, &speak);
                }
                Err(error) => {
                    // A client that went away is nothing; too many open files are, and idle clients hold most of them.
                    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
                        tracing::warn!(%error, "cannot accept a connection");
                        connections.let_idle_go(connections.count() / 16 + 1);
                        tokio::time::sleep(REST).await;
                    }
                }
            },
        }
    }
    drop(listener);
    connections.finish().await;
}

impl Connections {
    fn begin<F>(self: &Arc<Self>, number: u64, stream: TcpStream, speak: impl Fn(Watched, Arc<Watch>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let watch = Arc::new(Watch::new(Arc::clone(&self.clock)));
        let spoken = speak(Watched::new(stream, Arc::clone(&watch)), Arc::clone(&watch));
        let leave = Leave { connections: Arc::clone(self), number };
        // On the list before it may leave it.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let task = tokio::spawn(async move {
            let _leave = leave;
            spoken.await;
        });
        open.insert(number, (watch, task.abort_handle()));
    }

    fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// How many sweeps a time is.
    fn sweeps(&self, time: Duration) -> u64 {
        u64::try_from(time.as_nanos().div_ceil(self.sweep.as_nanos())).unwrap_or(u64::MAX).max(1)
    }

    /// Closes connections that are overdue. Returns how many there are.
    fn sweep(&self) -> usize {
        let now = self.clock.tick();
        let overdue = |(watch, task): &(Arc<Watch>, AbortHandle)| {
            let (phase, since, began) = watch.state();
            let is_slow = match phase {
                Phase::Head => now.saturating_sub(since) > self.sweeps(self.limits.head),
                Phase::Idle => now.saturating_sub(since) > self.sweeps(self.limits.idle),
                Phase::Sending => now.saturating_sub(since) > self.sweeps(self.limits.stalled),
                Phase::Making => false,
            };
            let is_long = phase != Phase::Idle
                && phase != Phase::Head
                && now.saturating_sub(began) > self.sweeps(self.limits.answer);
            if is_slow || is_long {
                task.abort();
            }
        };
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().for_each(overdue);
        open.len()
    }

    /// At the limit, those that were idle longest make way: some at once, for finding them means to look at all.
    fn make_room(&self) {
        let count = self.count();
        if count >= self.limits.connections {
            self.let_idle_go(count - self.limits.connections + 1 + count / 64);
        }
    }

    fn let_idle_go(&self, count: usize) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = |(number, (watch, _)): (&u64, &(Arc<Watch>, AbortHandle))| {
            let (phase, since, _) = watch.state();
            matches!(phase, Phase::Head | Phase::Idle).then_some((since, *number))
        };
        let mut waiting: Vec<(u64, u64)> = open.iter().filter_map(waiting).collect();
        waiting.sort_unstable();
        for (_, number) in waiting.iter().take(count) {
            if let Some((_, task)) = open.get(number) {
                task.abort();
            }
        }
    }

    /// Lets answers under way be finished, for a while.
    async fn finish(&self) {
        self.clock.close();
        let until = tokio::time::Instant::now() + self.limits.grace;
        self.let_idle_go(usize::MAX);
        while self.count() > 0 && tokio::time::Instant::now() < until {
            tokio::time::sleep(self.sweep.min(Duration::from_millis(20))).await;
        }
        for (_, task) in self.open.lock().unwrap_or_else(PoisonError::into_inner).values() {
            task.abort();
        }
    }
}

/// Takes a connection off the list when its task ends, however it ends.
struct Leave {
    connections: Arc<Connections>,
    number: u64,
}

impl Drop for Leave {
    fn drop(&mut self) {
        self.connections.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}
