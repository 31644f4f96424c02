//! The line with which an item begins: what of it is the title, which link is its source, what goes on as text.

use super::profile::{ItemRules, TextPattern};
use super::section::Section;
use super::tree;
use crate::collect::html;
use comrak::nodes::NodeValue;
use comrak::{Arena, Node};

/// Longest line that is a title as a whole, in characters; of a longer one its first sentence is.
const MAX_TITLE: usize = 160;

/// Longest beginning of a text that stands for a title.
const MAX_CUT: usize = 80;

/// Signs between a title and what follows it.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '–' | '—' | ':' | '：' | ',' | '，' | '、' | '。' | '.' | '|' | '｜' | '·' | '→' | '>')
}

/// An item that begins with a heading.
pub(super) fn of_heading<'a>(heading: Node<'a>, rules: &ItemRules) -> Section<'a> {
    let tags = strip(heading, &rules.strip);
    Section { tags, ..Section::of(heading) }
}

/// An item that begins with a paragraph.
pub(super) fn of_line<'a>(arena: &'a Arena<'a>, paragraph: Node<'a>, rules: &ItemRules) -> Section<'a> {
    let at = paragraph.data().sourcepos;
    let new = || {
        let node = tree::new_node(arena, NodeValue::Paragraph);
        node.data_mut().sourcepos = at;
        node
    };
    let tags = strip(paragraph, &rules.strip);
    let children: Vec<Node<'a>> = paragraph.children().collect();
    let link = children.iter().position(|child| tree::has_link(child));
    let link = link.map(|first| closing_address(&children, first).unwrap_or(first));
    for child in &children {
        show_plainly(arena, child);
    }
    let mut section = Section { tags, is_line: true, ..Section::of(new()) };
    let before = children.get(..link.unwrap_or_default()).unwrap_or_default();
    let said_before: String = before.iter().map(|node| tree::raw_text(node)).collect();
    let says_nothing = !said_before.contains(char::is_alphanumeric);
    match link.and_then(|at| Some((at, *children.get(at)?))) {
        Some((_, link)) if says_nothing && !is_address(link) => {
            detach(before);
            section.heading.append(link);
            trim_start(paragraph);
        }
        Some((at, link)) if is_address(link) => {
            let source = new();
            let after: Vec<Node<'a>> = children.get(at + 1..).unwrap_or_default().to_vec();
            if says_nothing && text_of(tree::line(&after)).trim_matches(is_separator).is_empty() {
                // Nothing but an address, which is the title then.
                section.heading.append(link);
            } else if says_nothing {
                append(section.heading, tree::line(&after));
                trim_start(section.heading);
                source.append(link);
                section.sources.push(source);
            } else {
                append(section.heading, before);
                section.title = Some(html::fold(said_before.trim_matches(is_separator)));
                source.append(link);
                section.sources.push(source);
            }
            trim_start(paragraph);
        }
        link => {
            let end = link.map_or(0, |(at, _)| at);
            let end = end + tree::line(children.get(end..).unwrap_or_default()).len();
            let whole = children.get(..end).unwrap_or_default();
            if text_of(whole).trim().chars().count() <= MAX_TITLE {
                append(section.heading, whole);
                trim_start(paragraph);
            } else {
                section.title = Some(beginning(&text_of(whole)));
                section.is_cut = true;
            }
        }
    }
    if !tree::is_empty(paragraph) {
        paragraph.detach();
        section.blocks.push(paragraph);
    }
    section
}

