//! Reads the marked lines of an item: the remark (`老王点评：…`), the picture credit (`（插图：…）`), and in quotes the source
//! (`消息来源：…`). Only recognises; the item decides what becomes of them.

use super::profile::TextPattern;
use super::source::{self, SourceWords};
use super::{tags, tree};
use crate::collect::html;
use comrak::nodes::NodeValue;
use comrak::{Arena, Node};

/// Words that end the name before a remark.
const REMARK_WORDS: [&str; 2] = ["点评", "點評"];

/// Longest name of a remark's author; what is longer is a sentence with a colon.
const MAX_NAME: usize = 20;

/// The label of a remark.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RemarkLabel {
    /// Who remarks; `点评：` alone names nobody.
    pub(super) name: Option<String>,
    /// Characters up to the remark's own text.
    pub(super) length: usize,
}

/// What a quote holds, after its source lines were taken out.
#[derive(Debug)]
pub(super) struct Quote<'a> {
    /// Paragraphs that name the source.
    pub(super) sources: Vec<Node<'a>>,
    /// The tags of lines that hold nothing else.
    pub(super) tags: Vec<String>,
    /// The label of its remark, which is no longer in the text.
    pub(super) label: Option<RemarkLabel>,
    /// Whether anything but sources is left.
    pub(super) is_filled: bool,
}

pub(super) fn is_quote(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::BlockQuote)
}

/// Reads a quote and takes its source lines, its tags and the label of its remark out of the tree. The label of somebody else
/// than `known` stays where it stands.
pub(super) fn read<'a>(
    arena: &'a Arena<'a>,
    quote: Node<'a>,
    words: SourceWords<'_>,
    (pattern, known): (Option<&TextPattern>, Option<&str>),
) -> Quote<'a> {
    let mut found = Quote { sources: Vec::new(), tags: Vec::new(), label: None, is_filled: false };
    for child in quote.children().filter(|child| is_paragraph(child)).collect::<Vec<_>>() {
        for paragraph in cut(arena, child, |line| kind_in_quote(line, words, pattern)) {
            let children: Vec<_> = paragraph.children().collect();
            let text = tree::raw_text(paragraph);
            if words.name_source(&children) {
                paragraph.detach();
                found.sources.push(paragraph);
            } else if let Some(tags) = tags::own(paragraph) {
                paragraph.detach();
                found.tags.extend(tags);
            } else if let Some(label) = remark_label(&text, pattern).filter(|_| found.label.is_none()) {
                if known.is_none() || label.name.is_none() || label.name.as_deref() == known {
                    tree::remove_leading(paragraph, label.length);
                }
                found.label = Some(label);
            }
        }
    }
    found.is_filled = !tree::is_empty(quote);
    found
}

/// What a line of a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineKind {
    Source,
    Tags,
    Remark,
    Text,
}

