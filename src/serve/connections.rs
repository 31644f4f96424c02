//! The connections of a listener: accepted, watched, and closed when they are too slow, too many, or it is time to stop.
//!
//! One sweep looks at all of them now and then; a slow client costs its place for a while and nothing else.

use super::options::Limits;
use super::standing::ServingTrouble;
use super::watch::{Activity, SweepClock, Watch, Watched};
use hyper::server::conn::http1;
use rustix::process::{Resource, getrlimit};
use std::collections::HashMap;
use std::future::Future;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::atomic::{AtomicU64, Ordering};
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

/// How often others get their turn before one that is to make way must have ended.
const TURNS: u32 = 16;

/// A trouble that was not seen for so long is over.
const CALM: Duration = Duration::from_secs(10);

/// What one too many is answered.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncache-control: no-store\r\n\
                      connection: close\r\ncontent-length: 0\r\n\r\n";

/// The open connections of a listener.
#[derive(Debug)]
struct Connections {
    limits: Limits,
    /// Open at once.
    most: usize,
    sweep: Duration,
    clock: Arc<SweepClock>,
    open: Mutex<HashMap<u64, (Arc<Watch>, AbortHandle)>>,
    /// When all were last found busy: the sweep that comes next, so that not each one too many has all of them looked at.
    full: AtomicU64,
    /// What keeps new ones out.
    kept_out: ServingTrouble,
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
        most: limits.connections.min(most_descriptors() / 2).max(1),
        limits: limits.clone(),
        sweep: (shortest / 4).clamp(Duration::from_millis(1), SWEEP),
        clock: Arc::default(),
        open: Mutex::default(),
        full: AtomicU64::default(),
        kept_out: ServingTrouble::default(),
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
                    if connections.make_room().await {
                        connections.begin(number, stream, &speak);
                    } else {
                        turn_away(stream);
                    }
                }
                Err(error) => {
                    // A client that went away is nothing; too many open files are, and idle clients hold most of them.
                    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
                        connections.kept_out.stands(format!("no connection can be accepted: {error}"));
                        let _ = connections.let_idle_go(connections.count() / 16 + 1);
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
        let leave = ConnectionGuard { connections: Arc::clone(self), number };
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
            let (activity, since, began) = watch.state();
            let is_slow = match activity {
                Activity::Head => now.saturating_sub(since) > self.sweeps(self.limits.head),
                Activity::Idle => now.saturating_sub(since) > self.sweeps(self.limits.idle),
                Activity::Sending => now.saturating_sub(since) > self.sweeps(self.limits.stalled),
                Activity::Making => false,
            };
            let is_long = activity != Activity::Idle
                && activity != Activity::Head
                && now.saturating_sub(began) > self.sweeps(self.limits.answer);
            if is_slow || is_long {
                task.abort();
            }
        };
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().for_each(overdue);
        let count = open.len();
        drop(open);
        self.kept_out.is_over(CALM);
        count
    }

    /// Whether there is room for one more. At the limit, those that were idle longest make way: some at once, for finding
    /// them means to look at all. Those that are busy do not.
    async fn make_room(&self) -> bool {
        let count = self.count();
        if count < self.most {
            return true;
        }
        let next_sweep = self.clock.now() + 1;
        if self.full.load(Ordering::Relaxed) == next_sweep {
            return false;
        }
        if self.let_idle_go(count - self.most + 1 + count / 64) == 0 {
            self.full.store(next_sweep, Ordering::Relaxed);
            self.kept_out
                .stands(format!("all {} connections are busy; one more is answered 503 and closed", self.most));
            return false;
        }
        // A task that was aborted ends when its turn comes.
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
            if self.count() < self.most {
                return true;
            }
        }
        false
    }

    /// Closes so many of those that wait for a request; gives how many there were.
    fn let_idle_go(&self, count: usize) -> usize {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = |(number, (watch, _)): (&u64, &(Arc<Watch>, AbortHandle))| {
            let (activity, since, _) = watch.state();
            matches!(activity, Activity::Head | Activity::Idle).then_some((since, *number))
        };
        let mut waiting: Vec<(u64, u64)> = open.iter().filter_map(waiting).collect();
        waiting.sort_unstable();
        waiting.truncate(count);
        for (_, number) in &waiting {
            if let Some((_, task)) = open.get(number) {
                task.abort();
            }
        }
        waiting.len()
    }

    /// Lets answers under way be finished, for a while.
    async fn finish(&self) {
        self.clock.close();
        let until = tokio::time::Instant::now() + self.limits.grace;
        let _ = self.let_idle_go(usize::MAX);
        while self.count() > 0 && tokio::time::Instant::now() < until {
            tokio::time::sleep(self.sweep.min(Duration::from_millis(20))).await;
        }
        for (_, task) in self.open.lock().unwrap_or_else(PoisonError::into_inner).values() {
            task.abort();
        }
    }
}

