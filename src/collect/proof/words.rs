//! The words before a source and before a remark: how a post writes them, and how all others do.

use super::page::{PostText, WrittenLine};
use super::rules;
use super::sheet::Sheet;
use crate::collect::digest::shown;
use std::collections::HashMap;
use std::ops::Range;

/// Longest word, in characters, with the name before it.
const MAX_HEAD: usize = 24;

/// Posts that must write a word before it is a habit, and how many of a hundred that write one must write this.
const MIN_POSTS: usize = 4;
const MOST: usize = 90;

/// Words that end the name before a remark.
const REMARKS: [&str; 2] = ["点评", "點評"];

/// What people write instead of the two characters of `点评`.
const NEARLY: [(&str, &str); 2] = [("点點电店典", "评評"), ("点點", "评評平坪苹萍")];

const COLONS: [char; 3] = ['：', ':', '∶'];

/// The word at the start of a line, with the colon behind it.
#[derive(Debug, Clone)]
struct LineHead<'t> {
    text: &'t str,
    colon: char,
    /// The bytes of both in the line.
    range: Range<usize>,
}

/// What kind of word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum HeadKind {
    Source,
    Remark,
}

/// A word with its colon, as posts write it.
type HeadForm = (HeadKind, String, char);

/// How posts write these words: each form, with the posts that do.
#[derive(Debug, Default)]
pub(super) struct Habits(HashMap<HeadForm, Vec<usize>>);

impl Habits {
    /// Notes how a post writes them.
    pub(super) fn note(&mut self, post: usize, text: &str, source_words: &[String]) {
        for line in text.lines() {
            let Some(head) = head(line) else { continue };
            let Some(kind) = kind(line, &head, source_words) else { continue };
            let posts = self.0.entry((kind, head.text.to_owned(), head.colon)).or_default();
            if posts.last() != Some(&post) {
                posts.push(post);
            }
        }
    }

    /// The form in which nearly all posts but `own` write a word.
    fn usual(&self, kind: HeadKind, own: Option<usize>) -> Option<(&str, char)> {
        let count = |posts: &Vec<usize>| posts.iter().filter(|post| Some(**post) != own).count();
        let forms = || self.0.iter().filter(|((of, ..), _)| *of == kind);
        let total: usize = forms().map(|(_, posts)| count(posts)).sum();
        let ((_, head, colon), posts) =
            forms().max_by(|a, b| count(a.1).cmp(&count(b.1)).then_with(|| b.0.1.cmp(&a.0.1)))?;
        let most = count(posts);
        (most >= MIN_POSTS && most * 100 >= total * MOST).then_some((head.as_str(), *colon))
    }
}

/// The word that a line begins with, up to its colon, without signs of Markdown.
fn head(line: &str) -> Option<LineHead<'_>> {
    let text = line.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '>' | '*' | '_' | '[' | '(' | '（' | '【' | '「')
    });
    let start = line.len() - text.len();
    let (at, colon) = text.char_indices().take(MAX_HEAD + 1).find(|(_, c)| COLONS.contains(c))?;
    let head = text.get(..at)?.trim_end();
    let is_head = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '·' | '-' | '_' | '.' | '@');
    (!head.is_empty() && head.chars().all(is_head)).then(|| LineHead {
        text: head,
        colon,
        range: start..start + at + colon.len_utf8(),
    })
}

fn is_quote(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

fn has_link(line: &str) -> bool {
    line.contains("](") || line.contains("://") || line.contains("][")
}

fn kind(line: &str, head: &LineHead<'_>, source_words: &[String]) -> Option<HeadKind> {
    let is_source = || source_words.iter().any(|word| word.eq_ignore_ascii_case(head.text));
    if is_quote(line) && REMARKS.iter().any(|word| head.text.ends_with(word)) {
        Some(HeadKind::Remark)
    } else if (is_quote(line) || has_link(line)) && is_source() {
        Some(HeadKind::Source)
    } else {
        None
    }
}

/// By what the words of a post are judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct WordJudge<'a> {
    pub(super) habits: &'a Habits,
    /// The post itself among those that the habits are of.
    pub(super) own: Option<usize>,
    pub(super) source_words: &'a [String],
}

