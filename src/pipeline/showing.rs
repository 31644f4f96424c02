//! Shows and hides items as the policy and the verdicts on their primary sources say. Looks only at items that are
//! hidden, and at those whose source is gone; what to do is decided by `ledger::is_shown`.

use super::{Cycle, Error};
use crate::ledger::{Question, Scope, Showing, is_shown, show};
use crate::model::Verdict;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Items changed in one transaction.
const BATCH: usize = 500;

/// Brings what is shown up to date. Tells how many items are hidden afterwards.
pub(super) async fn settle(cycle: Cycle<'_>) -> Result<usize, Error> {
    let Cycle { store, options, now, .. } = cycle;
    let showing = options.verify.showing;
    let mut candidates = store.hidden_items().await?;
    if showing == Showing::Drop {
        candidates.extend(store.shown_items(&Verdict::those(Verdict::is_lost)).await?);
    }
    let mut hidden = 0;
    let mut turned: BTreeMap<Uuid, (Uuid, bool)> = BTreeMap::new();
    for item in candidates {
        let shown = is_shown(showing, item.source, item.shown, item.first_seen, now);
        hidden += usize::from(!shown);
        if shown != item.shown {
            turned.insert(item.id, (item.edition, shown));
        }
    }
    let turned: Vec<_> = turned.into_iter().collect();
    let mut scope = Scope::new(&options.slugs);
    for batch in turned.chunks(BATCH) {
        scope = scope.anew();
        let question = Question {
            items: batch.iter().map(|(id, _)| *id).collect(),
            editions: batch.iter().map(|(_, (edition, _))| *edition).collect(),
            seconds_from: Some(now),
            ..Question::default()
        };
        let mut write = store.begin().await?;
        write.load(&question, &mut scope).await?;
        for (id, (_, shown)) in batch {
            show(&mut scope, *id, *shown);
        }
        let changes = scope.changes(now);
        write.apply(&changes, now).await?;
        write.commit().await?;
    }
    Ok(hidden)
}
