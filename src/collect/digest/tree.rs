//! Small questions about comrak's tree: what text stands there, is it only a picture, cut a paragraph in two.
//!
//! Knows nothing of digests.

use super::notes::Spot;
use crate::collect::html;
use comrak::nodes::{AstNode, NodeValue};
use comrak::options::{Extension, Options, Parse, Render};
use comrak::{Arena, Node};

/// How posts are read: `CommonMark` with tables, footnotes and strike-through, and emphasis that ends at CJK punctuation.
/// No autolinks: GFM's swallow the Chinese punctuation and text behind an address; `bare` finds them.
pub(in crate::collect) fn options() -> Options<'static> {
    Options {
        extension: Extension {
            strikethrough: true,
            table: true,
            footnotes: true,
            cjk_friendly_emphasis: true,
            ..Extension::default()
        },
        parse: Parse { leave_footnote_definitions: true, ..Parse::default() },
        // Raw HTML is rendered for the sanitiser to judge, never published without it.
        render: Render { r#unsafe: true, ..Render::default() },
    }
}

/// A node below which new ones can be put.
pub(super) fn new_node<'a>(arena: &'a Arena<'a>, value: NodeValue) -> Node<'a> {
    arena.alloc(AstNode::from(value))
}

/// The lines of the Markdown, and how many lines of the file stand before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PostLines<'o> {
    pub(super) lines: &'o [&'o str],
    pub(super) offset: usize,
}

impl PostLines<'_> {
    /// Where a node stands in the file. comrak's columns count bytes; its own conversion to characters takes seconds
    /// for a page of HTML tags.
    pub(super) fn spot(&self, node: Node<'_>) -> Spot {
        let start = node.data().sourcepos.start;
        let line = start.line.checked_sub(1).and_then(|index| self.lines.get(index)).copied().unwrap_or_default();
        let before = start.column.saturating_sub(1);
        let column = line.get(..before).map_or(before, |head| head.chars().count()) + 1;
        Spot::new(start.line + self.offset, column)
    }

    /// The first line of the Markdown.
    pub(super) fn first(&self) -> Spot {
        Spot::new(self.offset + 1, 1)
    }

    /// The rest of the line at which a node begins.
    pub(super) fn written(&self, node: Node<'_>) -> Option<&str> {
        let start = node.data().sourcepos.start;
        self.lines.get(start.line.checked_sub(1)?)?.get(start.column.checked_sub(1)?..)
    }
}

