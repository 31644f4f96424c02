//! Looks again at stories of which something changed, and lets go of what inputs carried that are no longer configured. What
//! is one story is decided by the ledger.

use super::{Feeds, told};
use crate::ledger::{Question, ask_for_settling, settle_stories};
use crate::pipeline::{Error, Input};
use crate::store::Write;
use uuid::Uuid;

/// Items looked at in one transaction.
const BATCH: u32 = 200;

impl Feeds<'_> {
    /// Lets go of what feeds carried that are no longer configured.
    pub(super) async fn withdraw_others(&mut self) -> Result<(), Error> {
        let inputs = &self.cycle.options.inputs;
        let names: Vec<&str> = inputs.iter().filter(|input| matches!(input, Input::Feed(_))).map(Input::name).collect();
        let mut write = self.cycle.store.begin().await?;
        for input_id in write.feeds_but(&names).await? {
            write.forget_entries(input_id).await?;
            write.forget_poll(input_id).await?;
            for about in [told::FETCHING, told::READING] {
                write.put_complaints(input_id, about, &[]).await?;
            }
        }
        Ok(write.commit().await?)
    }

    /// Lets the editions of days that have ended enter their list.
    pub(super) async fn list_days(&mut self) -> Result<(), Error> {
        let mut write = self.cycle.store.begin().await?;
        write.list_days(self.cycle.now).await?;
        Ok(write.commit().await?)
    }

    /// Looks at every marked item.
    pub(super) async fn settle_stories(&mut self) -> Result<(), Error> {
        loop {
            let mut write = self.cycle.store.begin().await?;
            let marked = write.take_marked_stories(BATCH).await?;
            if !marked.is_empty() {
                self.settle(&mut write, &marked).await?;
            }
            write.commit().await?;
            if marked.is_empty() || self.cycle.stop.is_cancelled() {
                return Ok(());
            }
        }
    }

    async fn settle(&mut self, write: &mut Write, marked: &[Uuid]) -> Result<(), Error> {
        let (now, rules) = (self.cycle.now, self.rules(write).await?);
        let mut scope = self.next_scope(write).await?;
        loop {
            let mut question = Question::default();
            ask_for_settling(&mut question, &scope, &rules, marked, now);
            let Some(open) = scope.open(&question) else { break };
            write.load(&open, &mut scope).await?;
        }
        settle_stories(&mut scope, &rules, marked, now);
        self.apply(write, scope).await
    }
}
