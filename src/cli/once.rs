//! `--once`: one cycle by hand.

use super::args::Args;
use super::{now, print, summary};
use crate::config::Settings;
use crate::pipeline;
use crate::store::Store;
use crate::telemetry::Progress;
use std::io::IsTerminal;
use tokio_util::sync::CancellationToken;

/// Runs one cycle and tells what it did.
pub(super) async fn run(args: &Args, settings: Settings) -> anyhow::Result<u8> {
    let store = Store::open(&settings.store_url).await?;
    let stop = CancellationToken::new();
    let on_signal = stop.clone();
    tokio::spawn(async move {
        // Without a handler the default one ends the process, which is safe too.
        if tokio::signal::ctrl_c().await.is_ok() {
            on_signal.cancel();
        }
    });
    let progress =
        if std::io::stderr().is_terminal() && !args.quiet { Progress::on_terminal() } else { Progress::hidden() };
    let report = pipeline::run(&store, &settings.cycle, &progress, now(), &stop).await?;
    store.close().await;
    let told = if args.json { serde_json::to_string(&report)? } else { summary::of(&report, args.quiet) };
    // What was published stays published when nobody listens.
    if !told.trim().is_empty()
        && let Err(error) = print(told.trim_end())
    {
        super::warn(&error);
    }
    Ok(report.exit_code(args.strict))
}
