//! Cuts a post that holds several editions into these: each begins at a heading, or a line that stands as one, that the
//! profile's pattern matches. What stands before the first belongs to none.

use super::front::Value;
use super::profile::TextPattern;
use super::tree::{self, PostLines};
use super::when::day_in;
use comrak::nodes::NodeValue;
use comrak::{Arena, Node};
use std::collections::HashSet;

/// An edition's part of a post.
pub(super) struct Part<'a> {
    /// What it is called, where it begins at a heading of its own.
    pub(super) title: Option<Value>,
    /// Its blocks are the children of this.
    pub(super) root: Node<'a>,
}

/// The parts of a post; without a pattern it is one.
pub(super) fn of<'a>(
    arena: &'a Arena<'a>,
    root: Node<'a>,
    pattern: Option<&TextPattern>,
    source: &PostLines<'_>,
) -> Vec<Part<'a>> {
    let Some(pattern) = pattern else { return vec![Part { title: None, root }] };
    let mut parts: Vec<Part<'a>> = Vec::new();
    let mut before = Vec::new();
    for block in root.children().collect::<Vec<_>>() {
        for block in lines_apart(arena, block, pattern) {
            let text = tree::text(block);
            let begins = matches!(block.data().value, NodeValue::Heading(_) | NodeValue::Paragraph)
                && pattern.is_in(&text)
                && !tree::has_link(block);
            match parts.last() {
                _ if begins => {
                    let title = Some(Value { text, spot: source.spot(block) });
                    parts.push(Part { title, root: tree::new_node(arena, NodeValue::Document) });
                    block.detach();
                }
                Some(part) => part.root.append(block),
                None => before.push(block),
            }
        }
    }
    match parts.first() {
        None => vec![Part { title: None, root }],
        Some(first) => {
            // It is named there, as what stands before the first item is.
            before.into_iter().rev().for_each(|block| first.root.prepend(block));
            parts
        }
    }
}

/// A paragraph whose first line matches, cut behind that line: `##标题` without a blank is no heading to Markdown.
fn lines_apart<'a>(arena: &'a Arena<'a>, block: Node<'a>, pattern: &TextPattern) -> Vec<Node<'a>> {
    let is_paragraph = matches!(block.data().value, NodeValue::Paragraph);
    if !is_paragraph || !pattern.is_in(&tree::text(block)) {
        return vec![block];
    }
    let mut is_after = false;
    tree::cut_lines(arena, block, |line| {
        let text: String = line.iter().map(|node| tree::raw_text(node)).collect();
        let is_title = pattern.is_in(&text);
        let cuts = is_title || is_after;
        is_after = is_title;
        cuts
    })
}

/// What tells the parts of a file apart: a day, a number, else the order; no two the same.
pub(super) fn names(parts: &[(Option<&Value>, Option<u32>)]) -> Vec<Option<String>> {
    if let [(None, _)] = parts {
        return vec![None];
    }
    let mut given = HashSet::new();
    let mut names = Vec::with_capacity(parts.len());
    for (index, (title, number)) in parts.iter().enumerate() {
        let day = title.and_then(|title| day_in(&title.text)).map(|day| day.to_string());
        let name = day.or_else(|| number.map(|number| number.to_string())).unwrap_or_else(|| (index + 1).to_string());
        let mut unique = name.clone();
        let mut count = 2;
        while !given.insert(unique.clone()) {
            unique = format!("{name}-{count}");
            count += 1;
        }
        names.push(Some(unique));
    }
    names
}