/// Tells one too many to come again, and closes it. Nothing is waited for: an empty socket takes so little at once.
fn turn_away(stream: TcpStream) {
    let Ok(mut stream) = stream.into_std() else { return };
    // Who is gone already misses nothing.
    let _ = stream.write(FULL);
    let _ = stream.shutdown(Shutdown::Write);
    // Closing over a request that was not read would reset the connection, which may take the answer with it.
    let _ = stream.read(&mut [0; SMALLEST_HEAD]);
}

/// How many descriptors this process may have. Half of them are for connections, the rest for files and sources.
fn most_descriptors() -> usize {
    let most = getrlimit(Resource::Nofile).current;
    most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX)
}

/// Takes a connection off the list when its task ends, however it ends.
struct ConnectionGuard {
    connections: Arc<Connections>,
    number: u64,
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.connections.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;
    use std::sync::atomic::AtomicUsize;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::Semaphore;

    const MOST: usize = 3;

    /// Connections that greet and then stay, busy or waiting for a request; how many there are, and how many there were at
    /// most.
    struct Stays {
        busy: bool,
        ends: Arc<Semaphore>,
        open: Arc<AtomicUsize>,
        peak: Arc<AtomicUsize>,
    }

    struct Open(Arc<AtomicUsize>);

    impl Drop for Open {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }

    impl Stays {
        fn new(busy: bool) -> Self {
            Self { busy, ends: Arc::new(Semaphore::new(0)), open: Arc::default(), peak: Arc::default() }
        }

        fn speak(&self, mut io: Watched, watch: &Watch) -> impl Future<Output = ()> + Send + use<> {
            if self.busy {
                watch.asked();
            }
            self.peak.fetch_max(self.open.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            let (ends, open) = (Arc::clone(&self.ends), Open(Arc::clone(&self.open)));
            async move {
                let _open = open;
                io.write_all(b"hello").await.unwrap();
                ends.acquire().await.unwrap().forget();
            }
        }

        /// Serves while a test goes on.
        async fn during<F: Future<Output = ()>>(&self, test: impl FnOnce(SocketAddr) -> F) {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (sweep, grace) = (Duration::from_millis(40), Duration::ZERO);
            let limits = Limits { connections: MOST, stalled: sweep, grace, ..Limits::default() };
            serve(listener, &limits, test(address), |io, watch| self.speak(io, &watch), |_| {}).await;
        }
    }

    async fn greeting(address: SocketAddr) -> (TcpStream, String) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut read = [0; 5];
        stream.read_exact(&mut read).await.unwrap();
        (stream, String::from_utf8_lossy(&read).into_owned())
    }

    #[tokio::test]
    async fn when_all_are_busy_one_more_is_answered_503_and_closed() {
        let stays = Stays::new(true);
        let test = async |address| {
            let mut kept = Vec::new();
            for _ in 0..MOST {
                kept.push(greeting(address).await);
            }
            for _ in 0..100 {
                let mut refused = TcpStream::connect(address).await.unwrap();
                refused.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
                let mut answer = Vec::new();
                // Closed over what was sent too late it may be reset, after the answer.
                let _ = refused.read_to_end(&mut answer).await;
                assert_eq!(answer, FULL);
            }
            // One ends, and the next is let in; the others were not disturbed.
            stays.ends.add_permits(1);
            while greeting(address).await.1 != "hello" {}
            assert!(kept.iter().all(|(_, greeting)| greeting == "hello"));
        };
        stays.during(test).await;
        assert_eq!(stays.peak.load(Ordering::Relaxed), MOST);
    }

    #[tokio::test]
    async fn those_that_wait_make_way_and_the_limit_holds() {
        let stays = Stays::new(false);
        let test = async |address| {
            let mut kept = Vec::new();
            for _ in 0..100 {
                let (stream, greeting) = greeting(address).await;
                assert_eq!(greeting, "hello");
                kept.push(stream);
            }
            // The same all at once; one that was let in may have to make way before it is greeted.
            kept.extend(
                futures::future::join_all((0..100).map(async |_| TcpStream::connect(address).await.unwrap())).await,
            );
            assert_eq!(greeting(address).await.1, "hello");
        };
        stays.during(test).await;
        assert_eq!(stays.peak.load(Ordering::Relaxed), MOST);
    }
}
