//! `import`: the feeds of a list of subscriptions become inputs of the configuration.

use super::args::{Args, Import};
use super::{USAGE, print, warn};
use crate::collect::opml::{self, MAX_OPML_BYTES, MAX_SUBSCRIPTIONS, Subscriptions};
use crate::config::{self, Environment, Subscribed};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Skipped addresses that are told one by one.
const TOLD: usize = 50;

/// Appends what the list names and is not there yet, and tells what became of it.
pub(super) fn run(args: &Args, import: &Import, environment: &Environment) -> anyhow::Result<u8> {
    let list = read(&import.file)?;
    if list.is_cut {
        warn(&anyhow::anyhow!(
            "{}: the list ends before its end tag; what it names until there is taken",
            import.file.display()
        ));
    }
    if list.left_out > 0 {
        let (taken, left) = (MAX_SUBSCRIPTIONS, list.left_out);
        warn(&anyhow::anyhow!(
            "{}: {left} feeds were left out; at most {taken} are taken at once",
            import.file.display()
        ));
    }
    let found = config::find(args.config.as_deref(), environment);
    let subscribed = found.and_then(|path| Ok((config::subscribe(&path, &list.feeds, environment)?, path)));
    let (subscribed, path) = match subscribed {
        Ok(subscribed) => subscribed,
        // The file is as it was; what is wrong is the machine's fault only where it could not be written.
        Err(error @ config::Error::Unwritable { .. }) => return Err(error.into()),
        Err(error) => {
            warn(&error.into());
            return Ok(USAGE);
        }
    };
    let told = if args.json { json(&path, &subscribed).to_string() } else { text(args, &path, &subscribed) };
    print(&told)?;
    Ok(0)
}

fn read(path: &Path) -> anyhow::Result<Subscriptions> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| anyhow::anyhow!("{shown}: cannot be read: {error}"))?;
    file.take(MAX_OPML_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| anyhow::anyhow!("{shown}: cannot be read: {error}"))?;
    if bytes.len() as u64 > MAX_OPML_BYTES {
        anyhow::bail!("{shown}: a list of subscriptions has at most {MAX_OPML_BYTES} bytes; split it");
    }
    opml::read(&bytes)
        .ok_or_else(|| anyhow::anyhow!("{shown}: is no OPML; export the subscriptions as OPML and try again"))
}

fn text(args: &Args, path: &Path, subscribed: &Subscribed) -> String {
    let mut lines = Vec::new();
    if !args.quiet {
        for input in &subscribed.added {
            let tags = if input.tags.is_empty() { String::new() } else { format!("  [{}]", input.tags.join(", ")) };
            lines.push(format!("added {}: {}{tags}", input.name, input.url));
        }
    }
    for (url, why) in subscribed.skipped.iter().take(TOLD) {
        lines.push(format!("skipped {url}: {why}"));
    }
    if subscribed.skipped.len() > TOLD {
        lines.push(format!("skipped {} more", subscribed.skipped.len() - TOLD));
    }
    let (added, skipped) = (subscribed.added.len(), subscribed.skipped.len());
    lines.push(format!("{added} inputs added to {}, {skipped} skipped", path.display()));
    lines.join("\n")
}

fn json(path: &Path, subscribed: &Subscribed) -> serde_json::Value {
    let added = subscribed.added.iter().map(|a| serde_json::json!({"name": a.name, "feed": a.url, "tags": a.tags}));
    let skipped = subscribed.skipped.iter().map(|(url, why)| serde_json::json!({"feed": url, "why": why}));
    serde_json::json!({
        "path": path.display().to_string(),
        "added": added.collect::<Vec<_>>(),
        "skipped": skipped.collect::<Vec<_>>(),
    })
}
