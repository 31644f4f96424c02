//! Channels: the combined one, one per tag, one per cited host; their names and paths.

use super::{Result, Write};
use crate::model::{
    Channel, ChannelKind, Edition, KnownEdition, LinkKey, Presence, SourceLink, former_tag_key, is_ignorable,
    short_hash, slug_of, tag_key,
};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use std::collections::{BTreeMap, BTreeSet};

/// Where a live item stands.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Every channel, with the ordinal of the tag or source within the item.
    pub(super) all: Vec<(i64, i64)>,
    /// The channels of its tags, in order.
    pub(super) tags: Vec<i64>,
}

impl Write {
    /// Where an item stands: the combined channel, its tags in order, the hosts it cites.
    pub(super) async fn places_of(&mut self, tags: &[&String], sources: &[&SourceLink]) -> Result<Places> {
        let mut places = Places::default();
        places.all.push((self.channel(ChannelKind::Combined, "", "", "").await?, 0));
        for (ordinal, name) in (0_i64..).zip(tags) {
            let channel = self.tag_channel(name).await?;
            if !places.tags.contains(&channel) {
                places.tags.push(channel);
                places.all.push((channel, ordinal));
            }
        }
        for (ordinal, source) in (0_i64..).zip(sources) {
            let Some(host) = LinkKey::host_of(&source.url) else { continue };
            let slug = host.replace(':', "-").replace(['[', ']'], "");
            places.all.push((self.channel(ChannelKind::Source, &host, &host, &slug).await?, ordinal));
        }
        let mut seen = BTreeSet::new();
        places.all.retain(|(channel, _)| seen.insert(*channel));
        Ok(places)
    }

    /// The channel of a tag, made at first sight.
    async fn tag_channel(&mut self, name: &str) -> Result<i64> {
        let key = self.key_of_tag(name).await?;
        let configured =
            self.slugs.iter().find(|(tag, _)| tag_key(tag) == tag_key(&key)).map(|(_, slug)| slug_of(slug));
        let slug = configured.unwrap_or_else(|| slug_of(name));
        self.channel(ChannelKind::Tag, &key, name, &slug).await
    }

    /// The key of a tag. A tag that was published under a key of old, with characters that nobody sees, keeps it and its path.
    async fn key_of_tag(&mut self, name: &str) -> Result<String> {
        let key = tag_key(name);
        if !name.contains(is_ignorable) {
            return Ok(key);
        }
        let held =
            "SELECT key FROM channels WHERE kind = $1 AND key IN ($2, $3) ORDER BY CASE key WHEN $2 THEN 0 ELSE 1 END";
        let held: Option<String> = sqlx::query_scalar(held)
            .bind(ChannelKind::Tag.as_str())
            .bind(&key)
            .bind(former_tag_key(name))
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(held.unwrap_or(key))
    }

