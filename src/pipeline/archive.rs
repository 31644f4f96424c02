//! Asks an archive for copies of links that are gone, and, where configured, to save links that were just published.
//!
//! A few per cycle, quietly, after everything was published and within a time of its own: an archive that is slow holds up
//! no post, one that does not answer changes nothing and is asked another time.

use super::{Cycle, Error};
use crate::model::{LinkKey, Verdict};
use crate::net::Client;
use crate::store::Write;
use crate::verify::archive::{Archive, ArchivedCopy};
use chrono::{DateTime, Duration, Utc};
use std::future::Future;
use tokio::time::{Instant, timeout_at};

/// Links for which the archive is asked in one cycle; the rest goes on next time.
const MOST: u32 = 20;

/// How long an archive that did not answer is left alone, whatever the link.
const REST: Duration = Duration::hours(1);

/// Until when that is, seconds since 1970.
const RESTING: &str = "archive_rests";

/// When to ask again an archive that did not answer.
const AGAIN: Duration = Duration::days(7);

/// When to ask again an archive that has no copy.
const NONE_YET: Duration = Duration::days(30);

/// A link is saved when the item that cites it is no older than this.
const NEW: Duration = Duration::days(7);

/// Intervals of a host that an archive is given.
const SLOWER: u32 = 2;

/// Looks for copies and has new links saved. Tells how many copies were found.
pub(super) async fn copies(cycle: Cycle<'_>) -> Result<usize, Error> {
    let Cycle { store, options, now, .. } = cycle;
    let resting = store.meta(RESTING).await?.and_then(|until| until.parse::<i64>().ok());
    if resting.is_some_and(|until| (now.timestamp()..=(now + REST).timestamp()).contains(&until)) {
        return Ok(0);
    }
    let wanted = store.links_without_copy(&Verdict::those(Verdict::is_lost), now, MOST).await?;
    let to_save = if options.archive.save {
        store.links_to_save(&Verdict::those(Verdict::is_seen), now - NEW, MOST).await?
    } else {
        Vec::new()
    };
    if wanted.is_empty() && to_save.is_empty() {
        return Ok(0);
    }
    let client = Client::new(options.net.clone())?;
    let archive = Archive::new(client, options.archive.url.clone(), options.net.interval * SLOWER);
    let until = Instant::now() + options.archive.budget;
    let mut found = 0;
    for link in wanted {
        let Some(answer) = answer(cycle, until, archive.find(&link.url, link.newest)).await else { return Ok(found) };
        let mut write = store.begin().await?;
        match &answer {
            ArchivedCopy::Found(copy) if LinkKey::of(copy).is_some() => {
                write.put_copy(&link.key, copy).await?;
                found += 1;
            }
            ArchivedCopy::Found(_) | ArchivedCopy::None => write.ask_for_copy_at(&link.key, now + NONE_YET).await?,
            ArchivedCopy::Unknown(_) => write.ask_for_copy_at(&link.key, now + AGAIN).await?,
        }
        if rests(&mut write, &answer, now).await? {
            write.commit().await?;
            return Ok(found);
        }
        write.commit().await?;
    }
    for link in to_save {
        let Some(answer) = answer(cycle, until, archive.save(&link.url)).await else { break };
        let mut write = store.begin().await?;
        write.note_saved(&link.key).await?;
        if let ArchivedCopy::Found(copy) = &answer
            && LinkKey::of(copy).is_some()
        {
            // Shown once the page is gone.
            write.keep_copy(&link.key, copy).await?;
        }
        let rests = rests(&mut write, &answer, now).await?;
        write.commit().await?;
        if rests {
            break;
        }
    }
    Ok(found)
}

/// What the archive answers, unless the time is up or the work is stopped first.
async fn answer(cycle: Cycle<'_>, until: Instant, asking: impl Future<Output = ArchivedCopy>) -> Option<ArchivedCopy> {
    cycle.stop.run_until_cancelled(timeout_at(until, asking)).await?.ok()
}

/// Leaves an archive alone that did not answer. Tells whether it did not.
async fn rests(write: &mut Write, answer: &ArchivedCopy, now: DateTime<Utc>) -> Result<bool, Error> {
    let rests = matches!(answer, ArchivedCopy::Unknown(_));
    if rests {
        write.set_meta(RESTING, &(now + REST).timestamp().to_string()).await?;
    }
    Ok(rests)
}
