//! A store in memory: answers what it is asked and nothing else, applies changes, and steps through cycles as the pipeline
//! does.

use super::*;
use crate::ledger::stories::story_of;
use crate::model::{Edition, EntryItem, Item, KnownEdition, LinkKey, Presence, SourceKind, SourceLink};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

/// Row of the input that owns the editions of days.
const DAYS_ROW: i64 = 1000;

/// Row of the digest.
pub(super) const DIGEST: i64 = 1;

/// Everything that is remembered.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    pub(super) editions: BTreeMap<Uuid, EditionState>,
    pub(super) items: BTreeMap<Uuid, ItemState>,
    pub(super) entries: BTreeMap<i64, EntryState>,
    /// Where links lead, by their keys.
    pub(super) leads: HashMap<String, String>,
    pub(super) marked: BTreeSet<Uuid>,
    scope: Scope,
}

/// A document that is about to be read: its input's row, which is its name too, and its entries.
pub(super) type Came = (i64, Vec<EntryItem>);

pub(super) fn rules() -> FeedRules {
    FeedRules { zone: chrono_tz::UTC, days: DAYS_ROW, showing: Showing::Annotate }
}

/// Words of an item, which are not the same when more than white space differs.
pub(super) fn words(title: &str, body: &str, link: Option<&str>) -> Item {
    let said: String = format!("{title}\n{body}").split_whitespace().collect();
    Item {
        title: title.to_owned(),
        body_html: body.to_owned(),
        text: format!("{title}\n{body}"),
        content_hash: xxh3_64(said.as_bytes()),
        sources: link.map(|url| SourceLink { label: "Source".to_owned(), url: url.to_owned() }).into_iter().collect(),
        source_kind: SourceKind::Inline,
        ..Item::default()
    }
}

/// An entry that says this.
pub(super) fn entry(key: &str, item: Item, published: Option<DateTime<Utc>>) -> EntryItem {
    let link = item.sources.first().and_then(|source| crate::model::compare_key(&source.url));
    let is_specific = item.sources.first().and_then(|source| story_of(&source.url)).is_some();
    EntryItem { key: key.to_owned(), link, is_specific, item, published, updated: None, author: None }
}

impl World {
    /// Adds to a scope what is asked for.
    pub(super) fn load(&self, question: &Question, scope: &mut Scope) {
        scope.has_feeds = true;
        let is_alike = |known: &KnownEdition, signs: &Signs| {
            known.path == signs.path
                || known.title == signs.title
                || (known.number.is_some() && known.number == signs.number)
                || signs.published == Some(known.date.with_timezone(&Utc))
        };
        let posts = |state: &EditionState| {
            question.posts.iter().any(|(row, signs)| *row == state.input && is_alike(&state.known, signs))
        };
        let whole: Vec<Uuid> = self
            .editions
            .values()
            .filter(|state| !state.is_day && (posts(state) || question.editions.contains(&state.known.id)))
            .map(|state| state.known.id)
            .collect();
        let is_about = |item: &ItemState| {
            let carried = self.entries.values().filter(|entry| entry.item == Some(item.known.id));
            let stories = carried.map(|entry| &entry.story).chain([&item.known.story]);
            stories.flatten().any(|story| question.stories.contains(story))
        };
        let is_absent = |item: &ItemState| {
            item.by_feed
                && item.known.story.is_none()
                && item.known.presence != Presence::Live
                && question.absent.contains(&item.known.title)
        };
        let mut editions: BTreeSet<Uuid> = whole.iter().copied().collect();
        for (id, item) in &self.items {
            if !(question.items.contains(id) || whole.contains(&item.edition) || is_about(item) || is_absent(item)) {
                continue;
            }
            if item.by_feed {
                editions.insert(item.edition);
            }
            if scope.item(*id).is_none() {
                scope.know_item(item.clone());
            }
            for entry in self.entries.values().filter(|entry| entry.item == Some(*id)) {
                if scope.entry(entry.row).is_none_or(|known| known.says == Says::Unasked) {
                    scope.know_entry(entry.clone());
                }
            }
        }
        self.load_rest(question, editions, scope);
    }

