//! Cuts a post's Markdown into its items: where each begins, which pictures are its own, which one is the cover.

use super::links::LinkReader;
use super::notes::{Notes, shown};
use super::profile::{ItemRules, TextPattern};
use super::section::Section;
use super::tree::PostLines;
use super::{quote, start_line, tree};
use comrak::Node;
use comrak::nodes::NodeValue;

/// The level of the post's item headings: the highest of the profile's that it has.
pub(super) fn item_level(root: Node<'_>, rules: &ItemRules) -> Option<u8> {
    root.children().filter_map(level).filter(|level| rules.levels.contains(level)).min()
}

/// What a heading of a level begins with.
pub(super) fn signs(level: u8) -> String {
    "#".repeat(level.into())
}

fn level(node: Node<'_>) -> Option<u8> {
    match &node.data().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    }
}

/// Takes the cover out of the post: its first image, where that is the front matter's `largepic`.
pub(super) fn take_cover(root: Node<'_>, largepic: Option<&str>, reader: &LinkReader<'_>) -> Option<String> {
    let first = root.descendants().find(|n| matches!(n.data().value, NodeValue::Image(_)))?;
    let NodeValue::Image(image) = &first.data().value else { return None };
    let cover = reader.image(&image.url)?;
    let is_cover = reader.image(largepic?)? == cover;
    is_cover.then_some((first, cover)).map(|(first, cover)| {
        tree::detach_with_empty_parents(first, root);
        cover
    })
}

/// The post's first picture, with its line.
pub(super) fn first_picture(root: Node<'_>, reader: &LinkReader<'_>) -> Option<(String, u32)> {
    root.descendants().find_map(|node| match &node.data().value {
        NodeValue::Image(image) => Some((image.url.clone(), reader.source.spot(node).line)),
        _ => None,
    })
}

/// Takes the post's first picture, where it stands alone before any heading.
pub(super) fn take_first_picture(root: Node<'_>, reader: &LinkReader<'_>) -> Option<String> {
    let first = root.children().take_while(|block| level(block).is_none()).find(|block| is_picture(block))?;
    let image = first.descendants().find(|n| matches!(n.data().value, NodeValue::Image(_)))?;
    let NodeValue::Image(written) = &image.data().value else { return None };
    let cover = reader.image(&written.url)?;
    tree::detach_with_empty_parents(image, root);
    Some(cover)
}

/// A block under no item heading, with the higher heading that it stands under.
#[derive(Debug, Clone, Copy)]
struct Loose<'a> {
    block: Node<'a>,
    under: Option<Node<'a>>,
}

/// The post's items. What stands before the first one, or under a higher heading, belongs to none: each block of it is named.
/// A higher heading directly above items only divides the post.
pub(super) fn sections<'a>(
    root: Node<'a>,
    (item_level, rules): (u8, &ItemRules),
    source: &PostLines<'_>,
    notes: &mut Notes<'_>,
) -> Vec<Section<'a>> {
    let mut sections: Vec<Section<'a>> = Vec::new();
    let mut loose: Vec<Loose<'a>> = Vec::new();
    let mut is_loose = true;
    let mut under: Option<Node<'a>> = None;
    let mut wanted = StartsWanted::new(rules);
    for block in root.children() {
        if rules.until.iter().any(|pattern| pattern.is_in(&tree::text_beside_images(block))) {
            break;
        }
        if !wanted.takes(block) {
            continue;
        }
        match level(block) {
            Some(level) if level == item_level => {
                sections.push(start_line::of_heading(block, rules));
                is_loose = false;
                under = None;
            }
            Some(level) if level < item_level => {
                if stands_alone(block, level) {
                    loose.push(Loose { block, under: None });
                }
                is_loose = true;
                under = Some(block);
            }
            _ => match sections.last_mut() {
                Some(section) if !is_loose => section.blocks.push(block),
                _ => loose.push(Loose { block, under }),
            },
        }
    }
    let leading = leading_pictures(&mut loose, sections.first().map(|section| section.heading));
    let pictures_first = !leading.is_empty();
    give_pictures_forward(&mut sections, pictures_first);
    if let Some(first) = sections.first_mut() {
        first.blocks.splice(0..0, leading);
    }
    for loose in loose {
        warn_of_loose(loose, item_level, source, notes);
    }
    sections
}

/// Which sections the profile wants.
struct StartsWanted<'r> {
    rules: &'r ItemRules,
    /// The level of the heading that is left out with all below it.
    left_out: Option<u8>,
    /// That of the heading below which items are looked for, where only some are.
    only: Option<u8>,
}

