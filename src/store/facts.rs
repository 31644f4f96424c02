//! What the heads of channels' pages tell: since when, how many in each span of time, what goes with them, how their links are.
//!
//! Asked for many channels (by row) at once. Each answer is a pure function of what is published and of the published
//! verdicts, so that a page changes only when one of these does.

use super::{Result, Store, from_rows, parse, time, to_json};
use crate::model::{CitedSource, SourceLink, Verdict};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// A channel by its row, and a span of time: from an instant on, up to before another (seconds since 1970).
pub type Span = (i64, i64, i64);

/// How many links are meant, by how they can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinksByState {
    /// All of them.
    pub all: u64,
    /// Those that can be read.
    pub open: u64,
    /// Those at which a reader does not find what was cited.
    pub closed: u64,
}

/// The links of a channel's own host that its items cite, of `k.channel`, and of the items dated as `$SPAN` says.
macro_rules! host_links {
    ($span:literal) => {
        concat!(
            "k CROSS JOIN channels c ON c.id = k.channel CROSS JOIN memberships m ON m.channel_id = c.id",
            $span,
            " CROSS JOIN item_sources s ON s.item_id = m.item_id CROSS JOIN links l ON l.key = s.link_key AND l.host = c.key"
        )
    };
}

impl Store {
    /// When the oldest and the newest item of each of these channels were published; nothing of a channel without items.
    pub async fn channel_ages(&self, channels: &[i64]) -> Result<HashMap<i64, (DateTime<Utc>, DateTime<Utc>)>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(CAST(k.value AS BIGINT),
                 (SELECT MIN(published) FROM memberships WHERE channel_id = CAST(k.value AS BIGINT)),
                 (SELECT MAX(published) FROM memberships WHERE channel_id = CAST(k.value AS BIGINT)))) FROM json_each($1) k",
        )
        .bind(to_json("memberships.channel_id", &channels)?)
        .fetch_one(&self.pool)
        .await?;
        let age = |(channel, oldest, newest): (i64, Option<i64>, Option<i64>)| {
            Some((channel, (time(oldest?), time(newest?))))
        };
        Ok(from_rows(&rows)?.into_iter().filter_map(age).collect())
    }

    /// How many items of a channel are dated within each of these spans, by channel and beginning.
    pub async fn members_within(&self, spans: &[Span]) -> Result<HashMap<(i64, i64), u64>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(CAST(k.value ->> 0 AS BIGINT), CAST(k.value ->> 1 AS BIGINT), (SELECT COUNT(*)
                 FROM memberships WHERE channel_id = CAST(k.value ->> 0 AS BIGINT)
                     AND published >= CAST(k.value ->> 1 AS BIGINT) AND published < CAST(k.value ->> 2 AS BIGINT))))
             FROM json_each($1) k",
        )
        .bind(to_json("memberships.published", &spans)?)
        .fetch_one(&self.pool)
        .await?;
        let counted = |(channel, from, count): (i64, i64, u64)| ((channel, from), count);
        Ok(from_rows::<(i64, i64, u64)>(&rows)?.into_iter().map(counted).collect())
    }

    /// The tags (by row) that stand most often on the same items as each of these channels, with how often: `most` of them,
    /// among the `newest` items of the channel.
    pub async fn tags_beside(&self, channels: &[i64], newest: u32, most: u32) -> Result<HashMap<i64, Vec<(i64, u64)>>> {
        let rows: String = sqlx::query_scalar(
            // Where the newest items of a channel begin is looked up once for each, not for each item.
            "WITH k AS MATERIALIZED (SELECT asked.channel, COALESCE((SELECT published FROM memberships
                     WHERE channel_id = asked.channel ORDER BY published DESC LIMIT 1 OFFSET $2 - 1), $4) AS since
                 FROM (SELECT CAST(value AS BIGINT) AS channel FROM json_each($1)) AS asked)
             SELECT json_group_array(json_array(channel, tag, items) ORDER BY channel, place) FROM (
                 SELECT k.channel, o.channel_id AS tag, COUNT(*) AS items,
                     ROW_NUMBER() OVER (PARTITION BY k.channel ORDER BY COUNT(*) DESC, c.key) AS place
                 FROM k CROSS JOIN memberships m ON m.channel_id = k.channel AND m.published >= k.since
                 CROSS JOIN memberships o ON o.item_id = m.item_id AND o.channel_id <> k.channel
                 CROSS JOIN channels c ON c.id = o.channel_id AND c.kind = 'tag'
                 GROUP BY k.channel, o.channel_id, c.key) WHERE place <= $3",
        )
        .bind(to_json("memberships.channel_id", &channels)?)
        .bind(i64::from(newest))
        .bind(i64::from(most))
        .bind(i64::MIN)
        .fetch_one(&self.pool)
        .await?;
        let mut beside: HashMap<i64, Vec<(i64, u64)>> = HashMap::new();
        for (channel, tag, items) in from_rows::<(i64, i64, u64)>(&rows)? {
            beside.entry(channel).or_default().push((tag, items));
        }
        Ok(beside)
    }

    /// The links of each of these hosts (by the rows of their channels) that published items cite.
    pub async fn host_links(&self, channels: &[i64]) -> Result<HashMap<i64, LinksByState>> {
        let sql = concat!(
            "WITH k AS MATERIALIZED (SELECT CAST(value AS BIGINT) AS channel FROM json_each($1))
             SELECT json_group_array(json_array(channel, links, open, closed)) FROM (SELECT c.id AS channel,
                 COUNT(DISTINCT l.key) AS links,
                 COUNT(DISTINCT CASE WHEN l.verdict IN (SELECT value FROM json_each($2)) THEN l.key END) AS open,
                 COUNT(DISTINCT CASE WHEN l.verdict IN (SELECT value FROM json_each($3)) THEN l.key END) AS closed
             FROM ",
            host_links!(""),
            " GROUP BY c.id)"
        );
        let rows: String = sqlx::query_scalar(sql)
            .bind(to_json("channels.id", &channels)?)
            .bind(to_json("links.verdict", &Verdict::those(Verdict::is_alive))?)
            .bind(to_json("links.verdict", &Verdict::those(Verdict::is_closed))?)
            .fetch_one(&self.pool)
            .await?;
        let links = |(channel, all, open, closed): (i64, u64, u64, u64)| (channel, LinksByState { all, open, closed });
        Ok(from_rows(&rows)?.into_iter().map(links).collect())
    }

    /// The same of the links that items cite which are dated within each of these spans, by channel and beginning.
    pub async fn host_links_within(&self, spans: &[Span]) -> Result<HashMap<(i64, i64), LinksByState>> {
        let sql = concat!(
            "WITH k AS MATERIALIZED (SELECT CAST(value ->> 0 AS BIGINT) AS channel, CAST(value ->> 1 AS BIGINT) AS start,
                 CAST(value ->> 2 AS BIGINT) AS until FROM json_each($1))
             SELECT json_group_array(json_array(channel, start, links, open, closed)) FROM (SELECT c.id AS channel,
                 k.start, COUNT(DISTINCT l.key) AS links,
                 COUNT(DISTINCT CASE WHEN l.verdict IN (SELECT value FROM json_each($2)) THEN l.key END) AS open,
                 COUNT(DISTINCT CASE WHEN l.verdict IN (SELECT value FROM json_each($3)) THEN l.key END) AS closed
             FROM ",
            host_links!(" AND m.published >= k.start AND m.published < k.until"),
            " GROUP BY c.id, k.start)"
        );
        let rows: String = sqlx::query_scalar(sql)
            .bind(to_json("memberships.published", &spans)?)
            .bind(to_json("links.verdict", &Verdict::those(Verdict::is_alive))?)
            .bind(to_json("links.verdict", &Verdict::those(Verdict::is_closed))?)
            .fetch_one(&self.pool)
            .await?;
        let links = |(channel, from, all, open, closed): (i64, i64, u64, u64, u64)| {
            ((channel, from), LinksByState { all, open, closed })
        };
        Ok(from_rows(&rows)?.into_iter().map(links).collect())
    }

    /// The links of each of these hosts (by the rows of their channels) that a reader does not find as cited, or at another
    /// address: the worst and latest first, `most` of each host.
    pub async fn host_trouble(&self, channels: &[i64], most: u32) -> Result<HashMap<i64, Vec<CitedSource>>> {
        let rows: String = sqlx::query_scalar(
            // Trouble is rare: it is looked for first, and then who cites it.
            "WITH trouble AS MATERIALIZED (SELECT l.key, l.url, l.host, l.verdict, l.since, l.moved_to, l.archive, l.newest,
                     worst.key AS rank FROM json_each($2) worst CROSS JOIN links l ON l.verdict = worst.value)
             SELECT json_group_array(json_array(channel, label, url, host, verdict, since, moved_to, archive)
                 ORDER BY channel, place) FROM (
                 SELECT c.id AS channel, l.url, l.host, l.verdict, l.since, l.moved_to, l.archive,
                     (SELECT label FROM item_sources s WHERE s.link_key = l.key ORDER BY s.item_id LIMIT 1) AS label,
                     ROW_NUMBER() OVER (PARTITION BY c.id ORDER BY l.rank, l.newest DESC, l.key) AS place
                 FROM trouble l CROSS JOIN channels c ON c.kind = 'source' AND c.key = l.host
                 WHERE c.id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND EXISTS (SELECT 1 FROM item_sources s
                     CROSS JOIN memberships m ON m.item_id = s.item_id AND m.channel_id = c.id
                     WHERE s.link_key = l.key)) WHERE place <= $3",
        )
        .bind(to_json("channels.id", &channels)?)
        .bind(to_json("links.verdict", &TROUBLE)?)
        .bind(i64::from(most))
        .fetch_one(&self.pool)
        .await?;
        let mut trouble: HashMap<i64, Vec<CitedSource>> = HashMap::new();
        for row in from_rows::<TroubleRow>(&rows)? {
            let (channel, label, url, host, verdict, since, moved_to, archive) = row;
            let verdict: Verdict = parse("links.verdict", &verdict)?;
            let since = since.filter(|_| verdict.shows_since()).map(time);
            let link = SourceLink { label, url };
            // What was seen is told on the page of each item.
            let rule = String::new();
            trouble.entry(channel).or_default().push(CitedSource {
                link,
                host,
                verdict,
                rule,
                since,
                moved_to,
                archive,
            });
        }
        Ok(trouble)
    }
}

/// What is told of a host's links, worst first.
const TROUBLE: [Verdict; 4] = [Verdict::Replaced, Verdict::Gone, Verdict::Failing, Verdict::Moved];

type TroubleRow = (i64, String, String, String, String, Option<i64>, Option<String>, Option<String>);