/// Marks the words of a post that are written otherwise than usual.
pub(super) fn mark(sheet: &mut Sheet<'_>, judge: WordJudge<'_>) {
    let lines: Vec<WrittenLine<'_>> =
        sheet.page.body().filter(|line| !line.text.trim().is_empty() && !sheet.page.is_hidden(line.start)).collect();
    for line in lines {
        match head(line.text) {
            Some(head) => judge.mark(sheet, line, &head),
            None => judge.mark_missing_colon(sheet, line),
        }
    }
}

impl WordJudge<'_> {
    fn mark(self, sheet: &mut Sheet<'_>, line: WrittenLine<'_>, head: &LineHead<'_>) {
        let range = line.start + head.range.start..line.start + head.range.end;
        let written = format!("{}{}", head.text, head.colon);
        match kind(line.text, head, self.source_words) {
            Some(HeadKind::Source) => {
                if let Some((usual, colon)) =
                    self.usual(HeadKind::Source).filter(|usual| *usual != (head.text, head.colon))
                {
                    let message = format!(
                        "`{}` stands before the source here, where the other posts write `{usual}{colon}`",
                        shown(&written)
                    );
                    sheet.warn(rules::SOURCE_WORD, range.clone(), message, format!("write `{usual}{colon}`"));
                }
                mark_unlinked(sheet, line, range);
            }
            Some(HeadKind::Remark) => {
                let Some((usual, colon)) = self.usual(HeadKind::Remark) else { return };
                let is_typo = head.text != usual && strsim::osa_distance(head.text, usual) == 1;
                if is_typo || head.colon != colon {
                    let right = if is_typo { usual } else { head.text };
                    let message = format!(
                        "`{}` stands before the remark here, where the other posts write `{usual}{colon}`",
                        shown(&written)
                    );
                    sheet.warn(rules::REMARK_WORD, range, message, format!("write `{right}{colon}`"));
                }
            }
            None => self.mark_mistyped(sheet, line, head),
        }
    }

    fn usual(&self, kind: HeadKind) -> Option<(&str, char)> {
        self.habits.usual(kind, self.own)
    }

    /// A word that is none of those that are read, and close to one.
    fn mark_mistyped(self, sheet: &mut Sheet<'_>, line: WrittenLine<'_>, head: &LineHead<'_>) {
        let range = line.start + head.range.start..line.start + head.range.end;
        let is_near = |word: &str| word.chars().count() > 2 && strsim::osa_distance(word, head.text) == 1;
        if is_quote(line.text) {
            let usual = self.usual(HeadKind::Remark).filter(|(usual, _)| is_near(usual));
            let meant = usual
                .map(|(usual, colon)| format!("{usual}{colon}"))
                .or_else(|| Some(format!("{}：", meant_remark(head.text)?)));
            if let Some(meant) = meant {
                let message = format!("`{}` is not read as the word before a remark", shown(head.text));
                sheet.warn(rules::REMARK_WORD, range, message, format!("write `{meant}`"));
                return;
            }
        }
        if !is_quote(line.text) && !has_link(line.text) {
            return;
        }
        let usual = self.usual(HeadKind::Source).map(|(usual, _)| usual).filter(|usual| is_near(usual));
        let long = self.source_words.iter().map(String::as_str).filter(|word| word.chars().count() > 3);
        if let Some(meant) = usual.or_else(|| long.into_iter().find(|word| is_near(word))) {
            let message = format!("`{}` is not read as the word before a source", shown(head.text));
            sheet.warn(
                rules::SOURCE_WORD,
                range,
                message,
                format!("write `{meant}{}`", self.usual(HeadKind::Source).map_or('：', |(_, colon)| colon)),
            );
        }
    }

    /// `> 老王点评 毫不意外`: what the others end with a colon.
    fn mark_missing_colon(self, sheet: &mut Sheet<'_>, line: WrittenLine<'_>) {
        let Some((usual, colon)) = self.usual(HeadKind::Remark).filter(|_| is_quote(line.text)) else { return };
        let text = line.text.trim_start_matches(['>', ' ', '*', '_']);
        if text.strip_prefix(usual).is_some_and(|rest| !rest.trim_start().starts_with(COLONS)) {
            let start = line.start + line.text.len() - text.len();
            let message = format!("a colon is missing behind `{usual}`, so that this is not read as its remark");
            sheet.warn(rules::REMARK_WORD, start..start + usual.len(), message, format!("write `{usual}{colon}`"));
        }
    }
}

