//! `watch`: publishes whenever a post or the configuration changes, and serves what is published.
//!
//! It is a daemon of its store without a schedule: cycle and server are the daemon's, what makes it run is `changes`.

mod changes;

use super::args::{Args, WatchArgs};
use super::spell::{Count, counted};
use super::{now, once, print, summary, warn};
use crate::config::{self, Environment, Settings};
use crate::daemon;
use crate::model::Complaint;
use crate::pipeline::{Input, Report};
use crate::publish::layout;
use crate::serve::{self, Limits, ServedSite};
use crate::store::{Claim, Lock, Store};
use crate::telemetry::OneLine;
use anyhow::{anyhow, bail};
use changes::WatchedFiles;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What others are told who wait for the store.
const DOING: &str = "wellsourced watch";

/// Changed files told one by one.
const TOLD: usize = 10;

/// Publishes and serves until a signal ends it.
pub(super) async fn run(
    args: &Args,
    watch: &WatchArgs,
    environment: &Environment,
    mut settings: Settings,
) -> anyhow::Result<u8> {
    let config = config::find(args.config.as_deref(), environment)?;
    settings.cycle.offline = !watch.online;
    let (address, key) = match watch.listen {
        Some(address) => (address, "--listen"),
        None => (settings.serve.listen, "[serve] listen; --listen ADDR:PORT takes another"),
    };
    let listener = daemon::listen(address, key).await?;
    let (args, environment) = (args.clone(), environment.clone());
    once::until_signalled(move |stop| async move {
        let editor = Editor { args, environment, config, settings, is_refused: false, stop };
        editor.work(listener).await
    })
    .await
}

/// Who waits for changes.
struct Editor {
    args: Args,
    environment: Environment,
    config: PathBuf,
    settings: Settings,
    /// Whether the configuration, or its theme, as it is now is wrong, so that the one before holds.
    is_refused: bool,
    stop: CancellationToken,
}

/// What is open while one watches.
struct Serving {
    store: Store,
    site: Arc<ServedSite>,
    server: JoinHandle<std::io::Result<()>>,
    /// The address of the front page.
    front: url::Url,
}

impl Editor {
    async fn work(mut self, listener: TcpListener) -> anyhow::Result<u8> {
        let claim = match Lock::try_take(&self.settings.claim_url(), Claim::Daemon, DOING, now())? {
            Ok(claim) => claim,
            Err(holder) => bail!(
                "this store has a daemon already, which publishes what changes with its next cycle (SIGUSR1 runs one now): \
                 {holder}; stop it to watch, or name another [store] url"
            ),
        };
        let mut watched = WatchedFiles::look(&self.settings, &self.config, None);
        let Some(report) = self.cycle().await? else { return Ok(0) };
        let serving = self.serve(listener).await?;
        self.tell_first(&watched, &report, &serving.front)?;
        while let Some(latest) = watched.next(&self.settings, &self.config, &self.stop).await {
            let changed = watched.changed(&latest);
            let is_otherwise = latest.config != watched.config;
            watched = latest;
            if is_otherwise {
                self.is_refused = !self.reload(&serving).await;
                // Of another theme no file was looked at yet.
                watched = WatchedFiles::look(&self.settings, &self.config, Some(&watched));
            }
            match self.cycle().await {
                Ok(Some(report)) => self.tell(&changed, &report, &serving).await?,
                Ok(None) => break,
                Err(error) => warn(&error.context("not published")),
            }
        }
        // How it ended was told by itself.
        let _ = serving.server.await;
        serving.store.close().await;
        drop(claim);
        Ok(0)
    }

    /// One cycle; `None` where it was ended before it began.
    async fn cycle(&self) -> anyhow::Result<Option<Report>> {
        let quiet = Args { quiet: true, ..self.args.clone() };
        once::cycle(&quiet, &self.settings, DOING, &self.stop).await
    }

    async fn serve(&self, listener: TcpListener) -> anyhow::Result<Serving> {
        let front = url::Url::parse(&format!("http://{}/", reachable(listener.local_addr()?)))?;
        let store = Store::open(&self.settings.store_url).await?;
        let site = ServedSite::open(daemon::serving(&self.settings, &store)).await?;
        let end = self.stop.clone().cancelled_owned();
        let server = tokio::spawn(serve::public(listener, Arc::clone(&site), Limits::default(), end));
        Ok(Serving { store, site, server, front })
    }

