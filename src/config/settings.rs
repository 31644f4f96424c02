//! The configuration as meant: every value checked, every default filled in.

use super::file::{self, File};
use super::profiles::{self, MeantProfile};
use super::text::FileText;
use super::{Environment, Error, bucket, inputs, zones};
use crate::pipeline::{ArchiveOptions, Options, VerifyOptions};
use crate::schedule::Schedule;
use crate::telemetry::LogFormat;
use crate::{net, publish, verify};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;
use url::{Host, Url};

/// Where the store is when nothing says so.
const STORE_URL: &str = "sqlite:var/wellsourced.db";

/// Where feeds and pages appear when nothing says so.
const DIRECTORY: &str = "feeds";

/// When cycles run when nothing says so.
const CYCLE: &str = "*/15 * * * *";

/// Whom to ask for copies when nothing says so.
const ARCHIVE: &str = "https://web.archive.org/";

/// How long it is asked in a cycle.
const ARCHIVE_BUDGET: Duration = Duration::from_mins(1);

/// Where to listen when nothing says so: reachable from this machine only.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
const ADMIN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9188);

/// What the program does.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The store.
    pub store_url: String,
    /// A cycle.
    pub cycle: Options,
    /// When the daemon runs a cycle.
    pub schedule: Schedule,
    /// Where to listen.
    pub serve: Listeners,
    /// The profiles of the file, by name.
    pub profiles: BTreeMap<String, MeantProfile>,
    /// How log lines look.
    pub log_format: LogFormat,
}

impl Settings {
    /// Where the claims on the store are made: beside its file, or, where nodes share it, beside the published directory.
    pub fn claim_url(&self) -> String {
        if self.store_url.starts_with("sqlite:") {
            return self.store_url.clone();
        }
        let directory = self.cycle.directory.to_string_lossy();
        format!("sqlite:{}", directory.trim_end_matches('/'))
    }

    /// Everything that runs by a schedule of its own, with its name.
    pub fn jobs(&self) -> impl Iterator<Item = (&str, &Schedule)> {
        std::iter::once(("cycle", &self.schedule))
            .chain(self.cycle.inputs.iter().filter_map(|input| Some((input.name(), input.schedule()?))))
    }
}

impl Settings {
    /// Why readers on this machine would not find what is published: addresses in it name another port than the one that is
    /// served. Nothing is said of a `base_url` elsewhere, where another server may stand in front.
    pub fn odd_port(&self) -> Option<String> {
        let (base, listen) = (&self.cycle.publish.base_url, self.serve.listen);
        let is_here = match base.host()? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let port = base.port_or_known_default()?;
        let is_odd = is_here && listen.ip().is_loopback() && listen.port() != 0 && listen.port() != port;
        is_odd.then(|| {
            format!(
                "`[site] base_url` is {base}, and `[serve] listen` is {listen}: addresses in the feeds lead to port {port}, where                  nothing of this is served; write the same port in both"
            )
        })
    }
}

/// Where the daemon listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listeners {
    /// For everybody.
    pub listen: SocketAddr,
    /// For the operator.
    pub admin: SocketAddr,
}

/// What a configuration file means.
pub(super) fn mean(path: &str, text: &str, file: &File, environment: &Environment) -> Result<Settings, Error> {
    let text = FileText::new(path, text);
    let base_url = text.url(&file.site.base_url)?;
    let timezone = timezone(&text, file.site.timezone.as_ref())?;
    let language = match file.site.language {
        file::WrittenLanguage::ZhCn => publish::Language::ZhCn,
        file::WrittenLanguage::En => publish::Language::En,
    };
    let publish = publish::Options {
        author: file.site.author.clone().unwrap_or_else(|| file.site.title.clone()),
        title: file.site.title.clone(),
        language,
        timezone,
        formats: formats(file.publish.formats.as_deref()),
        items_per_feed: text.at_least_one(file.publish.items_per_feed.as_ref(), 50)?.min(1000),
        item_link: match file.publish.item_link {
            file::WrittenItemLink::Page => publish::ItemLink::Page,
            file::WrittenItemLink::Source => publish::ItemLink::Source,
        },
        base_url: base_url.clone(),
        exact_keys: file.publish.exact_keys,
        theme: theme(&text, file.publish.theme.as_ref())?,
        icon: icon(&text, file.site.icon.as_ref())?,
        pictures: file.publish.pictures.unwrap_or(true),
    };
    let store_url = store_url(&text, file.store.url.as_ref(), environment)?;
    let schedule = match &file.schedule.cycle {
        Some(written) => text.schedule(written, timezone)?,
        None => text.schedule(&Spanned::new(0..0, CYCLE.to_owned()), timezone)?,
    };
    let cycle = Options {
        inputs: inputs::mean(&text, file, timezone, environment.home.as_deref())?,
        slugs: file.tags.slugs.clone(),
        offline: false,
        ask_now: None,
        take_over: false,
        node: node(&text, file.store.node.as_ref())?,
        net: net(&text, &file.net, &base_url)?,
        verify: verify(&text, &file.verify)?,
        archive: archive(&text, &file.archive)?,
        publish,
        directory: directory(file, &store_url),
        bucket: bucket::mean(&text, file, &schedule, environment)?,
    };
    let log_format = match file.log.format {
        file::WrittenLogFormat::Auto => LogFormat::Auto,
        file::WrittenLogFormat::Text => LogFormat::Text,
        file::WrittenLogFormat::Json => LogFormat::Json,
    };
    let profiles = profiles::check(&text, &file.profiles)?;
    Ok(Settings { store_url, cycle, profiles, schedule, serve: listeners(&text, &file.serve)?, log_format })
}

