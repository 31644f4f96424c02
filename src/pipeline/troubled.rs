//! The source links that are not well, for the editor: what is wrong with each, and on which line of which post it stands.

use crate::model::{Place, Verdict};
use crate::store::{LinkState, Store};
use crate::telemetry::OneLine;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Links told; the rest is counted.
const TOLD: u32 = 50;

/// Posts told of one link; the rest is counted.
const POSTS: usize = 10;

/// A verdict that another one took the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turned {
    /// The link, as first written.
    pub url: String,
    /// The verdict before.
    pub before: Verdict,
    /// The verdict now.
    pub after: Verdict,
    /// What was seen.
    pub evidence: String,
}

/// A link that is not well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TroubledLinkReport {
    /// As first written.
    pub url: String,
    /// Its host.
    pub host: String,
    /// What stands against it.
    pub verdict: Verdict,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// Why.
    pub evidence: String,
    /// Where posts cite it.
    pub posts: Vec<Place>,
}

/// The links that are not well, the worst and latest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Troubled {
    /// The first of them.
    pub links: Vec<TroubledLinkReport>,
    /// How many there are in all.
    pub total: u64,
}

impl Troubled {
    /// Asks the store for them, where `counts`, how many links have each verdict, says that there are some.
    pub async fn of(store: &Store, counts: &[(Verdict, u64)]) -> crate::store::Result<Self> {
        let total =
            counts.iter().filter(|(verdict, _)| Verdict::TROUBLE.contains(verdict)).map(|(_, count)| count).sum();
        if total == 0 {
            return Ok(Self::default());
        }
        let mut states = store.troubled_links(TOLD, 0).await?;
        states.truncate(usize::try_from(TOLD).unwrap_or(usize::MAX));
        let keys: Vec<&str> = states.iter().map(|state| state.key.as_str()).collect();
        let mut posts = store.citing_posts(&keys).await?;
        let links = states.into_iter().map(|state| {
            let LinkState { key, url, host, verdict, since, evidence, .. } = state;
            TroubledLinkReport { posts: posts.remove(&key).unwrap_or_default(), url, host, verdict, since, evidence }
        });
        Ok(Self { links: links.collect(), total })
    }
}

/// A line for each link, and below it one for each post that cites it.
impl fmt::Display for Troubled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for link in &self.links {
            link.fmt(f)?;
        }
        match self.total.saturating_sub(self.links.len() as u64) {
            0 => Ok(()),
            more => writeln!(f, "  … and {more} more"),
        }
    }
}

impl fmt::Display for TroubledLinkReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {} — {}", OneLine(&self.url), self.verdict)?;
        if let Some(since) = self.since {
            write!(f, " since {}", since.format("%F"))?;
        }
        writeln!(f, " ({})", OneLine(&self.evidence))?;
        for place in self.posts.iter().take(POSTS) {
            writeln!(f, "      {}", OneLine(&place.to_string()))?;
        }
        match self.posts.len().saturating_sub(POSTS) {
            0 => Ok(()),
            more => writeln!(f, "      … and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_counted() {
        let link = |posts| TroubledLinkReport {
            url: "https://a.example/".to_owned(),
            host: "a.example".to_owned(),
            verdict: Verdict::Gone,
            since: DateTime::from_timestamp(1_800_000_000, 0),
            evidence: "HTTP 404".to_owned(),
            posts: (1..=posts).map(|line| Place { column: None, ..Place::at("a.md", line, 1) }).collect(),
        };
        let told = Troubled { links: vec![link(1), link(12)], total: 9 }.to_string();
        assert!(told.starts_with("  https://a.example/ — gone since 2027-01-15 (HTTP 404)\n      a.md:1\n"), "{told}");
        assert!(told.contains("      a.md:10\n      … and 2 more\n") && told.ends_with("  … and 7 more\n"), "{told}");
    }
}
