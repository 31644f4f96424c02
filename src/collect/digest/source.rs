//! Recognises the lines that name an item's source: `消息来源：[NAME](URL)` and what else editors write, a list of words.
//! Only recognises; the item decides what becomes of them.

use super::links::Links;
use super::tree;
use crate::model::LinkKey;
use comrak::Node;
use comrak::arena_tree::NodeEdge;
use comrak::nodes::NodeValue;

/// Words that begin a source line where the options name no others.
const DEFAULT: [&str; 21] = [
    "消息来源",
    "消息來源",
    "訊息來源",
    "讯息来源",
    "信息来源",
    "资料来源",
    "新闻来源",
    "来源",
    "來源",
    "出处",
    "出處",
    "原文链接",
    "原文連結",
    "原文",
    "链接",
    "連結",
    "via",
    "Source",
    "Sources",
    "From",
    "Link",
];

/// Most characters beside the links of a line that begins with a word of many meanings; what is longer is a sentence.
const MAX_BESIDE: usize = 40;

/// The default list, as values.
pub(super) fn default_words() -> Vec<String> {
    DEFAULT.map(str::to_owned).to_vec()
}

/// Knows the words that begin a source line.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceWords<'o>(pub(super) &'o [String]);

/// A text that begins with a source word.
#[derive(Debug, PartialEq, Eq)]
struct Marked<'t> {
    /// Whether the word says by itself that a source is named, linked or not.
    says_source: bool,
    /// Whether a colon or brackets mark the word.
    by_sign: bool,
    /// What follows, without white space and the bracket that was opened before the word.
    rest: &'t str,
}

impl SourceWords<'_> {
    /// Whether the nodes of a line or of a paragraph name a source.
    pub(super) fn name_source(self, nodes: &[Node<'_>]) -> bool {
        let text: String = nodes.iter().map(|node| tree::raw_text(node)).collect();
        let Some(marked) = self.marked(&text) else { return false };
        if !nodes.iter().any(|node| tree::has_link(node)) {
            return marked.says_source && marked.by_sign;
        }
        let beside = beside_links(nodes);
        let beside = self.marked(&beside).map_or(beside.as_str(), |marked| marked.rest);
        if marked.by_sign { marked.says_source || beside.chars().count() <= MAX_BESIDE } else { !has_word(beside) }
    }

    /// Whether a paragraph outside a quote is a source line all the same: it has a link.
    pub(super) fn is_source_line(self, nodes: &[Node<'_>]) -> bool {
        nodes.iter().any(|node| tree::has_link(node)) && self.name_source(nodes)
    }

    /// Gives the links of a source line their names: what follows the word; where that is nothing, what stands beside the
    /// link; else its host. `beside` is the line's text outside its links.
    pub(super) fn name(self, beside: &str, found: &mut Links) {
        let name = self.marked(beside).map_or(beside, |marked| marked.rest);
        let is_frame = |c: char| {
            c.is_whitespace()
                || matches!(c, '：' | ':' | '（' | '）' | '(' | ')' | '【' | '】' | '[' | ']' | '|' | '｜')
        };
        let is_frame = |c: char| is_frame(c) || matches!(c, '，' | ',' | '、' | '。' | ';' | '；' | '-' | '—');
        let name = name.trim_matches(is_frame);
        let mut name = Some(name).filter(|name| has_word(name));
        for link in &mut found.links {
            let own = match self.marked(&link.label) {
                Some(marked) if marked.by_sign || marked.rest.is_empty() => marked.rest,
                _ => link.label.as_str(),
            };
            let label = if own.is_empty() || own == link.url {
                name.take().map(str::to_owned).or_else(|| own.is_empty().then(|| LinkKey::host_of(&link.url)).flatten())
            } else {
                Some(own.to_owned())
            };
            link.label = label.unwrap_or_else(|| link.url.clone());
        }
    }

    /// The longest word that a text begins with, in brackets or not.
    fn marked(self, text: &str) -> Option<Marked<'_>> {
        let text = text.trim();
        let inner = text.strip_prefix(OPENING).map(str::trim_start);
        let start = inner.unwrap_or(text);
        let word = self.0.iter().filter(|word| starts_with(start, word)).max_by_key(|word| word.len())?;
        let after = start.get(word.len()..)?;
        let closed = inner.and_then(|_| after.trim_start().strip_prefix(CLOSING));
        let (rest, is_closed) = (closed.unwrap_or(after).trim_start(), closed.is_some());
        let (rest, has_colon) = rest.strip_prefix(['：', ':', '∶']).map_or((rest, false), |rest| (rest, true));
        // `viable` does not begin with `via`, nor `原文化` with `原文`.
        let ends = after.is_empty() || is_closed || has_colon || after.starts_with(|c: char| !c.is_alphanumeric());
        let rest = if inner.is_some() && !is_closed { rest.trim_end().trim_end_matches(CLOSING) } else { rest };
        ends.then_some(Marked {
            says_source: word.ends_with("来源") || word.ends_with("來源"),
            by_sign: has_colon || is_closed,
            rest: rest.trim(),
        })
    }
}

const OPENING: [char; 8] = ['（', '(', '【', '[', '「', '〔', '［', '〖'];
const CLOSING: [char; 8] = ['）', ')', '】', ']', '」', '〕', '］', '〗'];

/// Whether a text begins with a word; Latin letters in either case.
fn starts_with(text: &str, word: &str) -> bool {
    !word.is_empty() && text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// Whether the nodes hold links, and beside them nothing that says something.
pub(super) fn is_only_links(nodes: &[Node<'_>]) -> bool {
    nodes.iter().any(|node| tree::has_link(node))
        && !nodes.iter().any(|n| tree::has_image(n))
        && !has_word(&beside_links(nodes))
}

/// Whether a quote is nothing but links, in paragraphs.
pub(super) fn is_link_quote(quote: Node<'_>) -> bool {
    let is_paragraph = |node: Node<'_>| matches!(node.data().value, NodeValue::Paragraph);
    quote.children().all(is_paragraph) && is_only_links(&[quote])
}

/// The text of nodes outside their links.
pub(super) fn beside_links(nodes: &[Node<'_>]) -> String {
    let mut beside = String::new();
    let mut inside = 0usize;
    for edge in nodes.iter().flat_map(|node| node.traverse()) {
        match edge {
            NodeEdge::Start(node) => match &node.data().value {
                NodeValue::Link(_) => inside += 1,
                NodeValue::Text(literal) if inside == 0 => beside.push_str(literal),
                NodeValue::Code(code) if inside == 0 => beside.push_str(&code.literal),
                NodeValue::SoftBreak | NodeValue::LineBreak | NodeValue::HtmlInline(_) if inside == 0 => {
                    beside.push(' ');
                }
                _ => {}
            },
            NodeEdge::End(node) => {
                if matches!(node.data().value, NodeValue::Link(_)) {
                    inside = inside.saturating_sub(1);
                }
            }
        }
    }
    beside
}

fn has_word(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}
