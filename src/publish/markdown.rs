//! The content of an editor's item as Markdown: pictures, body and remark as the editor wrote them, and the closing line.
//!
//! `body_markdown` and `remark_markdown` were written by the reader; everything else is escaped here.

use super::characters::{clean, line};
use super::content::{asides, label};
use super::options::Site;
use super::theme::Words;
use crate::model::{CitedSource, Home, Item, StoredItem, web_uri};

/// An item's content, closing line included; `None` where it was not written in Markdown, or was not read so yet.
pub(super) fn of_item(site: &Site, stored: &StoredItem) -> Option<String> {
    let item = &stored.item;
    let is_read = |html: &str, markdown: &str| html.trim().is_empty() || !markdown.is_empty();
    let is_whole = is_read(&item.body_html, &item.body_markdown) && is_read(&item.remark_html, &item.remark_markdown);
    if stored.home != Home::Page || !is_whole {
        return None;
    }
    let words = site.words();
    let mut blocks = pictures(words, item);
    blocks.extend(Some(clean(item.body_markdown.trim_end()).into_owned()).filter(|body| !body.is_empty()));
    if !item.remark_markdown.is_empty() {
        blocks.push(remark(words, item));
    }
    if !stored.sources.is_empty() {
        let sources: Vec<String> = stored.sources.iter().map(|cited| source(site, words, cited)).collect();
        blocks.push(format!("{}{}{}", escaped(&words.source), escaped(&words.colon), sources.join(" · ")));
    }
    Some(blocks.join("\n\n"))
}

/// A heading that is a link.
pub(super) fn heading(title: &str, url: &str) -> String {
    format!("### {}", link(url, title))
}

/// The pictures that stand before the text, the first with its credit.
fn pictures(words: &Words, item: &Item) -> Vec<String> {
    let images = item.leading_images().filter_map(|(image, alt)| Some((web_uri(image)?, alt)));
    let mut blocks: Vec<String> = images.map(|(image, alt)| format!("![{}]({})", text(alt), address(&image))).collect();
    if let (Some(credit), Some(_)) = (item.image_credit.as_deref(), blocks.first()) {
        blocks.insert(1, format!("*{}{}{}*", escaped(&words.illustration), escaped(&words.colon), text(credit)));
    }
    blocks
}

/// The remark as a quote, with the name of who remarks before its first words.
fn remark(words: &Words, item: &Item) -> String {
    let remark = clean(item.remark_markdown.trim_end());
    let begins_with_text = item.remark_html.trim_start().starts_with("<p>");
    let said = match item.comment_by.as_deref().map(text).filter(|name| !name.is_empty()) {
        // The colon stands outside: after punctuation and before a letter `**` would end nothing (CommonMark, 6.2).
        Some(name) if begins_with_text => format!("**{name}**{}{remark}", escaped(&words.colon)),
        Some(name) => format!("**{name}**{}\n\n{remark}", escaped(words.colon.trim_end())),
        None => remark.into_owned(),
    };
    let lines: Vec<String> = said.lines().map(|line| format!("> {line}").trim_end().to_owned()).collect();
    lines.join("\n")
}

fn source(site: &Site, words: &Words, cited: &CitedSource) -> String {
    let mut said = link(&cited.link.url, label(cited));
    let asides = asides(words, site.options.timezone, cited);
    for (n, aside) in asides.iter().enumerate() {
        said += &escaped(if n == 0 { &words.open } else { &words.comma });
        said += &escaped(aside.before);
        said += &aside.url.as_deref().map_or_else(|| text(&aside.text), |url| link(url, &aside.text));
    }
    if !asides.is_empty() {
        said += &escaped(&words.close);
    }
    said
}

fn link(url: &str, label: &str) -> String {
    match web_uri(url) {
        Some(url) => format!("[{}]({})", text(label), address(&url)),
        None => text(label),
    }
}

/// A URI as the destination of a link: a bracket would end it, and only `;` makes a reference of what follows `&`.
pub(super) fn address(uri: &str) -> String {
    let uri = uri.replace('(', "%28").replace(')', "%29");
    if uri.contains(';') { uri.replace('&', "&amp;") } else { uri }
}

/// Text within a line of Markdown.
fn text(text: &str) -> String {
    escaped(&line(text))
}

fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '~' | '|' | '&' | '!') {
            written.push('\\');
        }
        written.push(c);
    }
    written
}
