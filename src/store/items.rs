//! Reads items and editions as the publisher needs them: what was written, with tags, verdicts and dates.

use super::{Result, Store, damaged, from_json, parse, time};
use crate::model::{CitedSource, Edition, EditionHeader, SourceLink, StoredEdition, StoredItem, Tag, Verdict};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};
use std::collections::HashMap;
use uuid::Uuid;

/// How many ids are asked for at once.
const BATCH: usize = 500;

/// Tags by the row of their channel.
pub type Tags = HashMap<i64, Tag>;

/// The order in which a channel's items are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemOrder {
    /// Newest first, from the newest.
    Newest,
    /// Oldest first, from the oldest; what a numbered page holds.
    Oldest,
}

impl Store {
    /// Ids of a channel's items.
    pub async fn channel_items(&self, channel: i64, order: ItemOrder, skip: u64, take: u64) -> Result<Vec<Uuid>> {
        let sql = match order {
            ItemOrder::Newest => {
                "SELECT item_id FROM memberships WHERE channel_id = $1 ORDER BY published DESC, item_id DESC LIMIT $2 OFFSET $3"
            }
            ItemOrder::Oldest => {
                "SELECT item_id FROM memberships WHERE channel_id = $1 ORDER BY published, item_id LIMIT $2 OFFSET $3"
            }
        };
        let (skip, take) = (i64::try_from(skip).unwrap_or(i64::MAX), i64::try_from(take).unwrap_or(i64::MAX));
        let ids: Vec<String> =
            sqlx::query_scalar(sql).bind(channel).bind(take).bind(skip).fetch_all(&self.pool).await?;
        ids.iter().map(|id| parse("memberships.item_id", id)).collect()
    }

    /// Every tag by the row of its channel.
    pub async fn tags(&self) -> Result<Tags> {
        let rows: Vec<(i64, String, String)> =
            sqlx::query_as("SELECT id, name, slug FROM channels WHERE kind = 'tag'").fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(id, name, slug)| (id, Tag { name, slug })).collect())
    }

    /// Live and shown items by id, in the order asked for; the others are missing.
    pub async fn items(&self, ids: &[Uuid], tags: &Tags) -> Result<Vec<StoredItem>> {
        let mut items = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let found = self.item_rows("i.id", batch, tags).await?;
            let mut by_id: HashMap<Uuid, StoredItem> = found.into_iter().map(|(_, item)| (item.id, item)).collect();
            items.extend(batch.iter().filter_map(|id| by_id.remove(id)));
        }
        Ok(items)
    }

    /// Live editions by id with their items, in the order asked for; those that left are missing.
    pub async fn editions(&self, ids: &[Uuid], tags: &Tags) -> Result<Vec<(StoredEdition, Vec<StoredItem>)>> {
        let mut editions = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let mut items: HashMap<Uuid, Vec<StoredItem>> = HashMap::new();
            for (edition, item) in self.item_rows("i.edition_id", batch, tags).await? {
                items.entry(edition).or_default().push(item);
            }
            let sql = "SELECT e.id, e.slug, e.written, e.published, e.updated FROM editions e WHERE e.live = 1 AND e.shown = 1 AND e.id IN ";
            let rows = select(sql, batch).build().fetch_all(&self.pool).await?;
            let mut found = HashMap::new();
            for row in &rows {
                let edition = edition(row)?;
                found.insert(edition.id, edition);
            }
            for id in batch {
                let Some(mut edition) = found.remove(id) else { continue };
                let items = items.remove(id).unwrap_or_default();
                for tag in items.iter().flat_map(|item| &item.tags) {
                    if !edition.tags.contains(tag) {
                        edition.tags.push(tag.clone());
                    }
                }
                editions.push((edition, items));
            }
        }
        Ok(editions)
    }

    /// How many editions are published.
    pub async fn edition_count(&self) -> Result<u64> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM editions WHERE live = 1 AND shown = 1")
            .fetch_one(&self.pool)
            .await?;
        Ok(count.unsigned_abs())
    }

    /// Ids of published editions.
    pub async fn edition_ids(&self, order: ItemOrder, skip: u64, take: u64) -> Result<Vec<Uuid>> {
        let sql = match order {
            ItemOrder::Newest => {
                "SELECT id FROM editions WHERE live = 1 AND shown = 1 ORDER BY published DESC, id DESC LIMIT $1 OFFSET $2"
            }
            ItemOrder::Oldest => {
                "SELECT id FROM editions WHERE live = 1 AND shown = 1 ORDER BY published, id LIMIT $1 OFFSET $2"
            }
        };
        let (skip, take) = (i64::try_from(skip).unwrap_or(i64::MAX), i64::try_from(take).unwrap_or(i64::MAX));
        let ids: Vec<String> = sqlx::query_scalar(sql).bind(take).bind(skip).fetch_all(&self.pool).await?;
        ids.iter().map(|id| parse("editions.id", id)).collect()
    }

    /// The path of an edition's page, also when it left.
    pub async fn edition_slug(&self, id: Uuid) -> Result<Option<String>> {
        let query = sqlx::query_scalar("SELECT slug FROM editions WHERE id = $1").bind(id.to_string());
        Ok(query.fetch_optional(&self.pool).await?)
    }

    /// The path of an item's page, also when it left.
    pub async fn short_id(&self, id: Uuid) -> Result<Option<String>> {
        let query = sqlx::query_scalar("SELECT short_id FROM items WHERE id = $1").bind(id.to_string());
        Ok(query.fetch_optional(&self.pool).await?)
    }

    /// Live items with their edition's row, in the order of the posts. A row per source: most items cite one.
    async fn item_rows(&self, column: &'static str, ids: &[Uuid], tags: &Tags) -> Result<Vec<(Uuid, StoredItem)>> {
        let mut query = select(
            "SELECT i.id, i.short_id, i.position, i.written, i.published, i.updated, e.slug, e.written, i.tags,
                    s.label, s.url, l.host, l.verdict, l.since, l.moved_to, l.archive, i.edition_id
             FROM items i JOIN editions e ON e.id = i.edition_id
                 LEFT JOIN item_sources s ON s.item_id = i.id LEFT JOIN links l ON l.key = s.link_key
             WHERE i.live = 1 AND i.shown = 1 AND ",
            &[],
        );
        query.push(column).push(" IN ");
        push_list(&mut query, ids);
        query.push(" ORDER BY i.edition_id, i.position, i.id, s.position");
        let mut items: Vec<(Uuid, StoredItem)> = Vec::with_capacity(ids.len());
        for row in &query.build().fetch_all(&self.pool).await? {
            let id: Uuid = parse("items.id", row.try_get(0)?)?;
            if items.last().is_none_or(|(_, last)| last.id != id) {
                items.push((parse("items.edition_id", row.try_get(16)?)?, item(row, id, tags)?));
            }
            if let Some((_, item)) =
                items.last_mut().filter(|_| !matches!(row.try_get::<Option<&str>, _>(10), Ok(None)))
            {
                item.sources.push(source(row)?);
            }
        }
        Ok(items)
    }
}

