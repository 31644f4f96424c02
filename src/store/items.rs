//! Reads items and editions as the publisher needs them: what was written, with tags, verdicts and dates.

use super::day_pages::{HOME, home};
use super::{Result, Store, from_json, from_rows, parse, time, to_json};
use crate::model::{
    CitedSource, Edition, EditionHeader, Home, LinkKey, SourceLink, StoredEdition, StoredItem, Tag, Verdict,
};
use sqlx::{Any, QueryBuilder};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// How many ids are asked for at once.
const BATCH: usize = 500;

/// Editions whose items are asked for at once.
const EDITIONS: usize = 16;

/// What ids are of.
#[derive(Debug, Clone, Copy)]
enum Of {
    /// Items.
    Items,
    /// Their editions; of a day's, so many items.
    Editions { most_of_day: u32 },
}

/// Tags by the row of their channel.
pub type Tags = HashMap<i64, Tag>;

/// What the front page shows of editions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontEditions {
    /// The newest of editors, the latest first.
    pub of_editors: Vec<Uuid>,
    /// How many editors have published.
    pub count: u64,
    /// The newest day.
    pub day: Option<Uuid>,
}

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
                "SELECT json_group_array(item_id) FROM (SELECT item_id FROM memberships WHERE channel_id = $1
                 ORDER BY published DESC, item_id DESC LIMIT $2 OFFSET $3)"
            }
            ItemOrder::Oldest => {
                "SELECT json_group_array(item_id) FROM (SELECT item_id FROM memberships WHERE channel_id = $1
                 ORDER BY published, item_id LIMIT $2 OFFSET $3)"
            }
        };
        let (skip, take) = (i64::try_from(skip).unwrap_or(i64::MAX), i64::try_from(take).unwrap_or(i64::MAX));
        let ids: String = sqlx::query_scalar(sql).bind(channel).bind(take).bind(skip).fetch_one(&self.pool).await?;
        from_rows(&ids)
    }

    /// Ids of the newest items of channels, so many of each, the newest first.
    pub async fn newest_items(&self, channels: &[i64], take: usize) -> Result<HashMap<i64, Vec<Uuid>>> {
        if channels.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(CAST(k.value AS BIGINT), json((SELECT json_group_array(item_id) FROM (
                 SELECT item_id FROM memberships WHERE channel_id = CAST(k.value AS BIGINT)
                 ORDER BY published DESC, item_id DESC LIMIT $2))))) FROM json_each($1) k",
        )
        .bind(to_json("memberships.channel_id", &channels)?)
        .bind(i64::try_from(take).unwrap_or(i64::MAX))
        .fetch_one(&self.pool)
        .await?;
        Ok(from_rows::<(i64, Vec<Uuid>)>(&rows)?.into_iter().collect())
    }

    /// Every tag by the row of its channel.
    pub async fn tags(&self) -> Result<Tags> {
        let rows: String =
            sqlx::query_scalar("SELECT json_group_array(json_array(id, name, slug)) FROM channels WHERE kind = 'tag'")
                .fetch_one(&self.pool)
                .await?;
        let tag = |(id, name, slug): (i64, String, String)| (id, Tag { name, slug });
        Ok(from_rows(&rows)?.into_iter().map(tag).collect())
    }

    /// Live and shown items by id, in the order asked for; the others are missing.
    pub async fn items(&self, ids: &[Uuid], tags: &Tags) -> Result<Vec<StoredItem>> {
        let mut items = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let found = self.item_rows(Of::Items, batch, tags).await?;
            let mut by_id: HashMap<Uuid, StoredItem> = found.into_iter().map(|(_, item)| (item.id, item)).collect();
            items.extend(batch.iter().filter_map(|id| by_id.remove(id)));
        }
        Ok(items)
    }

    /// Live editions by id with their items, in the order asked for; those that left are missing. Of a day, so many
    /// of the newest.
    pub async fn editions(
        &self,
        ids: &[Uuid],
        tags: &Tags,
        most_of_day: u32,
    ) -> Result<Vec<(StoredEdition, Vec<StoredItem>)>> {
        let mut editions = Vec::with_capacity(ids.len());
        for batch in ids.chunks(EDITIONS) {
            let mut items: HashMap<Uuid, Vec<StoredItem>> = HashMap::new();
            for (edition, item) in self.item_rows(Of::Editions { most_of_day }, batch, tags).await? {
                items.entry(edition).or_default().push(item);
            }
            let mut found = self.edition_rows(batch).await?;
            for id in batch {
                let Some(mut edition) = found.remove(id) else { continue };
                let items = items.remove(id).unwrap_or_default();
                let mut seen = HashSet::new();
                let tags = items.iter().flat_map(|item| &item.tags).filter(|tag| seen.insert(&tag.slug));
                edition.tags = tags.cloned().collect();
                edition.more = edition.more.saturating_sub(u64::try_from(items.len()).unwrap_or(u64::MAX));
                editions.push((edition, items));
            }
        }
        Ok(editions)
    }

    /// How many editions the list of editions has.
    pub async fn edition_count(&self) -> Result<u64> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM editions WHERE live = 1 AND shown = 1 AND listed = 1")
                .fetch_one(&self.pool)
                .await?;
        Ok(count.unsigned_abs())
    }

    /// Ids of the editors' editions.
    pub async fn editors_editions(&self) -> Result<Vec<Uuid>> {
        let ids: String = sqlx::query_scalar(
            "SELECT json_group_array(id) FROM (SELECT id FROM editions WHERE live = 1 AND shown = 1
                 AND input_id NOT IN (SELECT id FROM inputs WHERE kind = 'days') ORDER BY published, id)",
        )
        .fetch_one(&self.pool)
        .await?;
        from_rows(&ids)
    }

    /// What the front page shows of editions: the newest of editors, so many at most, and the newest day.
    pub async fn front_editions(&self, take: u32) -> Result<FrontEditions> {
        let (of_editors, count, day): (String, i64, Option<String>) = sqlx::query_as(
            "WITH shown AS (SELECT id, published, input_id IN (SELECT id FROM inputs WHERE kind = 'days') AS is_day
                 FROM editions WHERE live = 1 AND shown = 1)
             SELECT (SELECT json_group_array(id) FROM (SELECT id FROM shown WHERE NOT is_day
                        ORDER BY published DESC, id DESC LIMIT $1)),
                 (SELECT COUNT(*) FROM shown WHERE NOT is_day),
                 (SELECT id FROM shown WHERE is_day ORDER BY published DESC, id DESC LIMIT 1)",
        )
        .bind(i64::from(take))
        .fetch_one(&self.pool)
        .await?;
        let day = day.map(|id| parse("editions.id", &id)).transpose()?;
        Ok(FrontEditions { of_editors: from_rows(&of_editors)?, count: count.unsigned_abs(), day })
    }

    /// Ids of the editions in their list.
    pub async fn edition_ids(&self, order: ItemOrder, skip: u64, take: u64) -> Result<Vec<Uuid>> {
        let sql = match order {
            ItemOrder::Newest => {
                "SELECT json_group_array(id) FROM (SELECT id FROM editions WHERE live = 1 AND shown = 1 AND listed = 1
                 ORDER BY published DESC, id DESC LIMIT $1 OFFSET $2)"
            }
            ItemOrder::Oldest => {
                "SELECT json_group_array(id) FROM (SELECT id FROM editions WHERE live = 1 AND shown = 1 AND listed = 1
                 ORDER BY published, id LIMIT $1 OFFSET $2)"
            }
        };
        let (skip, take) = (i64::try_from(skip).unwrap_or(i64::MAX), i64::try_from(take).unwrap_or(i64::MAX));
        let ids: String = sqlx::query_scalar(sql).bind(take).bind(skip).fetch_one(&self.pool).await?;
        from_rows(&ids)
    }

    /// The paths of editions' pages, also of those that left.
    pub async fn edition_slugs(&self, ids: &[Uuid]) -> Result<Vec<String>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT json_group_array(slug) FROM editions WHERE id IN (SELECT value FROM json_each($1))";
        let slugs: String = sqlx::query_scalar(sql).bind(to_json("editions.id", &ids)?).fetch_one(&self.pool).await?;
        from_rows(&slugs)
    }

    /// Items with their short ids, and whether each has a page of its own: an editor's does while it is published.
    pub async fn own_pages(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, String, bool)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(i.id, i.short_id,
                     CASE WHEN i.live = 1 AND i.shown = 1 AND n.kind <> 'days' THEN 1 ELSE 0 END)
                    ORDER BY i.id)
             FROM items i JOIN editions e ON e.id = i.edition_id JOIN inputs n ON n.id = e.input_id
             WHERE i.id IN (SELECT value FROM json_each($1))",
        )
        .bind(to_json("items.id", &ids)?)
        .fetch_one(&self.pool)
        .await?;
        let rows = from_rows::<(Uuid, String, i64)>(&rows)?;
        Ok(rows.into_iter().map(|(id, short_id, has_page)| (id, short_id, has_page == 1)).collect())
    }

    async fn edition_rows(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, StoredEdition>> {
        // The plus keeps SQLite from looking through all live editions by their index; the ids are few.
        let mut query = QueryBuilder::new(
            "SELECT json_group_array(json_array(id, slug, written, published, updated, (SELECT COUNT(*) FROM items i
                        WHERE i.edition_id = editions.id AND i.live = 1 AND i.shown = 1))) FROM editions
             WHERE +live = 1 AND +shown = 1 AND id IN ",
        );
        push_list(&mut query, ids);
        let rows: String = query.build_query_scalar().fetch_one(&self.pool).await?;
        let rows = from_rows::<EditionRow>(&rows)?;
        rows.into_iter().map(|row| edition(row).map(|edition| (edition.id, edition))).collect()
    }

    /// Live and shown items with their edition's row, in the order of the posts. A row per source: most items cite one.
    async fn item_rows(&self, of: Of, ids: &[Uuid], tags: &Tags) -> Result<Vec<(Uuid, StoredItem)>> {
        let mut query = QueryBuilder::new(format!(
            "SELECT json_group_array(json_array(i.id, i.edition_id, i.short_id, i.position, i.written, i.published,
                        i.updated, i.tags, e.slug, e.written, {HOME}, s.label, s.url, l.host, l.verdict, l.since,
                        l.moved_to, l.archive, l.rule) ORDER BY i.edition_id, i.position, i.id, s.position)
             FROM items i JOIN editions e ON e.id = i.edition_id JOIN inputs n ON n.id = e.input_id
                 LEFT JOIN item_sources s ON s.item_id = i.id LEFT JOIN links l ON l.key = s.link_key
             WHERE i.live = 1 AND i.shown = 1 AND ",
        ));
        match of {
            Of::Items => {
                query.push("i.id IN ");
                push_list(&mut query, ids);
            }
            Of::Editions { most_of_day } => {
                // Which edition is a day is asked within, lest the list be made for every item anew.
                query.push(
                    "i.id IN (SELECT id FROM (SELECT x.id, y.kind,
                             ROW_NUMBER() OVER (PARTITION BY x.edition_id ORDER BY x.position, x.id) AS place
                         FROM items x JOIN editions d ON d.id = x.edition_id JOIN inputs y ON y.id = d.input_id
                         WHERE x.live = 1 AND x.shown = 1 AND x.edition_id IN ",
                );
                push_list(&mut query, ids);
                query.push(") WHERE kind <> 'days' OR place <= ").push_bind(i64::from(most_of_day)).push(")");
            }
        }
        let rows: String = query.build_query_scalar().fetch_one(&self.pool).await?;
        let mut items: Vec<(Uuid, StoredItem)> = Vec::with_capacity(ids.len());
        for (row, source) in from_rows::<ItemSourceRow>(&rows)?.into_iter().map(ItemSourceRow::split) {
            if items.last().is_none_or(|(_, last)| last.id != row.id) {
                items.push((row.edition, item(row, tags)?));
            }
            if let (Some((_, item)), Some(source)) = (items.last_mut(), source) {
                item.sources.push(source?);
            }
        }
        Ok(items)
    }
}

