//! What the publisher has to look at again, and what it wrote.

use super::batch::ROWS;
use super::{Result, Store, Write, from_rows, parse, time};
use crate::model::{Channel, ChannelKind};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// What changed among the members of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shift {
    /// Date of the oldest member that entered or left: all pages from there on move.
    pub from: Option<i64>,
    /// Dates of members that changed in place.
    pub touched: Vec<i64>,
}

/// What the publisher has to look at again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stale {
    /// Items, also those that left.
    pub items: Vec<Uuid>,
    /// Editions, also those that left.
    pub editions: Vec<Uuid>,
    /// Editors' editions beside these, whose pages name them.
    pub beside: Vec<Uuid>,
    /// What changed in the list of editions.
    pub edition_list: Shift,
    /// Dates at which an edition in the list changed, came or left.
    pub edition_dates: BTreeSet<i64>,
    /// Channels by row.
    pub channels: BTreeMap<i64, Shift>,
}

/// A channel as it stands in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelState {
    /// Its row.
    pub id: i64,
    /// What it offers.
    pub channel: Channel,
    /// Case-folded name of a tag; the host.
    pub key: String,
    /// How many items it had when it was last published.
    pub members: u64,
    /// When its last item left.
    pub emptied_at: Option<DateTime<Utc>>,
}

impl Stale {
    /// Whether there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.editions.is_empty() && self.channels.is_empty()
    }
}

impl Shift {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.from.is_none() && self.touched.is_empty()
    }

    fn add(&mut self, published: i64, shifted: bool) {
        if shifted {
            self.from = Some(self.from.map_or(published, |from| from.min(published)));
        } else {
            self.touched.push(published);
        }
    }
}

impl Store {
    /// How many items are marked.
    pub async fn changed_items(&self) -> Result<u64> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM dirty_items").fetch_one(&self.pool).await?;
        Ok(count.unsigned_abs())
    }

    /// What changed since the last publish.
    pub async fn changes(&self) -> Result<Stale> {
        let mut changes = Stale::default();
        let items: Vec<String> =
            sqlx::query_scalar("SELECT item_id FROM dirty_items ORDER BY item_id").fetch_all(&self.pool).await?;
        changes.items = items.iter().map(|id| parse("dirty_items", id)).collect::<Result<_>>()?;
        let editions: Vec<(String, i64, i64, i64)> = sqlx::query_as(
            "SELECT d.edition_id, d.published, d.shifted, COALESCE(e.listed, 1) FROM dirty_editions d
                 LEFT JOIN editions e ON e.id = d.edition_id ORDER BY d.edition_id",
        )
        .fetch_all(&self.pool)
        .await?;
        for (id, published, shifted, listed) in &editions {
            changes.editions.push(parse("dirty_editions", id)?);
            // A day that has not ended stands in no list.
            if *listed == 1 {
                changes.edition_list.add(*published, *shifted == 1);
                changes.edition_dates.insert(*published);
            }
        }
        changes.editions.dedup();
        changes.beside = self.beside_changed().await?;
        let channels: Vec<(i64, i64, i64)> =
            sqlx::query_as("SELECT channel_id, published, shifted FROM dirty_channels").fetch_all(&self.pool).await?;
        for (channel, published, shifted) in channels {
            changes.channels.entry(channel).or_default().add(published, shifted == 1);
        }
        Ok(changes)
    }

    /// Every channel of a kind (the editions channel has no row), by slug.
    pub async fn channels(&self, kind: ChannelKind) -> Result<Vec<ChannelState>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(id, key, slug, name, members, emptied_at) ORDER BY slug) FROM channels
             WHERE kind = $1",
        )
        .bind(kind.as_str())
        .fetch_one(&self.pool)
        .await?;
        let state = |(id, key, slug, name, members, emptied_at): (i64, String, String, String, u64, Option<i64>)| {
            let channel = Channel { kind, slug, name };
            ChannelState { id, channel, key, members, emptied_at: emptied_at.map(time) }
        };
        Ok(from_rows(&rows)?.into_iter().map(state).collect())
    }

    /// How many items every channel has.
    pub async fn member_counts(&self) -> Result<HashMap<i64, u64>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(channel_id, items)) FROM (
                 SELECT channel_id, COUNT(*) AS items FROM memberships GROUP BY channel_id)",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(from_rows::<(i64, u64)>(&rows)?.into_iter().collect())
    }

    /// Dates and ids of the published items from the oldest on, or behind one.
    pub async fn items_after(&self, last: Option<(i64, Uuid)>, take: u64) -> Result<Vec<(i64, Uuid)>> {
        let (published, id) = last.map_or((i64::MIN, String::new()), |(at, id)| (at, id.to_string()));
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(published, item_id)) FROM (
                 SELECT published, item_id FROM memberships
                 WHERE channel_id = (SELECT id FROM channels WHERE kind = 'combined')
                     AND (published, item_id) > ($1, $2) ORDER BY published, item_id LIMIT $3)",
        )
        .bind(published)
        .bind(id)
        .bind(i64::try_from(take).unwrap_or(i64::MAX))
        .fetch_one(&self.pool)
        .await?;
        from_rows(&rows)
    }

    /// The channels in which items stand.
    pub async fn channels_of(&self, items: &[Uuid]) -> Result<HashMap<Uuid, Vec<i64>>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(item_id, channel_id)) FROM memberships
             WHERE item_id IN (SELECT value FROM json_each($1))",
        )
        .bind(super::to_json("memberships.item_id", &items)?)
        .fetch_one(&self.pool)
        .await?;
        let mut channels: HashMap<Uuid, Vec<i64>> = HashMap::new();
        for (item, channel) in from_rows::<(Uuid, i64)>(&rows)? {
            channels.entry(item).or_default().push(channel);
        }
        Ok(channels)
    }

    /// How many of a channel's items are dated at or after an instant, for many channels (by row) and instants at once.
    pub async fn members_from(&self, asked: &[(i64, i64)]) -> Result<HashMap<(i64, i64), u64>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(CAST(k.value ->> 0 AS BIGINT), CAST(k.value ->> 1 AS BIGINT), (SELECT COUNT(*)
                 FROM memberships WHERE channel_id = CAST(k.value ->> 0 AS BIGINT)
                     AND published >= CAST(k.value ->> 1 AS BIGINT)))) FROM json_each($1) k",
        )
        .bind(super::to_json("memberships.published", &asked)?)
        .fetch_one(&self.pool)
        .await?;
        let counted = |(channel, at, count): (i64, i64, u64)| ((channel, at), count);
        Ok(from_rows::<(i64, i64, u64)>(&rows)?.into_iter().map(counted).collect())
    }

    /// How many editions in the list are dated at or after each of these instants.
    pub async fn editions_from(&self, asked: &[i64]) -> Result<HashMap<i64, u64>> {
        if asked.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(CAST(k.value AS BIGINT), (SELECT COUNT(*) FROM editions
                 WHERE live = 1 AND shown = 1 AND listed = 1 AND published >= CAST(k.value AS BIGINT)))) FROM json_each($1) k",
        )
        .bind(super::to_json("editions.published", &asked)?)
        .fetch_one(&self.pool)
        .await?;
        Ok(from_rows::<(i64, u64)>(&rows)?.into_iter().collect())
    }

    /// When the last edition left, for a list of editions that is empty.
    pub async fn newest_left_edition(&self) -> Result<Option<DateTime<Utc>>> {
        let newest: Option<i64> =
            sqlx::query_scalar("SELECT MAX(updated) FROM editions WHERE live = 0").fetch_one(&self.pool).await?;
        Ok(newest.map(time))
    }

    /// Hash of a file that the publisher wrote; empty while it is only claimed.
    pub async fn file_hash(&self, path: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT hash FROM files WHERE path = $1").bind(path).fetch_optional(&self.pool).await?)
    }

    /// Hashes of those of these files that the publisher wrote.
    pub async fn file_hashes(&self, paths: &[&str]) -> Result<BTreeMap<String, String>> {
        let sql = "SELECT json_group_array(json_array(path, hash)) FROM files
                   WHERE path IN (SELECT value FROM json_each($1))";
        let rows: String =
            sqlx::query_scalar(sql).bind(super::to_json("files.path", &paths)?).fetch_one(&self.pool).await?;
        Ok(from_rows::<(String, String)>(&rows)?.into_iter().collect())
    }

    /// Every path that the publisher wrote, with its hash.
    pub async fn files(&self) -> Result<Vec<(String, String)>> {
        Ok(sqlx::query_as("SELECT path, hash FROM files ORDER BY path").fetch_all(&self.pool).await?)
    }
}

