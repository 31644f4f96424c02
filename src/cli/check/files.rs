//! Which files are looked at, each as a post of the input that it belongs to.

use super::git::WorkTree;
use crate::cli::args::Proofreading;
use crate::model::{Complaint, Place};
use crate::pipeline::{DigestInput, FoundFile, FoundFiles, PostFiles, nothing_found};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// An input with the files that it has.
#[derive(Debug)]
pub(super) struct InputFiles {
    pub(super) input: DigestInput,
    pub(super) files: Vec<FoundFile>,
}

/// A file to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PostTask {
    /// As it is told.
    pub(super) path: String,
    /// The inputs that find it, each with its name there: it is a post of the first that takes it.
    pub(super) inputs: Vec<(usize, String)>,
    /// Whether somebody named it, or its folder, and wants to hear that it is no post.
    pub(super) is_named: bool,
}

/// What there is to look at.
#[derive(Debug, Default)]
pub(super) struct PostTasks {
    pub(super) tasks: Vec<PostTask>,
    /// What could not be looked at.
    pub(super) complaints: Vec<Complaint>,
    /// The work trees that changes were asked of.
    pub(super) trees: Vec<WorkTree>,
}

/// Lists the files of each digest.
pub(super) fn list(inputs: Vec<DigestInput>) -> (Vec<InputFiles>, Vec<Complaint>) {
    let mut complaints = Vec::new();
    let mut all = Vec::with_capacity(inputs.len());
    for input in inputs {
        let FoundFiles { files, complaints: troubles, unmatched, .. } = input.posts.list(std::iter::empty());
        complaints.extend(troubles);
        complaints.extend(unmatched.iter().map(|glob| nothing_found(&input, std::slice::from_ref(glob))));
        all.push(InputFiles { input, files });
    }
    (all, complaints)
}

/// The files that were named, or all of the inputs; of these only those that changed, where that is asked.
pub(super) fn choose(check: &Proofreading, inputs: &[InputFiles]) -> anyhow::Result<PostTasks> {
    let mut found = PostTasks::default();
    let mut seen = BTreeSet::new();
    if check.files.is_empty() {
        let mut by_path: BTreeMap<&str, Vec<(usize, String)>> = BTreeMap::new();
        for (index, of) in inputs.iter().enumerate() {
            for file in &of.files {
                by_path.entry(&file.path).or_default().push((index, file.path.clone()));
            }
        }
        let task =
            |(path, inputs): (&str, Vec<(usize, String)>)| PostTask { path: path.to_owned(), inputs, is_named: false };
        found.tasks.extend(by_path.into_iter().map(task));
    }
    for path in &check.files {
        let name = path.display().to_string();
        if !path.is_dir() {
            found.tasks.push(PostTask { inputs: finders(path, inputs), path: name, is_named: true });
            continue;
        }
        let FoundFiles { files, complaints, .. } = PostFiles::of_folder(path).list(std::iter::empty());
        found.complaints.extend(complaints);
        if files.is_empty() {
            let help = "name a file, or a folder with posts in it";
            found.complaints.push(Complaint::error(
                Place::file(name),
                "no post, which is a file *.md, is in this folder",
                help,
            ));
        }
        for file in files {
            let inputs = finders(Path::new(&file.path), inputs);
            found.tasks.push(PostTask { path: file.path, inputs, is_named: true });
        }
    }
    found.tasks.retain(|task| seen.insert(task.path.clone()));
    if let Some(revision) = &check.since {
        only_changed(&mut found, revision)?;
    }
    Ok(found)
}

/// The inputs that find a file, under whatever name, with its name there.
fn finders(path: &Path, inputs: &[InputFiles]) -> Vec<(usize, String)> {
    let Ok(metadata) = std::fs::metadata(path) else { return Vec::new() };
    let identity = (metadata.dev(), metadata.ino());
    let found = |of: &InputFiles| Some(of.files.iter().find(|file| file.is(identity))?.path.clone());
    inputs.iter().enumerate().filter_map(|(index, of)| Some((index, found(of)?))).collect()
}

/// Keeps what changed since a revision.
fn only_changed(found: &mut PostTasks, revision: &str) -> anyhow::Result<()> {
    let mut folders: BTreeMap<PathBuf, (PathBuf, usize)> = BTreeMap::new();
    let mut changed = Vec::new();
    for task in std::mem::take(&mut found.tasks) {
        let path = Path::new(&task.path);
        // A name that leads nowhere is told later.
        let Ok(itself) = std::fs::symlink_metadata(path) else {
            changed.push(task);
            continue;
        };
        // What a link leads to is what changes.
        let real = if itself.is_symlink() { std::fs::canonicalize(path).unwrap_or_default() } else { path.to_owned() };
        let folder = real.parent().map(Path::to_path_buf).unwrap_or_default();
        if !folders.contains_key(&folder) {
            let tree = WorkTree::root_of(&folder)?;
            let known = found.trees.iter().position(|known| known.root == tree);
            let index = known.unwrap_or(found.trees.len());
            if known.is_none() {
                found.trees.push(WorkTree::of(tree, revision)?);
            }
            folders.insert(folder.clone(), (std::fs::canonicalize(readable(&folder))?, index));
        }
        let (Some((folder, index)), Some(name)) = (folders.get(&folder), real.file_name()) else { continue };
        let is_changed = |tree: &WorkTree| tree.changed.contains_key(&folder.join(name));
        if found.trees.get(*index).is_some_and(is_changed) {
            changed.push(task);
        }
    }
    found.tasks = changed;
    Ok(())
}

/// What a post was at the revision; `None` where it was not there, or no revision is compared with.
pub(super) fn before(trees: &[WorkTree], path: &str) -> anyhow::Result<Option<String>> {
    let Ok(real) = std::fs::canonicalize(path) else { return Ok(None) };
    match trees.iter().find(|tree| tree.changed.contains_key(&real)) {
        Some(tree) => tree.before(&real),
        None => Ok(None),
    }
}

/// A folder to open; the working directory has an empty name.
fn readable(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}
