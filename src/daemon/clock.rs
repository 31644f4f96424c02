//! The time of day, and waiting. Two things on purpose: a machine that was suspended, or whose clock was set, has waited less
//! or more than its clock says.

use chrono::{DateTime, TimeDelta, Utc};
use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// How far the clock on the wall is behind the one that counts, milliseconds.
static OFF: AtomicI64 = AtomicI64::new(0);

/// Goes by another clock where the one on the wall is further off than is tolerated; tells how far it is then. Both are
/// milliseconds.
#[allow(clippy::disallowed_methods, reason = "the daemon reads the clock here, and hands it down")]
pub(super) fn lean_on(other: i64, tolerated: i64) -> Option<i64> {
    let off = other - Utc::now().timestamp_millis();
    let is_off = off.abs() > tolerated;
    OFF.store(if is_off { off } else { 0 }, Ordering::Relaxed);
    is_off.then_some(-off)
}

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
        Utc::now() + TimeDelta::milliseconds(OFF.load(Ordering::Relaxed))
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(time)
    }
}
