//! Inputs, the files of digest inputs as they were last read, and complaints about them.

use super::{Result, Store, Write, from_json, from_rows, to_json};
use crate::model::Complaint;
use std::collections::HashMap;
use uuid::Uuid;

/// An input as the store knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputState {
    /// Its row.
    pub id: i64,
    /// Whether it was last read with the same options.
    pub same_options: bool,
}

/// A file of a digest input as it was last read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostState {
    /// Size in bytes.
    pub size: i64,
    /// Modification time, nanoseconds since 1970.
    pub mtime_ns: i64,
    /// Hash of the bytes.
    pub hash: String,
    /// It is dated ahead and held until then, seconds since 1970.
    pub held_until: Option<i64>,
    /// It is certainly no post: why.
    pub skipped: Option<String>,
    /// It is a post that its own front matter keeps out: why.
    pub kept_out: Option<String>,
    /// It holds the post that another file holds too: the path of that one.
    pub same_as: Option<String>,
    /// The edition that it was read as last.
    pub edition: Option<Uuid>,
}

/// Path and state of a file, in the order of the columns asked for.
type PostRow = (String, i64, i64, String, Option<i64>, Option<String>, Option<String>, Option<String>, Option<Uuid>);

impl Store {
    /// The row of an input that was met before.
    pub async fn input_id(&self, name: &str) -> Result<Option<i64>> {
        let query = sqlx::query_scalar("SELECT id FROM inputs WHERE name = $1").bind(name);
        Ok(query.fetch_optional(&self.pool).await?)
    }

    /// The files of an input as they were last read.
    pub async fn posts(&self, input_id: i64) -> Result<HashMap<String, PostState>> {
        let sql = "SELECT json_group_array(json_array(
                       path, size, mtime_ns, hash, held_until, skipped, kept_out, same_as, edition_id))
                   FROM posts WHERE input_id = $1";
        Ok(self.post_rows(sql, input_id).await?.into_iter().collect())
    }

    /// The files of an input that are held, kept out or no posts, by path.
    pub async fn unpublished_posts(&self, input_id: i64) -> Result<Vec<(String, PostState)>> {
        let sql = "SELECT json_group_array(json_array(
                       path, size, mtime_ns, hash, held_until, skipped, kept_out, same_as, edition_id) ORDER BY path)
                   FROM posts WHERE input_id = $1 AND COALESCE(skipped, kept_out, CAST(held_until AS TEXT)) IS NOT NULL";
        self.post_rows(sql, input_id).await
    }

    async fn post_rows(&self, sql: &'static str, input_id: i64) -> Result<Vec<(String, PostState)>> {
        let rows: String = sqlx::query_scalar(sql).bind(input_id).fetch_one(&self.pool).await?;
        let state = |(path, size, mtime_ns, hash, held_until, skipped, kept_out, same_as, edition): PostRow| {
            (path, PostState { size, mtime_ns, hash, held_until, skipped, kept_out, same_as, edition })
        };
        Ok(from_rows::<PostRow>(&rows)?.into_iter().map(state).collect())
    }

    /// How many items are published.
    pub async fn item_count(&self) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM memberships WHERE channel_id = (SELECT id FROM channels WHERE kind = 'combined')",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// Every complaint that stands, in order of input and place.
    pub async fn complaints(&self) -> Result<Vec<Complaint>> {
        let rows: Vec<String> =
            sqlx::query_scalar("SELECT written FROM complaints ORDER BY input_id, path, ordinal LIMIT 10000")
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(|written| from_json("complaints.written", written)).collect()
    }

    /// Names, published editions and published items of the inputs; of a feed, the entries that are shown.
    pub async fn input_counts(&self) -> Result<Vec<(String, u64, u64)>> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT inputs.name,
                    (SELECT COUNT(*) FROM editions e WHERE e.input_id = inputs.id AND e.live = 1 AND e.shown = 1),
                    CASE inputs.kind WHEN 'feed' THEN
                        (SELECT COUNT(*) FROM entries n WHERE n.input_id = inputs.id AND n.item_id IS NOT NULL)
                    ELSE
                        (SELECT COUNT(*) FROM items i JOIN editions e ON e.id = i.edition_id
                         WHERE e.input_id = inputs.id AND i.live = 1 AND i.shown = 1)
                    END
             FROM inputs WHERE inputs.kind <> 'days' ORDER BY inputs.id",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(name, e, i)| (name, e.unsigned_abs(), i.unsigned_abs())).collect())
    }
}

