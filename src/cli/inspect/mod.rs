//! `inspect`: what would be collected from posts and feeds, in the order given.

mod fetch;
mod suggest;
mod told;

use super::args::{Args, Inspect};
use super::{print, settings_or_default};
use crate::collect::digest::{self, BUILT_IN, DigestOptions, MAX_POST_BYTES, Profile, Reading};
use crate::collect::feed::{self, Document, MAX_FEED_BYTES, Origin};
use crate::config::{Environment, Settings};
use crate::model::Severity;
use crate::net;
use crate::pipeline::{DigestInput, FoundFiles, Input, PostFiles};
use anyhow::Context;
use chrono_tz::Tz;
use std::io::Read;
use std::path::Path;
use url::Url;

/// What a path or URL turned out to be.
enum Inspected {
    Post(Box<Reading>),
    Feed(Box<Document>),
    /// It could not be read at all.
    Failed(String),
}

/// How everything is read.
struct Inspector {
    digest: DigestOptions,
    /// The configured digests: their posts are read as theirs, unless a profile is named.
    inputs: Vec<DigestInput>,
    timezone: Tz,
    base: Option<Url>,
    offline: bool,
    net: net::Options,
    /// Made when the first URL is met.
    client: Option<net::Client>,
}

/// Reads each post, feed or page and tells what it holds.
pub(super) async fn run(args: &Args, inspect: &Inspect, environment: &Environment) -> anyhow::Result<u8> {
    let settings = settings_or_default(args, environment)?;
    let default = DigestOptions::default();
    let timezone = settings.as_ref().map_or(default.timezone, |settings| settings.cycle.publish.timezone);
    let net = settings.as_ref().map(|settings| settings.cycle.net.clone()).unwrap_or_default();
    let mut inputs = digests(settings.as_ref());
    let aliases = inputs.first().map(|input| input.digest.aliases.clone()).unwrap_or_default();
    let base = inspect.base.clone();
    let mut digest = DigestOptions { timezone, base_url: base.clone(), aliases, ..default };
    if let Some(name) = &inspect.profile {
        inputs.clear();
        set_profile(&mut digest, name, settings.as_ref())?;
    }
    let mut inspector = Inspector { digest, inputs, timezone, base, offline: args.offline, net, client: None };
    if inspect.suggest {
        return inspector.suggest(inspect, args.json);
    }
    let mut code = 0;
    for path in &inspect.paths {
        for (name, inspected) in inspector.inspected(path).await? {
            code = code.max(inspected.code());
            let text = if args.json { inspected.json(&name) } else { inspected.told(&name) };
            print(text.trim_end())?;
        }
    }
    Ok(code)
}

fn digests(settings: Option<&Settings>) -> Vec<DigestInput> {
    let inputs = settings.into_iter().flat_map(|settings| &settings.cycle.inputs);
    let digests = inputs.filter_map(|input| match input {
        Input::Digest(input) => Some(input.clone()),
        Input::Feed(_) => None,
    });
    digests.collect()
}

/// Has posts read by a profile of the configuration, or a built-in one.
fn set_profile(digest: &mut DigestOptions, name: &str, settings: Option<&Settings>) -> anyhow::Result<()> {
    let meant = settings.and_then(|settings| settings.profiles.get(name));
    if let Some(meant) = meant {
        *digest.profile = meant.profile.clone();
        if let Some(words) = &meant.source_words {
            digest.source_words.clone_from(words);
        }
        return Ok(());
    }
    let known = settings.into_iter().flat_map(|settings| settings.profiles.keys().map(String::as_str));
    let known: Vec<&str> = BUILT_IN.into_iter().chain(known).collect();
    *digest.profile = Profile::built_in(name)
        .with_context(|| format!("no profile is called `{name}`; known are {}", known.join(", ")))?;
    Ok(())
}

