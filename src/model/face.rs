//! What a feed looks like: by what another feed at its address is known, and told to its editor.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a feed looks like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Face {
    /// Its title, a line of bounded length; empty when there is none.
    pub title: String,
    /// Its language as declared: the primary subtag, in lower case.
    pub language: Option<String>,
    /// The host of the site that it belongs to, as links are counted under it.
    pub site: Option<String>,
    /// Titles of its first entries, lines of bounded length.
    pub entries: Vec<String>,
}

/// A feed that became one of another kind, of which nothing is published until its editor says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// What it looks like now.
    pub now: Face,
    /// What it looked like when it was last published.
    pub before: Face,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl fmt::Display for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.title.as_str() {
            "" => write!(f, "a feed without a title")?,
            title => write!(f, "“{title}”")?,
        }
        let language = self.language.as_ref().map(|language| format!("language {language}"));
        let site = self.site.as_ref().map(|site| format!("site {site}"));
        let about: Vec<String> = language.into_iter().chain(site).collect();
        if !about.is_empty() {
            write!(f, " ({})", about.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it looks like another feed and is held: it was {}, and now is {}", self.before, self.now)?;
        let entries: Vec<String> = self.now.entries.iter().map(|title| format!("“{title}”")).collect();
        if !entries.is_empty() {
            write!(f, " with {}", entries.join(", "))?;
        }
        write!(f, "; nothing of it is published, and what was published stays")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_told_with_what_it_was() {
        let face = |title: &str, language: Option<&str>| Face {
            title: title.to_owned(),
            language: language.map(str::to_owned),
            site: Some("a.example".to_owned()),
            entries: vec!["One".to_owned(), "Two".to_owned()],
        };
        let held = Held { now: face("", Some("id")), before: face("Before", None), since: DateTime::UNIX_EPOCH };
        assert_eq!(
            held.to_string(),
            "it looks like another feed and is held: it was “Before” (site a.example), and now is a feed without a title \
             (language id, site a.example) with “One”, “Two”; nothing of it is published, and what was published stays"
        );
    }
}
