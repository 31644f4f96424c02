//! Makes editions of a post's Markdown: one, or as many as its profile cuts it into.

use super::front::{Front, Value};
use super::item::Built;
use super::notes::{Notes, Spot, shown};
use super::outline;
use super::parts::{self, Part};
use super::profile::{Cover, DateFrom, ItemRules, PostRules, TitleFrom};
use super::section::Section;
use super::title::{self, Title};
use super::when::DateSought;
use super::workshop::Workshop;
use super::{
    DigestOptions, MAX_DEPTH, MAX_ITEMS, Post, ReadEdition, TagReason, date, guard, slips, starts, tags, too_deep, tree,
};
use crate::collect::html;
use crate::model::{Edition, LinkKey, SourceKind, SourceLink, is_blank, tag_key};
use chrono::{DateTime, FixedOffset};
use comrak::Node;
use comrak::nodes::NodeValue;

/// Why a file is kept out for its path.
pub(super) fn kept_out_by_path(path: &str, rules: &PostRules) -> Option<String> {
    let is_meant = rules.only_paths.is_empty() || rules.only_paths.iter().any(|pattern| pattern.is_in(path));
    (!is_meant).then(|| "the profile takes only paths that match its `path`".to_owned())
}

/// The editions of a post.
pub(super) fn read<'a>(
    front: &Front,
    root: Node<'a>,
    workshop: &mut Workshop<'a, '_>,
    options: &DigestOptions,
    notes: &mut Notes<'_>,
) -> Post {
    let source = workshop.reader.source;
    let profile = workshop.profile;
    if profile.is_column() && profile.post.editions.is_none() && outline::item_level(root, &profile.items).is_none() {
        slips::no_item_heading(front, root, &source, (workshop.words, &profile.items), notes);
        return Post::Skipped { why: no_item_heading(&profile.items) };
    }
    if tree::depth(root) > MAX_DEPTH {
        return too_deep(source.first(), notes);
    }
    for block in root.children() {
        guard::drop_html_flood(&[block], &source, notes);
    }
    slips::unused_definitions(root, &source, notes);
    workshop.footnotes = super::Footnotes::take(root);
    if profile.starts_at_headings() && !profile.post.is_item {
        slips::headings_without_blank(root, &source, notes);
    }
    let parts = parts::of(workshop.arena, root, profile.post.editions.as_ref(), &source);
    let headers: Vec<Option<Header>> = parts.iter().map(|part| header(front, part, workshop, options, notes)).collect();
    let mut sections: Vec<Vec<Section<'a>>> = Vec::with_capacity(parts.len());
    let mut covers = Vec::with_capacity(parts.len());
    for (part, header) in parts.iter().zip(&headers) {
        covers.push(cover(front, part.root, workshop));
        sections.push(cut(part.root, front, header.as_ref(), workshop, notes));
    }
    let count = sections.iter().map(Vec::len).max().unwrap_or_default();
    if count > MAX_ITEMS {
        let message = format!("the post has {count} item headings; at most {MAX_ITEMS} are read");
        notes.error(Spot::new(source.offset + 1, 1), message, "split the post");
        return Post::Broken;
    }
    if sections.iter().all(Vec::is_empty) {
        return without_items(front, workshop, notes);
    }
    let all: Vec<&Section<'a>> = sections.iter().flatten().collect();
    workshop.footnotes.warn_of_unused(&all, &source, notes);
    let number = |header: &Option<Header>| header.as_ref().and_then(|header| header.title.as_ref()?.number);
    let of_parts: Vec<_> =
        headers.iter().zip(&parts).map(|(header, part)| (part.title.as_ref(), number(header))).collect();
    let names = parts::names(&of_parts);
    let press = Press { front, tags: tags::names(&front.tags, notes), workshop, options };
    let mut editions = Vec::new();
    for (((header, sections), (cover, cover_reason)), part) in headers.into_iter().zip(&sections).zip(covers).zip(names)
    {
        // A part that holds nothing yet is no edition yet.
        if sections.is_empty() && part.is_some() {
            continue;
        }
        let Some(header) = header else { return kept_out(front, workshop) };
        let Some(read) = press.edition(header, sections, notes) else { continue };
        editions.push(ReadEdition { part, cover_reason, edition: Edition { cover, ..read.edition }, ..read });
    }
    if editions.is_empty() { Post::Broken } else { Post::Editions(editions) }
}

