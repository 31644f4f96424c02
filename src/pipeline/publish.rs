//! Publishes what changed: composes the feeds and pages that show it, writes those whose bytes differ.
//!
//! Same store, same bytes: what is written depends on nothing but the store and the configuration. The first publish, one
//! under changed options and one into a directory that somebody else changed look at everything; any other only at what the
//! store marked.

mod channels;
mod compose;
mod days;
mod facts;
mod finding;
mod front;
mod pass;
mod scope;
mod status;
mod writing;

pub use status::status;

use super::restore;
use super::{Cycle, Error, Options, PublishReport};
use crate::ledger::mint_site;
use crate::model::{ChannelKind, Complaint};
use crate::publish::{Journal, Since, Site, Writer};
use crate::store::{ChannelState, Shift, Stale, Store};
use crate::telemetry::Progress;
use chrono::TimeDelta;
use compose::Composer;
use days::Layout;
use futures::{FutureExt, StreamExt, TryStreamExt};
use scope::Extent;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;
use writing::Writing;

/// Items that are looked at in one go.
const ITEMS_AT_ONCE: usize = 250;

/// Editions whose pages are composed in one go; each may have hundreds of items on its page.
const EDITIONS_AT_ONCE: usize = 16;

/// Compositions under way at once.
const WORKERS: usize = 3;

/// How long what no file holds any more is kept for nodes that are about to fetch it.
const BODIES_KEPT: TimeDelta = TimeDelta::minutes(10);

/// Publishes what changed since the last time.
pub(super) async fn changes(cycle: Cycle<'_>) -> Result<(PublishReport, Vec<Complaint>), Error> {
    let Cycle { store, options, progress, now, .. } = cycle;
    let began = tokio::time::Instant::now();
    let mut report = PublishReport { directory: options.directory.display().to_string(), ..PublishReport::default() };
    let site = Arc::new(site(store, options).await?);
    let Extent { looked, all, changes, layout, fingerprint } = scope::of(cycle, &site).await?;
    let is_done = !all && changes.is_empty() && layout.units.is_empty() && looked.is_ours == Some(true);
    let (feeds, noted) = restore::feed_lines(store, all).await?;
    let told = status::told(store, site.options.timezone).await?;
    if is_done && feeds.is_empty() && store.meta(status::TOLD).await?.as_deref() == Some(told.as_str()) {
        return Ok((report, Vec::new()));
    }
    let how = writing::How { all, survey: all && looked.is_disturbed(), renew: all && looked.manifest != Since::Same };
    let mut writing = Writing::open(cycle, &site, how).await?;
    let members = compose_all(store, &site, (all, &changes, &layout), &mut writing, progress).await?;
    tracing::debug!(ms = began.elapsed().as_millis(), "composed and staged");
    let mut ids = restore::lines(store, site.id, (!all).then_some(&changes)).await?;
    ids.extend(feeds);
    let is_written = !ids.is_empty();
    ids.extend(is_written.then_some(restore::IdLine::Written(now)));
    tracing::debug!(ms = began.elapsed().as_millis(), "ids gathered");
    let complaints = writing.commit(&mut report, |directory| write_ids(directory, &ids, all)).await?;
    tracing::debug!(ms = began.elapsed().as_millis(), "in place");
    let mut write = store.begin().await?;
    for (channel, count) in members {
        write.set_members(channel, count).await?;
    }
    write.clear_marks(all).await?;
    // While something is in the way, everything is looked at again, so that it is complained of until it is gone.
    let done = if complaints.is_empty() { fingerprint.as_str() } else { "again" };
    write.set_meta("published", done).await?;
    write.set_meta("directory", &scope::directory_name(options)).await?;
    write.set_meta(restore::FEEDS, &noted).await?;
    write.set_meta(status::TOLD, &told).await?;
    if is_written {
        write.set_meta(restore::WRITTEN, &now.to_rfc3339()).await?;
    }
    restore::note(&mut write, cycle, Some(&options.directory)).await?;
    if !cycle.role.is_alone() {
        write.forget_bodies(now - BODIES_KEPT, now).await?;
        write.forget_leases().await?;
    }
    write.commit().await?;
    restore::tidy(cycle, site.id).await?;
    report.ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok((report, looked.told(&options.directory).into_iter().chain(complaints).collect()))
}

/// The site with its id, given at first sight.
async fn site(store: &Store, options: &Options) -> Result<Site, Error> {
    let stored = store.meta("site").await?.and_then(|id| id.parse::<Uuid>().ok());
    let id = if let Some(id) = stored {
        id
    } else {
        let id = mint_site(options.publish.base_url.as_str(), &options.publish.title);
        let mut write = store.begin().await?;
        write.set_meta("site", &id.to_string()).await?;
        write.commit().await?;
        id
    };
    Ok(Site { id, options: options.publish.clone() })
}

