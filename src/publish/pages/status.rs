//! The status page and `status.json`: content and verdicts only. When cycles ran and run next is for the operator, and
//! would change these files without a reason.

use super::super::labels::Labels;
use super::super::xml::rfc3339;
use super::super::{Error, Site};
use super::rendered;
use super::view::day;
use crate::model::Verdict;
use askama::Template;
use chrono::{DateTime, Utc};

/// What an input holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputStatus {
    /// Its name.
    pub name: String,
    /// Published editions.
    pub editions: u64,
    /// Published items.
    pub items: u64,
}

/// A link that readers or the editor should know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroubledLink {
    /// The URL.
    pub url: String,
    /// What an item calls it.
    pub label: String,
    /// Its host.
    pub host: String,
    /// What stands against it.
    pub verdict: Verdict,
    /// Since when, for verdicts that show it.
    pub since: Option<DateTime<Utc>>,
    /// What was seen.
    pub evidence: String,
    /// Title and short id of the items that cite it.
    pub items: Vec<(String, String)>,
}

/// What the status shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusView {
    /// Inputs.
    pub inputs: Vec<InputStatus>,
    /// Links by verdict.
    pub links: Vec<(Verdict, u64)>,
    /// Links to look at.
    pub troubled: Vec<TroubledLink>,
}

struct LinkView<'a> {
    class: &'static str,
    verdict: &'static str,
    since: Option<String>,
    url: &'a str,
    label: &'a str,
    host: &'a str,
    evidence: &'a str,
    items: Vec<CitingView<'a>>,
}

struct CitingView<'a> {
    title: &'a str,
    path: String,
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage<'a> {
    lang: &'static str,
    site: &'a str,
    root: &'static str,
    labels: &'static Labels,
    inputs: &'a [InputStatus],
    links: Vec<(&'static str, u64)>,
    troubled: Vec<LinkView<'a>>,
}

/// `status.html`.
pub fn status_page(site: &Site, status: &StatusView) -> Result<Vec<u8>, Error> {
    let language = site.options.language;
    let link = |link: &'_ TroubledLink| -> (Verdict, Option<String>) {
        (link.verdict, link.since.map(|since| day(site, since)))
    };
    let troubled = status.troubled.iter().map(|troubled| {
        let (verdict, since) = link(troubled);
        LinkView {
            class: verdict.as_str(),
            verdict: language.verdict(verdict),
            since,
            url: &troubled.url,
            label: &troubled.label,
            host: &troubled.host,
            evidence: &troubled.evidence,
            items: troubled
                .items
                .iter()
                .map(|(title, short_id)| CitingView { title, path: format!("items/{short_id}/") })
                .collect(),
        }
    });
    let page = StatusPage {
        lang: language.tag(),
        site: &site.options.title,
        root: "",
        labels: language.labels(),
        inputs: &status.inputs,
        links: status.links.iter().map(|(verdict, count)| (language.verdict(*verdict), *count)).collect(),
        troubled: troubled.collect(),
    };
    rendered(&page)
}

/// `status.json`.
pub fn status_json(status: &StatusView) -> Result<Vec<u8>, Error> {
    let inputs = status
        .inputs
        .iter()
        .map(|input| serde_json::json!({"name": input.name, "editions": input.editions, "items": input.items}));
    let links: serde_json::Map<String, serde_json::Value> =
        status.links.iter().map(|(verdict, count)| (verdict.to_string(), (*count).into())).collect();
    let troubled = status.troubled.iter().map(|link| {
        serde_json::json!({
            "url": link.url, "label": link.label, "host": link.host, "verdict": link.verdict,
            "since": link.since.map(rfc3339), "evidence": link.evidence,
            "items": link.items.iter().map(|(_, short_id)| short_id).collect::<Vec<_>>(),
        })
    });
    let document = serde_json::json!({
        "inputs": inputs.collect::<Vec<_>>(), "links": links, "troubled": troubled.collect::<Vec<_>>(),
    });
    let mut bytes = serde_json::to_vec(&document).map_err(|e| Error::render("status.json", e))?;
    bytes.push(b'\n');
    Ok(bytes)
}