    fn load_rest(&self, question: &Question, mut editions: BTreeSet<Uuid>, scope: &mut Scope) {
        if let Some(asked) = &question.entries {
            for entry in self.entries.values().filter(|entry| asked.inputs.contains(&entry.input)) {
                let is_met =
                    entry.left_at.is_none_or(|left| left >= asked.left_after) || asked.keys.contains(&entry.key);
                if is_met && scope.entry(entry.row).is_none() {
                    scope.know_entry(EntryState { says: Says::Unasked, ..entry.clone() });
                }
            }
        }
        let days = self.editions.values().filter(|state| state.is_day && question.days.contains(&state.known.path));
        editions.extend(days.map(|state| state.known.id));
        for state in editions.iter().filter_map(|id| self.editions.get(id)) {
            if scope.edition(state.known.id).is_none() {
                scope.know_edition(EditionState { items: self.count(state.known.id), ..state.clone() });
            }
        }
        let taken: BTreeSet<Uuid> = self.items.keys().chain(self.editions.keys()).copied().collect();
        let short: BTreeSet<&String> = self.items.values().map(|item| &item.known.short_id).collect();
        loop {
            let unknown = scope.names.unknown(&question.seeds);
            if unknown.is_empty() {
                break;
            }
            let (ids, shorts): (Vec<_>, Vec<_>) = unknown.into_iter().unzip();
            let ids: Vec<Uuid> = ids.into_iter().filter(|id| taken.contains(id)).collect();
            scope.names.note(ids, shorts.into_iter().filter(|id| short.contains(id)));
        }
        let slugs = self.editions.values().map(|state| state.known.slug.clone());
        scope.names.note_slugs(slugs.filter(|slug| question.slugs.contains(slug)));
        if question.seconds_from.is_some() {
            scope.item_seconds.note(self.items.values().map(|item| item.known.updated.timestamp()));
            scope.edition_seconds.note(self.editions.values().map(|state| state.known.updated.timestamp()));
        }
        let led = question.links.iter().filter_map(|link| Some((link.clone(), self.leads.get(link)?.clone())));
        scope.leads.extend(led);
    }

    fn count(&self, edition: Uuid) -> ItemCount {
        let live = self.items.values().filter(|item| item.edition == edition && item.known.presence == Presence::Live);
        let live: Vec<_> = live.collect();
        let shown = live.iter().filter(|item| item.known.shown).count();
        ItemCount { live: i64::try_from(live.len()).unwrap(), shown: i64::try_from(shown).unwrap() }
    }

    pub(super) fn apply(&mut self, changes: &Changes) {
        for ChangedEdition { state, .. } in &changes.editions {
            self.editions.insert(state.known.id, state.clone());
        }
        for change in &changes.items {
            let known = self.items.contains_key(&change.known.id);
            assert_eq!(known, !change.is_new, "{change:?}");
            let by_feed = self.editions.get(&change.edition).is_some_and(|state| state.is_day);
            let (edition, known, written) = (change.edition, change.known.clone(), change.written.clone());
            self.items.insert(known.id, ItemState { edition, by_feed, known, written });
        }
        for entry in changes.entries.iter().rev().filter(|entry| entry.row < 0) {
            let row = self.entries.keys().next_back().copied().unwrap_or(0) + 1;
            self.entries.insert(row, EntryState { row, ..entry.clone() });
        }
        for entry in changes.entries.iter().filter(|entry| entry.row > 0) {
            let says = match &entry.says {
                Says::Unasked => self.entries.get(&entry.row).expect("an entry").says.clone(),
                says => says.clone(),
            };
            self.entries.insert(entry.row, EntryState { says, ..entry.clone() });
        }
        self.marked.extend(&changes.stories);
    }

    /// Reads documents that came together.
    pub(super) fn read(&mut self, came: &[Came], now: DateTime<Utc>) -> (Vec<Plan>, Changes) {
        let hash = |entry: &EntryItem| xxh3_64(serde_json::to_string(&entry.item).unwrap().as_bytes());
        let hashes: Vec<Vec<u64>> = came.iter().map(|(_, entries)| entries.iter().map(hash).collect()).collect();
        let names: Vec<String> = came.iter().map(|(row, _)| row.to_string()).collect();
        let documents = came.iter().zip(&hashes).zip(&names).map(|(((row, entries), hashes), name)| ReadDocument {
            input: name,
            row: *row,
            is_met: self.entries.values().any(|entry| entry.input == *row),
            same_options: true,
            is_cut: false,
            entries,
            hashes,
        });
        let documents: Vec<ReadDocument<'_>> = documents.collect();
        let mut scope = self.scope.anew();
        let mut question = Question::default();
        ask_for_documents(&mut question, &documents, now);
        self.load(&question, &mut scope);
        let plans = plan_documents(&scope, &documents, now);
        let batch = Arrivals::new(&documents, &plans);
        self.know(&mut scope, |question, scope| batch.ask(question, scope, &rules(), now));
        batch.place(&mut scope, &rules(), now);
        let changes = self.finish(scope, now);
        (plans, changes)
    }

