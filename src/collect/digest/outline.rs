//! Cuts a post's Markdown into its items: where each begins, which pictures are its own, which one is the cover.

use super::links::Reader;
use super::notes::Notes;
use super::tree::Source;
use super::{quote, tree};
use comrak::Node;
use comrak::nodes::NodeValue;

/// The blocks of one item, in the order of the post.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) heading: Node<'a>,
    /// Pictures that stand before the heading, then everything after it.
    pub(super) blocks: Vec<Node<'a>>,
}

/// The level of the post's item headings: the highest of `###` and `####` that it has.
pub(super) fn item_level(root: Node<'_>) -> Option<u8> {
    root.children().filter_map(level).filter(|level| matches!(level, 3 | 4)).min()
}

fn level(node: Node<'_>) -> Option<u8> {
    match &node.data().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    }
}

/// Takes the cover out of the post: its first image, where that is the front matter's `largepic`.
pub(super) fn take_cover(root: Node<'_>, largepic: Option<&str>, reader: &Reader<'_>) -> Option<String> {
    let first = root.descendants().find(|n| matches!(n.data().value, NodeValue::Image(_)))?;
    let NodeValue::Image(image) = &first.data().value else { return None };
    let cover = reader.image(&image.url)?;
    let is_cover = reader.image(largepic?)? == cover;
    is_cover.then_some((first, cover)).map(|(first, cover)| {
        tree::detach_with_empty_parents(first, root);
        cover
    })
}

/// The post's items. Text that stands before the first one, or under a higher heading, belongs to none: a warning.
pub(super) fn sections<'a>(
    root: Node<'a>,
    item_level: u8,
    source: &Source<'_>,
    notes: &mut Notes<'_>,
) -> Vec<Section<'a>> {
    let mut sections: Vec<Section<'a>> = Vec::new();
    let mut loose: Vec<Node<'a>> = Vec::new();
    let mut is_loose = true;
    for block in root.children() {
        match level(block) {
            Some(level) if level == item_level => {
                sections.push(Section { heading: block, blocks: Vec::new() });
                is_loose = false;
            }
            Some(level) if level < item_level => is_loose = true,
            _ => match sections.last_mut() {
                Some(section) if !is_loose => section.blocks.push(block),
                _ => loose.push(block),
            },
        }
    }
    let leading = leading_pictures(&mut loose, sections.first().map(|section| section.heading));
    let pictures_first = !leading.is_empty();
    give_pictures_forward(&mut sections, pictures_first);
    if let Some(first) = sections.first_mut() {
        first.blocks.splice(0..0, leading);
    }
    warn_of_loose_text(&loose, source, notes);
    sections
}

/// The pictures directly before the first item.
fn leading_pictures<'a>(loose: &mut Vec<Node<'a>>, first: Option<Node<'a>>) -> Vec<Node<'a>> {
    let Some(first) = first else { return Vec::new() };
    let line = |node: Node<'_>| node.data().sourcepos.start.line;
    let before = loose.iter().take_while(|node| line(node) < line(first)).count();
    let from = loose.iter().take(before).rposition(|node| !is_picture(node)).map_or(0, |at| at + 1);
    loose.drain(from..before).collect()
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
fn is_picture(node: Node<'_>) -> bool {
    if !tree::has_image(node) || !matches!(node.data().value, NodeValue::Paragraph | NodeValue::HtmlBlock(_)) {
        return false;
    }
    let text = tree::text_beside_images(node);
    text.is_empty() || quote::image_credit(&text).is_some()
}

fn warn_of_loose_text(loose: &[Node<'_>], source: &Source<'_>, notes: &mut Notes<'_>) {
    let is_text = |node: &Node<'_>| !tree::text(node).is_empty();
    if let Some(first) = loose.iter().find(|node| is_text(node)) {
        notes.warning(
            source.spot(first),
            "this text stands under no item heading; it is not published",
            "put it under an item's heading, or remove it",
        );
    }
}
