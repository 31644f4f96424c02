//! What a cycle did, for people: per edition its items, per source its verdict and why, what was written, what to mend.

mod complaints;
mod feeds;

use super::spell::{Count, counted, duration};
use crate::model::{Complaint, Verdict};
use crate::pipeline::{
    BucketReport, CheckReport, EditionReport, InputReport, ItemChange, ItemReport, PublishReport, Report, Turned,
};
use crate::telemetry::OneLine;
use std::fmt::{self, Write};
use std::time::Duration;

/// The summary of a cycle; `quiet` leaves only what is wrong.
pub(super) fn of(report: &Report, quiet: bool) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_summary(&mut text, report, quiet);
    text
}

/// Complaints, each kind with its places and how to mend it.
pub(super) fn of_complaints(complaints: &[Complaint]) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = complaints::write(&mut text, complaints);
    text
}

/// What came of the feeds that were asked for by name; `quiet` leaves only what is wrong.
pub(super) fn of_feeds(report: &Report, quiet: bool) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_feeds(&mut text, report, quiet);
    text
}

fn write_feeds(out: &mut String, report: &Report, quiet: bool) -> fmt::Result {
    feeds::write_asked(out, &report.inputs, quiet)?;
    complaints::write(out, &report.complaints)?;
    if !quiet {
        write_published(out, &report.published, report)?;
    }
    write_failure(out, report)
}

fn write_failure(out: &mut String, report: &Report) -> fmt::Result {
    let Some(failure) = &report.failure else { return Ok(()) };
    writeln!(out, "NOT PUBLISHED: {failure}")?;
    writeln!(out, "  readers still get what was published before")
}

fn write_summary(out: &mut String, report: &Report, quiet: bool) -> fmt::Result {
    if !quiet {
        for (from, to) in &report.renamed {
            let (from, to) = (OneLine(from), OneLine(to));
            writeln!(out, "`{to}` is what `{from}` was: its items keep their ids, dates and addresses")?;
        }
        for input in report.inputs.iter().filter(|input| input.feed.is_none()) {
            write_input(out, input)?;
        }
        feeds::write(out, &report.inputs)?;
    }
    complaints::write(out, &report.complaints)?;
    write_links(out, report)?;
    if !quiet {
        write_checks(out, &report.checks)?;
        write_hidden(out, report)?;
        write_published(out, &report.published, report)?;
    }
    write_failure(out, report)?;
    complaints::write_total(out, &report.complaints)
}

fn write_input(out: &mut String, input: &InputReport) -> fmt::Result {
    write!(out, "{}: {}", input.name, Count(input.posts, "post"))?;
    if input.read == 0 && input.removed_items == 0 {
        write!(out, ", none new or changed")?;
    } else {
        write!(out, ", {} read", input.read)?;
        let counts = [(input.new_items, "new"), (input.revised_items, "revised"), (input.removed_items, "removed")];
        let counts = counts.map(|(count, what)| (count, format!("{what} item{}", if count == 1 { "" } else { "s" })));
        for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
            write!(out, ", {count} {what}")?;
        }
    }
    writeln!(out)?;
    for edition in &input.editions {
        write_edition(out, edition)?;
    }
    if input.changed > input.editions.len() {
        writeln!(out, "  … and {} more", Count(input.changed - input.editions.len(), "edition"))?;
    }
    for title in &input.left {
        writeln!(out, "  - {}  (left the feeds with its post)", OneLine(title))?;
    }
    for (path, until) in &input.held {
        writeln!(out, "  held until {}: {}", until.format("%Y-%m-%d %H:%M %:z"), OneLine(path))?;
    }
    for (path, why) in &input.skipped {
        writeln!(out, "  skipped {}: {}", OneLine(path), OneLine(why))?;
    }
    for (path, why) in &input.kept_out {
        writeln!(out, "  kept out {}: {}", OneLine(path), OneLine(why))?;
    }
    Ok(())
}