impl Write {
    /// The row of an input, made at first sight; remembers the options it is read with.
    pub async fn input(&mut self, name: &str, fingerprint: &str) -> Result<InputState> {
        let found: Option<(i64, String)> = sqlx::query_as("SELECT id, fingerprint FROM inputs WHERE name = $1")
            .bind(name)
            .fetch_optional(&mut *self.tx)
            .await?;
        if let Some((id, before)) = found {
            if before != fingerprint {
                sqlx::query("UPDATE inputs SET fingerprint = $2, kind = 'digest' WHERE id = $1")
                    .bind(id)
                    .bind(fingerprint)
                    .execute(&mut *self.tx)
                    .await?;
            }
            return Ok(InputState { id, same_options: before == fingerprint });
        }
        let id = sqlx::query_scalar("INSERT INTO inputs (name, fingerprint) VALUES ($1, $2) RETURNING id")
            .bind(name)
            .bind(fingerprint)
            .fetch_one(&mut *self.tx)
            .await?;
        Ok(InputState { id, same_options: false })
    }

    /// Inputs of the store that had posts and are not among the names of digests.
    pub async fn inputs_but(&mut self, names: &[String]) -> Result<Vec<(i64, String)>> {
        let all: Vec<(i64, String)> = sqlx::query_as(
            "SELECT id, name FROM inputs WHERE kind = 'digest' OR (kind = 'feed' AND EXISTS (
                     SELECT 1 FROM editions WHERE input_id = inputs.id AND live <> 0)) ORDER BY id",
        )
        .fetch_all(&mut *self.tx)
        .await?;
        Ok(all.into_iter().filter(|(_, name)| !names.contains(name)).collect())
    }

    /// Remembers a file as it was read.
    pub async fn put_post(&mut self, input_id: i64, path: &str, post: &PostState) -> Result<()> {
        sqlx::query(
            "INSERT INTO posts (input_id, path, size, mtime_ns, hash, held_until, skipped, kept_out, same_as, edition_id)
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
             ON CONFLICT (input_id, path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,
                 hash = excluded.hash, held_until = excluded.held_until, skipped = excluded.skipped,
                 kept_out = excluded.kept_out, same_as = excluded.same_as, edition_id = excluded.edition_id",
        )
        .bind(input_id)
        .bind(path)
        .bind(post.size)
        .bind(post.mtime_ns)
        .bind(&post.hash)
        .bind(post.held_until)
        .bind(&post.skipped)
        .bind(&post.kept_out)
        .bind(&post.same_as)
        .bind(post.edition.map(|id| id.to_string()))
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Remembers that a file was touched but not changed.
    pub async fn touch_post(&mut self, input_id: i64, path: &str, mtime_ns: i64) -> Result<()> {
        sqlx::query("UPDATE posts SET mtime_ns = $3 WHERE input_id = $1 AND path = $2")
            .bind(input_id)
            .bind(path)
            .bind(mtime_ns)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Forgets a file that is no longer there, and the complaints about it.
    pub async fn remove_post(&mut self, input_id: i64, path: &str) -> Result<()> {
        sqlx::query("DELETE FROM posts WHERE input_id = $1 AND path = $2")
            .bind(input_id)
            .bind(path)
            .execute(&mut *self.tx)
            .await?;
        self.put_complaints(input_id, path, &[]).await
    }

    /// Replaces the complaints about a place in an input.
    pub async fn put_complaints(&mut self, input_id: i64, path: &str, complaints: &[Complaint]) -> Result<()> {
        sqlx::query("DELETE FROM complaints WHERE input_id = $1 AND path = $2")
            .bind(input_id)
            .bind(path)
            .execute(&mut *self.tx)
            .await?;
        for (ordinal, complaint) in (0_i64..).zip(complaints) {
            sqlx::query("INSERT INTO complaints (input_id, path, ordinal, written) VALUES ($1,$2,$3,$4)")
                .bind(input_id)
                .bind(path)
                .bind(ordinal)
                .bind(to_json("complaints.written", complaint)?)
                .execute(&mut *self.tx)
                .await?;
        }
        Ok(())
    }
}
