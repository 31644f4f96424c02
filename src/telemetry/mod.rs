//! Logs, metrics and progress. Decides nothing; what it shows goes to stderr.

pub mod metrics;
mod process;
mod progress;

pub use progress::{Bar, Progress};

use tracing_subscriber::EnvFilter;

/// Starts logging to stderr. `filter` is in the form of `tracing` directives; an unreadable one counts as `warn`.
pub fn start_logging(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("warn"));
    // A second start (in tests) leaves the first one.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
