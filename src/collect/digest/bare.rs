//! Makes links of bare addresses in text (GFM's autolinks), ended where a person would end them: before Chinese
//! punctuation and a closing bracket, not in the middle of a path. An address without `http` stays text.

use super::tree::{self, PostLines};
use crate::model::web_uri;
use comrak::arena_tree::NodeEdge;
use comrak::nodes::{NodeLink, NodeValue};
use comrak::{Arena, Node};
use std::ops::Range;

/// Longest address that is recognised; servers take no longer ones either.
const MAX_LENGTH: usize = 2048;

/// The first bare address in `text`.
pub(in crate::collect) fn find(text: &str) -> Option<Range<usize>> {
    text.match_indices("://").find_map(|(colon, _)| {
        let before = text.get(..colon)?;
        let letters = before.len() - before.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let scheme = letters + glued(before.get(letters..)?);
        let is_web = matches!(before.get(scheme..)?.to_ascii_lowercase().as_str(), "http" | "https");
        let follows_word = before.get(..scheme)?.ends_with(|c: char| c.is_ascii_digit());
        let end = colon + 3 + length(text.get(colon + 3..)?);
        let url = text.get(scheme..end)?;
        (is_web && !follows_word && web_uri(url).is_some()).then_some(scheme..end)
    })
}

/// Letters of a word that an address is glued to: `Routerhttps`. One letter more than a scheme has is a misspelt scheme.
fn glued(letters: &str) -> usize {
    let word = ["https", "http"].iter().find_map(|scheme| letters.strip_suffix(scheme)).unwrap_or_default();
    if word.len() > 1 { word.len() } else { 0 }
}

/// The length of an address after its `://`; none where it does not end.
fn length(rest: &str) -> usize {
    let mut open = Vec::new();
    let mut end = rest.len();
    for (at, c) in rest.char_indices() {
        if at > MAX_LENGTH {
            return 0;
        }
        let is_end = match c {
            '(' | '[' | '{' => {
                open.push(c);
                false
            }
            // A bracket that was opened before the address ends it.
            ')' => open.pop_if(|c| *c == '(').is_none(),
            ']' => open.pop_if(|c| *c == '[').is_none(),
            '}' => open.pop_if(|c| *c == '{').is_none(),
            ',' | ';' => starts_address(rest.get(at + 1..).unwrap_or_default()),
            c => is_outside(c),
        };
        if is_end {
            end = at;
            break;
        }
    }
    let trailing = |c: char| matches!(c, '?' | '!' | '.' | ',' | ':' | ';' | '*' | '_' | '~' | '\'' | '(' | '[' | '{');
    let address = rest.get(..end).unwrap_or_default().trim_end_matches(trailing);
    before_text_at_host(address).unwrap_or(address).len()
}

fn starts_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// What no address holds as it is written: white space, quotes, and the punctuation of Chinese and Japanese.
fn is_outside(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\' | '^' | '«' | '»' | '—' | '…' | '\u{2018}'..='\u{201f}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}')
        || matches!(c, '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}')
}

/// `b.example了解` is a host and a word behind it: no top-level domain mixes Latin letters with others.
fn before_text_at_host(address: &str) -> Option<&str> {
    let host = address.split(['/', '?', '#', ':']).next()?;
    let last = host.rsplit('.').next()?;
    let word = last.find(|c: char| !c.is_ascii())?;
    let is_mixed = word > 0 && host.len() > last.len();
    is_mixed.then(|| address.get(..host.len() - last.len() + word)).flatten()
}

/// Makes links of the bare addresses below `root`; not within links, pictures and code.
pub(super) fn link<'a>(arena: &'a Arena<'a>, root: Node<'a>, source: &PostLines<'_>) {
    let mut inside = 0usize;
    let mut in_raw_link = false;
    let mut texts = Vec::new();
    for edge in root.traverse() {
        let (node, starts) = match edge {
            NodeEdge::Start(node) => (node, true),
            NodeEdge::End(node) => (node, false),
        };
        match &node.data().value {
            NodeValue::Link(_) | NodeValue::Image(_) if starts => inside += 1,
            NodeValue::Link(_) | NodeValue::Image(_) => inside = inside.saturating_sub(1),
            NodeValue::HtmlInline(raw) if starts => in_raw_link = begins_link(raw).unwrap_or(in_raw_link),
            NodeValue::Text(text) if starts && inside == 0 && !in_raw_link && text.contains("://") => texts.push(node),
            value if value.block() => in_raw_link = false,
            _ => {}
        }
    }
    for text in texts {
        link_in(arena, text, source);
    }
}

/// Whether a raw tag begins (or ends) a link.
fn begins_link(raw: &str) -> Option<bool> {
    let tag = raw.get(..3)?.to_ascii_lowercase();
    match tag.as_bytes() {
        [b'<', b'a', c] if !c.is_ascii_alphanumeric() => Some(true),
        b"</a" => Some(false),
        _ => None,
    }
}

