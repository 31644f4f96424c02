//! Saves an edition with its items, and marks what the publisher has to look at again.

use super::channels::Places;
use super::known::code;
use super::{Result, Write, to_json};
use crate::model::{Edition, Item, KnownEdition, KnownItem, LinkKey, Presence, SourceLink};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// An item with what is written of it, where it is live, and where it stands.
type Row<'a> = (&'a KnownItem, Option<&'a Item>, Places);

/// Presence, whether shown, and date of an edition.
type Stood = (i64, i64, i64);

impl Write {
    /// Saves an edition as it is now. The live items of `known` are those of `written`, each at its `position`;
    /// `written` is `None` when the edition left.
    pub async fn save_edition(
        &mut self,
        input_id: i64,
        known: &KnownEdition,
        written: Option<&Edition>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let stood = self.stood(known.id).await?;
        let before = match stood {
            Some(_) => self.forget_places(known.id).await?,
            None => BTreeSet::new(),
        };
        self.note_taken(input_id, known);
        self.put_edition(input_id, known, written).await?;
        self.put_spellings(known, written, stood.is_some()).await?;
        let mut rows = Vec::with_capacity(known.items.len());
        let mut after = BTreeSet::new();
        for item in &known.items {
            let live = (item.presence == Presence::Live).then(|| item_at(written, item.position)).flatten();
            let places = match live.filter(|_| item.shown) {
                Some(live) => self.places_of(live).await?,
                None => Places::default(),
            };
            after.extend(places.all.iter().map(|(channel, _)| (*channel, item.published.timestamp(), item.id)));
            rows.push((item, live, places));
        }
        self.put_items(known.id, &rows).await?;
        self.put_sources(&rows).await?;
        self.put_memberships(&rows).await?;
        let left = before.difference(&after).map(|(channel, ..)| *channel).collect();
        self.note_emptied(&left, now).await?;
        if self.marks {
            self.mark_edition(known, stood).await?;
            self.mark_items(known, &before, &after).await?;
        }
        Ok(())
    }

    /// Takes the items of an edition out of their channels and from their links. Tells where they stood.
    async fn forget_places(&mut self, edition: Uuid) -> Result<BTreeSet<(i64, i64, Uuid)>> {
        let before = self.memberships_of_edition(edition).await?;
        for sql in [
            "DELETE FROM memberships WHERE item_id IN (SELECT id FROM items WHERE edition_id = $1)",
            "DELETE FROM item_sources WHERE item_id IN (SELECT id FROM items WHERE edition_id = $1)",
        ] {
            sqlx::query(sql).bind(edition.to_string()).execute(&mut *self.tx).await?;
        }
        Ok(before)
    }

    async fn memberships_of_edition(&mut self, edition: Uuid) -> Result<BTreeSet<(i64, i64, Uuid)>> {
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(
            "SELECT m.channel_id, m.published, m.item_id FROM memberships m
             WHERE m.item_id IN (SELECT id FROM items WHERE edition_id = $1)",
        )
        .bind(edition.to_string())
        .fetch_all(&mut *self.tx)
        .await?;
        rows.into_iter().map(|(c, p, id)| Ok((c, p, super::parse("memberships.item_id", &id)?))).collect()
    }