fn listeners(text: &FileText<'_>, written: &file::ServeTable) -> Result<Listeners, Error> {
    let address = |written: Option<&Spanned<String>>, default: SocketAddr| match written {
        None => Ok(default),
        Some(written) => written.as_ref().parse().map_err(|_invalid| {
            let message = format!("`{}` is not an address with a port; write 127.0.0.1:8080", written.as_ref());
            text.wrong(&written.span(), message)
        }),
    };
    let listen = address(written.listen.as_ref(), LISTEN)?;
    let admin = address(written.admin.as_ref(), ADMIN)?;
    match &written.admin {
        Some(written) if listen == admin && listen.port() != 0 => {
            Err(text.wrong(&written.span(), "what is for the operator needs an address of its own"))
        }
        _ => Ok(Listeners { listen, admin }),
    }
}

/// The published directory.
fn directory(file: &File, store_url: &str) -> PathBuf {
    match (&file.publish.directory, &file.publish.bucket) {
        (Some(directory), _) => PathBuf::from(directory),
        (None, Some(_)) => bucket::working_folder(store_url),
        (None, None) => PathBuf::from(DIRECTORY),
    }
}

/// What this node is called: as written, or as its machine is.
fn node(text: &FileText<'_>, written: Option<&Spanned<String>>) -> Result<String, Error> {
    let Some(written) = written else {
        return Ok(rustix::system::uname().nodename().to_string_lossy().into_owned());
    };
    let name = written.as_ref();
    let is_word = !name.is_empty() && name.len() <= 100 && name.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_word {
        return Err(text.wrong(&written.span(), "a node's name is a word of visible ASCII characters, as `node-1`"));
    }
    Ok(name.clone())
}

/// The store's URL. What is not understood is not repeated: it may hold a password.
fn store_url(
    text: &FileText<'_>,
    written: Option<&Spanned<String>>,
    environment: &Environment,
) -> Result<String, Error> {
    let understood = |url: &str| ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
    let message = "only SQLite and PostgreSQL are built in; write sqlite:PATH, or postgres://USER@HOST/DATABASE";
    match (&environment.store_url, written) {
        (Some(url), _) if understood(url) => Ok(url.clone()),
        (Some(_), _) => Err(Error::Environment { name: "WELLSOURCED_STORE_URL", message }),
        (None, Some(url)) if understood(url.as_ref()) => Ok(url.as_ref().clone()),
        (None, Some(url)) => Err(text.wrong(&url.span(), message)),
        (None, None) => Ok(STORE_URL.to_owned()),
    }
}

fn timezone(text: &FileText<'_>, written: Option<&Spanned<String>>) -> Result<Tz, Error> {
    let Some(written) = written else { return Ok(Tz::UTC) };
    written.as_ref().parse().map_err(|_unknown| {
        let name = written.as_ref();
        let nearest = zones::nearest(name);
        text.wrong(&written.span(), format!("`{name}` is not a time zone; the nearest is `{nearest}`"))
    })
}

fn theme(text: &FileText<'_>, written: Option<&Spanned<String>>) -> Result<publish::Theme, Error> {
    let Some(written) = written else { return Ok(publish::Theme::default()) };
    let folder = Path::new(written.as_ref());
    if !folder.is_dir() {
        let message = format!("`{}` is no folder; `wellsourced theme export FOLDER` makes one", folder.display());
        return Err(text.wrong(&written.span(), message));
    }
    Ok(publish::load_theme(folder)?)
}

fn icon(text: &FileText<'_>, written: Option<&Spanned<String>>) -> Result<publish::Icon, Error> {
    let Some(written) = written else { return Ok(publish::Icon::default()) };
    publish::Icon::read(Path::new(written.as_ref())).map_err(|error| text.wrong(&written.span(), error.to_string()))
}

