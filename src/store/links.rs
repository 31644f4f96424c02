//! Source links: which are due for a check, and the verdicts published. What is seen of them is recorded in `checks`.

use super::day_pages::{HOME, home};
use super::{Result, Store, from_json, from_rows, parse, time, to_json};
use crate::model::{CitingItem, LinkKey, Place, Portrait, Verdict};
use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::collections::{BTreeSet, HashMap};

/// A link that is due for a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueLink {
    /// The normalised URL that it is stored under.
    pub key: String,
    /// The URL to check, as first written.
    pub url: String,
    /// When the newest item that cites it was published.
    pub newest: DateTime<Utc>,
    /// Whether it was alive when it was last looked at.
    pub was_well: bool,
    /// What its page looked like when it was last seen as itself.
    pub portrait: Option<Portrait>,
}

/// How much is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due {
    /// Links.
    pub links: usize,
    /// Their hosts.
    pub hosts: usize,
}

/// A link with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkState {
    /// The normalised URL that it is stored under.
    pub key: String,
    /// As first written.
    pub url: String,
    /// What an item calls it.
    pub label: String,
    /// Its host.
    pub host: String,
    /// The verdict as published.
    pub verdict: Verdict,
    /// Since when it holds.
    pub since: Option<DateTime<Utc>>,
    /// The rule that judged it.
    pub rule: String,
    /// What was seen, in words.
    pub evidence: String,
    /// Its new address, where it moved.
    pub moved_to: Option<String>,
    /// An archived copy of a page that is lost.
    pub archive: Option<String>,
    /// The newest items that cite it.
    pub items: Vec<CitingItem>,
}

/// The columns that [`Store::link_states`] reads.
pub(super) const LINK_COLUMNS: &str =
    "l.key, l.url, l.host, l.verdict, l.since, l.evidence, l.rule, l.moved_to, l.archive,
    (SELECT label FROM item_sources s WHERE s.link_key = l.key ORDER BY s.item_id LIMIT 1)";

/// What a page looked like last, of what is remembered.
fn last_portrait(portraits: &str) -> Result<Option<Portrait>> {
    let (first, last): (Option<Portrait>, Option<Portrait>) = from_json("links.portraits", portraits)?;
    Ok(last.or(first))
}

fn due_links(rows: &str) -> Result<Vec<DueLink>> {
    let due = |(key, url, newest, verdict, portraits): (String, String, i64, String, Option<String>)| {
        let was_well = parse::<Verdict>("links.verdict", &verdict)?.is_alive();
        let portrait = portraits.as_deref().map(last_portrait).transpose()?.flatten();
        Ok(DueLink { key, url, newest: time(newest), was_well, portrait })
    };
    from_rows(rows)?.into_iter().map(due).collect()
}

impl Store {
    /// How many links of live items are due for a check.
    pub async fn due(&self, now: DateTime<Utc>) -> Result<Due> {
        let (links, hosts): (i64, i64) = sqlx::query_as(
            "SELECT COUNT(*), COUNT(DISTINCT host) FROM links WHERE next_check <= $1
                 AND EXISTS (SELECT 1 FROM item_sources WHERE item_sources.link_key = links.key)",
        )
        .bind(now.timestamp())
        .fetch_one(&self.pool)
        .await?;
        let count = |n: i64| usize::try_from(n).unwrap_or_default();
        Ok(Due { links: count(links), hosts: count(hosts) })
    }

