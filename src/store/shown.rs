//! Items of which is to be decided whether they are shown. Decides nothing.

use super::{Result, Store, parse, time, to_json};
use crate::model::Verdict;
use chrono::{DateTime, Utc};
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
type ShownRow = (String, String, Option<String>, i64, i64);

impl Store {
    /// Live items that are hidden.
    pub async fn hidden_items(&self) -> Result<Vec<Candidate>> {
        let rows: Vec<ShownRow> = sqlx::query_as(
            "SELECT i.id, i.edition_id, l.verdict, i.first_seen, i.shown FROM items i
                 LEFT JOIN item_sources s ON s.item_id = i.id AND s.position = 0 LEFT JOIN links l ON l.key = s.link_key
             WHERE i.shown = 0 AND i.live = 1 ORDER BY i.edition_id, i.position",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(candidate).collect()
    }

    /// Live items that are shown although their primary source has a verdict.
    pub async fn shown_items(&self, verdicts: &[Verdict]) -> Result<Vec<Candidate>> {
        let rows: Vec<ShownRow> = sqlx::query_as(
            "SELECT i.id, i.edition_id, l.verdict, i.first_seen, i.shown FROM links l
                 JOIN item_sources s ON s.link_key = l.key AND s.position = 0 JOIN items i ON i.id = s.item_id
             WHERE l.verdict IN (SELECT value FROM json_each($1)) AND i.shown = 1 AND i.live = 1 ORDER BY i.edition_id, i.position",
        )
        .bind(to_json("links.verdict", &verdicts)?)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(candidate).collect()
    }
}

fn candidate((id, edition, source, first_seen, shown): ShownRow) -> Result<Candidate> {
    Ok(Candidate {
        id: parse("items.id", &id)?,
        edition: parse("items.edition_id", &edition)?,
        source: source.map(|verdict| parse("links.verdict", &verdict)).transpose()?,
        first_seen: time(first_seen),
        shown: shown == 1,
    })
}