    /// Takes a changed configuration, or theme; a wrong one is told, and the old one stays. Tells whether it was taken.
    async fn reload(&mut self, serving: &Serving) -> bool {
        let mut new = match config::load(&self.config, &self.environment) {
            Ok(new) => new,
            Err(error) => {
                warn(&anyhow!(error).context("the configuration as it was stays"));
                return false;
            }
        };
        if new.store_url != self.settings.store_url || new.serve != self.settings.serve {
            warn(&anyhow!("[store] and [serve] have changed, which takes a new `watch`; their old values stay"));
        }
        (new.store_url, new.serve) = (self.settings.store_url.clone(), self.settings.serve);
        new.cycle.offline = self.settings.cycle.offline;
        self.settings = new;
        if let Err(error) = serving.site.configure(daemon::serving(&self.settings, &serving.store)).await {
            warn(&error.into());
        }
        true
    }

    fn tell_first(&self, watched: &WatchedFiles, report: &Report, front: &url::Url) -> anyhow::Result<()> {
        tell_complaints(&report.complaints, report)?;
        let posts = Count(watched.posts(), "post");
        print(&format!("Published {} to {}/: {front}", counted(report.items, "item"), report.published.directory))?;
        if self.settings.cycle.offline {
            print("Offline: no feed is asked and no source checked (--online does both).")?;
        }
        print(&format!("Watching {posts} and {}; Ctrl-C ends.", self.config.display()))
    }

    /// Tells in a line each what changed and where it is read, and what is wrong with it.
    async fn tell(&self, changed: &[String], report: &Report, serving: &Serving) -> anyhow::Result<()> {
        if let Err(error) = serving.site.reload().await {
            warn(&error.into());
        }
        for path in changed.iter().take(TOLD) {
            let what = self.what_became_of(path, report, serving).await?;
            print(&format!("{}: {what}", OneLine(path)))?;
        }
        if changed.len() > TOLD {
            print(&format!("… and {}: {}", Count(changed.len() - TOLD, "more file"), serving.front))?;
        }
        let is_of_changed = |complaint: &&Complaint| changed.contains(&complaint.place.path);
        let complaints: Vec<Complaint> = report.complaints.iter().filter(is_of_changed).cloned().collect();
        tell_complaints(&complaints, report)
    }

    async fn what_became_of(&self, path: &str, report: &Report, serving: &Serving) -> anyhow::Result<String> {
        let Serving { store, front, .. } = serving;
        let theme = &self.settings.cycle.publish.theme;
        if Path::new(path) == self.config || theme.folder().is_some_and(|folder| Path::new(path).starts_with(folder)) {
            let refused = || "refused; what was before holds on".to_owned();
            return Ok(if self.is_refused { refused() } else { format!("published anew: {front}") });
        }
        if !Path::new(path).exists() {
            return Ok(format!("gone: {front}"));
        }
        let why = |list: fn(&crate::pipeline::InputReport) -> &Vec<(String, String)>| {
            report.inputs.iter().flat_map(list).find(|(of, _)| of == path).map(|(_, why)| why.clone())
        };
        if let Some((_, until)) = report.inputs.iter().flat_map(|input| &input.held).find(|(of, _)| of == path) {
            return Ok(format!("held until {}", until.format("%Y-%m-%d %H:%M %:z")));
        }
        if let Some(why) = why(|input| &input.kept_out).or_else(|| why(|input| &input.skipped)) {
            return Ok(format!("not published: {}", OneLine(&why)));
        }
        for input in &self.settings.cycle.inputs {
            let Input::Digest(input) = input else { continue };
            let Some(id) = store.input_id(&input.name).await? else { continue };
            let edition = store.posts(id).await?.remove(path).and_then(|post| post.edition);
            let slugs = store.edition_slugs(&edition.into_iter().collect::<Vec<_>>()).await?;
            if let Some(slug) = slugs.first() {
                return Ok(front.join(&layout::edition(slug))?.to_string());
            }
        }
        Ok("not published".to_owned())
    }
}

/// Complaints, with file and line, and why nothing could be published.
fn tell_complaints(complaints: &[Complaint], report: &Report) -> anyhow::Result<()> {
    let told = summary::of_complaints(complaints);
    if !told.is_empty() {
        print(told.trim_end())?;
    }
    match &report.failure {
        Some(failure) => print(&format!("NOT PUBLISHED: {failure}")),
        None => Ok(()),
    }
}

/// An address that a browser on this machine can open.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