/// Title and date of an edition, as far as there are any.
struct Header {
    title: Option<Title>,
    title_spot: Option<Spot>,
    date: Option<DateTime<FixedOffset>>,
    date_from_name: bool,
}

/// `None` where the profile takes no post of this title.
fn header(
    front: &Front,
    part: &Part<'_>,
    workshop: &Workshop<'_, '_>,
    options: &DigestOptions,
    notes: &mut Notes<'_>,
) -> Option<Header> {
    let rules = &workshop.profile.post;
    if rules.title == [TitleFrom::Header] && rules.date == [DateFrom::Header, DateFrom::Path] && part.title.is_none() {
        return of_front(front, workshop, options, notes);
    }
    let written = part.title.clone().or_else(|| written_title(front, part.root, rules, workshop, notes));
    let Some(written) = written else {
        let help = "add `title:` to its header, or name another place in the profile's `title`: header, heading, name";
        notes.error(Spot::new(1, 1), "the post has no title", help);
        return Some(Header { title: None, title_spot: None, date: None, date_from_name: false });
    };
    let full = html::fold(&notes.legal(&written.text, "the title", written.spot));
    if !rules.only_titles.is_empty() && !rules.only_titles.iter().any(|pattern| pattern.is_in(&full)) {
        return None;
    }
    let number = front.number.as_ref().filter(|_| part.title.is_none()).and_then(|value| value.text.parse().ok());
    let number = number
        .or_else(|| number_in(&full, rules))
        .or_else(|| number_in(notes.path(), rules).filter(|_| part.title.is_none()));
    let lines = workshop.reader.source.lines.join("\n");
    let zone = options.timezone;
    let dated = DateSought { front, title: Some(&written), number, root: part.root, text: &lines, zone };
    let (date, date_from_name) = dated.read(rules, notes);
    let title = Title { full: full.clone(), number, headline: full };
    Some(Header { title: Some(title), title_spot: Some(written.spot), date, date_from_name })
}

/// Title and date as the observation column has them.
fn of_front(
    front: &Front,
    workshop: &Workshop<'_, '_>,
    options: &DigestOptions,
    notes: &mut Notes<'_>,
) -> Option<Header> {
    let rules = &workshop.profile.post;
    let mut title = title::read(front, notes);
    let (date, date_from_name) = date::read(front, options.timezone, notes);
    let full = title.as_ref().map_or("", |title| title.full.as_str());
    if !rules.only_titles.is_empty() && !rules.only_titles.iter().any(|pattern| pattern.is_in(full)) {
        return None;
    }
    if let Some(title) = title.as_mut().filter(|_| !rules.number.is_empty()) {
        title.number = number_in(&title.full, rules).or_else(|| number_in(notes.path(), rules));
    }
    Some(Header { title, title_spot: front.title.as_ref().map(|value| value.spot), date, date_from_name })
}

fn number_in(text: &str, rules: &PostRules) -> Option<u32> {
    rules.number.iter().find_map(|pattern| {
        let found = pattern.0.captures(text)?;
        found.get(1).or_else(|| found.get(0))?.as_str().parse().ok()
    })
}

