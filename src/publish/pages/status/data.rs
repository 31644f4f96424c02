//! The status as data, `status.json`.

use super::{FailingSite, InputStatus, LinksOfAge, NEEDS_A_LOOK, StatusView, TroubledLink, shown_since};
use crate::model::{Verdict, web_uri};
use crate::publish::Error;
use chrono::SecondsFormat;
use serde::Serialize;
use std::borrow::Cow;

#[derive(Serialize)]
struct StatusJson<'a> {
    inputs: &'a [InputStatus],
    links: serde_json::Map<String, serde_json::Value>,
    troubled: Vec<TroubleJson<'a>>,
    summary: SummaryJson,
    newly_lost: Vec<TroubleJson<'a>>,
    ages: &'a [LinksOfAge],
    hosts: &'a [FailingSite],
}

/// What the page says first.
#[derive(Serialize)]
struct SummaryJson {
    links: u64,
    open: u64,
    need_a_look: u64,
    newly_lost: usize,
    failing_inputs: u64,
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

/// The same as the page, as data.
pub fn status_json(status: &StatusView) -> Result<Vec<u8>, Error> {
    let links = status.links.iter().map(|(verdict, count)| (verdict.as_str().to_owned(), (*count).into())).collect();
    let mut bytes = serde_json::to_vec_pretty(&StatusJson {
        inputs: &status.inputs,
        links,
        troubled: status.troubled.iter().map(trouble).collect(),
        summary: SummaryJson {
            links: status.total(),
            open: status.count(&[Verdict::Reachable, Verdict::Moved]),
            need_a_look: status.count(&NEEDS_A_LOOK),
            newly_lost: status.newly_lost.len(),
            failing_inputs: status.failing_inputs(),
        },
        newly_lost: status.newly_lost.iter().map(trouble).collect(),
        ages: &status.ages,
        hosts: &status.hosts,
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn trouble(link: &TroubledLink) -> TroubleJson<'_> {
    TroubleJson {
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
    }
}
