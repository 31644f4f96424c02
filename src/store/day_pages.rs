//! The pages of day editions: which items each one shows, and where an item stands. How a day is cut is the publisher's affair.

use super::batch::ROWS;
use super::{Result, Store, Write, from_rows, to_json};
use crate::model::Home;
use std::collections::HashMap;
use uuid::Uuid;

/// What an item's row says of where it stands, given `items i`, `editions e` and `inputs n`: whether it is a day, and the page.
pub(super) const HOME: &str =
    "CASE WHEN n.kind = 'days' THEN 1 ELSE 0 END, CASE WHEN n.kind = 'days' THEN (SELECT page FROM day_pages p
    WHERE p.edition_id = i.edition_id AND (p.position, p.item_id) <= (i.position, i.id)
    ORDER BY p.position DESC, p.item_id DESC LIMIT 1) END";

/// Where an item stands, by [`HOME`].
pub(super) fn home(is_day: i64, page: Option<u32>, slug: &str) -> Home {
    if is_day == 1 { Home::Day { slug: slug.to_owned(), page: page.filter(|page| *page > 0) } } else { Home::Page }
}

/// A day edition whose items may stand otherwise than when it was last published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The edition.
    pub id: Uuid,
    /// Path of its page.
    pub slug: String,
    /// What it shows, newest first: place and id, and whether it changed. Empty: the edition left.
    pub items: Vec<(i64, Uuid, bool)>,
    /// Its pages as they were laid out last: hash and whether it is still to be composed, by number; 0 is the first one.
    pub pages: HashMap<u32, (String, bool)>,
}

/// A page of a day edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayPage {
    /// The edition.
    pub edition: Uuid,
    /// Its number; 0 is the first one.
    pub number: u32,
    /// Place and id of its newest item.
    pub newest: (i64, Uuid),
    /// Of what it shows.
    pub hash: String,
    /// Whether it is to be composed.
    pub is_dirty: bool,
}

impl Store {
    /// The day editions that are marked, or some of whose items are; or all.
    pub async fn days_to_lay_out(&self, all: bool) -> Result<Vec<Uuid>> {
        let marked = "AND e.id IN (SELECT edition_id FROM dirty_editions UNION
                      SELECT i.edition_id FROM dirty_items d JOIN items i ON i.id = d.item_id UNION
                      SELECT edition_id FROM day_pages WHERE dirty = 1)";
        let sql = format!(
            "SELECT json_group_array(id) FROM (SELECT e.id FROM inputs n JOIN editions e ON e.input_id = n.id
             WHERE n.kind = 'days' {} ORDER BY e.id)",
            if all { "" } else { marked }
        );
        let ids: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&self.pool).await?;
        from_rows(&ids)
    }

    /// Day editions with what they show, and how they were laid out last.
    pub async fn days(&self, ids: &[Uuid]) -> Result<Vec<Day>> {
        let asked = to_json("editions.id", &ids)?;
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(id, slug)) FROM editions
             WHERE id IN (SELECT value FROM json_each($1))",
        )
        .bind(&asked)
        .fetch_one(&self.pool)
        .await?;
        let day = |(id, slug)| (id, Day { id, slug, items: Vec::new(), pages: HashMap::new() });
        let mut days: HashMap<Uuid, Day> = from_rows::<(Uuid, String)>(&rows)?.into_iter().map(day).collect();
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(i.edition_id, i.position, i.id,
                        CASE WHEN EXISTS (SELECT 1 FROM dirty_items d WHERE d.item_id = i.id) THEN 1 ELSE 0 END)
                    ORDER BY i.edition_id, i.position, i.id)
             FROM items i WHERE i.live = 1 AND i.shown = 1 AND i.edition_id IN (SELECT value FROM json_each($1))",
        )
        .bind(&asked)
        .fetch_one(&self.pool)
        .await?;
        for (edition, position, item, is_dirty) in from_rows::<(Uuid, i64, Uuid, i64)>(&rows)? {
            if let Some(day) = days.get_mut(&edition) {
                day.items.push((position, item, is_dirty == 1));
            }
        }
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(edition_id, page, hash, dirty)) FROM day_pages
             WHERE edition_id IN (SELECT value FROM json_each($1))",
        )
        .bind(&asked)
        .fetch_one(&self.pool)
        .await?;
        for (edition, page, hash, dirty) in from_rows::<(Uuid, u32, String, i64)>(&rows)? {
            if let Some(day) = days.get_mut(&edition) {
                day.pages.insert(page, (hash, dirty == 1));
            }
        }
        Ok(ids.iter().filter_map(|id| days.remove(id)).collect())
    }

    /// Where an item stands that has no page of its own, by its short id; `None` when it has one, or is not published.
    pub async fn place_in_day(&self, short_id: &str) -> Result<Option<Home>> {
        let sql = format!(
            "SELECT e.slug, {HOME} FROM items i JOIN editions e ON e.id = i.edition_id JOIN inputs n ON n.id = e.input_id
             WHERE i.short_id = $1 AND i.live = 1 AND i.shown = 1 AND n.kind = 'days'"
        );
        let row: Option<(String, i64, Option<i64>)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(short_id).fetch_optional(&self.pool).await?;
        Ok(row.map(|(slug, is_day, page)| home(is_day, page.and_then(|page| u32::try_from(page).ok()), &slug)))
    }
}

impl Write {
    /// Lays day editions out anew. What links to an item by its page is marked where that may be another one:
    /// the channels of `moved` items that cite nothing.
    pub async fn lay_out(&mut self, days: &[Uuid], pages: &[DayPage], moved: &[Uuid]) -> Result<()> {
        sqlx::query("DELETE FROM day_pages WHERE edition_id IN (SELECT value FROM json_each($1))")
            .bind(to_json("day_pages.edition_id", &days)?)
            .execute(&mut *self.tx)
            .await?;
        for batch in pages.chunks(ROWS) {
            let mut insert =
                sqlx::QueryBuilder::new("INSERT INTO day_pages (edition_id, position, item_id, page, hash, dirty) ");
            insert.push_values(batch, |mut row, page| {
                row.push_bind(page.edition.to_string()).push_bind(page.newest.0).push_bind(page.newest.1.to_string());
                row.push_bind(i64::from(page.number)).push_bind(&page.hash).push_bind(i64::from(page.is_dirty));
            });
            self.insert(insert, batch.len()).await?;
        }
        sqlx::query(
            "INSERT INTO dirty_channels (channel_id, published, shifted)
             SELECT DISTINCT m.channel_id, m.published, 0 FROM memberships m
             WHERE m.item_id IN (SELECT value FROM json_each($1))
                 AND NOT EXISTS (SELECT 1 FROM item_sources s WHERE s.item_id = m.item_id) ON CONFLICT DO NOTHING",
        )
        .bind(to_json("items.id", &moved)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}
