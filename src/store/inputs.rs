//! Inputs, the files of digest inputs as they were last read, and complaints about them.

use super::{Result, Store, Write, from_json, from_rows, to_json};
use crate::model::{Complaint, LinkKey};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Where the names of the inputs are remembered that are configured.
const CONFIGURED: &str = "configured_inputs";

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

/// A file of a digest input as it was read now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostRow {
    /// Its path.
    pub path: String,
    /// How it is remembered.
    pub state: PostState,
    /// Which links it cites on which lines.
    pub cited: Vec<(LinkKey, u32)>,
    /// What is wrong with it.
    pub complaints: Vec<Complaint>,
}

/// Path and state of a file, in the order of the columns asked for.
type Columns = (String, i64, i64, String, Option<i64>, Option<String>, Option<String>, Option<String>, Option<Uuid>);

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
        let state = |(path, size, mtime_ns, hash, held_until, skipped, kept_out, same_as, edition): Columns| {
            (path, PostState { size, mtime_ns, hash, held_until, skipped, kept_out, same_as, edition })
        };
        Ok(from_rows::<Columns>(&rows)?.into_iter().map(state).collect())
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

    /// Names, published editions and published items of the configured inputs; of a feed, the entries that are shown.
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
             FROM inputs
             WHERE inputs.kind <> 'days'
                 -- The list is read once: a subquery that names the row would read all of it for each input.
                 AND (NOT EXISTS (SELECT 1 FROM meta WHERE key = $1)
                     OR inputs.name IN (SELECT value FROM json_each((SELECT value FROM meta WHERE key = $1))))
             ORDER BY inputs.id",
        )
        .bind(CONFIGURED)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(name, e, i)| (name, e.unsigned_abs(), i.unsigned_abs())).collect())
    }
}

/// An input that is remembered, with what tells it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedInput {
    /// Its row.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The address of a feed; `None` for a digest.
    pub feed: Option<String>,
}

