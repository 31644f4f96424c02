//! The status of inputs and links as a page and as JSON: content and verdicts only.
//!
//! When cycles ran is not told here: a page that changes with every run would break rule 1.

use super::views::Link;
use super::{PageFrame, PageView, SiteView, render};
use crate::model::{CitingItem, Face, Verdict, web_uri};
use crate::publish::Error;
use crate::publish::address;
use crate::publish::characters::line;
use crate::publish::content;
use crate::publish::evidence::{Seen, evidence_in_words};
use crate::publish::layout;
use crate::publish::options::Site;
use crate::publish::theme::Words;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;
use std::borrow::Cow;

/// What the status page tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusView {
    /// The inputs, in the order of the configuration.
    pub inputs: Vec<InputStatus>,
    /// How many links have each verdict.
    pub links: Vec<(Verdict, u64)>,
    /// Links that somebody should look at.
    pub troubled: Vec<TroubledLink>,
}

/// What an input brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

#[derive(Serialize)]
struct StatusPage<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    inputs: Vec<InputView<'a>>,
    held: Vec<HeldView>,
    links: Vec<VerdictCount>,
    troubled: Vec<TroubleView>,
}

impl PageView for StatusPage<'_> {
    const TEMPLATE: &'static str = "status.html";
}

#[derive(Serialize)]
struct InputView<'a> {
    name: &'a str,
    editions: u64,
    items: u64,
    failing_since: Option<String>,
}

#[derive(Serialize)]
struct VerdictCount {
    verdict: &'static str,
    count: u64,
}

#[derive(Serialize)]
struct HeldView {
    name: String,
    looks: String,
    command: String,
}

#[derive(Serialize)]
struct TroubleView {
    href: Option<String>,
    label: String,
    host: String,
    verdict: &'static str,
    standing: String,
    evidence: String,
    items: Vec<Link>,
}

#[derive(Serialize)]
struct StatusJson<'a> {
    inputs: &'a [InputStatus],
    links: serde_json::Map<String, serde_json::Value>,
    troubled: Vec<TroubleJson<'a>>,
}

#[derive(Serialize)]
struct TroubleJson<'a> {
    url: Cow<'a, str>,
    label: &'a str,
    host: &'a str,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    rule: &'a str,
    evidence: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_to: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<Cow<'a, str>>,
    items: Vec<CitingJson<'a>>,
}

#[derive(Serialize)]
struct CitingJson<'a> {
    id: &'a str,
    title: &'a str,
}

/// The page `status.html`.
pub fn status_page(site: &Site, status: &StatusView) -> Result<Vec<u8>, Error> {
    let words = site.words();
    let page = PageFrame::new(site, "", layout::STATUS_PAGE, &words.status);
    let troubled = status.troubled.iter().map(|link| trouble(site, &page.root, link)).collect();
    let held = status.inputs.iter().filter_map(|input| Some(held(words, &input.name, input.held.as_ref()?))).collect();
    let links = status.links.iter().map(|&(verdict, count)| VerdictCount { verdict: verdict.as_str(), count });
    let view = StatusPage {
        site: SiteView::new(&site.options),
        inputs: status.inputs.iter().map(InputView::new).collect(),
        links: links.collect(),
        held,
        troubled,
        page,
    };
    render(&site.options, &view)
}

impl<'a> InputView<'a> {
    fn new(input: &'a InputStatus) -> Self {
        let InputStatus { name, editions, items, failing_since, .. } = input;
        Self { name, editions: *editions, items: *items, failing_since: failing_since.map(|day| day.to_string()) }
    }
}

/// What a held feed looked like and looks like now, and what lets it through.
fn held(w: &Words, name: &str, held: &HeldInput) -> HeldView {
    let looks = |face: &Face| {
        let about = face.language.iter().chain(&face.site).cloned().collect::<Vec<_>>().join(&w.comma);
        let about = if about.is_empty() { about } else { format!("{}{about}{}", w.open, w.close) };
        format!("“{}”{about}", face.title)
    };
    let entries: Vec<String> = held.now.entries.iter().map(|title| format!("“{title}”")).collect();
    let looks = format!("{} → {}{}{}", looks(&held.before), looks(&held.now), w.colon, entries.join(&w.comma));
    HeldView { name: line(name), looks: line(&looks), command: line(&format!("wellsourced release '{name}'")) }
}

/// The same as data, `status.json`.
pub fn status_json(status: &StatusView) -> Result<Vec<u8>, Error> {
    let troubled = status.troubled.iter().map(|link| TroubleJson {
        url: web_uri(&link.url).unwrap_or(Cow::Borrowed(&link.url)),
        label: &link.label,
        host: &link.host,
        verdict: link.verdict,
        since: shown_since(link).map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        rule: &link.rule,
        evidence: &link.evidence,
        moved_to: link.moved_to.as_deref().and_then(web_uri),
        archive: link.archive.as_deref().and_then(web_uri),
        items: link.items.iter().map(|item| CitingJson { id: &item.short_id, title: &item.title }).collect(),
    });
    let links = status.links.iter().map(|(verdict, count)| (verdict.as_str().to_owned(), (*count).into())).collect();
    let mut bytes =
        serde_json::to_vec_pretty(&StatusJson { inputs: &status.inputs, links, troubled: troubled.collect() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn trouble(site: &Site, root: &str, link: &TroubledLink) -> TroubleView {
    let words = site.words();
    let word = words.verdict(link.verdict);
    let standing = shown_since(link)
        .map_or_else(|| word.to_owned(), |since| words.since(&content::day(site.options.timezone, since), word));
    let label = line(&link.label);
    let seen = Seen { verdict: link.verdict, rule: &link.rule, since: None, has_copy: link.archive.is_some() };
    let cited_in =
        |item: &CitingItem| Link { name: line(&item.title), href: address::standing(root, &item.short_id, &item.home) };
    TroubleView {
        href: web_uri(&link.url).map(String::from),
        label: if label.is_empty() { line(&link.url) } else { label },
        host: line(&link.host),
        verdict: link.verdict.as_str(),
        standing,
        evidence: line(&evidence_in_words(words, &seen)),
        items: link.items.iter().map(cited_in).collect(),
    }
}

fn shown_since(link: &TroubledLink) -> Option<DateTime<Utc>> {
    link.since.filter(|_| link.verdict.shows_since())
}
