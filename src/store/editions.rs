//! Saves an edition with its items, and marks what the publisher has to look at again.

use super::channels::Places;
use super::known::code;
use super::{Result, Write, to_json};
use crate::model::{Edition, Item, KnownEdition, KnownItem, LinkKey, Presence};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use std::collections::BTreeSet;
use uuid::Uuid;

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
        let stood: Option<(i64, i64)> = sqlx::query_as("SELECT live, published FROM editions WHERE id = $1")
            .bind(known.id.to_string())
            .fetch_optional(&mut *self.tx)
            .await?;
        let before = match stood {
            Some(_) => self.forget_places(known.id).await?,
            None => BTreeSet::new(),
        };
        self.note_taken(known);
        self.put_edition(input_id, known, written).await?;
        self.put_spellings(known, written).await?;
        let mut after = BTreeSet::new();
        for item in &known.items {
            let live = (item.presence == Presence::Live).then(|| item_at(written, item.position)).flatten();
            let places = match live {
                Some(live) => self.places_of(live).await?,
                None => Places::default(),
            };
            self.put_item(known.id, item, live, &places).await?;
            self.put_sources(item, live).await?;
            self.put_memberships(item, &places).await?;
            after.extend(places.all.iter().map(|(channel, _)| (*channel, item.published.timestamp(), item.id)));
        }
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
                                   published, updated, live)
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)
             ON CONFLICT (id) DO UPDATE SET path = excluded.path, permalink = excluded.permalink,
                 number = excluded.number, title = excluded.title, date = excluded.date, written = excluded.written,
                 header_hash = excluded.header_hash, published = excluded.published, updated = excluded.updated,
                 live = excluded.live",
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
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn put_item(
        &mut self,
        edition: Uuid,
        item: &KnownItem,
        written: Option<&Item>,
        places: &Places,
    ) -> Result<()> {
        let written = written.map(|item| to_json("items.written", item)).transpose()?.unwrap_or_default();
        sqlx::query(
            "INSERT INTO items (id, short_id, edition_id, position, title, source_key, sketch, content_hash, written,
                                tags, published, updated, live)
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)
             ON CONFLICT (id) DO UPDATE SET position = excluded.position, title = excluded.title,
                 source_key = excluded.source_key, sketch = excluded.sketch, content_hash = excluded.content_hash,
                 written = excluded.written, tags = excluded.tags, published = excluded.published,
                 updated = excluded.updated, live = excluded.live",
        )
        .bind(item.id.to_string())
        .bind(&item.short_id)
        .bind(edition.to_string())
        .bind(i64::from(item.position))
        .bind(&item.title)
        .bind(&item.source)
        .bind(item.sketch.to_hex())
        .bind(item.content_hash.to_string())
        .bind(written)
        .bind(to_json("items.tags", &places.tags)?)
        .bind(item.published.timestamp())
        .bind(item.updated.timestamp())
        .bind(code(item.presence))
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn put_sources(&mut self, item: &KnownItem, written: Option<&Item>) -> Result<()> {
        for (position, source) in (0_i64..).zip(written.into_iter().flat_map(|w| &w.sources)) {
            let Some(key) = LinkKey::of(&source.url) else { continue };
            sqlx::query("INSERT INTO item_sources (item_id, position, label, url, link_key) VALUES ($1,$2,$3,$4,$5)")
                .bind(item.id.to_string())
                .bind(position)
                .bind(&source.label)
                .bind(&source.url)
                .bind(key.as_str())
                .execute(&mut *self.tx)
                .await?;
            sqlx::query(
                "INSERT INTO links (key, url, host, newest) VALUES ($1,$2,$3,$4) ON CONFLICT (key) DO UPDATE SET
                     newest = CASE WHEN excluded.newest > links.newest THEN excluded.newest ELSE links.newest END",
            )
            .bind(key.as_str())
            .bind(&source.url)
            .bind(LinkKey::host_of(&source.url).unwrap_or_default())
            .bind(item.published.timestamp())
            .execute(&mut *self.tx)
            .await?;
        }
        Ok(())
    }

    async fn put_memberships(&mut self, item: &KnownItem, places: &Places) -> Result<()> {
        if places.all.is_empty() {
            return Ok(());
        }
        let mut insert = QueryBuilder::new("INSERT INTO memberships (channel_id, published, item_id, ordinal) ");
        insert.push_values(&places.all, |mut row, (channel, ordinal)| {
            row.push_bind(*channel).push_bind(item.published.timestamp());
            row.push_bind(item.id.to_string()).push_bind(*ordinal);
        });
        insert.build().execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Marks an edition; `stood` is how it was before.
    async fn mark_edition(&mut self, known: &KnownEdition, stood: Option<(i64, i64)>) -> Result<()> {
        let stands = (code(known.presence), known.published.timestamp());
        let shifted = stood != Some(stands);
        for (_, published) in stood.into_iter().chain([stands]) {
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

fn item_at(written: Option<&Edition>, position: u32) -> Option<&Item> {
    written?.items.get(usize::try_from(position).ok()?)
}
