//! The right to publish, and to do whatever only one node may: taken for a cycle, renewed while it goes on.
//!
//! What is written through [`Lead::store`] is written only as long as the right is ours. When it is lost the cycle stops.

use super::{Cycle, Error};
use crate::store::{Leases, Publisher, Store};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// For how long the right is taken.
const LEASE: Duration = Duration::from_secs(20);

/// Between two renewals.
const RENEWAL: Duration = Duration::from_secs(4);

/// Between two tries to take it.
const PAUSE: Duration = Duration::from_millis(500);

/// How long it is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// The right to publish, until this is ended or dropped.
#[derive(Debug)]
pub struct Lead {
    leases: Leases,
    publisher: Publisher,
    store: Store,
    stop: CancellationToken,
    _keeper: AbortOnDropHandle<()>,
}

impl Lead {
    /// Takes the right, if nobody has it. `stop` ends what is done under it.
    pub async fn take(store: &Store, node: &str, stop: &CancellationToken) -> Result<Option<Self>, Error> {
        let leases = Leases::of(store, node);
        let Some(publisher) = leases.claim_publisher(LEASE).await? else { return Ok(None) };
        let stop = stop.child_token();
        let keeper = AbortOnDropHandle::new(tokio::spawn(keep(leases.clone(), publisher, stop.clone())));
        Ok(Some(Self { store: leases.fenced(store, publisher), leases, publisher, stop, _keeper: keeper }))
    }

    /// Takes the right, waiting for whoever has it, a minute at most; `None` where it was told to stop.
    pub(super) async fn wait(store: &Store, node: &str, stop: &CancellationToken) -> Result<Option<Self>, Error> {
        let began = Instant::now();
        loop {
            if let Some(lead) = Self::take(store, node, stop).await? {
                return Ok(Some(lead));
            }
            if began.elapsed() > PATIENCE {
                return Err(Error::Led(Self::holder(store).await?.unwrap_or_else(|| "another node".to_owned())));
            }
            if stop.run_until_cancelled(sleep(PAUSE)).await.is_none() {
                return Ok(None);
            }
        }
    }

    /// The node that has the right at present.
    pub async fn holder(store: &Store) -> Result<Option<String>, Error> {
        Ok(store.publisher().await?)
    }

    /// The store, as long as the right is ours.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Comes true when it is to end, or the right is lost.
    pub(super) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Lets go of the right.
    pub async fn end(self) {
        // It ends by itself otherwise.
        if let Err(error) = self.leases.release_publisher(self.publisher).await {
            tracing::debug!(%error, "the right to publish could not be let go of");
        }
    }
}

/// Renews the right, until it is lost.
async fn keep(leases: Leases, publisher: Publisher, stop: CancellationToken) {
    let mut renewed = Instant::now();
    loop {
        sleep(RENEWAL).await;
        let began = Instant::now();
        match timeout(RENEWAL, leases.renew_publisher(publisher, LEASE)).await {
            Ok(Ok(true)) => renewed = began,
            Ok(Err(_)) | Err(_) if renewed.elapsed() < LEASE => {}
            _ => return stop.cancel(),
        }
    }
}

/// Says that what is marked is published from now on, or not any more: other nodes write nothing meanwhile, whose marks would
/// be taken for published.
pub(super) async fn say_publishing(cycle: Cycle<'_>, is_publishing: bool) -> Result<(), Error> {
    if cycle.role.is_alone() {
        return Ok(());
    }
    let mut write = cycle.store.begin().await?;
    write.set_publishing(is_publishing).await?;
    Ok(write.commit().await?)
}
