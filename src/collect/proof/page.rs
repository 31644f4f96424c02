//! A post's text with its places: which byte stands on which line and column, where the front matter ends, and what is code,
//! comment or another program's and says nothing.

use crate::collect::digest::{absurd_at, markdown_options};
use crate::model::{Place, is_ignorable};
use comrak::nodes::{LineColumn, NodeValue};
use comrak::{Arena, parse_document};
use std::ops::Range;

/// Longest title of an unclosed or plain front matter, in lines: beyond it is text.
const MAX_HEADER: usize = 400;

/// What begins and ends a text that is no text of the post.
const ASIDES: [(&str, &str); 3] = [("<!--", "-->"), ("{{", "}}"), ("{%", "%}")];

/// A heading of the body.
#[derive(Debug, Clone, Copy)]
pub(super) struct WrittenHeading {
    pub(super) level: u8,
    pub(super) at: usize,
}

/// A picture or link that was written in Markdown, and where it begins.
#[derive(Debug, Clone)]
pub(super) struct WrittenTarget {
    pub(super) at: usize,
    pub(super) url: String,
    pub(super) label: String,
    pub(super) is_picture: bool,
}

/// A line of the post.
#[derive(Debug, Clone, Copy)]
pub(super) struct WrittenLine<'t> {
    /// From 1.
    pub(super) number: usize,
    /// Its first byte.
    pub(super) start: usize,
    /// Without its line end.
    pub(super) text: &'t str,
}

/// A post's text.
#[derive(Debug)]
pub(super) struct PostText<'t> {
    path: &'t str,
    text: &'t str,
    /// The first byte of each line.
    starts: Vec<usize>,
    /// Lines of the front matter, its marks included.
    pub(super) header: usize,
    /// What is code, a comment or a template, in order.
    hidden: Vec<Range<usize>>,
    pub(super) headings: Vec<WrittenHeading>,
    pub(super) targets: Vec<WrittenTarget>,
}

impl<'t> PostText<'t> {
    pub(super) fn new(path: &'t str, text: &'t str) -> Self {
        // What nobody sees at the start, a byte-order mark say, counts as no column.
        let first = text.len() - text.trim_start_matches(is_ignorable).len();
        let starts = std::iter::once(first).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut page =
            Self { path, text, starts, header: 0, hidden: Vec::new(), headings: Vec::new(), targets: Vec::new() };
        page.header = header_lines(text.get(first..).unwrap_or_default());
        page.look_into_body();
        page
    }

    pub(super) fn path(&self) -> &'t str {
        self.path
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = WrittenLine<'t>> + '_ {
        self.starts.iter().enumerate().map(|(index, &start)| {
            let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
            let text = self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
            WrittenLine { number: index + 1, start, text }
        })
    }

    /// The lines of the front matter, without its marks.
    pub(super) fn header(&self) -> impl Iterator<Item = WrittenLine<'t>> + '_ {
        self.lines().take(self.header)
    }

    pub(super) fn body(&self) -> impl Iterator<Item = WrittenLine<'t>> + '_ {
        self.lines().skip(self.header)
    }

    /// Where a byte stands.
    pub(super) fn place(&self, byte: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let column = self.text.get(start..byte).map_or(0, |head| head.chars().count()) + 1;
        let fit = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place::at(self.path, fit(line), fit(column))
    }

