//! Channels: the combined one, one per tag, one per cited host; their names and paths. Which channels an item stands in, and
//! the path of a new one, is decided in the ledger.

use super::batch::ROWS;
use super::{Result, Write, damaged, from_rows, to_json};
use crate::ledger::{ChangedEdition, ChannelWish, Channels, KnownChannel};
use crate::model::{Channel, ChannelKind};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rows of the channels that were wished for.
#[derive(Debug, Default)]
pub(super) struct ChannelRows {
    rows: HashMap<(ChannelKind, String), i64>,
}

impl ChannelRows {
    /// The row of a channel that was wished for.
    pub(super) fn of(&self, wish: &ChannelWish) -> Option<i64> {
        self.rows.get(&(wish.kind, wish.key.clone())).copied()
    }
}

impl Write {
    /// The rows of channels, made at first sight.
    pub(super) async fn channels<'w>(&mut self, wishes: impl Iterator<Item = &'w ChannelWish>) -> Result<ChannelRows> {
        let mut seen = BTreeSet::new();
        let wishes: Vec<&ChannelWish> = wishes.filter(|wish| seen.insert((wish.kind, &wish.key))).collect();
        let mut channels = self.known_channels(&wishes).await?;
        let mut new = Vec::new();
        for wish in &wishes {
            if channels.find(wish).is_none() {
                new.push((*wish, channels.make(wish)));
            }
        }
        let mut made = HashMap::new();
        for batch in new.chunks(ROWS) {
            let mut insert = QueryBuilder::new("INSERT INTO channels (kind, key, slug, name) ");
            insert.push_values(batch, |mut row, (wish, slug)| {
                row.push_bind(wish.kind.as_str()).push_bind(&wish.key).push_bind(slug).push_bind(&wish.name);
            });
            self.insert(insert, batch.len()).await?;
        }
        if !new.is_empty() {
            let keys: Vec<(&str, &str)> = new.iter().map(|(wish, _)| (wish.kind.as_str(), wish.key.as_str())).collect();
            let sql = "SELECT json_group_array(json_array(c.kind, c.key, c.id)) FROM json_each($1) k
                       CROSS JOIN channels c ON c.kind = k.value ->> 0 AND c.key = k.value ->> 1";
            let rows: String =
                sqlx::query_scalar(sql).bind(to_json("channels.key", &keys)?).fetch_one(&mut *self.tx).await?;
            for (kind, key, row) in from_rows::<(String, String, i64)>(&rows)? {
                made.insert((kind_of(&kind)?, key), row);
            }
        }
        let row = |wish: &&ChannelWish| {
            let (key, known) = channels.find(wish)?;
            let row = known.row.or_else(|| made.get(&(wish.kind, key.to_owned())).copied())?;
            Some(((wish.kind, wish.key.clone()), row))
        };
        Ok(ChannelRows { rows: wishes.iter().filter_map(row).collect() })
    }

    /// What is known of these channels, and which of the paths that they would like are taken.
    async fn known_channels(&mut self, wishes: &[&ChannelWish]) -> Result<Channels> {
        let mut channels = Channels::default();
        if wishes.is_empty() {
            return Ok(channels);
        }
        let mut keys: Vec<(&str, &str, &str)> = Vec::with_capacity(wishes.len());
        for wish in wishes {
            let kind = wish.kind.as_str();
            keys.extend(
                std::iter::once(&wish.key).chain(&wish.former).map(|key| (kind, key.as_str(), wish.slug.as_str())),
            );
        }
        let keys = to_json("channels.key", &keys)?;
        let sql = "SELECT json_group_array(json_array(c.kind, c.key, c.id, c.slug, c.name)) FROM json_each($1) k
                   CROSS JOIN channels c ON c.kind = k.value ->> 0 AND c.key = k.value ->> 1";
        let rows: String = sqlx::query_scalar(sql).bind(&keys).fetch_one(&mut *self.tx).await?;
        for (kind, key, row, slug, name) in from_rows::<(String, String, i64, String, String)>(&rows)? {
            channels.know(kind_of(&kind)?, key, KnownChannel { row: Some(row), slug, name });
        }
        let sql = "SELECT json_group_array(json_array(c.kind, c.slug)) FROM json_each($1) k
                   CROSS JOIN channels c ON c.kind = k.value ->> 0 AND c.slug = k.value ->> 2";
        let rows: String = sqlx::query_scalar(sql).bind(&keys).fetch_one(&mut *self.tx).await?;
        for (kind, slug) in from_rows::<(String, String)>(&rows)? {
            channels.know_slug(kind_of(&kind)?, slug);
        }
        Ok(channels)
    }

    /// Takes over a channel's path that was published before the store was lost, and when its last item left if that is
    /// later than what is known.
    pub async fn restore_channel(&mut self, channel: &Channel, key: &str, emptied_at: Option<i64>) -> Result<()> {
        let wish = ChannelWish {
            kind: channel.kind,
            key: key.to_owned(),
            former: None,
            name: channel.name.clone(),
            slug: channel.slug.clone(),
        };
        let rows = self.channels(std::iter::once(&wish)).await?;
        sqlx::query("UPDATE channels SET emptied_at = $2 WHERE id = $1 AND COALESCE(emptied_at, $2 - 1) < $2")
            .bind(rows.of(&wish))
            .bind(emptied_at)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Remembers how editions spell the tags of their items; a tag is named as in its earliest edition.
    pub(super) async fn put_spelled(&mut self, changes: &[ChangedEdition]) -> Result<()> {
        let spelled: Vec<(&ChangedEdition, &Vec<ChannelWish>)> =
            changes.iter().filter_map(|change| Some((change, change.spelled.as_ref()?))).collect();
        if spelled.is_empty() {
            return Ok(());
        }
        let channels = self.channels(spelled.iter().flat_map(|(_, wishes)| wishes.iter())).await?;
        let stood =
            spelled.iter().filter(|(change, _)| change.stood.is_some()).map(|(change, _)| change.state.known.id);
        let stood: Vec<_> = stood.collect();
        let mut touched = BTreeSet::new();
        if !stood.is_empty() {
            let sql =
                "DELETE FROM spellings WHERE edition_id IN (SELECT value FROM json_each($1)) RETURNING channel_id";
            let before: Vec<i64> =
                sqlx::query_scalar(sql).bind(to_json("spellings.edition_id", &stood)?).fetch_all(&mut *self.tx).await?;
            touched.extend(before);
        }
        let mut rows = Vec::new();
        for (change, wishes) in spelled {
            let mut names: BTreeMap<i64, &String> = BTreeMap::new();
            for wish in wishes {
                if let Some(channel) = channels.of(wish) {
                    names.entry(channel).or_insert(&wish.name);
                }
            }
            let known = &change.state.known;
            touched.extend(names.keys());
            rows.extend(
                names.into_iter().map(|(channel, name)| (channel, known.published.timestamp(), known.id, name)),
            );
        }
        for batch in rows.chunks(ROWS) {
            let mut insert = QueryBuilder::new("INSERT INTO spellings (channel_id, published, edition_id, name) ");
            insert.push_values(batch, |mut row, (channel, published, edition, name)| {
                row.push_bind(*channel).push_bind(*published).push_bind(edition.to_string()).push_bind(*name);
            });
            insert.push(" ON CONFLICT (channel_id, published, edition_id) DO UPDATE SET name = excluded.name");
            self.insert(insert, batch.len()).await?;
        }
        self.respell(&touched).await
    }

    /// Names tags as their earliest edition does. A new spelling stands on every page of its items, so that all is looked
    /// at again.
    async fn respell(&mut self, channels: &BTreeSet<i64>) -> Result<()> {
        let earliest = "(SELECT s.name FROM spellings s WHERE s.channel_id = channels.id
                          ORDER BY s.published, s.edition_id LIMIT 1)";
        let sql = format!(
            "UPDATE channels SET name = {earliest}
             WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND name <> COALESCE({earliest}, name)"
        );
        let changed = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(to_json("channels.id", channels)?)
            .execute(&mut *self.tx)
            .await?;
        if changed.rows_affected() > 0 && self.marks {
            self.set_meta("published", "again").await?;
        }
        Ok(())
    }

    /// Dates the channels among these whose last item left.
    pub(super) async fn note_emptied(&mut self, channels: &BTreeSet<i64>, now: DateTime<Utc>) -> Result<()> {
        if channels.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "UPDATE channels SET emptied_at = $2 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
                 AND NOT EXISTS (SELECT 1 FROM memberships WHERE channel_id = channels.id)",
        )
        .bind(to_json("channels.id", channels)?)
        .bind(now.timestamp())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}

fn kind_of(kind: &str) -> Result<ChannelKind> {
    let kinds = [ChannelKind::Combined, ChannelKind::Tag, ChannelKind::Source];
    let found = kinds.into_iter().find(|known| known.as_str() == kind);
    found.ok_or_else(|| damaged("channels.kind")(format!("`{kind}` is no kind of channel")))
}
