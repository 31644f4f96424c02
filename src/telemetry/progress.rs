//! Progress of long work: bars on a terminal, nothing elsewhere.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// Shows how far a cycle is.
#[derive(Debug, Clone)]
pub struct Progress {
    bars: MultiProgress,
}

/// One step of a cycle under way; it vanishes when dropped.
#[derive(Debug)]
pub struct Bar(ProgressBar);

impl Bar {
    /// Counts work done.
    pub fn inc(&self, count: u64) {
        self.0.inc(count);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Progress {
    /// Bars on stderr.
    pub fn on_terminal() -> Self {
        Self { bars: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()) }
    }

    /// Shows nothing.
    pub fn hidden() -> Self {
        Self { bars: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()) }
    }

    /// Reading the posts of an input.
    pub fn collecting(&self, input: &str, posts: usize) -> Bar {
        self.bar(&format!("collecting {input}"), posts, "{pos}/{len} posts")
    }

    /// Fetching feeds.
    pub fn fetching(&self, feeds: usize) -> Bar {
        self.bar("fetching feeds", feeds, "{pos}/{len} feeds")
    }

    /// Checking links.
    pub fn checking(&self, links: usize) -> Bar {
        self.bar("checking sources", links, "{pos}/{len} links, {per_sec}")
    }

    /// Writing files.
    pub fn publishing(&self, files: usize) -> Bar {
        self.bar("publishing", files, "{pos}/{len} units")
    }

    fn bar(&self, what: &str, length: usize, counts: &str) -> Bar {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        let bar = self.bars.add(ProgressBar::new(length).with_message(what.to_owned()));
        let style = ProgressStyle::with_template(&format!("{{msg:24}} {{bar:30}} {counts} {{elapsed}}"));
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Bar(bar)
    }
}