impl<'r> StartsWanted<'r> {
    fn new(rules: &'r ItemRules) -> Self {
        Self { rules, left_out: None, only: None }
    }

    /// Whether the next block is looked at.
    fn takes(&mut self, block: Node<'_>) -> bool {
        if let Some(level) = level(block) {
            let text = tree::text(block);
            let is_among = |patterns: &[TextPattern]| patterns.iter().any(|pattern| pattern.is_in(&text));
            if self.left_out.is_none_or(|out| level <= out) {
                let is_out = is_among(&self.rules.skip) || is_among(&self.rules.except);
                self.left_out = is_out.then_some(level);
            }
            if self.only.is_none_or(|only| level <= only) {
                self.only = is_among(&self.rules.only).then_some(level);
            }
        }
        self.left_out.is_none() && (self.rules.only.is_empty() || self.only.is_some())
    }
}

/// Whether a higher heading is more than a division: nothing stands under it, it cites something, or it was text until
/// a line `---` below it made it a heading.
fn stands_alone(heading: Node<'_>, own: u8) -> bool {
    let is_underlined = matches!(&heading.data().value, NodeValue::Heading(heading) if heading.setext);
    let is_bare = heading.next_sibling().is_none_or(|next| level(next).is_some_and(|level| level <= own));
    is_underlined || is_bare || !tree::addresses(heading).is_empty()
}

/// The pictures directly before the first item.
fn leading_pictures<'a>(loose: &mut Vec<Loose<'a>>, first: Option<Node<'a>>) -> Vec<Node<'a>> {
    let Some(first) = first else { return Vec::new() };
    let line = |node: Node<'_>| node.data().sourcepos.start.line;
    let before = loose.iter().take_while(|loose| line(loose.block) < line(first)).count();
    let from = loose.iter().take(before).rposition(|loose| !is_picture(loose.block)).map_or(0, |at| at + 1);
    loose.drain(from..before).map(|loose| loose.block).collect()
}

/// Later posts put an item's picture before its heading: there, and wherever a picture follows the remark, the
/// pictures at the end of a section belong to the next one. Earlier posts put it after the heading, where it stays.
fn give_pictures_forward(sections: &mut [Section<'_>], pictures_first: bool) {
    for index in 1..sections.len() {
        let Some([section, next]) = sections.get_mut(index - 1..=index) else { return };
        let from = section.blocks.iter().rposition(|node| !is_picture(node)).map_or(0, |at| at + 1);
        let follows_quote =
            from.checked_sub(1).and_then(|at| section.blocks.get(at)).is_some_and(|node| quote::is_quote(node));
        if pictures_first || follows_quote {
            let pictures: Vec<_> = section.blocks.drain(from..).collect();
            next.blocks.splice(0..0, pictures);
        }
    }
}

/// Whether a block is only a picture, perhaps with its credit.
pub(super) fn is_picture(node: Node<'_>) -> bool {
    if !tree::has_image(node) || !matches!(node.data().value, NodeValue::Paragraph | NodeValue::HtmlBlock(_)) {
        return false;
    }
    let text = tree::text_beside_images(node);
    text.is_empty() || quote::image_credit(&text).is_some()
}

/// What a block says, with the addresses that its text does not show.
pub(super) fn described(block: Node<'_>) -> String {
    // What is cut off a long text is not shown by it either.
    let text = shown(&tree::text_beside_images(block));
    let hidden: Vec<String> = tree::addresses(block)
        .into_iter()
        .filter(|address| !text.contains(address.as_str()))
        .map(|address| format!("`{}`", shown(&address)))
        .collect();
    match (text.is_empty(), hidden.is_empty()) {
        (_, true) => format!("`{text}`"),
        (true, false) => hidden.join(", "),
        (false, false) => format!("`{text}` with {}", hidden.join(", ")),
    }
}

fn warn_of_loose(loose: Loose<'_>, item_level: u8, source: &PostLines<'_>, notes: &mut Notes<'_>) {
    let says_nothing = tree::text_beside_images(loose.block).is_empty() && tree::addresses(loose.block).is_empty();
    if says_nothing || notes.is_full() {
        return;
    }
    let signs = signs(item_level);
    let help = match loose.under {
        Some(heading) => format!(
            "if `{}` is an item, begin its heading with `{signs}`; else put this under an item's heading, or remove it",
            shown(&tree::text(heading))
        ),
        None => format!("put it under an item's heading (`{signs} TITLE`), or remove it"),
    };
    let message = format!("this stands under no item heading; it is not published: {}", described(loose.block));
    notes.warning(source.spot(loose.block), message, &help);
}
