//! When the store is empty but the published directory is not: takes over the ids and paths that were published, so that
//! no subscriber sees an item twice.

use super::{Cycle, Error};
use crate::model::{Channel, ChannelKind, Complaint, KnownEdition, KnownItem, Place, Presence};
use crate::publish::{Journal, ManifestLine, Writer};
use crate::store::{Changes, DAYS, Store};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use uuid::Uuid;

/// A journal may grow by this many bytes before it is rewritten.
const GROWTH: u64 = 1024 * 1024;

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
    },
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

/// Fills an empty store with the identities that the published directory keeps.
pub(super) async fn identities(cycle: Cycle<'_>) -> Result<Vec<Complaint>, Error> {
    let Cycle { store, options, .. } = cycle;
    if !store.is_empty().await? || store.meta("site").await?.is_some() {
        return Ok(Vec::new());
    }
    let ids = Journal::<IdLine>::open(Writer::ids(&options.directory));
    let lines = ids.read()?;
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let mut write = store.begin().await?;
    let mut last = Last::default();
    for (place, line) in lines.into_iter().enumerate() {
        match line {
            IdLine::Site(id) => write.set_meta("site", &id.to_string()).await?,
            IdLine::Channel { channel, key, emptied } => write.restore_channel(&channel, &key, emptied).await?,
            IdLine::Edition(edition) => last.edition(place, *edition),
            IdLine::Item { edition, item } => last.item(edition, *item),
        }
    }
    for edition in last.editions() {
        let input_id = match edition.input.as_str() {
            DAYS => write.days_input().await?,
            input => write.input(input, "").await?.id,
        };
        write.save_edition(input_id, &edition, None, edition.updated).await?;
    }
    let manifest = Journal::<ManifestLine>::open(Writer::manifest(&options.directory)).read()?;
    let files = ManifestLine::replay(manifest);
    write.put_files(&files.iter().map(|(path, hash)| (path.as_str(), hash.as_str())).collect::<Vec<_>>()).await?;
    write.commit().await?;
    let damaged = ids.damaged()?;
    Ok(if damaged == 0 { Vec::new() } else { vec![some_ids_lost(ids.path(), damaged)] })
}

/// What the last lines say. An item may have moved from one edition to another, and stands where it was told last.
#[derive(Debug, Default)]
struct Last {
    editions: BTreeMap<usize, KnownEdition>,
    places: HashMap<Uuid, usize>,
    items: BTreeMap<Uuid, (Uuid, KnownItem)>,
}

impl Last {
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
            edition.into_iter().for_each(|edition| edition.items.push(item.clone()));
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

fn lose(presence: &mut Presence) {
    if *presence == Presence::Live {
        *presence = Presence::Lost;
    }
}

fn item_lines(items: Vec<(Uuid, KnownItem)>) -> impl Iterator<Item = IdLine> {
    items.into_iter().map(|(edition, item)| IdLine::Item { edition, item: Box::new(item) })
}

/// What must be remembered beside the feeds: everything, or what `changes` name.
pub(super) async fn lines(store: &Store, site: Uuid, changes: Option<&Changes>) -> Result<Vec<IdLine>, Error> {
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
        Some(changes) => lines.extend(item_lines(store.known_in_days(&changes.items).await?)),
        None => {
            for day in lines.iter().filter_map(IdLine::day).collect::<Vec<_>>() {
                lines.extend(item_lines(store.known_of_day(day).await?));
            }
        }
    }
    Ok(lines)
}

/// Rewrites the journals once lines that later ones replaced outnumber those that count. Looked at only when a journal
/// has doubled, so that an ordinary publish does not read it.
pub(super) async fn tidy(store: &Store, directory: &Path, site: Uuid) -> Result<(), Error> {
    let ids = Journal::<IdLine>::open(Writer::ids(directory));
    if outgrown(store, "ids_bytes", ids.path()).await? {
        ids.rewrite(&lines(store, site, None).await?)?;
        note_size(store, "ids_bytes", ids.path()).await?;
    }
    let manifest = Journal::<ManifestLine>::open(Writer::manifest(directory));
    if outgrown(store, "manifest_bytes", manifest.path()).await? {
        let line = |(path, hash)| ManifestLine { path, hash: Some(hash) };
        manifest.rewrite(&store.files().await?.into_iter().map(line).collect::<Vec<_>>())?;
        note_size(store, "manifest_bytes", manifest.path()).await?;
    }
    Ok(())
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Whether a journal has more than doubled since it was rewritten, or was never measured.
async fn outgrown(store: &Store, key: &str, path: &Path) -> Result<bool, Error> {
    let before: u64 = store.meta(key).await?.and_then(|size| size.parse().ok()).unwrap_or(0);
    Ok(size(path) > before.saturating_mul(2).saturating_add(GROWTH))
}

async fn note_size(store: &Store, key: &str, path: &Path) -> Result<(), Error> {
    let mut write = store.begin().await?;
    write.set_meta(key, &size(path).to_string()).await?;
    Ok(write.commit().await?)
}
