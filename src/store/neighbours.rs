//! The posts of an input as its editor would look them up: numbers, dates, tags, and what they cite.

use super::{Result, Store, from_rows};
use crate::model::{LinkKey, file_of};
use chrono::{DateTime, FixedOffset};
use std::collections::HashMap;

/// A post as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostSummary {
    /// Number and date of each of its published editions.
    pub editions: Vec<(Option<u32>, DateTime<FixedOffset>)>,
    /// Their tags as written.
    pub tags: Vec<String>,
    /// The sources of its items, each with the line on which it stands.
    pub cited: Vec<(LinkKey, u32)>,
}

impl Store {
    /// The posts of an input that have a published edition, by their files.
    pub async fn post_summaries(&self, input_id: i64) -> Result<HashMap<String, PostSummary>> {
        let editions: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(path, number, date, json(COALESCE(written ->> '$.tags', '[]'))))
             FROM editions WHERE input_id = $1 AND live = 1 AND written <> ''",
        )
        .bind(input_id)
        .fetch_one(&self.pool)
        .await?;
        let mut posts: HashMap<String, PostSummary> = HashMap::new();
        for (path, number, date, tags) in
            from_rows::<(String, Option<u32>, DateTime<FixedOffset>, Vec<String>)>(&editions)?
        {
            let post = posts.entry(file_of(&path).to_owned()).or_default();
            post.editions.push((number, date));
            for tag in tags {
                if !post.tags.contains(&tag) {
                    post.tags.push(tag);
                }
            }
        }
        let cited: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(path, json(cited))) FROM posts WHERE input_id = $1 AND cited <> '[]'",
        )
        .bind(input_id)
        .fetch_one(&self.pool)
        .await?;
        for (path, cited) in from_rows::<(String, Vec<(String, u32)>)>(&cited)? {
            let Some(post) = posts.get_mut(&path) else { continue };
            post.cited = cited.iter().filter_map(|(key, line)| Some((LinkKey::of(key)?, *line))).collect();
        }
        Ok(posts)
    }
}