    async fn put_edition(&mut self, input_id: i64, known: &KnownEdition, written: Option<&Edition>) -> Result<()> {
        let written = written.map(|edition| Edition { items: Vec::new(), ..edition.clone() });
        sqlx::query(
            "INSERT INTO editions (id, input_id, path, slug, permalink, number, title, date, written, header_hash,
                                   published, updated, live, shown)
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)
             ON CONFLICT (id) DO UPDATE SET path = excluded.path, permalink = excluded.permalink,
                 number = excluded.number, title = excluded.title, date = excluded.date, written = excluded.written,
                 header_hash = excluded.header_hash, published = excluded.published, updated = excluded.updated,
                 live = excluded.live, shown = excluded.shown",
        )
        .bind(known.id.to_string())
        .bind(input_id)
        .bind(&known.path)
        .bind(&known.slug)
        .bind(&known.permalink)
        .bind(known.number.map(i64::from))
        .bind(&known.title)
        .bind(known.date.to_rfc3339())
        .bind(written.map(|edition| to_json("editions.written", &edition)).transpose()?.unwrap_or_default())
        .bind(known.header_hash.to_string())
        .bind(known.published.timestamp())
        .bind(known.updated.timestamp())
        .bind(code(known.presence))
        .bind(i64::from(is_shown(known)))
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// How an edition stood before: presence, whether shown, and date.
    async fn stood(&mut self, edition: Uuid) -> Result<Option<Stood>> {
        if self.taken.is_some() && !self.id_is_taken(edition).await? {
            return Ok(None);
        }
        let query =
            sqlx::query_as("SELECT live, shown, published FROM editions WHERE id = $1").bind(edition.to_string());
        Ok(query.fetch_optional(&mut *self.tx).await?)
    }

    async fn put_items(&mut self, edition: Uuid, rows: &[Row<'_>]) -> Result<()> {
        let mut json = Vec::with_capacity(rows.len());
        for (_, live, places) in rows {
            let written = live.map(|item| to_json("items.written", item)).transpose()?.unwrap_or_default();
            json.push((written, to_json("items.tags", &places.tags)?));
        }
        if rows.is_empty() {
            return Ok(());
        }
        let mut insert = QueryBuilder::new(
            "INSERT INTO items (id, short_id, edition_id, position, title, source_key, sketch, content_hash, written,
                                tags, published, updated, live, first_seen, shown) ",
        );
        insert.push_values(rows.iter().zip(json), |mut row, ((item, ..), (written, tags))| {
            row.push_bind(item.id.to_string()).push_bind(&item.short_id).push_bind(edition.to_string());
            row.push_bind(i64::from(item.position)).push_bind(&item.title).push_bind(&item.source);
            row.push_bind(item.sketch.to_hex()).push_bind(item.content_hash.to_string());
            row.push_bind(written).push_bind(tags).push_bind(item.published.timestamp());
            row.push_bind(item.updated.timestamp()).push_bind(code(item.presence));
            row.push_bind(item.first_seen.timestamp()).push_bind(i64::from(item.shown));
        });
        insert.push(
            " ON CONFLICT (id) DO UPDATE SET position = excluded.position, title = excluded.title,
                 source_key = excluded.source_key, sketch = excluded.sketch, content_hash = excluded.content_hash,
                 written = excluded.written, tags = excluded.tags, published = excluded.published,
                 updated = excluded.updated, live = excluded.live, shown = excluded.shown",
        );
        insert.build().execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn put_sources(&mut self, rows: &[Row<'_>]) -> Result<()> {
        let mut sources = Vec::new();
        let mut links: BTreeMap<LinkKey, (&SourceLink, i64)> = BTreeMap::new();
        for (item, live, _) in rows {
            for (position, source) in (0_i64..).zip(live.iter().flat_map(|live| &live.sources)) {
                let Some(key) = LinkKey::of(&source.url) else { continue };
                sources.push((item.id, position, source, key.clone()));
                let newest = links.entry(key).or_insert((source, i64::MIN));
                newest.1 = newest.1.max(item.published.timestamp());
            }
        }
        if sources.is_empty() {
            return Ok(());
        }
        let mut insert = QueryBuilder::new("INSERT INTO item_sources (item_id, position, label, url, link_key) ");
        insert.push_values(&sources, |mut row, (item, position, source, key)| {
            row.push_bind(item.to_string()).push_bind(*position).push_bind(&source.label);
            row.push_bind(&source.url).push_bind(key.as_str());
        });
        insert.build().execute(&mut *self.tx).await?;
        let mut insert = QueryBuilder::new("INSERT INTO links (key, url, host, newest) ");
        insert.push_values(&links, |mut row, (key, (source, newest))| {
            row.push_bind(key.as_str()).push_bind(&source.url);
            row.push_bind(LinkKey::host_of(&source.url).unwrap_or_default()).push_bind(*newest);
        });
        insert.push(
            " ON CONFLICT (key) DO UPDATE SET
                 newest = CASE WHEN excluded.newest > links.newest THEN excluded.newest ELSE links.newest END",
        );
        insert.build().execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn put_memberships(&mut self, rows: &[Row<'_>]) -> Result<()> {
        let all = rows.iter().flat_map(|(item, _, places)| places.all.iter().map(move |place| (*item, *place)));
        let all: Vec<(&KnownItem, (i64, i64))> = all.collect();
        if all.is_empty() {
            return Ok(());
        }
        let mut insert = QueryBuilder::new("INSERT INTO memberships (channel_id, published, item_id, ordinal) ");
        insert.push_values(all, |mut row, (item, (channel, ordinal))| {
            row.push_bind(channel).push_bind(item.published.timestamp());
            row.push_bind(item.id.to_string()).push_bind(ordinal);
        });
        insert.build().execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Marks an edition; `stood` is how it was before.
    async fn mark_edition(&mut self, known: &KnownEdition, stood: Option<Stood>) -> Result<()> {
        let stands = (code(known.presence), i64::from(is_shown(known)), known.published.timestamp());
        let shifted = stood != Some(stands);
        for (_, _, published) in stood.into_iter().chain([stands]) {
            sqlx::query(
                "INSERT INTO dirty_editions (edition_id, published, shifted) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING",
            )
            .bind(known.id.to_string())
            .bind(published)
            .bind(i64::from(shifted))
            .execute(&mut *self.tx)
            .await?;
        }
        Ok(())
    }

    /// Marks the items of an edition and the channels that they stood and stand in.
    async fn mark_items(
        &mut self,
        known: &KnownEdition,
        before: &BTreeSet<(i64, i64, Uuid)>,
        after: &BTreeSet<(i64, i64, Uuid)>,
    ) -> Result<()> {
        for item in &known.items {
            self.mark_item(&item.id.to_string()).await?;
        }
        for (channel, published, item) in before.union(after) {
            let entry = (*channel, *published, *item);
            let shifted = before.contains(&entry) != after.contains(&entry);
            self.mark_channel(*channel, *published, shifted).await?;
        }
        Ok(())
    }

    pub(super) async fn mark_item(&mut self, id: &str) -> Result<()> {
        sqlx::query("INSERT INTO dirty_items (item_id) VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(id)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    pub(super) async fn mark_channel(&mut self, channel: i64, published: i64, shifted: bool) -> Result<()> {
        sqlx::query(
            "INSERT INTO dirty_channels (channel_id, published, shifted) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING",
        )
        .bind(channel)
        .bind(published)
        .bind(i64::from(shifted))
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}

/// Whether an edition has something to show; one without items never had.
fn is_shown(known: &KnownEdition) -> bool {
    let mut live = known.items.iter().filter(|item| item.presence == Presence::Live).peekable();
    live.peek().is_none() || live.any(|item| item.shown)
}

fn item_at(written: Option<&Edition>, position: u32) -> Option<&Item> {
    written?.items.get(usize::try_from(position).ok()?)
}
