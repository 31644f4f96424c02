//! Refuses what is built to be slow: nesting before the Markdown parser sees it, floods of raw HTML before the
//! sanitiser does. An ordinary post passes unchanged.

use super::notes::{Notes, Spot};
use super::tree::PostLines;
use comrak::Node;
use comrak::nodes::NodeValue;

/// Deepest nesting of quotes and lists within one line: comrak's time grows with the square of it.
const MAX_MARKERS: usize = 32;

/// Most raw HTML tags of an item: nested ones cost the HTML parser their square.
const MAX_TAGS: usize = 400;

/// Takes the raw HTML out of an item that has far too much of it; its text stays.
pub(super) fn drop_html_flood(blocks: &[Node<'_>], source: &PostLines<'_>, notes: &mut Notes<'_>) {
    let tags = |node: &Node<'_>| match &node.data().value {
        NodeValue::HtmlInline(raw) => raw.matches('<').count(),
        NodeValue::HtmlBlock(block) => block.literal.matches('<').count(),
        _ => 0,
    };
    let raw: Vec<_> = blocks.iter().flat_map(|block| block.descendants()).filter(|node| tags(node) > 0).collect();
    let (Some(first), true) = (raw.first(), raw.iter().map(tags).sum::<usize>() > MAX_TAGS) else { return };
    let message = format!("this item has more than {MAX_TAGS} HTML tags; they were left out");
    notes.warning(source.spot(first), message, "write Markdown instead of HTML");
    for node in raw {
        match &mut node.data_mut().value {
            NodeValue::HtmlInline(raw) => raw.clear(),
            NodeValue::HtmlBlock(block) => block.literal.clear(),
            _ => {}
        }
    }
}

/// Where a line opens more quotes and lists within each other than any author would.
pub(super) fn absurd_line(body: &str, offset: usize) -> Option<Spot> {
    let index = absurd_at(body)?;
    Some(Spot::new(offset + index + 1, 1))
}

/// The first such line, from 0.
pub(in crate::collect) fn absurd_at(body: &str) -> Option<usize> {
    body.lines().position(|line| markers(line) > MAX_MARKERS)
}

/// Counts the quote and list signs that a line begins with.
fn markers(line: &str) -> usize {
    let is_rule = line.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '*' | '_'));
    if is_rule {
        return 0;
    }
    let mut count = 0;
    let mut rest = line.trim_start();
    loop {
        let next = match rest.strip_prefix('>') {
            Some(next) => next,
            None => match after_list_sign(rest) {
                Some(next) => next,
                None => return count,
            },
        };
        count += 1;
        if count > MAX_MARKERS {
            return count;
        }
        rest = next.trim_start();
    }
}

fn after_list_sign(line: &str) -> Option<&str> {
    let digits = line.bytes().take(9).take_while(u8::is_ascii_digit).count();
    let rest = match digits {
        0 => line.strip_prefix(['-', '*', '+'])?,
        digits => line.get(digits..)?.strip_prefix(['.', ')'])?,
    };
    rest.starts_with([' ', '\t']).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absurd_nesting_is_refused() {
        for line in
            ["> > > 引用", "- - - - - - -", "***", "正文 > > >", "- 1. * a", &"*".repeat(500), &"- ".repeat(500)]
        {
            assert!(markers(line) <= 3, "{line}");
        }
        for line in [">".repeat(100), "> - ".repeat(50) + "a", "1. ".repeat(60) + "a", "* > ".repeat(40) + "a"] {
            assert!(markers(&line) > MAX_MARKERS, "{line}");
        }
        assert_eq!(absurd_line(&format!("a\n\n{}", ">".repeat(99)), 9), Some(Spot::new(12, 1)));
    }
}