fn formats(written: Option<&[file::WrittenFormat]>) -> Vec<publish::Format> {
    let all = [file::WrittenFormat::Rss, file::WrittenFormat::Atom, file::WrittenFormat::Json];
    let mut formats = Vec::new();
    for format in written.unwrap_or(&all) {
        let format = match format {
            file::WrittenFormat::Rss => publish::Format::Rss,
            file::WrittenFormat::Atom => publish::Format::Atom,
            file::WrittenFormat::Json => publish::Format::Json,
        };
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats
}

fn net(text: &FileText<'_>, written: &file::NetTable, base_url: &Url) -> Result<net::Options, Error> {
    let default = net::Options::default();
    let duration = |written: &Option<Spanned<String>>, default| match written {
        Some(written) => text.duration(written),
        None => Ok(default),
    };
    let mut allow_networks = Vec::with_capacity(written.allow_networks.len());
    for network in &written.allow_networks {
        allow_networks.push(network.as_ref().parse().map_err(|_invalid| {
            let message = format!("`{}` is not a network; write 127.0.0.0/8 or fd00::/8", network.as_ref());
            text.wrong(&network.span(), message)
        })?);
    }
    let user_agent = match &written.user_agent {
        Some(agent) if agent.as_ref().is_empty() || !agent.as_ref().bytes().all(|b| (0x20..0x7f).contains(&b)) => {
            return Err(text.wrong(&agent.span(), "a user agent is a line of visible ASCII (RFC 9110, section 10.1.5)"));
        }
        Some(agent) => agent.as_ref().clone(),
        None => format!("wellsourced/{} (+{base_url})", env!("CARGO_PKG_VERSION")),
    };
    Ok(net::Options {
        user_agent,
        timeout: duration(&written.timeout, default.timeout)?,
        concurrency: text.at_least_one(written.concurrency.as_ref(), default.concurrency)?,
        per_host: text.at_least_one(written.per_host.as_ref(), default.per_host)?,
        interval: duration(&written.interval, default.interval)?,
        allow_networks,
        resolve: written.resolve.iter().map(|(name, addresses)| (name.clone(), addresses.to_vec())).collect(),
        ca_file: written.ca_file.as_ref().map(PathBuf::from),
    })
}

fn archive(text: &FileText<'_>, written: &file::ArchiveTable) -> Result<ArchiveOptions, Error> {
    let default = Spanned::new(0..0, ARCHIVE.to_owned());
    let budget = written.budget.as_ref().map_or(Ok(ARCHIVE_BUDGET), |budget| text.duration(budget))?;
    Ok(ArchiveOptions { url: text.url(written.url.as_ref().unwrap_or(&default))?, save: written.save, budget })
}

fn verify(text: &FileText<'_>, written: &file::VerifyTable) -> Result<VerifyOptions, Error> {
    let days = |duration: Duration| chrono::Duration::from_std(duration).unwrap_or(chrono::Duration::MAX);
    let mut policy = verify::Policy::default();
    if let Some(confirm) = &written.confirm_gone {
        policy.confirm_gone_checks = confirm.checks.max(1);
        policy.confirm_gone_over = days(text.duration(&confirm.over)?);
    }
    if let Some(confirm) = &written.confirm_moved {
        policy.confirm_moved_checks = confirm.checks.max(1);
        policy.confirm_moved_over = days(text.duration(&confirm.over)?);
    }
    let robots = match written.robots {
        file::WrittenRobots::Ignore => verify::Robots::Ignore,
        file::WrittenRobots::Respect => verify::Robots::Respect,
    };
    let check = verify::CheckOptions { robots, ..verify::CheckOptions::default() };
    if let Some(ages) = &written.recheck {
        policy.recheck = ages.iter().map(|age| text.duration(age).map(days)).collect::<Result<_, _>>()?;
    }
    let budget = match &written.budget {
        Some(budget) => text.duration(budget)?,
        None => Duration::from_mins(10),
    };
    let withhold_for = written.withhold_for.as_ref().map(|written| text.duration(written)).transpose()?;
    let showing = match written.policy {
        file::WrittenPolicy::Annotate => crate::ledger::Showing::Annotate,
        file::WrittenPolicy::Withhold => {
            crate::ledger::Showing::Withhold { at_most: days(withhold_for.unwrap_or(Duration::from_hours(24))) }
        }
        file::WrittenPolicy::Drop => crate::ledger::Showing::Drop,
    };
    Ok(VerifyOptions { check, policy, budget, showing })
}
