//! `--once`: one cycle by hand.

use super::args::Args;
use super::{now, print, summary};
use crate::config::Settings;
use crate::pipeline;
use crate::store::{Claim, Lock, Store};
use crate::telemetry::Progress;
use anyhow::bail;
use std::io::IsTerminal;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long a cycle of somebody else is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// Ended by a second signal: what a shell makes of a program that SIGINT ended.
const INTERRUPTED: u8 = 130;

/// Runs one cycle and tells what it did. A signal ends it early with everything kept, a second one at once.
pub(super) async fn run(args: &Args, settings: Settings) -> anyhow::Result<u8> {
    let stop = CancellationToken::new();
    tokio::select! {
        code = cycle(args, &settings, &stop) => code,
        () = impatience(&stop) => Ok(INTERRUPTED),
    }
}

async fn cycle(args: &Args, settings: &Settings, stop: &CancellationToken) -> anyhow::Result<u8> {
    let claim = Lock::take(&settings.store_url, Claim::Cycle, "wellsourced --once", PATIENCE, now());
    let claim = match stop.run_until_cancelled(claim).await {
        None => return Ok(INTERRUPTED),
        Some(taken) => taken?,
    };
    let claim = match claim {
        Ok(claim) => claim,
        Err(holder) => bail!("the store is in use, a minute was waited: {holder}"),
    };
    let store = Store::open(&settings.store_url).await?;
    let progress =
        if std::io::stderr().is_terminal() && !args.quiet { Progress::on_terminal() } else { Progress::hidden() };
    let report = pipeline::run(&store, &settings.cycle, &progress, now(), stop).await?;
    store.close().await;
    drop(claim);
    let told = if args.json { serde_json::to_string(&report)? } else { summary::of(&report, args.quiet) };
    // What was published stays published when nobody listens.
    if !told.trim().is_empty()
        && let Err(error) = print(told.trim_end())
    {
        super::warn(&error);
    }
    Ok(report.exit_code(args.strict))
}

/// Waits for two signals; the first one stops the cycle.
async fn impatience(stop: &CancellationToken) {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        // Without a handler the default one ends the process, which is safe too.
        return std::future::pending().await;
    };
    for _ in 0..2 {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        if stop.is_cancelled() {
            return;
        }
        stop.cancel();
    }
}
