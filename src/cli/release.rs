//! `release`: lets through what a feed brought that is held. The next cycle does it, whoever runs it; a daemon may be running.

use super::args::{Args, Release};
use super::{USAGE, named, print, warn};
use crate::config::Settings;
use crate::pipeline::wish_release;
use crate::store::Store;
use anyhow::bail;

/// Writes the wish down.
pub(super) async fn run(args: &Args, release: &Release, settings: &Settings) -> anyhow::Result<u8> {
    let input = match named::feed(settings, &release.input) {
        Ok(input) => input,
        Err(error) => {
            warn(&error);
            return Ok(USAGE);
        }
    };
    // Only a cycle makes or migrates a store; one that is current is written to beside it.
    if !Store::is_current(&settings.store_url).await? {
        bail!("there is no store of this version yet, and nothing is held: the next cycle makes it");
    }
    let store = Store::open(&settings.store_url).await?;
    let held = wish_release(&store, &input.name).await?;
    store.close().await;
    if args.json {
        let released = serde_json::json!({"input": input.name, "released": held.is_some(), "held": held});
        print(&released.to_string())?;
        return Ok(0);
    }
    let told = match held {
        None => format!("nothing of `{}` is held", input.name),
        Some(held) => format!("`{}`: the next cycle fetches and publishes it as it is now, {}", input.name, held.now),
    };
    print(&told)?;
    Ok(0)
}
