//! Archived copies of links: which links want one, and what was found. Whom to ask is `verify::archive`'s business.

use super::{Result, Store, Write, time, to_json};
use crate::model::Verdict;
use chrono::{DateTime, Utc};

/// A link for which an archive is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveWish {
    /// The normalised URL that it is stored under.
    pub key: String,
    /// As first written.
    pub url: String,
    /// When the newest item that cites it was published.
    pub newest: DateTime<Utc>,
}

fn wishes(rows: Vec<(String, String, i64)>) -> Vec<ArchiveWish> {
    rows.into_iter().map(|(key, url, newest)| ArchiveWish { key, url, newest: time(newest) }).collect()
}

impl Store {
    /// Cited links with one of these verdicts, without a copy, for which it is time to ask; those of the newest items first.
    pub async fn links_without_copy(
        &self,
        verdicts: &[Verdict],
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<ArchiveWish>> {
        let rows = sqlx::query_as(
            "SELECT key, url, newest FROM links WHERE verdict IN (SELECT value FROM json_each($3)) AND archive IS NULL
                 AND archive_next <= $1
                 AND EXISTS (SELECT 1 FROM item_sources WHERE item_sources.link_key = links.key)
             ORDER BY archive_next, newest DESC, key LIMIT $2",
        )
        .bind(now.timestamp())
        .bind(i64::from(limit))
        .bind(to_json("links.verdict", &verdicts)?)
        .fetch_all(&self.pool)
        .await?;
        Ok(wishes(rows))
    }

    /// Links of published items with one of these verdicts that no archive was asked to save, cited since an instant.
    pub async fn links_to_save(
        &self,
        verdicts: &[Verdict],
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<ArchiveWish>> {
        let rows = sqlx::query_as(
            "SELECT key, url, newest FROM links WHERE verdict IN (SELECT value FROM json_each($3)) AND archive_saved = 0
                 AND newest >= $1 AND EXISTS (SELECT 1 FROM item_sources s JOIN items i ON i.id = s.item_id
                     WHERE s.link_key = links.key AND i.live = 1 AND i.shown = 1)
             ORDER BY newest DESC, key LIMIT $2",
        )
        .bind(since.timestamp())
        .bind(i64::from(limit))
        .bind(to_json("links.verdict", &verdicts)?)
        .fetch_all(&self.pool)
        .await?;
        Ok(wishes(rows))
    }
}

impl Write {
    /// Keeps the address of a copy of a link that is gone, and marks what shows it.
    pub async fn put_copy(&mut self, key: &str, copy: &str) -> Result<()> {
        self.keep_copy(key, copy).await?;
        self.mark_citing(&[key]).await
    }

    /// Keeps the address of a link's copy for later.
    pub async fn keep_copy(&mut self, key: &str, copy: &str) -> Result<()> {
        let query = sqlx::query("UPDATE links SET archive = $2 WHERE key = $1").bind(key).bind(copy);
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// No copy was found: when to ask again.
    pub async fn ask_for_copy_at(&mut self, key: &str, next: DateTime<Utc>) -> Result<()> {
        sqlx::query("UPDATE links SET archive_next = $2 WHERE key = $1")
            .bind(key)
            .bind(next.timestamp())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// An archive was asked to save a link.
    pub async fn note_saved(&mut self, key: &str) -> Result<()> {
        sqlx::query("UPDATE links SET archive_saved = 1 WHERE key = $1").bind(key).execute(&mut *self.tx).await?;
        Ok(())
    }
}