impl Store {
    /// Inputs that have something published, or are asked for, and are not among these names.
    pub async fn inputs_gone(&self, names: &[&str]) -> Result<Vec<RememberedInput>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(i.id, i.name, p.state ->> '$.configured') ORDER BY i.id)
             FROM inputs i LEFT JOIN polls p ON p.input_id = i.id
             WHERE i.kind <> 'days' AND i.name NOT IN (SELECT value FROM json_each($1))
                 AND (i.kind = 'digest' OR p.state IS NOT NULL)
                 AND (p.state IS NOT NULL OR EXISTS (SELECT 1 FROM editions e WHERE e.input_id = i.id AND e.live <> 0)
                     OR EXISTS (SELECT 1 FROM posts o WHERE o.input_id = i.id))",
        )
        .bind(to_json("inputs.name", &names)?)
        .fetch_one(&self.pool)
        .await?;
        let input = |(id, name, feed)| RememberedInput { id, name, feed };
        Ok(from_rows::<(i64, String, Option<String>)>(&rows)?.into_iter().map(input).collect())
    }

    /// Names of inputs that were ever met.
    pub async fn input_names(&self) -> Result<BTreeSet<String>> {
        let rows: Vec<String> = sqlx::query_scalar("SELECT name FROM inputs").fetch_all(&self.pool).await?;
        Ok(rows.into_iter().collect())
    }

    /// What the posts of an input are recognised by: files, hashes of their bytes, permalinks, and the sources of their items.
    pub async fn post_signs(&self, input_id: i64) -> Result<BTreeSet<String>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(DISTINCT sign) FROM (
                 SELECT path AS sign FROM posts WHERE input_id = $1
                 UNION ALL SELECT hash FROM posts WHERE input_id = $1
                 UNION ALL SELECT path FROM editions WHERE input_id = $1 AND live <> 0
                 UNION ALL SELECT permalink FROM editions WHERE input_id = $1 AND live <> 0
                 UNION ALL SELECT i.source_key FROM editions e JOIN items i ON i.edition_id = e.id
                     WHERE e.input_id = $1 AND i.live <> 0)
             WHERE sign <> ''",
        )
        .bind(input_id)
        .fetch_one(&self.pool)
        .await?;
        from_rows(&rows).map(BTreeSet::from_iter)
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

    /// Gives an input another name. Everything is looked at again, since the name stands on pages and beside the ids.
    pub async fn rename_input(&mut self, id: i64, name: &str) -> Result<()> {
        sqlx::query("UPDATE inputs SET name = $2 WHERE id = $1").bind(id).bind(name).execute(&mut *self.tx).await?;
        if self.marks {
            self.set_meta("published", "again").await?;
        }
        Ok(())
    }

    /// Remembers which inputs are configured; others keep their rows and are not told of.
    pub async fn note_inputs(&mut self, names: &[&str]) -> Result<()> {
        let names = to_json("meta.value", &names)?;
        if self.meta(CONFIGURED).await?.as_deref() == Some(names.as_str()) {
            return Ok(());
        }
        self.set_meta(CONFIGURED, &names).await
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

    /// Remembers files as they were read, which links they cite on which lines, and what is wrong with them.
    pub async fn put_posts(&mut self, input_id: i64, posts: &[PostRow]) -> Result<()> {
        if posts.is_empty() {
            return Ok(());
        }
        let mut rows = Vec::with_capacity(posts.len());
        for PostRow { path, state, cited, .. } in posts {
            let cited: Vec<(&str, &u32)> = cited.iter().map(|(key, line)| (key.as_str(), line)).collect();
            let PostState { size, mtime_ns, hash, held_until, skipped, kept_out, same_as, edition } = state;
            let cited = to_json("posts.cited", &cited)?;
            rows.push(json!([path, size, mtime_ns, hash, held_until, skipped, kept_out, same_as, edition, cited]));
        }
        sqlx::query(
            "INSERT INTO posts (input_id, path, size, mtime_ns, hash, held_until, skipped, kept_out, same_as, edition_id,
                 cited)
             SELECT $1, value ->> 0, CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT), value ->> 3,
                 CAST(value ->> 4 AS BIGINT), value ->> 5, value ->> 6,
                 value ->> 7, value ->> 8, value ->> 9 FROM json_each($2) WHERE true
             ON CONFLICT (input_id, path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,
                 hash = excluded.hash, held_until = excluded.held_until, skipped = excluded.skipped,
                 kept_out = excluded.kept_out, same_as = excluded.same_as, edition_id = excluded.edition_id,
                 cited = excluded.cited",
        )
        .bind(input_id)
        .bind(to_json("posts", &rows)?)
        .execute(&mut *self.tx)
        .await?;
        let complaints = posts.iter().map(|post| (post.path.as_str(), post.complaints.as_slice()));
        self.replace_complaints(input_id, &complaints.collect::<Vec<_>>()).await
    }

    /// Remembers that files, each with its modification time, were touched but not changed.
    pub async fn touch_posts(&mut self, input_id: i64, posts: &[(String, i64)]) -> Result<()> {
        if posts.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "UPDATE posts SET mtime_ns =
                 (SELECT CAST(new.value ->> 1 AS BIGINT) FROM json_each($2) AS new WHERE new.value ->> 0 = posts.path)
             WHERE input_id = $1 AND path IN (SELECT value ->> 0 FROM json_each($2))",
        )
        .bind(input_id)
        .bind(to_json("posts", &posts)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Forgets files that are no longer there, and the complaints about them.
    pub async fn remove_posts(&mut self, input_id: i64, paths: &[&str]) -> Result<()> {
        if paths.is_empty() {
            return Ok(());
        }
        sqlx::query("DELETE FROM posts WHERE input_id = $1 AND path IN (SELECT value FROM json_each($2))")
            .bind(input_id)
            .bind(to_json("posts.path", &paths)?)
            .execute(&mut *self.tx)
            .await?;
        let complaints: Vec<(&str, &[Complaint])> = paths.iter().map(|path| (*path, [].as_slice())).collect();
        self.replace_complaints(input_id, &complaints).await
    }

    /// Forgets the files of an input, and all complaints about it.
    pub async fn forget_posts(&mut self, input_id: i64) -> Result<()> {
        for sql in ["DELETE FROM posts WHERE input_id = $1", "DELETE FROM complaints WHERE input_id = $1"] {
            sqlx::query(sql).bind(input_id).execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// Replaces the complaints about a place in an input.
    pub async fn put_complaints(&mut self, input_id: i64, path: &str, complaints: &[Complaint]) -> Result<()> {
        self.replace_complaints(input_id, &[(path, complaints)]).await
    }

    /// Replaces the complaints about places in an input.
    async fn replace_complaints(&mut self, input_id: i64, places: &[(&str, &[Complaint])]) -> Result<()> {
        let paths: Vec<&str> = places.iter().map(|(path, _)| *path).collect();
        sqlx::query("DELETE FROM complaints WHERE input_id = $1 AND path IN (SELECT value FROM json_each($2))")
            .bind(input_id)
            .bind(to_json("complaints.path", &paths)?)
            .execute(&mut *self.tx)
            .await?;
        let mut rows = Vec::new();
        for (path, complaints) in places {
            for (ordinal, complaint) in complaints.iter().enumerate() {
                rows.push((path, ordinal, to_json("complaints.written", complaint)?));
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO complaints (input_id, path, ordinal, written)
             SELECT $1, value ->> 0, CAST(value ->> 1 AS BIGINT), value ->> 2 FROM json_each($2)",
        )
        .bind(input_id)
        .bind(to_json("complaints", &rows)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}
