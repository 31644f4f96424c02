//! What was put into the bucket, beside what is published: so that only what differs is put, by whichever node goes on.

use super::{Result, Store, Write, time};
use chrono::{DateTime, Utc};

/// A published file that is not in the bucket as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnputFile {
    /// Its path.
    pub path: String,
    /// Hash of its bytes.
    pub hash: String,
    /// Hash of what was put there before: empty where that is not known, `None` where nothing was.
    pub known: Option<String>,
}

/// A file in the bucket that is not published any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftObject {
    /// Its path.
    pub path: String,
    /// Hash of what was put there: empty where that is not known.
    pub known: String,
    /// Since when nothing there links to it, if that was noted.
    pub since: Option<DateTime<Utc>>,
}

impl Store {
    /// Published files that are not in the bucket as they are published.
    pub async fn unput_files(&self) -> Result<Vec<UnputFile>> {
        let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
            "SELECT f.path, f.hash, b.hash FROM files f LEFT JOIN bucket_objects b ON b.path = f.path
             WHERE f.hash <> '' AND (b.path IS NULL OR b.hash <> f.hash OR b.left_at IS NOT NULL) ORDER BY f.path",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(path, hash, known)| UnputFile { path, hash, known }).collect())
    }

    /// Files in the bucket that are not published any more.
    pub async fn left_objects(&self) -> Result<Vec<LeftObject>> {
        let rows: Vec<(String, String, Option<i64>)> = sqlx::query_as(
            "SELECT b.path, b.hash, b.left_at FROM bucket_objects b LEFT JOIN files f ON f.path = b.path
             WHERE f.path IS NULL ORDER BY b.path",
        )
        .fetch_all(&self.pool)
        .await?;
        let left =
            |(path, known, since): (String, String, Option<i64>)| LeftObject { path, known, since: since.map(time) };
        Ok(rows.into_iter().map(left).collect())
    }

    /// How many files are in the bucket.
    pub async fn bucket_objects(&self) -> Result<u64> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM bucket_objects").fetch_one(&self.pool).await?;
        Ok(count.unsigned_abs())
    }
}

impl Write {
    /// Remembers what was put into the bucket, by path and hash; an empty hash says that a file there may be ours.
    pub async fn note_put(&mut self, files: &[(&str, &str)]) -> Result<()> {
        for (path, hash) in files {
            sqlx::query(
                "INSERT INTO bucket_objects (path, hash) VALUES ($1, $2)
                 ON CONFLICT (path) DO UPDATE SET hash = excluded.hash, left_at = NULL",
            )
            .bind(*path)
            .bind(*hash)
            .execute(&mut *self.tx)
            .await?;
        }
        Ok(())
    }

    /// Remembers since when nothing in the bucket links to some of its files.
    pub async fn note_left(&mut self, paths: &[&str], since: DateTime<Utc>) -> Result<()> {
        for path in paths {
            sqlx::query("UPDATE bucket_objects SET left_at = $2 WHERE path = $1")
                .bind(*path)
                .bind(since.timestamp())
                .execute(&mut *self.tx)
                .await?;
        }
        Ok(())
    }

    /// Forgets what was removed from the bucket.
    pub async fn forget_put(&mut self, paths: &[&str]) -> Result<()> {
        for path in paths {
            sqlx::query("DELETE FROM bucket_objects WHERE path = $1").bind(*path).execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// Forgets everything that was put, when it is another bucket.
    pub async fn forget_bucket(&mut self) -> Result<()> {
        sqlx::query("DELETE FROM bucket_objects").execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Has everything put again: what is there is ours, and not as it is to be.
    pub async fn doubt_bucket(&mut self) -> Result<()> {
        sqlx::query("UPDATE bucket_objects SET hash = ''").execute(&mut *self.tx).await?;
        Ok(())
    }
}
