//! Footnotes: numbered within their item, and listed behind the text that refers to them. One that nothing refers to is named.

use super::notes::{Notes, shown};
use super::outline::described;
use super::section::Section;
use super::tree::{self, PostLines};
use comrak::nodes::{ListDelimType, ListType, NodeList, NodeValue};
use comrak::{Arena, Node};
use std::collections::HashMap;

/// The footnotes of a post, taken out of its text.
#[derive(Debug, Default)]
pub(super) struct Footnotes<'a> {
    /// Name and text, in the order of the post.
    all: Vec<(String, Node<'a>)>,
    /// Those that something refers to; of several with one name, the one that counts.
    by_name: HashMap<String, Node<'a>>,
}

impl<'a> Footnotes<'a> {
    /// Takes the footnotes out of the post.
    pub(super) fn take(root: Node<'a>) -> Self {
        let mut footnotes = Self::default();
        for node in root.descendants().collect::<Vec<_>>() {
            let NodeValue::FootnoteDefinition(definition) = node.data().value.clone() else { continue };
            node.detach();
            footnotes.all.push((definition.name.clone(), node));
            if definition.total_references > 0 {
                footnotes.by_name.insert(definition.name, node);
            }
        }
        footnotes
    }

    /// Names the footnotes that no item refers to.
    pub(super) fn warn_of_unused(&self, sections: &[&Section<'a>], source: &PostLines<'_>, notes: &mut Notes<'_>) {
        let used: Vec<Node<'a>> = sections.iter().flat_map(|section| self.of(&section.nodes())).collect();
        for (name, node) in self.all.iter().filter(|(_, node)| !used.iter().any(|used| std::ptr::eq(*used, *node))) {
            let message = format!(
                "no item refers to the footnote `[^{}]`; it is not published: {}",
                shown(name),
                described(node)
            );
            notes.warning(source.spot(node), message, "refer to it in an item's text, or remove it");
        }
    }

    /// The footnotes that blocks refer to, and those that these refer to.
    pub(super) fn of(&self, blocks: &[Node<'a>]) -> Vec<Node<'a>> {
        let mut found: Vec<Node<'a>> = Vec::new();
        let mut next = 0;
        let mut references: Vec<String> = blocks.iter().flat_map(|block| names(block)).collect();
        while let Some(name) = references.get(next).cloned() {
            next += 1;
            let Some(&definition) = self.by_name.get(&name) else { continue };
            if !found.iter().any(|known| std::ptr::eq(*known, definition)) {
                found.push(definition);
                references.extend(names(definition));
            }
        }
        found
    }

    /// Puts numbers in the place of the references in blocks, and the footnotes that they refer to behind them.
    pub(super) fn settle(&self, arena: &'a Arena<'a>, heading: Option<Node<'a>>, blocks: &mut Vec<Node<'a>>) {
        let from: Vec<Node<'a>> = heading.into_iter().chain(blocks.iter().copied()).collect();
        let definitions = self.of(&from);
        if definitions.is_empty() {
            return;
        }
        // Two items may refer to the same footnote: each has its own.
        let copies: Vec<Node<'a>> = definitions.iter().map(|definition| copy(arena, definition)).collect();
        let number = |name: &str| {
            let is_named =
                |node: &&Node<'a>| matches!(&node.data().value, NodeValue::FootnoteDefinition(d) if d.name == name);
            definitions
                .iter()
                .find(is_named)
                .and_then(|found| definitions.iter().position(|d| std::ptr::eq(*d, *found)))
        };
        for node in from.iter().chain(&copies).flat_map(|block| block.descendants().collect::<Vec<_>>()) {
            let NodeValue::FootnoteReference(reference) = node.data().value.clone() else { continue };
            let is_in_heading = heading.is_some_and(|heading| node.ancestors().any(|n| std::ptr::eq(n, heading)));
            if let Some(at) = number(&reference.name).filter(|_| !is_in_heading) {
                let sign = tree::new_node(arena, NodeValue::Superscript);
                sign.append(tree::new_node(arena, NodeValue::Text(format!("[{}]", at + 1).into())));
                node.insert_before(sign);
            }
            node.detach();
        }
        blocks.push(list(arena, &copies));
    }
}

/// The names of the footnotes that are referred to below a node, in order.
fn names(node: Node<'_>) -> Vec<String> {
    let name = |node: Node<'_>| match &node.data().value {
        NodeValue::FootnoteReference(reference) => Some(reference.name.clone()),
        _ => None,
    };
    node.descendants().filter_map(name).collect()
}

fn list<'a>(arena: &'a Arena<'a>, definitions: &[Node<'a>]) -> Node<'a> {
    let kind = NodeList {
        list_type: ListType::Ordered,
        start: 1,
        delimiter: ListDelimType::Period,
        tight: true,
        ..NodeList::default()
    };
    let list = tree::new_node(arena, NodeValue::List(kind));
    for definition in definitions {
        let item = tree::new_node(arena, NodeValue::Item(kind));
        for child in definition.children().collect::<Vec<_>>() {
            item.append(child);
        }
        list.append(item);
    }
    list
}

/// A node with everything below it, once more.
fn copy<'a>(arena: &'a Arena<'a>, node: Node<'a>) -> Node<'a> {
    let new = tree::new_node(arena, node.data().value.clone());
    new.data_mut().sourcepos = node.data().sourcepos;
    for child in node.children() {
        new.append(copy(arena, child));
    }
    new
}
