//! Saves items, of one edition or of several: what is written of them, what they cite, where they stand.
//!
//! A statement holds many rows, since each costs two switches between threads. Marks what the publisher has to look at
//! again; decides nothing.

use super::batch::ROWS;
use super::channels::ChannelRows;
use super::known::code;
use super::marks::Standing;
use super::{Result, Write, parse, to_json};
use crate::ledger::ChangedItem;
use crate::model::{ChannelKind, LinkKey, SourceLink};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Items saved in one go.
const BATCH: usize = 500;

/// An item with the rows of the channels that it stands in.
struct PlacedRow<'a> {
    item: &'a ChangedItem,
    /// Every channel, with the ordinal of the tag or source within the item.
    channels: Vec<(i64, i64)>,
    /// The channels of its tags, in order.
    tags: Vec<i64>,
}

impl<'a> PlacedRow<'a> {
    fn of(item: &'a ChangedItem, rows: &ChannelRows) -> Self {
        let channels = item.channels.iter().filter_map(|(wish, ordinal)| Some((rows.of(wish)?, *ordinal))).collect();
        let tags = item.channels.iter().filter(|(wish, _)| wish.kind == ChannelKind::Tag);
        Self { item, channels, tags: tags.filter_map(|(wish, _)| rows.of(wish)).collect() }
    }

    fn standings(&self) -> impl Iterator<Item = Standing> {
        let (published, id) = (self.item.known.published.timestamp(), self.item.known.id);
        self.channels.iter().map(move |(channel, _)| (*channel, published, id))
    }
}

impl Write {
    /// Saves items. One that stood in another edition moves, and with it what the store knows of it.
    pub(super) async fn put_all_items(&mut self, items: &[ChangedItem], now: DateTime<Utc>) -> Result<()> {
        let channels = self.channels(items.iter().flat_map(|item| &item.channels).map(|(wish, _)| wish)).await?;
        for batch in items.chunks(BATCH) {
            let old: Vec<Uuid> = batch.iter().filter(|item| !item.is_new).map(|item| item.known.id).collect();
            let before = self.forget_places(&old).await?;
            let placed: Vec<PlacedRow<'_>> = batch.iter().map(|item| PlacedRow::of(item, &channels)).collect();
            let after: BTreeSet<Standing> = placed.iter().flat_map(PlacedRow::standings).collect();
            self.put_items(&placed).await?;
            self.put_sources(batch).await?;
            self.put_memberships(&placed).await?;
            let left = before.difference(&after).map(|(channel, ..)| *channel).collect();
            self.note_emptied(&left, now).await?;
            let ids: Vec<Uuid> = batch.iter().map(|item| item.known.id).collect();
            self.mark_items(&ids, &before, &after).await?;
        }
        Ok(())
    }

    /// Takes items out of their channels and from their links. Tells where they stood.
    async fn forget_places(&mut self, items: &[Uuid]) -> Result<BTreeSet<Standing>> {
        if items.is_empty() {
            return Ok(BTreeSet::new());
        }
        let ids = to_json("items.id", &items)?;
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(
            "SELECT channel_id, published, item_id FROM memberships
             WHERE item_id IN (SELECT value FROM json_each($1))",
        )
        .bind(&ids)
        .fetch_all(&mut *self.tx)
        .await?;
        for sql in [
            "DELETE FROM memberships WHERE item_id IN (SELECT value FROM json_each($1))",
            "DELETE FROM item_sources WHERE item_id IN (SELECT value FROM json_each($1))",
        ] {
            sqlx::query(sql).bind(&ids).execute(&mut *self.tx).await?;
        }
        rows.into_iter().map(|(c, p, id)| Ok((c, p, parse("memberships.item_id", &id)?))).collect()
    }

