//! When the store is empty or older than the published directory: takes over the ids and paths that were published, so
//! that no subscriber sees an item twice.

use super::{Cycle, Error, Input, Options};
use crate::ledger::{EntriesAsked, Question, Scope, lose, part, strange_stories, take_over, take_over_founder};
use crate::model::{
    Channel, ChannelKind, Complaint, Founder, Instead, KnownEdition, KnownItem, Place, PollState, file_of,
};
use crate::publish::{Journal, ManifestLine, Since, Writer};
use crate::store::{DAYS, Stale, Store, Write};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use uuid::Uuid;

/// A journal may grow by this many bytes before it is rewritten.
const GROWTH: u64 = 1024 * 1024;

/// Stands for the options that entries were read with which come from the journal: other ones than any.
const FROM_JOURNAL: &str = "journal";

/// Editions taken over in one go.
const BATCH: usize = 100;

/// Feeds by name: the configured address, and the one that is asked if it is another.
type Feeds = BTreeMap<String, (String, Option<Instead>)>;

/// A line of the file of ids; a later line of the same thing replaces an earlier one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum IdLine {
    /// The site's own id.
    Site(Uuid),
    /// A tag's path, or a source's whose last item left.
    Channel {
        /// Name and path.
        channel: Channel,
        /// Case-folded name; the host.
        key: String,
        /// When its last item left, seconds since 1970.
        emptied: Option<i64>,
    },
    /// An edition with its items; a day's without.
    Edition(Box<KnownEdition>),
    /// An item of a day edition, which is not written down as a whole for each of them.
    Item {
        /// Its edition.
        edition: Uuid,
        /// The item.
        item: Box<KnownItem>,
        /// Whose words it shows, where several carry it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        founder: Option<Box<Founder>>,
    },
    /// A feed that gave entries, so that a page is no answer of its, or that is asked at another address for good.
    #[serde(alias = "moved")]
    Feed {
        /// Name of the input.
        input: String,
        /// The address that is configured.
        configured: String,
        /// The one that is asked, if it is another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<Instead>,
    },
    /// When the lines before it were written: of a store and a journal that met again, the later one is right.
    Written(DateTime<Utc>),
}

impl IdLine {
    /// The day edition that it is about.
    fn day(&self) -> Option<Uuid> {
        match self {
            Self::Edition(edition) if edition.input == DAYS => Some(edition.id),
            _ => None,
        }
    }
}

/// Takes over the identities that the published directory keeps and the store does not know, or knows in an older state:
/// all of them when the store is empty, some when it came from a backup.
pub(super) async fn identities(cycle: Cycle<'_>) -> Result<Vec<Complaint>, Error> {
    let Cycle { store, options, .. } = cycle;
    let ids = Journal::<IdLine>::open(Writer::ids(&options.directory));
    let was_empty = store.is_empty().await?;
    let Some((lines, is_newer)) = unknown(cycle, &ids).await? else { return Ok(Vec::new()) };
    let known = store.edition_times().await?;
    let mut write = store.begin().await?;
    let (mut last, mut channels) = (LastLines::default(), Vec::new());
    let (mut founders, mut feeds) = (BTreeMap::new(), BTreeMap::new());
    for (place, line) in lines.into_iter().enumerate() {
        match line {
            IdLine::Site(id) if write.meta("site").await?.is_none() => write.set_meta("site", &id.to_string()).await?,
            IdLine::Channel { channel, key, emptied } => channels.push((channel, key, emptied)),
            IdLine::Edition(edition) => last.edition(place, *edition),
            IdLine::Item { edition, item, founder } => {
                founders.extend(founder.map(|founder| (item.id, *founder)));
                last.item(edition, *item);
            }
            IdLine::Feed { input, configured, instead } => _ = feeds.insert(input, (configured, instead)),
            IdLine::Site(_) | IdLine::Written(_) => {}
        }
    }
    restore_channels(&mut write, &channels).await?;
    let changed = restore_editions(&mut write, last.editions(), (&known, is_newer), options).await?;
    part_strangers(&mut write, &changed, cycle).await?;
    restore_feeds(&mut write, founders, feeds, cycle).await?;
    // Once more, since what left with these editions dated channels anew.
    restore_channels(&mut write, &channels).await?;
    if was_empty {
        let files = ManifestLine::replay(Journal::open(Writer::manifest(&options.directory)).read()?);
        write.put_files(&files.iter().map(|(path, hash)| (path.as_str(), hash.as_str())).collect::<Vec<_>>()).await?;
    }
    write.commit().await?;
    let damaged = ids.damaged()?;
    Ok(if damaged == 0 || !was_empty { Vec::new() } else { vec![some_ids_lost(ids.path(), damaged)] })
}

