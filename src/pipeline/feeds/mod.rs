//! Collects the feed inputs: fetches those that are due, fairly, and saves what came, a batch of documents at a time.
//!
//! Thin on purpose: when to ask is decided by `collect::feed::manners`, what an entry becomes by the ledger.
//! A feed that fails never stops the others; a network that is down here is said once.

mod reading;
mod releasing;
mod saving;
mod settling;
mod sharing;
mod told;

use super::fingerprint::fingerprint;
use super::leases::HostLeases;
use super::{Cycle, Error, FeedInput, Input, InputReport};
use crate::collect::feed::manners::{self, Occasion};
use crate::collect::feed::{self, Ask, Exchange, FetchOutcome, fetch_all};
use crate::ledger::{FeedRules, Scope};
use crate::model::{Complaint, Face, PollState};
use crate::net::Client;
use crate::store::{FeedState, Write};
use crate::telemetry::Bar;
use crate::verify;
use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
pub use releasing::{releases, wish_release};
pub(super) use sharing::help;

use reading::{Arrived, Came};
use std::collections::BTreeSet;
use tokio::sync::mpsc;
use url::Url;

/// Documents saved in one transaction.
const BATCH: usize = 64;

/// Documents being read at once, beside the fetching.
const READERS: usize = 4;

/// How many feeds a page may name before the rest is not tried.
const FOUND: usize = 5;

/// How long after the beginning of this cycle another node may have asked: as long as cycles take, and clocks differ.
const ASKED_BY_OTHERS: TimeDelta = TimeDelta::hours(1);

/// What was collected from feeds.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// Per feed input.
    pub(super) inputs: Vec<InputReport>,
    /// Said once, when nothing was reached.
    pub(super) complaints: Vec<Complaint>,
}

/// A feed input with what is known of it.
#[derive(Debug)]
struct KnownFeed<'a> {
    input: &'a FeedInput,
    id: i64,
    poll: PollState,
    /// The options that its entries are to be taken over with.
    fingerprint: String,
    /// Whether they were taken over with these before.
    same_options: bool,
    /// Whether entries were ever taken over.
    met: bool,
    /// Whether its state is another than the one that is stored: the clock was set back, or it was released.
    is_mended: bool,
}

/// The feeds of a cycle under way.
struct Feeds<'a> {
    cycle: Cycle<'a>,
    known: Vec<KnownFeed<'a>>,
    reports: Vec<InputReport>,
    /// What of the cycle is to be known from batch to batch: the seconds that are given out, the editions that are dated.
    scope: Scope,
    /// How often changes were applied when the scope was left.
    applied: u64,
    /// Places of which complaints stand.
    complained: BTreeSet<(i64, String)>,
    /// The hosts that may be asked, where nodes share the work.
    leases: Option<HostLeases>,
}

/// Fetches the feed inputs that are due and saves what came, then looks at the stories that changed.
pub(super) async fn collect(cycle: Cycle<'_>, client: Option<&Client>) -> Result<Collected, Error> {
    let mut feeds = Feeds::begin(cycle).await?;
    let mut complaints = Vec::new();
    if let Some(client) = client {
        complaints.extend(feeds.fetch_due(client).await?);
    }
    feeds.withdraw_others().await?;
    feeds.settle_stories().await?;
    feeds.list_days().await?;
    Ok(Collected { inputs: feeds.reports, complaints })
}

impl<'a> Feeds<'a> {
    fn none(cycle: Cycle<'a>) -> Self {
        Self {
            cycle,
            known: Vec::new(),
            reports: Vec::new(),
            scope: Scope::new(&cycle.options.slugs),
            applied: 0,
            complained: BTreeSet::new(),
            leases: None,
        }
    }