    /// Asks until everything is known.
    fn know(&self, scope: &mut Scope, ask: impl Fn(&mut Question, &Scope)) {
        for round in 0.. {
            assert!(round < 10, "it asks for ever");
            let mut question = Question::default();
            ask(&mut question, scope);
            let Some(open) = scope.open(&question) else { return };
            self.load(&open, scope);
        }
    }

    fn finish(&mut self, mut scope: Scope, now: DateTime<Utc>) -> Changes {
        let changes = scope.changes(now);
        self.apply(&changes);
        self.scope = scope;
        changes
    }

    /// Places a post, or lets its edition leave where it has no items.
    pub(super) fn post(&mut self, path: &str, edition: &Edition, now: DateTime<Utc>) {
        let post = PostAsRead { input: "digest", row: DIGEST, path, text: "", edition };
        let mut scope = self.scope.anew();
        let mut question = Question::default();
        ask_for_posts(&mut question, &post, now);
        self.load(&question, &mut scope);
        if edition.items.is_empty() {
            let left = scope.editions().find(|state| state.known.path == path).map(|state| state.known.id);
            left.and_then(|left| leave(&mut scope, left));
        } else {
            place_post(&mut scope, post, |known| known.presence == Presence::Live, Showing::Annotate, now);
        }
        self.finish(scope, now);
    }

    /// Looks at every marked item, a few at a time.
    pub(super) fn settle(&mut self, now: DateTime<Utc>) {
        for round in 0.. {
            assert!(round < 50, "it settles for ever: {:?}", self.marked);
            let marked: Vec<Uuid> = self.marked.iter().take(3).copied().collect();
            if marked.is_empty() {
                return;
            }
            self.marked.retain(|id| !marked.contains(id));
            let mut scope = self.scope.anew();
            self.know(&mut scope, |question, scope| ask_for_settling(question, scope, &rules(), &marked, now));
            settle_stories(&mut scope, &rules(), &marked, now);
            self.finish(scope, now);
        }
    }

    /// Lets go of what a feed carried.
    pub(super) fn withdraw(&mut self, input: i64) {
        let gone: Vec<EntryState> = self.entries.values().filter(|entry| entry.input == input).cloned().collect();
        for entry in &gone {
            self.marked.extend(entry.item);
            self.entries.remove(&entry.row);
        }
        let items: BTreeSet<Uuid> = gone.iter().filter_map(|entry| entry.item).collect();
        for entry in self.entries.values_mut().filter(|entry| entry.says == Says::AsItem) {
            let said =
                entry.item.filter(|item| items.contains(item)).and_then(|item| self.items.get(&item)?.written.clone());
            if let Some(said) = said {
                entry.says = Says::This(Box::new(said));
            }
        }
    }

    /// A check found where a link leads.
    pub(super) fn lead(&mut self, link: &str, to: Option<&str>) {
        let key = LinkKey::of(link).expect("a link").to_string();
        match to.and_then(story_of) {
            Some(to) => _ = self.leads.insert(key.clone(), to),
            None => _ = self.leads.remove(&key),
        }
        let cites = |item: &&ItemState| {
            item.written.as_ref().is_some_and(|words| carrying::link_of(words).as_deref() == Some(&key))
        };
        self.marked.extend(self.items.values().filter(cites).map(|item| item.known.id));
    }

    /// Ends a cycle: days that have ended are listed, and what an edition shows is published.
    pub(super) fn publish(&mut self, now: DateTime<Utc>) {
        let counts: HashMap<Uuid, ItemCount> = self.editions.keys().map(|id| (*id, self.count(*id))).collect();
        for state in self.editions.values_mut() {
            state.is_listed |= state.known.published < now;
            if state.is_listed && state.is_shown(counts.get(&state.known.id).copied().unwrap_or_default()) {
                state.known.showed = state.known.shows;
            }
        }
        self.scope = Scope::default();
    }

    /// Live items.
    pub(super) fn live(&self) -> impl Iterator<Item = &ItemState> {
        self.items.values().filter(|item| item.known.presence == Presence::Live)
    }

    /// Live items by title.
    pub(super) fn titles(&self) -> BTreeMap<String, Uuid> {
        self.live().map(|item| (item.known.title.clone(), item.known.id)).collect()
    }
}