async fn restore_channels(write: &mut Write, channels: &[(Channel, String, Option<i64>)]) -> Result<(), Error> {
    for (channel, key, emptied) in channels {
        write.restore_channel(channel, key, *emptied).await?;
    }
    Ok(())
}

/// Whether the published directory of this node keeps ids that were written after the store knew them last.
pub(super) async fn knows_more(cycle: Cycle<'_>) -> Result<bool, Error> {
    let ids = Journal::<IdLine>::open(Writer::ids(&cycle.options.directory));
    Ok(unknown(cycle, &ids).await?.is_some_and(|(_, is_newer)| is_newer))
}

/// The lines of a journal that is not as the store left it, and whether they are newer than what the store knows; none of one that
/// is, or is empty.
async fn unknown(cycle: Cycle<'_>, ids: &Journal<IdLine>) -> Result<Option<(Vec<IdLine>, bool)>, Error> {
    let store = cycle.store;
    let since = ids.since(&store.meta(&cycle.own(IDS)).await?.unwrap_or_default())?;
    if since == Since::Same {
        return Ok(None);
    }
    let lines = ids.read()?;
    let is_newer = is_newer(&lines, store.meta(WRITTEN).await?.as_deref(), since);
    Ok((!lines.is_empty()).then_some((lines, is_newer)))
}

/// Whether the journal was written after the store knew it last. Journals and stores of before that was noted: lines were
/// added.
fn is_newer(lines: &[IdLine], noted: Option<&str>, since: Since) -> bool {
    let written = lines.iter().rev().find_map(|line| match line {
        IdLine::Written(at) => Some(*at),
        _ => None,
    });
    match (written, noted.and_then(|noted| noted.parse::<DateTime<Utc>>().ok())) {
        (Some(written), Some(noted)) => written > noted,
        (None, None) => since == Since::Grown,
        (written, None) => written.is_some(),
        (None, Some(_)) => false,
    }
}

/// Takes over editions: those that the store knows one by one, since what leaves with them left when they changed, then
/// the others many at a time. Tells the items of which the store knew something else.
async fn restore_editions(
    write: &mut Write,
    editions: impl Iterator<Item = KnownEdition>,
    (known, is_newer): (&HashMap<Uuid, DateTime<Utc>>, bool),
    options: &Options,
) -> Result<Vec<Uuid>, Error> {
    let mut changed = Vec::new();
    let (older, new): (Vec<_>, Vec<_>) = editions.partition(|edition| known.contains_key(&edition.id));
    // Rows of inputs by the names that they have in the journal: the store may know them by others.
    let mut inputs: HashMap<String, i64> = HashMap::new();
    for batch in older.chunks(1).chain(new.chunks(BATCH)) {
        let at = batch.iter().map(|edition| edition.updated).max().unwrap_or_default();
        let question = Question {
            editions: batch.iter().map(|edition| edition.id).collect(),
            items: batch.iter().flat_map(|edition| &edition.items).map(|item| item.id).collect(),
            seconds_from: Some(at),
            ..Question::default()
        };
        let mut rows = Vec::with_capacity(batch.len());
        for edition in batch {
            rows.push(match edition.input.as_str() {
                DAYS => write.days_input().await?,
                // Those that the store knows stay with the input that they are of, which may bear another name by now.
                _ if known.contains_key(&edition.id) => 0,
                name => match inputs.get(name) {
                    Some(row) => *row,
                    None => write.input(name, "").await?.id,
                },
            });
        }
        let mut scope = Scope::new(&options.slugs);
        write.load(&question, &mut scope).await?;
        for (edition, row) in batch.iter().zip(rows) {
            let (items, is_taken) = take_over(&mut scope, edition.clone(), row, is_newer);
            changed.extend(items);
            if let Some(state) = scope.edition(edition.id) {
                inputs.insert(edition.input.clone(), state.input);
            }
            let state = scope.edition(edition.id).filter(|state| is_taken && !state.is_day);
            if let Some(state) = state {
                // To be read again: what the store knows of its file is as old as what it knew of the edition.
                write.remove_posts(state.input, &[file_of(&edition.path)]).await?;
            }
        }
        let decided = scope.changes(at);
        write.apply(&decided, at).await?;
    }
    Ok(changed)
}

