//! What one look says: rules in order, the first that matches wins. Pure; [`super::attempt`] brings what was seen.
//!
//! Order: challenge signs, statuses that block, log-in gates (all: blocked); then gone; then failing; then moved;
//! then reachable. A rule's name is for ever: it is stored with every check.

use super::page::Page;
use super::{landing, signs};
use crate::model::{Hop, LinkKey, Portrait, Verdict, registrable_domain};
use crate::net::{Answer, Ending, Failure, FailureKind, Refusal, status_name};
use std::borrow::Cow;
use url::Url;

/// Rule of the status that says it will never come back.
pub(super) const GONE_FOR_GOOD: &str = "http-410";

/// What one look says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) rule: Cow<'static, str>,
    pub(super) evidence: String,
    /// Whether looking again at once may help.
    pub(super) retry: bool,
    /// What makes it doubtful, though the page is there.
    pub(super) warning: Option<String>,
}

impl Finding {
    pub(super) fn new(verdict: Verdict, rule: impl Into<Cow<'static, str>>, evidence: impl Into<String>) -> Self {
        Self { verdict, rule: rule.into(), evidence: evidence.into(), retry: false, warning: None }
    }

    fn worth_retrying(mut self) -> Self {
        self.retry = true;
        self
    }
}

/// An answer with what led to it.
#[derive(Debug)]
pub(super) struct Landing<'a> {
    pub(super) asked: &'a Url,
    pub(super) answer: &'a Answer,
    /// Where the answer is HTML.
    pub(super) page: Option<&'a Page>,
    pub(super) hops: &'a [Hop],
}

impl Landing<'_> {
    fn redirected(&self) -> bool {
        !self.hops.is_empty()
    }

    fn is_success(&self) -> bool {
        // `300` without a choice is a page; `304` to an unconditional request says that the page is there.
        matches!(self.answer.status, 200..=300 | 304)
    }
}

