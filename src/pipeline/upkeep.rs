//! Forgets checks that are no longer of use, link by link: once a day all links, some in each cycle. With them entries
//! that no item shows.

use super::{Cycle, Error};
use crate::verify::{KEPT_WHOLE, superfluous};
use chrono::TimeDelta;

/// Links looked at in one cycle.
const LINKS: u32 = 500;

/// Links looked at in one transaction.
const BATCH: usize = 100;

/// How long entries are known that no item shows, after they left their documents.
const ENTRIES_KEPT: TimeDelta = TimeDelta::days(90);

/// The day whose round is done.
const DONE: &str = "checks_tidied";

/// The last link that was looked at in a round under way.
const CURSOR: &str = "checks_tidied_to";

/// Goes on with the day's round.
pub(super) async fn forget_checks(cycle: Cycle<'_>) -> Result<(), Error> {
    let Cycle { store, now, stop, .. } = cycle;
    let today = now.format("%F").to_string();
    if store.meta(DONE).await?.is_some_and(|day| day == today) {
        return Ok(());
    }
    let before = now - KEPT_WHOLE;
    let cursor = store.meta(CURSOR).await?.unwrap_or_default();
    let keys = store.links_with_old_checks(&cursor, before, LINKS).await?;
    for batch in keys.chunks(BATCH) {
        if stop.is_cancelled() {
            return Ok(());
        }
        let mut write = store.begin().await?;
        for key in batch {
            let (ids, checks) = write.check_rows(key).await?;
            let forgotten = superfluous(&checks, now);
            let forgotten: Vec<i64> = forgotten.iter().filter_map(|place| ids.get(*place).copied()).collect();
            write.forget_checks(&forgotten).await?;
            write.forget_uncounted(key, before).await?;
        }
        write.set_meta(CURSOR, batch.last().map_or("", String::as_str)).await?;
        write.commit().await?;
    }
    if keys.len() < usize::try_from(LINKS).unwrap_or(usize::MAX) {
        let mut write = store.begin().await?;
        write.forget_entries_left(now - ENTRIES_KEPT).await?;
        write.set_meta(DONE, &today).await?;
        write.set_meta(CURSOR, "").await?;
        write.commit().await?;
    }
    Ok(())
}