impl Write {
    /// Remembers files as ours, by path and hash; an empty hash claims one before it is written.
    pub async fn put_files(&mut self, files: &[(&str, &str)]) -> Result<()> {
        for batch in files.chunks(ROWS) {
            let mut insert = sqlx::QueryBuilder::new("INSERT INTO files (path, hash) ");
            insert.push_values(batch, |mut row, (path, hash)| {
                row.push_bind(*path).push_bind(*hash);
            });
            insert.push(" ON CONFLICT (path) DO UPDATE SET hash = excluded.hash");
            self.insert(insert, batch.len()).await?;
        }
        Ok(())
    }

    /// Forgets a file that was removed.
    pub async fn remove_file(&mut self, path: &str) -> Result<()> {
        sqlx::query("DELETE FROM files WHERE path = $1").bind(path).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Forgets every file, when another directory is published to.
    pub async fn forget_files(&mut self) -> Result<()> {
        sqlx::query("DELETE FROM files").execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Remembers how many items a channel has.
    pub async fn set_members(&mut self, channel: i64, members: u64) -> Result<()> {
        sqlx::query("UPDATE channels SET members = $2 WHERE id = $1")
            .bind(channel)
            .bind(i64::try_from(members).unwrap_or(i64::MAX))
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Everything marked, or `all` there is, was looked at and published: from now on what an edition shows is what it showed.
    pub async fn clear_marks(&mut self, all: bool) -> Result<()> {
        let published = if all {
            "UPDATE editions SET showed = shows WHERE live = 1 AND shown = 1 AND listed = 1 AND showed <> shows"
        } else {
            // `+`: they are found by their ids, not among all that are live.
            "UPDATE editions SET showed = shows WHERE id IN (SELECT edition_id FROM dirty_editions)
                 AND +live = 1 AND +shown = 1 AND +listed = 1 AND showed <> shows"
        };
        sqlx::query(published).execute(&mut *self.tx).await?;
        for sql in [
            "DELETE FROM dirty_items",
            "DELETE FROM dirty_editions",
            "DELETE FROM dirty_channels",
            "UPDATE day_pages SET dirty = 0 WHERE dirty = 1",
        ] {
            sqlx::query(sql).execute(&mut *self.tx).await?;
        }
        Ok(())
    }
}
