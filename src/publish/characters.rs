//! Characters: what may stand in XML 1.0, and how text becomes markup.
//!
//! The `rss` and `atom_syndication` writers pass illegal characters through, so everything passes [`clean`] first. A
//! reader would reject the whole feed for one of them; leaving it out loses nothing anybody could see.

use std::borrow::Cow;

/// Whether a character is a `Char` of XML 1.0 (section 2.2). A carriage return is one, but every parser turns it into
/// a line feed (section 2.11); feeds in JSON would differ from those in XML, so it counts as illegal here.
fn is_legal(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Bytes that are looked at together.
const PIECE: usize = 64;

/// Text without the characters that XML 1.0 does not have.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    // Illegal ones are control characters or begin with the byte EF, as does full-width punctuation.
    let suspicious = |b: &u8| *b < b' ' && *b != b'\n' && *b != b'\t' || *b == 0xef;
    // Each piece is looked at to its end, which is a few instructions, and to its first illegal one many.
    let is_suspicious = |piece: &[u8]| piece.iter().fold(false, |found, b| found | suspicious(b));
    if !text.as_bytes().chunks(PIECE).any(is_suspicious) || text.chars().all(is_legal) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|&c| is_legal(c)).collect())
}

/// [`clean`] for one line of text, such as a title or a name: white space is folded too.
pub(super) fn line(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in clean(text).split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// Appends text escaped for HTML and XML, in content and in attributes quoted with `"`.
pub(super) fn push_escaped(markup: &mut String, text: &str) {
    let mut rest = text;
    while let Some((before, c, after)) = split_at_special(rest) {
        markup.push_str(before);
        markup.push_str(match c {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = after;
    }
    markup.push_str(rest);
}

/// Text escaped for HTML and XML.
pub(super) fn escaped(text: &str) -> String {
    let mut markup = String::with_capacity(text.len() + text.len() / 8);
    push_escaped(&mut markup, text);
    markup
}

fn split_at_special(text: &str) -> Option<(&str, u8, &str)> {
    let at = text.bytes().position(|b| matches!(b, b'&' | b'<' | b'>' | b'"'))?;
    let (before, rest) = text.split_at(at);
    let (special, after) = rest.split_at(1);
    Some((before, special.bytes().next()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn illegal_characters_go_and_all_others_stay() {
        assert_eq!(clean("a\u{8}b\u{fffe}c\u{ffff}\0\u{1f}\u{b}\r\n\td"), "abc\n\td");
        for fine in ["中文，标点（全角）", "🚀 ]]> &amp;", "\u{e000}\u{fffd}\u{7f}\u{85}\u{fdd0}", ""] {
            assert!(matches!(clean(fine), Cow::Borrowed(same) if same == fine));
        }
        assert_eq!(line(" a\n\n b\u{8} \tc\r\n"), "a b c");
    }

    #[test]
    fn special_characters_are_escaped() {
        assert_eq!(escaped("<a href=\"x\">AT&T 'x' 中</a>"), "&lt;a href=&quot;x&quot;&gt;AT&amp;T 'x' 中&lt;/a&gt;");
    }
}
