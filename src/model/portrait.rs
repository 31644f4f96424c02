//! What a page looked like, small enough to be kept with a link: by this a page that was taken over is told from one that
//! was edited.
//!
//! All of it comes from outside: bounded, compared, never shown raw and never executed.

use super::Sketch;
use serde::{Deserialize, Serialize};

/// A page as it was seen once, some hundred bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Portrait {
    /// Its title, white space folded, at most 200 characters.
    pub title: String,
    /// Primary subtag of its language (`zh`, `en`): by its script where that tells, else as declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// `og:site_name` or the application's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    /// `meta name="generator"`, less its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
    /// Registrable domain that it was read from; an address as it is.
    pub domain: String,
    /// Registrable domain that it calls its own (`rel=canonical`, `og:url`), where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
    /// Whether it is the front page of its site.
    #[serde(skip_serializing_if = "is_false")]
    pub front: bool,
    /// Other languages that it says to exist in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternates: Vec<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Sketch::is_empty")]
    pub sketch: Sketch,
    /// What of the phrases of spam it says, if anything: the phrase of our table, not of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spam: Option<String>,
}

/// What is remembered of a link's page from look to look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkMemory {
    /// What it looked like at first.
    pub first: Option<Portrait>,
    /// What it looked like when it was last seen as itself.
    pub last: Option<Portrait>,
    /// How its last look went, where that may say something of its neighbours.
    pub lately: Option<Lately>,
}

/// How the last look at a link went, for those at other links of its host.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Lately {
    /// Whether something else stood there.
    #[serde(skip_serializing_if = "is_false")]
    pub odd: bool,
    /// The site that it was moved to with its path kept: a registrable domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
}

/// What those say who cite a link: it stands in for a portrait until the page was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Citation {
    /// Titles of the items, and what they call the source.
    pub words: Vec<String>,
    /// Primary subtag of their language, where it is known.
    pub language: Option<String>,
}

/// What is known of a link beside its checks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beside {
    /// What is remembered of its page.
    pub memory: LinkMemory,
    /// What those say who cite it.
    pub citation: Citation,
    /// How other links of its host went at their last look.
    pub neighbours: Vec<Lately>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields so")]
fn is_false(flag: &bool) -> bool {
    !flag
}
