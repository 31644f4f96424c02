//! What a connection is at, so that slow ones can be told from busy ones without a timer each.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Time as connections see it: how often the sweep ran. Reading it costs nothing.
#[derive(Debug, Default)]
pub(super) struct SweepClock {
    ticks: AtomicU64,
    closing: AtomicBool,
}

impl SweepClock {
    /// The time.
    pub(super) fn now(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }

    /// Goes on by one.
    pub(super) fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// From now on no connection waits for another request.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }
}

/// What a connection is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activity {
    /// A request's head is coming in, or the first is awaited.
    Head,
    /// An answer is made.
    Making,
    /// An answer is taken by the client.
    Sending,
    /// Nothing; the next request is awaited.
    Idle,
}

/// A connection as the sweep sees it.
#[derive(Debug)]
pub(super) struct Watch {
    clock: Arc<SweepClock>,
    /// The time of the last progress, times four, plus the activity.
    progress: AtomicU64,
    /// When the answer began.
    began: AtomicU64,
}

impl Watch {
    /// Of a connection just accepted.
    pub(super) fn new(clock: Arc<SweepClock>) -> Self {
        let now = clock.now();
        Self { clock, progress: AtomicU64::new(now * 4), began: AtomicU64::new(now) }
    }

    /// What it is at, since when it made no progress, and when its answer began.
    pub(super) fn state(&self) -> (Activity, u64, u64) {
        let progress = self.progress.load(Ordering::Relaxed);
        let activity = match progress % 4 {
            0 => Activity::Head,
            1 => Activity::Making,
            2 => Activity::Sending,
            _ => Activity::Idle,
        };
        (activity, progress / 4, self.began.load(Ordering::Relaxed))
    }

    fn activity(&self) -> Activity {
        self.state().0
    }

    fn set(&self, activity: Activity) {
        let number = match activity {
            Activity::Head => 0,
            Activity::Making => 1,
            Activity::Sending => 2,
            Activity::Idle => 3,
        };
        self.progress.store(self.clock.now() * 4 + number, Ordering::Relaxed);
    }

    /// A request's head is complete.
    pub(super) fn asked(&self) {
        self.began.store(self.clock.now(), Ordering::Relaxed);
        self.set(Activity::Making);
    }

    /// The answer is made.
    pub(super) fn answered(&self) {
        self.set(Activity::Sending);
    }
}

/// A connection that notes what it is at.
#[derive(Debug)]
pub(super) struct Watched {
    stream: TcpStream,
    watch: Arc<Watch>,
}

impl Watched {
    /// Watches a connection.
    pub(super) fn new(stream: TcpStream, watch: Arc<Watch>) -> Self {
        Self { stream, watch }
    }

    fn wrote(&self, written: &io::Result<usize>) {
        if written.is_ok() && self.watch.activity() == Activity::Sending {
            self.watch.set(Activity::Sending);
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let is_idle = self.watch.activity() == Activity::Idle;
        if is_idle && self.watch.clock.closing.load(Ordering::Relaxed) {
            // Nothing read means that the client is done, which ends the connection in good order.
            return Poll::Ready(Ok(()));
        }
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if is_idle && !buf.filled().is_empty() {
            self.watch.set(Activity::Head);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes));
        self.wrote(&written);
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // A 304 is one slice, and writing one costs the system less than writing a list of one.
        let written = match slices {
            [only] => ready!(Pin::new(&mut self.stream).poll_write(cx, only)),
            _ => ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, slices)),
        };
        self.wrote(&written);
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Asked for once everything was written.
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        if self.watch.activity() == Activity::Sending {
            self.watch.set(Activity::Idle);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The connection is dropped next, and closing it says the same to the client.
        Poll::Ready(Ok(()))
    }
}