/// Marks a quoted line that names a source, and has no link with it.
fn mark_unlinked(sheet: &mut Sheet<'_>, line: WrittenLine<'_>, range: Range<usize>) {
    if !is_quote(line.text) || goes_on_with_link(&sheet.page, line.number) {
        return;
    }
    let what = line.text.trim_start_matches(['>', ' ']).trim_end();
    let message = format!("a source is named here and not linked: `{}`", shown(what));
    sheet.warn(rules::LABEL_WITHOUT_LINK, range, message, "write it as **[消息来源：NAME](URL)**");
}

/// Whether a line of a quote, or one of those that go on with it, has a link.
fn goes_on_with_link(page: &PostText<'_>, number: usize) -> bool {
    let says_something = |line: &WrittenLine<'_>| !line.text.trim_start_matches(['>', ' ']).trim().is_empty();
    let linked = |line: WrittenLine<'_>| {
        has_link(line.text)
            || line.text.contains("href=")
            || line.text.contains("]:")
            || (line.text.contains('[') && line.text.contains(']') && is_reference(page, line))
    };
    page.lines().skip(number - 1).take_while(says_something).any(linked)
}

/// Whether Markdown sees a link that begins on the line.
fn is_reference(page: &PostText<'_>, line: WrittenLine<'_>) -> bool {
    page.targets.iter().any(|target| (line.start..line.start + line.text.len()).contains(&target.at))
}

/// `老王點评` for `老王点评`: the name with the word that was meant; `None` where it is no such slip.
fn meant_remark(head: &str) -> Option<String> {
    let (at, second) = head.char_indices().next_back()?;
    let before = head.get(..at)?;
    let (at, first) = before.char_indices().next_back()?;
    let is_right = REMARKS.iter().any(|word| head.ends_with(word));
    let is_near = NEARLY.iter().any(|(firsts, seconds)| firsts.contains(first) && seconds.contains(second));
    (is_near && !is_right).then(|| format!("{}点评", before.get(..at).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_lines_are_found() {
        for (line, found) in [
            ("> **[消息来源：X](https://a.example/)**", Some(("消息来源", '：'))),
            ("> 老王点评: 好", Some(("老王点评", ':'))),
            ("（[via: X](/x)）", Some(("via", ':'))),
            ("一段很长很长很长很长很长很长很长很长很长很长很长的文字：好", None),
            ("他说，“好”：x", None),
            ("### 一", None),
        ] {
            assert_eq!(head(line).map(|head| (head.text, head.colon)), found, "{line}");
        }
    }

    #[test]
    fn slips_of_the_remark_are_told_from_other_words() {
        for (head, meant) in [
            ("老王點评", Some("老王点评")),
            ("老王点平", Some("老王点评")),
            ("电评", Some("点评")),
            ("老王点评", None),
            ("书评", None),
            ("点心", None),
            ("评", None),
        ] {
            assert_eq!(meant_remark(head).as_deref(), meant, "{head}");
        }
    }
}
