//! What the operator says with signals: a flag for each kind, so that none waits behind others and none is lost among them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

/// A signal, as meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGTERM: end when what is under way is done.
    Terminate,
    /// SIGINT: the same; the second one ends at once.
    Interrupt,
    /// SIGHUP: read the configuration again.
    Reload,
    /// SIGUSR1: run a cycle now.
    Now,
}

impl Signal {
    /// Those that end the daemon.
    const ENDS: [Self; 2] = [Self::Terminate, Self::Interrupt];
    /// Those that ask it for something.
    const WISHES: [Self; 2] = [Self::Reload, Self::Now];
}

/// Signals that came and were not taken yet. Several of a kind count as one: the second says nothing new.
#[derive(Debug, Default)]
pub(super) struct Signals {
    terminate: AtomicBool,
    interrupt: AtomicBool,
    reload: AtomicBool,
    now: AtomicBool,
    end_came: Notify,
    wish_came: Notify,
}

impl Signals {
    /// A signal came.
    pub(super) fn raise(&self, signal: Signal) {
        self.flag(signal).store(true, Ordering::Release);
        match signal {
            Signal::Terminate | Signal::Interrupt => self.end_came.notify_one(),
            Signal::Reload | Signal::Now => self.wish_came.notify_one(),
        }
    }

    /// Waits until it is time to end, whatever else came.
    pub(super) async fn end(&self) {
        self.take(&Signal::ENDS, &self.end_came).await;
    }

    /// Waits for SIGINT, the second one after the one that said to end: somebody does not want to wait.
    pub(super) async fn interrupt(&self) {
        self.take(&[Signal::Interrupt], &self.end_came).await;
    }

    /// Waits until something is asked for: a reload before a cycle, which is meant to run with what was read.
    pub(super) async fn wish(&self) -> Signal {
        self.take(&Signal::WISHES, &self.wish_came).await
    }

    async fn take(&self, wanted: &[Signal], came: &Notify) -> Signal {
        loop {
            if let Some(signal) = wanted.iter().find(|signal| self.flag(**signal).swap(false, Ordering::Acquire)) {
                return *signal;
            }
            came.notified().await;
        }
    }

    fn flag(&self, signal: Signal) -> &AtomicBool {
        match signal {
            Signal::Terminate => &self.terminate,
            Signal::Interrupt => &self.interrupt,
            Signal::Reload => &self.reload,
            Signal::Now => &self.now,
        }
    }
}

/// Listens for signals from now on.
pub(super) fn listen() -> std::io::Result<Arc<Signals>> {
    let heard = Arc::new(Signals::default());
    for (kind, meant) in [
        (SignalKind::terminate(), Signal::Terminate),
        (SignalKind::interrupt(), Signal::Interrupt),
        (SignalKind::hangup(), Signal::Reload),
        (SignalKind::user_defined1(), Signal::Now),
    ] {
        let mut signals = signal(kind)?;
        let heard = Arc::clone(&heard);
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                heard.raise(meant);
            }
        });
    }
    Ok(heard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn none_is_lost_behind_others() {
        let signals = Signals::default();
        for _ in 0..100 {
            signals.raise(Signal::Reload);
        }
        signals.raise(Signal::Now);
        signals.raise(Signal::Terminate);
        signals.end().await;
        assert_eq!([signals.wish().await, signals.wish().await], [Signal::Reload, Signal::Now]);
        signals.raise(Signal::Interrupt);
        signals.raise(Signal::Interrupt);
        signals.end().await;
        let second = std::pin::pin!(signals.interrupt());
        assert!(futures::poll!(second).is_pending(), "two that came together count as one");
    }

    #[tokio::test]
    async fn who_waits_is_woken() {
        let signals = Arc::new(Signals::default());
        let waiting = Arc::clone(&signals);
        let waiting = tokio::spawn(async move {
            tokio::select! {
                biased;
                () = waiting.end() => None,
                wish = waiting.wish() => Some(wish),
            }
        });
        tokio::task::yield_now().await;
        signals.raise(Signal::Now);
        assert_eq!(waiting.await.unwrap(), Some(Signal::Now));
    }
}
