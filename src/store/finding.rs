//! What search engines and readers who look for something are told of: the pages that there are, and when each changed.

use super::{Result, Store, from_rows, time};
use crate::model::{Channel, ChannelKind};
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

impl Store {
    /// The pages that have words of their own.
    pub async fn page_dates(&self) -> Result<PageDates> {
        let items: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(short_id, updated)) FROM (
                 SELECT i.short_id, i.updated FROM items i JOIN editions e ON e.id = i.edition_id
                     JOIN inputs n ON n.id = e.input_id
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
}