/// The title where the profile looks for it. The heading that is one is no part of the text.
fn written_title(
    front: &Front,
    root: Node<'_>,
    rules: &PostRules,
    workshop: &Workshop<'_, '_>,
    notes: &Notes<'_>,
) -> Option<Value> {
    rules.title.iter().find_map(|from| match from {
        TitleFrom::Header => front.title.clone().filter(|title| !is_blank(&title.text)),
        TitleFrom::Heading => {
            let is_heading = |node: &Node<'_>| matches!(node.data().value, NodeValue::Heading(_));
            let first = root.children().find(is_heading)?;
            let title = Value { text: tree::text(first), spot: workshop.reader.source.spot(first) };
            let is_top = matches!(&first.data().value, NodeValue::Heading(heading) if heading.level == 1);
            let begins_item = matches!(&first.data().value, NodeValue::Heading(heading)
                if workshop.profile.starts_at_headings() && workshop.profile.items.levels.contains(&heading.level));
            if is_blank(&title.text) || begins_item {
                return None;
            }
            if is_top || first.previous_sibling().is_none() {
                first.detach();
            }
            Some(title)
        }
        TitleFrom::Name => {
            let name = notes.path().rsplit(['/', '\\']).next()?;
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            (!is_blank(stem)).then(|| Value { text: stem.to_owned(), spot: Spot::new(1, 1) })
        }
    })
}

/// The cover, and why it is one or there is none.
fn cover<'a>(front: &Front, root: Node<'a>, workshop: &Workshop<'a, '_>) -> (Option<String>, String) {
    let largepic = front.largepic.as_ref().map(|value| value.text.as_str());
    let first = outline::first_picture(root, &workshop.reader);
    let cover = match workshop.profile.cover {
        Cover::Largepic => outline::take_cover(root, largepic, &workshop.reader),
        Cover::First => outline::take_first_picture(root, &workshop.reader),
        Cover::None => None,
    };
    let why = workshop.cover_reason(first, largepic, cover.as_deref());
    (cover, why)
}

/// Why a post that has none of a profile's headings is none.
fn no_item_heading(rules: &ItemRules) -> String {
    let signs: Vec<String> = rules.levels.iter().map(|level| format!("`{}`", outline::signs(*level))).collect();
    format!("it has no item heading ({})", signs.join(" or "))
}

/// The items of an edition.
fn cut<'a>(
    root: Node<'a>,
    front: &Front,
    header: Option<&Header>,
    workshop: &Workshop<'a, '_>,
    notes: &mut Notes<'_>,
) -> Vec<Section<'a>> {
    let source = &workshop.reader.source;
    let profile = workshop.profile;
    if profile.is_column() {
        return match outline::item_level(root, &profile.items) {
            Some(level) => outline::sections(root, (level, &profile.items), source, notes),
            None => Vec::new(),
        };
    }
    if profile.post.is_item {
        let Some(title) = header.and_then(|header| header.title.as_ref()) else { return Vec::new() };
        let heading = tree::new_node(workshop.arena, NodeValue::Paragraph);
        let mut section = Section::of(heading);
        section.title = Some(title.full.clone());
        section.is_whole = true;
        section.blocks = root.children().collect();
        section.header_link = front.link.as_ref().and_then(|link| header_link(&link.text));
        return vec![section];
    }
    starts::sections(workshop.arena, root, profile, source, notes)
}

/// `URL`, or `NAME|URL` as Pelican's plug-in for sources has it.
fn header_link(written: &str) -> Option<SourceLink> {
    let (label, url) = written.split_once('|').unwrap_or(("", written));
    let url = crate::model::web_uri(url.trim()).map(|_| url.trim().to_owned())?;
    let label = label.trim();
    let label = if label.is_empty() { LinkKey::host_of(&url).unwrap_or_default() } else { label.to_owned() };
    Some(SourceLink { label, url })
}

/// A post in which the profile finds no item. Where it was meant as one, that is told.
fn without_items(front: &Front, workshop: &Workshop<'_, '_>, notes: &mut Notes<'_>) -> Post {
    let name = &workshop.profile.name;
    let why = format!("the profile `{name}` finds no item in it");
    if front.date.is_some() || front.title.is_some() || date::of_name(notes.path()).is_some() {
        let help = "`wellsourced inspect --suggest FILE` proposes a profile that does; name files that are no posts in the \
                    input's `exclude`";
        notes.warning(workshop.reader.source.first(), format!("{why}; it is not published"), help);
    }
    Post::Skipped { why }
}

