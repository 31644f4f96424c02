//! `new`: starts the next post of a digest, in the form and at the path that the others have. Overwrites nothing.

use super::args::{Args, StartPost};
use super::{USAGE, named, now, print, warn};
use crate::collect::digest::{self, MAX_POST_BYTES, Post, ReadEdition};
use crate::collect::draft::{DraftItem, DraftOf, DraftWords, KnownPost};
use crate::config::Settings;
use crate::pipeline::DigestInput;
use crate::publish::Language;
use anyhow::{Context, bail};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Most files that are read to learn from.
const MOST: usize = 400;

const ZH_CN: DraftWords =
    DraftWords { source: "消息来源", remark: Some("编者点评："), tags: "标签：", between: "、" };
const EN: DraftWords = DraftWords { source: "Source", remark: None, tags: "Tags: ", between: ", " };

/// Starts the next post.
pub(super) fn run(args: &Args, new: &StartPost, settings: &Settings) -> anyhow::Result<u8> {
    let input = match named::digest(settings, new.input.as_deref()) {
        Ok(input) => input,
        Err(error) => {
            warn(&error);
            return Ok(USAGE);
        }
    };
    DigestPosts::read(input)?.start(args, settings, &[])?;
    Ok(0)
}

/// A digest with its last posts.
pub(super) struct DigestPosts<'s> {
    pub(super) input: &'s DigestInput,
    /// The oldest first.
    pub(super) posts: Vec<KnownPost>,
    /// Where its newest post stands, with a slash; else where its first one belongs.
    folder: String,
}

impl<'s> DigestPosts<'s> {
    /// Reads the last posts of a digest as they stand in its folder.
    pub(super) fn read(input: &'s DigestInput) -> anyhow::Result<Self> {
        let found = input.posts.list(std::iter::empty());
        let mut posts = Vec::new();
        for path in found.newest(MOST) {
            posts.extend(editions(input, path)?.into_iter().map(|post| (path.to_owned(), post)));
        }
        posts.sort_by(|(a, one), (b, other)| one.edition.date.cmp(&other.edition.date).then_with(|| a.cmp(b)));
        let folder = match posts.last() {
            Some((path, _)) => input.posts.folder_of(path).to_owned(),
            None => match input.posts.first_folder() {
                folder if folder.as_os_str().is_empty() => String::new(),
                folder => format!("{}/", folder.display().to_string().trim_end_matches('/')),
            },
        };
        Ok(Self { input, posts: posts.into_iter().map(|(_, post)| post).collect(), folder })
    }

    /// Writes the next post with these items, or with empty ones, and prints its path.
    pub(super) fn start(&self, args: &Args, settings: &Settings, items: &[DraftItem]) -> anyhow::Result<()> {
        let publish = &settings.cycle.publish;
        let words = match publish.language {
            Language::ZhCn => ZH_CN,
            Language::En => EN,
        };
        let draft = DraftOf { options: &self.input.digest, site_title: &publish.title, words, posts: &self.posts };
        let next = draft.next(now(), items);
        let dated = next.dated;
        let year = dated.get(..4).unwrap_or_default();
        let names = [next.path, dated.clone(), format!("{year}/{dated}"), dated.replace(".md", ".markdown")];
        let paths: Vec<String> = names.iter().map(|name| format!("{}{name}", self.folder)).collect();
        let Some(path) = paths.iter().find(|path| self.input.posts.finds(path)) else {
            bail!(
                "`{}`: no name for the post is known that `digest` in the configuration finds ({} is none); write the first \
                 post by hand, and the next one is called likewise",
                self.input.name,
                paths.first().map_or("", String::as_str)
            );
        };
        create(Path::new(path), &next.text)?;
        if args.json {
            return print(
                &serde_json::json!({"input": self.input.name, "path": path, "items": items.len()}).to_string(),
            );
        }
        print(path)
    }
}

/// The editions of a file; none where it is no post that is published.
fn editions(input: &DigestInput, path: &str) -> anyhow::Result<Vec<KnownPost>> {
    let too_large = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > MAX_POST_BYTES);
    if too_large {
        return Ok(Vec::new());
    }
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("{path}: cannot be read")),
    };
    let Post::Editions(read) = digest::read(path, &bytes, &input.digest).post else { return Ok(Vec::new()) };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let path = path.strip_prefix(input.posts.folder_of(path)).unwrap_or(path);
    let post = |read: ReadEdition| KnownPost { path: path.to_owned(), text: text.clone(), edition: read.edition };
    Ok(read.into_iter().map(post).collect())
}

/// Makes a file that is not there yet, and the folders that it stands in.
fn create(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("{}: cannot be written", path.display());
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(failed)?;
    }
    let mut file = match File::options().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already: fill it in, or remove it to start it anew", path.display());
        }
        Err(error) => return Err(error).with_context(failed),
    };
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a post would be taken for one; it is ours.
        let _ = std::fs::remove_file(path);
    }
    written.with_context(failed)
}
