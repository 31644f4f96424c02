//! What was seen of links and what it adds up to, many at a time: a statement costs two thread switches, whatever it
//! holds, so that each one here takes a whole batch as JSON.
//!
//! Judges nothing; `verify` does, between the two halves.

use super::{Result, Write, from_json, to_json};
use crate::model::{Check, Judgement, LinkKey, Verdict};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};

/// A check about to be recorded.
#[derive(Debug, Clone)]
pub struct Looked<'a> {
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
}

/// Key, verdict, since, new address and evidence of a link.
type LinkRow = (String, String, Option<i64>, Option<String>, String);

/// What is shown of a link: verdict, since when where that is told, the new address, and the evidence that the status page
/// gives for a link to look at.
type Shown = (String, Option<i64>, Option<String>, String);

fn shown((verdict, since, moved_to, evidence): (&str, Option<i64>, Option<String>, &str)) -> Shown {
    let parsed = verdict.parse().unwrap_or(Verdict::Unchecked);
    let quiet = matches!(parsed, Verdict::Reachable | Verdict::Unchecked);
    let evidence = if quiet { "" } else { evidence };
    (verdict.to_owned(), since.filter(|_| parsed.shows_since()), moved_to, evidence.to_owned())
}

impl Write {
    /// Records checks. Gives back all checks of these links that count, oldest first, the new ones included.
    pub async fn record_checks(&mut self, looked: &[Looked<'_>]) -> Result<HashMap<String, Vec<Check>>> {
        let keys = to_json("checks.link_key", &looked.iter().map(|looked| &looked.key).collect::<Vec<_>>())?;
        let before: Vec<(String, String)> = sqlx::query_as(
            "SELECT link_key, seen FROM checks WHERE counted = 1 AND link_key IN (SELECT value FROM json_each($1))
             ORDER BY at, id",
        )
        .bind(keys)
        .fetch_all(&mut *self.tx)
        .await?;
        let mut all: HashMap<String, Vec<Check>> = HashMap::with_capacity(looked.len());
        for (key, seen) in before {
            all.entry(key).or_default().push(from_json("checks.seen", &seen)?);
        }
        let mut rows = Vec::with_capacity(looked.len());
        for Looked { key, check, counted } in looked {
            // The check is text to the database and stays as it is written here.
            let seen = to_json("checks.seen", check)?;
            rows.push(json!([key, check.at.timestamp(), seen, i64::from(*counted)]));
            if *counted {
                let seen = all.entry(key.clone()).or_default();
                // Clocks are set back now and then.
                let place = seen.partition_point(|other| other.at.timestamp() <= check.at.timestamp());
                seen.insert(place, (*check).clone());
            }
        }
        sqlx::query(
            "INSERT INTO checks (link_key, at, seen, counted)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1)",
        )
        .bind(to_json("checks.seen", &rows)?)
        .execute(&mut *self.tx)
        .await?;
        self.add_totals(looked).await?;
        Ok(all)
    }

    /// The checks of a link that count, oldest first.
    pub async fn checks(&mut self, key: &str) -> Result<Vec<Check>> {
        let rows: Vec<String> =
            sqlx::query_scalar("SELECT seen FROM checks WHERE link_key = $1 AND counted = 1 ORDER BY at, id")
                .bind(key)
                .fetch_all(&mut *self.tx)
                .await?;
        rows.iter().map(|seen| from_json("checks.seen", seen)).collect()
    }

    /// Counts checks by day, host and verdict.
    async fn add_totals(&mut self, looked: &[Looked<'_>]) -> Result<()> {
        let mut totals: BTreeMap<(String, String, &str), u32> = BTreeMap::new();
        for Looked { key, check, .. } in looked.iter().filter(|looked| looked.counted) {
            let host = LinkKey::host_of(key).unwrap_or_default();
            *totals.entry((check.at.format("%F").to_string(), host, check.verdict.as_str())).or_default() += 1;
        }
        let rows: Vec<_> = totals.iter().map(|((day, host, verdict), count)| (day, host, verdict, count)).collect();
        sqlx::query(
            "INSERT INTO check_totals (day, host, verdict, count)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1) WHERE true
             ON CONFLICT (day, host, verdict) DO UPDATE SET count = check_totals.count + excluded.count",
        )
        .bind(to_json("check_totals", &rows)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Sets verdicts and next checks; marks what shows what changed. Tells how many verdicts did.
    pub async fn judge_links(&mut self, judged: &[Judged<'_>]) -> Result<usize> {
        let keys = to_json("links.key", &judged.iter().map(|judged| judged.key).collect::<Vec<_>>())?;
        let rows: Vec<LinkRow> = sqlx::query_as(
            "SELECT key, verdict, since, moved_to, evidence FROM links WHERE key IN (SELECT value FROM json_each($1))",
        )
        .bind(keys)
        .fetch_all(&mut *self.tx)
        .await?;
        let before: HashMap<String, Shown> = rows
            .into_iter()
            .map(|(key, verdict, since, to, evidence)| (key, shown((&verdict, since, to, &evidence))))
            .collect();
        let mut changed_verdicts = 0;
        let mut changed = Vec::new();
        let mut rows = Vec::with_capacity(judged.len());
        for Judged { key, judgement, next_check } in judged {
            let since = judgement.since.map(|since| since.timestamp());
            let word = judgement.verdict.as_str();
            let now = shown((word, since, judgement.moved_to.clone(), &judgement.evidence));
            if before.get(*key) != Some(&now) {
                changed.push(*key);
                changed_verdicts += usize::from(before.get(*key).is_none_or(|before| before.0 != word));
            }
            let last_reached = judgement.last_reached.map(|at| at.timestamp());
            let Judgement { verdict, rule, evidence, moved_to, .. } = judgement;
            rows.push(json!([
                key,
                verdict.as_str(),
                since,
                last_reached,
                rule,
                evidence,
                moved_to,
                next_check.timestamp()
            ]));
        }
        sqlx::query(
            "UPDATE links SET verdict = new.value ->> 1, since = new.value ->> 2, last_reached = new.value ->> 3,
                 rule = new.value ->> 4, evidence = new.value ->> 5, moved_to = new.value ->> 6,
                 next_check = new.value ->> 7
             FROM json_each($1) AS new WHERE links.key = new.value ->> 0",
        )
        .bind(to_json("links", &rows)?)
        .execute(&mut *self.tx)
        .await?;
        self.mark_citing(&changed).await?;
        Ok(changed_verdicts)
    }
}