    async fn begin(cycle: Cycle<'a>) -> Result<Self, Error> {
        let inputs = cycle.options.inputs.iter().filter_map(|input| match input {
            Input::Feed(feed) => Some(feed),
            Input::Digest(_) => None,
        });
        let inputs: Vec<&FeedInput> = inputs.collect();
        let mut feeds = Self::none(cycle);
        if inputs.is_empty() {
            return Ok(feeds);
        }
        let mut write = cycle.store.begin().await?;
        write.days_input().await?;
        let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
        let mut states = write.feed_inputs(&names).await?;
        feeds.complained = write.complained_of().await?;
        let mut released = releasing::taken(&mut write, states.values().map(|state| state.id)).await?;
        for input in inputs {
            let Some(state) = states.remove(&input.name) else { continue };
            let mut known = KnownFeed::new(input, state, cycle);
            if let Some(accepted) = released.remove(&known.id) {
                known.release(accepted, cycle.now);
            }
            let ask_now = cycle.options.ask_now.as_ref();
            if ask_now.is_some_and(|ask| ask.whole && ask.inputs.contains(&input.name)) {
                known.poll.forget_body();
            }
            feeds.reports.push(told::begin(&known, cycle.options.offline));
            feeds.known.push(known);
        }
        // Waits that began in a future that never came begin anew, once.
        let mended = feeds.known.iter().filter(|known| known.is_mended).map(|known| (known.id, &known.poll));
        write.put_polls(&mended.collect::<Vec<_>>()).await?;
        write.commit().await?;
        Ok(feeds)
    }

    /// Fetches every feed that is due, as far as no other node does.
    async fn fetch_due(&mut self, client: &Client) -> Result<Vec<Complaint>, Error> {
        let due: Vec<usize> = self.due().collect();
        if due.is_empty() {
            return Ok(Vec::new());
        }
        if self.cycle.role.is_alone() {
            return Ok(self.fetch(client, &due).await?.into_iter().collect());
        }
        self.fetch_shared(client, due).await
    }

    /// The scope for what comes next. Which seconds are given out is not known any more where somebody gave out some since.
    async fn next_scope(&mut self, write: &mut Write) -> Result<Scope, Error> {
        let mut scope = self.scope.anew();
        if write.times_applied().await? != self.applied {
            scope.forget_seconds();
        }
        Ok(scope)
    }

    /// Applies what changed in a scope.
    async fn apply(&mut self, write: &mut Write, mut scope: Scope) -> Result<(), Error> {
        let now = self.cycle.now;
        write.apply(&scope.changes(now), now).await?;
        (self.scope, self.applied) = (scope, write.times_applied().await?);
        Ok(())
    }

    /// What holds for every item of a feed.
    async fn rules(&self, write: &mut Write) -> Result<FeedRules, Error> {
        let options = self.cycle.options;
        let (zone, showing) = (options.publish.timezone, options.verify.showing);
        Ok(FeedRules { zone, days: write.days_input().await?, showing })
    }

