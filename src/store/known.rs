//! Identities: what is known of editions and items so that edited ones are found again.

use super::days::DAYS;
use super::{Result, Store, Write, parse, time, to_json};
use crate::model::{Edition, KnownEdition, KnownItem, Presence, Sketch};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Executor, Row, Sqlite};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

const EDITION: &str = "SELECT e.id, i.name, e.slug, e.path, e.permalink, e.number, e.title, e.date, e.header_hash,
    e.published, e.updated, e.live FROM editions e JOIN inputs i ON i.id = e.input_id ";

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

/// What is given out: ids and seconds of change.
#[derive(Debug, Default)]
pub(super) struct Taken {
    ids: HashSet<String>,
    short_ids: HashSet<String>,
    item_seconds: HashSet<i64>,
    edition_seconds: HashSet<i64>,
    slugs: HashSet<String>,
    /// Input with path, permalink, number or title of every edition.
    likes: HashSet<(i64, String)>,
    /// How many descriptions bear a number.
    numbers: HashMap<i64, u32>,
}

/// What a post may be recognised by.
struct Like {
    input_id: i64,
    path: String,
    title: String,
    permalink: Option<String>,
    number: Option<i64>,
}

fn described(row: &SqliteRow) -> Result<(String, i64, String, Like), sqlx::Error> {
    let like = Like {
        input_id: row.try_get(3)?,
        path: row.try_get(4)?,
        title: row.try_get(5)?,
        permalink: row.try_get(6)?,
        number: row.try_get(7)?,
    };
    Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, like))
}

impl Taken {
    fn describe(&mut self, like: &Like) {
        let number = like.number.map(|number| format!("#{number}"));
        let words = [Some(&like.path), Some(&like.title), like.permalink.as_ref(), number.as_ref()];
        self.likes.extend(words.into_iter().flatten().map(|word| (like.input_id, word.clone())));
        if let Some(number) = like.number {
            *self.numbers.entry(number).or_default() += 1;
        }
    }

    fn is_like(&self, input_id: i64, path: &str, edition: &Edition) -> bool {
        let number = edition.number.map(|number| format!("#{number}"));
        [Some(path), Some(edition.title.as_str()), edition.permalink.as_deref(), number.as_deref()]
            .into_iter()
            .flatten()
            .any(|like| self.likes.contains(&(input_id, like.to_owned())))
    }

    /// An edition changed at this second.
    pub(super) fn note_edition_second(&mut self, second: i64) {
        self.edition_seconds.insert(second);
    }

    fn times(&self, number: u32) -> u32 {
        self.numbers.get(&i64::from(number)).copied().unwrap_or(0)
    }
}

impl Store {
    /// Identities of the editions that changed since the last publish, or of all.
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
    /// Editions of an input that share path, permalink, number or title with a post.
    pub async fn editions_like(&mut self, input_id: i64, path: &str, edition: &Edition) -> Result<Vec<KnownEdition>> {
        if self.taken.as_ref().is_some_and(|taken| !taken.is_like(input_id, path, edition)) {
            return Ok(Vec::new());
        }
        let sql = format!(
            "{EDITION} WHERE e.id IN (
                 SELECT id FROM editions WHERE input_id = $1 AND path = $2
                 UNION SELECT id FROM editions WHERE permalink = $3 AND input_id = $1
                 UNION SELECT id FROM editions WHERE number = $4 AND input_id = $1
                 UNION SELECT id FROM editions WHERE title = $5 AND input_id = $1)
             ORDER BY e.live DESC, e.published, e.id LIMIT 20"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(input_id)
            .bind(path)
            .bind(&edition.permalink)
            .bind(edition.number.map(i64::from))
            .bind(&edition.title)
            .fetch_all(&mut *self.tx)
            .await?;
        with_items(&mut *self.tx, rows).await
    }

