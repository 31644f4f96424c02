//! Inputs whose name was corrected: one that appears with the posts or the address of one that went in the same cycle is
//! that one, and keeps its ids. What is the same is decided by `ledger::renamed`.

use super::collect::signs_of_files;
use super::{Cycle, DigestInput, Error, Input};
use crate::ledger::{InputKind, InputSigns, Renamed, renamed};
use std::collections::BTreeSet;

/// Gives inputs the names that they bear now. Tells the names that each had and has.
pub(super) async fn inputs(cycle: Cycle<'_>) -> Result<Vec<(String, String)>, Error> {
    let Cycle { store, options, .. } = cycle;
    let met = store.input_names().await?;
    let new: Vec<&Input> = options.inputs.iter().filter(|input| !met.contains(input.name())).collect();
    if new.is_empty() || met.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = options.inputs.iter().map(Input::name).collect();
    let gone = store.inputs_gone(&names).await?;
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let mut went = Vec::with_capacity(gone.len());
    for input in &gone {
        let (kind, signs) = match &input.feed {
            Some(url) => (InputKind::Feed, BTreeSet::from([url.clone()])),
            None => (InputKind::Digest, store.post_signs(input.id).await?),
        };
        went.push(InputSigns { kind, name: input.name.clone(), signs });
    }
    let mut came = Vec::with_capacity(new.len());
    for input in new {
        let (kind, signs) = match input {
            Input::Feed(feed) => (InputKind::Feed, BTreeSet::from([feed.url.to_string()])),
            Input::Digest(digest) => (InputKind::Digest, signs_of_digest(digest).await?),
        };
        came.push(InputSigns { kind, name: input.name().to_owned(), signs });
    }
    let renamed = renamed(&went, &came);
    let mut write = store.begin().await?;
    for Renamed { from, to } in &renamed {
        if let Some(input) = gone.iter().find(|input| input.name == *from) {
            write.rename_input(input.id, to).await?;
        }
    }
    write.commit().await?;
    Ok(renamed.into_iter().map(|Renamed { from, to }| (from, to)).collect())
}

/// What the posts of an input are recognised by that are there.
async fn signs_of_digest(input: &DigestInput) -> Result<BTreeSet<String>, Error> {
    let (posts, options) = (input.posts.clone(), input.digest.clone());
    Ok(tokio::task::spawn_blocking(move || signs_of_files(&posts, &options)).await?)
}
