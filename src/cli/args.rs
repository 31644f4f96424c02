//! Arguments as written.

use super::check::OutputFormat;
use super::help;
use super::paint::Colour;
use crate::model::Verdict;
use clap::{Args as ClapArgs, Parser, Subcommand};
use std::io::IsTerminal;
use std::path::PathBuf;

/// Publishes per-tag and combined feeds from a daily link digest, with every source checked
///
/// Without a command and without --once it runs as a daemon: it runs a cycle whenever the schedule says so and serves what is
/// published to feed readers, until it is told to end.
#[derive(Debug, Clone, Parser)]
#[allow(clippy::struct_excessive_bools, reason = "they are switches")]
#[command(version, about, after_help = help::after())]
pub(super) struct Args {
    /// The configuration; default: `$WELLSOURCED_CONFIG`, config/wellsourced.toml, /etc/wellsourced/wellsourced.toml
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) config: Option<PathBuf>,
    /// One cycle: collect, check the sources, publish
    #[arg(long)]
    pub(super) once: bool,
    /// Nothing leaves the machine; verdicts stay as they are
    #[arg(long)]
    pub(super) offline: bool,
    /// Make the published directory, and the bucket, this store's although it is another's
    #[arg(long, requires = "once")]
    pub(super) take_over: bool,
    /// Warnings end with exit code 4
    #[arg(long)]
    pub(super) strict: bool,
    /// Results as JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Only what is wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Colours of what is printed
    #[arg(long, value_name = "WHEN", global = true, value_enum, default_value_t)]
    pub(super) color: Colour,
    /// More of what happens
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum Command {
    /// Shows what would be collected from posts, feeds and pages
    Inspect(Inspect),
    /// Proofreads posts: what is wrong, where, and how to mend it
    Check(Proofreading),
    /// Checks URLs now; the store is untouched
    Verify(Verify),
    /// Starts the next post of a digest: number, date and empty items, in the form and at the path that the others have
    New(StartPost),
    /// Starts the next post of a digest with what feeds brought since the last one; only reads the store
    Draft(StartPost),
    /// Publishes whenever a post or the configuration changes, and serves it, until Ctrl-C
    Watch(WatchArgs),
    /// Shows inputs, links by verdict and the last cycle; only reads the store
    Status,
    /// Asks feeds now, due or not, and publishes what they bring; a daemon may be running
    Fetch(Fetch),
    /// Lets through what a feed brought that is held because it looks like another one
    Release(Release),
    /// Shows when each job runs next, with zone
    Schedule(Next),
    /// Appends the feeds of a list of subscriptions (OPML) to the configuration
    Import(Import),
    /// Prints the feeds of the configuration as a list of subscriptions (OPML)
    Export,
    /// What pages look like and what they say
    Theme(ThemeArgs),
    /// Where everything is remembered
    Store(StoreArgs),
}

#[derive(Debug, Clone, ClapArgs)]
pub(super) struct StoreArgs {
    #[command(subcommand)]
    pub(super) command: StoreCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum StoreCommand {
    /// Copies everything into a store that is empty, and compares both; stop what works on either first
    Copy {
        /// A store, as `sqlite:PATH` or `postgres://USER@HOST/DATABASE`; or a file that holds that, so that no password is seen
        #[arg(value_name = "FROM")]
        from: String,
        /// The same; made where it is not there
        #[arg(value_name = "TO")]
        to: String,
    },
}

#[derive(Debug, Clone, ClapArgs)]
pub(super) struct Import {
    /// The list, as feed readers export it; its folders become tags
    #[arg(value_name = "FILE.opml")]
    pub(super) file: PathBuf,
}

#[derive(Debug, Clone, ClapArgs)]
pub(super) struct ThemeArgs {
    #[command(subcommand)]
    pub(super) command: ThemeCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum ThemeCommand {
    /// Writes the built-in templates, stylesheet and words into a folder, to be changed and named in `[publish] theme`;
    /// overwrites nothing
    Export {
        /// Made where it is not there
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}

#[derive(Debug, Clone, ClapArgs)]
pub(super) struct Inspect {
    /// Resolves relative links, images and permalinks
    #[arg(long, value_name = "URL")]
    pub(super) base: Option<url::Url>,
    /// Reads posts by this profile: a built-in one, or one of the configuration; default: that of the input whose posts they are
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// Proposes a profile for posts, as lines for the configuration
    #[arg(long, conflicts_with = "profile")]
    pub(super) suggest: bool,
    /// Posts, folders of posts, feeds or pages
    #[arg(required = true, value_name = "PATH|URL")]
    pub(super) paths: Vec<PathBuf>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(super) struct Proofreading {
    /// Checks the links too: with --since those that posts add, else all; the store's history is read where there is one
    #[arg(long)]
    pub(super) online: bool,
    /// Mends in the posts what is safe: tracking parameters, signs glued to addresses, mistyped `https://`, and with --online
    /// addresses of pages that moved within their site
    #[arg(long)]
    pub(super) fix: bool,
    /// Only posts that changed since a revision of git, those that git does not know yet included
    #[arg(long, value_name = "REV")]
    pub(super) since: Option<String>,
    /// How it is told
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) format: OutputFormat,
    /// Warnings end with exit code 1 too
    #[arg(long)]
    pub(super) strict: bool,
    /// Posts, or folders of posts; none: every post of the configured digests
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(super) struct Verify {
    /// URLs to check; `-` reads them from stdin, one a line
    #[arg(required = true, value_name = "URL")]
    pub(super) urls: Vec<String>,
    /// Verdicts that are well; any other ends with exit code 3, and is all that -q prints
    #[arg(long, value_name = "VERDICT,…", value_delimiter = ',', default_value = "reachable,moved,blocked")]
    pub(super) accept: Vec<Verdict>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(super) struct StartPost {
    /// Name of a digest input; may be left out where there is one
    #[arg(value_name = "INPUT")]
    pub(super) input: Option<String>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(super) struct WatchArgs {
    /// Feeds are asked and sources checked, too; without it nothing leaves the machine
    #[arg(long)]
    pub(super) online: bool,
    /// Where the pages are served; default: `[serve] listen` of the configuration
    #[arg(long, value_name = "ADDR:PORT")]
    pub(super) listen: Option<std::net::SocketAddr>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(super) struct Fetch {
    /// Documents are fetched and read whole, even those that have not changed
    #[arg(long)]
    pub(super) whole: bool,
    /// Names of inputs, as configured; `status` tells them
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(super) struct Release {
    /// Name of the input, as configured; `status` tells which are held
    #[arg(value_name = "INPUT")]
    pub(super) input: String,
}

#[derive(Debug, Clone, ClapArgs)]
pub(super) struct Next {
    /// How many slots of each job
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(super) next: usize,
}

impl Args {
    /// What is logged when the environment does not say.
    pub(super) fn log_filter(&self) -> &'static str {
        if self.verbose {
            "wellsourced=debug"
        } else if self.quiet {
            "error"
        } else if self.command.is_none() && !self.once {
            // The daemon tells its cycles.
            "warn,wellsourced=info"
        } else if matches!(self.command, Some(Command::Verify(_))) && std::io::stderr().is_terminal() {
            // Who watches is told what is waited for.
            "warn,wellsourced::verify::check=debug"
        } else {
            "warn"
        }
    }
}