    pub(super) fn get(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    /// Behind its last byte.
    pub(super) fn end(&self) -> usize {
        self.text.len()
    }

    pub(super) fn char_at(&self, byte: usize) -> Option<char> {
        self.text.get(byte..)?.chars().next()
    }

    /// Whether what stands at a byte says nothing.
    pub(super) fn is_hidden(&self, byte: usize) -> bool {
        self.hidden.iter().any(|range| range.contains(&byte))
    }

    fn body_start(&self) -> usize {
        self.starts.get(self.header).copied().unwrap_or(self.text.len())
    }

    /// Parses the Markdown once, for what stands where.
    fn look_into_body(&mut self) {
        let body = self.text.get(self.body_start()..).unwrap_or_default();
        if absurd_at(body).is_some() {
            return;
        }
        let arena = Arena::new();
        let root = parse_document(&arena, body, &markdown_options());
        for node in root.descendants() {
            let data = node.data();
            let (start, end) = (self.byte(data.sourcepos.start), self.byte(data.sourcepos.end) + 1);
            match &data.value {
                NodeValue::Code(_) | NodeValue::CodeBlock(_) => self.hidden.push(start..end),
                NodeValue::Heading(heading) => {
                    self.headings.push(WrittenHeading { level: heading.level, at: start });
                }
                NodeValue::Link(link) | NodeValue::Image(link) => {
                    let is_picture = matches!(data.value, NodeValue::Image(_));
                    let (url, label) = (link.url.clone(), text_below(node));
                    self.targets.push(WrittenTarget { at: start, url, label, is_picture });
                }
                _ => {}
            }
        }
        self.hide_asides();
    }

    /// The byte of the file at a place of the body, as the parser gives it: lines from 1, columns in bytes from 1.
    fn byte(&self, at: LineColumn) -> usize {
        let start = self.starts.get(self.header + at.line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        start + at.column.saturating_sub(1)
    }

    fn hide_asides(&mut self) {
        for (open, close) in ASIDES {
            let mut from = self.body_start();
            while let Some(at) = self.text.get(from..).and_then(|rest| rest.find(open)).map(|at| from + at) {
                from = at + open.len();
                let Some(end) = self.text.get(from..).and_then(|rest| rest.find(close)) else { break };
                if !self.is_hidden(at) {
                    from += end + close.len();
                    self.hidden.push(at..from);
                }
            }
        }
    }
}

fn text_below(node: comrak::Node<'_>) -> String {
    let mut text = String::new();
    for node in node.descendants() {
        match &node.data().value {
            NodeValue::Text(literal) => text.push_str(literal),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::Image(_) => text.push('\u{fffc}'),
            _ => {}
        }
    }
    text
}

/// How many lines the front matter has: between two lines `---` or `+++`, else lines `KEY: VALUE` up to a blank one.
fn header_lines(text: &str) -> usize {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().trim_end();
    if matches!(first, "---" | "+++") {
        let closes = |line: &str| line.trim_end() == first || (first == "---" && line.trim_end() == "...");
        return lines.position(closes).map_or(0, |at| at + 2);
    }
    let keyed = |line: &str| {
        let key = line.split_once([':', '：']).map(|(key, _)| key.trim_end());
        key.is_some_and(|key| {
            !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        })
    };
    if !keyed(first) {
        return 0;
    }
    let ends = |line: &str| line.trim().is_empty() || line.trim_end() == "---";
    text.lines().take(MAX_HEADER).position(ends).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_in_characters_of_the_file() {
        let text = "\u{feff}---\r\ntitle: 'x'\r\n---\r\n\r\n### 一 `代码`\r\n";
        let page = PostText::new("p.md", text);
        assert_eq!(page.header, 3);
        let at = text.find('`').expect("code");
        assert_eq!(page.place(at), Place::at("p.md", 5, 7));
        assert!(page.is_hidden(at) && !page.is_hidden(at - 1));
        assert_eq!(page.headings.iter().map(|heading| page.place(heading.at).line).collect::<Vec<_>>(), [Some(5)]);
        assert_eq!(
            page.lines().map(|line| line.text).collect::<Vec<_>>(),
            ["---", "title: 'x'", "---", "", "### 一 `代码`", ""]
        );
    }

    #[test]
    fn front_matter_of_each_kind_ends() {
        for (text, lines) in [
            ("---\na: 1\n---\nx", 3),
            ("+++\na = 1\n+++\nx", 3),
            ("---\na: 1\n...\nx", 3),
            ("Title: a\nDate: b\n\nx", 3),
            ("title: a\n---\nx", 2),
            ("---\na: 1\n", 0),
            ("### 一\n", 0),
            ("", 0),
        ] {
            assert_eq!(header_lines(text), lines, "{text:?}");
        }
    }

    #[test]
    fn code_comments_and_templates_are_hidden() {
        let text = "---\n---\na\n\n```\nb\n```\n\n<!-- c\n-->\n\n{{< d >}} e {% f %} `<!--` g `-->`\n\n    h\n";
        let page = PostText::new("p.md", text);
        let seen: String = text
            .char_indices()
            .filter(|(at, c)| *at > 7 && c.is_ascii_alphabetic() && !page.is_hidden(*at))
            .map(|(_, c)| c)
            .collect();
        assert_eq!(seen, "aeg");
    }
}
