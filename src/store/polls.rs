//! Feed inputs, and what is remembered of fetching them. When one is fetched next is decided in `collect`.

use super::{Result, Store, Write, from_json, from_rows, to_json};
use crate::model::{Held, Instead, PollState};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Row, name, options, state and whether there are entries of an input.
type InputRow = (i64, String, String, Option<String>, u8);

/// A feed input as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedState {
    /// Its row.
    pub id: i64,
    /// The options that its entries were last taken over with.
    pub fingerprint: String,
    /// Whether entries of it are known.
    pub has_entries: bool,
    /// What is remembered of fetching it.
    pub poll: PollState,
}

/// A feed that cannot be fetched or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingFeed {
    /// Since when it has failed each time.
    pub since: DateTime<Utc>,
    /// When it last went well.
    pub last_success: Option<DateTime<Utc>>,
    /// The rule that says why.
    pub rule: Option<String>,
}

impl Store {
    /// What is remembered of fetching the feed inputs, by name.
    pub async fn polls(&self) -> Result<BTreeMap<String, PollState>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(i.name, p.state)) FROM polls p JOIN inputs i ON i.id = p.input_id
             WHERE i.kind = 'feed'",
        )
        .fetch_one(&self.pool)
        .await?;
        let state = |(name, state): (String, String)| Ok((name, from_json("polls.state", &state)?));
        from_rows::<(String, String)>(&rows)?.into_iter().map(state).collect()
    }
}

impl Store {
    /// Feed inputs that gave entries or are asked at another address than the configured one, by name, with both.
    pub async fn known_feeds(&self) -> Result<BTreeMap<String, (String, Option<Instead>)>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(i.name, p.state ->> '$.configured',
                        json(p.state ->> '$.instead')))
             FROM polls p JOIN inputs i ON i.id = p.input_id
             WHERE i.kind = 'feed'
                 AND (p.state ->> '$.instead' IS NOT NULL OR CAST(p.state ->> '$.gave_entries' AS TEXT) IN ('1', 'true'))",
        )
        .fetch_one(&self.pool)
        .await?;
        let known = |(name, configured, instead)| (name, (configured, instead));
        Ok(from_rows::<(String, String, Option<Instead>)>(&rows)?.into_iter().map(known).collect())
    }
}

impl Store {
    /// Feed inputs of which nothing is published because they became others, by name.
    pub async fn held_feeds(&self) -> Result<BTreeMap<String, Held>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(i.name, json(p.state ->> '$.held')))
             FROM polls p JOIN inputs i ON i.id = p.input_id
             WHERE i.kind = 'feed' AND p.state ->> '$.held' IS NOT NULL",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(from_rows::<(String, Held)>(&rows)?.into_iter().collect())
    }

    /// Feeds that have failed each time since some moment, by the names of their inputs.
    pub async fn failing_feeds(&self) -> Result<BTreeMap<String, FailingFeed>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(i.name, p.state ->> '$.failing_since',
                        p.state ->> '$.last_success', p.state ->> '$.last_rule'))
             FROM polls p JOIN inputs i ON i.id = p.input_id
             WHERE i.kind = 'feed' AND p.state ->> '$.failing_since' IS NOT NULL",
        )
        .fetch_one(&self.pool)
        .await?;
        let failing = |(name, since, last_success, rule)| (name, FailingFeed { since, last_success, rule });
        Ok(from_rows(&rows)?.into_iter().map(failing).collect())
    }
}

impl Store {
    /// The feed inputs of these names that have a row.
    pub async fn feed_states(&self, names: &[&str]) -> Result<HashMap<String, FeedState>> {
        let asked = to_json("inputs.name", &names)?;
        let rows: String = sqlx::query_scalar(FEED_STATES).bind(asked).fetch_one(&self.pool).await?;
        states(&rows)
    }
}

/// Feed inputs of some names.
const FEED_STATES: &str = "SELECT json_group_array(json_array(i.id, i.name, i.fingerprint, p.state,
         CASE WHEN EXISTS (SELECT 1 FROM entries e WHERE e.input_id = i.id) THEN 1 ELSE 0 END)) FROM inputs i
     LEFT JOIN polls p ON p.input_id = i.id WHERE i.kind = 'feed' AND i.name IN (SELECT value FROM json_each($1))";

/// Feed inputs by name.
fn states(rows: &str) -> Result<HashMap<String, FeedState>> {
    let mut inputs = HashMap::new();
    for (id, name, fingerprint, state, has_entries) in from_rows::<InputRow>(rows)? {
        let poll = state.map(|state| from_json("polls.state", &state)).transpose()?.unwrap_or_default();
        inputs.insert(name, FeedState { id, fingerprint, has_entries: has_entries != 0, poll });
    }
    Ok(inputs)
}

impl Write {
    /// The feed inputs of these names; those that are met for the first time get a row.
    pub async fn feed_inputs(&mut self, names: &[&str]) -> Result<HashMap<String, FeedState>> {
        let asked = to_json("inputs.name", &names)?;
        // A digest may have become a feed.
        sqlx::query(
            "INSERT INTO inputs (name, fingerprint, kind) SELECT value, '', 'feed' FROM json_each($1) WHERE true
             ON CONFLICT (name) DO UPDATE SET kind = 'feed', fingerprint = '' WHERE inputs.kind <> 'feed'",
        )
        .bind(&asked)
        .execute(&mut *self.tx)
        .await?;
        let rows: String = sqlx::query_scalar(FEED_STATES).bind(&asked).fetch_one(&mut *self.tx).await?;
        states(&rows)
    }

    /// Remembers what is known of fetching inputs.
    pub async fn put_polls(&mut self, polls: &[(i64, &PollState)]) -> Result<()> {
        if polls.is_empty() {
            return Ok(());
        }
        let mut rows = Vec::with_capacity(polls.len());
        for (input_id, state) in polls {
            rows.push((input_id, to_json("polls.state", state)?));
        }
        sqlx::query(
            "INSERT INTO polls (input_id, state) SELECT CAST(value ->> 0 AS BIGINT), value ->> 1 FROM json_each($1) WHERE true
             ON CONFLICT (input_id) DO UPDATE SET state = excluded.state",
        )
        .bind(to_json("polls", &rows)?)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Remembers the options that the entries of an input were taken over with.
    pub async fn set_fingerprint(&mut self, input_id: i64, fingerprint: &str) -> Result<()> {
        let query = sqlx::query("UPDATE inputs SET fingerprint = $2 WHERE id = $1").bind(input_id).bind(fingerprint);
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Feed inputs that are remembered but not among these names.
    pub async fn feeds_but(&mut self, names: &[&str]) -> Result<Vec<i64>> {
        let sql = "SELECT i.id FROM inputs i JOIN polls p ON p.input_id = i.id
                   WHERE i.kind <> 'feed' OR i.name NOT IN (SELECT value FROM json_each($1)) ORDER BY i.id";
        let query = sqlx::query_scalar(sql).bind(to_json("inputs.name", &names)?);
        Ok(query.fetch_all(&mut *self.tx).await?)
    }

    /// Forgets what is remembered of fetching an input.
    pub async fn forget_poll(&mut self, input_id: i64) -> Result<()> {
        sqlx::query("DELETE FROM polls WHERE input_id = $1").bind(input_id).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Each input, and the places (fetching, reading) that still have complaints.
    pub async fn complained_of(&mut self) -> Result<BTreeSet<(i64, String)>> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(input_id, path)) FROM (SELECT DISTINCT input_id, path FROM complaints)",
        )
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(from_rows::<(i64, String)>(&rows)?.into_iter().collect())
    }
}