fn kind_in_quote(line: &[Node<'_>], words: SourceWords<'_>, pattern: Option<&TextPattern>) -> LineKind {
    if words.name_source(line) {
        LineKind::Source
    } else if tags::of_line(line).is_some() {
        LineKind::Tags
    } else if remark_label(&line.iter().map(|node| tree::raw_text(node)).collect::<String>(), pattern).is_some() {
        LineKind::Remark
    } else {
        LineKind::Text
    }
}

/// Cuts a paragraph outside quotes into its text, its source lines and its lines of tags.
pub(super) fn cut_text<'a>(arena: &'a Arena<'a>, paragraph: Node<'a>, words: SourceWords<'_>) -> Vec<Node<'a>> {
    cut(arena, paragraph, |line| {
        if words.is_source_line(line) {
            LineKind::Source
        } else if tags::of_line(line).is_some() {
            LineKind::Tags
        } else {
            LineKind::Text
        }
    })
}

/// Cuts a paragraph where a line is of another kind than the one before. A source line goes on in lines that are nothing
/// but links.
fn cut<'a>(arena: &'a Arena<'a>, paragraph: Node<'a>, kind: impl Fn(&[Node<'a>]) -> LineKind) -> Vec<Node<'a>> {
    let mut before = LineKind::Text;
    tree::cut_lines(arena, paragraph, |line| {
        let kind = kind(line);
        let goes_on = match (before, kind) {
            (LineKind::Source, LineKind::Text) => source::is_only_links(line),
            (before, kind) => before != LineKind::Source && before != LineKind::Tags && kind == LineKind::Text,
        };
        if !goes_on {
            before = kind;
        }
        !goes_on
    })
}

pub(super) fn is_paragraph(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::Paragraph)
}

/// The label that a remark begins with, by a profile's pattern or as the observation column has it.
pub(super) fn remark_label(text: &str, pattern: Option<&TextPattern>) -> Option<RemarkLabel> {
    if let Some(pattern) = pattern {
        let found = pattern.0.captures(text)?;
        let label = found.get(0).filter(|label| label.start() == 0 && label.end() > 0)?;
        let name = found.name("name").map(|name| html::strip_illegal(name.as_str().trim()).into_owned());
        let blanks = text.get(label.end()..)?.chars().take_while(|c| c.is_whitespace()).count();
        let name = name.filter(|name| !name.is_empty() && name.chars().count() <= MAX_NAME);
        return Some(RemarkLabel { name, length: label.as_str().chars().count() + blanks });
    }
    let colon = text.chars().take(MAX_NAME + 12).position(|c| matches!(c, '：' | ':'))?;
    let head: String = text.chars().take(colon).collect();
    let name = REMARK_WORDS.iter().find_map(|word| head.trim().strip_suffix(word))?.trim();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '·' | '-' | '_' | '.' | '@');
    if name.chars().count() > MAX_NAME || !name.chars().all(is_name) {
        return None;
    }
    let blanks = text.chars().skip(colon + 1).take_while(|c| c.is_whitespace()).count();
    let name = html::strip_illegal(name).into_owned();
    Some(RemarkLabel { name: (!name.is_empty()).then_some(name), length: colon + 1 + blanks })
}

/// The credit of a picture, by a profile's pattern or as the observation column has it.
pub(super) fn credit(text: &str, pattern: Option<&TextPattern>) -> Option<String> {
    let Some(pattern) = pattern else { return image_credit(text) };
    let found = pattern.0.captures(text.trim())?;
    let credit = found.get(1).or_else(|| found.get(0))?.as_str().trim();
    (!credit.is_empty()).then(|| html::strip_illegal(credit).into_owned())
}

/// The credit in `（插图：…）`, brackets and colon of either width.
pub(super) fn image_credit(text: &str) -> Option<String> {
    let inner = text.trim().strip_prefix(['（', '('])?.strip_suffix(['）', ')'])?;
    let credit = inner.trim_start().strip_prefix("插图").or_else(|| inner.trim_start().strip_prefix("插圖"))?;
    let credit = credit.trim_start().strip_prefix(['：', ':'])?.trim();
    (!credit.is_empty()).then(|| html::strip_illegal(credit).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remark_labels_name_somebody_or_nobody() {
        for (text, name, length) in [
            ("老王点评：毫不意外", Some("老王"), 5),
            ("老王点评:  毫不意外", Some("老王"), 7),
            ("老王點評：毫不意外", Some("老王"), 5),
            (" 编者点评 ： 好", Some("编者"), 8),
            ("点评：好", None, 3),
            ("J. Doe 点评：好", Some("J. Doe"), 10),
        ] {
            let label = RemarkLabel { name: name.map(str::to_owned), length };
            assert_eq!(remark_label(text, None), Some(label), "{text}");
        }
        for text in ["毫不意外", "他说：“点评”", "我看了很多人，都写了点评：不好", "点评", "", "：点评："]
        {
            assert_eq!(remark_label(text, None), None, "{text}");
        }
    }

    #[test]
    fn credits_are_recognised() {
        assert_eq!(image_credit("（插图：DA/f8c2）").as_deref(), Some("DA/f8c2"));
        assert_eq!(image_credit("(插图: DA/f8c2)").as_deref(), Some("DA/f8c2"));
        assert_eq!(image_credit("（插图见下）"), None);
    }
}
