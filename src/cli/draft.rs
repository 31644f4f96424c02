//! `draft`: starts the next post of a digest with what feeds brought since the last one, for the editor to cut down. Of the
//! store it only reads.

use super::args::{Args, StartPost};
use super::new::DigestPosts;
use super::spell::Count;
use super::{USAGE, named, now, warn};
use crate::collect::draft::DraftItem;
use crate::collect::feed::first_sentence;
use crate::config::Settings;
use crate::model::{LinkKey, StoredItem};
use crate::store::{Look, Result, Store};
use anyhow::{anyhow, bail};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashSet;

/// Most items of a draft; as many as a post may have.
const MOST: usize = 200;

/// Most items that are looked at for that.
const LOOKED_AT: u32 = 2000;

/// Longest first sentence, characters.
const SENTENCE: usize = 300;

/// How far a first post looks back.
const FIRST: TimeDelta = TimeDelta::days(7);

/// Starts the next post with what feeds brought.
pub(super) async fn run(args: &Args, draft: &StartPost, settings: &Settings) -> anyhow::Result<u8> {
    let input = match named::digest(settings, draft.input.as_deref()) {
        Ok(input) => input,
        Err(error) => {
            warn(&error);
            return Ok(USAGE);
        }
    };
    if input.digest.profile.post.is_item {
        bail!("each post of `{}` is one item (its profile says so): `new` starts one", input.name);
    }
    let digest = DigestPosts::read(input)?;
    let dates = digest.posts.iter().map(|post| post.edition.date.to_utc());
    // A post that waits for its date was drafted before.
    let since = dates.filter(|date| *date <= now()).max().unwrap_or(now() - FIRST);
    let brought = brought(settings, &digest, since).await?;
    let local = since.with_timezone(&input.digest.timezone).format("%Y-%m-%d %H:%M");
    if brought.is_empty() {
        bail!(
            "nothing that `{}` does not cite yet came from feeds since {local}; `new` starts an empty post",
            input.name
        );
    }
    let left_out = brought.len().saturating_sub(MOST);
    // The newest last, as they came.
    let items: Vec<DraftItem> = brought.iter().take(MOST).rev().map(item).collect();
    digest.start(args, settings, &items)?;
    if left_out > 0 && !args.quiet {
        let (taken, more) = (Count(items.len(), "item"), Count(left_out, "older one"));
        warn(&anyhow!("the post has the newest {taken} that came since {local}; {more} left out"));
    }
    Ok(0)
}

/// What feeds brought since an instant and no post of the digest cites, the newest first.
async fn brought(
    settings: &Settings,
    digest: &DigestPosts<'_>,
    since: DateTime<Utc>,
) -> anyhow::Result<Vec<StoredItem>> {
    loop {
        let store = match Store::open_to_read(&settings.store_url).await? {
            Look::Ready(store) => store,
            Look::Nothing { file } => bail!(
                "there is no store yet ({}): the first cycle, `--once`, makes it and asks the feeds",
                file.display()
            ),
            Look::Older { file, .. } => {
                bail!(
                    "the store {} is of an older wellsourced: the next cycle, `--once`, brings it up to date",
                    file.display()
                )
            }
        };
        let read = read(&store, digest, since).await;
        // A cycle that began meanwhile: what was read may be half of what it wrote.
        if store.was_overtaken() {
            continue;
        }
        return Ok(read.map_err(|error| error.in_file(store.file()))?);
    }
}

async fn read(store: &Store, digest: &DigestPosts<'_>, since: DateTime<Utc>) -> Result<Vec<StoredItem>> {
    let ids = store.brought_since(since, LOOKED_AT).await?;
    let tags = store.tags().await?;
    let mut items = store.items(&ids, &tags).await?;
    let keys: Vec<LinkKey> = items.iter().flat_map(keys_of).collect();
    let keys: Vec<&str> = keys.iter().map(LinkKey::as_str).collect();
    let posts = &digest.input.posts;
    let is_ours = |places: &[crate::model::Place]| places.iter().any(|place| posts.finds(&place.path));
    let cited = store.citing_posts(&keys).await?;
    let cited = cited.into_iter().filter(|(_, places)| is_ours(places)).map(|(key, _)| key);
    // Posts that no cycle has read yet cite as well.
    let of_posts = digest.posts.iter().flat_map(|post| &post.edition.items).flat_map(|item| &item.sources);
    let of_posts = of_posts.filter_map(|source| Some(LinkKey::of(&source.url)?.as_str().to_owned()));
    let cited: HashSet<String> = cited.chain(of_posts).collect();
    items.retain(|item| !keys_of(item).any(|key| cited.contains(key.as_str())));
    Ok(items)
}

fn keys_of(item: &StoredItem) -> impl Iterator<Item = LinkKey> {
    item.sources.iter().filter_map(|source| LinkKey::of(&source.link.url))
}

/// An item as it is drafted: its title, its source, its first sentence and its tags.
fn item(stored: &StoredItem) -> DraftItem {
    let title = stored.item.title.clone();
    let body = stored.item.text.strip_prefix(title.as_str()).unwrap_or_default().trim();
    let source = stored.sources.first().map(|source| &source.link);
    DraftItem {
        url: source.map(|source| source.url.clone()).unwrap_or_default(),
        label: source.map(|source| source.label.clone()).unwrap_or_default(),
        text: first_sentence(body, SENTENCE).into_owned(),
        tags: stored.tags.iter().map(|tag| tag.name.clone()).collect(),
        title,
    }
}
