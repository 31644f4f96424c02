//! What changes: the posts of all digest inputs, the configuration file, its icon and the files of its theme, looked at again and again by the walk that a cycle
//! makes.
//!
//! Looked at, and not told by the system (inotify): that would have to follow every link, every new folder and every mount as the
//! walk does, and says nothing on a network file system. A look at 5,000 posts takes some milliseconds; pauses are so long that
//! looking takes a twentieth of a processor at most.

use crate::config::Settings;
use crate::pipeline::{FoundFile, Input};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Between two looks, where one takes next to no time; else so many times as long as a look takes.
const PAUSE: Duration = Duration::from_millis(500);
const TIMES: u32 = 20;

/// After a change it is looked again until nothing changes for so long, at most so many times: who saves a file may remove it
/// first, and a checkout writes many.
const SETTLING: Duration = Duration::from_millis(150);
const LOOKS: usize = 20;

/// The files that are watched, as they stood when they were looked at.
#[derive(Debug, PartialEq)]
pub(super) struct WatchedFiles {
    /// Per path.
    posts: BTreeMap<String, FoundFile>,
    /// The configuration, the files of its theme, and its icon.
    pub(super) config: BTreeMap<String, Option<FileStamp>>,
}

/// What a file looks like: length and time.
type FileStamp = (u64, i64, i64);

impl WatchedFiles {
    /// Looks how the files stand. `before`: those that were there, some of which no walk may meet.
    pub(super) fn look(settings: &Settings, config: &Path, before: Option<&Self>) -> Self {
        let mut posts = BTreeMap::new();
        for input in &settings.cycle.inputs {
            let Input::Digest(input) = input else { continue };
            let known = before.into_iter().flat_map(|before| before.posts.keys()).map(String::as_str);
            let found = input.posts.list(known);
            posts.extend(found.files.into_iter().map(|file| (file.path.clone(), file)));
        }
        let of_theme = settings.cycle.publish.theme.files();
        let icon = settings.cycle.publish.icon.file().map(Path::to_owned);
        let config = std::iter::once(config.to_owned()).chain(of_theme).chain(icon).map(|path| {
            let stands = std::fs::metadata(&path).ok();
            let stands = stands.map(|metadata| (metadata.len(), metadata.mtime(), metadata.mtime_nsec()));
            (path.display().to_string(), stands)
        });
        Self { posts, config: config.collect() }
    }

    /// How many posts there are.
    pub(super) fn posts(&self) -> usize {
        self.posts.len()
    }

    /// Waits until something is otherwise, and stays so for a moment; `None`: until it is time to end.
    pub(super) async fn next(&self, settings: &Settings, config: &Path, stop: &CancellationToken) -> Option<Self> {
        let mut pause = PAUSE;
        loop {
            stop.run_until_cancelled(tokio::time::sleep(pause)).await?;
            let began = Instant::now();
            let mut latest = Self::look(settings, config, Some(self));
            pause = PAUSE.max(began.elapsed() * TIMES);
            if latest == *self {
                continue;
            }
            for _ in 0..LOOKS {
                stop.run_until_cancelled(tokio::time::sleep(SETTLING)).await?;
                let again = Self::look(settings, config, Some(self));
                let has_settled = again == latest;
                latest = again;
                if has_settled {
                    break;
                }
            }
            if latest != *self {
                return Some(latest);
            }
        }
    }

    /// The paths of what came, went or is otherwise in `latest`, in their order.
    pub(super) fn changed(&self, latest: &Self) -> Vec<String> {
        let came_or_changed = latest.posts.iter().filter(|(path, file)| self.posts.get(*path) != Some(*file));
        let went = self.posts.keys().filter(|path| !latest.posts.contains_key(*path));
        let mut changed: Vec<String> = came_or_changed.map(|(path, _)| path).chain(went).cloned().collect();
        changed.sort();
        let came_or_changed = latest.config.iter().filter(|(path, stands)| self.config.get(*path) != Some(*stands));
        let went = self.config.iter().filter(|(path, _)| !latest.config.contains_key(*path));
        changed.splice(0..0, came_or_changed.chain(went).map(|(path, _)| path.clone()));
        changed
    }
}
