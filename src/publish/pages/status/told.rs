//! The status in the words of a page: what its template shows, ready but for escaping.

use super::{FailingSite, HeldInput, InputStatus, LinksOfAge, NEEDS_A_LOOK, StatusView, TroubledLink, shown_since};
use crate::model::{CitingItem, Face, Verdict, web_uri};
use crate::publish::address;
use crate::publish::characters::line;
use crate::publish::evidence::{SeenSource, evidence_in_words, rule_in_words};
use crate::publish::layout;
use crate::publish::options::Options;
use crate::publish::pages::views::{Link, archived_on, page, short_address};
use crate::publish::theme::{Counted, StatusWords, Words};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

/// What the page says of the status, from the banner down.
#[derive(Serialize)]
pub(super) struct ToldStatus {
    is_well: bool,
    heading: String,
    about: String,
    groups: Vec<GroupView>,
    newly_lost: Vec<TroubleView>,
    inputs: Vec<InputView>,
    held: Vec<HeldView>,
    ages: Vec<AgeView>,
    hosts: Vec<HostView>,
    verdicts: Vec<VerdictCount>,
}

/// Links of one verdict that need a look.
#[derive(Serialize)]
struct GroupView {
    name: String,
    count: String,
    links: Vec<TroubleView>,
    /// That there are more; empty where all are told.
    more: String,
}

#[derive(Serialize)]
struct TroubleView {
    href: Option<String>,
    label: String,
    host: String,
    /// Since when it stands; empty where that is not known.
    since: String,
    /// What is wrong, in a sentence.
    said: String,
    /// The address to use instead, what it is called, and what stands before and behind that.
    instead: Option<InsteadView>,
    items: Vec<Link>,
}

#[derive(Serialize)]
struct InsteadView {
    before: String,
    href: String,
    name: String,
    after: String,
}

#[derive(Serialize)]
struct InputView {
    name: String,
    editions: String,
    items: String,
    /// Since when it fails, and why; empty while it is well.
    failing: String,
    /// When it last went well, while it fails.
    last: String,
}

#[derive(Serialize)]
struct HeldView {
    name: String,
    looks: String,
    command: String,
}

#[derive(Serialize)]
struct AgeView {
    name: String,
    links: String,
    lost: String,
    /// In percent, with one digit behind the point.
    share: String,
    /// Of the largest share, in percent.
    width: String,
}

#[derive(Serialize)]
struct HostView {
    name: String,
    href: Option<String>,
    links: String,
    said: String,
}

#[derive(Serialize)]
struct VerdictCount {
    name: String,
    count: String,
}

/// What is needed to put a status into words.
struct Teller<'a> {
    site: &'a Options,
    words: &'a Words,
    said: &'a StatusWords,
    /// The way to the root of the site.
    root: &'a str,
    /// The year of the newest item, which need not be named.
    year: Option<i32>,
}

impl ToldStatus {
    /// A status in words, for a page from which `root` leads to the root of the site.
    pub(super) fn new(site: &Options, root: &str, status: &StatusView) -> Self {
        let words = site.words();
        let zone = site.timezone;
        let year = status.newest.map(|newest| newest.with_timezone(&zone).year());
        let teller = Teller { site, words, said: &words.condition, root, year };
        let needing = status.count(&NEEDS_A_LOOK);
        let failing = status.failing_inputs();
        let held = status.inputs.iter().filter_map(|input| Some(held(words, &input.name, input.held.as_ref()?)));
        let held: Vec<HeldView> = held.collect();
        let widest = status.ages.iter().map(tenths).max().unwrap_or_default().max(1);
        Self {
            is_well: needing + failing == 0 && held.is_empty() && !status.is_unchecked(),
            heading: teller.heading(status, needing, held.len()),
            about: teller.about(status, needing, held.len()),
            groups: NEEDS_A_LOOK.iter().filter_map(|verdict| teller.group(status, *verdict)).collect(),
            newly_lost: status.newly_lost.iter().map(|link| teller.trouble(link)).collect(),
            inputs: status.inputs.iter().map(|input| teller.input(input)).collect(),
            held,
            ages: status.ages.iter().map(|age| teller.age(age, widest)).collect(),
            hosts: status.hosts.iter().map(|host| teller.host(host)).collect(),
            verdicts: status.links.iter().map(|&(verdict, count)| teller.verdict(verdict, count)).collect(),
        }
    }