fn link_in<'a>(arena: &'a Arena<'a>, text: Node<'a>, source: &PostLines<'_>) {
    absorb_emphasis(text, source);
    let literal = tree::raw_text(text);
    let mut last = text;
    let mut put = |value: NodeValue, offset: usize| {
        let node = tree::new_node(arena, value);
        let mut position = text.data().sourcepos;
        position.start.column += offset;
        node.data_mut().sourcepos = position;
        last.insert_after(node);
        last = node;
        node
    };
    let mut done = 0;
    while let Some(range) = literal.get(done..).and_then(find) {
        let range = done + range.start..done + range.end;
        let (Some(before), Some(url)) = (literal.get(done..range.start), literal.get(range.clone())) else { return };
        if goes_on(before, literal.get(range.end..).unwrap_or_default()) {
            // Half of an address leads elsewhere.
            put(NodeValue::Text(format!("{before}{url}").into()), done);
            done = range.end;
            continue;
        }
        if !before.is_empty() {
            put(NodeValue::Text(before.to_owned().into()), done);
        }
        let link = NodeLink { url: url.to_owned(), title: String::new() };
        let link = put(NodeValue::Link(Box::new(link)), range.start);
        link.append(tree::new_node(arena, NodeValue::Text(url.to_owned().into())));
        done = range.end;
    }
    match literal.get(done..) {
        _ if done == 0 => return,
        Some(rest) if !rest.is_empty() => {
            put(NodeValue::Text(rest.to_owned().into()), done);
        }
        _ => {}
    }
    text.detach();
}

/// Whether an address in `<…>` or `](…)` holds what makes it no link to Markdown, a blank more often than not.
fn goes_on(before: &str, after: &str) -> bool {
    let closes = |open: char, close: char| {
        let rest = after.split(open).next().unwrap_or_default();
        !after.starts_with(close) && rest.split('\n').next().is_some_and(|line| line.contains(close))
    };
    (before.ends_with('<') && closes('<', '>')) || (before.ends_with("](") && closes('(', ')'))
}

/// `https://a.example/_next_/x` is one address, though Markdown reads emphasis in it: plain ASCII in emphasis, directly
/// behind an address, is given back to the text.
fn absorb_emphasis(node: Node<'_>, source: &PostLines<'_>) {
    while let Some(next) = node.next_sibling() {
        let Some(written) = written_emphasis(next, source) else { return };
        let mut literal = tree::raw_text(node);
        if literal.rsplit_once("://").is_none_or(|(_, rest)| rest.contains(is_outside)) {
            return;
        }
        literal.push_str(&written);
        node.data_mut().value = NodeValue::Text(literal.into());
        next.detach();
    }
}

/// Emphasis as it was written, where nothing but ASCII without blanks is in it; text as it is.
fn written_emphasis(node: Node<'_>, source: &PostLines<'_>) -> Option<String> {
    match &node.data().value {
        NodeValue::Text(literal) => return Some(literal.clone().into_owned()),
        NodeValue::Emph | NodeValue::Strong | NodeValue::Strikethrough => {}
        _ => return None,
    }
    let is_plain = node.children().all(|child| matches!(child.data().value, NodeValue::Text(_)));
    let inner = tree::raw_text(node);
    if !is_plain || !inner.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let written = source.written(node)?;
    let sign: String = written.chars().take_while(|c| written.starts_with(*c)).collect();
    Some(format!("{sign}{inner}{sign}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_a_person_ends_them() {
        for (text, address) in [
            ("见https://a.example/x。然后", "https://a.example/x"),
            ("（https://a.example/x）后", "https://a.example/x"),
            ("https://a.example/x，再看", "https://a.example/x"),
            ("「http://a.example/x」", "http://a.example/x"),
            ("https://a.example/路径/页?问=1#段 后", "https://a.example/路径/页?问=1#段"),
            ("https://例子.example/路径；", "https://例子.example/路径"),
            ("https://a.example/wiki/A_(b) c", "https://a.example/wiki/A_(b)"),
            ("(see https://a.example/x)后文", "https://a.example/x"),
            ("[https://a.example/x]", "https://a.example/x"),
            ("https://a.example/x.", "https://a.example/x"),
            ("https://a.example/x?a=1&b=2!", "https://a.example/x?a=1&b=2"),
            ("https://a.example/1,2", "https://a.example/1,2"),
            ("https://a.example/x,https://b.example/", "https://a.example/x"),
            ("https://archive.example/2020/https://b.example/", "https://archive.example/2020/https://b.example/"),
            ("https://a.example了解更多", "https://a.example"),
            ("HTTPS://A.example/x", "HTTPS://A.example/x"),
            ("https://a.example——后", "https://a.example"),
            ("Routerhttps://a.example/x", "https://a.example/x"),
        ] {
            assert_eq!(find(text).and_then(|range| text.get(range)), Some(address), "{text}");
        }
        for text in [
            "ftp://a.example/",
            "://",
            "https://",
            "https://。",
            "a://b",
            "没有",
            "http://------",
            "chttps://a.example/",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
