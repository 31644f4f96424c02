//! What the published files hold, by hash, for nodes that did not write them; and the generation of the files, by which such
//! a node sees that they are others.

use super::{Result, Store, Write, to_json};
use async_compression::Level;
use async_compression::tokio::write::{ZstdDecoder, ZstdEncoder};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use std::collections::HashMap;
use tokio::io::AsyncWriteExt;

/// Bodies in one statement.
const AT_ONCE: usize = 100;

impl Store {
    /// The bodies of these hashes, as far as they are there.
    pub async fn bodies(&self, hashes: &[&str]) -> Result<HashMap<String, Vec<u8>>> {
        let rows: Vec<(String, Vec<u8>)> =
            sqlx::query_as("SELECT hash, body FROM bodies WHERE hash IN (SELECT value FROM json_each($1))")
                .bind(to_json("bodies.hash", &hashes)?)
                .fetch_all(&self.pool)
                .await?;
        let mut bodies = HashMap::with_capacity(rows.len());
        for (hash, packed) in rows {
            bodies.insert(hash, unpack(&packed).await?);
        }
        Ok(bodies)
    }

    /// Published files whose bodies are not there, by path and behind `after`, at most `limit`: path and hash.
    pub async fn files_without_body(&self, after: &str, limit: u32) -> Result<Vec<(String, String)>> {
        let sql = "SELECT path, hash FROM files WHERE hash <> '' AND path > $1
                       AND NOT EXISTS (SELECT 1 FROM bodies WHERE bodies.hash = files.hash) ORDER BY path LIMIT $2";
        Ok(sqlx::query_as(sql).bind(after).bind(i64::from(limit)).fetch_all(&self.pool).await?)
    }
}

impl Write {
    /// Keeps bodies, by hash.
    pub async fn put_bodies(&mut self, bodies: &[(&str, &[u8])]) -> Result<()> {
        for batch in bodies.chunks(AT_ONCE) {
            let mut packed = Vec::with_capacity(batch.len());
            for (hash, body) in batch {
                packed.push((*hash, pack(body).await?));
            }
            // Two files may hold the same.
            packed.sort_unstable();
            packed.dedup_by(|one, other| one.0 == other.0);
            let rows = packed.len();
            let mut insert = QueryBuilder::new("INSERT INTO bodies (hash, body) ");
            insert.push_values(packed, |mut row, (hash, body)| {
                row.push_bind(hash).push_bind(body);
            });
            insert.push(" ON CONFLICT (hash) DO UPDATE SET unnamed = NULL");
            self.insert(insert, rows).await?;
        }
        Ok(())
    }

    /// Forgets bodies that no file has since before `before`, and notes which no file has from `now` on.
    pub async fn forget_bodies(&mut self, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
        let is_unnamed = "NOT EXISTS (SELECT 1 FROM files WHERE files.hash = bodies.hash)";
        let forget = format!("DELETE FROM bodies WHERE unnamed < $1 AND {is_unnamed}");
        sqlx::query(sqlx::AssertSqlSafe(forget)).bind(before.timestamp()).execute(&mut *self.tx).await?;
        let note = format!("UPDATE bodies SET unnamed = $1 WHERE unnamed IS NULL AND {is_unnamed}");
        sqlx::query(sqlx::AssertSqlSafe(note)).bind(now.timestamp()).execute(&mut *self.tx).await?;
        Ok(())
    }
}

async fn pack(body: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ZstdEncoder::with_quality(Vec::with_capacity(body.len() / 4), Level::Fastest);
    encoder.write_all(body).await.map_err(|error| super::damaged("bodies.body")(error.to_string()))?;
    encoder.shutdown().await.map_err(|error| super::damaged("bodies.body")(error.to_string()))?;
    Ok(encoder.into_inner())
}

async fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let mut decoder = ZstdDecoder::new(Vec::with_capacity(packed.len() * 4));
    decoder.write_all(packed).await.map_err(|error| super::damaged("bodies.body")(error.to_string()))?;
    decoder.shutdown().await.map_err(|error| super::damaged("bodies.body")(error.to_string()))?;
    Ok(decoder.into_inner())
}