    /// Links of live items whose check is due, those of the newest items first; the next ones after `after`.
    pub async fn due_links(&self, now: DateTime<Utc>, after: Option<&DueLink>, limit: u32) -> Result<Vec<DueLink>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(key, url, newest, verdict, portraits)) FROM (SELECT key, url, newest, verdict, portraits
             FROM links
             WHERE next_check <= $1 AND ($2 IS NULL OR newest < $2 OR (newest = $2 AND key > $3))
                 AND EXISTS (SELECT 1 FROM item_sources WHERE item_sources.link_key = links.key)
             ORDER BY newest DESC, key LIMIT $4)",
        )
        .bind(now.timestamp())
        .bind(after.map(|link| link.newest.timestamp()))
        .bind(after.map(|link| link.key.as_str()))
        .bind(i64::from(limit))
        .fetch_one(&self.pool)
        .await?;
        due_links(&rows)
    }

    /// Hosts of links of live items whose check is due, those of the newest items first.
    pub async fn due_hosts(&self, now: DateTime<Utc>) -> Result<Vec<String>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(host) FROM (SELECT host FROM links WHERE next_check <= $1
                 AND EXISTS (SELECT 1 FROM item_sources WHERE item_sources.link_key = links.key)
             GROUP BY host ORDER BY MAX(newest) DESC, host)",
        )
        .bind(now.timestamp())
        .fetch_one(&self.pool)
        .await?;
        from_rows(&rows)
    }

    /// Links of live items on some hosts whose check is due, those of the newest items first.
    pub async fn due_links_of(&self, now: DateTime<Utc>, hosts: &[&str]) -> Result<Vec<DueLink>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(key, url, newest, verdict, portraits) ORDER BY newest DESC, key) FROM links
             WHERE next_check <= $1 AND host IN (SELECT value FROM json_each($2))
                 AND EXISTS (SELECT 1 FROM item_sources WHERE item_sources.link_key = links.key)",
        )
        .bind(now.timestamp())
        .bind(to_json("links.host", &hosts)?)
        .fetch_one(&self.pool)
        .await?;
        due_links(&rows)
    }

    /// A link that was reached not long ago, to tell an offline machine from dead links.
    pub async fn recently_reached(&self) -> Result<Option<String>> {
        let query = sqlx::query_scalar(
            "SELECT url FROM links WHERE last_reached IS NOT NULL ORDER BY last_reached DESC LIMIT 1",
        );
        Ok(query.fetch_optional(&self.pool).await?)
    }

    /// Links that were well when they were last looked at, the latest first, one of each host: address, and what its page
    /// looked like. None of the hosts named.
    pub async fn canaries(&self, but: &[&str], limit: u32) -> Result<Vec<(String, Portrait)>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(url, portraits)) FROM (SELECT url, portraits FROM (
                 SELECT url, portraits, last_reached,
                     ROW_NUMBER() OVER (PARTITION BY host ORDER BY last_reached DESC, url) AS place
                 FROM links WHERE verdict = $3 AND portraits IS NOT NULL AND last_reached IS NOT NULL
                     AND host NOT IN (SELECT value FROM json_each($1)))
             WHERE place = 1 ORDER BY last_reached DESC, url LIMIT $2)",
        )
        .bind(to_json("links.host", &but)?)
        .bind(i64::from(limit))
        .bind(Verdict::Reachable.as_str())
        .fetch_one(&self.pool)
        .await?;
        let mut canaries = Vec::new();
        for (url, portraits) in from_rows::<(String, String)>(&rows)? {
            canaries.extend(last_portrait(&portraits)?.map(|portrait| (url, portrait)));
        }
        Ok(canaries)
    }

    /// How many cited links have each verdict.
    pub async fn link_counts(&self) -> Result<Vec<(Verdict, u64)>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT verdict, COUNT(*) FROM links
             WHERE EXISTS (SELECT 1 FROM item_sources WHERE item_sources.link_key = links.key) GROUP BY verdict",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut counts = Vec::with_capacity(rows.len());
        for (verdict, count) in rows {
            counts.push((parse("links.verdict", &verdict)?, count.unsigned_abs()));
        }
        counts.sort_unstable();
        Ok(counts)
    }

    /// How many cited links have each verdict, per host; hosts with the most trouble that readers meet first.
    pub async fn host_counts(&self, hosts: u32) -> Result<Vec<(String, Vec<(Verdict, u64)>)>> {
        let dead: Vec<_> = Verdict::TROUBLE.into_iter().filter(|verdict| !verdict.is_alive()).collect();
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT l.host, l.verdict, COUNT(*) FROM links l JOIN (
                 SELECT host, SUM(CASE WHEN verdict IN (SELECT value FROM json_each($2)) THEN 1 ELSE 0 END) AS dead,
                     COUNT(*) AS troubled
                 FROM links WHERE verdict IN (SELECT value FROM json_each($3))
                     AND EXISTS (SELECT 1 FROM item_sources s WHERE s.link_key = links.key)
                 GROUP BY host ORDER BY dead DESC, troubled DESC, host LIMIT $1) AS top ON top.host = l.host
             WHERE EXISTS (SELECT 1 FROM item_sources s WHERE s.link_key = l.key)
             GROUP BY top.dead, top.troubled, l.host, l.verdict
             ORDER BY top.dead DESC, top.troubled DESC, l.host",
        )
        .bind(i64::from(hosts))
        .bind(to_json("links.verdict", &dead)?)
        .bind(to_json("links.verdict", &Verdict::TROUBLE)?)
        .fetch_all(&self.pool)
        .await?;
        let mut counts: Vec<(String, Vec<(Verdict, u64)>)> = Vec::new();
        for (host, verdict, count) in rows {
            let entry = (parse("links.verdict", &verdict)?, count.unsigned_abs());
            match counts.last_mut().filter(|(last, _)| *last == host) {
                Some((_, verdicts)) => verdicts.push(entry),
                None => counts.push((host, vec![entry])),
            }
        }
        for (_, verdicts) in &mut counts {
            verdicts.sort_unstable();
        }
        Ok(counts)
    }

    /// Cited hosts of which no link opens: each is failing, gone or replaced.
    pub async fn closed_hosts(&self) -> Result<BTreeSet<String>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(host) FROM (SELECT host FROM links
                 WHERE host IN (SELECT host FROM links WHERE verdict IN (SELECT value FROM json_each($1)))
                     AND EXISTS (SELECT 1 FROM item_sources s WHERE s.link_key = links.key) GROUP BY host
                 HAVING SUM(CASE WHEN verdict IN (SELECT value FROM json_each($1)) THEN 0 ELSE 1 END) = 0)",
        )
        .bind(to_json("links.verdict", &Verdict::those(Verdict::is_closed))?)
        .fetch_one(&self.pool)
        .await?;
        Ok(from_rows(&rows)?.into_iter().collect())
    }

    /// Cited links that readers or the editor should know of ([`Verdict::TROUBLE`]), the worst and latest first, so many of each
    /// verdict, each with so many of the newest items that cite it.
    pub async fn troubled_links(&self, limit: u32, citing: u32) -> Result<Vec<LinkState>> {
        let sql = format!(
            "SELECT {LINK_COLUMNS} FROM links l JOIN (
                 SELECT t.key, worst.key AS place,
                     ROW_NUMBER() OVER (PARTITION BY t.verdict ORDER BY t.newest DESC, t.key) AS nth
                 FROM links t JOIN json_each($2) worst ON worst.value = t.verdict
                 WHERE EXISTS (SELECT 1 FROM item_sources s WHERE s.link_key = t.key)) ranked ON ranked.key = l.key
             WHERE ranked.nth <= $1 ORDER BY ranked.place, ranked.nth"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(i64::from(limit))
            .bind(to_json("links.verdict", &Verdict::TROUBLE)?)
            .fetch_all(&self.pool)
            .await?;
        self.link_states(&rows, citing).await
    }

    /// Links of rows of [`LINK_COLUMNS`], each with so many of the newest items that cite it.
    pub(super) async fn link_states(&self, rows: &[AnyRow], citing: u32) -> Result<Vec<LinkState>> {
        let keys = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<&str>, _>>()?;
        let mut citing = if citing > 0 { self.citing(&keys, citing).await? } else { HashMap::new() };
        let mut links = Vec::with_capacity(rows.len());
        for (row, key) in rows.iter().zip(keys) {
            let (url, verdict) = (row.try_get(1)?, parse::<Verdict>("links.verdict", row.try_get(3)?)?);
            let moved_to: Option<String> = row.try_get(7)?;
            links.push(LinkState {
                key: key.to_owned(),
                label: row.try_get(9)?,
                host: row.try_get(2)?,
                verdict,
                since: row.try_get::<Option<i64>, _>(4)?.map(time),
                rule: row.try_get(6)?,
                evidence: row.try_get(5)?,
                moved_to: moved_to.map(|to| LinkKey::with_fragment_of(&to, url)),
                archive: row.try_get::<Option<String>, _>(8)?.filter(|_| verdict.is_lost()),
                url: url.to_owned(),
                items: citing.remove(key).unwrap_or_default(),
            });
        }
        Ok(links)
    }

    /// Where posts cite each of these links, by its key: files and lines.
    pub async fn citing_posts(&self, keys: &[&str]) -> Result<HashMap<String, Vec<Place>>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(c.value ->> 0, p.path, CAST(c.value ->> 1 AS BIGINT))
                 ORDER BY p.path, CAST(c.value ->> 1 AS BIGINT))
             FROM posts p, json_each(p.cited) c WHERE c.value ->> 0 IN (SELECT value FROM json_each($1))",
        )
        .bind(to_json("links.key", &keys)?)
        .fetch_one(&self.pool)
        .await?;
        let mut places: HashMap<String, Vec<Place>> = HashMap::new();
        for (key, path, line) in from_rows::<(String, String, u32)>(&rows)? {
            places.entry(key).or_default().push(Place { line: Some(line), ..Place::file(path) });
        }
        Ok(places)
    }

    /// The newest items that cite each of these links, by its key.
    async fn citing(&self, keys: &[&str], most: u32) -> Result<HashMap<String, Vec<CitingItem>>> {
        let sql = format!(
            "SELECT json_group_array(json_array(c.link_key, i.title, i.short_id, e.slug, {HOME})
                    ORDER BY c.link_key, c.newest)
             FROM (SELECT s.link_key, i.id,
                     ROW_NUMBER() OVER (PARTITION BY s.link_key ORDER BY i.published DESC, i.id) AS newest
                 FROM item_sources s JOIN items i ON i.id = s.item_id
                 WHERE s.link_key IN (SELECT value FROM json_each($1)) AND i.shown = 1) c
             JOIN items i ON i.id = c.id JOIN editions e ON e.id = i.edition_id JOIN inputs n ON n.id = e.input_id
             WHERE c.newest <= $2"
        );
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(to_json("links.key", &keys)?)
            .bind(i64::from(most))
            .fetch_one(&self.pool)
            .await?;
        let mut citing: HashMap<String, Vec<CitingItem>> = HashMap::new();
        for (key, title, short_id, slug, is_day, page) in
            from_rows::<(String, String, String, String, i64, Option<u32>)>(&rows)?
        {
            citing.entry(key).or_default().push(CitingItem { title, short_id, home: home(is_day, page, &slug) });
        }
        Ok(citing)
    }

    /// What stands against links at present, by their keys: verdict and evidence.
    pub async fn link_verdicts(&self, keys: &[LinkKey]) -> Result<HashMap<String, (Verdict, String)>> {
        let keys: Vec<&str> = keys.iter().map(LinkKey::as_str).collect();
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(key, verdict, evidence)) FROM links
             WHERE key IN (SELECT value FROM json_each($1))",
        )
        .bind(to_json("links.key", &keys)?)
        .fetch_one(&self.pool)
        .await?;
        let stands = |(key, verdict, evidence): (String, String, String)| {
            Ok((key, (parse("links.verdict", &verdict)?, evidence)))
        };
        from_rows::<(String, String, String)>(&rows)?.into_iter().map(stands).collect()
    }
}
