//! Which rule took what of an item, and what came closest to what was not found. Told by `inspect`; decides nothing.

use super::cited::Cited;
use super::notes::shown;
use super::pictures::Pictures;
use super::profile::{Cover, RemarkStyle, Way};
use super::quote::{self, RemarkLabel};
use super::section::Section;
use super::tree;
use super::workshop::{Parts, Workshop};
use crate::collect::html;
use crate::model::{LinkKey, type_by_ending};
use comrak::Node;
use comrak::nodes::NodeValue;

impl Way {
    /// What is found by it.
    pub fn about(self) -> &'static str {
        match self {
            Self::Header => "the header names it",
            Self::Label => "a line or quote that begins with a source word",
            Self::Heading => "a link of the heading",
            Self::Line => "the first link of the item's line",
            Self::Via => "a link with a word such as `via`",
            Self::First => "the first link of the text",
            Self::Body => "a link of the text, since nothing else names a source",
        }
    }
}

impl<'a> Workshop<'a, '_> {
    /// What gave an item its title. `pictures` are those of its heading.
    pub(super) fn title_reason(&self, section: &Section<'a>, title: &str, pictures: &Pictures) -> String {
        if section.is_whole {
            return "the post's own: the post is the item".to_owned();
        }
        let heading = section.heading;
        let text = tree::text(heading);
        let what = if pictures.alts.first().is_some_and(|alt| alt == title) && text.is_empty() {
            "what its picture shows"
        } else if section.is_cut {
            "the beginning of its text"
        } else if section.title.is_some() {
            "what stands before the address"
        } else if section.is_line && heading.first_child().is_some_and(|first| tree::has_link(first)) {
            "the first link"
        } else {
            ""
        };
        let begins = self.beginning(heading, section.is_line);
        let without = self.stripped(heading, title);
        let without = without.map(|prefix| format!(", without `{}` (`strip`)", shown(&prefix))).unwrap_or_default();
        let of = if what.is_empty() { "" } else { " of " };
        format!("{what}{of}{begins}{without}")
    }

    /// What an item begins with, as the profile's rules call it.
    fn beginning(&self, heading: Node<'_>, is_line: bool) -> String {
        if let NodeValue::Heading(heading) = &heading.data().value {
            return format!("a heading of level {}", heading.level);
        }
        let at = heading.data().sourcepos.start;
        let line = at.line.checked_sub(1).and_then(|line| self.reader.source.lines.get(line));
        let before = line.and_then(|line| line.get(..at.column.saturating_sub(1))).unwrap_or_default();
        match &self.profile.items.pattern {
            _ if !is_line => "its heading".to_owned(),
            _ if !before.trim().is_empty() => "an entry of a list".to_owned(),
            Some(pattern) => format!("a paragraph or line that matches `{}`", pattern.0),
            None => "a paragraph".to_owned(),
        }
    }

    /// What was taken from before a title.
    fn stripped(&self, heading: Node<'_>, title: &str) -> Option<String> {
        let written = self.reader.source.written(heading)?.trim_start_matches('#').trim_start();
        let (before, _) = written.split_once(title)?;
        let patterns = &self.profile.items.strip;
        let found = patterns.iter().filter_map(|pattern| pattern.0.find(before)).find(|found| found.start() == 0);
        found.map(|_| before.trim_end_matches(['[', '*', '<', ' ']).to_owned()).filter(|prefix| !prefix.is_empty())
    }

    /// Why no quote is the remark, and which one came closest.
    pub(super) fn no_remark(&self, parts: &Parts<'a>) -> String {
        let line = |block: Node<'a>| self.reader.source.spot(block).line;
        if let Some(quote) = parts.body.iter().rfind(|block| quote::is_quote(block)) {
            let text = tree::raw_text(quote);
            let head =
                text.split(['：', ':']).next().filter(|head| head.len() < text.len() && head.chars().count() < 30);
            let why = match (self.profile.remark, head) {
                (RemarkStyle::None, _) => "the profile's `remark` is \"none\"".to_owned(),
                _ if self.profile.remark_pattern.is_some() => {
                    "the profile's `remark_pattern` does not match it".to_owned()
                }
                (_, Some(head)) => format!("`{}` before its colon does not end with 点评", shown(head.trim())),
                (RemarkStyle::Labelled, None) => "no name before a colon".to_owned(),
                (RemarkStyle::Named, None) => "no name before a colon, and it does not end the item".to_owned(),
            };
            return format!("closest: the quote at line {} ({why})", line(quote));
        }
        let begins = |block: &&Node<'a>| quote::remark_label(&tree::text(block), self.remark_pattern()).is_some();
        match parts.body.iter().find(begins) {
            Some(block) => {
                format!("closest: the text at line {} (it begins as a remark does, and is no quote)", line(block))
            }
            None => "it has no quote that is one".to_owned(),
        }
    }

    /// Why no link is a source, and which one came closest. `remark` is the remark's HTML.
    pub(super) fn no_source(&self, cited: &Cited, remark: &str) -> Option<String> {
        if !cited.sources.is_empty() {
            return None;
        }
        let ways = &self.profile.sources.ways;
        let takes_text = ways.contains(&Way::Body) || ways.contains(&Way::First);
        let own = self.reader.base.and_then(url::Url::host_str);
        let Some(link) = cited.others.first() else {
            let of_remark = html::attributes(remark, "a[href]", "href").into_iter().next();
            let why = match of_remark {
                Some((url, _)) => format!("closest: `{}`, a link of the remark, which is never a source", shown(&url)),
                None if cited.lost => "closest: what the complaints say was left out".to_owned(),
                None => "it has no link at all".to_owned(),
            };
            return Some(why);
        };
        let is_picture = type_by_ending(&link.url).is_some_and(|kind| kind.starts_with("image/"));
        let why = if cited.lost {
            "a link of the text; the source line has none, as the complaints say"
        } else if !takes_text {
            "a link of the text; the profile's `ways` have neither `first` nor `body`"
        } else if is_picture {
            "the address of a picture"
        } else if own.is_some() && LinkKey::host_of(&link.url).as_deref() == own {
            "a link to the digest's own site"
        } else {
            "a link of who brought it (`submitter`), or of a picture alone"
        };
        Some(format!("closest: `{}`, {why}", shown(&link.url)))
    }

    /// Why an item has no picture, and what came closest.
    pub(super) fn no_picture(pictures: &Pictures, cited: &Cited) -> Option<String> {
        if !pictures.urls.is_empty() {
            return None;
        }
        let mut links = cited.sources.iter().chain(&cited.others);
        let link = links.find(|link| type_by_ending(&link.url).is_some_and(|kind| kind.starts_with("image/")));
        Some(match link {
            Some(link) => format!("closest: `{}`, a link; `![](URL)` shows it", shown(&link.url)),
            None => "it shows none".to_owned(),
        })
    }

    /// Why the edition has its cover, or none. `first` is the first picture with its line.
    pub(super) fn cover_reason(
        &self,
        first: Option<(String, u32)>,
        largepic: Option<&str>,
        cover: Option<&str>,
    ) -> String {
        match (self.profile.cover, cover, first) {
            (Cover::Largepic, Some(_), _) => "the first picture, which the header's `largepic` names".to_owned(),
            (Cover::First, Some(_), _) => "the first picture, which stands before any heading".to_owned(),
            (_, _, None) => "the post has no picture".to_owned(),
            (Cover::None, _, Some(_)) => "the profile's `cover` is \"none\"".to_owned(),
            (Cover::First, _, Some((url, line))) => {
                format!("closest: `{}` at line {line}, which stands below a heading or beside text", shown(&url))
            }
            (Cover::Largepic, _, Some((url, line))) => {
                let why = if largepic.is_some() { "is another one" } else { "is missing" };
                format!("closest: `{}` at line {line}; the header's `largepic` {why}", shown(&url))
            }
        }
    }
}

/// Where each picture stands.
pub(super) fn places(pictures: &Pictures) -> Vec<&'static str> {
    let place = |url: &String| {
        if pictures.placed.contains(url) { "within the text" } else { "alone, before or behind the text" }
    };
    pictures.urls.iter().map(place).collect()
}

/// What made a quote the remark.
pub(super) fn of_label(label: &RemarkLabel, by_pattern: bool) -> String {
    match &label.name {
        Some(name) if by_pattern => format!("what `remark_pattern` matches (`{}`)", shown(name)),
        None if by_pattern => "what `remark_pattern` matches".to_owned(),
        Some(name) => format!("quote with a name (`{}点评：`)", shown(name)),
        None => "quote that begins with 点评".to_owned(),
    }
}