    /// Takes over a channel's path that was published before the store was lost, and when its last item left if that is
    /// later than what is known.
    pub async fn restore_channel(&mut self, channel: &Channel, key: &str, emptied_at: Option<i64>) -> Result<()> {
        let id = self.channel(channel.kind, key, &channel.name, &channel.slug).await?;
        sqlx::query("UPDATE channels SET emptied_at = $2 WHERE id = $1 AND COALESCE(emptied_at, $2 - 1) < $2")
            .bind(id)
            .bind(emptied_at)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// A channel's row, made at first sight with the slug it would like; a taken slug gets a hash of the key.
    async fn channel(&mut self, kind: ChannelKind, key: &str, name: &str, slug: &str) -> Result<i64> {
        let cached = (kind.as_str(), key.to_owned());
        if let Some(id) = self.channels.get(&cached) {
            return Ok(*id);
        }
        let found: Option<(i64, String)> = sqlx::query_as("SELECT id, name FROM channels WHERE kind = $1 AND key = $2")
            .bind(kind.as_str())
            .bind(key)
            .fetch_optional(&mut *self.tx)
            .await?;
        let (id, named) = match found {
            Some(found) => found,
            None => (self.new_channel(kind, key, name, slug).await?, name.to_owned()),
        };
        self.names.insert(id, named);
        self.channels.insert(cached, id);
        Ok(id)
    }

    async fn new_channel(&mut self, kind: ChannelKind, key: &str, name: &str, slug: &str) -> Result<i64> {
        let taken: Option<i64> = sqlx::query_scalar("SELECT 1 FROM channels WHERE kind = $1 AND slug = $2")
            .bind(kind.as_str())
            .bind(slug)
            .fetch_optional(&mut *self.tx)
            .await?;
        let slug = if taken.is_some() { format!("{slug}-{}", short_hash(key)) } else { slug.to_owned() };
        let insert = "INSERT INTO channels (kind, key, slug, name) VALUES ($1,$2,$3,$4) RETURNING id";
        let query = sqlx::query_scalar(insert).bind(kind.as_str()).bind(key).bind(slug).bind(name);
        Ok(query.fetch_one(&mut *self.tx).await?)
    }

    /// Remembers how an edition spells the tags of its items; a tag is named as in its earliest edition.
    pub(super) async fn put_spellings(
        &mut self,
        known: &KnownEdition,
        written: Option<&Edition>,
        stood: bool,
    ) -> Result<()> {
        let id = known.id.to_string();
        let mut touched = BTreeSet::new();
        if stood {
            let before: Vec<i64> = sqlx::query_scalar("SELECT channel_id FROM spellings WHERE edition_id = $1")
                .bind(&id)
                .fetch_all(&mut *self.tx)
                .await?;
            touched.extend(before);
            sqlx::query("DELETE FROM spellings WHERE edition_id = $1").bind(&id).execute(&mut *self.tx).await?;
        }
        let hidden: BTreeSet<u32> = known
            .items
            .iter()
            .filter(|item| item.presence == Presence::Live && !item.shown)
            .map(|i| i.position)
            .collect();
        let items = written.into_iter().flat_map(|edition| (0_u32..).zip(&edition.items));
        let names = items.filter(|(position, _)| !hidden.contains(position)).flat_map(|(_, item)| &item.tags);
        let mut spellings: BTreeMap<i64, &String> = BTreeMap::new();
        for name in names {
            let channel = self.tag_channel(name).await?;
            spellings.entry(channel).or_insert(name);
            if self.names.get(&channel) != Some(name) {
                touched.insert(channel);
            }
        }
        if !spellings.is_empty() {
            let mut insert = QueryBuilder::new("INSERT INTO spellings (channel_id, published, edition_id, name) ");
            insert.push_values(spellings, |mut row, (channel, name)| {
                row.push_bind(channel).push_bind(known.published.timestamp()).push_bind(&id).push_bind(name);
            });
            insert.build().execute(&mut *self.tx).await?;
        }
        for channel in touched {
            self.respell(channel).await?;
        }
        Ok(())
    }

    /// Names a tag as its earliest edition does. A new spelling stands on every page of its items, so that all is looked
    /// at again.
    async fn respell(&mut self, channel: i64) -> Result<()> {
        let changed = sqlx::query(
            "UPDATE channels SET name = earliest.name FROM
                 (SELECT name FROM spellings WHERE channel_id = $1 ORDER BY published, edition_id LIMIT 1) AS earliest
             WHERE channels.id = $1 AND channels.name <> earliest.name",
        )
        .bind(channel)
        .execute(&mut *self.tx)
        .await?;
        // Asked for again when it is met next.
        self.names.remove(&channel);
        self.channels.retain(|_, id| *id != channel);
        if changed.rows_affected() > 0 && self.marks {
            self.set_meta("published", "again").await?;
        }
        Ok(())
    }

    /// Dates the channels among these whose last item left.
    pub(super) async fn note_emptied(&mut self, channels: &BTreeSet<i64>, now: DateTime<Utc>) -> Result<()> {
        for channel in channels {
            sqlx::query(
                "UPDATE channels SET emptied_at = $2
                 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM memberships WHERE channel_id = $1)",
            )
            .bind(*channel)
            .bind(now.timestamp())
            .execute(&mut *self.tx)
            .await?;
        }
        Ok(())
    }
}
