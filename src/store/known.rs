//! Identities: what is known of editions and items so that edited ones are found again.

use super::{Result, Store, Write, from_rows, parse, time, to_json};
use crate::model::{KnownEdition, KnownItem, Presence, Sketch};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Columns of an edition's identity, given `editions e` and `inputs n`, but for what it showed.
pub(super) const EDITION: &str = "e.id, n.name, e.slug, e.path, e.permalink, e.number, e.title, e.date, e.header_hash,
    e.published, e.updated, e.live, e.shows";

/// Columns of an item's identity with its edition, given `items i`.
pub(super) const ITEM: &str =
    "i.edition_id, i.id, i.short_id, i.title, i.source_key, i.story, i.sketch, i.content_hash,
    i.position, i.published, i.updated, i.live, i.first_seen, i.shown";

/// Editions whose identities are read at once, each with its items.
const AT_ONCE: usize = 250;

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
    /// Identities of these editions, or of all, as they are once they are published. A day's comes without its items, which
    /// may be thousands.
    pub async fn known(&self, ids: Option<&[Uuid]>) -> Result<Vec<KnownEdition>> {
        let all: Vec<Uuid> = if let Some(ids) = ids {
            ids.to_vec()
        } else {
            let sql = "SELECT json_group_array(id ORDER BY input_id, published, id) FROM editions";
            from_rows(&sqlx::query_scalar::<_, String>(sql).fetch_one(&self.pool).await?)?
        };
        let mut known = Vec::with_capacity(all.len());
        for ids in all.chunks(AT_ONCE) {
            known.extend(self.known_editions(ids).await?);
        }
        Ok(known)
    }

    async fn known_editions(&self, ids: &[Uuid]) -> Result<Vec<KnownEdition>> {
        let ids = to_json("editions.id", &ids)?;
        let sql = format!(
            "SELECT json_group_array(json_array({EDITION},
                 CASE WHEN e.live = 1 AND e.shown = 1 AND e.listed = 1 THEN e.shows ELSE e.showed END) ORDER BY k.key)
             FROM json_each($1) k CROSS JOIN editions e ON e.id = k.value JOIN inputs n ON n.id = e.input_id"
        );
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(&ids).fetch_one(&self.pool).await?;
        let mut editions = from_rows(&rows)?.into_iter().map(edition).collect::<Result<Vec<_>>>()?;
        let places: HashMap<Uuid, usize> = editions.iter().enumerate().map(|(place, e)| (e.id, place)).collect();
        let asked = "i.edition_id IN (SELECT e.id FROM json_each($1) k CROSS JOIN editions e ON e.id = k.value
            JOIN inputs n ON n.id = e.input_id WHERE n.kind <> 'days')";
        for (id, item) in self.known_items(asked, &ids).await? {
            if let Some(edition) = places.get(&id).and_then(|place| editions.get_mut(*place)) {
                edition.items.push(item);
            }
        }
        Ok(editions)
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
            "SELECT json_group_array(json_array({ITEM}) ORDER BY i.edition_id, i.position, i.id) FROM items i WHERE {asked}"
        );
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(value).fetch_one(&self.pool).await?;
        from_rows(&rows)?.into_iter().map(item).collect()
    }

    /// When each edition changed last.
    pub async fn edition_times(&self) -> Result<HashMap<Uuid, DateTime<Utc>>> {
        let rows: String = sqlx::query_scalar("SELECT json_group_array(json_array(id, updated)) FROM editions")
            .fetch_one(&self.pool)
            .await?;
        Ok(from_rows::<(Uuid, i64)>(&rows)?.into_iter().map(|(id, at)| (id, time(at))).collect())
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
        from_rows(&rows)
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
            from_rows::<(Option<Uuid>, Option<String>)>(&rows)?.into_iter().unzip();
        Ok((ids.into_iter().flatten().collect(), short_ids.into_iter().flatten().collect()))
    }
}

/// A hash that is known, or an empty text.
fn hash(place: &'static str, text: &str) -> Result<Option<u64>> {
    (!text.is_empty()).then(|| parse(place, text)).transpose()
}

/// The columns of [`EDITION`], and what it showed.
pub(super) type EditionRow =
    (Uuid, String, String, String, Option<String>, Option<u32>, String, String, String, i64, i64, i64, String, String);

/// An edition's identity, without its items.
pub(super) fn edition(row: EditionRow) -> Result<KnownEdition> {
    let (id, input, slug, path, permalink, number, title, date, header_hash, published, updated, live, shows, last) =
        row;
    Ok(KnownEdition {
        id,
        input,
        slug,
        path,
        permalink,
        number,
        title,
        date: parse("editions.date", &date)?,
        header_hash: parse("editions.header_hash", &header_hash)?,
        published: time(published),
        updated: time(updated),
        presence: of_code(live),
        shows: hash("editions.shows", &shows)?,
        showed: hash("editions.showed", &last)?,
        items: Vec::new(),
    })
}

/// The columns of [`ITEM`].
pub(super) type ItemIdRow =
    (Uuid, Uuid, String, String, Option<String>, Option<String>, String, String, u32, i64, i64, i64, i64, i64);

/// An item's identity with its edition.
pub(super) fn item(row: ItemIdRow) -> Result<(Uuid, KnownItem)> {
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
