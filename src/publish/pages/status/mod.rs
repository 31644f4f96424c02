//! The status of inputs and links: content and verdicts only.
//!
//! When cycles ran is not told here: a page that changes with every run would break rule 1. The operator's own page has it.

mod data;
mod operator;
mod page;
mod told;

pub use data::status_json;
pub use operator::{CycleLine, OperatorView, PlannedRun, operator_page};
pub use page::status_page;

use crate::model::{CitingItem, Face, Verdict};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

/// What the status page tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusView {
    /// The inputs, in the order of the configuration.
    pub inputs: Vec<InputStatus>,
    /// How many links have each verdict.
    pub links: Vec<(Verdict, u64)>,
    /// Links that somebody should look at.
    pub troubled: Vec<TroubledLink>,
    /// Links that were lost in the week before the newest loss.
    pub newly_lost: Vec<TroubledLink>,
    /// Links by the age of their first mention, the youngest first.
    pub ages: Vec<LinksOfAge>,
    /// Hosts of which more links fail than not.
    pub hosts: Vec<FailingSite>,
    /// When the newest item was published, by which ages are told.
    pub newest: Option<DateTime<Utc>>,
}

/// What an input brought.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct InputStatus {
    /// Its name.
    pub name: String,
    /// Its published editions.
    pub editions: u64,
    /// Its published items.
    pub items: u64,
    /// The day since which its feed could not be fetched or read, each time; how often would change with each try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<NaiveDate>,
    /// While it fails: the day on which it last went well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success: Option<NaiveDate>,
    /// While it fails: the rule that says why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What it looks like, where it became another feed of which nothing is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<HeldInput>,
}

/// What a held input looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldInput {
    /// Now.
    pub now: Face,
    /// When it was last published.
    pub before: Face,
}

/// A link that cannot be read as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroubledLink {
    /// The address as cited.
    pub url: String,
    /// What the author calls it.
    pub label: String,
    /// The host it is counted under.
    pub host: String,
    /// The verdict as published.
    pub verdict: Verdict,
    /// Since when; shown only for verdicts that show it.
    pub since: Option<DateTime<Utc>>,
    /// The rule that judged it.
    pub rule: String,
    /// What was seen.
    pub evidence: String,
    /// Its new address, where it moved.
    pub moved_to: Option<String>,
    /// An archived copy of a page that is lost.
    pub archive: Option<String>,
    /// The newest items that cite it.
    pub items: Vec<CitingItem>,
}

/// How the links of one age fare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LinksOfAge {
    /// Years from their first mention to the newest item, at least.
    pub from_years: u32,
    /// How many there are.
    pub links: u64,
    /// How many of them are gone or replaced.
    pub lost: u64,
}

/// A site of which more links fail than not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailingSite {
    /// Its host.
    pub host: String,
    /// The path of its channel, where it has one.
    #[serde(skip)]
    pub slug: Option<String>,
    /// Its cited links.
    pub links: u64,
    /// How many of them are failing or gone.
    pub failing: u64,
    /// The day since which the first of them is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    /// The rule that most of them were judged by.
    pub rule: String,
}

/// What somebody should do something about, the worst first.
const NEEDS_A_LOOK: [Verdict; 3] = [Verdict::Gone, Verdict::Replaced, Verdict::Moved];

impl StatusView {
    /// Whether there are links and none was ever checked, so that nothing is known of them.
    fn is_unchecked(&self) -> bool {
        let total = self.total();
        total > 0 && self.count(&[Verdict::Unchecked]) == total
    }

    /// How many links have one of these verdicts.
    fn count(&self, verdicts: &[Verdict]) -> u64 {
        self.links.iter().filter(|(verdict, _)| verdicts.contains(verdict)).map(|(_, count)| count).sum()
    }

    /// How many links there are.
    fn total(&self) -> u64 {
        self.count(&Verdict::ALL)
    }

    /// Inputs that cannot be fetched or read.
    fn failing_inputs(&self) -> u64 {
        let failing = self.inputs.iter().filter(|input| input.failing_since.is_some()).count();
        u64::try_from(failing).unwrap_or(u64::MAX)
    }
}

/// Since when, where that is told with the verdict.
fn shown_since(link: &TroubledLink) -> Option<DateTime<Utc>> {
    link.since.filter(|_| link.verdict.shows_since())
}
