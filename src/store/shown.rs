//! Which items are shown: those to decide upon, and the change itself. Decides nothing.

use super::days::DAYS;
use super::rows::ItemRow;
use super::stories::ItemState;
use super::{Result, Store, Write, from_json, parse, time};
use crate::model::{Edition, Item, Presence, Verdict};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// A live item on which is to be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The item.
    pub id: Uuid,
    /// Its edition.
    pub edition: Uuid,
    /// The verdict on its primary source; `None` when it cites none.
    pub source: Option<Verdict>,
    /// When it was first collected.
    pub first_seen: DateTime<Utc>,
    /// Whether it is shown at present.
    pub shown: bool,
}

/// A candidate's row.
type Row = (String, String, Option<String>, i64, i64);

impl Store {
    /// Live items that are hidden.
    pub async fn hidden_items(&self) -> Result<Vec<Candidate>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT i.id, i.edition_id, l.verdict, i.first_seen, i.shown FROM items i
                 LEFT JOIN item_sources s ON s.item_id = i.id AND s.position = 0 LEFT JOIN links l ON l.key = s.link_key
             WHERE i.shown = 0 AND i.live = 1 ORDER BY i.edition_id, i.position",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(candidate).collect()
    }

    /// Live items that are shown although their primary source has a verdict.
    pub async fn shown_items(&self, verdict: Verdict) -> Result<Vec<Candidate>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT i.id, i.edition_id, l.verdict, i.first_seen, i.shown FROM links l
                 JOIN item_sources s ON s.link_key = l.key AND s.position = 0 JOIN items i ON i.id = s.item_id
             WHERE l.verdict = $1 AND i.shown = 1 AND i.live = 1 ORDER BY i.edition_id, i.position",
        )
        .bind(verdict.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(candidate).collect()
    }
}

impl Write {
    /// Shows or hides items of an edition, which enter and leave as if the editor had added or removed them; only
    /// `updated` stays, since the content did.
    pub async fn show_items(&mut self, edition: Uuid, shown: &HashMap<Uuid, bool>, now: DateTime<Utc>) -> Result<()> {
        let Some(mut known) = self.known_edition(edition).await? else { return Ok(()) };
        if known.input == DAYS {
            return self.show_items_of_day(edition, shown, now).await;
        }
        let (input_id, header): (i64, String) = sqlx::query_as("SELECT input_id, written FROM editions WHERE id = $1")
            .bind(edition.to_string())
            .fetch_one(&mut *self.tx)
            .await?;
        if known.presence != Presence::Live {
            return Ok(());
        }
        let items: Vec<String> =
            sqlx::query_scalar("SELECT written FROM items WHERE edition_id = $1 AND live = 1 ORDER BY position")
                .bind(edition.to_string())
                .fetch_all(&mut *self.tx)
                .await?;
        let items: Vec<Item> = items.iter().map(|item| from_json("items.written", item)).collect::<Result<_>>()?;
        let written = Edition { items, ..from_json("editions.written", &header)? };
        for item in &mut known.items {
            item.shown = shown.get(&item.id).copied().unwrap_or(item.shown);
        }
        self.save_edition(input_id, &known, Some(&written), now).await
    }

    /// The same for a day edition, of whose items only these are saved: it may have thousands.
    async fn show_items_of_day(&mut self, day: Uuid, shown: &HashMap<Uuid, bool>, now: DateTime<Utc>) -> Result<()> {
        let mut ids: Vec<Uuid> = shown.keys().copied().collect();
        ids.sort_unstable();
        let mut states = self.item_states(&ids).await?;
        let carriers = self.carriers(&ids).await?;
        let carriers: HashMap<Uuid, Vec<Item>> =
            carriers.into_iter().map(|(id, all)| (id, all.into_iter().map(|carrier| carrier.item).collect())).collect();
        for (id, shown) in shown {
            if let Some(state) = states.get_mut(id) {
                state.known.shown = *shown;
            }
        }
        let row = |state| {
            let ItemState { known, written, .. }: &ItemState = state;
            let carriers: &[Item] = carriers.get(&known.id).map_or(&[], Vec::as_slice);
            ItemRow { edition: day, known, written: written.as_ref(), carriers, is_new: false }
        };
        let rows: Vec<ItemRow<'_>> = ids.iter().filter_map(|id| states.get(id)).map(row).collect();
        self.save_items(&rows, now).await?;
        self.settle_day(day, None).await
    }
}

fn candidate((id, edition, source, first_seen, shown): Row) -> Result<Candidate> {
    Ok(Candidate {
        id: parse("items.id", &id)?,
        edition: parse("items.edition_id", &edition)?,
        source: source.map(|verdict| parse("links.verdict", &verdict)).transpose()?,
        first_seen: time(first_seen),
        shown: shown == 1,
    })
}
