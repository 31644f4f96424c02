//! The day editions, which the items of feeds form. One input of ours owns them.
//!
//! Which day an item belongs to, and when a day has ended, is decided in `pipeline`.

use super::known::code;
use super::{Result, Write, parse, to_json};
use crate::model::{Edition, KnownEdition, Presence};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Name of the input that owns the day editions; the configuration takes no empty one.
pub const DAYS: &str = "";

/// A day edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayState {
    /// Its identity.
    pub id: Uuid,
    /// Path of its page.
    pub slug: String,
    /// Whether only its identity is left of it, after the store was lost.
    pub is_bare: bool,
    /// Whether it stands in the list of editions.
    pub is_listed: bool,
}

impl Write {
    /// The row of the input that owns the day editions, made at first sight.
    pub async fn days_input(&mut self) -> Result<i64> {
        if let Some(id) = self.days {
            return Ok(id);
        }
        let id =
            sqlx::query_scalar("INSERT INTO inputs (name, fingerprint, kind) VALUES ($1, '', 'days') RETURNING id")
                .bind(DAYS)
                .fetch_one(&mut *self.tx)
                .await?;
        self.days = Some(id);
        Ok(id)
    }

    /// The edition of a day (YYYY-MM-DD).
    pub async fn day(&mut self, day: &str) -> Result<Option<DayState>> {
        let row: Option<(String, String, i64, i64)> =
            sqlx::query_as("SELECT id, slug, written = '', listed FROM editions WHERE input_id = $1 AND path = $2")
                .bind(self.days)
                .bind(day)
                .fetch_optional(&mut *self.tx)
                .await?;
        let state = |(id, slug, is_bare, is_listed): (String, _, _, _)| {
            Ok(DayState { id: parse("editions.id", &id)?, slug, is_bare: is_bare == 1, is_listed: is_listed == 1 })
        };
        row.map(state).transpose()
    }

    /// Whether a day edition stands in the list of editions.
    pub async fn day_is_listed(&mut self, id: Uuid) -> Result<bool> {
        let sql = "SELECT listed FROM editions WHERE id = $1";
        Ok(sqlx::query_scalar(sql).bind(id.to_string()).fetch_optional(&mut *self.tx).await? == Some(1_i64))
    }

    /// Makes a day edition, or completes one of which only the identity is left. Its items decide when it is live.
    pub async fn put_day(&mut self, known: &KnownEdition, written: &Edition, is_listed: bool) -> Result<()> {
        let days = self.days_input().await?;
        self.note_taken(days, known);
        sqlx::query(
            "INSERT INTO editions (id, input_id, path, slug, title, date, written, header_hash, published, updated, live,
                                   shown, listed)
             VALUES ($1,$2,$3,$4,$5,$6,$7,'0',$8,$9,$10,0,$11)
             ON CONFLICT (id) DO UPDATE SET title = excluded.title, date = excluded.date, written = excluded.written,
                 listed = excluded.listed",
        )
        .bind(known.id.to_string())
        .bind(days)
        .bind(&known.path)
        .bind(&known.slug)
        .bind(&known.title)
        .bind(known.date.to_rfc3339())
        .bind(to_json("editions.written", written)?)
        .bind(known.published.timestamp())
        .bind(known.updated.timestamp())
        .bind(code(Presence::Left))
        .bind(i64::from(is_listed))
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// A day edition is live and shown as its items are. `updated`: its content changed then.
    pub async fn settle_day(&mut self, id: Uuid, updated: Option<DateTime<Utc>>) -> Result<()> {
        let (live, shown, published, any_live, any_shown): (i64, i64, i64, i64, i64) = sqlx::query_as(
            "SELECT live, shown, published, EXISTS (SELECT 1 FROM items WHERE edition_id = $1 AND live = 1),
                    EXISTS (SELECT 1 FROM items WHERE edition_id = $1 AND live = 1 AND shown = 1)
             FROM editions WHERE id = $1",
        )
        .bind(id.to_string())
        .fetch_one(&mut *self.tx)
        .await?;
        let is_live = match (any_live, live) {
            (1, _) => 1,
            (_, 1) => 0,
            (_, live) => live,
        };
        sqlx::query("UPDATE editions SET live = $2, shown = $3, updated = COALESCE($4, updated) WHERE id = $1")
            .bind(id.to_string())
            .bind(is_live)
            .bind(any_shown)
            .bind(updated.map(|updated| updated.timestamp()))
            .execute(&mut *self.tx)
            .await?;
        if let (Some(updated), Some(taken)) = (updated, &mut self.taken) {
            taken.note_edition_second(updated.timestamp());
        }
        self.mark_edition(id, &BTreeSet::from([published]), (live, shown) != (is_live, any_shown)).await
    }

    /// Lets the editions of days that have ended enter the list of editions.
    pub async fn list_days(&mut self, ended_before: DateTime<Utc>) -> Result<()> {
        let Some(days) = self.days else { return Ok(()) };
        let ended: Vec<(String, i64)> = sqlx::query_as(
            "UPDATE editions SET listed = 1 WHERE input_id = $1 AND listed = 0 AND published < $2
             RETURNING id, published",
        )
        .bind(days)
        .bind(ended_before.timestamp())
        .fetch_all(&mut *self.tx)
        .await?;
        for (id, published) in ended {
            self.mark_edition(parse("editions.id", &id)?, &BTreeSet::from([published]), true).await?;
        }
        Ok(())
    }
}