fn select(sql: &'static str, ids: &[Uuid]) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(sql);
    if !ids.is_empty() {
        push_list(&mut query, ids);
    }
    query
}

fn push_list(query: &mut QueryBuilder<Sqlite>, ids: &[Uuid]) {
    query.push("(");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id.to_string());
    }
    query.push(")");
}

fn header(slug: String, written: &Edition) -> EditionHeader {
    EditionHeader {
        slug,
        title: written.title.clone(),
        number: written.number,
        date: written.date,
        author: written.author.clone(),
        permalink: written.permalink.clone(),
    }
}

fn item(row: &SqliteRow, id: Uuid, tags: &Tags) -> Result<StoredItem> {
    let channels: Vec<i64> = from_json("items.tags", row.try_get(8)?)?;
    Ok(StoredItem {
        id,
        short_id: row.try_get(1)?,
        edition: header(row.try_get(6)?, &from_json("editions.written", row.try_get(7)?)?),
        position: u32::try_from(row.try_get::<i64, _>(2)?).map_err(|e| damaged("items.position")(e.to_string()))?,
        item: from_json("items.written", row.try_get(3)?)?,
        tags: channels.iter().filter_map(|channel| tags.get(channel).cloned()).collect(),
        sources: Vec::new(),
        published: time(row.try_get(4)?),
        updated: time(row.try_get(5)?),
    })
}

fn edition(row: &SqliteRow) -> Result<StoredEdition> {
    let written: Edition = from_json("editions.written", row.try_get(2)?)?;
    Ok(StoredEdition {
        id: parse("editions.id", row.try_get(0)?)?,
        header: header(row.try_get(1)?, &written),
        headline: written.headline,
        cover: written.cover,
        tags: Vec::new(),
        published: time(row.try_get(3)?),
        updated: time(row.try_get(4)?),
    })
}

fn source(row: &SqliteRow) -> Result<CitedSource> {
    let verdict: Verdict = parse("links.verdict", row.try_get(12)?)?;
    let since = row.try_get::<Option<i64>, _>(13)?.filter(|_| verdict.shows_since()).map(time);
    Ok(CitedSource {
        link: SourceLink { label: row.try_get(9)?, url: row.try_get(10)? },
        host: row.try_get(11)?,
        verdict,
        since,
        moved_to: row.try_get(14)?,
        archive: row.try_get::<Option<String>, _>(15)?.filter(|_| verdict == Verdict::Gone),
    })
}