    fn due(&self) -> impl Iterator<Item = usize> {
        let (now, ask_now) = (self.cycle.now, self.cycle.options.ask_now.as_ref());
        let is_due = move |known: &KnownFeed<'_>| match ask_now {
            Some(ask) => ask.inputs.contains(&known.input.name) && known.poll.stopped.is_none(),
            None => manners::is_due(&known.poll, now),
        };
        self.known.iter().enumerate().filter(move |(_, known)| is_due(known)).map(|(index, _)| index)
    }

    /// Fetches inputs and saves what came; those that turn out to be pages are followed to the feeds that they name.
    async fn fetch(&mut self, client: &Client, due: &[usize]) -> Result<Option<Complaint>, Error> {
        let bar = self.cycle.progress.fetching(due.len());
        let mut asks: Vec<Ask> = due.iter().filter_map(|index| self.ask(*index)).collect();
        let lost = self.leases.as_ref().map(HostLeases::lost).unwrap_or_default();
        let mut failed: Vec<(usize, Exchange)> = Vec::new();
        let mut pages: Vec<PageInput> = Vec::new();
        let mut reached = false;
        while !asks.is_empty() && !self.cycle.stop.is_cancelled() && !lost.is_cancelled() {
            for Arrived { index, came, reached: this, .. } in
                self.round(client, std::mem::take(&mut asks), &bar).await?
            {
                reached |= this;
                let is_followed = pages.iter().any(|page| page.index == index);
                match came {
                    Came::Nothing(exchange) if !is_followed => failed.push((index, *exchange)),
                    Came::Page { found, unread } if !is_followed => {
                        let found = found.into_iter().take(FOUND).rev().collect();
                        pages.push(PageInput { index, found, unread });
                    }
                    // What one of a page's feeds came to is seen when the next one is to be asked.
                    _ => {}
                }
            }
            asks = self.follow(&mut pages).await?;
            self.claim_found(&mut asks, &mut pages).await?;
        }
        if failed.is_empty() {
            return Ok(None);
        }
        if !reached {
            match self.network(client, &failed).await? {
                Network::Up => {}
                Network::Down(complaint) => return Ok(Some(complaint)),
                Network::Unknown => return Ok(None),
            }
        }
        let failures: Vec<(usize, PollState)> = failed
            .iter()
            .filter_map(|(index, exchange)| Some((*index, self.known.get(*index)?.after(exchange))))
            .collect();
        self.note_failures(failures).await?;
        Ok(None)
    }

    fn ask(&self, index: usize) -> Option<Ask> {
        let known = self.known.get(index)?;
        Some(Ask { index, url: known.input.url.clone(), state: known.poll.clone() })
    }

    /// Fetches once around. What came is read and saved meanwhile; gives back what is left to decide.
    async fn round(&mut self, client: &Client, asks: Vec<Ask>, bar: &Bar) -> Result<Vec<Arrived>, Error> {
        let now = self.cycle.now;
        let rests = manners::rests(self.known.iter().map(|known| &known.poll), now).into_iter().collect();
        let stop = self.cycle.stop.clone();
        let lost = self.leases.as_ref().map(HostLeases::lost).unwrap_or_default();
        let until = async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = lost.cancelled() => {}
            }
        };
        let readers: Vec<reading::Reader> = self.known.iter().map(KnownFeed::reader).collect();
        let (sender, mut receiver) = mpsc::channel::<Arrived>(BATCH);
        let fetching = async move {
            let exchanges = fetch_all(client, asks, &rests, now, until);
            let read = exchanges.filter_map(|(index, exchange)| {
                std::future::ready(readers.get(index).cloned().map(|reader| reader.read(index, exchange)))
            });
            let mut read = std::pin::pin!(read.buffer_unordered(READERS));
            while let Some(arrived) = read.next().await {
                bar.inc(1);
                // Nobody takes it any more only when saving failed, which ends this too.
                if sender.send(arrived?).await.is_err() {
                    break;
                }
            }
            Ok::<(), Error>(())
        };
        let saving = async {
            let (mut open, mut batch) = (Vec::new(), Vec::with_capacity(BATCH));
            while receiver.recv_many(&mut batch, BATCH).await > 0 {
                let (done, left): (Vec<_>, Vec<_>) = batch.drain(..).partition(|arrived| arrived.came.is_done());
                open.extend(left);
                open.extend(
                    done.iter().map(|arrived| Arrived::done(arrived.index, arrived.reached)).collect::<Vec<_>>(),
                );
                self.save(done).await?;
            }
            Ok::<_, Error>(open)
        };
        // The first to fail ends the other, which would wait for it for ever.
        let ((), open) = tokio::try_join!(fetching, saving)?;
        Ok(open)
    }

    /// Asks for the next feed that each page names; a page whose feeds are used up is what the input is.
    async fn follow(&mut self, pages: &mut Vec<PageInput>) -> Result<Vec<Ask>, Error> {
        let now = self.cycle.now;
        let (mut asks, mut unread) = (Vec::new(), Vec::new());
        pages.retain_mut(|page| {
            let Some(known) = self.known.get_mut(page.index) else { return false };
            if known.was_read(now) {
                return false;
            }
            let Some(feed) = page.found.pop() else {
                unread.push((page.index, (*page.unread).clone()));
                return false;
            };
            let mut state = manners::found_in_page(&page.unread, &known.input.url, &feed, now);
            state.rest = None;
            asks.push(Ask { index: page.index, url: known.input.url.clone(), state: state.clone() });
            known.poll = state;
            true
        });
        self.note_failures(unread).await?;
        Ok(asks)
    }

    /// When nothing was reached, one link that was reached not long ago is tried too (rule 6 of the design).
    async fn network(&self, client: &Client, failed: &[(usize, Exchange)]) -> Result<Network, Error> {
        let Cycle { store, options, now, stop, .. } = self.cycle;
        if let Some(url) = store.recently_reached().await? {
            if !self.may_ask(&url).await? {
                return Ok(Network::Unknown);
            }
            let probe = stop.run_until_cancelled(verify::check(client, &options.verify.check, &url, now)).await;
            if probe.is_some_and(|probe| probe.reached_http) {
                return Ok(Network::Up);
            }
        }
        let why = failed.iter().find_map(|(_, exchange)| match &exchange.outcome {
            FetchOutcome::Failed(trouble) => Some(trouble.why.as_str()),
            _ => None,
        });
        Ok(Network::Down(told::network_is_down(failed.len(), why.unwrap_or_default())))
    }
}

