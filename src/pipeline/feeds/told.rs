//! What is told of feed inputs: a line each in the report, and what is wrong with them.

use super::KnownFeed;
use super::reading::ReadFeed;
use crate::ledger::{MOST_NEW, Plan};
use crate::model::{Complaint, Place};
use crate::pipeline::{FeedReport, Fetched, InputReport};
use chrono::{DateTime, Utc};

/// Under which complaints about fetching a feed are kept.
pub(super) const FETCHING: &str = "fetching";

/// Under which complaints about its document are kept.
pub(super) const READING: &str = "reading";

/// An input at the beginning of a cycle.
pub(super) fn begin(known: &KnownFeed<'_>, offline: bool) -> InputReport {
    let fetched = match (offline, known.poll.stopped) {
        (_, Some(_)) => Fetched::Stopped,
        (true, None) => Fetched::Offline,
        (false, None) => Fetched::NotDue,
    };
    let feed = FeedReport { fetched, entries: 0, problem: None, next: known.poll.next, why: known.poll.why.clone() };
    InputReport { name: known.input.name.clone(), feed: Some(feed), ..InputReport::default() }
}

/// It was asked, unless its host wants to be left alone.
pub(super) fn asked(report: &mut InputReport, known: &KnownFeed<'_>, now: DateTime<Utc>) {
    let Some(feed) = &mut report.feed else { return };
    let poll = &known.poll;
    feed.fetched = match (poll.stopped, &poll.last_error, feed.fetched) {
        (Some(_), ..) => Fetched::Stopped,
        _ if poll.asked.is_none_or(|asked| asked < now) => Fetched::NotDue,
        (None, Some(_), _) => Fetched::Failed,
        (None, None, _) if poll.held.is_some() => Fetched::Held,
        (None, None, Fetched::Changed) => Fetched::Changed,
        (None, None, _) => Fetched::Unchanged,
    };
    feed.problem.clone_from(&poll.last_error);
    feed.next = poll.next;
    feed.why.clone_from(&poll.why);
}

/// Its document was read.
pub(super) fn read(report: &mut InputReport, plan: &Plan) {
    report.new_items = plan.new.len();
    report.revised_items = plan.revised.len();
    if let Some(feed) = &mut report.feed {
        feed.fetched = Fetched::Changed;
        feed.entries = plan.dates.len();
    }
}

fn place(known: &KnownFeed<'_>) -> Place {
    Place::file(known.input.url.as_str())
}

/// What is wrong with fetching an input.
pub(super) fn notices(known: &KnownFeed<'_>) -> Vec<Complaint> {
    let complaint = |notice: String| {
        let message = format!("`{}`: {notice}", known.input.name);
        let help = "look whether the address is still right; `status` tells when it is asked again";
        Complaint::warning(place(known), message, help)
    };
    let held = known.poll.held.as_ref().map(|held| {
        let name = &known.input.name;
        let message = format!("`{name}`: {held}");
        let help =
            format!("look at it; `wellsourced release '{name}'` publishes what it brings, or give another address");
        Complaint::warning(place(known), message, help)
    });
    known.poll.notices().into_iter().map(complaint).chain(held).collect()
}

/// What is wrong with its document.
pub(super) fn document(known: &KnownFeed<'_>, feed: &ReadFeed, plan: &Plan) -> Vec<Complaint> {
    let mut told = Vec::new();
    let (name, complaints) = (&known.input.name, &feed.complaints);
    if let Some(first) = complaints.first() {
        let more = if complaints.len() > 1 { format!(" (and {} more)", complaints.len() - 1) } else { String::new() };
        let message = format!("`{name}`: {}{more}", first.message);
        let help = if feed.is_cut {
            format!("`wellsourced fetch '{name}'` asks for it again now; if it stays so, tell its publisher")
        } else {
            first.help.clone()
        };
        told.push(Complaint::warning(place(known), message, help));
    }
    if !plan.held_back.is_empty() {
        let message = format!(
            "`{}`: {} new entries at once; the newest {MOST_NEW} are shown, the others never will be",
            known.input.name,
            plan.new.len() + plan.held_back.len(),
        );
        told.push(Complaint::warning(
            place(known),
            message,
            "if this is a flood, tell its publisher or take the input out",
        ));
    }
    if plan.looks_new {
        let message = format!(
            "`{}`: looks like a new feed: {} entries are gone at once, and {} others that are no newer stand there",
            known.input.name,
            plan.left.len(),
            plan.new.len() + plan.held_back.len(),
        );
        told.push(Complaint::warning(
            place(known),
            message,
            "look whether the address still is the feed that you subscribed to",
        ));
    }
    told
}

/// Nothing was reached.
pub(super) fn network_is_down(feeds: usize, why: &str) -> Complaint {
    let asked =
        if feeds == 1 { "the feed that is due".to_owned() } else { format!("none of the {feeds} feeds that are due") };
    let asked = if feeds == 1 { format!("{asked} could not be reached") } else { format!("{asked} could be reached") };
    Complaint::warning(
        Place::file("network"),
        format!("{asked}, and nothing else either ({why}): the network seems to be down here"),
        "what was published stays; the feeds are asked again in the next cycle",
    )
}
