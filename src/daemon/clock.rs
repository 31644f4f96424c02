//! The time of day, and waiting. Two things on purpose: a machine that was suspended, or whose clock was set, has waited less
//! or more than its clock says.

use crate::store::{self, NodePresence, Store};
use crate::telemetry::Lasted;
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// How far a clock may be off before the store's is taken instead, milliseconds.
const TOLERATED: i64 = 10_000;

/// How far the clock on the wall is behind the one that counts, milliseconds.
static OFF: AtomicI64 = AtomicI64::new(0);

/// By how much the clock on the wall is not the store's, milliseconds: ahead of it, or behind where that is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClockOff(i64);

impl ClockOff {
    /// Seconds ahead of the store's clock.
    pub(crate) fn seconds(self) -> i64 {
        self.0 / 1000
    }

    /// Tells whoever runs this machine what it means and what to do.
    pub(crate) fn warn(self) {
        tracing::warn!(
            "this machine's clock is {self}, which is gone by, so that nothing is dated wrong; set whichever of the two is \
             wrong (`timedatectl set-ntp true`, or chrony)"
        );
    }
}

impl fmt::Display for ClockOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.0 > 0 { "ahead of" } else { "behind" };
        write!(f, "{} {side} the store's", Lasted(Duration::from_millis(self.0.unsigned_abs())))
    }
}

/// Goes by the store's clock, milliseconds since 1970, where the one on the wall is further off than is tolerated; tells how far
/// it is then.
pub(super) fn lean_on(of_store: i64) -> Option<ClockOff> {
    let off = off(of_store);
    OFF.store(off.map_or(0, |off| -off.0), Ordering::Relaxed);
    off
}

/// How far the clock on the wall is off.
#[allow(clippy::disallowed_methods, reason = "the daemon reads the clock here, and hands it down")]
fn off(of_store: i64) -> Option<ClockOff> {
    let ahead = Utc::now().timestamp_millis() - of_store;
    (ahead.abs() > TOLERATED).then_some(ClockOff(ahead))
}

/// How far this machine's clock is off, where several of them share a store.
pub(crate) async fn clock_off(store: &Store) -> store::Result<Option<ClockOff>> {
    Ok(if store.is_shared() { off(NodePresence::clock(store).await?) } else { None })
}

/// What time it is for a cycle on a store: the store's time where this machine's is further off than is tolerated, which is told.
pub(crate) async fn now_by(store: &Store) -> store::Result<DateTime<Utc>> {
    if store.is_shared() {
        let was_told = OFF.load(Ordering::Relaxed) != 0;
        if let Some(off) = lean_on(NodePresence::clock(store).await?).filter(|_| !was_told) {
            off.warn();
        }
    }
    Ok(System.now())
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
