//! `store copy`: everything from one store into another, which may be of the other engine.

use super::args::{Args, StoreArgs, StoreCommand};
use super::{now, print};
use crate::store::{Claim, Copied, Lock, Look, Store};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What others are told who want a store meanwhile.
const DOING: &str = "`store copy`";

/// Copies, and tells what was copied.
pub(super) async fn run(args: &Args, store: &StoreArgs) -> anyhow::Result<u8> {
    let StoreCommand::Copy { from, to } = &store.command;
    let (from, to) = (address(from)?, address(to)?);
    let copied = copy(&from, &to).await?;
    if args.json {
        let tables: BTreeMap<&str, u64> = copied.iter().map(|copied| (copied.table.as_str(), copied.rows)).collect();
        print(&serde_json::json!({ "rows": tables }).to_string())?;
    } else if !args.quiet {
        let rows: u64 = copied.iter().map(|copied| copied.rows).sum();
        print(&format!("{rows} rows of {} tables are the same in both stores", copied.len()))?;
    }
    Ok(0)
}

async fn copy(from: &str, to: &str) -> anyhow::Result<Vec<Copied>> {
    // Both, so that nobody writes to either meanwhile. Of a server's, what was written is found when both are compared.
    let files = [from, to].into_iter().filter(|url| url.starts_with("sqlite:"));
    let _claims = files.map(claim).collect::<anyhow::Result<Vec<Lock>>>()?;
    let from = match Store::open_to_read(from).await? {
        Look::Ready(store) => store,
        Look::Nothing { file } => bail!("there is no store at {}", file.display()),
        Look::Older { file, version, current } => bail!(
            "the store {} is of version {version}, and of {current} when a cycle of this wellsourced has run: let one run first",
            file.display()
        ),
    };
    let to = Store::open(to).await?;
    let copied = from.copy_into(&to).await;
    from.close().await;
    to.close().await;
    Ok(copied?)
}

fn claim(url: &str) -> anyhow::Result<Lock> {
    match Lock::try_take(url, Claim::Cycle, DOING, now())? {
        Ok(claim) => Ok(claim),
        Err(holder) => bail!("a store is in use: {holder}; stop it, or wait until it is done"),
    }
}

/// What is named: an address, or a file that holds it.
fn address(named: &str) -> anyhow::Result<String> {
    let is_address = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| named.starts_with(scheme));
    if is_address {
        return Ok(named.to_owned());
    }
    let path = Path::new(named);
    if !path.is_file() {
        bail!(
            "`{named}` is neither a store's address, as sqlite:PATH or postgres://USER@HOST/DATABASE, nor a file with one"
        );
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {named}"))?;
    Ok(text.trim().to_owned())
}
