//! What is told of one line: what was asked as it was given, what was seen, and where it led.

use crate::cli::spell::duration;
use crate::model::{Check, Hop, Verdict};
use crate::telemetry::{OneLine, printable};
use serde::Serialize;
use std::io::Write;
use std::time::Duration;
use url::Url;

/// Where the column of addresses begins.
const INDENT: &str = "                           ";

/// What is told of a check with `--json`.
#[derive(Serialize)]
struct Answered<'a> {
    url: &'a str,
    verdict: Verdict,
    rule: &'a str,
    evidence: &'a str,
    status: Option<u16>,
    final_url: Option<&'a str>,
    hops: &'a [Hop],
    ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<&'a str>,
}

/// Adds a line of JSON.
pub(super) fn json(out: &mut Vec<u8>, url: &str, check: &Check) -> anyhow::Result<()> {
    let Check { verdict, rule, evidence, status, ms, .. } = check;
    let (verdict, status, ms) = (*verdict, *status, *ms);
    let own = Fragment::of(url, &check.url);
    let hops: Vec<Hop> = check.hops.iter().map(|hop| Hop { url: own.in_place(&hop.url), status: hop.status }).collect();
    let final_url = check.final_url.as_deref().map(|end| own.in_place(end));
    let (final_url, hops, warning) = (final_url.as_deref(), hops.as_slice(), check.warning.as_deref());
    let told = Answered { url, verdict, rule, evidence, status, final_url, hops, ms, warning };
    out.extend_from_slice(printable(&serde_json::to_string(&told)?).as_bytes());
    out.push(b'\n');
    Ok(())
}

/// Adds a row in columns, and below it what was seen and where it led where that says more.
pub(super) fn text(out: &mut Vec<u8>, url: &str, check: &Check) -> anyhow::Result<()> {
    let Check { verdict, rule, evidence, status, ms, .. } = check;
    let status = status.map_or_else(|| "—".to_owned(), |status| status.to_string());
    let took = duration(Duration::from_millis(*ms));
    writeln!(out, "{verdict:<10}  {status:>4}  {took:>7}  {}", OneLine(url))?;
    if *verdict != Verdict::Reachable {
        writeln!(out, "{INDENT}{} ({rule})", OneLine(evidence))?;
    }
    if let Some(warning) = &check.warning {
        writeln!(out, "{INDENT}warning: {}", OneLine(warning))?;
    }
    let own = Fragment::of(url, &check.url);
    for hop in &check.hops {
        writeln!(out, "{INDENT}{} {}", hop.status, OneLine(&own.in_place(&hop.url)))?;
    }
    let end = check.final_url.as_deref().map(|end| own.in_place(end));
    if let Some(end) = end.filter(|end| end != url && !check.hops.is_empty()) {
        writeln!(out, "{INDENT}→ {}", OneLine(&end))?;
    }
    Ok(())
}

/// Several lines that differ in their fragment share one check, in which the fragment of one of them stands.
struct Fragment {
    /// What stands in the check.
    asked: Option<String>,
    own: Option<String>,
}

impl Fragment {
    fn of(given: &str, asked: &str) -> Self {
        let fragment = |url: &str| Url::parse(url).ok().and_then(|url| url.fragment().map(str::to_owned));
        Self { asked: fragment(asked), own: fragment(given) }
    }

    /// An address of the check as it is for this line; a fragment that a redirect brought stays.
    fn in_place(&self, url: &str) -> String {
        if self.asked == self.own {
            return url.to_owned();
        }
        match Url::parse(url) {
            Ok(mut parsed) if parsed.fragment() == self.asked.as_deref() => {
                parsed.set_fragment(self.own.as_deref());
                parsed.into()
            }
            _ => url.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_own_fragment() {
        for (given, asked, landed, shown) in [
            ("https://a.example/#b", "https://a.example/#a", "https://c.example/#a", "https://c.example/#b"),
            ("https://a.example/", "https://a.example/#a", "https://c.example/#a", "https://c.example/"),
            ("https://a.example/#b", "https://a.example/", "https://c.example/", "https://c.example/#b"),
            ("https://a.example/#b", "https://a.example/#a", "https://c.example/#own", "https://c.example/#own"),
            ("https://a.example/#a", "https://a.example/#a", "https://c.example/#a", "https://c.example/#a"),
        ] {
            assert_eq!(Fragment::of(given, asked).in_place(landed), shown, "{given} {asked} {landed}");
        }
    }
}
