//! Proofreads posts: finds what an editor would mend before readers see it, and says where, what and how. Pure: a post's text, how
//! it was read and what is known of the others in, marks out.
//!
//! What the reader complains of is taken over, and said once. An edit stands beside a mark only where it is safe: it changes the
//! bytes that are wrong and no others.

mod address;
mod among;
mod header;
mod links;
mod mark;
mod neighbours;
mod page;
pub mod rules;
mod sheet;
mod words;

#[cfg(test)]
mod tests;

pub use mark::{Edit, Level, ProofMark, edited};
pub use neighbours::{Neighbour, Neighbours};

use super::digest::{DigestOptions, ItemRules, Post, Profile, Reading, TextPattern, Way, shown};
use crate::model::{Complaint, LinkKey, Place};
use address::WrittenAddress;
use among::Among;
use chrono::{DateTime, Utc};
use page::{PostText, WrittenHeading};
use sheet::Sheet;
use std::ops::Range;
use url::Url;
use words::WordJudge;

/// What a post is proofread with.
#[derive(Clone, Copy)]
pub struct ProofOptions<'a> {
    /// How it was read.
    pub digest: &'a DigestOptions,
    /// What the post is called among its neighbours.
    pub known_as: &'a str,
    /// Names of tags that are known beside those of other posts.
    pub tags: &'a [String],
    /// Whether a file stands at a relative address, seen from the post.
    pub has_file: &'a dyn Fn(&str) -> bool,
    /// The time.
    pub now: DateTime<Utc>,
}

impl std::fmt::Debug for ProofOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProofOptions").field("tags", &self.tags).field("now", &self.now).finish_non_exhaustive()
    }
}

/// A link of a post, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostLink {
    /// Its bytes in the file.
    pub range: Range<usize>,
    /// What is asked for: typos of the scheme mended.
    pub url: String,
}

/// The marks about a post, in the order of its text. `text` is what was read at `path`.
pub fn proofread(
    (path, text): (&str, &str),
    reading: &Reading,
    neighbours: &Neighbours,
    options: &ProofOptions<'_>,
) -> Vec<ProofMark> {
    let told = reading.complaints.iter().cloned();
    let told: Vec<ProofMark> =
        told.map(|complaint| ProofMark::of_complaint(rules::of_complaint(&complaint), complaint)).collect();
    if matches!(reading.post, Post::Skipped { .. }) {
        return told;
    }
    let page = PostText::new(path, text);
    let left_out = left_out(&page, &options.digest.profile.items);
    let mut sheet = Sheet { page, marks: Vec::new(), left_out };
    let addresses = address::all(&sheet.page);
    let read: Vec<&WrittenAddress<'_>> =
        addresses.iter().filter(|address| !sheet.is_left_out(address.range.start)).collect();
    links::mark(&mut sheet, &read);
    header::mark(&mut sheet);
    headings(&mut sheet);
    targets(&mut sheet, options);
    lost_characters(&mut sheet);
    let own = neighbours.place_of(options.known_as);
    words::mark(&mut sheet, WordJudge { habits: &neighbours.habits, own, source_words: &options.digest.source_words });
    Among { reading, neighbours, own, options }.mark(&mut sheet);
    let mut marks = said_once(told, sheet.marks);
    without_source(reading, (path, &options.digest.profile), &mut marks);
    marks.sort_by_key(|mark| (mark.place.line, mark.place.column));
    marks
}

/// The links of a post; of one without `base` only those that are whole.
pub fn links(path: &str, text: &str, base: Option<&Url>) -> Vec<PostLink> {
    let page = PostText::new(path, text);
    let mut found: Vec<PostLink> = address::all(&page)
        .into_iter()
        .filter(|address| !address.is_picture && LinkKey::of(&address.url()).is_some())
        .map(|address| PostLink { range: address.range.clone(), url: address.url() })
        .collect();
    let relative = page.targets.iter().filter(|target| !target.is_picture && !target.url.contains("://"));
    for target in relative.filter(|target| !target.url.is_empty() && !target.url.starts_with('#')) {
        let url = base.and_then(|base| base.join(&target.url).ok()).filter(|url| LinkKey::of(url.as_str()).is_some());
        found.extend(url.map(|url| PostLink { range: target.at..target.at, url: url.into() }));
    }
    found
}

/// The place of a byte, and how many characters stand in a range.
pub fn place_of(path: &str, text: &str, range: &Range<usize>) -> (Place, u32) {
    let page = PostText::new(path, text);
    let length = page.get(range.clone()).chars().count();
    (page.place(range.start), u32::try_from(length).unwrap_or_default())
}

/// What the reader complains of and a rule of ours knows more exactly is said by the rule; what both say alike, by the reader.
fn said_once(told: Vec<ProofMark>, ours: Vec<ProofMark>) -> Vec<ProofMark> {
    let is_about =
        |mark: &ProofMark, other: &ProofMark| mark.place.line == other.place.line && mark.place.line.is_some();
    let quoted = |mark: &ProofMark| mark.message.split('`').nth(1).unwrap_or_default().to_owned();
    let is_exact = |mark: &ProofMark| [rules::SCHEME, rules::LINK_BRACKET].contains(&mark.rule);
    let mut marks: Vec<ProofMark> = told
        .into_iter()
        .filter(|told| {
            !ours.iter().any(|mark| is_exact(mark) && is_about(mark, told) && told.message.contains(&quoted(mark)))
        })
        .collect();
    let of_reader = marks.len();
    for mark in ours {
        let readers = marks.get(..of_reader).unwrap_or_default();
        let is_same =
            |told: &ProofMark| told.rule == mark.rule || (told.rule, mark.rule) == (rules::TAG, rules::TAG_SPELLING);
        if !readers.iter().any(|told| is_same(told) && is_about(told, &mark)) {
            marks.push(mark);
        }
    }
    marks
}