type Rule = fn(&Landing<'_>) -> Option<Finding>;

/// Every rule for answers, in order.
const RULES: [Rule; 10] = [challenge_header, challenge_page, status, gate, parked, lost, login, missing, unread, moved];

/// What an answer says.
pub(super) fn answer(landing: &Landing<'_>) -> Finding {
    RULES.iter().find_map(|rule| rule(landing)).unwrap_or_else(|| reachable(landing))
}

/// What the lack of an answer says.
pub(super) fn failure(failure: &Failure, hops: &[Hop]) -> Finding {
    let led = match hops.last() {
        Some(hop) => format!("after {} from {}: {}", hop.status, hop.url, failure.message),
        None => failure.message.clone(),
    };
    match failure.kind {
        FailureKind::Refused => {
            let rule = match failure.refusal {
                Some(Refusal::Scheme(_)) => "scheme",
                Some(Refusal::Port(_)) => "port",
                Some(Refusal::Address(..)) => "address",
                Some(Refusal::NoHost) | None => "malformed",
            };
            Finding::new(Verdict::Refused, rule, led)
        }
        // The same circle would be walked again.
        FailureKind::Redirect => Finding::new(Verdict::Failing, "redirect", led),
        FailureKind::Ours => Finding::new(Verdict::Blocked, "not-judged", led).worth_retrying(),
        kind => Finding::new(Verdict::Failing, kind.as_str(), led).worth_retrying(),
    }
}

fn challenge_header(landing: &Landing<'_>) -> Option<Finding> {
    let (name, seen) = signs::challenge_header(landing.answer)?;
    Some(Finding::new(Verdict::Blocked, "challenge", format!("{name} asks whether we are human ({seen})")))
}

/// On any status: challenges come with 200, 202, 403, 404, 429 and 503.
fn challenge_page(landing: &Landing<'_>) -> Option<Finding> {
    // A page that cites a captcha's vendor is that vendor's when the link is its root.
    let page = landing.page?;
    if let Some(seen) = signs::shield(landing.answer.status, page) {
        return Some(Finding::new(Verdict::Blocked, "challenge", seen));
    }
    let seen = signs::challenge_page(page)?;
    Some(Finding::new(Verdict::Blocked, "challenge", format!("{} with {seen}", landing.answer.status)))
}

fn status(landing: &Landing<'_>) -> Option<Finding> {
    let status = landing.answer.status;
    let rule = format!("http-{status}");
    let evidence = status_name(status);
    match status {
        404 | 410 => Some(Finding::new(Verdict::Gone, rule, evidence)),
        429 => Some(Finding::new(Verdict::Blocked, rule, evidence).worth_retrying()),
        408 | 425 | 500..=599 => Some(Finding::new(Verdict::Failing, rule, evidence).worth_retrying()),
        400..=499 | 999 => Some(Finding::new(Verdict::Blocked, rule, evidence)),
        _ if landing.is_success() => None,
        _ => Some(Finding::new(Verdict::Failing, rule, format!("{evidence}, which says nothing about the page"))),
    }
}

fn gate(landing: &Landing<'_>) -> Option<Finding> {
    let seen = landing::gate(landing.asked, &landing.answer.url)?;
    Some(Finding::new(Verdict::Blocked, "log-in", seen))
}

fn login(landing: &Landing<'_>) -> Option<Finding> {
    if landing::is_gate(landing.asked) {
        return None;
    }
    Some(Finding::new(Verdict::Blocked, "log-in", signs::login_page(landing.page?)?))
}

fn parked(landing: &Landing<'_>) -> Option<Finding> {
    let host = landing.asked.host_str().unwrap_or_default();
    let seen = signs::parked(landing.page?, host)?;
    Some(Finding::new(Verdict::Gone, "parked", seen))
}

fn lost(landing: &Landing<'_>) -> Option<Finding> {
    if !landing.redirected() {
        return None;
    }
    let seen = landing::lost(landing.asked, &landing.answer.url)?;
    Some(Finding::new(Verdict::Gone, "lost", format!("{seen} ({})", landing.answer.url)))
}

fn missing(landing: &Landing<'_>) -> Option<Finding> {
    let page = landing.page?;
    if landing::is_root(landing.asked) {
        return None;
    }
    Some(Finding::new(
        Verdict::Gone,
        "soft-404",
        format!("{}, but {}", status_name(landing.answer.status), signs::missing_page(page)?),
    ))
}

/// A promise of a page of which nothing came.
fn unread(landing: &Landing<'_>) -> Option<Finding> {
    if !landing.answer.raw.is_empty() {
        return None;
    }
    match &landing.answer.ending {
        Ending::TimedOut => {
            Some(Finding::new(Verdict::Failing, "timeout", "headers came in time, but no body").worth_retrying())
        }
        Ending::Broken(reason) => {
            let evidence = format!("headers came, but no body: {reason}");
            Some(Finding::new(Verdict::Failing, "protocol", evidence).worth_retrying())
        }
        Ending::Whole | Ending::Cut => None,
    }
}

fn moved(landing: &Landing<'_>) -> Option<Finding> {
    let for_good = landing.redirected() && landing.hops.iter().all(|hop| matches!(hop.status, 301 | 308));
    let to = LinkKey::without_fragment_of(landing.answer.url.as_str(), landing.asked.as_str());
    for_good.then(|| Finding::new(Verdict::Moved, "moved", format!("moved for good to {to}")))
}

fn reachable(landing: &Landing<'_>) -> Finding {
    let mut evidence = status_name(landing.answer.status);
    if let Some(page) = landing.page {
        if !page.title.is_empty() {
            evidence = format!("{evidence}: \"{}\"", page.title.chars().take(80).collect::<String>());
        }
        if signs::drawn_by_script(page) {
            return Finding::new(Verdict::Reachable, "script-only", format!("{evidence}, drawn by script"));
        }
    }
    match &landing.answer.ending {
        Ending::TimedOut => evidence.push_str(", cut at the deadline"),
        Ending::Broken(reason) => evidence = format!("{evidence}, cut: {reason}"),
        Ending::Whole | Ending::Cut => {}
    }
    Finding::new(Verdict::Reachable, "ok", evidence)
}

/// A page that speaks of what those speak of who take sites over. It is there; whether it is what was cited, only its past
/// can tell. Nobody is sent to such a page at another site.
pub(super) fn doubtful(landing: &Landing<'_>, finding: &Finding, seen: &Portrait) -> Option<Finding> {
    let phrase = seen.spam.as_ref()?;
    let asked = registrable_domain(landing.asked.as_str()).unwrap_or_default();
    let mut warning = format!("may have been taken over: it speaks of \"{phrase}\"");
    let mut doubtful = finding.clone();
    if asked != seen.domain {
        warning = format!("{warning}, and it is answered by {}", seen.domain);
        (doubtful.verdict, doubtful.rule) = (Verdict::Reachable, "ok".into());
    }
    Some(Finding { warning: Some(warning), ..doubtful })
}

/// A page that reads the same as the answer to a path nobody has.
pub(super) fn same_as_made_up(made_up: &Url) -> Finding {
    let evidence = format!("the page reads the same as {made_up}, which does not exist");
    Finding::new(Verdict::Gone, "soft-404", evidence)
}