fn write_edition(out: &mut String, edition: &EditionReport) -> fmt::Result {
    let (title, path) = (OneLine(&edition.title), OneLine(&edition.path));
    writeln!(out, "  {title}  ({}, {path})", edition.date.format("%Y-%m-%d"))?;
    for item in &edition.items {
        write_item(out, item)?;
    }
    for title in &edition.removed {
        writeln!(out, "    - {}  (left the feeds)", OneLine(title))?;
    }
    if !edition.unmentioned_tags.is_empty() {
        let tags = edition.unmentioned_tags.join(", ");
        writeln!(out, "    hint: no item mentions {}, so every item has it as a tag", OneLine(&tags))?;
    }
    Ok(())
}

fn write_item(out: &mut String, item: &ItemReport) -> fmt::Result {
    let sign = match item.change {
        ItemChange::New => '+',
        ItemChange::Revised => '~',
        ItemChange::Same => ' ',
    };
    write!(out, "    {sign} {}", OneLine(&item.title))?;
    if !item.tags.is_empty() {
        write!(out, "  [{}]", OneLine(&item.tags.join(", ")))?;
    }
    writeln!(out)?;
    if item.sources.is_empty() {
        writeln!(out, "        no source")?;
    }
    for source in &item.sources {
        write!(out, "        {}: {} — {}", OneLine(&source.label), OneLine(&source.url), source.verdict)?;
        if !matches!(source.verdict, Verdict::Reachable | Verdict::Unchecked) {
            write!(out, " ({})", OneLine(&source.evidence))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Verdicts that changed, and the links that are not well with the posts that cite them.
fn write_links(out: &mut String, report: &Report) -> fmt::Result {
    if !report.checks.turned.is_empty() {
        writeln!(out, "Verdicts that changed:")?;
    }
    for Turned { url, before, after, evidence } in &report.checks.turned {
        writeln!(out, "  {} — {after}, before {before} ({})", OneLine(url), OneLine(evidence))?;
    }
    if report.troubled.total > 0 {
        write!(out, "Not well: {}\n{}", counted(report.troubled.total, "source link"), report.troubled)?;
    }
    Ok(())
}

fn write_checks(out: &mut String, checks: &CheckReport) -> fmt::Result {
    if let Some(why) = &checks.network_down {
        writeln!(out, "The network is down here: {why}. Verdicts stay as they are, published all the same.")?;
    } else if checks.offline {
        writeln!(out, "Offline: no source was checked, verdicts stay as they are.")?;
    } else if checks.due > 0 {
        write!(out, "Checked {} of {} due", checks.checked, Count(checks.due, "source link"))?;
        writeln!(out, ", {} changed.", Count(checks.changed, "verdict"))?;
    }
    if !checks.verdicts.is_empty() {
        let counts: Vec<String> = checks.verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
        writeln!(out, "Source links: {}.", counts.join(", "))?;
    }
    Ok(())
}

fn write_hidden(out: &mut String, report: &Report) -> fmt::Result {
    if report.copies > 0 {
        writeln!(out, "Archived copies found of {}.", Count(report.copies, "dead link"))?;
    }
    match report.hidden {
        0 => Ok(()),
        hidden => writeln!(out, "{} not shown for the source's sake ([verify] policy).", Count(hidden, "item")),
    }
}

fn write_published(out: &mut String, published: &PublishReport, report: &Report) -> fmt::Result {
    if report.failure.is_some() {
        return Ok(());
    }
    let items = counted(report.items, "item");
    let directory = &published.directory;
    if published.feeds + published.pages + published.removed == 0 {
        writeln!(out, "Nothing to write: {directory}/ is up to date ({items}).")?;
        return write_bucket(out, published.bucket.as_ref());
    }
    write!(out, "Published {items} to {directory}/: wrote {}", Count(published.feeds, "feed"))?;
    write!(out, " and {}", Count(published.pages, "page"))?;
    if published.removed > 0 {
        write!(out, ", removed {}", Count(published.removed, "file"))?;
    }
    writeln!(out, " in {}.", duration(Duration::from_millis(published.ms)))?;
    write_bucket(out, published.bucket.as_ref())
}

fn write_bucket(out: &mut String, bucket: Option<&BucketReport>) -> fmt::Result {
    match bucket {
        None => Ok(()),
        Some(told) => writeln!(out, "{told} in {}.", duration(Duration::from_millis(told.ms))),
    }
}
