//! What was seen of links and what it adds up to, many at a time: a statement costs two thread switches, whatever it
//! holds, so that each one here takes a whole batch as JSON.
//!
//! Judges nothing; `verify` does, between the two halves.

use super::histories::{Asked, History};
use super::{Result, Store, Write, from_json, from_rows, time, to_json};
use crate::model::{Check, Judgement, LinkKey, LinkMemory, Verdict};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};

/// A check about to be recorded.
#[derive(Debug, Clone)]
pub struct NewCheck<'a> {
    /// The link it is of.
    pub key: String,
    /// What was seen.
    pub check: &'a Check,
    /// False when the network was down here.
    pub counted: bool,
}

/// What the checks of a link add up to.
#[derive(Debug, Clone)]
pub struct Judged<'a> {
    /// The link.
    pub key: &'a str,
    /// Its verdict.
    pub judgement: Judgement,
    /// When it is looked at again.
    pub next_check: DateTime<Utc>,
    /// What is remembered of its page.
    pub memory: LinkMemory,
}

/// Key, verdict, since, when it was last reached, rule, evidence and new address of a link.
type LinkRow = (String, String, Option<i64>, Option<i64>, String, String, Option<String>);

impl Store {
    /// Stands for the last check recorded; see [`Write::take_held`].
    pub async fn last_check(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM checks").fetch_one(&self.pool).await?)
    }
}