/// Lets entries whose item turned to another story carry the item that the journal knows of theirs, and has all items
/// settled of which the store knew something else.
async fn part_strangers(write: &mut Write, changed: &[Uuid], cycle: Cycle<'_>) -> Result<(), Error> {
    if changed.is_empty() {
        return Ok(());
    }
    let mut scope = Scope::new(&cycle.options.slugs);
    let items = changed.iter().copied().collect();
    write.load(&Question { items, ..Question::default() }, &mut scope).await?;
    let stories = changed.iter().flat_map(|item| strange_stories(&scope, *item)).collect();
    write.load(&Question { stories, ..Question::default() }, &mut scope).await?;
    let mut marked = changed.to_vec();
    for item in changed {
        marked.extend(part(&mut scope, *item));
    }
    write.apply(&scope.changes(cycle.now), cycle.now).await?;
    Ok(write.mark_stories(&marked).await?)
}

/// Takes over who founded the items that were lost, which inputs are known to be feeds, and where they had moved to, unless the
/// store knows better.
async fn restore_feeds(
    write: &mut Write,
    founders: BTreeMap<Uuid, Founder>,
    feeds: Feeds,
    cycle: Cycle<'_>,
) -> Result<(), Error> {
    let Cycle { options, now, .. } = cycle;
    // Others are of inputs that are gone, or bear another name by now.
    let configured: BTreeSet<&str> = options.inputs.iter().map(Input::name).collect();
    let names = founders.values().map(|founder| &founder.input).chain(feeds.keys()).map(String::as_str);
    let names: BTreeSet<&str> = names.filter(|name| configured.contains(name)).collect();
    if names.is_empty() {
        return Ok(());
    }
    let states = write.feed_inputs(&names.into_iter().collect::<Vec<_>>()).await?;
    let founding: BTreeSet<i64> =
        founders.values().filter_map(|founder| states.get(&founder.input)).map(|state| state.id).collect();
    let entries = EntriesAsked {
        inputs: founding.into_iter().collect(),
        left_after: now,
        keys: founders.values().map(|founder| founder.key.clone()).collect(),
    };
    let question =
        Question { items: founders.keys().copied().collect(), entries: Some(entries), ..Question::default() };
    let mut scope = Scope::new(&options.slugs);
    write.load(&question, &mut scope).await?;
    for (item, founder) in founders {
        let Some(state) = states.get(&founder.input) else { continue };
        take_over_founder(&mut scope, item, founder, state.id);
    }
    let changes = scope.changes(now);
    let unmet: BTreeSet<i64> =
        states.values().filter(|state| state.fingerprint.is_empty()).map(|state| state.id).collect();
    let founded: BTreeSet<i64> =
        changes.entries.iter().map(|entry| entry.input).filter(|input| unmet.contains(input)).collect();
    write.apply(&changes, now).await?;
    for input in founded {
        // So that its entries are compared with those that are known.
        write.set_fingerprint(input, FROM_JOURNAL).await?;
    }
    let poll = |(input, (configured, instead))| {
        let state = states.get(&input).filter(|state| state.poll.configured.is_empty())?;
        // Lines of before this was written down are of feeds that moved, and had given entries.
        Some((state.id, PollState { configured, instead, gave_entries: true, ..PollState::default() }))
    };
    let polls: Vec<(i64, PollState)> = feeds.into_iter().filter_map(poll).collect();
    Ok(write.put_polls(&polls.iter().map(|(id, poll)| (*id, poll)).collect::<Vec<_>>()).await?)
}