fn kept_out(front: &Front, workshop: &Workshop<'_, '_>) -> Post {
    let title = front.title.as_ref().map(|title| format!(" `{}`", shown(&title.text))).unwrap_or_default();
    Post::KeptOut { why: format!("the profile `{}` takes no post of its title{title}", workshop.profile.name) }
}

/// What makes editions of the parts of a post.
struct Press<'a, 'w, 'o> {
    front: &'w Front,
    /// The header's tags.
    tags: Vec<String>,
    workshop: &'w Workshop<'a, 'o>,
    options: &'w DigestOptions,
}

impl<'a> Press<'a, '_, '_> {
    /// One edition; `None`, with a complaint, where it cannot be published.
    fn edition(&self, header: Header, sections: &[Section<'a>], notes: &mut Notes<'_>) -> Option<ReadEdition> {
        let Self { front, tags, workshop, options } = self;
        let built: Vec<_> = sections.iter().filter_map(|section| workshop.build(section, notes)).collect();
        if workshop.profile.is_column() {
            warn_of_missing_sources(&built, notes);
        }
        let (Some(title), Some(date), false) = (header.title, header.date, built.is_empty()) else { return None };
        let said: Vec<_> = built.iter().map(|built| said(built, notes)).collect();
        let (mut items, item_reasons): (Vec<_>, Vec<_>) =
            built.into_iter().map(|built| (built.item, built.reasons)).unzip();
        let mut tag_reasons: Vec<Vec<TagReason>> = Vec::with_capacity(items.len());
        for (item, tags) in items.iter_mut().zip(tags::assign(tags, &said, options)) {
            let (names, reasons) = tags.into_iter().unzip();
            item.tags = names;
            tag_reasons.push(reasons);
        }
        let date_spot = front.date.as_ref().map(|value| value.spot);
        let (title_at, date_at) = (notes.place_of(header.title_spot), notes.place_of(date_spot));
        let edition = Edition {
            number: title.number,
            date,
            headline: title.headline,
            title: title.full,
            author: front.author.as_ref().map(|value| notes.legal(&value.text, "the author", value.spot).into_owned()),
            permalink: title::permalink(front, &workshop.reader, notes),
            cover: None,
            tags: tags.clone(),
            items,
        };
        let (date_from_name, cover_reason) = (header.date_from_name, String::new());
        Some(ReadEdition {
            edition,
            part: None,
            title_at,
            date_at,
            tag_reasons,
            item_reasons,
            cover_reason,
            date_from_name,
        })
    }
}

/// What an item says, for its tags.
fn said(built: &Built, notes: &mut Notes<'_>) -> tags::ItemWords {
    let own: Vec<Value> = built.tags.iter().map(|(name, _)| Value { text: name.clone(), spot: built.spot }).collect();
    let why = |name: &String| built.tags.iter().find(|(written, _)| tag_key(written) == tag_key(name));
    let names = tags::names(&own, notes).into_iter();
    let own =
        names.map(|name| (why(&name).map_or(TagReason::Own, |(_, why)| *why), name)).map(|(why, name)| (name, why));
    tags::ItemWords::new(&built.item.text, &built.remark_text, own.collect())
}

/// Early posts name no sources at all; where a post does, an item without one was probably forgotten.
fn warn_of_missing_sources(built: &[Built], notes: &mut Notes<'_>) {
    let is_labelled = |built: &Built| built.item.source_kind == SourceKind::Labelled;
    if !built.iter().any(is_labelled) {
        return;
    }
    for built in built.iter().filter(|built| built.item.sources.is_empty() && !built.lost_source) {
        let message = format!("the item `{}` names no source, as others of this post do", shown(&built.item.title));
        notes.warning(built.spot, message, "add a quote **[消息来源：NAME](URL)** below the item's text");
    }
}
