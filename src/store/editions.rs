//! Saves an edition with its items, and marks what the publisher has to look at again.

use super::known::code;
use super::rows::ItemRow;
use super::{Result, Write, to_json};
use crate::model::{Edition, Item, KnownEdition, Presence};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Presence, whether shown, and date of an edition.
type Stood = (i64, i64, i64);

impl Write {
    /// Saves an edition as it is now. The live items of `known` are those of `written`, each at its `position`;
    /// `written` is `None` when the edition left.
    pub async fn save_edition(
        &mut self,
        input_id: i64,
        known: &KnownEdition,
        written: Option<&Edition>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let stood = self.stood(known.id).await?;
        self.note_taken(input_id, known);
        self.put_edition(input_id, known, written).await?;
        self.put_spellings(known, written, stood.is_some()).await?;
        self.mark_changed_stories(&known.items).await?;
        let carriers = self.carried_with(known.items.iter().map(|item| item.id)).await?;
        let row = |item| ItemRow {
            edition: known.id,
            known: item,
            written: item_at(written, item.position),
            carriers: carriers.get(&item.id).map_or(&[], Vec::as_slice),
            // One that a feed had first stood elsewhere.
            is_new: stood.is_none() && self.days.is_none(),
        };
        let rows: Vec<ItemRow<'_>> = known.items.iter().map(row).collect();
        self.save_items(&rows, now).await?;
        let stands = (code(known.presence), i64::from(is_shown(known)), known.published.timestamp());
        let dates: BTreeSet<i64> = stood.iter().chain([&stands]).map(|(_, _, published)| *published).collect();
        self.mark_edition(known.id, &dates, stood != Some(stands)).await
    }

    async fn put_edition(&mut self, input_id: i64, known: &KnownEdition, written: Option<&Edition>) -> Result<()> {
        let written = written.map(|edition| Edition { items: Vec::new(), ..edition.clone() });
        sqlx::query(
            "INSERT INTO editions (id, input_id, path, slug, permalink, number, title, date, written, header_hash,
                                   published, updated, live, shown)
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)
             ON CONFLICT (id) DO UPDATE SET path = excluded.path, permalink = excluded.permalink,
                 number = excluded.number, title = excluded.title, date = excluded.date, written = excluded.written,
                 header_hash = excluded.header_hash, published = excluded.published, updated = excluded.updated,
                 live = excluded.live, shown = excluded.shown",
        )
        .bind(known.id.to_string())
        .bind(input_id)
        .bind(&known.path)
        .bind(&known.slug)
        .bind(&known.permalink)
        .bind(known.number.map(i64::from))
        .bind(&known.title)
        .bind(known.date.to_rfc3339())
        .bind(written.map(|edition| to_json("editions.written", &edition)).transpose()?.unwrap_or_default())
        .bind(known.header_hash.to_string())
        .bind(known.published.timestamp())
        .bind(known.updated.timestamp())
        .bind(code(known.presence))
        .bind(i64::from(is_shown(known)))
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// How an edition stood before: presence, whether shown, and date.
    async fn stood(&mut self, edition: Uuid) -> Result<Option<Stood>> {
        if self.taken.is_some() && !self.id_is_taken(edition).await? {
            return Ok(None);
        }
        let query =
            sqlx::query_as("SELECT live, shown, published FROM editions WHERE id = $1").bind(edition.to_string());
        Ok(query.fetch_optional(&mut *self.tx).await?)
    }
}

/// Whether an edition has something to show; one without items never had.
fn is_shown(known: &KnownEdition) -> bool {
    let mut live = known.items.iter().filter(|item| item.presence == Presence::Live).peekable();
    live.peek().is_none() || live.any(|item| item.shown)
}

fn item_at(written: Option<&Edition>, position: u32) -> Option<&Item> {
    written?.items.get(usize::try_from(position).ok()?)
}
