//! Shows and hides items as the policy and the verdicts on their primary sources say. Looks only at items that are
//! hidden, and at those whose source is gone; what to do is decided by `verify::is_shown`.

use super::{Cycle, Error};
use crate::model::Verdict;
use crate::verify::{Showing, is_shown};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Editions changed in one transaction.
const BATCH: usize = 100;

/// Brings what is shown up to date. Tells how many items are hidden afterwards.
pub(super) async fn settle(cycle: Cycle<'_>) -> Result<usize, Error> {
    let Cycle { store, options, now, .. } = cycle;
    let showing = options.verify.showing;
    let mut candidates = store.hidden_items().await?;
    if showing == Showing::Drop {
        candidates.extend(store.shown_items(Verdict::Gone).await?);
    }
    let mut hidden = 0;
    let mut editions: BTreeMap<Uuid, HashMap<Uuid, bool>> = BTreeMap::new();
    for item in candidates {
        let shown = is_shown(showing, item.source, item.shown, item.first_seen, now);
        hidden += usize::from(!shown);
        if shown != item.shown {
            editions.entry(item.edition).or_default().insert(item.id, shown);
        }
    }
    let editions: Vec<_> = editions.into_iter().collect();
    for batch in editions.chunks(BATCH) {
        let mut write = store.begin().await?;
        write.use_slugs(&options.slugs);
        for (edition, items) in batch {
            write.show_items(*edition, items, now).await?;
        }
        write.commit().await?;
    }
    Ok(hidden)
}
