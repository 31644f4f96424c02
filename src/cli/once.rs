//! One cycle by hand: `--once`, and what `fetch` does with the feeds that it asks.

use super::args::Args;
use super::{now, print, print_painted, summary};
use crate::config::Settings;
use crate::daemon::{GRACE, now_by};
use crate::pipeline::{self, Report};
use crate::store::{Claim, Lock, Store};
use crate::telemetry::Progress;
use anyhow::{Context, bail};
use std::io::IsTerminal;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long a cycle of somebody else is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// Ended by a signal before its end: what a shell makes of a program that SIGINT ended.
const INTERRUPTED: u8 = 130;

/// Tells what a cycle did, and says with which code the program ends.
pub(super) type Tell = Box<dyn Fn(&Args, &Settings, &Report) -> anyhow::Result<u8> + Send>;

/// Tells all of a cycle.
pub(super) fn whole(colours: bool) -> Tell {
    Box::new(move |args, _, report| {
        let told = if args.json { serde_json::to_string(report)? } else { summary::of(report, args.quiet) };
        say(&told, colours && !args.json);
        Ok(report.exit_code(args.strict))
    })
}

/// Prints what a cycle did. What was published stays published when nobody listens.
pub(super) fn say(told: &str, colours: bool) {
    let told = told.trim_end();
    if !told.trim().is_empty()
        && let Err(error) = if colours { print_painted(told) } else { print(told) }
    {
        super::warn(&error);
    }
}

/// Runs one cycle and tells what it did. A signal ends it early with everything kept. `doing` is what others are told who wait
/// for the store.
pub(super) async fn run(args: &Args, settings: Settings, doing: &'static str, tell: Tell) -> anyhow::Result<u8> {
    let args = args.clone();
    until_signalled(move |stop| async move {
        match cycle(&args, &settings, doing, &stop).await? {
            Some(report) => tell(&args, &settings, &report),
            None => Ok(INTERRUPTED),
        }
    })
    .await
}

/// Does some work until its end. A signal stops it, within the daemon's grace; a second one at once.
pub(super) async fn until_signalled<W, F>(work: W) -> anyhow::Result<u8>
where
    W: FnOnce(CancellationToken) -> F + Send + 'static,
    F: Future<Output = anyhow::Result<u8>>,
{
    let mut signals = EndSignals::listen()?;
    let (stop, runtime) = (CancellationToken::new(), Handle::current());
    let stopped = stop.clone();
    // On a thread of its own: a disk that hangs must not keep a signal from being heard.
    let mut working = tokio::task::spawn_blocking(move || runtime.block_on(Box::pin(work(stopped))));
    tokio::select! {
        ended = &mut working => return ended?,
        () = signals.next() => stop.cancel(),
    }
    tokio::select! {
        ended = working => ended?,
        () = signals.next() => Ok(INTERRUPTED),
        () = tokio::time::sleep(GRACE) => {
            tracing::warn!("not everything was done in time; what was not is undone, and the next run makes up for it");
            Ok(INTERRUPTED)
        }
    }
}

/// Runs one cycle; `None` where it was ended before it began.
pub(super) async fn cycle(
    args: &Args,
    settings: &Settings,
    doing: &str,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Report>> {
    let claim_url = settings.claim_url();
    let claim = Lock::take(&claim_url, Claim::Cycle, doing, PATIENCE, now());
    let claim = match stop.run_until_cancelled(claim).await {
        None => return Ok(None),
        Some(taken) => taken?,
    };
    let claim = match claim {
        Ok(claim) => claim,
        Err(holder) => bail!("the store is in use, a minute was waited: {holder}"),
    };
    let store = match stop.run_until_cancelled(Store::open(&settings.store_url)).await {
        None => return Ok(None),
        Some(store) => store?,
    };
    let progress =
        if std::io::stderr().is_terminal() && !args.quiet { Progress::on_terminal() } else { Progress::hidden() };
    let now = now_by(&store).await?;
    let report = pipeline::run(&store, &settings.cycle, &progress, now, stop).await?;
    store.close().await;
    drop(claim);
    Ok(Some(report))
}

/// The signals that say to end.
struct EndSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl EndSignals {
    fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen to signals");
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