fn headings(sheet: &mut Sheet<'_>) {
    let headings = sheet.page.headings.clone();
    for (before, heading) in headings.iter().zip(headings.iter().skip(1)) {
        if heading.level > before.level + 1 {
            let (level, expected) = ("#".repeat(heading.level.into()), "#".repeat(usize::from(before.level) + 1));
            let message =
                format!("`{level}` skips a level: the heading before it is `{}`", "#".repeat(before.level.into()));
            let range = heading.at..heading.at + usize::from(heading.level);
            sheet.warn(rules::HEADING_LEVEL, range, message, format!("begin it with `{expected}`"));
        }
    }
}

/// Pictures that no reader can fetch, and links that lead nowhere.
fn targets(sheet: &mut Sheet<'_>, options: &ProofOptions<'_>) {
    for target in sheet.page.targets.clone() {
        let (at, url) = (target.at, target.url.trim());
        let end = at + 1;
        if target.is_picture {
            let is_relative = Url::parse(url) == Err(url::ParseError::RelativeUrlWithoutBase) && !url.starts_with("//");
            let is_plain = !url.is_empty() && is_relative && options.digest.base_url.is_none();
            if is_plain && !(options.has_file)(url) {
                let message = format!("the picture `{}` is no URL, and no file beside the post", shown(url));
                let help = "correct its path, write its whole URL, or give the input a `base_url`";
                sheet.warn(rules::PICTURE, at..end, message, help);
            }
        } else if matches!(url, "" | "#") && !target.label.contains('\u{fffc}') {
            let message = format!("`[{}]` has no address", shown(&target.label));
            sheet.warn(rules::LABEL_WITHOUT_LINK, at..end, message, "write it as [NAME](URL), or without brackets");
        }
    }
}

/// The first sign of a character that was lost in a conversion.
fn lost_characters(sheet: &mut Sheet<'_>) {
    let found = sheet.page.lines().find_map(|line| {
        let at = line.text.find('\u{fffd}')?;
        Some(line.start + at)
    });
    if let Some(at) = found {
        let message = "a character was lost in a conversion here: U+FFFD stands in its place".to_owned();
        sheet.warn(
            rules::LOST_CHARACTER,
            at..at + '\u{fffd}'.len_utf8(),
            message,
            "write what stood there, and save the file as UTF-8",
        );
    }
}

/// The bytes of sections that the profile leaves out: what stands there is not published.
fn left_out(page: &PostText<'_>, rules: &ItemRules) -> Vec<Range<usize>> {
    let is_among = |patterns: &[TextPattern], at: usize| {
        let line = page.get(at..page.end()).lines().next().unwrap_or_default();
        let text = line.trim_matches(['#', ' ']);
        patterns.iter().any(|pattern| pattern.0.is_match(text))
    };
    let sections = |patterns: &[TextPattern]| -> Vec<Range<usize>> {
        let headings = page.headings.iter().enumerate();
        let meant = headings.filter(|(_, heading)| is_among(patterns, heading.at));
        let range = |(index, heading): (usize, &WrittenHeading)| {
            let next = page.headings.iter().skip(index + 1).find(|next| next.level <= heading.level);
            heading.at..next.map_or(page.end(), |next| next.at)
        };
        meant.map(range).collect()
    };
    let mut left_out = sections(&rules.skip);
    if !rules.only.is_empty() {
        // What lies between the sections that the profile wants; one may lie within another.
        let mut from = page.body().next().map_or(page.end(), |line| line.start);
        for wanted in sections(&rules.only) {
            left_out.push(from..wanted.start.max(from));
            from = from.max(wanted.end);
        }
        left_out.push(from..page.end());
    }
    left_out
}

/// How an item of a digest names its source.
fn source_help(profile: &Profile) -> &'static str {
    let ways = &profile.sources.ways;
    if profile.is_column() {
        "add a quote **[消息来源：NAME](URL)** below the item's text"
    } else if profile.post.is_item {
        "add `link: URL` to the post's header, or a line `via [NAME](URL)`"
    } else if ways.contains(&Way::Line) {
        "link its title, [TITLE](URL), or write the address behind it"
    } else if ways.contains(&Way::Heading) {
        "link its heading, as in `## [TITLE](URL)`"
    } else if ways.contains(&Way::Label) {
        "add a line `来源：[NAME](URL)` below the item's text"
    } else {
        "add a link where the profile's `ways` look for it"
    }
}

/// Items that name no source, where nothing else says why.
fn without_source(reading: &Reading, (path, profile): (&str, &Profile), marks: &mut Vec<ProofMark>) {
    for edition in reading.editions().iter().map(|read| &read.edition) {
        let ends = edition.items.iter().skip(1).map(|item| item.line).chain([u32::MAX]);
        for (item, end) in edition.items.iter().zip(ends).filter(|(item, _)| item.sources.is_empty()) {
            let says_why = |mark: &ProofMark| {
                let is_within = mark.place.line.is_some_and(|line| (item.line..end).contains(&line));
                let why = [
                    rules::ITEM_WITHOUT_SOURCE,
                    rules::LABEL_WITHOUT_LINK,
                    rules::LINK,
                    rules::LINK_BRACKET,
                    rules::SCHEME,
                    rules::SOURCE_WORD,
                ];
                is_within && why.contains(&mark.rule)
            };
            if marks.iter().any(says_why) {
                continue;
            }
            let place = Place::at(path, item.line, 1);
            let message = format!("the item `{}` names no source", shown(&item.title));
            let complaint = Complaint::warning(place, message, source_help(profile));
            marks.push(ProofMark::of_complaint(rules::ITEM_WITHOUT_SOURCE, complaint));
        }
    }
}
