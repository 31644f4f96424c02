//! What a cycle did with upstream feeds: those that changed or failed, a line each, and how many did what.

use crate::cli::spell::Count;
use crate::pipeline::{FeedReport, Fetched, InputReport};
use std::fmt::{self, Write};

/// Feeds told by name; the rest is counted.
const TOLD: usize = 20;

/// Tells what came of the feeds.
pub(super) fn write(out: &mut String, inputs: &[InputReport]) -> fmt::Result {
    let feeds: Vec<(&InputReport, &FeedReport)> =
        inputs.iter().filter_map(|input| Some((input, input.feed.as_ref()?))).collect();
    if feeds.is_empty() {
        return Ok(());
    }
    if feeds.iter().all(|(_, feed)| matches!(feed.fetched, Fetched::Offline | Fetched::Stopped)) {
        return writeln!(out, "Offline: no feed was fetched.");
    }
    let news: Vec<_> = feeds.iter().filter(|(input, _)| input.is_news()).collect();
    for (input, feed) in news.iter().take(TOLD) {
        write_feed(out, input, feed)?;
    }
    if news.len() > TOLD {
        writeln!(out, "  … and {} more that changed, failed or are held", Count(news.len() - TOLD, "feed"))?;
    }
    let counted = |fetched: Fetched| feeds.iter().filter(|(_, feed)| feed.fetched == fetched).count();
    let counts = [
        (Fetched::Changed, "read"),
        (Fetched::Unchanged, "unchanged"),
        (Fetched::Failed, "failed"),
        (Fetched::Held, "held"),
        (Fetched::NotDue, "not asked"),
        (Fetched::Stopped, "stopped"),
    ];
    let counts = counts.map(|(fetched, what)| (counted(fetched), what));
    let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    writeln!(out, "{}: {}.", Count(feeds.len(), "feed"), counts.collect::<Vec<_>>().join(", "))
}

/// Tells what came of each feed that was asked for by name; only what did not come where `quiet`.
pub(super) fn write_asked(out: &mut String, inputs: &[InputReport], quiet: bool) -> fmt::Result {
    let feeds = inputs.iter().filter_map(|input| Some((input, input.feed.as_ref()?)));
    for (input, feed) in feeds {
        let came = match feed.fetched {
            Fetched::Changed | Fetched::Unchanged if quiet => continue,
            Fetched::Changed | Fetched::Failed | Fetched::Held => {
                write_feed(out, input, feed)?;
                continue;
            }
            Fetched::Unchanged => "unchanged",
            Fetched::Stopped => "not asked: it answered 410 Gone, and is not asked any more; take it out",
            Fetched::NotDue | Fetched::Offline => "not asked",
        };
        write!(out, "{}: {came}", input.name)?;
        write_next(out, feed)?;
    }
    Ok(())
}

fn write_feed(out: &mut String, input: &InputReport, feed: &FeedReport) -> fmt::Result {
    write!(out, "{}: ", input.name)?;
    if let Some(problem) = &feed.problem {
        write!(out, "failed: {problem}")?;
    } else if feed.fetched == Fetched::Held {
        write!(out, "held: it looks like another feed, nothing of it is published")?;
    } else {
        write!(out, "{}, {} new, {} revised", Count(feed.entries, "entry"), input.new_items, input.revised_items)?;
    }
    write_next(out, feed)
}

/// When it is asked next, and why then.
fn write_next(out: &mut String, feed: &FeedReport) -> fmt::Result {
    match feed.next {
        Some(next) => writeln!(out, "; asked again {} ({})", next.format("%Y-%m-%d %H:%MZ"), feed.why),
        None => writeln!(out),
    }
}
