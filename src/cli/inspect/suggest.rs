//! `inspect --suggest`: which profile reads some posts, as lines for the configuration.

use super::super::print;
use super::{Inspector, read};
use crate::cli::args::Inspect;
use crate::collect::digest::{self, MAX_POST_BYTES, Suggestion};
use crate::pipeline::PostFiles;
use anyhow::bail;
use std::path::{Path, PathBuf};

/// Most posts that are tried; of more, those spread evenly over all.
const MAX_TRIED: usize = 40;

impl Inspector {
    /// Tells which profile reads the posts.
    pub(super) fn suggest(&self, inspect: &Inspect, json: bool) -> anyhow::Result<u8> {
        let mut paths = Vec::new();
        for path in &inspect.paths {
            if path.is_dir() {
                let found = PostFiles::of_folder(path).list(std::iter::empty());
                paths.extend(found.files.into_iter().map(|file| file.path));
            } else {
                paths.push(path.display().to_string());
            }
        }
        let step = paths.len().div_ceil(MAX_TRIED).max(1);
        let mut posts = Vec::new();
        for path in paths.iter().step_by(step) {
            match read(Path::new(path), MAX_POST_BYTES) {
                Ok((bytes, _)) => posts.push((path.clone(), bytes)),
                Err(error) => bail!("{path}: cannot be read: {error}"),
            }
        }
        if posts.is_empty() {
            bail!("no post, which is a file *.md, is there");
        }
        let suggestion = digest::suggest(&posts, &self.digest);
        let told =
            if json { as_json(&suggestion) } else { as_toml(&suggestion, (posts.len(), paths.len()), &inspect.paths) };
        print(told.trim_end())?;
        Ok(0)
    }
}

fn as_json(suggestion: &Suggestion) -> String {
    let trials: Vec<_> = suggestion
        .trials
        .iter()
        .map(|trial| {
            serde_json::json!({
                "profile": trial.profile, "base": trial.base, "files": trial.files, "items": trial.items,
                "items_with_source": trial.sourced, "complaints": trial.complaints,
            })
        })
        .collect();
    let name = &suggestion.name;
    let rules: Vec<_> = suggestion.rules.iter().map(|(table, line)| serde_json::json!([table, line])).collect();
    serde_json::json!({ "trials": trials, "rules": rules, "name": name }).to_string()
}

fn as_toml(suggestion: &Suggestion, (tried, posts): (usize, usize), paths: &[PathBuf]) -> String {
    let of = if tried == posts { String::new() } else { format!(" of {posts}, spread over all") };
    let mut lines = vec![format!("# What the built-in profiles read; posts that were tried: {tried}{of}")];
    for trial in &suggestion.trials {
        lines.push(format!(
            "#   {:<16} {:>4} posts, {:>6} items, {:>6} with a source, {:>5} complaints",
            trial.profile, trial.files, trial.items, trial.sourced, trial.complaints
        ));
    }
    let Some(best) = suggestion.trials.first().filter(|best| best.items > 0) else {
        lines.push("# None finds an item: see the profiles in the README, and write one of your own.".to_owned());
        return lines.join("\n");
    };
    let folder = folder_of(paths).map(|folder| folder.display().to_string()).filter(|folder| !folder.is_empty());
    let digest = toml::Value::String(folder.unwrap_or_else(|| ".".to_owned()));
    let profile = if suggestion.rules.is_empty() { best.profile } else { "mine" };
    lines.push(String::new());
    lines.push("[[inputs]]".to_owned());
    let name = suggestion.name.clone().or_else(|| folder_name(paths)).unwrap_or_default();
    lines.push(format!("name = {}   # seeds the ids of its items: choose it once", toml::Value::String(name)));
    lines.push(format!("digest = {digest}"));
    lines.push(format!("profile = \"{profile}\""));
    if !suggestion.rules.is_empty() {
        lines.extend([String::new(), "[profiles.mine]".to_owned(), format!("base = \"{}\"", best.base)]);
    }
    let mut table = "";
    for (of, line) in &suggestion.rules {
        if *of != table {
            lines.extend([String::new(), format!("[profiles.mine.{of}]")]);
            table = of;
        }
        lines.push(line.clone());
    }
    lines.extend([
        String::new(),
        "# Look at what is read: wellsourced inspect FILE. Sections that hold no items go into `skip`, entries that are none into".to_owned(),
        "# `except`, of [profiles.NAME.items].".to_owned(),
    ]);
    lines.join("\n")
}

/// What the folder is called that holds all of these.
fn folder_name(paths: &[PathBuf]) -> Option<String> {
    let folder = folder_of(paths)?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let real = folder.canonicalize().ok()?;
    Some(real.file_name()?.to_string_lossy().into_owned())
}

/// The folder that holds all of these.
fn folder_of(paths: &[PathBuf]) -> Option<&Path> {
    let first = paths.first()?;
    let own = if first.is_dir() { first.as_path() } else { first.parent()? };
    own.ancestors().find(|folder| paths.iter().all(|path| path.starts_with(folder)))
}
