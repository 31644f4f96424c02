//! Slips of the pen: what an editor meant as Markdown and Markdown reads as something else. Names them, mends nothing.

use super::address;
use super::front::Front;
use super::notes::{Notes, Spot, shown};
use super::outline;
use super::profile::ItemRules;
use super::source::SourceWords;
use super::tree::{self, PostLines};
use comrak::Node;
use comrak::nodes::NodeValue;
use std::collections::HashSet;

/// Names each line that begins with `###` and no blank behind it: it is text, and its item part of the one before.
pub(super) fn headings_without_blank(root: Node<'_>, source: &PostLines<'_>, notes: &mut Notes<'_>) -> bool {
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
    source: &PostLines<'_>,
    workshop: (SourceWords<'_>, &ItemRules),
    notes: &mut Notes<'_>,
) {
    let (words, rules) = workshop;
    if headings_without_blank(root, source, notes) || !is_meant(notes.path(), front, root, words) {
        return;
    }
    let is_heading = |node: &Node<'_>| matches!(node.data().value, NodeValue::Heading(_));
    let signs = outline::signs(rules.levels.iter().copied().min().unwrap_or(1));
    let help = format!("begin each item with a heading of its own: `{signs} TITLE`");
    match root.children().find(is_heading) {
        Some(heading) => notes.warning(
            source.spot(heading),
            format!(
                "`{}` is no item heading, items begin at `{signs}`; the post is not published",
                shown(&tree::text(heading))
            ),
            &help,
        ),
        None => notes.warning(
            source.first(),
            "the post looks like a digest and has no item heading; it is not published",
            &help,
        ),
    }
}

/// Names each definition `[x]: URL` that no link of the post uses: it vanishes from the text.
pub(super) fn unused_definitions(root: Node<'_>, source: &PostLines<'_>, notes: &mut Notes<'_>) {
    let mut covered = vec![false; source.lines.len() + 1];
    for block in root.children() {
        let position = block.data().sourcepos;
        let last = position.end.line.max(position.start.line).min(source.lines.len());
        for line in covered.get_mut(position.start.line..=last).into_iter().flatten() {
            *line = true;
        }
    }
    let mut used: Option<HashSet<String>> = None;
    for (index, line) in source.lines.iter().enumerate() {
        if line.trim().is_empty() || covered.get(index + 1).copied().unwrap_or(true) {
            continue;
        }
        let used = used.get_or_insert_with(|| tree::addresses(root).into_iter().collect());
        let Some((label, rest)) = line.trim().strip_prefix('[').and_then(|rest| rest.split_once("]:")) else {
            continue;
        };
        let url = rest.split_whitespace().next().unwrap_or_default().trim_matches(['<', '>']);
        if !used.contains(url) {
            let message = format!("no link uses `[{}]: {}`; it is not published", shown(label), shown(rest.trim()));
            notes.warning(Spot::new(source.offset + index + 1, 1), message, "use it as `[NAME][LABEL]`, or remove it");
        }
    }
}

/// What stands in text and was meant otherwise.
const IN_TEXT: [(&str, &str, &str, &str); 7] = [
    ("{{", "}}", "is no Markdown: what it stands for is not put in its place", "write what it would show"),
    ("{%", "%}", "is no Markdown: what it stands for is not put in its place", "write what it would show"),
    (
        "](",
        ")",
        "is no link and no picture: its address holds a blank",
        "write the address in `<…>`, or `%20` for each blank",
    ),
    (
        UNOPENED,
        ")",
        "ends a link that does not begin in its paragraph",
        "write `[NAME](URL)`, with no empty line in it",
    ),
    ("<http", ">", "is no link: its address holds a blank", "write `%20` for each blank"),
    ("]（", "）", "is no link and no picture: its brackets are Chinese ones", "write `[NAME](URL)`"),
    ("[^", "]", "refers to no footnote of this post", "write the footnote on a line of its own: `[^1]: TEXT`"),
];

/// The end of a link whose name began before an empty line.
const UNOPENED: &str = "](http";

/// Longest name, and longest address, in characters, that is still sought.
const MAX_EXCERPT: usize = 500;

/// Names what of the blocks' text looks like Markdown, or like another program's, and is shown as it stands.
pub(super) fn in_text(blocks: &[Node<'_>], source: &PostLines<'_>, notes: &mut Notes<'_>) {
    let mut text = String::new();
    let mut starts: Vec<(usize, Node<'_>)> = Vec::new();
    for node in blocks.iter().flat_map(|block| block.descendants()) {
        match &node.data().value {
            NodeValue::Text(literal) => {
                starts.push((text.len(), node));
                text.push_str(literal);
            }
            // A comment is not published.
            NodeValue::HtmlInline(raw) if raw.starts_with("<!--") => {}
            NodeValue::HtmlBlock(block) if is_comment(&block.literal) => {}
            NodeValue::HtmlInline(raw) => {
                starts.push((text.len(), node));
                text.push_str(raw);
            }
            NodeValue::HtmlBlock(block) => {
                starts.push((text.len(), node));
                text.push_str(&block.literal);
            }
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            value if value.block() => text.push('\n'),
            _ => {}
        }
    }
    misspelt_schemes(&text, &starts, source, notes);
    for (open, close, what, help) in IN_TEXT {
        let mut done = 0;
        while let Some(at) = text.get(done..).and_then(|rest| rest.find(open)).map(|at| done + at) {
            done = at + open.len();
            if notes.is_full() {
                return;
            }
            let Some(excerpt) = excerpt(&text, at, (open, close)) else { continue };
            let before = starts.partition_point(|(start, _)| *start <= at);
            let node = starts.get(before.saturating_sub(1)).map(|(_, node)| *node);
            let spot = node.map_or(source.first(), |node| source.spot(node));
            notes.warning(spot, format!("`{}` {what}; it was kept as text", shown(&excerpt)), help);
        }
    }
}

fn is_comment(raw: &str) -> bool {
    raw.trim_start().starts_with("<!--") && raw.trim_end().ends_with("-->") && raw.matches("<!--").count() == 1
}

/// Names addresses that are text because their scheme is misspelt: `ttps://…`.
fn misspelt_schemes(text: &str, starts: &[(usize, Node<'_>)], source: &PostLines<'_>, notes: &mut Notes<'_>) {
    for (colon, _) in text.match_indices("://") {
        let before = text.get(..colon).unwrap_or_default();
        let letters = before.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let begin = colon - letters;
        let end = text.get(colon..).and_then(|rest| rest.find(|c: char| c.is_whitespace() || !c.is_ascii()));
        let written = text.get(begin..end.map_or(text.len(), |end| colon + end)).unwrap_or_default();
        if notes.is_full() || !address::has_misspelt_scheme(written) {
            continue;
        }
        let node = starts.get(starts.partition_point(|(start, _)| *start <= begin).saturating_sub(1));
        let spot = node.map_or(source.first(), |(_, node)| source.spot(node));
        let message = format!("`{}` is no link, its scheme is misspelt; it was kept as text", shown(written));
        notes.warning(spot, message, "write it from `https://` on");
    }
}

/// What was meant, from its beginning to its end, within one block.
fn excerpt(text: &str, at: usize, (open, close): (&str, &str)) -> Option<String> {
    let after = text.get(at + open.len()..)?;
    let near = after.char_indices().nth(MAX_EXCERPT).map_or(after.len(), |(end, _)| end);
    let after = after.get(..near)?;
    let inner = after.get(..after.find(close)?).filter(|inner| !inner.contains('\n'))?;
    let before = text.get(..at)?;
    let name = if open.starts_with(']') {
        let begins = before.char_indices().rev().take(MAX_EXCERPT).find(|(_, c)| *c == '[');
        let name = begins.and_then(|(start, _)| before.get(start..)).filter(|name| !name.contains('\n'));
        let name = if open == UNOPENED { name.is_none().then_some("")? } else { name? };
        let sign = before.get(..before.len() - name.len())?.ends_with('!');
        format!("{}{name}", if sign { "!" } else { "" })
    } else {
        String::new()
    };
    Some(format!("{name}{open}{inner}{close}"))
}

/// A title without the attributes that other programs read behind it: `{#id}`, `{.class}`.
pub(super) fn without_attributes<'t>(title: &'t str, spot: Spot, notes: &mut Notes<'_>) -> &'t str {
    let Some((before, inner)) = title.strip_suffix('}').and_then(|rest| rest.rsplit_once('{')) else { return title };
    let is_attribute = inner.trim_start_matches(':').trim_start().starts_with(['#', '.']);
    if !is_attribute || inner.contains(['{', '}']) || before.trim().is_empty() {
        return title;
    }
    let message = format!("`{{{}}}` is no part of a title; it was left out", shown(inner));
    notes.warning(spot, message, "remove it: items have addresses of their own");
    before.trim_end()
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