/// Where a line that begins with words ends in an address behind a colon, as in `标题：<URL>`. Links within its words are no
/// more than these.
fn closing_address(children: &[Node<'_>], first: usize) -> Option<usize> {
    let says = |nodes: &[Node<'_>]| text_of(nodes).contains(char::is_alphanumeric);
    let line = tree::line(children);
    let last = line.iter().rposition(|node| says(&[node])).filter(|last| *last > first)?;
    let before = line.get(..last)?;
    // `标题：<URL>，解读：<URL>` is about the first of them.
    if before.iter().any(|node| tree::has_link(node) && is_address(node)) {
        return None;
    }
    let is_named = text_of(before).trim_end().ends_with(['：', ':']);
    (is_address(line.get(last)?) && is_named && says(before.get(..first)?)).then_some(last)
}

/// An item whose line says nothing is called by the beginning of its text.
pub(super) fn complete(section: &mut Section<'_>) {
    let has_title = section.title.is_some() || tree::has_image(section.heading);
    if !section.is_line || has_title || !tree::text(section.heading).is_empty() {
        return;
    }
    let texts = section.blocks.iter().map(|block| tree::text_beside_images(block));
    section.title = texts.map(|text| beginning(&text)).find(|title| !title.is_empty());
    section.is_cut = true;
}

/// Takes a source that stands in brackets at the end of a title off it, brackets and all: `标题（[via](URL)）`,
/// `标题（via [NAME](URL)）`.
pub(super) fn part_source<'a>(arena: &'a Arena<'a>, section: &mut Section<'a>, via: Option<&TextPattern>) {
    let children: Vec<Node<'a>> = section.heading.children().collect();
    let link = children.iter().rposition(|child| tree::has_link(child)).filter(|_| section.title.is_none());
    let (Some(via), Some(at)) = (via, link.filter(|at| *at > 0)) else { return };
    let (Some(before), Some(link)) = (children.get(at - 1), children.get(at)) else { return };
    let NodeValue::Text(text) = before.data().value.clone() else { return };
    let after = text_of(children.get(at + 1..).unwrap_or_default());
    let closes =
        after.trim_start().strip_prefix(['）', ')']).is_some_and(|rest| rest.trim_matches(is_separator).is_empty());
    let Some((title, word)) = text.rsplit_once(['（', '(']).filter(|_| closes) else { return };
    let label = tree::text(link);
    let word = word.trim_matches(is_separator);
    let marks = if word.is_empty() { label.split(is_separator).next().unwrap_or_default() } else { word };
    let rest: String = text_of(children.get(..at - 1).unwrap_or_default()) + title;
    if marks.is_empty() || !via.is_in(marks) || rest.trim().is_empty() {
        return;
    }
    before.data_mut().value = NodeValue::Text(title.trim_end().to_owned().into());
    let source = tree::new_node(arena, NodeValue::Paragraph);
    source.data_mut().sourcepos = section.heading.data().sourcepos;
    source.append(link);
    section.sources.push(source);
    detach(children.get(at + 1..).unwrap_or_default());
}

/// The first sentence of a text, cut where it is long.
fn beginning(text: &str) -> String {
    let text = html::fold(text);
    let ends = |(at, c): (usize, char)| {
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        let is_end = matches!(c, '。' | '！' | '？') || (matches!(c, '.' | '!' | '?') && rest.starts_with(' '));
        is_end.then(|| text.get(..at + c.len_utf8())).flatten()
    };
    let sentence = text.char_indices().find_map(ends).unwrap_or(&text).trim_end_matches('。');
    if sentence.chars().count() <= MAX_CUT {
        return sentence.to_owned();
    }
    let mut cut: String = sentence.chars().take(MAX_CUT).collect();
    // Not within a word.
    if let Some((head, _)) = cut.rsplit_once(' ').filter(|(head, tail)| tail.len() < 20 && !head.is_empty()) {
        cut = head.to_owned();
    }
    cut.push('…');
    cut
}

/// Takes what is no part of a title from a text's beginning. Gives the tags that stand there.
pub(super) fn strip(node: Node<'_>, patterns: &[TextPattern]) -> Vec<String> {
    let mut tags = Vec::new();
    // Of tags there may be two, as in `[文章][译]`.
    let is_tag = |pattern: &&TextPattern| pattern.0.capture_names().any(|name| name == Some("tag"));
    for pattern in patterns.iter().chain(patterns.iter().filter(is_tag)) {
        let text = tree::raw_text(node);
        let blanks = text.chars().take_while(|c| c.is_whitespace()).count();
        let Some(found) = pattern.0.captures(text.trim_start()) else { continue };
        let Some(whole) = found.get(0).filter(|whole| whole.start() == 0 && whole.end() > 0) else { continue };
        tags.extend(found.name("tag").map(|tag| tag.as_str().trim().to_owned()).filter(|tag| !tag.is_empty()));
        // What a pattern calls `rest` is a sign that a title begins there.
        let end = found.name("rest").map_or(whole.end(), |rest| rest.start());
        let (prefix, rest) = text.trim_start().split_at_checked(end).unwrap_or_default();
        let after = rest.chars().take_while(|c| c.is_whitespace()).count();
        tree::remove_leading(node, blanks + prefix.chars().count() + after);
    }
    tags
}

/// Removes the signs between a title and what follows.
fn trim_start(node: Node<'_>) {
    let separators = tree::raw_text(node).chars().take_while(|c| is_separator(*c)).count();
    tree::remove_leading(node, separators);
}

fn detach(nodes: &[Node<'_>]) {
    for node in nodes {
        node.detach();
    }
}

fn append<'a>(to: Node<'a>, nodes: &[Node<'a>]) {
    for node in nodes {
        to.append(node);
    }
}

/// A link that shows its address shows all of it: Markdown reads emphasis in `a__b__c`.
fn show_plainly<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    if !is_address(node) {
        return;
    }
    let Some(link) = node.descendants().find(|node| matches!(node.data().value, NodeValue::Link(_))) else { return };
    let url = match &link.data().value {
        NodeValue::Link(link) => link.url.clone(),
        _ => return,
    };
    let shown: Vec<_> = link.children().collect();
    if shown.is_empty() {
        // `[](URL)`: the title was left out.
        return;
    }
    detach(&shown);
    link.append(tree::new_node(arena, NodeValue::Text(url.into())));
}

/// Whether a node is a link that shows its address, or nothing.
fn is_address(node: Node<'_>) -> bool {
    let link = node.descendants().find(|node| matches!(node.data().value, NodeValue::Link(_)));
    let label = link.map(tree::text).unwrap_or_default().to_ascii_lowercase();
    label.starts_with("http://") || label.starts_with("https://") || (label.is_empty() && !tree::has_image(node))
}

fn text_of(nodes: &[Node<'_>]) -> String {
    nodes.iter().map(|node| tree::raw_text(node)).collect()
}
