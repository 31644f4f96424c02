//! What the operator says with signals.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Signals that wait to be looked at; more of a kind say nothing new.
const WAITING: usize = 16;

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

/// Listens for signals from now on.
pub(super) fn listen() -> std::io::Result<mpsc::Receiver<Signal>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    for (kind, meant) in [
        (SignalKind::terminate(), Signal::Terminate),
        (SignalKind::interrupt(), Signal::Interrupt),
        (SignalKind::hangup(), Signal::Reload),
        (SignalKind::user_defined1(), Signal::Now),
    ] {
        let mut signals = signal(kind)?;
        let sender = sender.clone();
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                // A full queue holds enough of them.
                if let Err(mpsc::error::TrySendError::Closed(_)) = sender.try_send(meant) {
                    break;
                }
            }
        });
    }
    Ok(receiver)
}
