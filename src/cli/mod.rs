//! The command line: arguments, printing, exit codes. Results go to stdout, everything else to stderr.
//!
//! The only module that prints and, with the daemon, the only one that reads the clock.

mod args;
mod check;
mod draft;
mod export;
mod fetch;
mod help;
mod import;
mod inspect;
mod named;
mod new;
mod nodes;
mod once;
mod paint;
mod release;
mod schedule;
mod spell;
mod status;
mod store;
mod summary;
mod theme;
mod verify;
mod watch;

pub use help::{ENVIRONMENT, EXIT_STATUS, FILES, SIGNALS};

use anyhow::Context;
use args::{Args, Command};
use chrono::{DateTime, Utc};
use clap::{CommandFactory, Parser};
use std::io::Write;
use std::process::ExitCode;

use crate::config::{self, Environment, Settings};
use crate::daemon::{self, Inherited, Start};
use crate::telemetry::{self, LogFormat, LogOptions, OneLine};

/// Usage or configuration is wrong.
const USAGE: u8 = 2;

/// What the program understands, for its manual and the completions of shells.
pub fn command() -> clap::Command {
    Args::command()
}

/// Runs the program.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let environment = Environment::read();
    let is_daemon = args.command.is_none() && !args.once;
    // Before there are threads.
    let inherited = match is_daemon.then(|| Inherited::take(environment.listen_names.as_deref())).transpose() {
        Ok(inherited) => inherited.unwrap_or_default(),
        Err(error) => return complain(&error, 1, &environment),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&anyhow::Error::new(error).context("cannot start"), 1, &environment),
    };
    let code = runtime.block_on(Box::pin(run(&args, &environment, inherited)));
    // A task that still blocks (a slow disk) must not hold up the end.
    runtime.shutdown_background();
    code
}

async fn run(args: &Args, environment: &Environment, inherited: Inherited) -> ExitCode {
    let outcome = match &args.command {
        Some(Command::Inspect(inspect)) => inspect::run(args, inspect, environment).await,
        Some(Command::Check(check)) => check::run(args, check, environment).await,
        Some(Command::Verify(verify)) => verify::run(args, verify, environment).await,
        Some(Command::Import(import)) => import::run(args, import, environment),
        Some(Command::Theme(theme)) => theme::run(args, theme),
        Some(Command::Store(store)) => store::run(args, store).await,
        command => match settings(args, environment) {
            Err(error) => return complain(&error.into(), USAGE, environment),
            Ok(settings) => match command {
                Some(Command::Schedule(next)) => schedule::run(args, next, &settings),
                Some(Command::Export) => export::run(&settings),
                Some(Command::Fetch(fetch)) => fetch::run(args, fetch, settings).await,
                Some(Command::New(new)) => new::run(args, new, &settings),
                Some(Command::Draft(draft)) => draft::run(args, draft, &settings).await,
                Some(Command::Watch(watch)) => watch::run(args, watch, environment, settings).await,
                Some(Command::Release(release)) => release::run(args, release, &settings).await,
                Some(_) => status::run(args, &settings).await,
                None if args.once => {
                    let colours = args.color.on_stdout(environment.no_color);
                    once::run(args, settings, "wellsourced --once", once::whole(colours)).await
                }
                None => daemon(args, environment, settings, inherited).await,
            },
        },
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => complain(&error, 1, environment),
    }
}

async fn daemon(
    args: &Args,
    environment: &Environment,
    settings: Settings,
    inherited: Inherited,
) -> anyhow::Result<u8> {
    let config = config::find(args.config.as_deref(), environment)?;
    let start = Start { config, environment: environment.clone(), settings, inherited };
    Box::pin(daemon::run(start)).await
}

fn settings(args: &Args, environment: &Environment) -> Result<Settings, config::Error> {
    let settings = config::find(args.config.as_deref(), environment).and_then(|path| config::load(&path, environment));
    start_logging(args, environment, settings.as_ref().map(|settings| settings.log_format).unwrap_or_default());
    let serves = match &args.command {
        Some(Command::Watch(watch)) => watch.listen.is_none(),
        command => command.is_none(),
    };
    if let Some(odd) = settings.as_ref().ok().filter(|_| serves).and_then(Settings::odd_port) {
        warn(&anyhow::Error::msg(odd));
    }
    settings.map(|mut settings| {
        settings.cycle.offline = args.offline;
        settings.cycle.take_over = args.take_over;
        settings
    })
}

fn start_logging(args: &Args, environment: &Environment, format: LogFormat) {
    let filter = environment.log.as_deref().unwrap_or(args.log_filter()).to_owned();
    let journal_stream = environment.journal_stream.clone();
    telemetry::start_logging(&LogOptions { filter, format, journal_stream, colours: !environment.no_color });
}

/// The settings for commands that need no configuration: a file that was named must be there and right.
fn settings_or_default(args: &Args, environment: &Environment) -> Result<Option<Settings>, config::Error> {
    match settings(args, environment) {
        Ok(settings) => Ok(Some(settings)),
        Err(config::Error::Missing) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Tells why the program ends; to the journal with the priority of an error.
fn complain(error: &anyhow::Error, code: u8, environment: &Environment) -> ExitCode {
    let journal = telemetry::is_journal(environment.journal_stream.as_deref());
    tell(if journal { "<3>" } else { "wellsourced: " }, error);
    ExitCode::from(code)
}

/// Tells an error that does not end the program.
fn warn(error: &anyhow::Error) {
    tell("wellsourced: ", error);
}

/// Tells an error with its causes, each once.
fn tell(prefix: &str, error: &anyhow::Error) {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !told.contains(&cause) {
            let colon = if told.is_empty() { "" } else { ": " };
            told = format!("{told}{colon}{cause}");
        }
    }
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(std::io::stderr(), "{prefix}{}", OneLine(&told));
}

/// Writes a line to stdout, without what would command a terminal. A reader that went away (`| head`) is no failure of ours,
/// but ends the work.
fn print(line: &str) -> anyhow::Result<()> {
    write_out(format!("{}\n", telemetry::printable(line)).as_bytes())
}

/// The same in colours.
fn print_painted(text: &str) -> anyhow::Result<()> {
    write_out(paint::painted(&format!("{}\n", telemetry::printable(text))).as_bytes())
}

/// Writes whole lines to stdout.
fn write_out(lines: &[u8]) -> anyhow::Result<()> {
    std::io::stdout().write_all(lines).context("cannot write to stdout")
}

#[allow(clippy::disallowed_methods, reason = "the clock is read here, once, and handed down")]
fn now() -> DateTime<Utc> {
    Utc::now()
}
