//! Feeds of which several nodes ask a part each: those of the hosts that a node could claim. What was due at the beginning may have
//! been asked by another node since, so that what is known is read again once a host is ours.

use super::reading::Arrived;
use super::{Collected, Feeds, KnownFeed, PageInput, told};
use crate::collect::feed::Ask;
use crate::collect::feed::manners;
use crate::model::{Complaint, LinkKey};
use crate::net::Client;
use crate::pipeline::leases::{HostLeases, PAUSE};
use crate::pipeline::{Cycle, Error, Input};
use crate::store::Write;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use url::Url;

/// How long feeds are waited for that another node asks: what it finds is to be published with the rest.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a node does with feeds that does not publish: asks those that are due and saves what came.
pub(in crate::pipeline) async fn help(cycle: Cycle<'_>, client: Option<&Client>) -> Result<Collected, Error> {
    let mut feeds = Feeds::join(cycle).await?;
    let mut complaints = Vec::new();
    if let Some(client) = client {
        complaints.extend(feeds.fetch_due(client).await?);
    }
    Ok(Collected { inputs: feeds.reports, complaints })
}

impl<'a> Feeds<'a> {
    /// The feeds that the publishing node has met; it alone makes their rows.
    async fn join(cycle: Cycle<'a>) -> Result<Self, Error> {
        let mut feeds = Self::none(cycle);
        let inputs = cycle.options.inputs.iter().filter_map(|input| match input {
            Input::Feed(feed) => Some(feed),
            Input::Digest(_) => None,
        });
        let inputs: Vec<_> = inputs.collect();
        let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
        let mut states = cycle.store.feed_states(&names).await?;
        for input in inputs {
            let Some(state) = states.remove(&input.name) else { continue };
            let known = KnownFeed::new(input, state, cycle);
            feeds.reports.push(told::begin(&known, cycle.options.offline));
            feeds.known.push(known);
        }
        let mut write = cycle.store.begin().await?;
        feeds.complained = write.complained_of().await?;
        Ok(feeds)
    }

    /// Fetches what is due of the hosts that can be claimed, a share at a time, until nothing is left that nobody has asked.
    pub(super) async fn fetch_shared(&mut self, client: &Client, due: Vec<usize>) -> Result<Vec<Complaint>, Error> {
        let leases = HostLeases::begin(self.cycle).await?;
        let client = leases.client(client);
        let mut left: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for index in due {
            left.entry(self.host(index)).or_default().push(index);
        }
        leases.note(left.keys().map(String::as_str)).await?;
        let lost = leases.lost();
        self.leases = Some(leases);
        let (mut complaints, began) = (Vec::new(), Instant::now());
        while !left.is_empty() && !self.cycle.stop.is_cancelled() && !lost.is_cancelled() {
            let hosts: Vec<&str> = left.keys().map(String::as_str).collect();
            let claimed = match &self.leases {
                Some(leases) => leases.claim(&hosts).await?,
                None => BTreeSet::new(),
            };
            if claimed.is_empty() {
                if began.elapsed() > PATIENCE {
                    break;
                }
                let _ = self.cycle.stop.run_until_cancelled(sleep(PAUSE)).await;
                continue;
            }
            let ours: Vec<usize> = claimed.iter().filter_map(|host| left.remove(host)).flatten().collect();
            let due = self.look_again(&ours, &claimed).await?;
            if !due.is_empty() {
                complaints.extend(self.fetch(&client, &due).await?);
            }
            if let Some(leases) = &self.leases {
                leases.release(claimed.iter().map(String::as_str)).await?;
            }
        }
        if let Some(leases) = self.leases.take() {
            leases.end().await?;
        }
        Ok(complaints)
    }

    /// The host that is asked for an input.
    fn host(&self, index: usize) -> String {
        self.known.get(index).map(KnownFeed::host).unwrap_or_default()
    }

    /// Reads anew what is known of inputs; gives those that are still due on hosts that are ours.
    async fn look_again(&mut self, indexes: &[usize], hosts: &BTreeSet<String>) -> Result<Vec<usize>, Error> {
        let names: Vec<&str> =
            indexes.iter().filter_map(|index| Some(self.known.get(*index)?.input.name.as_str())).collect();
        let mut states = self.cycle.store.feed_states(&names).await?;
        let ask_now = self.cycle.options.ask_now.as_ref();
        let mut due = Vec::with_capacity(indexes.len());
        for index in indexes {
            let Some(known) = self.known.get_mut(*index) else { continue };
            let Some(state) = states.remove(&known.input.name) else { continue };
            let was_asked = state.poll.asked;
            let mut anew = KnownFeed::new(known.input, state, self.cycle);
            if ask_now.is_some_and(|ask| ask.whole) {
                anew.poll.forget_body();
            }
            *known = anew;
            // Who asks for it now means it once.
            let is_due = match ask_now {
                Some(_) => was_asked.is_none_or(|asked| asked < self.cycle.now),
                None => manners::is_due(&known.poll, self.cycle.now),
            };
            if is_due && hosts.contains(&known.host()) {
                due.push(*index);
            }
        }
        Ok(due)
    }

    /// Which hosts of these inputs are still ours; `None` where nobody else has any.
    pub(super) async fn hosts_held(
        &self,
        write: &mut Write,
        indexes: impl Iterator<Item = usize>,
    ) -> Result<Option<BTreeSet<String>>, Error> {
        let Some(leases) = &self.leases else { return Ok(None) };
        let hosts: BTreeSet<String> = indexes.map(|index| self.host(index)).collect();
        Ok(Some(leases.hold(write, hosts.iter().map(String::as_str)).await?))
    }

    /// Whether what came of an input may be written.
    pub(super) fn is_ours(&self, index: usize, held: Option<&BTreeSet<String>>) -> bool {
        held.is_none_or(|held| held.contains(&self.host(index)))
    }

    /// What came, but for that of hosts which are another node's by now.
    pub(super) async fn still_ours(&self, write: &mut Write, batch: Vec<Arrived>) -> Result<Vec<Arrived>, Error> {
        let held = self.hosts_held(write, batch.iter().map(|arrived| arrived.index)).await?;
        Ok(batch.into_iter().filter(|arrived| self.is_ours(arrived.index, held.as_ref())).collect())
    }

    /// Claims the hosts of feeds that pages name; what cannot be had is left for the next cycle.
    pub(super) async fn claim_found(&self, asks: &mut Vec<Ask>, pages: &mut Vec<PageInput>) -> Result<(), Error> {
        let Some(leases) = &self.leases else { return Ok(()) };
        let hosts: BTreeSet<String> = asks.iter().map(|ask| self.host(ask.index)).collect();
        let mut ours = BTreeSet::new();
        for host in &hosts {
            if leases.has(host).await || leases.take(host).await? {
                ours.insert(host.clone());
            }
        }
        asks.retain(|ask| ours.contains(&self.host(ask.index)));
        pages.retain(|page| ours.contains(&self.host(page.index)));
        Ok(())
    }

    /// Whether an address may be asked beside the feeds.
    pub(super) async fn may_ask(&self, url: &str) -> Result<bool, Error> {
        let Some(leases) = &self.leases else { return Ok(true) };
        let host = LinkKey::host_of(url).unwrap_or_default();
        Ok(leases.has(&host).await || leases.take(&host).await?)
    }
}

impl KnownFeed<'_> {
    /// The host that is asked.
    fn host(&self) -> String {
        let instead = self.poll.instead.as_ref().and_then(|instead| Url::parse(&instead.url).ok());
        LinkKey::host_of(instead.as_ref().unwrap_or(&self.input.url).as_str()).unwrap_or_default()
    }
}