impl Write {
    /// Records checks. Gives back by what the links of those that count are judged, the new checks included.
    pub async fn record_checks(&mut self, looked: &[NewCheck<'_>]) -> Result<HashMap<String, History>> {
        let counted: Vec<&str> = looked.iter().filter(|l| l.counted).map(|l| l.key.as_str()).collect();
        let mut all = Asked::Write(&mut self.tx).histories(&counted).await?;
        let mut rows = Vec::with_capacity(looked.len());
        for NewCheck { key, check, counted } in looked {
            // The check is text to the database and stays as it is written here.
            let seen = to_json("checks.seen", check)?;
            rows.push((key, check.at.timestamp(), seen, i64::from(*counted)));
            if *counted && let Some(History { checks, .. }) = all.get_mut(key) {
                // Clocks are set back now and then.
                let place = checks.partition_point(|other| other.at.timestamp() <= check.at.timestamp());
                checks.insert(place, (*check).clone());
            }
        }
        sqlx::query(
            "INSERT INTO checks (link_key, at, seen, counted)
             SELECT value ->> 0, CAST(value ->> 1 AS BIGINT), value ->> 2, CAST(value ->> 3 AS BIGINT) FROM json_each($1)",
        )
        .bind(to_json("checks.seen", &rows)?)
        .execute(&mut *self.tx)
        .await?;
        self.add_totals(looked).await?;
        Ok(all)
    }

    /// Takes back checks that were recorded after the one that `after` stands for and do not count, at most `limit`, in
    /// order to record them anew as ones that do.
    pub async fn take_held(&mut self, after: i64, limit: usize) -> Result<Vec<Check>> {
        let rows: Vec<(i64, String)> =
            sqlx::query_as("SELECT id, seen FROM checks WHERE id > $1 AND counted = 0 ORDER BY id LIMIT $2")
                .bind(after)
                .bind(i64::try_from(limit).unwrap_or(i64::MAX))
                .fetch_all(&mut *self.tx)
                .await?;
        let (ids, seen): (Vec<i64>, Vec<String>) = rows.into_iter().unzip();
        self.forget_checks(&ids).await?;
        seen.iter().map(|seen| from_json("checks.seen", seen)).collect()
    }

    /// Counts checks by day, host and verdict.
    async fn add_totals(&mut self, looked: &[NewCheck<'_>]) -> Result<()> {
        let mut totals: BTreeMap<(String, String, &str), u32> = BTreeMap::new();
        for NewCheck { key, check, .. } in looked.iter().filter(|looked| looked.counted) {
            let host = LinkKey::host_of(key).unwrap_or_default();
            *totals.entry((check.at.format("%F").to_string(), host, check.verdict.as_str())).or_default() += 1;
        }
        let rows: Vec<_> = totals.iter().map(|((day, host, verdict), count)| (day, host, verdict, count)).collect();
        sqlx::query(
            "INSERT INTO check_totals (day, host, verdict, count)
             SELECT value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS BIGINT) FROM json_each($1) WHERE true
             ON CONFLICT (day, host, verdict) DO UPDATE SET count = check_totals.count + excluded.count",
        )
        .bind(to_json("check_totals", &rows)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Sets verdicts and next checks; marks what shows what changed. Tells the verdicts before of the links that have another
    /// one now, by their places in `judged`.
    pub async fn judge_links(&mut self, judged: &[Judged<'_>]) -> Result<Vec<(usize, Verdict)>> {
        let keys = to_json("links.key", &judged.iter().map(|judged| judged.key).collect::<Vec<_>>())?;
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(key, verdict, since, last_reached, rule, evidence, moved_to)) FROM links
             WHERE key IN (SELECT value FROM json_each($1))",
        )
        .bind(keys)
        .fetch_one(&mut *self.tx)
        .await?;
        let before: HashMap<String, Judgement> =
            from_rows::<LinkRow>(&rows)?.into_iter().map(stands).collect::<Result<_>>()?;
        let mut turned = Vec::new();
        let mut changed = Vec::new();
        let mut rows = Vec::with_capacity(judged.len());
        for (place, Judged { key, judgement, next_check, memory }) in judged.iter().enumerate() {
            let before = before.get(*key);
            if !before.is_some_and(|before| before.shows_as(judgement)) {
                changed.push(*key);
            }
            let verdict = before.map_or(Verdict::Unchecked, |before| before.verdict);
            turned.extend((verdict != judgement.verdict).then_some((place, verdict)));
            let since = judgement.since.map(|since| since.timestamp());
            let last_reached = judgement.last_reached.map(|at| at.timestamp());
            let Judgement { verdict, rule, evidence, moved_to, .. } = judgement;
            let next_check = next_check.timestamp();
            let (portraits, lately) = remembered(memory)?;
            let verdict = verdict.as_str();
            rows.push((key, verdict, since, last_reached, rule, evidence, moved_to, next_check, portraits, lately));
        }
        sqlx::query(
            "UPDATE links SET verdict = new.value ->> 1, since = CAST(new.value ->> 2 AS BIGINT),
                 last_reached = CAST(new.value ->> 3 AS BIGINT), rule = new.value ->> 4, evidence = new.value ->> 5,
                 moved_to = new.value ->> 6, next_check = CAST(new.value ->> 7 AS BIGINT),
                 portraits = new.value ->> 8, lately = new.value ->> 9
             FROM json_each($1) AS new WHERE links.key = new.value ->> 0",
        )
        .bind(to_json("links", &rows)?)
        .execute(&mut *self.tx)
        .await?;
        self.mark_citing(&changed).await?;
        Ok(turned)
    }
}

/// What is remembered of a page, as it is stored.
fn remembered(memory: &LinkMemory) -> Result<(Option<String>, Option<String>)> {
    let LinkMemory { first, last, lately } = memory;
    let seen = first.is_some() || last.is_some();
    let portraits = seen.then(|| to_json("links.portraits", &(first, last))).transpose()?;
    Ok((portraits, lately.as_ref().map(|lately| to_json("links.lately", lately)).transpose()?))
}

/// What stands against a link, by its key.
fn stands((key, verdict, since, reached, rule, evidence, moved_to): LinkRow) -> Result<(String, Judgement)> {
    let verdict = super::parse("links.verdict", &verdict)?;
    let (since, last_reached) = (since.map(time), reached.map(time));
    Ok((key, Judgement { verdict, since, last_reached, rule, evidence, moved_to }))
}

#[cfg(test)]
#[path = "tests/checks.rs"]
mod tests;
