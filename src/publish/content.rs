//! The content of an entry as HTML: images, body, remark and the closing line with the sources.
//!
//! `body_html` and `remark_html` were sanitised on the way in; everything else is escaped here. No HTML is parsed: this runs
//! for every entry of every feed.

use super::body;
use super::characters::{clean, push_escaped};
use super::options::Site;
use super::theme::Words;
use crate::model::{CitedSource, Item, StoredItem, Verdict, web_uri};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// Longest summary in characters.
const SUMMARY: usize = 200;

/// An item's content for feeds: everything, closing line included.
pub(super) fn of_item(site: &Site, stored: &StoredItem) -> String {
    let words = site.words();
    let mut html = String::with_capacity(stored.item.body_html.len() + stored.item.remark_html.len() + 512);
    push_story(&mut html, words, &stored.item);
    push_closing_line(&mut html, words, site.options.timezone, &stored.sources);
    html
}

/// Sanitised HTML as it is published.
pub(super) fn html(words: &Words, sanitised: &str) -> String {
    let mut html = String::with_capacity(sanitised.len() + 64);
    body::push(&mut html, words, sanitised);
    html
}

fn push_story(html: &mut String, words: &Words, item: &Item) {
    let images = item.leading_images().filter_map(|(image, alt)| Some((web_uri(image)?, alt)));
    for (n, (image, alt)) in images.enumerate() {
        html.push_str("<figure><img src=\"");
        push_escaped(html, &image);
        html.push_str("\" alt=\"");
        push_escaped(html, &clean(alt));
        html.push_str("\">");
        if let Some(credit) = item.image_credit.as_deref().filter(|_| n == 0) {
            html.push_str("<figcaption>");
            push_escaped(html, &words.illustration);
            push_escaped(html, &words.colon);
            push_escaped(html, &clean(credit));
            html.push_str("</figcaption>");
        }
        html.push_str("</figure>\n");
    }
    body::push(html, words, item.body_html.trim());
    if !item.remark_html.trim().is_empty() {
        push_remark(html, words, item);
    }
}

/// The remark with the name of who remarks before its first words.
fn push_remark(html: &mut String, words: &Words, item: &Item) {
    html.push_str("\n<blockquote>");
    let remark = item.remark_html.trim();
    let (inside, rest) = remark.strip_prefix("<p>").map_or((false, remark), |rest| (true, rest));
    if inside {
        html.push_str("<p>");
    }
    if let Some(name) = item.comment_by.as_deref() {
        html.push_str(if inside { "<strong>" } else { "<p><strong>" });
        push_escaped(html, &clean(name));
        push_escaped(html, words.colon.trim_end());
        html.push_str(if inside { "</strong>" } else { "</strong></p>" });
        if words.colon.ends_with(' ') {
            html.push(' ');
        }
    }
    body::push(html, words, rest);
    html.push_str("</blockquote>");
}

fn push_closing_line(html: &mut String, words: &Words, zone: Tz, sources: &[CitedSource]) {
    if sources.is_empty() {
        return;
    }
    html.push_str("\n<p>");
    push_escaped(html, &words.source);
    push_escaped(html, &words.colon);
    for (n, source) in sources.iter().enumerate() {
        if n > 0 {
            html.push_str(" · ");
        }
        push_source(html, words, zone, source);
    }
    html.push_str("</p>");
}

fn push_source(html: &mut String, words: &Words, zone: Tz, source: &CitedSource) {
    push_link(html, &source.link.url, label(source));
    let asides = asides(words, zone, source);
    for (n, aside) in asides.iter().enumerate() {
        push_escaped(html, if n == 0 { &words.open } else { &words.comma });
        push_escaped(html, aside.before);
        match &aside.url {
            Some(url) => push_link(html, url, &aside.text),
            None => push_escaped(html, &clean(&aside.text)),
        }
    }
    if !asides.is_empty() {
        push_escaped(html, &words.close);
    }
}

/// One of the things that are said of a source behind its name.
pub(super) struct Aside<'w> {
    /// What leads to it.
    pub(super) before: &'w str,
    pub(super) text: String,
    /// Where it leads.
    pub(super) url: Option<String>,
}

/// What readers are told of a source, in the order in which they are to read it; nothing while it is well.
pub(super) fn asides<'w>(words: &'w Words, zone: Tz, source: &CitedSource) -> Vec<Aside<'w>> {
    let link = |address: &Option<String>| address.as_deref().and_then(web_uri).map(String::from);
    if source.verdict == Verdict::Moved {
        let to = |url: String| Aside { before: &words.moved_to, text: url.clone(), url: Some(url) };
        return link(&source.moved_to).map(to).into_iter().collect();
    }
    let is_told = source.verdict.is_lost() || matches!(source.verdict, Verdict::Failing | Verdict::Refused);
    if !is_told {
        return Vec::new();
    }
    let stands = Aside { before: "", text: standing(words, zone, source), url: None };
    let copy = |url| Aside { before: "", text: words.archived.clone(), url: Some(url) };
    // What may open tomorrow needs no copy today.
    let copies = link(&source.archive).filter(|_| source.verdict.is_lost());
    let mut asides: Vec<Aside<'_>> = std::iter::once(stands).chain(copies.map(copy)).collect();
    if copy_comes_first(source) {
        asides.reverse();
    }
    asides
}

/// Where something else stands nobody is to try the link before the copy.
pub(super) fn copy_comes_first(source: &CitedSource) -> bool {
    source.verdict == Verdict::Replaced
}

fn push_link(html: &mut String, url: &str, label: &str) {
    let Some(url) = web_uri(url) else { return push_escaped(html, &clean(label)) };
    html.push_str("<a href=\"");
    push_escaped(html, &url);
    html.push_str("\">");
    push_escaped(html, &clean(label));
    html.push_str("</a>");
}

/// What a source is called: its label, else its host, else its address.
pub(super) fn label(source: &CitedSource) -> &str {
    [source.link.label.as_str(), source.host.as_str()]
        .into_iter()
        .find(|l| !l.trim().is_empty())
        .unwrap_or(&source.link.url)
}

/// A verdict in words, with its day where it shows one.
pub(super) fn standing(words: &Words, zone: Tz, source: &CitedSource) -> String {
    let word = words.verdict(source.verdict);
    match source.since.filter(|_| source.verdict.shows_since()) {
        Some(since) => words.since(&day(zone, since), word),
        None => word.to_owned(),
    }
}

/// A day in the site's zone.
pub(super) fn day(zone: Tz, at: DateTime<Utc>) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d").to_string()
}

/// The beginning of an item's text without its title.
pub(super) fn summary(item: &Item) -> String {
    let text = item.text.trim();
    let body = text.strip_prefix(item.title.trim()).unwrap_or(text);
    let body = super::characters::line(body);
    match body.char_indices().nth(SUMMARY) {
        Some((end, _)) => {
            let (start, _) = body.split_at(end);
            format!("{}…", start.trim_end())
        }
        None => body,
    }
}
