//! The files of `.wellsourced/`, which a bucket keeps too, packed and not for readers: the ids outlive a machine that is lost.

use super::super::{Cycle, Error, restore};
use crate::bucket::{self, Bucket, Object};
use crate::net;
use crate::publish::{self, Journal, ManifestLine, Writer};
use std::path::{Path, PathBuf};

/// The private files, by their names in a bucket.
pub(super) const OWNER: &str = ".wellsourced/owner.jsonl";
pub(super) const IDS: &str = ".wellsourced/ids.jsonl";
pub(super) const MANIFEST: &str = ".wellsourced/manifest.jsonl";

/// Bytes of one of them, unpacked: what a million items take.
const MOST: usize = 1 << 30;

/// No cache is to keep them.
const CACHE_CONTROL: &str = "private, no-store";

/// What they are known by; their bytes are compared by other means.
const MARK: &str = "private";

fn place(directory: &Path, file: &str) -> PathBuf {
    match file {
        IDS => Writer::ids(directory),
        MANIFEST => Writer::manifest(directory),
        _ => Writer::owner(directory),
    }
}

/// One of them as it lies in the published directory, ready to be put.
pub(super) async fn object(directory: &Path, file: &str) -> Result<Object, Error> {
    // What its lines say does not matter here.
    let journal = Journal::<ManifestLine>::open(place(directory, file));
    let packed = tokio::task::spawn_blocking(move || -> Result<Vec<u8>, publish::Error> {
        let bytes = journal.bytes()?;
        publish::gzip(&bytes).map_err(|source| publish::Error::Io {
            action: "pack",
            path: journal.path().into(),
            source,
        })
    });
    Ok(Object {
        bytes: packed.await??.into(),
        media_type: "application/x-ndjson".to_owned(),
        cache_control: CACHE_CONTROL.to_owned(),
        coding: Some("gzip"),
        mark: MARK.to_owned(),
    })
}

/// One of them as it lies in a bucket.
pub(super) async fn read(bucket: &Bucket, file: &str) -> Result<Option<Vec<u8>>, bucket::Error> {
    let Some(stored) = bucket.read(file).await? else { return Ok(None) };
    match net::unpacked(&stored, MOST) {
        Some(unpacked) if unpacked.cut => {
            Err(bucket::Error::Failed(format!("{file} is larger there than {MOST} bytes")))
        }
        Some(unpacked) => Ok(Some(unpacked.bytes)),
        // Some stores unpack what they answer.
        None => Ok(Some(stored.to_vec())),
    }
}

/// Takes the ids and the rest from the bucket where the published directory has none: it is new here, or was lost.
///
/// Without a store that remembers, a bucket that cannot be asked ends the cycle: ids are for ever, and may be there.
pub(in crate::pipeline) async fn fetch_ids(cycle: Cycle<'_>) -> Result<(), Error> {
    let Cycle { store, options, .. } = cycle;
    let Some(place) = options.bucket.as_ref().map(|bucket| &bucket.place).filter(|_| !options.offline) else {
        return Ok(());
    };
    if Writer::ids(&options.directory).exists() {
        return Ok(());
    }
    let kept = async {
        let bucket = Bucket::open(place, &options.net)?;
        let Some(ids) = read(&bucket, IDS).await? else { return Ok(None) };
        let manifest = read(&bucket, MANIFEST).await?;
        let owner = read(&bucket, OWNER).await?;
        Ok(Some([(OWNER, owner), (MANIFEST, manifest), (IDS, Some(ids))]))
    };
    match cycle.stop.run_until_cancelled(kept).await {
        Some(Ok(Some(files))) => keep(&options.directory, files),
        Some(Err(source)) if store.is_empty().await? => Err(Error::Ids { bucket: place.address.to_string(), source }),
        // A failure is complained of when what is published is to be put.
        None | Some(Ok(None) | Err(_)) => Ok(()),
    }
}

/// Writes what a bucket kept into the directory, where it is not there; the ids last, so that one that was begun is begun again.
fn keep(directory: &Path, files: [(&str, Option<Vec<u8>>); 3]) -> Result<(), Error> {
    let _held = Writer::open(directory)?;
    for (file, bytes) in files {
        let journal = Journal::<restore::IdLine>::open(place(directory, file));
        if let Some(bytes) = bytes.filter(|_| !journal.path().exists()) {
            journal.restore(&bytes)?;
        }
    }
    Ok(())
}