    async fn put_items(&mut self, rows: &[PlacedRow<'_>]) -> Result<()> {
        let mut json = Vec::with_capacity(rows.len());
        for PlacedRow { item, tags, .. } in rows {
            let written = item.written.as_ref().map(|item| to_json("items.written", item)).transpose()?;
            json.push((written.unwrap_or_default(), to_json("items.tags", tags)?));
        }
        let rows: Vec<_> = rows.iter().zip(json).collect();
        for batch in rows.chunks(ROWS) {
            let mut insert = QueryBuilder::new(
                "INSERT INTO items (id, short_id, edition_id, position, title, source_key, story, sketch, content_hash,
                                written, tags, published, updated, live, first_seen, shown) ",
            );
            insert.push_values(batch, |mut values, (placed, (written, tags))| {
                let item = &placed.item.known;
                values
                    .push_bind(item.id.to_string())
                    .push_bind(&item.short_id)
                    .push_bind(placed.item.edition.to_string());
                values.push_bind(i64::from(item.position)).push_bind(&item.title).push_bind(&item.source);
                values.push_bind(&item.story).push_bind(item.sketch.to_hex()).push_bind(item.content_hash.to_string());
                values.push_bind(written).push_bind(tags).push_bind(item.published.timestamp());
                values.push_bind(item.updated.timestamp()).push_bind(code(item.presence));
                values.push_bind(item.first_seen.timestamp()).push_bind(i64::from(item.shown));
            });
            insert.push(
                " ON CONFLICT (id) DO UPDATE SET edition_id = excluded.edition_id, position = excluded.position,
                 title = excluded.title, source_key = excluded.source_key, story = excluded.story,
                 sketch = excluded.sketch, content_hash = excluded.content_hash, written = excluded.written,
                 tags = excluded.tags, published = excluded.published, updated = excluded.updated,
                 live = excluded.live, shown = excluded.shown",
            );
            self.insert(insert, batch.len()).await?;
        }
        Ok(())
    }

    async fn put_sources(&mut self, items: &[ChangedItem]) -> Result<()> {
        let mut sources = Vec::new();
        let mut links: BTreeMap<LinkKey, (&SourceLink, i64)> = BTreeMap::new();
        for ChangedItem { known, sources: cited, .. } in items {
            for (position, source) in (0_i64..).zip(cited) {
                let Some(key) = LinkKey::of(&source.url) else { continue };
                sources.push((known.id, position, source, key.clone()));
                let newest = links.entry(key).or_insert((source, i64::MIN));
                newest.1 = newest.1.max(known.published.timestamp());
            }
        }
        if sources.is_empty() {
            return Ok(());
        }
        for batch in sources.chunks(ROWS) {
            let mut insert = QueryBuilder::new("INSERT INTO item_sources (item_id, position, label, url, link_key) ");
            insert.push_values(batch, |mut row, (item, position, source, key)| {
                row.push_bind(item.to_string()).push_bind(*position).push_bind(&source.label);
                row.push_bind(&source.url).push_bind(key.as_str());
            });
            insert.push(
                " ON CONFLICT (item_id, position) DO UPDATE SET label = excluded.label, url = excluded.url,
                 link_key = excluded.link_key",
            );
            self.insert(insert, batch.len()).await?;
        }
        let links: Vec<_> = links.into_iter().collect();
        for batch in links.chunks(ROWS) {
            let mut insert = QueryBuilder::new("INSERT INTO links (key, url, host, newest) ");
            insert.push_values(batch, |mut row, (key, (source, newest))| {
                row.push_bind(key.as_str()).push_bind(&source.url);
                row.push_bind(LinkKey::host_of(&source.url).unwrap_or_default()).push_bind(*newest);
            });
            insert.push(
                " ON CONFLICT (key) DO UPDATE SET
                     newest = CASE WHEN excluded.newest > links.newest THEN excluded.newest ELSE links.newest END",
            );
            self.insert(insert, batch.len()).await?;
        }
        Ok(())
    }

    async fn put_memberships(&mut self, rows: &[PlacedRow<'_>]) -> Result<()> {
        let standing = |placed: &'_ PlacedRow<'_>| {
            let (published, id) = (placed.item.known.published.timestamp(), placed.item.known.id);
            placed.channels.iter().map(|(channel, ordinal)| (*channel, published, id, *ordinal)).collect::<Vec<_>>()
        };
        let all: Vec<(i64, i64, Uuid, i64)> = rows.iter().flat_map(standing).collect();
        for batch in all.chunks(ROWS) {
            let mut insert = QueryBuilder::new("INSERT INTO memberships (channel_id, published, item_id, ordinal) ");
            insert.push_values(batch, |mut row, (channel, published, item, ordinal)| {
                row.push_bind(*channel).push_bind(*published).push_bind(item.to_string()).push_bind(*ordinal);
            });
            insert.push(" ON CONFLICT DO NOTHING");
            self.insert(insert, batch.len()).await?;
        }
        Ok(())
    }
}
