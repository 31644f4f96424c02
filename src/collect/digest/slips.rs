//! Slips of the pen: what an editor meant as Markdown and Markdown reads as something else. Names them, mends nothing.

use super::front::Front;
use super::notes::{Notes, shown};
use super::source::SourceWords;
use super::tree::{self, Source};
use comrak::Node;
use comrak::nodes::NodeValue;

/// Names each line that begins with `###` and no blank behind it: it is text, and its item part of the one before.
pub(super) fn headings_without_blank(root: Node<'_>, source: &Source<'_>, notes: &mut Notes<'_>) -> bool {
    let mut found = false;
    let is_paragraph = |node: &Node<'_>| matches!(node.data().value, NodeValue::Paragraph);
    for paragraph in root.children().filter(is_paragraph) {
        let is_break = |node: Node<'_>| matches!(node.data().value, NodeValue::SoftBreak | NodeValue::LineBreak);
        let begins_line = |node: &Node<'_>| node.previous_sibling().is_none_or(is_break);
        for node in paragraph.children().filter(begins_line) {
            let Some((signs, title)) = source.written(node).and_then(unblanked) else { continue };
            notes.warning(
                source.spot(node),
                format!("`{}` is no heading, a blank is missing behind `{signs}`; it was read as text", shown(title)),
                "put a blank between the signs and the title, as in `### TITLE`",
            );
            found = true;
        }
    }
    found
}

/// The signs and the title of a heading that lacks its blank. A single `#` begins a tag.
fn unblanked(line: &str) -> Option<(&str, &str)> {
    let title = line.trim_start_matches(['#', '＃']);
    let signs = line.get(..line.len() - title.len())?;
    let count = signs.chars().count();
    let lacks_blank = !title.starts_with([' ', '\t']) || signs.contains('＃');
    ((2..=6).contains(&count) && lacks_blank && !title.trim().is_empty()).then_some((signs, title.trim()))
}

/// Whether a post without item headings was meant as one: its title has a number, its file a date, or a line names a
/// source.
fn is_meant(path: &str, front: &Front, root: Node<'_>, words: SourceWords<'_>) -> bool {
    let has_number = |title: &str| {
        title.split_whitespace().any(|word| starts_with_digits(word.trim_start_matches('#')) && word.starts_with('#'))
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_dated = name.split('-').take(3).filter(|part| starts_with_digits(part)).count() == 3;
    let is_source = |node: Node<'_>| {
        matches!(node.data().value, NodeValue::Paragraph) && words.is_source_line(&node.children().collect::<Vec<_>>())
    };
    front.date.is_some()
        && front
            .title
            .as_ref()
            .is_some_and(|title| has_number(&title.text) || is_dated || root.descendants().any(is_source))
}

fn starts_with_digits(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// A post without item headings that looks like a digest all the same: says how its items would have to begin.
pub(super) fn no_item_heading(
    front: &Front,
    root: Node<'_>,
    source: &Source<'_>,
    words: SourceWords<'_>,
    notes: &mut Notes<'_>,
) {
    if headings_without_blank(root, source, notes) || !is_meant(notes.path(), front, root, words) {
        return;
    }
    let is_heading = |node: &Node<'_>| matches!(node.data().value, NodeValue::Heading(_));
    let help = "begin each item with a heading of its own: `### TITLE`";
    match root.children().find(is_heading) {
        Some(heading) => notes.warning(
            source.spot(heading),
            format!(
                "`{}` is no item heading, items begin at `###`; the post is not published",
                shown(&tree::text(heading))
            ),
            help,
        ),
        None => notes.warning(
            source.first(),
            "the post looks like a digest and has no item heading; it is not published",
            help,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_without_a_blank_are_told_from_tags() {
        for (line, signs) in [
            ("###标题", Some("###")),
            ("##标题", Some("##")),
            ("####**粗**", Some("####")),
            ("###\u{3000}标题", Some("###")),
            ("＃＃＃ 标题", Some("＃＃＃")),
            ("### 标题", None),
            ("#AI #Rust", None),
            ("###", None),
            ("#######标题", None),
            ("标题###", None),
        ] {
            assert_eq!(unblanked(line).map(|(signs, _)| signs), signs, "{line}");
        }
    }
}
