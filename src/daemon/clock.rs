//! The time of day, and waiting. Two things on purpose: a machine that was suspended, or whose clock was set, has waited less
//! or more than its clock says.

use chrono::{DateTime, Utc};
use std::future::Future;
use std::time::Duration;

/// Where time comes from: the system, or a test that steps it.
pub(super) trait Clock: Send + Sync {
    /// What the clock on the wall shows.
    fn now(&self) -> DateTime<Utc>;

    /// Waits while the machine runs.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// The system's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct System;

impl Clock for System {
    #[allow(clippy::disallowed_methods, reason = "the daemon reads the clock here, and hands it down")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(time)
    }
}
