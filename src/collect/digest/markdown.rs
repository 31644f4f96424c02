//! The Markdown of an item, written anew from the tree of which its HTML was made: addresses are absolute, what was taken out is
//! gone. Of raw HTML only the harmless rest stays: what Markdown has a sign for is written so, a few elements without attributes
//! (ruby, `sub`) stand as tags, of all others the text.

use super::tree;
use crate::collect::html::{Sanitiser, strip_illegal};
use crate::model::web_uri;
use comrak::nodes::{NodeCode, NodeLink, NodeValue};
use comrak::{Arena, Node, Options, format_commonmark, format_html};
use ego_tree::NodeRef;
use scraper::{Html, Node as HtmlNode};

/// Elements that Markdown has no sign for, that carry meaning without an attribute, and that the sanitiser lets through.
const KEPT: [&str; 16] =
    ["abbr", "ins", "kbd", "mark", "q", "rb", "rp", "rt", "rtc", "ruby", "samp", "small", "sub", "sup", "u", "var"];

/// Elements that begin a line of their own.
const BLOCKS: &str = " address article aside blockquote center dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 \
    header hr li ol p pre section summary table td th tr ul ";

/// HTML nested more deeply is read as its text.
const MAX_DEPTH: usize = 32;

/// The Markdown of a tree without raw HTML, or of one that [`settle_raw`] went through.
pub(super) fn of(document: Node<'_>, options: &Options<'_>) -> String {
    let mut markdown = String::new();
    // Writing to a `String` cannot fail.
    let _ = format_commonmark(document, options, &mut markdown);
    strip_illegal(markdown.trim_end()).trim_start_matches('\n').to_owned()
}

/// Puts the harmless rest in the place of raw HTML.
pub(super) fn settle_raw<'a>(arena: &'a Arena<'a>, document: Node<'a>, options: &Options<'_>, sanitiser: &Sanitiser) {
    for node in document.descendants().collect::<Vec<_>>() {
        let raw = match &node.data().value {
            NodeValue::HtmlBlock(block) => Some(block.literal.clone()),
            _ => None,
        };
        if let Some(raw) = raw {
            let mut writer = MarkdownWriter { arena, paragraphs: Vec::new(), is_open: false, has_lines: true };
            writer.write(&sanitiser.clean(&raw));
            for paragraph in writer.paragraphs {
                node.insert_before(paragraph);
            }
            node.detach();
        } else if is_line(node) && tree::has_raw_html(node) {
            settle_line(arena, node, options, sanitiser);
        }
    }
}

/// Whether a node is a paragraph, a heading or a cell.
fn is_line(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::Paragraph | NodeValue::Heading(_) | NodeValue::TableCell)
}

/// The same for a paragraph, a heading or a cell whose text holds raw HTML.
fn settle_line<'a>(arena: &'a Arena<'a>, line: Node<'a>, options: &Options<'_>, sanitiser: &Sanitiser) {
    let document = tree::new_node(arena, NodeValue::Document);
    let paragraph = tree::new_node(arena, NodeValue::Paragraph);
    document.append(paragraph);
    for child in line.children().collect::<Vec<_>>() {
        paragraph.append(child);
    }
    let mut rendered = String::new();
    // Writing to a `String` cannot fail.
    let _ = format_html(document, options, &mut rendered);
    let has_lines = matches!(line.data().value, NodeValue::Paragraph);
    let mut writer = MarkdownWriter { arena, paragraphs: Vec::new(), is_open: false, has_lines };
    writer.write(&sanitiser.clean(&rendered));
    for (at, paragraph) in writer.paragraphs.into_iter().enumerate() {
        if at > 0 {
            line.append(tree::new_node(arena, line_break(has_lines)));
        }
        for child in paragraph.children().collect::<Vec<_>>() {
            line.append(child);
        }
    }
}

fn line_break(has_lines: bool) -> NodeValue {
    if has_lines { NodeValue::LineBreak } else { NodeValue::Text(" ".into()) }
}

/// Writes sanitised HTML into paragraphs of Markdown's tree.
struct MarkdownWriter<'a> {
    arena: &'a Arena<'a>,
    paragraphs: Vec<Node<'a>>,
    /// Whether the last paragraph goes on.
    is_open: bool,
    /// Whether there is room for more than one line; a heading and a cell have none.
    has_lines: bool,
}

