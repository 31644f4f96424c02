//! The command line: arguments, printing, exit codes. Results go to stdout, everything else to stderr.
//!
//! The only module that prints and, with the daemon, the only one that reads the clock.

mod args;
mod export;
mod import;
mod inspect;
mod once;
mod status;
mod summary;
mod verify;

use anyhow::Context;
use args::{Args, Command};
use chrono::{DateTime, Utc};
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

use crate::config::{self, Environment, Settings};

/// Usage or configuration is wrong.
const USAGE: u8 = 2;

/// Runs the program.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let environment = Environment::read();
    crate::telemetry::start_logging(environment.log.as_deref().unwrap_or(args.log_filter()));
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&anyhow::Error::new(error).context("cannot start"), 1),
    };
    let code = runtime.block_on(Box::pin(run(&args, &environment)));
    // A task that still blocks (a slow disk) must not hold up the end.
    runtime.shutdown_background();
    code
}

async fn run(args: &Args, environment: &Environment) -> ExitCode {
    let outcome = match &args.command {
        Some(Command::Inspect(inspect)) => inspect::run(args, inspect, environment).await,
        Some(Command::Verify(verify)) => verify::run(args, verify, environment).await,
        Some(Command::Status) => match settings(args, environment) {
            Ok(settings) => status::run(args, &settings).await,
            Err(error) => return complain(&error.into(), USAGE),
        },
        Some(Command::Import(import)) => import::run(args, import, environment),
        Some(Command::Export) => match settings(args, environment) {
            Ok(settings) => export::run(&settings),
            Err(error) => return complain(&error.into(), USAGE),
        },
        None if args.once => match settings(args, environment) {
            Ok(settings) => once::run(args, settings).await,
            Err(error) => return complain(&error.into(), USAGE),
        },
        None => {
            let error = anyhow::anyhow!("the daemon is not built yet; run one cycle with --once, see --help");
            return complain(&error, USAGE);
        }
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => complain(&error, 1),
    }
}

fn settings(args: &Args, environment: &Environment) -> Result<Settings, config::Error> {
    let mut settings = config::load(&config::find(args.config.as_deref(), environment)?, environment)?;
    settings.cycle.offline = args.offline;
    Ok(settings)
}

/// The settings for commands that need no configuration: a file that was named must be there and right.
fn settings_or_default(args: &Args, environment: &Environment) -> Result<Option<Settings>, config::Error> {
    match settings(args, environment) {
        Ok(settings) => Ok(Some(settings)),
        Err(config::Error::Missing) => Ok(None),
        Err(error) => Err(error),
    }
}

fn complain(error: &anyhow::Error, code: u8) -> ExitCode {
    warn(error);
    ExitCode::from(code)
}

/// Tells an error with its causes, each once.
fn warn(error: &anyhow::Error) {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !told.contains(&cause) {
            let colon = if told.is_empty() { "" } else { ": " };
            told = format!("{told}{colon}{cause}");
        }
    }
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(std::io::stderr(), "wellsourced: {told}");
}

/// Writes a line to stdout. A reader that went away (`| head`) is no failure of ours, but ends the work.
fn print(line: &str) -> anyhow::Result<()> {
    write_out(format!("{line}\n").as_bytes())
}

/// Writes whole lines to stdout.
fn write_out(lines: &[u8]) -> anyhow::Result<()> {
    std::io::stdout().write_all(lines).context("cannot write to stdout")
}

#[allow(clippy::disallowed_methods, reason = "the clock is read here, once, and handed down")]
fn now() -> DateTime<Utc> {
    Utc::now()
}
