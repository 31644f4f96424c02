//! How source links fare as a whole: which died lately, how many of each age live, which hosts do not answer.
//!
//! Told without a clock: "lately" ends with the newest death, ages with the newest item.

use super::links::LINK_COLUMNS;
use super::{LinkState, Result, Store, time, to_json};
use crate::model::Verdict;
use chrono::{DateTime, TimeDelta, Utc};

/// How far back from the newest death others are new too.
const LATELY: TimeDelta = TimeDelta::days(7);

/// Links of one age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgedLinks {
    /// How many of the bounds lie behind their first mention.
    pub class: usize,
    /// How many there are.
    pub links: u64,
    /// How many of them are lost ([`Verdict::is_lost`]).
    pub lost: u64,
}

/// A host of which more links fail than not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingHost {
    /// Its name.
    pub host: String,
    /// The path of its channel, where it has one.
    pub slug: Option<String>,
    /// Its cited links.
    pub links: u64,
    /// How many of them are failing or gone.
    pub failing: u64,
    /// Since when the first of them is.
    pub since: Option<DateTime<Utc>>,
    /// The rule that most of them were judged by.
    pub rule: String,
}

impl Store {
    /// When the newest item that is shown was published.
    pub async fn newest_item(&self) -> Result<Option<DateTime<Utc>>> {
        let sql = "SELECT MAX(published) FROM memberships
                   WHERE channel_id = (SELECT id FROM channels WHERE kind = 'combined')";
        let newest: Option<i64> = sqlx::query_scalar(sql).fetch_one(&self.pool).await?;
        Ok(newest.map(time))
    }

    /// The cited links by the age of their first mention, which is told by how many of the `bounds`, newest first, are not
    /// before it.
    pub async fn link_ages(&self, bounds: [DateTime<Utc>; 4]) -> Result<Vec<AgedLinks>> {
        // Only what indexes hold is read, in the order of links: rows of items are long, and all of them are not sorted.
        let [first, second, third, fourth] = bounds.map(|bound| bound.timestamp());
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT CASE WHEN first <= $5 THEN 4 WHEN first <= $4 THEN 3 WHEN first <= $3 THEN 2 WHEN first <= $2 THEN 1 ELSE 0 END AS class,
                    COUNT(*), SUM(CASE WHEN link_key IN (SELECT key FROM links
                        WHERE verdict IN (SELECT value FROM json_each($1))) THEN 1 ELSE 0 END)
             FROM (SELECT s.link_key, MIN(m.published) AS first FROM item_sources s
                 CROSS JOIN memberships m ON m.item_id = s.item_id
                     AND m.channel_id = (SELECT id FROM channels WHERE kind = 'combined') GROUP BY s.link_key)
             GROUP BY class ORDER BY class",
        )
        .bind(to_json("links.verdict", &Verdict::those(Verdict::is_lost))?)
        .bind(first)
        .bind(second)
        .bind(third)
        .bind(fourth)
        .fetch_all(&self.pool)
        .await?;
        let of_age = |(class, links, lost): (i64, i64, i64)| AgedLinks {
            class: usize::try_from(class).unwrap_or_default(),
            links: links.unsigned_abs(),
            lost: lost.unsigned_abs(),
        };
        Ok(rows.into_iter().map(of_age).collect())
    }

    /// Cited links that were lost in the week before the newest loss, the latest first.
    pub async fn newly_lost(&self, limit: u32) -> Result<Vec<LinkState>> {
        let sql = format!(
            "SELECT {LINK_COLUMNS} FROM links l
             WHERE l.verdict IN (SELECT value FROM json_each($2)) AND l.since >= $3 + (
                     SELECT MAX(n.since) FROM links n WHERE n.verdict IN (SELECT value FROM json_each($2))
                         AND EXISTS (SELECT 1 FROM item_sources s WHERE s.link_key = n.key))
                 AND EXISTS (SELECT 1 FROM item_sources s WHERE s.link_key = l.key)
             ORDER BY l.since DESC, l.key LIMIT $1"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(i64::from(limit))
            .bind(to_json("links.verdict", &Verdict::those(Verdict::is_lost))?)
            .bind(-LATELY.num_seconds())
            .fetch_all(&self.pool)
            .await?;
        self.link_states(&rows, 0).await
    }

    /// Hosts of whose cited links several, and more than half, are failing or gone; those with the most first.
    pub async fn failing_hosts(&self, limit: u32) -> Result<Vec<FailingHost>> {
        type Row = (String, Option<String>, i64, i64, Option<i64>, String);
        let rows: Vec<Row> = sqlx::query_as(
            "WITH dead AS (SELECT key, host, rule, since FROM links WHERE verdict IN (SELECT value FROM json_each($2))
                     AND EXISTS (SELECT 1 FROM item_sources s WHERE s.link_key = links.key)),
                 hosts AS (SELECT host, COUNT(*) AS failing, MIN(since) AS since FROM dead GROUP BY host HAVING COUNT(*) > 1),
                 counted AS (SELECT l.host, COUNT(*) AS links FROM links l WHERE l.host IN (SELECT host FROM hosts)
                     AND EXISTS (SELECT 1 FROM item_sources s WHERE s.link_key = l.key) GROUP BY l.host)
             SELECT h.host, (SELECT c.slug FROM channels c WHERE c.kind = 'source' AND c.key = h.host
                         AND EXISTS (SELECT 1 FROM memberships m WHERE m.channel_id = c.id)),
                 c.links, h.failing, h.since,
                 (SELECT rule FROM dead d WHERE d.host = h.host GROUP BY rule ORDER BY COUNT(*) DESC, rule LIMIT 1)
             FROM hosts h JOIN counted c ON c.host = h.host WHERE h.failing * 2 > c.links
             ORDER BY h.failing DESC, h.host LIMIT $1",
        )
        .bind(i64::from(limit))
        .bind(to_json("links.verdict", &[Verdict::Failing, Verdict::Gone])?)
        .fetch_all(&self.pool)
        .await?;
        let host = |(host, slug, links, failing, since, rule): Row| FailingHost {
            host,
            slug,
            links: links.unsigned_abs(),
            failing: failing.unsigned_abs(),
            since: since.map(time),
            rule,
        };
        Ok(rows.into_iter().map(host).collect())
    }
}
