//! Checks and verdicts: what was seen of a URL, and what it adds up to.

use super::Portrait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What the checks of a URL add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The page is there.
    Reachable,
    /// The page is there, at another address for good (every hop was 301 or 308).
    Moved,
    /// The server lives but does not let us look.
    Blocked,
    /// It cannot be reached at present.
    Failing,
    /// It is no longer there.
    Gone,
    /// Something else stands there now.
    Replaced,
    /// We do not contact it by policy (scheme, port, address that is not public).
    Refused,
    /// Nothing is known yet.
    #[default]
    Unchecked,
}

impl Verdict {
    /// Every verdict, best first.
    pub const ALL: [Self; 8] = [
        Self::Reachable,
        Self::Moved,
        Self::Blocked,
        Self::Failing,
        Self::Gone,
        Self::Replaced,
        Self::Refused,
        Self::Unchecked,
    ];

    /// What readers or the editor should know of, worst first.
    pub const TROUBLE: [Self; 6] =
        [Self::Replaced, Self::Gone, Self::Failing, Self::Refused, Self::Moved, Self::Blocked];

    /// Those of which something holds.
    pub fn those(are_meant: fn(Self) -> bool) -> Vec<Self> {
        Self::ALL.into_iter().filter(|verdict| are_meant(*verdict)).collect()
    }

    /// The word used in feeds, files and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::Moved => "moved",
            Self::Blocked => "blocked",
            Self::Failing => "failing",
            Self::Gone => "gone",
            Self::Replaced => "replaced",
            Self::Refused => "refused",
            Self::Unchecked => "unchecked",
        }
    }

    /// Whether the item's source can be read there by somebody (a blocked one is only closed to us).
    pub fn is_alive(self) -> bool {
        matches!(self, Self::Reachable | Self::Moved | Self::Blocked)
    }

    /// Whether a reader who tries the link does not find there what was cited.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Failing | Self::Gone | Self::Replaced)
    }

    /// Whether the page itself was seen there, so that an archive can save it.
    pub fn is_seen(self) -> bool {
        matches!(self, Self::Reachable | Self::Moved)
    }

    /// Whether what was cited is confirmed not to be there any more, so that an archived copy is looked for and published.
    pub fn is_lost(self) -> bool {
        matches!(self, Self::Gone | Self::Replaced)
    }

    /// Whether nothing is said of what was seen: it is there, or nobody looked yet.
    pub fn is_quiet(self) -> bool {
        matches!(self, Self::Reachable | Self::Unchecked)
    }

    /// Whether `since` is published with it.
    pub fn shows_since(self) -> bool {
        matches!(self, Self::Gone | Self::Replaced | Self::Moved | Self::Blocked)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Verdict {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|v| v.as_str() == word).ok_or_else(|| format!("`{word}` is not a verdict"))
    }
}

/// One exchange on the way to the final answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The address that was asked.
    pub url: String,
    /// The status it answered with.
    pub status: u16,
}

/// One attempt to reach a URL, with its evidence, whatever the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The URL as it was given.
    pub url: String,
    /// When the check began.
    pub at: DateTime<Utc>,
    /// What this one check says (404 → gone).
    pub verdict: Verdict,
    /// Name of the rule that judged it.
    pub rule: String,
    /// What was seen, in words.
    pub evidence: String,
    /// Status of the last answer.
    pub status: Option<u16>,
    /// Where it ended, when an answer was read.
    pub final_url: Option<String>,
    /// The answers before the last one, in order.
    pub hops: Vec<Hop>,
    /// How long the server asked us to stay away, seconds.
    pub retry_after: Option<u64>,
    /// Whether any answer in HTTP was seen.
    pub reached_http: bool,
    /// How long it took, milliseconds.
    pub ms: u64,
    /// What the page looked like, where one was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portrait: Option<Portrait>,
    /// What makes this one look doubtful, in words, though it says that the page is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// Hash of what the page showed, to tell within one sweep whether others showed the same; not kept.
    #[serde(skip)]
    pub face: Option<u64>,
}

/// A verdict with its reasons, derived from checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Since when it holds.
    pub since: Option<DateTime<Utc>>,
    /// When the page was last seen.
    pub last_reached: Option<DateTime<Utc>>,
    /// Name of the rule that decided.
    pub rule: String,
    /// What was seen, in words.
    pub evidence: String,
    /// The new address of a moved page.
    pub moved_to: Option<String>,
}

impl Judgement {
    /// Whether as much is shown of it as of another: the verdict, since when where that is told, the new address, and what was
    /// seen, as the rule tells it in words and as evidence tells it in data.
    pub fn shows_as(&self, other: &Self) -> bool {
        self.shown() == other.shown()
    }

    fn shown(&self) -> (Verdict, Option<i64>, Option<&str>, [&str; 2]) {
        let since = self.since.filter(|_| self.verdict.shows_since()).map(|since| since.timestamp());
        let seen = if self.verdict.is_quiet() { [""; 2] } else { [self.rule.as_str(), &self.evidence] };
        (self.verdict, since, self.moved_to.as_deref(), seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_is_shown_makes_no_difference() {
        let judgement = |verdict, since, evidence: &str| Judgement {
            verdict,
            since: DateTime::from_timestamp(since, 0),
            last_reached: DateTime::from_timestamp(since, 0),
            rule: evidence.to_owned(),
            evidence: evidence.to_owned(),
            moved_to: None,
        };
        // Verdict; whether another instant shows; whether other evidence shows.
        let cases = [
            (Verdict::Reachable, false, false),
            (Verdict::Unchecked, false, false),
            (Verdict::Moved, true, true),
            (Verdict::Blocked, true, true),
            (Verdict::Gone, true, true),
            (Verdict::Replaced, true, true),
            (Verdict::Failing, false, true),
            (Verdict::Refused, false, true),
        ];
        for (verdict, since, evidence) in cases {
            let stands = judgement(verdict, 1, "a");
            assert!(stands.shows_as(&judgement(verdict, 1, "a")), "{verdict}");
            assert_eq!(!stands.shows_as(&judgement(verdict, 2, "a")), since, "{verdict}");
            assert_eq!(!stands.shows_as(&judgement(verdict, 1, "b")), evidence, "{verdict}");
            let moved = Judgement { moved_to: Some("https://new.example/".to_owned()), ..stands.clone() };
            assert!(!stands.shows_as(&moved), "{verdict}");
        }
        assert!(!judgement(Verdict::Gone, 1, "a").shows_as(&judgement(Verdict::Moved, 1, "a")));
    }
}