impl<'a> MarkdownWriter<'a> {
    fn write(&mut self, clean: &str) {
        let fragment = Html::parse_fragment(clean);
        self.children(fragment.tree.root(), None, 0);
        self.paragraphs.retain(|paragraph| !tree::is_empty(paragraph));
    }

    fn children(&mut self, of: NodeRef<'_, HtmlNode>, into: Option<Node<'a>>, depth: usize) {
        for child in of.children() {
            match child.value() {
                HtmlNode::Text(text) => self.text(text, into),
                HtmlNode::Element(_) if depth > MAX_DEPTH => {
                    let text: String =
                        child.descendants().filter_map(|node| Some(&**node.value().as_text()?)).collect();
                    self.text(&text, into);
                }
                HtmlNode::Element(_) => self.element(child, into, depth + 1),
                _ => {}
            }
        }
    }

    fn element(&mut self, node: NodeRef<'_, HtmlNode>, into: Option<Node<'a>>, depth: usize) {
        let Some(element) = node.value().as_element() else { return };
        let link = |attribute: &str| {
            let url = element.attr(attribute).and_then(web_uri)?.into_owned();
            Some(Box::new(NodeLink { url, title: String::new() }))
        };
        let value = match element.name() {
            "a" => link("href").map(NodeValue::Link),
            "b" | "strong" => Some(NodeValue::Strong),
            "em" | "i" => Some(NodeValue::Emph),
            "del" | "s" | "strike" => Some(NodeValue::Strikethrough),
            "br" => {
                self.put(line_break(self.has_lines), into);
                return;
            }
            "img" => {
                let image = link("src").and_then(|link| self.put(NodeValue::Image(link), into));
                if let Some(image) = image {
                    self.text(element.attr("alt").unwrap_or_default(), Some(image));
                }
                return;
            }
            "code" | "tt" => {
                let literal: String = node.descendants().filter_map(|node| Some(&**node.value().as_text()?)).collect();
                let literal = literal.split_whitespace().collect::<Vec<_>>().join(" ");
                if !literal.is_empty() {
                    self.put(NodeValue::Code(NodeCode { num_backticks: 1, literal }), into);
                }
                return;
            }
            name if KEPT.contains(&name) => {
                self.put(NodeValue::HtmlInline(format!("<{name}>")), into);
                self.children(node, into, depth);
                self.put(NodeValue::HtmlInline(format!("</{name}>")), into);
                return;
            }
            name if BLOCKS.contains(&format!(" {name} ")) => return self.block(node, into, depth),
            _ => None,
        };
        let into = value.map_or(into, |value| self.put(value, into));
        self.children(node, into, depth);
    }

    /// Within another element a block is only kept apart.
    fn block(&mut self, node: NodeRef<'_, HtmlNode>, into: Option<Node<'a>>, depth: usize) {
        for is_end in [false, true] {
            match into {
                Some(_) => self.text(" ", into),
                None => self.is_open = false,
            }
            if !is_end {
                self.children(node, into, depth);
            }
        }
    }

    /// Appends text as one line: a kept tag that stood alone in the first line would begin a block of raw HTML, in which nothing
    /// is escaped (`CommonMark`, 4.6).
    fn text(&mut self, text: &str, into: Option<Node<'a>>) {
        let begins = into.is_none() && !self.is_open;
        let mut line = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                c if !c.is_ascii_whitespace() => line.push(c),
                _ if line.ends_with(' ') || (begins && line.is_empty()) => {}
                _ => line.push(' '),
            }
        }
        if !line.is_empty() {
            self.put(NodeValue::Text(line.into()), into);
        }
    }

    fn put(&mut self, value: NodeValue, into: Option<Node<'a>>) -> Option<Node<'a>> {
        let node = tree::new_node(self.arena, value);
        if let Some(into) = into {
            into.append(node);
            return Some(node);
        }
        if !self.is_open {
            self.paragraphs.push(tree::new_node(self.arena, NodeValue::Paragraph));
            self.is_open = true;
        }
        self.paragraphs.last()?.append(node);
        Some(node)
    }
}
