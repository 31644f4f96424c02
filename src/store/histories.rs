//! By what links are judged: their checks, and what is known beside them.
//!
//! Asked within the transaction that records new checks, and without one by who only looks.

use super::connection::{Pool, WriteTransaction};
use super::{Result, Store, from_json, from_rows, time, to_json};
use crate::model::{Beside, Check, Lately, LinkMemory, Portrait};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// What a link is judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// When the newest item that cites it was published.
    pub newest: DateTime<Utc>,
    /// Its checks that count, oldest first.
    pub checks: Vec<Check>,
    /// What is known beside them; the language of a citation is the caller's to add.
    pub beside: Beside,
    /// Whether an editor cites it.
    pub is_editors: bool,
}

/// What a page looked like at first and last, as it is stored.
type Portraits = (Option<Portrait>, Option<Portrait>);

/// Most words of those who cite a link.
const CITED_AS: usize = 20;

/// Who is asked.
#[derive(Debug)]
pub(super) enum Asked<'a> {
    Store(&'a Pool),
    Write(&'a mut WriteTransaction),
}

impl Store {
    /// By what these links are judged at present; those that are known.
    pub async fn histories(&self, keys: &[&str]) -> Result<HashMap<String, History>> {
        Asked::Store(&self.pool).histories(keys).await
    }
}

impl Asked<'_> {
    /// The one value that a statement with one argument answers.
    async fn value(&mut self, sql: &'static str, argument: &str) -> Result<String> {
        let query = sqlx::query_scalar(sql).bind(argument);
        Ok(match self {
            Self::Store(pool) => query.fetch_one(*pool).await?,
            Self::Write(write) => query.fetch_one(&mut **write).await?,
        })
    }

    /// By what these links are judged at present.
    pub(super) async fn histories(&mut self, keys: &[&str]) -> Result<HashMap<String, History>> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let keys = to_json("checks.link_key", &keys)?;
        let mut all = self.besides(&keys).await?;
        let before = self
            .value(
                "SELECT json_group_array(json_array(link_key, seen)) FROM (SELECT link_key, seen FROM checks
                 WHERE counted = 1 AND link_key IN (SELECT value FROM json_each($1)) ORDER BY at, id)",
                &keys,
            )
            .await?;
        for (key, seen) in from_rows::<(String, String)>(&before)? {
            if let Some(History { checks, .. }) = all.get_mut(&key) {
                checks.push(from_json("checks.seen", &seen)?);
            }
        }
        Ok(all)
    }

    /// What is known of these links beside their checks, given their keys as JSON.
    async fn besides(&mut self, keys: &str) -> Result<HashMap<String, History>> {
        let links = self
            .value(
                "SELECT json_group_array(json_array(key, newest, host, portraits)) FROM links
                 WHERE key IN (SELECT value FROM json_each($1))",
                keys,
            )
            .await?;
        // Most links of the hosts of a batch whose last looks are asked for: 10,000.
        let lately = self
            .value(
                "SELECT json_group_array(json_array(key, host, lately)) FROM (SELECT key, host, lately FROM links
                 WHERE lately IS NOT NULL
                     AND host IN (SELECT host FROM links WHERE key IN (SELECT value FROM json_each($1)))
                 ORDER BY host, key LIMIT 10000)",
                keys,
            )
            .await?;
        let mut by_host: HashMap<String, Vec<(String, Lately)>> = HashMap::new();
        for (key, host, lately) in from_rows::<(String, String, String)>(&lately)? {
            by_host.entry(host).or_default().push((key, from_json("links.lately", &lately)?));
        }
        let mut all = HashMap::new();
        for (key, newest, host, portraits) in from_rows::<(String, i64, String, Option<String>)>(&links)? {
            let others = by_host.get(&host).into_iter().flatten().filter(|(other, _)| *other != key);
            let neighbours = others.map(|(_, lately)| lately.clone()).collect();
            let portraits = portraits.map(|text| from_json::<Portraits>("links.portraits", &text)).transpose()?;
            let (first, last) = portraits.unwrap_or_default();
            let memory = LinkMemory { first, last, lately: None };
            let beside = Beside { memory, neighbours, ..Beside::default() };
            all.insert(key, History { newest: time(newest), checks: Vec::new(), beside, is_editors: false });
        }
        self.citations(keys, &mut all).await?;
        Ok(all)
    }

    /// What those say who cite these links.
    async fn citations(&mut self, keys: &str, all: &mut HashMap<String, History>) -> Result<()> {
        let rows = self
            .value(
                "SELECT json_group_array(json_array(s.link_key, s.label, i.title, CASE WHEN n.kind = 'days' THEN 0 ELSE 1 END)
                     ORDER BY s.link_key, s.item_id, s.position)
                 FROM item_sources s JOIN items i ON i.id = s.item_id JOIN editions e ON e.id = i.edition_id
                     JOIN inputs n ON n.id = e.input_id WHERE s.link_key IN (SELECT value FROM json_each($1))",
                keys,
            )
            .await?;
        for (key, label, title, is_editors) in from_rows::<(String, String, String, i64)>(&rows)? {
            let Some(history) = all.get_mut(&key) else { continue };
            history.is_editors |= is_editors == 1;
            let words = &mut history.beside.citation.words;
            if words.len() < CITED_AS {
                words.extend([label, title].into_iter().filter(|word| !word.is_empty()));
            }
        }
        Ok(())
    }
}
