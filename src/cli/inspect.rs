//! `inspect`: what would be collected from posts.

use super::args::{Args, Inspect};
use super::{print, settings_or_default};
use crate::collect::digest::{self, DigestOptions, MAX_POST_BYTES, Post, Reading};
use crate::config::Environment;
use crate::model::Severity;
use crate::pipeline::Input;
use std::io::Read;
use std::path::Path;

/// Reads each post and tells what it holds, in the order given.
pub(super) fn run(args: &Args, inspect: &Inspect, environment: &Environment) -> anyhow::Result<u8> {
    let settings = settings_or_default(args, environment)?;
    let default = DigestOptions::default();
    let timezone = settings.as_ref().map_or(default.timezone, |settings| settings.cycle.publish.timezone);
    let aliases = settings.and_then(|settings| {
        settings.cycle.inputs.into_iter().find_map(|input| match input {
            Input::Digest(input) => Some(input.digest.aliases),
            Input::Feed(_) => None,
        })
    });
    let options =
        DigestOptions { timezone, base_url: inspect.base.clone(), aliases: aliases.unwrap_or_default(), ..default };
    let mut code = 0;
    for path in &inspect.paths {
        let name = path.display().to_string();
        let reading = match read(path) {
            Ok((bytes, size)) if size > MAX_POST_BYTES => {
                drop(bytes);
                digest::too_large(&name, size)
            }
            Ok((bytes, _)) => digest::read(&name, &bytes, &options),
            Err(error) => {
                code = 1;
                let failure = serde_json::json!({ "path": name, "error": error.to_string() });
                let line = if args.json { failure.to_string() } else { format!("{name}: cannot be read: {error}") };
                print(&line)?;
                continue;
            }
        };
        if reading.complaints.iter().any(|complaint| complaint.severity == Severity::Error) {
            code = 3;
        }
        let text = if args.json { digest::inspect_json(&name, &reading).to_string() } else { told(&name, &reading) };
        print(text.trim_end())?;
    }
    Ok(code)
}

/// At most a byte more than a post may have, and the size that the file says it has.
fn read(path: &Path) -> std::io::Result<(Vec<u8>, u64)> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    let size = file.metadata()?.len();
    file.take(MAX_POST_BYTES + 1).read_to_end(&mut bytes)?;
    let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok((bytes, size.max(read)))
}

fn told(name: &str, reading: &Reading) -> String {
    let mut lines = vec![format!("{name}:")];
    match &reading.post {
        Post::Skipped { why } => lines.push(format!("  no digest: {why}")),
        Post::Broken => lines.push("  cannot be published".to_owned()),
        Post::Edition(edition) => {
            lines.push(format!("  {}", edition.title));
            lines.push(format!("  {}  {}", edition.date.to_rfc3339(), edition.permalink.as_deref().unwrap_or("")));
            for item in &edition.items {
                lines.push(format!("  • {}  [{}]", item.title, item.tags.join(", ")));
                lines.extend(item.sources.iter().map(|source| format!("      {}: {}", source.label, source.url)));
            }
        }
    }
    for complaint in &reading.complaints {
        lines.push(format!("  {}: {}\n    → {}", complaint.place, complaint.message, complaint.help));
    }
    lines.join("\n")
}
