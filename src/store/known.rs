//! Identities: what is known of editions and items so that edited ones are found again.

use super::days::DAYS;
use super::{Result, Store, Write, parse, time, to_json};
use crate::model::{KnownEdition, KnownItem, Presence, Sketch};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Executor, Row, Sqlite};
use std::collections::HashMap;
use uuid::Uuid;

const EDITION: &str = "SELECT e.id, i.name, e.slug, e.path, e.permalink, e.number, e.title, e.date, e.header_hash,
    e.published, e.updated, e.live, e.shows,
    CASE WHEN e.live = 1 AND e.shown = 1 AND e.listed = 1 THEN e.shows ELSE e.showed END
    FROM editions e JOIN inputs i ON i.id = e.input_id ";

/// Columns of an item's identity, for [`item`].
pub(super) const ITEM: &str =
    "i.edition_id, i.id, i.short_id, i.title, i.source_key, i.story, i.sketch, i.content_hash,
    i.position, i.published, i.updated, i.live, i.first_seen, i.shown";

pub(super) fn code(presence: Presence) -> i64 {
    match presence {
        Presence::Live => 1,
        Presence::Left => 0,
        Presence::Lost => -1,
    }
}

pub(super) fn of_code(code: i64) -> Presence {
    match code {
        1 => Presence::Live,
        0 => Presence::Left,
        _ => Presence::Lost,
    }
}

impl Store {
    /// Identities of the editions that changed since the last publish, or of all, as they are once they are published.
    pub async fn known(&self, ids: Option<&[Uuid]>) -> Result<Vec<KnownEdition>> {
        let Some(ids) = ids else {
            let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{EDITION} ORDER BY e.input_id, e.published, e.id")));
            return with_items(&self.pool, rows.fetch_all(&self.pool).await?).await;
        };
        let mut known = Vec::with_capacity(ids.len());
        for id in ids {
            let row = sqlx::query(sqlx::AssertSqlSafe(format!("{EDITION} WHERE e.id = $1"))).bind(id.to_string());
            known.extend(with_items(&self.pool, row.fetch_all(&self.pool).await?).await?);
        }
        Ok(known)
    }

    /// Identities of the items of a day edition.
    pub async fn known_of_day(&self, edition: Uuid) -> Result<Vec<(Uuid, KnownItem)>> {
        self.known_items("i.edition_id = $1", &edition.to_string()).await
    }

    /// Identities of those of these items that belong to day editions, with their editions.
    pub async fn known_in_days(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, KnownItem)>> {
        let asked = "i.id IN (SELECT value FROM json_each($1)) AND i.edition_id IN (
            SELECT e.id FROM editions e JOIN inputs n ON n.id = e.input_id WHERE n.kind = 'days')";
        self.known_items(asked, &to_json("items.id", &ids)?).await
    }

    async fn known_items(&self, asked: &str, value: &str) -> Result<Vec<(Uuid, KnownItem)>> {
        let sql = format!(
            "SELECT json_group_array(json_array(edition_id, id, short_id, title, source_key, story, sketch, content_hash,
                        position, published, updated, live, first_seen, shown))
             FROM (SELECT {ITEM} FROM items i WHERE {asked} ORDER BY i.position, i.id)"
        );
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(value).fetch_one(&self.pool).await?;
        super::from_rows::<KnownRow>(&rows)?.into_iter().map(known_of_day).collect()
    }

    /// When each edition changed last.
    pub async fn edition_times(&self) -> Result<HashMap<Uuid, DateTime<Utc>>> {
        let rows: String = sqlx::query_scalar("SELECT json_group_array(json_array(id, updated)) FROM editions")
            .fetch_one(&self.pool)
            .await?;
        Ok(super::from_rows::<(Uuid, i64)>(&rows)?.into_iter().map(|(id, at)| (id, time(at))).collect())
    }

    /// Whether nothing was ever collected.
    pub async fn is_empty(&self) -> Result<bool> {
        let any: Option<i64> = sqlx::query_scalar("SELECT 1 FROM editions LIMIT 1").fetch_optional(&self.pool).await?;
        Ok(any.is_none())
    }
}

impl Write {
    /// Editions of an input that are live or lost, with the file each was read from.
    pub async fn edition_paths(&mut self, input_id: i64) -> Result<Vec<(Uuid, String)>> {
        let sql = "SELECT json_group_array(json_array(id, path) ORDER BY id) FROM editions
                   WHERE input_id = $1 AND live <> 0";
        let rows: String = sqlx::query_scalar(sql).bind(input_id).fetch_one(&mut *self.tx).await?;
        super::from_rows(&rows)
    }