/// Composes everything in scope. Returns how many items each channel in scope has.
async fn compose_all(
    store: &Store,
    site: &Arc<Site>,
    (all, changes, layout): (bool, &Stale, &Layout),
    writing: &mut Writing<'_>,
    progress: &Progress,
) -> Result<Vec<(i64, u64)>, Error> {
    let composer = Composer { store, site: Arc::clone(site), tags: store.tags().await? };
    let mut channels = Vec::new();
    for kind in [ChannelKind::Tag, ChannelKind::Source, ChannelKind::Combined] {
        channels.extend(store.channels(kind).await?);
    }
    let members = if all {
        all_items(&composer, &channels, writing, progress).await?
    } else {
        changed_items(&composer, &channels, changes, writing, progress).await?
    };
    edition_pages(&composer, (all, changes, layout), writing, progress).await?;
    tracing::debug!("items and channels composed");
    let whole = Shift { from: Some(i64::MIN), touched: Vec::new() };
    let list = if all { &whole } else { &changes.edition_list };
    if !list.is_empty() {
        writing.put_all(composer.editions(list).await?).await?;
        let dates = (!all).then_some(&changes.edition_dates);
        writing.put_all(composer.month_pages(dates).await?).await?;
    }
    tracing::debug!("list of editions composed");
    let counts: HashMap<i64, u64> = members.iter().copied().collect();
    let counted = |state: &ChannelState| {
        let members = counts.get(&state.id).copied().unwrap_or(state.members);
        ChannelState { members, ..state.clone() }
    };
    let counted: Vec<ChannelState> = channels.iter().map(counted).collect();
    writing.put_all(vec![composer.front(&counted).await?]).await?;
    let tags = finding::most_used(&counted);
    writing.put_all(composer.site_wide(counted).await?).await?;
    let is_changed = all || !changes.is_empty() || !layout.units.is_empty();
    writing.put_all(composer.finding(all, is_changed, &tags).await?).await?;
    Ok(members)
}

/// Composes the pages of editors' editions with their items, and of days.
async fn edition_pages(
    composer: &Composer<'_>,
    (all, changes, layout): (bool, &Stale, &Layout),
    writing: &mut Writing<'_>,
    progress: &Progress,
) -> Result<(), Error> {
    let of_marks = || changes.editions.iter().chain(&changes.beside).copied().collect();
    let mut editions = if all { composer.store.editors_editions().await? } else { of_marks() };
    editions.retain(|id| !layout.days.contains(id));
    let bar = progress.publishing(editions.len() + layout.units.len());
    let of_editors = editions.chunks(EDITIONS_AT_ONCE).map(|ids| (ids.len(), composer.edition_pages(ids).boxed()));
    let of_days =
        layout.units.chunks(days::PAGES_AT_ONCE).map(|units| (units.len(), composer.day_pages(units).boxed()));
    let units = of_editors.chain(of_days).map(async |(count, files)| files.await.map(|files| (count, files)));
    let mut units = futures::stream::iter(units).buffered(WORKERS);
    while let Some((count, files)) = units.try_next().await? {
        bar.inc(u64::try_from(count).unwrap_or_default());
        writing.put_all(files).await?;
    }
    drop(units);
    writing.put_all(composer.surplus_day_pages(layout).await?).await
}

/// Composes every channel. Returns how many items each channel has.
async fn all_items(
    composer: &Composer<'_>,
    channels: &[ChannelState],
    writing: &mut Writing<'_>,
    progress: &Progress,
) -> Result<Vec<(i64, u64)>, Error> {
    let counts = composer.store.member_counts().await?;
    let items = composer.store.item_count().await?;
    let bar = progress.publishing(usize::try_from(items).unwrap_or(usize::MAX).saturating_add(channels.len()));
    let mut parts = std::pin::pin!(pass::pages(composer, channels, &counts));
    while let Some((items, files)) = parts.try_next().await? {
        bar.inc(u64::try_from(items).unwrap_or_default());
        writing.put_all(files).await?;
    }
    let members: Vec<(i64, u64)> =
        channels.iter().map(|state| (state.id, counts.get(&state.id).copied().unwrap_or_default())).collect();
    let rest: Vec<(&ChannelState, u64)> =
        channels.iter().zip(&members).map(|(state, (_, all))| (state, *all)).collect();
    let mut units =
        futures::stream::iter(rest.chunks(channels::AT_ONCE).map(|part| composer.newest(part))).buffered(WORKERS);
    while let Some(files) = units.try_next().await? {
        bar.inc(channels::AT_ONCE.try_into().unwrap_or_default());
        writing.put_all(files).await?;
    }
    drop(units);
    Ok(members)
}

/// Composes the channels that changed, and removes the pages of items that left. Returns how many items each of these channels has.
async fn changed_items(
    composer: &Composer<'_>,
    channels: &[ChannelState],
    changes: &Stale,
    writing: &mut Writing<'_>,
    progress: &Progress,
) -> Result<Vec<(i64, u64)>, Error> {
    let in_scope: Vec<_> =
        channels.iter().filter_map(|state| changes.channels.get(&state.id).map(|shift| (state, shift))).collect();
    tracing::debug!(items = changes.items.len(), channels = in_scope.len(), "changed");
    let bar = progress.publishing(changes.items.len() + in_scope.len());
    for ids in changes.items.chunks(ITEMS_AT_ONCE) {
        writing.put_all(composer.left_item_pages(ids).await?).await?;
        bar.inc(u64::try_from(ids.len()).unwrap_or_default());
    }
    let mut members = Vec::with_capacity(in_scope.len());
    let mut units =
        futures::stream::iter(in_scope.chunks(channels::AT_ONCE).map(|part| composer.channels(part))).buffered(WORKERS);
    while let Some((files, counts)) = units.try_next().await? {
        bar.inc(counts.len().try_into().unwrap_or_default());
        members.extend(counts);
        writing.put_all(files).await?;
    }
    Ok(members)
}

/// Keeps the ids beside the feeds, before anything that shows them appears.
fn write_ids(directory: &std::path::Path, lines: &[restore::IdLine], all: bool) -> Result<(), crate::publish::Error> {
    let journal = Journal::<restore::IdLine>::open(Writer::ids(directory));
    if all { journal.rewrite(lines) } else { journal.append(lines) }
}
