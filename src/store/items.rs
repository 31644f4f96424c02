//! Reads items and editions as the publisher needs them: what was written, with tags, verdicts and dates.

use super::{Result, Store, damaged, from_json, parse, time};
use crate::model::{CitedSource, Edition, EditionHeader, SourceLink, StoredEdition, StoredItem, Tag, Verdict};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};
use std::collections::HashMap;
use uuid::Uuid;

/// How many ids are asked for at once.
const BATCH: usize = 500;

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

    /// Live items by id, in the order asked for; those that left are missing.
    pub async fn items(&self, ids: &[Uuid]) -> Result<Vec<StoredItem>> {
        let mut items = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let mut found = self.item_rows(batch).await?;
            let mut sources = self.sources(batch).await?;
            let mut tags = self.tags(batch).await?;
            for id in batch {
                let Some(mut item) = found.remove(id) else { continue };
                item.sources = sources.remove(id).unwrap_or_default();
                item.tags = tags.remove(id).unwrap_or_default();
                items.push(item);
            }
        }
        Ok(items)
    }

    /// Ids of the live items of an edition, in the order of its post.
    pub async fn edition_items(&self, edition: Uuid) -> Result<Vec<Uuid>> {
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT id FROM items WHERE edition_id = $1 AND live = 1 ORDER BY position, id")
                .bind(edition.to_string())
                .fetch_all(&self.pool)
                .await?;
        ids.iter().map(|id| parse("items.id", id)).collect()
    }

    /// How many editions are published.
    pub async fn edition_count(&self) -> Result<u64> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM editions WHERE live = 1").fetch_one(&self.pool).await?;
        Ok(count.unsigned_abs())
    }

    /// Ids of every live item, in the order of the posts.
    pub async fn all_items(&self) -> Result<Vec<Uuid>> {
        let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM items WHERE live = 1 ORDER BY edition_id, position")
            .fetch_all(&self.pool)
            .await?;
        ids.iter().map(|id| parse("items.id", id)).collect()
    }

    /// Ids of published editions.
    pub async fn edition_ids(&self, order: ItemOrder, skip: u64, take: u64) -> Result<Vec<Uuid>> {
        let sql = match order {
            ItemOrder::Newest => {
                "SELECT id FROM editions WHERE live = 1 ORDER BY published DESC, id DESC LIMIT $1 OFFSET $2"
            }
            ItemOrder::Oldest => "SELECT id FROM editions WHERE live = 1 ORDER BY published, id LIMIT $1 OFFSET $2",
        };
        let (skip, take) = (i64::try_from(skip).unwrap_or(i64::MAX), i64::try_from(take).unwrap_or(i64::MAX));
        let ids: Vec<String> = sqlx::query_scalar(sql).bind(take).bind(skip).fetch_all(&self.pool).await?;
        ids.iter().map(|id| parse("editions.id", id)).collect()
    }

    /// Live editions by id, in the order asked for.
    pub async fn editions(&self, ids: &[Uuid]) -> Result<Vec<StoredEdition>> {
        let mut editions = Vec::with_capacity(ids.len());
        for id in ids {
            let row =
                sqlx::query("SELECT id, slug, written, published, updated FROM editions WHERE id = $1 AND live = 1")
                    .bind(id.to_string())
                    .fetch_optional(&self.pool)
                    .await?;
            let Some(row) = row else { continue };
            let mut edition = edition(&row)?;
            edition.tags = self.edition_tags(*id).await?;
            editions.push(edition);
        }
        Ok(editions)
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

    async fn edition_tags(&self, id: Uuid) -> Result<Vec<Tag>> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT c.name, c.slug FROM spellings s JOIN channels c ON c.id = s.channel_id
             WHERE s.edition_id = $1 ORDER BY s.ordinal",
        )
        .bind(id.to_string())
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(name, slug)| Tag { name, slug }).collect())
    }

    async fn item_rows(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, StoredItem>> {
        let rows = select(
            "SELECT i.id, i.short_id, i.position, i.written, i.published, i.updated, e.slug, e.written
             FROM items i JOIN editions e ON e.id = i.edition_id WHERE i.live = 1 AND i.id IN ",
            ids,
        )
        .build()
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| item(row).map(|item| (item.id, item))).collect()
    }

    async fn sources(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<CitedSource>>> {
        let mut query = select(
            "SELECT s.item_id, s.label, s.url, l.host, l.verdict, l.since, l.moved_to, l.archive
             FROM item_sources s JOIN links l ON l.key = s.link_key WHERE s.item_id IN ",
            ids,
        );
        let rows = query.push(" ORDER BY s.item_id, s.position").build().fetch_all(&self.pool).await?;
        grouped(&rows, source)
    }

    async fn tags(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Tag>>> {
        let mut query = select(
            "SELECT m.item_id, c.name, c.slug FROM memberships m JOIN channels c ON c.id = m.channel_id
             WHERE c.kind = 'tag' AND m.item_id IN ",
            ids,
        );
        let rows = query.push(" ORDER BY m.item_id, m.ordinal, c.slug").build().fetch_all(&self.pool).await?;
        grouped(&rows, |row| Ok(Tag { name: row.try_get(1)?, slug: row.try_get(2)? }))
    }
}

fn select(sql: &'static str, ids: &[Uuid]) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(sql);
    query.push("(");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id.to_string());
    }
    query.push(")");
    query
}

fn grouped<T>(rows: &[SqliteRow], read: impl Fn(&SqliteRow) -> Result<T>) -> Result<HashMap<Uuid, Vec<T>>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(parse("item_id", row.try_get(0)?)?).or_default().push(read(row)?);
    }
    Ok(groups)
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

fn item(row: &SqliteRow) -> Result<StoredItem> {
    Ok(StoredItem {
        id: parse("items.id", row.try_get(0)?)?,
        short_id: row.try_get(1)?,
        edition: header(row.try_get(6)?, &from_json("editions.written", row.try_get(7)?)?),
        position: u32::try_from(row.try_get::<i64, _>(2)?).map_err(|e| damaged("items.position")(e.to_string()))?,
        item: from_json("items.written", row.try_get(3)?)?,
        tags: Vec::new(),
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
    let verdict: Verdict = parse("links.verdict", row.try_get(4)?)?;
    let since = row.try_get::<Option<i64>, _>(5)?.filter(|_| verdict.shows_since()).map(time);
    Ok(CitedSource {
        link: SourceLink { label: row.try_get(1)?, url: row.try_get(2)? },
        host: row.try_get(3)?,
        verdict,
        since,
        moved_to: row.try_get(6)?,
        archive: row.try_get(7)?,
    })
}
