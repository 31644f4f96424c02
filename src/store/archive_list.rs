//! The list of editions by time: when they are dated, which stand in a span of time, which stand beside each other.

use super::{Result, Store, from_rows, time, to_json};
use crate::model::{EditionNeighbours, NeighbourEdition};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// The id of the edition of `e`'s input that stands next to a date and an id, which `$at` names.
macro_rules! next_to {
    (older, $at:literal) => {
        concat!(
            "(SELECT o.id FROM editions o WHERE o.live = 1 AND o.shown = 1 AND o.listed = 1
                 AND o.published <= ",
            $at,
            " AND (o.published, o.id) < (",
            $at,
            ", e.id) AND +o.input_id = e.input_id
             ORDER BY o.published DESC, o.id DESC LIMIT 1)"
        )
    };
    (newer, $at:literal) => {
        concat!(
            "(SELECT o.id FROM editions o WHERE o.live = 1 AND o.shown = 1 AND o.listed = 1
                 AND o.published >= ",
            $at,
            " AND (o.published, o.id) > (",
            $at,
            ", e.id) AND +o.input_id = e.input_id
             ORDER BY o.published, o.id LIMIT 1)"
        )
    };
}

impl Store {
    /// The dates of all editions in the list, oldest first.
    pub async fn edition_dates(&self) -> Result<Vec<DateTime<Utc>>> {
        let dates: String = sqlx::query_scalar(
            "SELECT json_group_array(published) FROM (SELECT published FROM editions
                 WHERE live = 1 AND shown = 1 AND listed = 1 ORDER BY published)",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(from_rows::<i64>(&dates)?.into_iter().map(time).collect())
    }

    /// Ids of the editions in the list that are dated from an instant on and before another, newest first.
    pub async fn editions_within(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Uuid>> {
        let ids: String = sqlx::query_scalar(
            "SELECT json_group_array(id) FROM (SELECT id FROM editions WHERE live = 1 AND shown = 1 AND listed = 1
                 AND published >= $1 AND published < $2 ORDER BY published DESC, id DESC)",
        )
        .bind(from.timestamp())
        .bind(to.timestamp())
        .fetch_one(&self.pool)
        .await?;
        from_rows(&ids)
    }

    /// The neighbours of editors' editions; nothing of days, and of those that left.
    pub async fn edition_neighbours(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, EditionNeighbours>> {
        let sql = concat!(
            "SELECT json_group_array(json_array(e.id, n.slug, n.written ->> 'headline', CAST(n.written ->> 'number' AS BIGINT),
                 n.published, CASE WHEN n.id = b.newer THEN 1 ELSE 0 END)) FROM (SELECT e.id, ",
            next_to!(older, "e.published"),
            " AS older, ",
            next_to!(newer, "e.published"),
            " AS newer FROM json_each($1) k CROSS JOIN editions e ON e.id = k.value
                 WHERE +e.live = 1 AND +e.shown = 1 AND e.input_id NOT IN (SELECT id FROM inputs WHERE kind = 'days')) b
             CROSS JOIN editions e ON e.id = b.id CROSS JOIN editions n ON n.id IN (b.older, b.newer)"
        );
        let rows: String = sqlx::query_scalar(sql).bind(to_json("editions.id", &ids)?).fetch_one(&self.pool).await?;
        let mut neighbours: HashMap<Uuid, EditionNeighbours> = HashMap::new();
        for (id, slug, headline, number, published, is_newer) in from_rows::<NeighbourRow>(&rows)? {
            let of = neighbours.entry(id).or_default();
            let side = if is_newer == 1 { &mut of.newer } else { &mut of.older };
            *side = Some(NeighbourEdition { slug, headline, number, published: time(published) });
        }
        Ok(neighbours)
    }

    /// The editors' editions beside which one changed, came or left.
    pub(super) async fn beside_changed(&self) -> Result<Vec<Uuid>> {
        let sql = concat!(
            "SELECT json_group_array(DISTINCT n.id) FROM (SELECT ",
            next_to!(older, "d.published"),
            " AS older, ",
            next_to!(newer, "d.published"),
            " AS newer FROM dirty_editions d CROSS JOIN editions e ON e.id = d.edition_id
                 WHERE e.input_id NOT IN (SELECT id FROM inputs WHERE kind = 'days')) b
             CROSS JOIN editions n ON n.id IN (b.older, b.newer)
             WHERE n.id NOT IN (SELECT edition_id FROM dirty_editions)"
        );
        let ids: String = sqlx::query_scalar(sql).fetch_one(&self.pool).await?;
        let mut ids: Vec<Uuid> = from_rows(&ids)?;
        ids.sort_unstable();
        Ok(ids)
    }
}

type NeighbourRow = (Uuid, String, String, Option<u32>, i64, i64);
