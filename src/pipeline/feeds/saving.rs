//! Saves a batch of what came: asks the ledger what has to be known, loads it, lets the ledger place the documents, and
//! applies what changes.

use super::reading::{Arrived, Came, ReadFeed};
use super::{Feeds, told};
use crate::ledger::{Arrivals, Plan, Question, ReadDocument, ask_for_documents, is_another_kind, plan_documents};
use crate::model::{Complaint, Face, Held, PollState};
use crate::pipeline::Error;
use crate::pipeline::leases::begin_to_save;
use crate::store::Write;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

impl Feeds<'_> {
    /// Saves what came, and what is to be remembered of asking.
    pub(super) async fn save(&mut self, batch: Vec<Arrived>) -> Result<(), Error> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut write = begin_to_save(self.cycle).await?;
        let batch = self.still_ours(&mut write, batch).await?;
        let (mut polls, mut documents) = (BTreeMap::new(), Vec::new());
        let mut rooms = Vec::new();
        for arrived in batch {
            let index = arrived.index;
            let (state, feed) = match arrived.came {
                Came::Feed(state, feed) => (state, Some(feed)),
                Came::Same(state) => (state, None),
                _ => continue,
            };
            rooms.push(arrived.room);
            documents.extend(feed.map(|feed| (index, feed)));
            polls.insert(index, *state);
        }
        // The order in which they came is chance.
        documents.sort_by_key(|(index, _)| *index);
        self.documents(&mut write, documents, &mut polls).await?;
        self.note_polls(&mut write, polls).await?;
        Ok(write.commit().await?)
    }

    /// Remembers inputs that could not be fetched.
    pub(super) async fn note_failures(&mut self, failures: Vec<(usize, PollState)>) -> Result<(), Error> {
        if failures.is_empty() {
            return Ok(());
        }
        let mut write = begin_to_save(self.cycle).await?;
        let ours = self.hosts_held(&mut write, failures.iter().map(|(index, _)| *index)).await?;
        let failures = failures.into_iter().filter(|(index, _)| self.is_ours(*index, ours.as_ref()));
        let failures: Vec<(usize, PollState)> = failures.collect();
        self.note_polls(&mut write, failures).await?;
        Ok(write.commit().await?)
    }

    /// Remembers what is known of fetching inputs, and complains of what is wrong with that.
    async fn note_polls(
        &mut self,
        write: &mut Write,
        polls: impl IntoIterator<Item = (usize, PollState)>,
    ) -> Result<(), Error> {
        let polls: Vec<(usize, PollState)> = polls.into_iter().collect();
        let rows: Vec<(i64, &PollState)> =
            polls.iter().filter_map(|(index, state)| Some((self.known.get(*index)?.id, state))).collect();
        write.put_polls(&rows).await?;
        for (index, state) in polls {
            let Some(known) = self.known.get_mut(index) else { continue };
            known.poll = state;
            let (id, complaints) = (known.id, told::notices(known));
            if let Some(report) = self.reports.get_mut(index) {
                told::asked(report, known, self.cycle.now);
            }
            self.complain(write, id, told::FETCHING, &complaints).await?;
        }
        Ok(())
    }

    async fn complain(
        &mut self,
        write: &mut Write,
        input_id: i64,
        about: &str,
        complaints: &[Complaint],
    ) -> Result<(), Error> {
        let place = (input_id, about.to_owned());
        if !complaints.is_empty() || self.complained.contains(&place) {
            write.put_complaints(input_id, about, complaints).await?;
            self.complained.insert(place);
        }
        Ok(())
    }

    /// Takes documents over, but for those of feeds that became others: these are held. What is to be remembered of them is noted
    /// in `polls`.
    async fn documents(
        &mut self,
        write: &mut Write,
        feeds: Vec<(usize, ReadFeed)>,
        polls: &mut BTreeMap<usize, PollState>,
    ) -> Result<(), Error> {
        let known = feeds.iter().filter_map(|(index, feed)| Some((*index, self.known.get(*index)?, feed)));
        let (mut places, mut documents) = (Vec::with_capacity(feeds.len()), Vec::with_capacity(feeds.len()));
        for (index, known, feed) in known {
            places.push((index, feed));
            let document = ReadDocument {
                input: &known.input.name,
                row: known.id,
                is_met: known.met,
                same_options: known.same_options,
                is_cut: feed.is_cut,
                entries: &feed.entries,
                hashes: &feed.hashes,
            };
            documents.push((document, known.poll.face.clone(), &feed.face));
        }
        if documents.is_empty() {
            return Ok(());
        }
        let plans = self.place(write, &documents).await?;
        for ((index, feed), plan) in places.into_iter().zip(&plans) {
            let Some(state) = polls.get_mut(&index) else { continue };
            match plan {
                Some(plan) => {
                    accept(state, feed);
                    self.note_read(write, index, feed, plan).await?;
                }
                None => hold(state, feed, self.cycle.now),
            }
        }
        Ok(())
    }

    /// Compares documents with what was met of their feeds, and applies what they change. Each comes with what its feed looked
    /// like, and what it looks like now; those that are of another kind have no plan and change nothing.
    async fn place(
        &mut self,
        write: &mut Write,
        documents: &[(ReadDocument<'_>, Option<Face>, &Face)],
    ) -> Result<Vec<Option<Plan>>, Error> {
        let (now, rules) = (self.cycle.now, self.rules(write).await?);
        let mut scope = self.next_scope(write).await?;
        let mut question = Question::default();
        let read: Vec<ReadDocument<'_>> = documents.iter().map(|(document, ..)| *document).collect();
        ask_for_documents(&mut question, &read, now);
        write.load(&question, &mut scope).await?;
        let plans = plan_documents(&scope, &read, now);
        let is_held = documents.iter().zip(&plans).map(|((document, before, now), plan)| {
            before.as_ref().is_some_and(|before| is_another_kind(&scope, document, plan, before, now))
        });
        let is_held: Vec<bool> = is_held.collect();
        let free = read.into_iter().zip(plans).zip(&is_held).filter_map(|(free, held)| (!held).then_some(free));
        let (read, plans): (Vec<ReadDocument<'_>>, Vec<Plan>) = free.unzip();
        let batch = Arrivals::new(&read, &plans);
        loop {
            let mut question = Question::default();
            batch.ask(&mut question, &scope, &rules, now);
            let Some(open) = scope.open(&question) else { break };
            write.load(&open, &mut scope).await?;
        }
        batch.place(&mut scope, &rules, now);
        self.apply(write, scope).await?;
        let mut plans = plans.into_iter();
        Ok(is_held.into_iter().map(|held| if held { None } else { plans.next() }).collect())
    }

    /// Remembers that a document was read, and tells what came of it.
    async fn note_read(&mut self, write: &mut Write, index: usize, feed: &ReadFeed, plan: &Plan) -> Result<(), Error> {
        let Some(known) = self.known.get_mut(index) else { return Ok(()) };
        if !known.same_options {
            write.set_fingerprint(known.id, &known.fingerprint).await?;
            known.same_options = true;
        }
        known.met = true;
        let (id, complaints) = (known.id, told::document(known, feed, plan));
        if let Some(report) = self.reports.get_mut(index) {
            told::read(report, plan);
        }
        self.complain(write, id, told::READING, &complaints).await
    }
}

/// Remembers what a feed looks like whose document was taken over. One without entries says nothing of that.
fn accept(state: &mut PollState, feed: &ReadFeed) {
    if !feed.entries.is_empty() {
        state.face = Some(feed.face.clone());
        state.held = None;
    }
}

/// Remembers that a document is held, and what it looks like.
fn hold(state: &mut PollState, feed: &ReadFeed, now: DateTime<Utc>) {
    if let Some(if_held) = &feed.if_held {
        state.clone_from(if_held);
    }
    let before = state.face.clone().unwrap_or_default();
    let since = state.held.as_ref().map_or(now, |held| held.since);
    state.held = Some(Held { now: feed.face.clone(), before, since });
}