    /// Editions of an input that are live or lost, with the file each was read from.
    pub async fn edition_paths(&mut self, input_id: i64) -> Result<Vec<(Uuid, String)>> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT id, path FROM editions WHERE input_id = $1 AND live <> 0 ORDER BY id")
                .bind(input_id)
                .fetch_all(&mut *self.tx)
                .await?;
        rows.into_iter().map(|(id, path)| Ok((parse("editions.id", &id)?, path))).collect()
    }

    /// One edition's identity.
    pub async fn known_edition(&mut self, id: Uuid) -> Result<Option<KnownEdition>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{EDITION} WHERE e.id = $1"))).bind(id.to_string());
        let rows = row.fetch_all(&mut *self.tx).await?;
        Ok(with_items(&mut *self.tx, rows).await?.pop())
    }

    /// Asks for everything that is given out at once, which is cheaper when many posts are new.
    pub async fn expect_many(&mut self) -> Result<()> {
        let mut taken = Taken::default();
        let items: Vec<(String, String, i64)> =
            sqlx::query_as("SELECT id, short_id, updated FROM items").fetch_all(&mut *self.tx).await?;
        for (id, short_id, updated) in items {
            taken.ids.insert(id);
            taken.short_ids.insert(short_id);
            taken.item_seconds.insert(updated);
        }
        let rows = sqlx::query("SELECT id, updated, slug, input_id, path, title, permalink, number FROM editions")
            .fetch_all(&mut *self.tx)
            .await?;
        let editions = rows.iter().map(described).collect::<Result<Vec<_>, sqlx::Error>>()?;
        for (id, updated, slug, like) in editions {
            taken.ids.insert(id);
            taken.edition_seconds.insert(updated);
            taken.slugs.insert(slug);
            taken.describe(&like);
        }
        self.taken = Some(taken);
        Ok(())
    }

    /// Remembers what was given out to an edition in this transaction.
    pub(super) fn note_taken(&mut self, input_id: i64, known: &KnownEdition) {
        let Some(taken) = &mut self.taken else { return };
        taken.ids.insert(known.id.to_string());
        taken.slugs.insert(known.slug.clone());
        taken.describe(&Like {
            input_id,
            path: known.path.clone(),
            title: known.title.clone(),
            permalink: known.permalink.clone(),
            number: known.number.map(i64::from),
        });
        taken.edition_seconds.insert(known.updated.timestamp());
        for item in &known.items {
            taken.ids.insert(item.id.to_string());
            taken.short_ids.insert(item.short_id.clone());
            taken.item_seconds.insert(item.updated.timestamp());
        }
    }

    /// Whether an id was ever given out.
    pub async fn id_is_taken(&mut self, id: Uuid) -> Result<bool> {
        if let Some(taken) = &self.taken {
            return Ok(taken.ids.contains(&id.to_string()));
        }
        let sql = "SELECT 1 FROM items WHERE id = $1 UNION ALL SELECT 1 FROM editions WHERE id = $1";
        Ok(self.exists(sql, &id.to_string()).await?)
    }

    /// Whether a short id was ever given out.
    pub async fn short_id_is_taken(&mut self, short_id: &str) -> Result<bool> {
        if let Some(taken) = &self.taken {
            return Ok(taken.short_ids.contains(short_id));
        }
        Ok(self.exists("SELECT 1 FROM items WHERE short_id = $1", short_id).await?)
    }

    /// Whether an edition's path below `editions/` was ever given out.
    pub async fn edition_slug_is_taken(&mut self, slug: &str) -> Result<bool> {
        if let Some(taken) = &self.taken {
            return Ok(taken.slugs.contains(slug));
        }
        Ok(self.exists("SELECT 1 FROM editions WHERE slug = $1", slug).await?)
    }

    /// Whether an edition of another input has this number.
    pub async fn number_is_elsewhere(&mut self, input_id: i64, number: u32) -> Result<bool> {
        if self.taken.as_ref().is_some_and(|taken| taken.times(number) == 0) {
            return Ok(false);
        }
        let found: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM editions WHERE number = $1 AND input_id <> $2 LIMIT 1")
                .bind(i64::from(number))
                .bind(input_id)
                .fetch_optional(&mut *self.tx)
                .await?;
        Ok(found.is_some())
    }

    /// The file of another live edition of the same input with this number.
    pub async fn same_number(&mut self, input_id: i64, number: u32, but: Uuid) -> Result<Option<String>> {
        if self.taken.as_ref().is_some_and(|taken| taken.times(number) <= 1) {
            return Ok(None);
        }
        let sql = "SELECT path FROM editions WHERE number = $1 AND input_id = $2 AND live = 1 AND id <> $3
                   ORDER BY path LIMIT 1";
        let query = sqlx::query_scalar(sql).bind(i64::from(number)).bind(input_id).bind(but.to_string());
        Ok(query.fetch_optional(&mut *self.tx).await?)
    }

    /// Whether an item was already changed at this second (`updated` of our own items never coincide).
    pub async fn item_updated_is_taken(&mut self, seconds: i64) -> Result<bool> {
        if let Some(taken) = &self.taken {
            return Ok(taken.item_seconds.contains(&seconds));
        }
        let sql = "SELECT 1 FROM items WHERE updated = $1 LIMIT 1";
        Ok(sqlx::query_scalar::<_, i64>(sql).bind(seconds).fetch_optional(&mut *self.tx).await?.is_some())
    }

    /// Whether an edition was already changed at this second.
    pub async fn edition_updated_is_taken(&mut self, seconds: i64) -> Result<bool> {
        if let Some(taken) = &self.taken {
            return Ok(taken.edition_seconds.contains(&seconds));
        }
        let sql = "SELECT 1 FROM editions WHERE updated = $1 LIMIT 1";
        Ok(sqlx::query_scalar::<_, i64>(sql).bind(seconds).fetch_optional(&mut *self.tx).await?.is_some())
    }

    /// Which of these ids, each with a short one, were ever given out, and which of the short ones.
    pub async fn taken_among(&mut self, names: &[(Uuid, String)]) -> Result<HashSet<String>> {
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
        let taken = super::from_rows::<(Option<String>, Option<String>)>(&rows)?;
        Ok(taken.into_iter().flat_map(|(id, short)| [id, short]).flatten().collect())
    }

    /// Which of these items are known.
    pub async fn items_among(&mut self, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
        let sql = "SELECT json_group_array(id) FROM items WHERE id IN (SELECT value FROM json_each($1))";
        let rows: String = sqlx::query_scalar(sql).bind(to_json("items.id", &ids)?).fetch_one(&mut *self.tx).await?;
        super::from_rows(&rows).map(HashSet::from_iter)
    }

    async fn exists(&mut self, sql: &'static str, value: &str) -> Result<bool, sqlx::Error> {
        Ok(sqlx::query_scalar::<_, i64>(sql).bind(value).fetch_optional(&mut *self.tx).await?.is_some())
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
        items: Vec::new(),
    })
}

/// The columns of [`ITEM`].
type KnownRow =
    (Uuid, Uuid, String, String, Option<String>, Option<String>, String, String, u32, i64, i64, i64, i64, i64);

fn known_of_day(row: KnownRow) -> Result<(Uuid, KnownItem)> {
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