impl<'a> KnownFeed<'a> {
    fn new(input: &'a FeedInput, state: FeedState, cycle: Cycle<'_>) -> Self {
        let fingerprint = fingerprint(feed::READER, &input.feed);
        // What came from another address says nothing of this one. A store that lost its memory of fetching knows only of entries.
        let is_same_feed = state.poll.configured == input.url.as_str() || state.poll.configured.is_empty();
        let mut poll = state.poll.about(input.url.as_str());
        poll.gave_entries |= state.has_entries && is_same_feed;
        // Another node asks while this cycle goes on, by a clock of its own: that says nothing of this one.
        let latest = if cycle.role.is_alone() { cycle.now } else { cycle.now + ASKED_BY_OTHERS };
        let mended = manners::clock_went_back(&poll, latest);
        let is_mended = mended.is_some();
        poll = mended.unwrap_or(poll);
        let same_options = state.fingerprint == fingerprint;
        if !same_options {
            poll.forget_body();
        }
        Self { input, id: state.id, poll, same_options, met: !state.fingerprint.is_empty(), is_mended, fingerprint }
    }

    /// Lets what is held through.
    fn release(&mut self, accepted: Face, now: DateTime<Utc>) {
        if let Some(poll) = manners::released(&self.poll, accepted, now) {
            self.poll = poll;
            self.is_mended = true;
        }
    }

    /// What reading its document needs, away from here.
    fn reader(&self) -> reading::Reader {
        reading::Reader { input: std::sync::Arc::new(self.input.clone()), state: self.poll.clone() }
    }

    /// What is remembered after an exchange that brought no document.
    fn after(&self, exchange: &Exchange) -> PollState {
        let slot = self.input.slot_after(exchange.at);
        let occasion = Occasion { input: &self.input.name, read: None, slot };
        manners::after(&self.poll, exchange, &occasion)
    }

    /// Whether its document was read in this cycle.
    fn was_read(&self, now: DateTime<Utc>) -> bool {
        self.poll.last_success.is_some_and(|at| at >= now)
    }
}

/// What is known of the network here when no feed was reached.
enum Network {
    Up,
    Down(Complaint),
    /// The host that would tell is another node's at present: what failed is not noted, and asked for again.
    Unknown,
}

/// An input that is a page.
struct PageInput {
    index: usize,
    /// Feeds that it names and that were not asked yet, the best last.
    found: Vec<Url>,
    /// What is remembered if none of them is one.
    unread: Box<PollState>,
}
