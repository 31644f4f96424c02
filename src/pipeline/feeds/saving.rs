//! Saves a batch of what came: asks the ledger what has to be known, loads it, lets the ledger place the documents, and
//! applies what changes.

use super::reading::{Arrived, Came, ReadFeed};
use super::{Feeds, told};
use crate::ledger::{Arrivals, Plan, Question, ReadDocument, ask_for_documents, plan_documents};
use crate::model::{Complaint, PollState};
use crate::pipeline::Error;
use crate::store::Write;

impl Feeds<'_> {
    /// Saves what came, and what is to be remembered of asking.
    pub(super) async fn save(&mut self, batch: Vec<Arrived>) -> Result<(), Error> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut write = self.cycle.store.begin().await?;
        let (mut polls, mut documents) = (Vec::with_capacity(batch.len()), Vec::new());
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
            polls.push((index, *state));
        }
        // The order in which they came is chance.
        documents.sort_by_key(|(index, _)| *index);
        self.documents(&mut write, documents).await?;
        self.note_polls(&mut write, polls).await?;
        Ok(write.commit().await?)
    }

    /// Remembers inputs that could not be fetched.
    pub(super) async fn note_failures(&mut self, failures: Vec<(usize, PollState)>) -> Result<(), Error> {
        if failures.is_empty() {
            return Ok(());
        }
        let mut write = self.cycle.store.begin().await?;
        self.note_polls(&mut write, failures).await?;
        Ok(write.commit().await?)
    }

    /// Remembers what is known of fetching inputs, and complains of what is wrong with that.
    async fn note_polls(&mut self, write: &mut Write, polls: Vec<(usize, PollState)>) -> Result<(), Error> {
        let rows: Vec<(i64, &PollState)> =
            polls.iter().filter_map(|(index, state)| Some((self.known.get(*index)?.id, state))).collect();
        write.put_polls(&rows).await?;
        for (index, state) in polls {
            let Some(known) = self.known.get_mut(index) else { continue };
            known.poll = state;
            let (id, complaints) = (known.id, told::notices(known));
            if let Some(report) = self.reports.get_mut(index) {
                told::asked(report, known);
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

    async fn documents(&mut self, write: &mut Write, feeds: Vec<(usize, ReadFeed)>) -> Result<(), Error> {
        let known = feeds.iter().filter_map(|(index, feed)| Some((*index, self.known.get(*index)?, feed)));
        let (mut places, mut documents) = (Vec::with_capacity(feeds.len()), Vec::with_capacity(feeds.len()));
        for (index, known, feed) in known {
            places.push((index, &feed.complaints));
            documents.push(ReadDocument {
                input: &known.input.name,
                row: known.id,
                is_met: known.met,
                same_options: known.same_options,
                entries: &feed.entries,
                hashes: &feed.hashes,
            });
        }
        if documents.is_empty() {
            return Ok(());
        }
        let plans = self.place(write, &documents).await?;
        for ((index, complaints), plan) in places.into_iter().zip(&plans) {
            self.note_read(write, index, complaints, plan).await?;
        }
        Ok(())
    }

    /// Compares documents with what was met of their feeds, and applies what they change.
    async fn place(&mut self, write: &mut Write, documents: &[ReadDocument<'_>]) -> Result<Vec<Plan>, Error> {
        let (now, rules) = (self.cycle.now, self.rules(write).await?);
        let mut scope = self.scope.anew();
        let mut question = Question::default();
        ask_for_documents(&mut question, documents, now);
        write.load(&question, &mut scope).await?;
        let plans = plan_documents(&scope, documents, now);
        let batch = Arrivals::new(documents, &plans);
        loop {
            let mut question = Question::default();
            batch.ask(&mut question, &scope, &rules, now);
            let Some(open) = scope.open(&question) else { break };
            write.load(&open, &mut scope).await?;
        }
        batch.place(&mut scope, &rules, now);
        write.apply(&scope.changes(now), now).await?;
        self.scope = scope;
        Ok(plans)
    }

    /// Remembers that a document was read, and tells what came of it.
    async fn note_read(
        &mut self,
        write: &mut Write,
        index: usize,
        complaints: &[Complaint],
        plan: &Plan,
    ) -> Result<(), Error> {
        let Some(known) = self.known.get_mut(index) else { return Ok(()) };
        if !known.same_options {
            write.set_fingerprint(known.id, &known.fingerprint).await?;
            known.same_options = true;
        }
        known.met = true;
        let (id, complaints) = (known.id, told::document(known, complaints, plan));
        if let Some(report) = self.reports.get_mut(index) {
            told::read(report, plan);
        }
        self.complain(write, id, told::READING, &complaints).await
    }
}