/// What the last lines say. An item may have moved from one edition to another, and stands where it was told last.
#[derive(Debug, Default)]
struct LastLines {
    editions: BTreeMap<usize, KnownEdition>,
    places: HashMap<Uuid, usize>,
    items: BTreeMap<Uuid, (Uuid, KnownItem)>,
}

impl LastLines {
    fn edition(&mut self, place: usize, mut edition: KnownEdition) {
        for item in edition.items.drain(..) {
            self.item(edition.id, item);
        }
        // The place of the first line decides the order, the last line the content.
        self.editions.insert(*self.places.entry(edition.id).or_insert(place), edition);
    }

    fn item(&mut self, edition: Uuid, item: KnownItem) {
        self.items.insert(item.id, (edition, item));
    }

    /// The editions with their items, all of them lost.
    fn editions(mut self) -> impl Iterator<Item = KnownEdition> {
        for (edition, mut item) in self.items.into_values() {
            let edition = self.places.get(&edition).and_then(|place| self.editions.get_mut(place));
            lose(&mut item.presence);
            if let Some(edition) = edition {
                edition.items.push(item);
            }
        }
        self.editions.into_values().map(|mut edition| {
            lose(&mut edition.presence);
            edition.items.sort_by_key(|item| (item.position, item.id));
            edition
        })
    }
}

fn some_ids_lost(path: &Path, lines: usize) -> Complaint {
    Complaint::warning(
        Place::file(path.to_string_lossy()),
        format!("the store was empty, and {lines} line(s) of what it is rebuilt from are damaged"),
        "if readers see items twice, restore this file and the store from a backup and run again",
    )
}

fn item_lines(items: Vec<(Uuid, KnownItem)>, founders: &HashMap<Uuid, Founder>) -> impl Iterator<Item = IdLine> {
    items.into_iter().map(|(edition, item)| {
        let founder = founders.get(&item.id).cloned().map(Box::new);
        IdLine::Item { edition, item: Box::new(item), founder }
    })
}

/// What must be remembered beside the feeds: everything, or what `changes` name.
pub(super) async fn lines(store: &Store, site: Uuid, changes: Option<&Stale>) -> Result<Vec<IdLine>, Error> {
    let mut lines = if changes.is_none() { vec![IdLine::Site(site)] } else { Vec::new() };
    for kind in [ChannelKind::Tag, ChannelKind::Source] {
        for state in store.channels(kind).await? {
            let in_scope = changes.is_none_or(|changes| changes.channels.contains_key(&state.id));
            let emptied = state.emptied_at.map(|at| at.timestamp());
            if in_scope && (kind == ChannelKind::Tag || emptied.is_some()) {
                lines.push(IdLine::Channel { channel: state.channel, key: state.key, emptied });
            }
        }
    }
    let editions = changes.map(|changes| changes.editions.as_slice());
    lines.extend(store.known(editions).await?.into_iter().map(|edition| IdLine::Edition(Box::new(edition))));
    match changes {
        Some(changes) if changes.items.is_empty() => {}
        Some(changes) => {
            let founders = store.founders(Some(&changes.items)).await?;
            lines.extend(item_lines(store.known_in_days(&changes.items).await?, &founders));
        }
        None => {
            let founders = store.founders(None).await?;
            for day in lines.iter().filter_map(IdLine::day).collect::<Vec<_>>() {
                lines.extend(item_lines(store.known_of_day(day).await?, &founders));
            }
        }
    }
    Ok(lines)
}