    /// Which of these ids, each with a short one, were ever given out, and which of the short ones.
    pub(super) async fn taken_among(&mut self, names: &[(Uuid, String)]) -> Result<(Vec<Uuid>, Vec<String>)> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(
                 CASE WHEN EXISTS (SELECT 1 FROM items WHERE id = k.value ->> 0)
                     OR EXISTS (SELECT 1 FROM editions WHERE id = k.value ->> 0) THEN k.value ->> 0 END,
                 CASE WHEN EXISTS (SELECT 1 FROM items WHERE short_id = k.value ->> 1) THEN k.value ->> 1 END))
             FROM json_each($1) k",
        )
        .bind(to_json("items.id", &names)?)
        .fetch_one(&mut *self.tx)
        .await?;
        let (ids, short_ids): (Vec<_>, Vec<_>) =
            super::from_rows::<(Option<Uuid>, Option<String>)>(&rows)?.into_iter().unzip();
        Ok((ids.into_iter().flatten().collect(), short_ids.into_iter().flatten().collect()))
    }
}

/// Adds the items to rows of [`EDITION`].
async fn with_items<'e, E>(executor: E, rows: Vec<SqliteRow>) -> Result<Vec<KnownEdition>>
where
    E: Executor<'e, Database = Sqlite>,
{
    let mut editions = rows.iter().map(edition).collect::<Result<Vec<_>>>()?;
    if editions.is_empty() {
        return Ok(editions);
    }
    let mut query = sqlx::QueryBuilder::new(format!("SELECT {ITEM} FROM items i WHERE i.edition_id IN ("));
    // Beyond this SQLite's limit of bound values draws near; a whole table is read faster anyway. A day edition is known
    // without its items, which may be thousands.
    if editions.len() <= 1000 {
        let mut ids = query.separated(", ");
        for edition in editions.iter().filter(|edition| edition.input != DAYS) {
            ids.push_bind(edition.id.to_string());
        }
    } else {
        query.push("SELECT e.id FROM editions e JOIN inputs n ON n.id = e.input_id WHERE n.kind <> 'days'");
    }
    query.push(") ORDER BY i.edition_id, i.position, i.id");
    let by_id: HashMap<String, usize> =
        editions.iter().enumerate().map(|(index, e)| (e.id.to_string(), index)).collect();
    let mut items = query.build().fetch(executor);
    while let Some(row) = items.try_next().await? {
        let known = item(&row)?;
        let place = by_id.get(row.try_get::<&str, _>(0)?).and_then(|index| editions.get_mut(*index));
        if let Some(edition) = place {
            edition.items.push(known);
        }
    }
    drop(items);
    Ok(editions)
}

fn edition(row: &SqliteRow) -> Result<KnownEdition> {
    Ok(KnownEdition {
        id: parse("editions.id", row.try_get(0)?)?,
        input: row.try_get(1)?,
        slug: row.try_get(2)?,
        path: row.try_get(3)?,
        permalink: row.try_get(4)?,
        number: row.try_get::<Option<i64>, _>(5)?.and_then(|n| u32::try_from(n).ok()),
        title: row.try_get(6)?,
        date: parse("editions.date", row.try_get(7)?)?,
        header_hash: parse("editions.header_hash", row.try_get(8)?)?,
        published: time(row.try_get(9)?),
        updated: time(row.try_get(10)?),
        presence: of_code(row.try_get(11)?),
        shows: hash("editions.shows", row.try_get(12)?)?,
        showed: hash("editions.showed", row.try_get(13)?)?,
        items: Vec::new(),
    })
}

/// A hash that is known, or an empty text.
pub(super) fn hash(place: &'static str, text: &str) -> Result<Option<u64>> {
    (!text.is_empty()).then(|| parse(place, text)).transpose()
}

/// The columns of [`ITEM`].
pub(super) type KnownRow =
    (Uuid, Uuid, String, String, Option<String>, Option<String>, String, String, u32, i64, i64, i64, i64, i64);

/// An item's identity with its edition.
pub(super) fn known_of_day(row: KnownRow) -> Result<(Uuid, KnownItem)> {
    let (edition, id, short_id, title, source, story, sketch, hash, position, published, updated, live, seen, shown) =
        row;
    let item = KnownItem {
        id,
        short_id,
        title,
        source,
        story,
        sketch: Sketch::from_hex(&sketch),
        content_hash: parse("items.content_hash", &hash)?,
        position,
        published: time(published),
        updated: time(updated),
        presence: of_code(live),
        first_seen: time(seen),
        shown: shown == 1,
    };
    Ok((edition, item))
}

/// An item's identity from the columns of [`ITEM`].
pub(super) fn item(row: &SqliteRow) -> Result<KnownItem> {
    Ok(KnownItem {
        id: parse("items.id", row.try_get(1)?)?,
        short_id: row.try_get(2)?,
        title: row.try_get(3)?,
        source: row.try_get(4)?,
        story: row.try_get(5)?,
        sketch: Sketch::from_hex(row.try_get(6)?),
        content_hash: parse("items.content_hash", row.try_get(7)?)?,
        position: u32::try_from(row.try_get::<i64, _>(8)?).unwrap_or_default(),
        published: time(row.try_get(9)?),
        updated: time(row.try_get(10)?),
        presence: of_code(row.try_get(11)?),
        first_seen: time(row.try_get(12)?),
        shown: row.try_get::<i64, _>(13)? == 1,
    })
}
