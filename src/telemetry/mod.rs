//! Logs, metrics and progress. Decides nothing; what it shows goes to stderr.

mod logging;
pub mod metrics;
mod one_line;
mod process;
mod progress;
mod trouble;

pub use logging::{LogFormat, LogOptions, is_journal, start_logging};
pub use one_line::{OneLine, printable};
pub use progress::{Bar, Progress};
pub use trouble::{Lasted, StandingTrouble};