fn push_list(query: &mut QueryBuilder<Any>, ids: &[Uuid]) {
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

/// A row of [`Store::item_rows`]: an item, and one of its sources.
#[derive(serde::Deserialize)]
struct ItemSourceRow(
    Uuid,
    Uuid,
    String,
    u32,
    String,
    i64,
    i64,
    String,
    String,
    String,
    i64,
    Option<u32>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// The item's part of a row.
struct ItemRow {
    id: Uuid,
    edition: Uuid,
    short_id: String,
    position: u32,
    written: String,
    published: i64,
    updated: i64,
    tags: String,
    slug: String,
    edition_written: String,
    home: Home,
}

impl ItemSourceRow {
    fn split(self) -> (ItemRow, Option<Result<CitedSource>>) {
        let Self(id, edition, short_id, position, written, published, updated, tags, slug, edition_written, ..) = self;
        let Self(.., is_day, page, label, url, host, verdict, since, moved_to, archive, rule) = self;
        let home = home(is_day, page, &slug);
        let row =
            ItemRow { id, edition, short_id, position, written, published, updated, tags, slug, edition_written, home };
        let (Some(label), Some(url)) = (label, url) else { return (row, None) };
        let verdict = parse::<Verdict>("links.verdict", verdict.as_deref().unwrap_or_default());
        let moved_to = moved_to.map(|to| LinkKey::with_fragment_of(&to, &url));
        let source = verdict.map(|verdict| CitedSource {
            link: SourceLink { label, url },
            host: host.unwrap_or_default(),
            verdict,
            rule: rule.filter(|_| !verdict.is_quiet()).unwrap_or_default(),
            since: since.filter(|_| verdict.shows_since()).map(time),
            moved_to,
            archive: archive.filter(|_| verdict.is_lost()),
        });
        (row, Some(source))
    }
}

fn item(row: ItemRow, tags: &Tags) -> Result<StoredItem> {
    let channels: Vec<i64> = from_json("items.tags", &row.tags)?;
    Ok(StoredItem {
        id: row.id,
        short_id: row.short_id,
        home: row.home,
        edition: header(row.slug, &from_json("editions.written", &row.edition_written)?),
        position: row.position,
        item: from_json("items.written", &row.written)?,
        tags: channels.iter().filter_map(|channel| tags.get(channel).cloned()).collect(),
        sources: Vec::new(),
        published: time(row.published),
        updated: time(row.updated),
    })
}

/// Id, path, what was written, dates and how many items it has.
type EditionRow = (Uuid, String, String, i64, i64, u64);

fn edition((id, slug, written, published, updated, items): EditionRow) -> Result<StoredEdition> {
    let written: Edition = from_json("editions.written", &written)?;
    Ok(StoredEdition {
        id,
        header: header(slug, &written),
        headline: written.headline,
        cover: written.cover,
        tags: Vec::new(),
        published: time(published),
        updated: time(updated),
        more: items,
    })
}
