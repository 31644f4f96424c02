//! What an editor lets through of feeds that are held. The wish is written down beside what a cycle remembers of a feed, so that
//! one that runs does not write over it; the next cycle takes it.

use crate::model::{Face, Held};
use crate::pipeline::Error;
use crate::store::{Store, Write};
use std::collections::BTreeMap;

/// Where the store keeps the wishes: what was looked at when it was let through, by the rows of inputs.
const RELEASES: &str = "releases";

/// Accepted looks, by the rows of inputs.
type Wishes = BTreeMap<i64, Face>;

/// Wishes that what is held of a feed input be let through, as it looks now: what it becomes until the next cycle is looked at
/// anew. Tells what is held; `None`: nothing is.
pub async fn wish_release(store: &Store, input: &str) -> Result<Option<Held>, Error> {
    let held = store.polls().await?.remove(input).and_then(|poll| poll.held);
    let (Some(held), Some(id)) = (held, store.input_id(input).await?) else { return Ok(None) };
    let mut write = store.begin().await?;
    let mut wishes = read(write.meta(RELEASES).await?);
    wishes.insert(id, held.now.clone());
    put(&mut write, &wishes).await?;
    write.commit().await?;
    Ok(Some(held))
}

/// The rows of inputs that the next cycle lets through.
pub async fn releases(store: &Store) -> Result<Vec<i64>, crate::store::Error> {
    Ok(read(store.meta(RELEASES).await?).into_keys().collect())
}

/// Takes the wishes for some inputs; those for others wait for a cycle that knows these.
pub(super) async fn taken(write: &mut Write, inputs: impl Iterator<Item = i64>) -> Result<Wishes, Error> {
    let mut left = read(write.meta(RELEASES).await?);
    let taken: Wishes = inputs.filter_map(|id| left.remove_entry(&id)).collect();
    if !taken.is_empty() {
        put(write, &left).await?;
    }
    Ok(taken)
}

fn read(written: Option<String>) -> Wishes {
    // What cannot be read is no wish: what is held stays so.
    written.and_then(|written| serde_json::from_str(&written).ok()).unwrap_or_default()
}

async fn put(write: &mut Write, wishes: &Wishes) -> Result<(), Error> {
    Ok(write.set_meta(RELEASES, &serde_json::to_string(wishes).unwrap_or_default()).await?)
}