/// The depth of the deepest node, counted without recursion.
pub(super) fn depth(root: Node<'_>) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for edge in root.traverse() {
        match edge {
            comrak::arena_tree::NodeEdge::Start(_) => depth += 1,
            comrak::arena_tree::NodeEdge::End(_) => depth = depth.saturating_sub(1),
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The text below a node as it stands, one blank for a line break and before every block.
pub(super) fn raw_text(node: Node<'_>) -> String {
    let mut text = String::new();
    for descendant in node.descendants() {
        match &descendant.data().value {
            NodeValue::Text(literal) => text.push_str(literal),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::CodeBlock(block) => text.push_str(&block.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            value if value.block() && !std::ptr::eq(descendant, node) => text.push(' '),
            _ => {}
        }
    }
    text
}

/// The text below a node with white space folded and without what XML cannot hold.
pub(super) fn text(node: Node<'_>) -> String {
    html::fold(&html::strip_illegal(&raw_text(node)))
}

/// Whether a node is or holds raw HTML.
pub(super) fn has_raw_html(node: Node<'_>) -> bool {
    node.descendants().any(|n| matches!(n.data().value, NodeValue::HtmlBlock(_) | NodeValue::HtmlInline(_)))
}

/// The addresses below a node as they are written: of links, of pictures, and in raw HTML.
pub(super) fn addresses(node: Node<'_>) -> Vec<String> {
    let mut addresses = Vec::new();
    for node in node.descendants() {
        match &node.data().value {
            NodeValue::Link(link) | NodeValue::Image(link) => addresses.push(link.url.clone()),
            NodeValue::HtmlInline(raw) => addresses.extend(html::addresses(raw)),
            NodeValue::HtmlBlock(block) => addresses.extend(html::addresses(&block.literal)),
            _ => {}
        }
    }
    addresses
}

/// Whether a node is or holds a link.
pub(super) fn has_link(node: Node<'_>) -> bool {
    node.descendants().any(|n| matches!(n.data().value, NodeValue::Link(_)))
}

/// Whether a node is or holds an image.
pub(super) fn has_image(node: Node<'_>) -> bool {
    node.descendants().any(|n| match &n.data().value {
        NodeValue::Image(_) => true,
        NodeValue::HtmlInline(raw) => is_raw_image(raw),
        NodeValue::HtmlBlock(block) => is_raw_image(&block.literal),
        _ => false,
    })
}

pub(super) fn is_raw_image(raw: &str) -> bool {
    raw.as_bytes().windows(4).any(|bytes| bytes.eq_ignore_ascii_case(b"<img"))
}

/// The text of a node without that of its images (their descriptions), but with that of HTML blocks.
pub(super) fn text_beside_images(node: Node<'_>) -> String {
    let mut kept = String::new();
    let mut inside = 0usize;
    for edge in node.traverse() {
        match edge {
            comrak::arena_tree::NodeEdge::Start(n) => match &n.data().value {
                NodeValue::Image(_) => inside += 1,
                NodeValue::Text(literal) if inside == 0 => kept.push_str(literal),
                NodeValue::Code(code) if inside == 0 => kept.push_str(&code.literal),
                NodeValue::CodeBlock(block) => kept.push_str(&block.literal),
                NodeValue::HtmlBlock(block) => kept.push_str(&html::text_of(&block.literal)),
                NodeValue::SoftBreak | NodeValue::LineBreak if inside == 0 => kept.push(' '),
                value if value.block() => kept.push(' '),
                _ => {}
            },
            comrak::arena_tree::NodeEdge::End(n) => {
                if matches!(n.data().value, NodeValue::Image(_)) {
                    inside = inside.saturating_sub(1);
                }
            }
        }
    }
    html::fold(&html::strip_illegal(&kept))
}

/// Whether nothing is left to show: no text, no link, no code, no rule, no raw HTML but comments.
pub(super) fn is_empty(node: Node<'_>) -> bool {
    !node.descendants().any(|n| match &n.data().value {
        NodeValue::Text(literal) => !literal.trim().is_empty(),
        NodeValue::Link(link) => !link.url.is_empty(),
        NodeValue::HtmlInline(raw) => !is_comment(raw),
        NodeValue::HtmlBlock(block) => !is_comment(&block.literal),
        NodeValue::Code(_) | NodeValue::CodeBlock(_) | NodeValue::Image(_) | NodeValue::ThematicBreak => true,
        _ => false,
    })
}

/// Whether raw HTML is nothing, or one comment.
fn is_comment(raw: &str) -> bool {
    let inner = raw.trim().strip_prefix("<!--").map(|rest| rest.split_once("-->").map_or("", |(_, rest)| rest));
    inner.unwrap_or(raw).trim().is_empty()
}

/// Takes a node away and leaves its children in its place.
pub(super) fn unwrap(node: Node<'_>) {
    for child in node.children().collect::<Vec<_>>() {
        node.insert_before(child);
    }
    node.detach();
}

/// Removes the first `count` characters of the text below a node, and what is empty then.
pub(super) fn remove_leading(node: Node<'_>, count: usize) {
    let mut left = count;
    for descendant in node.descendants().collect::<Vec<_>>() {
        if left == 0 {
            break;
        }
        let mut gone = false;
        match &mut descendant.data_mut().value {
            NodeValue::Text(literal) => {
                let taken = literal.chars().take(left).count();
                left -= taken;
                let rest: String = literal.chars().skip(taken).collect();
                gone = rest.is_empty();
                *literal = rest.into();
            }
            NodeValue::SoftBreak | NodeValue::LineBreak => {
                left -= 1;
                gone = true;
            }
            NodeValue::Code(_) => break,
            _ => {}
        }
        if gone {
            detach_with_empty_parents(descendant, node);
        }
    }
}

/// Detaches a node, and its parents below `top` while nothing else is in them.
pub(super) fn detach_with_empty_parents<'a>(node: Node<'a>, top: Node<'a>) {
    let mut node = node;
    loop {
        let parent = node.parent();
        node.detach();
        match parent {
            Some(parent) if parent.first_child().is_none() && !std::ptr::eq(parent, top) => node = parent,
            _ => return,
        }
    }
}

/// Cuts a paragraph before every line that `begins` says begins something of its own; it is asked once for every line,
/// in order. Gives the paragraphs, the first of which is the one that was cut.
pub(super) fn cut_lines<'a>(
    arena: &'a Arena<'a>,
    paragraph: Node<'a>,
    mut begins: impl FnMut(&[Node<'a>]) -> bool,
) -> Vec<Node<'a>> {
    let children: Vec<_> = paragraph.children().collect();
    let _ = begins(line(&children));
    let mut paragraphs = vec![paragraph];
    let mut current = paragraph;
    for (index, child) in children.iter().enumerate() {
        let rest = children.get(index + 1..).unwrap_or_default();
        if is_break(child) && begins(line(rest)) {
            let next = new_node(arena, NodeValue::Paragraph);
            next.data_mut().sourcepos = rest.first().map_or(current.data().sourcepos, |n| n.data().sourcepos);
            current.insert_after(next);
            child.detach();
            current = next;
            paragraphs.push(next);
        } else if !std::ptr::eq(current, paragraph) {
            current.append(child);
        }
    }
    paragraphs
}

fn is_break(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::SoftBreak | NodeValue::LineBreak)
}

/// The nodes up to the end of their line.
pub(super) fn line<'n, 'a>(nodes: &'n [Node<'a>]) -> &'n [Node<'a>] {
    let end = nodes.iter().position(|node| is_break(node)).unwrap_or(nodes.len());
    nodes.get(..end).unwrap_or_default()
}