    /// What stands at the top.
    pub(super) fn heading(&self) -> &str {
        &self.heading
    }

    /// The sentence below it.
    pub(super) fn about(&self) -> &str {
        &self.about
    }
}

impl Teller<'_> {
    fn heading(&self, status: &StatusView, needing: u64, held: usize) -> String {
        match (needing, status.failing_inputs() + u64::try_from(held).unwrap_or_default()) {
            (0, 0) if status.is_unchecked() => self.said.not_checked.clone(),
            (0, 0) => self.said.well.clone(),
            (0, inputs) => counted(&self.said.inputs_need_a_look, inputs),
            (links, _) => counted(&self.said.links_need_a_look, links),
        }
    }

    fn about(&self, status: &StatusView, needing: u64, held: usize) -> String {
        let (total, failing) = (status.total(), status.failing_inputs());
        let open = status.count(&[Verdict::Reachable, Verdict::Moved]);
        let lost = u64::try_from(status.newly_lost.len()).unwrap_or_default();
        let links = self.said.open.filled(total, |name| match name {
            "n" => Some(grouped(total)),
            "open" => Some(grouped(open)),
            "share" => Some(percent(open, total)),
            _ => None,
        });
        let unchecked = status.count(&[Verdict::Unchecked]);
        let links = (!status.is_unchecked()).then_some(links);
        let sentences = [
            if total == 0 { Some(self.said.no_links.clone()) } else { links },
            (unchecked > 0).then(|| counted(&self.said.unchecked_count, unchecked)),
            (lost > 0).then(|| counted(&self.said.newly_lost_count, lost)),
            (failing > 0).then(|| counted(&self.said.failing_inputs, failing)),
            (total > unchecked && needing + failing == 0 && held == 0).then(|| self.said.nothing_to_do.clone()),
        ];
        let mut about = String::new();
        for sentence in sentences.into_iter().flatten() {
            // What ends with a full stop of Chinese wants no blank behind it.
            if about.ends_with('.') {
                about.push(' ');
            }
            about.push_str(&sentence);
        }
        about
    }

    fn group(&self, status: &StatusView, verdict: Verdict) -> Option<GroupView> {
        let count = status.count(&[verdict]);
        let links: Vec<_> = status.troubled.iter().filter(|link| link.verdict == verdict).collect();
        let more = count.saturating_sub(u64::try_from(links.len()).unwrap_or(u64::MAX));
        (!links.is_empty()).then(|| GroupView {
            name: self.said.verdict(verdict),
            count: grouped(count),
            links: links.into_iter().map(|link| self.trouble(link)).collect(),
            more: if more > 0 { counted(&self.said.more, more) } else { String::new() },
        })
    }

    fn trouble(&self, link: &TroubledLink) -> TroubleView {
        let day = shown_since(link).map(|since| self.day(self.local(since)));
        let since = day.as_deref().map(|day| self.said.since(link.verdict, day)).unwrap_or_default();
        let (label, has_copy) = (line(&link.label), link.archive.is_some());
        let seen = SeenSource { verdict: link.verdict, rule: &link.rule, since: day.as_deref(), has_copy };
        // That it moved, and when, is said with the new address.
        let said = if link.moved_to.is_some() { String::new() } else { evidence_in_words(self.words, &seen) };
        let cited_in = |item: &CitingItem| Link {
            name: line(&item.title),
            href: address::standing(self.root, &item.short_id, &item.home),
        };
        TroubleView {
            href: web_uri(&link.url).map(String::from),
            label: if label.is_empty() { line(&link.url) } else { label },
            host: line(&link.host),
            since,
            said: line(&said),
            instead: self.instead(link),
            items: link.items.iter().map(cited_in).collect(),
        }
    }

    /// The address that is to be used instead.
    fn instead(&self, link: &TroubledLink) -> Option<InsteadView> {
        let shown = |address: &Option<String>| address.as_deref().and_then(web_uri).map(String::from);
        if let Some(href) = shown(&link.moved_to) {
            let (before, after) = (self.said.moved_before.clone(), self.said.moved_after.clone());
            return Some(InsteadView { before, name: line(&short_address(&href)), href, after });
        }
        let href = shown(&link.archive)?;
        let name = self.said.copy_of(archived_on(&href).map(|day| self.words.day(day)).as_deref());
        Some(InsteadView { before: self.said.use_before.clone(), name, href, after: self.said.use_after.clone() })
    }

    fn input(&self, input: &InputStatus) -> InputView {
        let failing = input.failing_since.map(|since| {
            let why = rule_in_words(self.words, input.rule.as_deref().unwrap_or_default());
            self.said.input_failing(&self.day(since), &why)
        });
        InputView {
            name: line(&input.name),
            editions: if input.editions == 0 { "–".to_owned() } else { grouped(input.editions) },
            items: grouped(input.items),
            last: input
                .last_success
                .filter(|_| failing.is_some())
                .map_or_else(String::new, |day| self.said.last_fetched(&self.day(day))),
            failing: failing.unwrap_or_default(),
        }
    }

    fn age(&self, age: &LinksOfAge, widest: u64) -> AgeView {
        AgeView {
            name: self.said.age(age.from_years),
            links: grouped(age.links),
            lost: grouped(age.lost),
            share: percent(age.lost, age.links),
            width: percent(tenths(age), widest),
        }
    }

    fn host(&self, host: &FailingSite) -> HostView {
        let seen = rule_in_words(self.words, &host.rule);
        HostView {
            name: line(&host.host),
            href: host.slug.as_deref().map(|slug| page(self.root, &layout::source(slug))),
            links: grouped(host.links),
            said: match host.since {
                Some(since) => self.said.host_since(&self.day(since), &seen),
                None => seen,
            },
        }
    }

    fn verdict(&self, verdict: Verdict, count: u64) -> VerdictCount {
        VerdictCount { name: self.said.verdict(verdict), count: grouped(count) }
    }

    fn local(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.site.timezone).date_naive()
    }

    /// A day, with its year where that is another one than the newest item's.
    fn day(&self, day: NaiveDate) -> String {
        if self.year == Some(day.year()) { self.words.short_day(day) } else { self.words.day(day) }
    }
}

/// A text with a number, its thousands apart.
fn counted(text: &Counted, n: u64) -> String {
    text.filled(n, |name| (name == "n").then(|| grouped(n)))
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

/// Of a thousand links of an age so many are lost.
fn tenths(age: &LinksOfAge) -> u64 {
    per_mille(age.lost, age.links)
}

fn per_mille(part: u64, whole: u64) -> u64 {
    (part.saturating_mul(1000) + whole / 2).checked_div(whole).unwrap_or_default()
}

/// A share as percent with one digit behind the point.
fn percent(part: u64, whole: u64) -> String {
    let share = per_mille(part, whole);
    // All of them is said only of all of them.
    let share = if part < whole { share.min(999) } else { share };
    format!("{}.{}%", share / 10, share % 10)
}

/// A number with its thousands apart.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        for (n, told) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(n), told);
        }
        for (part, whole, told) in
            [(5148, 5412, "95.1%"), (0, 0, "0.0%"), (3, 3, "100.0%"), (99_999, 100_000, "99.9%"), (1, 3, "33.3%")]
        {
            assert_eq!(percent(part, whole), told);
        }
    }
}
