//! What the store knows of a bucket, and how it comes to know it: where the bucket is, how bodies are stored, and which of the
//! private files were put.

use super::super::{BucketOptions, Cycle, Error, owner, restore};
use super::{Halt, Patience, private};
use crate::bucket::Bucket;
use crate::publish::{Journal, ManifestLine};
use std::collections::{BTreeMap, BTreeSet};

/// Where the store keeps which bucket it knows.
const PLACE: &str = "bucket";

/// Where it keeps how bodies are stored.
const BODIES: &str = "bucket_bodies";

/// Where it keeps which state of each private file was put.
const PRIVATE: &str = "bucket_private";

/// The private files in the order in which they are put, each with where the store keeps the state in which the last publish left it:
/// whose all of it is, and the ids before what shows them.
const FILES: [(&str, &str); 3] =
    [(private::OWNER, owner::KEY), (private::IDS, restore::IDS), (private::MANIFEST, restore::MANIFEST)];

/// What is known of the bucket, compared with what is to be.
#[derive(Debug)]
pub(super) struct Memory {
    place: String,
    bodies: &'static str,
    /// Whether the store knows this bucket.
    is_known: bool,
    /// Whether bodies are stored as they are to be.
    is_coded_alike: bool,
    /// The state of each private file that was put.
    put: BTreeMap<String, String>,
    /// The state of each private file now.
    now: BTreeMap<String, String>,
}

impl Memory {
    /// Asks the store only.
    pub(super) async fn of(cycle: Cycle<'_>, options: &BucketOptions) -> Result<Self, Error> {
        let store = cycle.store;
        let place = format!("{} {}", options.place.endpoint, options.place.address);
        let bodies = if options.is_gzip { "gzip" } else { "none" };
        let mut now = BTreeMap::new();
        for (file, mark) in FILES {
            let mark = if mark == owner::KEY { mark.to_owned() } else { cycle.own(mark) };
            now.insert(file.to_owned(), store.meta(&mark).await?.unwrap_or_default());
        }
        let put = store.meta(PRIVATE).await?.and_then(|put| serde_json::from_str(&put).ok());
        Ok(Self {
            is_known: store.meta(PLACE).await?.as_ref() == Some(&place),
            is_coded_alike: store.meta(BODIES).await?.as_deref() == Some(bodies),
            place,
            bodies,
            put: put.unwrap_or_default(),
            now,
        })
    }

    /// Whether all is known, and as it is to be.
    pub(super) fn stands(&self) -> bool {
        self.is_known && self.is_coded_alike && self.put == self.now
    }

    /// Gets to know a bucket that the store does not know: whose it is, and what of it may be ours, by its own list.
    pub(super) async fn learn(
        &mut self,
        cycle: Cycle<'_>,
        (bucket, patience): (&Bucket, Patience<'_>),
    ) -> Result<Option<Halt>, Error> {
        let Cycle { store, options, .. } = cycle;
        if self.is_known && self.is_coded_alike {
            return Ok(None);
        }
        let mut write = if self.is_known {
            let mut write = store.begin().await?;
            write.doubt_bucket().await?;
            write
        } else {
            let kept = async {
                let owner = private::read(bucket, private::OWNER).await?.unwrap_or_default();
                Ok::<_, Halt>((owner, private::read(bucket, private::MANIFEST).await?.unwrap_or_default()))
            };
            let (owner, manifest) = match patience.with(kept).await.flatten() {
                Ok(kept) => kept,
                Err(halt) => return Ok(Some(halt)),
            };
            if let Some(other) = owner::other(store, &owner).await?.filter(|_| !options.take_over) {
                return Ok(Some(Halt::Owned(other)));
            }
            // What it says was removed may not have been removed here yet.
            let lines = Journal::<ManifestLine>::records(&manifest);
            let named: BTreeSet<&str> = lines.iter().map(|line| line.path.as_str()).collect();
            let mut write = store.begin().await?;
            write.forget_bucket().await?;
            write.note_put(&named.into_iter().map(|path| (path, "")).collect::<Vec<_>>()).await?;
            self.put.clear();
            write.set_meta(PRIVATE, "{}").await?;
            write
        };
        write.set_meta(PLACE, &self.place).await?;
        write.set_meta(BODIES, self.bodies).await?;
        write.commit().await?;
        (self.is_known, self.is_coded_alike) = (true, true);
        Ok(None)
    }

    /// The private files that changed since they were put, in order.
    pub(super) fn changed(&self) -> Vec<&'static str> {
        let differs = |file: &&str| self.put.get(*file) != self.now.get(*file);
        FILES.into_iter().map(|(file, _)| file).filter(differs).collect()
    }

    /// Remembers that a private file was put.
    pub(super) async fn note(&mut self, cycle: Cycle<'_>, file: &str) -> Result<(), Error> {
        self.put.insert(file.to_owned(), self.now.get(file).cloned().unwrap_or_default());
        let mut write = cycle.store.begin().await?;
        write.set_meta(PRIVATE, &serde_json::to_string(&self.put).unwrap_or_default()).await?;
        Ok(write.commit().await?)
    }
}
