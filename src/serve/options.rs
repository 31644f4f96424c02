//! What serving takes, as meant (the configuration and the schedule fill it in).

use crate::publish;
use crate::store::Store;
use std::path::PathBuf;
use std::time::Duration;

/// Memory for prepared files when nothing else is said.
pub const BUDGET: usize = 32 * 1024 * 1024;

/// As long as a client is told to wait for what cannot be answered now (`Retry-After`).
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How a published directory is served.
#[derive(Debug, Clone)]
pub struct Options {
    /// The published directory.
    pub directory: PathBuf,
    /// The site that is published there: its language, its formats, where it is served.
    pub site: publish::Options,
    /// How long an answer may be kept without asking again: as long as a publish is away, by the schedule.
    pub max_age: Duration,
    /// Knows the paths of tags by their names; without it a name is tried by the default path.
    pub store: Option<Store>,
    /// Memory that prepared files may take, bytes. While a publish is read it is twice that.
    pub budget: usize,
    /// How long a file that could not be answered is not looked at again.
    pub look_again: Duration,
    /// How long a request waits for a file that is not in memory. Not changed by a reload.
    pub patience: Duration,
}

impl Options {
    /// Serves a directory, with the usual memory.
    pub fn new(directory: PathBuf, site: publish::Options, max_age: Duration) -> Self {
        Self { directory, site, max_age, store: None, budget: BUDGET, look_again: LOOK_AGAIN, patience: LOOK_AGAIN }
    }
}

/// What connections may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Open at once, and no more than half the descriptors of the process. Beyond, the one that was idle longest makes way;
    /// when all are busy, one more is answered 503 and closed.
    pub connections: usize,
    /// From its first byte (or the accepting of the connection) to the end of a request's head.
    pub head: Duration,
    /// Between an answer and the next request.
    pub idle: Duration,
    /// Without a byte of an answer being taken.
    pub stalled: Duration,
    /// A whole answer.
    pub answer: Duration,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// For answers under way to be finished, once it is time to stop.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            head: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            stalled: Duration::from_secs(30),
            answer: Duration::from_mins(10),
            head_bytes: 16 * 1024,
            grace: Duration::from_secs(9),
        }
    }
}
