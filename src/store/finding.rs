//! What search engines and readers who look for something are told of: the pages that there are, when each changed, and what
//! items say.

use super::day_pages::{HOME, home};
use super::{Result, Store, from_rows, time};
use crate::model::{Channel, ChannelKind, SearchItem};
use chrono::{DateTime, Utc};

/// The pages that have words of their own, each with when its content changed last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageDates {
    /// Editors' items by short id, from the oldest on.
    pub items: Vec<(String, DateTime<Utc>)>,
    /// Editions, those of days too, by the path of their page, from the oldest on.
    pub editions: Vec<(String, DateTime<Utc>)>,
    /// Channels that have items, with the date of the newest.
    pub channels: Vec<(Channel, DateTime<Utc>)>,
}

/// A row of [`Store::search_items`].
type SearchRow = (String, String, i64, Option<u32>, Option<String>, i64, String, String, String, Option<String>);

impl Store {
    /// The pages that have words of their own.
    pub async fn page_dates(&self) -> Result<PageDates> {
        let items: String = sqlx::query_scalar(
            // From the inputs on: items of feeds, which may be many more, are not looked at.
            "SELECT json_group_array(json_array(short_id, updated)) FROM (
                 SELECT i.short_id, i.updated FROM inputs n CROSS JOIN editions e ON e.input_id = n.id
                     CROSS JOIN items i ON i.edition_id = e.id
                 WHERE i.live = 1 AND i.shown = 1 AND n.kind <> 'days' ORDER BY i.published, i.id)",
        )
        .fetch_one(&self.pool)
        .await?;
        let editions: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(slug, updated)) FROM (
                 SELECT slug, updated FROM editions WHERE live = 1 AND shown = 1 ORDER BY published, id)",
        )
        .fetch_one(&self.pool)
        .await?;
        let mut channels = Vec::new();
        for kind in [ChannelKind::Tag, ChannelKind::Source] {
            let rows: String = sqlx::query_scalar(
                "SELECT json_group_array(json_array(slug, newest) ORDER BY slug) FROM (
                     SELECT slug, (SELECT MAX(published) FROM memberships WHERE channel_id = channels.id) AS newest
                     FROM channels WHERE kind = $1) WHERE newest IS NOT NULL",
            )
            .bind(kind.as_str())
            .fetch_one(&self.pool)
            .await?;
            let channel = |(slug, at)| (Channel { kind, slug, name: String::new() }, time(at));
            channels.extend(from_rows::<(String, i64)>(&rows)?.into_iter().map(channel));
        }
        let dated = |rows: &str| -> Result<Vec<(String, DateTime<Utc>)>> {
            Ok(from_rows::<(String, i64)>(rows)?.into_iter().map(|(name, at)| (name, time(at))).collect())
        };
        Ok(PageDates { items: dated(&items)?, editions: dated(&editions)?, channels })
    }

    /// The days (UTC) of published items with how many each has, newest first.
    pub async fn item_days(&self) -> Result<Vec<(String, u64)>> {
        let rows: String = sqlx::query_scalar(
            // Days are told by when they begin, also before 1970; each is spelled once.
            "SELECT json_group_array(json_array(strftime('%Y-%m-%d', start, 'unixepoch'), items) ORDER BY start DESC) FROM (
                 SELECT published - ((published % 86400) + 86400) % 86400 AS start, COUNT(*) AS items FROM memberships
                 WHERE channel_id = (SELECT id FROM channels WHERE kind = 'combined') GROUP BY start)",
        )
        .fetch_one(&self.pool)
        .await?;
        from_rows(&rows)
    }

    /// The days (UTC) of items that changed since the last publish, also of those that left.
    pub async fn changed_days(&self) -> Result<Vec<String>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(day) FROM (
                 SELECT DISTINCT strftime('%Y-%m-%d', published, 'unixepoch') AS day FROM dirty_channels
                 WHERE channel_id = (SELECT id FROM channels WHERE kind = 'combined') ORDER BY day)",
        )
        .fetch_one(&self.pool)
        .await?;
        from_rows(&rows)
    }

    /// The published items of a span of time, its end excluded, as readers search for them, newest first.
    pub async fn search_items(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<SearchItem>> {
        let sql = format!(
            "SELECT json_group_array(json_array(i.short_id, e.slug, {HOME},
                        (SELECT url FROM item_sources s WHERE s.item_id = i.id ORDER BY s.position LIMIT 1),
                        m.published, i.written ->> '$.title', i.written ->> '$.text', i.written ->> '$.remark_html',
                        i.written ->> '$.language') ORDER BY m.published DESC, i.id DESC)
             FROM memberships m JOIN items i ON i.id = m.item_id JOIN editions e ON e.id = i.edition_id
                 JOIN inputs n ON n.id = e.input_id
             WHERE m.channel_id = (SELECT id FROM channels WHERE kind = 'combined')
                 AND m.published >= $1 AND m.published < $2"
        );
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(from.timestamp()).bind(to.timestamp());
        let rows: String = query.fetch_one(&self.pool).await?;
        let item = |row: SearchRow| {
            let (short_id, slug, is_day, page, source, published, title, text, remark_html, language) = row;
            let home = home(is_day, page, &slug);
            let published = time(published);
            SearchItem { short_id, home, source, published, title, text, remark_html, language }
        };
        Ok(from_rows::<SearchRow>(&rows)?.into_iter().map(item).collect())
    }

    /// Files of ours below a folder, which ends in a slash.
    pub async fn files_below(&self, folder: &str) -> Result<Vec<String>> {
        // The character behind the slash ends what begins with it.
        let end = format!("{}0", folder.trim_end_matches('/'));
        let sql = "SELECT path FROM files WHERE path >= $1 AND path < $2 ORDER BY path";
        Ok(sqlx::query_scalar(sql).bind(folder).bind(end).fetch_all(&self.pool).await?)
    }
}