/// Feeds that gave entries, and where they moved to, as lines to be remembered: those that are not noted yet, or all. With them the
/// text that stands for all of it in the store.
pub(super) async fn feed_lines(store: &Store, all: bool) -> Result<(Vec<IdLine>, String), Error> {
    let line = |(input, (configured, instead))| IdLine::Feed { input, configured, instead };
    let known = store.known_feeds().await?;
    let noted: Feeds = store.meta(FEEDS).await?.and_then(|noted| serde_json::from_str(&noted).ok()).unwrap_or_default();
    let text = serde_json::to_string(&known).unwrap_or_default();
    let new = known.into_iter().filter(|(input, feed)| all || noted.get(input) != Some(feed));
    Ok((new.map(line).collect(), text))
}

/// Where the store keeps which feeds are noted in the file of ids.
pub(super) const FEEDS: &str = "moves";

/// Where the store keeps by what it knows the file of ids again.
pub(super) const IDS: &str = "ids";

/// Where the store keeps when the file of ids was written last.
pub(super) const WRITTEN: &str = "ids_written";

/// The same of the manifest.
pub(super) const MANIFEST: &str = "manifest";

/// Notes how the journals stand, so that the next cycle sees whether somebody else changed them. `None`: they are about to
/// be written anew, and whatever stands there is no surprise.
pub(super) async fn note(write: &mut Write, cycle: Cycle<'_>, directory: Option<&Path>) -> Result<(), Error> {
    let ids = directory.map(|directory| Journal::<IdLine>::open(Writer::ids(directory)).mark());
    let manifest = directory.map(|directory| Journal::<ManifestLine>::open(Writer::manifest(directory)).mark());
    for (key, mark) in [(IDS, ids), (MANIFEST, manifest)] {
        write.set_meta(&cycle.own(key), mark.transpose()?.flatten().unwrap_or_default().as_str()).await?;
    }
    Ok(())
}

/// Rewrites the journals once lines that later ones replaced outnumber those that count. Looked at only when a journal
/// has doubled, so that an ordinary publish does not read it.
pub(super) async fn tidy(cycle: Cycle<'_>, site: Uuid) -> Result<(), Error> {
    let (store, directory) = (cycle.store, cycle.options.directory.as_path());
    let ids = Journal::<IdLine>::open(Writer::ids(directory));
    let manifest = Journal::<ManifestLine>::open(Writer::manifest(directory));
    let (old_ids, old_manifest) =
        (outgrown(store, "ids_bytes", ids.path()).await?, outgrown(store, "manifest_bytes", manifest.path()).await?);
    if !old_ids && !old_manifest {
        return Ok(());
    }
    let mut write = store.begin().await?;
    note(&mut write, cycle, None).await?;
    write.commit().await?;
    if old_ids {
        let mut all = lines(store, site, None).await?;
        all.extend(feed_lines(store, true).await?.0);
        let written = store.meta(WRITTEN).await?.and_then(|at| at.parse().ok());
        all.extend(written.map(IdLine::Written));
        ids.rewrite(&all)?;
    }
    if old_manifest {
        let line = |(path, hash)| ManifestLine { path, hash: Some(hash) };
        manifest.rewrite(&store.files().await?.into_iter().map(line).collect::<Vec<_>>())?;
    }
    let mut write = store.begin().await?;
    for (key, path) in [("ids_bytes", ids.path()), ("manifest_bytes", manifest.path())] {
        write.set_meta(key, &size(path).to_string()).await?;
    }
    note(&mut write, cycle, Some(directory)).await?;
    Ok(write.commit().await?)
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Whether a journal has more than doubled since it was rewritten, or was never measured.
async fn outgrown(store: &Store, key: &str, path: &Path) -> Result<bool, Error> {
    let before: u64 = store.meta(key).await?.and_then(|size| size.parse().ok()).unwrap_or(0);
    Ok(size(path) > before.saturating_mul(2).saturating_add(GROWTH))
}
