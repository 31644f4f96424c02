//! Whose the published directory is. It bears the id of the store that publishes into it; another store is refused, since it
//! would remove what the first one wrote.
//!
//! The id is the store's own and is kept in its `meta`, so that a store restored from a backup remains the owner. A store
//! without an id (new, lost and rebuilt, or from before there were ids) takes over the directory's, unless the store that the
//! directory names is still there.

use super::{Cycle, Error};
use crate::ledger::mint_store;
use crate::publish::{self, Journal, Writer};
use crate::store::Store;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Where the store keeps its id.
pub(super) const KEY: &str = "store";

/// The one line of the file that says whose a directory is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owner {
    /// The store's id.
    store: Uuid,
    /// Its file, or its database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<PathBuf>,
}

impl Owner {
    /// By its database, where that is known.
    fn told(self) -> String {
        self.at.map_or_else(|| self.store.to_string(), |at| at.display().to_string())
    }
}

/// What a store may do with a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    /// It publishes there under this id, or a new one.
    Publish(Option<Uuid>),
    /// The directory is another's.
    None,
}

fn journal(directory: &Path) -> Journal<Owner> {
    Journal::open(Writer::owner(directory))
}

fn read(directory: &Path) -> Result<Option<Owner>, publish::Error> {
    Ok(journal(directory).read()?.pop())
}

/// What a store with an id (or none yet) at a place may do. `is_there` tells whether a store still is at a place.
fn right(owner: Option<&Owner>, id: Option<Uuid>, at: Option<&Path>, is_there: impl Fn(&Path) -> bool) -> Right {
    let Some(owner) = owner else { return Right::Publish(id) };
    let is_elsewhere = owner.at.as_deref().is_some_and(|place| Some(place) != at && is_there(place));
    match id {
        Some(id) if id == owner.store => Right::Publish(Some(id)),
        None if !is_elsewhere => Right::Publish(Some(owner.store)),
        _ => Right::None,
    }
}

/// Refuses a directory that is another store's, before anything is collected. Gives a store its id.
pub(super) async fn admit(cycle: Cycle<'_>) -> Result<(), Error> {
    let Cycle { store, options, now, .. } = cycle;
    let (owner, id, at) = (read(&options.directory)?, id(store).await?, place_of(store).await?);
    let id = match right(owner.as_ref(), id, at.as_deref(), is_there) {
        Right::Publish(Some(id)) => id,
        Right::Publish(None) => new_id(at.as_deref(), now),
        Right::None if options.take_over => id.unwrap_or_else(|| new_id(at.as_deref(), now)),
        Right::None => return Err(refused(&options.directory, owner).into()),
    };
    if self::id(store).await? != Some(id) {
        let mut write = store.begin().await?;
        write.set_meta(KEY, &id.to_string()).await?;
        write.commit().await?;
    }
    Ok(())
}

/// Whether a directory says that it is this store's; `None` when it says nothing.
pub(super) async fn is_ours(store: &Store, directory: &Path) -> Result<Option<bool>, Error> {
    let id = id(store).await?;
    Ok(read(directory)?.map(|owner| Some(owner.store) == id))
}

/// Marks a directory as this store's. To be called by who holds it, so that of two new stores one is refused.
pub(super) async fn mark(store: &Store, directory: &Path, take_over: bool) -> Result<(), Error> {
    let Some(id) = id(store).await? else { return Ok(()) };
    let ours = Owner { store: id, at: place_of(store).await? };
    let owner = read(directory)?;
    if owner.as_ref().is_some_and(|owner| owner.store != id) && !take_over {
        return Err(refused(directory, owner).into());
    }
    if owner.as_ref() != Some(&ours) {
        journal(directory).rewrite(&[ours])?;
    }
    Ok(())
}

/// Another store to which a copy of the file says that what lies beside it belongs.
pub(super) async fn other(store: &Store, copy: &[u8]) -> Result<Option<String>, Error> {
    let (owner, id) = (Journal::<Owner>::records(copy).pop(), id(store).await?);
    Ok(owner.filter(|owner| Some(owner.store) != id).map(Owner::told))
}

async fn id(store: &Store) -> Result<Option<Uuid>, Error> {
    Ok(store.meta(KEY).await?.and_then(|id| id.parse().ok()))
}

/// The file of a store, wherever a link to it is, or its database; `None` when it is in memory.
async fn place_of(store: &Store) -> Result<Option<PathBuf>, Error> {
    let address = store.address().await?.map(PathBuf::from);
    Ok(address.or_else(|| fs::canonicalize(store.file()).ok()))
}

/// Whether a store still is where it was. Of one on a server that is not ours to ask, nobody can say that it is gone.
fn is_there(place: &Path) -> bool {
    place.starts_with("postgres:") || place.starts_with("postgresql:") || place.exists()
}

fn new_id(at: Option<&Path>, now: DateTime<Utc>) -> Uuid {
    let at = at.map(|at| at.to_string_lossy().into_owned()).unwrap_or_default();
    mint_store(&at, now.timestamp_nanos_opt().unwrap_or_default())
}

fn refused(directory: &Path, owner: Option<Owner>) -> publish::Error {
    let owner = owner.map(Owner::told).unwrap_or_default();
    publish::Error::Owned { directory: directory.to_owned(), owner, file: Writer::owner(directory) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_publish() {
        let (ours, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let owner = |at: Option<&str>| Owner { store: ours, at: at.map(PathBuf::from) };
        let (here, there) = (Some("/here.db"), Some("/there.db"));
        for (what, owner, id, is_there, may) in [
            ("nobody's, a new store", None, None, false, Right::Publish(None)),
            ("nobody's", None, Some(other), false, Right::Publish(Some(other))),
            ("its own", Some(owner(here)), Some(ours), true, Right::Publish(Some(ours))),
            ("its own, moved", Some(owner(there)), Some(ours), false, Right::Publish(Some(ours))),
            ("its own, a copy is left behind", Some(owner(there)), Some(ours), true, Right::Publish(Some(ours))),
            ("lost and rebuilt at its place", Some(owner(here)), None, true, Right::Publish(Some(ours))),
            ("lost and rebuilt elsewhere", Some(owner(there)), None, false, Right::Publish(Some(ours))),
            ("in memory", Some(owner(None)), None, true, Right::Publish(Some(ours))),
            ("a new store, the old one is there", Some(owner(there)), None, true, Right::None),
            ("another store", Some(owner(there)), Some(other), true, Right::None),
            ("another store, the old one is gone", Some(owner(there)), Some(other), false, Right::None),
        ] {
            assert_eq!(right(owner.as_ref(), id, here.map(Path::new), |_| is_there), may, "{what}");
        }
    }
}
