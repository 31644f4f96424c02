//! Whether an item is shown, given what stands against its primary source. Pure.
//!
//! Never keeps an item out for a block: a server that turns us away lives.

use super::scope::Scope;
use crate::model::{Presence, Verdict};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// What the verdict on its primary source does to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Showing {
    /// Everything is shown; feeds and pages say what is wrong with a source.
    #[default]
    Annotate,
    /// A new item waits for its source.
    Withhold {
        /// How long after it was first seen.
        at_most: TimeDelta,
    },
    /// An item leaves when its source is confirmed gone or replaced.
    Drop,
}

/// Whether an item is shown. `source` is the published verdict on its primary source, `None` when it cites none;
/// `was_shown` tells whether it is at present: what subscribers have seen is not withheld afterwards.
pub fn is_shown(
    showing: Showing,
    source: Option<Verdict>,
    was_shown: bool,
    first_seen: DateTime<Utc>,
    now: DateTime<Utc>,
) -> bool {
    match showing {
        Showing::Annotate => true,
        Showing::Withhold { at_most } => {
            was_shown || source.is_none_or(Verdict::is_alive) || now.signed_duration_since(first_seen) >= at_most
        }
        Showing::Drop => !source.is_some_and(Verdict::is_lost),
    }
}

/// Shows or hides an item that is live: it enters and leaves as if it had been added or removed.
pub fn show(scope: &mut Scope, item: Uuid, shown: bool) {
    let Some(mut state) = scope.item(item).filter(|state| state.known.presence == Presence::Live).cloned() else {
        return;
    };
    state.known.shown = shown;
    scope.put_item(state);
}

#[cfg(test)]
#[path = "tests/showing.rs"]
mod tests;
