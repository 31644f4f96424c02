//! Which items are about a story, and items of which that is to be looked at again. What is one story is decided in
//! `collect`.

use super::known::{ITEM, item};
use super::{Result, Write, from_json, from_rows, parse, time, to_json};
use crate::model::{Item, KnownItem, Presence};
use chrono::{DateTime, Utc};
use sqlx::Row;
use std::collections::HashMap;
use uuid::Uuid;

/// An item that is about a story, by whatever link it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryState {
    /// What was asked for.
    pub story: String,
    /// The item.
    pub item: Uuid,
    /// Whether its words are a feed's, not an editor's.
    pub by_feed: bool,
    /// Whether it is published.
    pub presence: Presence,
    /// When it was published.
    pub published: DateTime<Utc>,
    /// When it was first collected.
    pub first_seen: DateTime<Utc>,
}

/// An item as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemState {
    /// Its edition.
    pub edition: Uuid,
    /// Whether its words are a feed's, not an editor's.
    pub by_feed: bool,
    /// Its identity.
    pub known: KnownItem,
    /// What was written of it, where it is live.
    pub written: Option<Item>,
}

/// Story, item, input, presence, date, first seen.
type StoryRow = (String, Uuid, i64, i64, i64, i64);

impl Write {
    /// Items that are about these stories, live or not.
    pub async fn about(&mut self, stories: &[&str]) -> Result<HashMap<String, Vec<StoryState>>> {
        if stories.is_empty() || self.days.is_none() {
            return Ok(HashMap::new());
        }
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(story, id, input_id, live, published, first_seen)) FROM (
                 SELECT k.value AS story, i.id, e.input_id, i.live, i.published, i.first_seen FROM json_each($1) k
                     JOIN items i ON i.story = k.value JOIN editions e ON e.id = i.edition_id
                 UNION
                 SELECT k.value, i.id, e.input_id, i.live, i.published, i.first_seen FROM json_each($1) k
                     JOIN entries n ON n.story = k.value JOIN items i ON i.id = n.item_id
                     JOIN editions e ON e.id = i.edition_id)",
        )
        .bind(to_json("items.story", &stories)?)
        .fetch_one(&mut *self.tx)
        .await?;
        let mut about: HashMap<String, Vec<StoryState>> = HashMap::new();
        for (story, item, input_id, live, published, first_seen) in from_rows::<StoryRow>(&rows)? {
            let state = StoryState {
                story: story.clone(),
                item,
                by_feed: Some(input_id) == self.days,
                presence: super::known::of_code(live),
                published: time(published),
                first_seen: time(first_seen),
            };
            about.entry(story).or_default().push(state);
        }
        Ok(about)
    }

    /// Items of feeds without a story that are not live, by title.
    pub async fn absent_by_title(&mut self, titles: &[&str]) -> Result<HashMap<String, Vec<Uuid>>> {
        let Some(days) = self.days.filter(|_| !titles.is_empty()) else { return Ok(HashMap::new()) };
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(i.title, i.id) ORDER BY i.published, i.id) FROM items i
             WHERE i.live <> 1 AND i.story IS NULL AND i.title IN (SELECT value FROM json_each($1))
                 AND i.edition_id IN (SELECT id FROM editions WHERE input_id = $2)",
        )
        .bind(to_json("items.title", &titles)?)
        .bind(days)
        .fetch_one(&mut *self.tx)
        .await?;
        let mut absent: HashMap<String, Vec<Uuid>> = HashMap::new();
        for (title, id) in from_rows::<(String, Uuid)>(&rows)? {
            absent.entry(title).or_default().push(id);
        }
        Ok(absent)
    }

    /// Whether an item of a feed is not live at present, after a lost store or because its input was withdrawn.
    pub async fn any_absent(&mut self) -> Result<bool> {
        let sql = "SELECT 1 FROM items i JOIN editions e ON e.id = i.edition_id
                   WHERE e.input_id = $1 AND i.live <> 1 LIMIT 1";
        Ok(sqlx::query_scalar::<_, i64>(sql).bind(self.days).fetch_optional(&mut *self.tx).await?.is_some())
    }

    /// Where links lead that lead elsewhere, by [`crate::model::LinkKey`].
    pub async fn led_to(&mut self, links: &[String]) -> Result<HashMap<String, String>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(key, leads_to)) FROM links
             WHERE leads_to IS NOT NULL AND key IN (SELECT value FROM json_each($1))",
        )
        .bind(to_json("links.key", &links)?)
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(from_rows::<(String, String)>(&rows)?.into_iter().collect())
    }

    /// Whether several links of one host lead to one place, as to a page that asks for consent: it names no story.
    pub async fn is_led_to_often(&mut self, leads_to: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM links WHERE leads_to = $1 GROUP BY host HAVING COUNT(*) > 1 LIMIT 1";
        Ok(sqlx::query_scalar::<_, i64>(sql).bind(leads_to).fetch_optional(&mut *self.tx).await?.is_some())
    }

    /// Whether any link is known to lead elsewhere.
    pub async fn any_leads_elsewhere(&mut self) -> Result<bool> {
        let sql = "SELECT 1 FROM links WHERE leads_to IS NOT NULL LIMIT 1";
        Ok(sqlx::query_scalar::<_, i64>(sql).fetch_optional(&mut *self.tx).await?.is_some())
    }

    /// Items by id as they stand.
    pub async fn item_states(&mut self, ids: &[Uuid]) -> Result<HashMap<Uuid, ItemState>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "SELECT {ITEM}, i.written, e.input_id FROM items i JOIN editions e ON e.id = i.edition_id
             WHERE i.id IN (SELECT value FROM json_each($1))"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(to_json("items.id", &ids)?);
        let mut states = HashMap::with_capacity(ids.len());
        for row in rows.fetch_all(&mut *self.tx).await? {
            let known = item(&row)?;
            let written: &str = row.try_get("written")?;
            let written = (!written.is_empty()).then(|| from_json("items.written", written)).transpose()?;
            let state = ItemState {
                edition: parse("items.edition_id", row.try_get(0)?)?,
                by_feed: self.days == Some(row.try_get("input_id")?),
                known,
                written,
            };
            states.insert(state.known.id, state);
        }
        Ok(states)
    }

    /// Marks items of which it is to be looked whether they are still one story with those who carry them.
    pub async fn mark_stories(&mut self, items: &[Uuid]) -> Result<()> {
        if self.days.is_none() || items.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO dirty_stories (item_id) SELECT value FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
        )
        .bind(to_json("dirty_stories", &items)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Remembers, by [`crate::model::LinkKey`], what links are compared by where they led; `None`: nowhere else. What they
    /// are the primary source of is to be looked at.
    pub async fn note_led_to(&mut self, links: &[(&str, Option<String>)]) -> Result<()> {
        let changed: Vec<String> = sqlx::query_scalar(
            "UPDATE links SET leads_to = new.value ->> 1 FROM json_each($1) AS new
             WHERE links.key = new.value ->> 0 AND links.leads_to IS NOT new.value ->> 1 RETURNING key",
        )
        .bind(to_json("links.leads_to", &links)?)
        .fetch_all(&mut *self.tx)
        .await?;
        if self.days.is_none() || changed.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO dirty_stories (item_id) SELECT item_id FROM item_sources
             WHERE position = 0 AND link_key IN (SELECT value FROM json_each($1)) ON CONFLICT DO NOTHING",
        )
        .bind(to_json("dirty_stories", &changed)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Marks those of an edition's items, about to be saved, that enter, leave or turn to another story.
    pub(super) async fn mark_changed_stories(&mut self, items: &[KnownItem]) -> Result<()> {
        if self.days.is_none() {
            return Ok(());
        }
        let ids: Vec<Uuid> = items.iter().map(|item| item.id).collect();
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(id, live, story)) FROM items
             WHERE id IN (SELECT value FROM json_each($1))",
        )
        .bind(to_json("items.id", &ids)?)
        .fetch_one(&mut *self.tx)
        .await?;
        let before: HashMap<Uuid, (i64, Option<String>)> =
            from_rows::<(Uuid, i64, Option<String>)>(&rows)?.into_iter().map(|(id, live, s)| (id, (live, s))).collect();
        let stands = |item: &KnownItem| (super::known::code(item.presence), item.story.clone());
        let changed = items.iter().filter(|item| before.get(&item.id) != Some(&stands(item))).map(|item| item.id);
        let changed: Vec<Uuid> = changed.collect();
        self.mark_stories(&changed).await
    }

    /// The next marked items, in order; they are no longer marked.
    pub async fn take_marked_stories(&mut self, most: u32) -> Result<Vec<Uuid>> {
        let marked: String = sqlx::query_scalar(
            "SELECT json_group_array(item_id) FROM (SELECT item_id FROM dirty_stories ORDER BY item_id LIMIT $1)",
        )
        .bind(i64::from(most))
        .fetch_one(&mut *self.tx)
        .await?;
        sqlx::query("DELETE FROM dirty_stories WHERE item_id IN (SELECT value FROM json_each($1))")
            .bind(&marked)
            .execute(&mut *self.tx)
            .await?;
        from_rows(&marked)
    }
}
