//! Reads the marked lines of an item: the remark (`老王点评：…`), the picture credit (`（插图：…）`), and in quotes the source
//! (`消息来源：…`). Only recognises; the item decides what becomes of them.

use super::source::{self, SourceWords};
use super::tree;
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
    /// The label of its remark, which is no longer in the text.
    pub(super) label: Option<RemarkLabel>,
    /// Whether anything but sources is left.
    pub(super) is_filled: bool,
}

pub(super) fn is_quote(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::BlockQuote)
}

/// Reads a quote and takes its source lines and the label of its remark out of the tree.
pub(super) fn read<'a>(arena: &'a Arena<'a>, quote: Node<'a>, words: SourceWords<'_>) -> Quote<'a> {
    let mut found = Quote { sources: Vec::new(), label: None, is_filled: false };
    for child in quote.children().collect::<Vec<_>>() {
        if !is_paragraph(child) {
            continue;
        }
        for paragraph in cut(arena, child, words) {
            if words.name_source(&paragraph.children().collect::<Vec<_>>()) {
                paragraph.detach();
                found.sources.push(paragraph);
            } else if found.label.is_none()
                && let Some(label) = remark_label(&tree::raw_text(paragraph))
            {
                tree::remove_leading(paragraph, label.length);
                found.label = Some(label);
            }
        }
    }
    found.is_filled = !tree::is_empty(quote);
    found
}

/// Cuts a paragraph before and after its source lines, and before the label of a remark. A source line goes on in lines that are
/// nothing but links.
pub(super) fn cut<'a>(arena: &'a Arena<'a>, paragraph: Node<'a>, words: SourceWords<'_>) -> Vec<Node<'a>> {
    let mut in_source = false;
    tree::cut_lines(arena, paragraph, |line| {
        let goes_on = in_source && source::is_only_links(line);
        let begins = words.name_source(line);
        let ends = in_source && !goes_on;
        in_source = begins || goes_on;
        begins || ends || remark_label(&line.iter().map(|node| tree::raw_text(node)).collect::<String>()).is_some()
    })
}

pub(super) fn is_paragraph(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::Paragraph)
}

/// The label that a remark begins with.
pub(super) fn remark_label(text: &str) -> Option<RemarkLabel> {
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
            assert_eq!(remark_label(text), Some(label), "{text}");
        }
        for text in ["毫不意外", "他说：“点评”", "我看了很多人，都写了点评：不好", "点评", "", "：点评："]
        {
            assert_eq!(remark_label(text), None, "{text}");
        }
    }

    #[test]
    fn credits_are_recognised() {
        assert_eq!(image_credit("（插图：DA/f8c2）").as_deref(), Some("DA/f8c2"));
        assert_eq!(image_credit("(插图: DA/f8c2)").as_deref(), Some("DA/f8c2"));
        assert_eq!(image_credit("（插图见下）"), None);
    }
}