fn web_address(name: &str) -> Option<Url> {
    Url::parse(name).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

impl Inspector {
    /// What a path or URL turns out to be, with its name; of a folder each post in it.
    async fn inspected(&mut self, path: &Path) -> anyhow::Result<Vec<(String, Inspected)>> {
        let name = path.display().to_string();
        if let Some(url) = web_address(&name) {
            let inspected = self.fetched(&name, url).await?;
            return Ok(vec![(name, inspected)]);
        }
        if path.is_dir() {
            return Ok(self.folder(name, path));
        }
        let inspected = self.file(&name, path);
        Ok(vec![(name, inspected)])
    }

    fn folder(&self, name: String, path: &Path) -> Vec<(String, Inspected)> {
        let FoundFiles { files, complaints, .. } = PostFiles::of_folder(path).list(std::iter::empty());
        let troubles = complaints.into_iter().map(|complaint| {
            let why = complaint.message.trim_start_matches("cannot be read: ").to_owned();
            (complaint.place.path, Inspected::Failed(why))
        });
        let files = files.into_iter().map(|file| {
            let inspected = self.file(&file.path, Path::new(&file.path));
            (file.path, inspected)
        });
        let inspected: Vec<_> = troubles.chain(files).collect();
        let none = || vec![(name, Inspected::Failed("no post, which is a file *.md, is in this folder".to_owned()))];
        if inspected.is_empty() { none() } else { inspected }
    }

    fn file(&self, name: &str, path: &Path) -> Inspected {
        let is_post = path.extension().is_some_and(|extension| extension == "md" || extension == "markdown");
        let cap = if is_post { MAX_POST_BYTES } else { MAX_FEED_BYTES as u64 };
        let (bytes, size) = match read(path, cap) {
            Ok(read) => read,
            Err(error) => return Inspected::Failed(error.to_string()),
        };
        if !is_post && !begins_as_post(&bytes) {
            return Inspected::Feed(Box::new(self.read(name, &bytes, self.base.as_ref(), None)));
        }
        let reading = if size > MAX_POST_BYTES {
            digest::too_large(name, size)
        } else {
            digest::read(name, &bytes, self.options(name))
        };
        Inspected::Post(Box::new(reading))
    }

    /// How a file is read: as a post of the input that finds it.
    fn options(&self, path: &str) -> &DigestOptions {
        let of = self.inputs.iter().find(|input| input.posts.finds(path));
        of.map_or(&self.digest, |input| &input.digest)
    }

    fn read(&self, place: &str, bytes: &[u8], base: Option<&Url>, content_type: Option<&str>) -> Document {
        feed::read(bytes, &Origin { place, base, content_type, timezone: self.timezone })
    }
}

/// Posts begin with front matter; no feed begins so.
fn begins_as_post(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start().starts_with(b"---")
}

/// At most a byte more than `cap`, and the size that the file says it has.
fn read(path: &Path, cap: u64) -> std::io::Result<(Vec<u8>, u64)> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    let size = file.metadata()?.len();
    file.take(cap + 1).read_to_end(&mut bytes)?;
    let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok((bytes, size.max(read)))
}

impl Inspected {
    fn code(&self) -> u8 {
        let complained = match self {
            Self::Failed(_) => return 1,
            Self::Post(reading) => reading.complaints.iter().any(|complaint| complaint.severity == Severity::Error),
            Self::Feed(document) => matches!(**document, Document::Unreadable(_)),
        };
        if complained { 3 } else { 0 }
    }

    fn json(&self, name: &str) -> String {
        match self {
            Self::Post(reading) => digest::inspect_json(name, reading),
            Self::Feed(document) => feed::inspect_json(name, document),
            Self::Failed(error) => serde_json::json!({ "path": name, "error": error }),
        }
        .to_string()
    }

    fn told(&self, name: &str) -> String {
        match self {
            Self::Post(reading) => told::post(name, reading),
            Self::Feed(document) => told::document(name, document),
            Self::Failed(error) => format!("{name}: cannot be read: {error}"),
        }
    }
}
