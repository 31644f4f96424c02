//! Cuts text where a sentence, a clause or a word ends, in scripts with and without spaces.
//!
//! Knows no dictionary: Chinese is cut at its punctuation, and between two characters only where there is none. Never cuts
//! within what a reader sees as one character.

use std::borrow::Cow;
use unicode_normalization::char::is_combining_mark;

/// `text` when it has at most `limit` characters; else its beginning, at most that long, with `…` behind. Expects folded
/// white space.
pub(super) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    // A look at more than the limit would make long texts cost what is thrown away.
    let head: Vec<(usize, char)> = text.char_indices().take(limit + 1).collect();
    if head.len() <= limit {
        return Cow::Borrowed(text);
    }
    let chars: Vec<char> = head.iter().map(|(_, c)| *c).collect();
    let at = place(&chars, limit);
    let bytes = head.get(at).map_or(text.len(), |(bytes, _)| *bytes);
    let kept = text.get(..bytes).unwrap_or_default().trim_end();
    let kept = kept.trim_end_matches(['，', '、', '；', '：', ',', ';', ':', '…']).trim_end();
    let goes_on_apart = ends_sentence(&chars, at) && chars.get(at).is_some_and(|next| next.is_whitespace());
    Cow::Owned(format!("{kept}{}…", if goes_on_apart { " " } else { "" }))
}

/// The first sentence of a text, at most `limit` characters. Expects folded white space.
pub fn first_sentence(text: &str, limit: usize) -> Cow<'_, str> {
    let head: Vec<(usize, char)> = text.char_indices().take(limit + 1).collect();
    let chars: Vec<char> = head.iter().map(|(_, c)| *c).collect();
    let end = (1..chars.len()).find(|at| ends_sentence(&chars, *at)).and_then(|at| head.get(at));
    match end.and_then(|(end, _)| text.get(..*end)) {
        Some(sentence) => Cow::Borrowed(sentence.trim_end()),
        None => cut(text, limit),
    }
}

/// Where to cut, at most at `limit`: at the last end of a sentence in the second half, else of a clause or a word, in the
/// second half where there is one, else between two characters. `chars` holds one more than the limit, so that what follows
/// the cut is seen.
fn place(chars: &[char], limit: usize) -> usize {
    let last = |from, good: fn(&[char], usize) -> bool| (from..=limit).rev().find(|at| good(chars, *at));
    let half = limit / 2 + 1;
    last(half, ends_sentence)
        .or_else(|| last(half, ends_clause_or_word))
        .or_else(|| last(half, is_between_words))
        .or_else(|| last(1, ends_clause_or_word))
        .or_else(|| last(1, is_between_words))
        .or_else(|| last(1, is_boundary))
        .unwrap_or(limit)
}

fn pair(chars: &[char], at: usize) -> Option<(char, char)> {
    Some((*chars.get(at.checked_sub(1)?)?, *chars.get(at)?))
}

/// Whether a sentence ends before `at`: its mark, with the quotes and brackets that close behind it.
fn ends_sentence(chars: &[char], at: usize) -> bool {
    let Some((_, next)) = pair(chars, at) else { return false };
    let closes = |c: &char| matches!(c, '”' | '’' | '」' | '』' | '）' | '》' | ')' | '"' | '\'' | '»' | ']');
    let before = chars.get(..at).unwrap_or_default();
    let closing = before.iter().rev().take_while(|c| closes(c)).count();
    let before = before.get(..at - closing).unwrap_or_default();
    if closes(&next) {
        return false;
    }
    match before.last() {
        Some('。' | '！' | '？' | '｡' | '．' | '…') => !matches!(next, '。' | '！' | '？' | '…'),
        Some('!' | '?') => next.is_whitespace(),
        Some('.') => next.is_whitespace() && !is_abbreviation(before),
        _ => false,
    }
}

/// Whether the full stop at the end belongs to a short word, as in `Mr.` and `U.S.`.
fn is_abbreviation(before: &[char]) -> bool {
    let word = before.iter().rev().skip(1).take_while(|c| c.is_alphabetic()).count();
    (1..=2).contains(&word)
}

fn ends_clause_or_word(chars: &[char], at: usize) -> bool {
    pair(chars, at).is_some_and(|(previous, next)| {
        next.is_whitespace() || matches!(previous, '，' | '、' | '；' | '：') && is_boundary(chars, at)
    })
}

/// Whether two words can meet here where nothing is written between them: beside a Chinese character or where kana give way
/// to another script, but not so that punctuation stands alone.
fn is_between_words(chars: &[char], at: usize) -> bool {
    let Some((previous, next)) = pair(chars, at) else { return false };
    let opens = matches!(previous, '（' | '《' | '「' | '『' | '“' | '‘' | '【' | '(' | '[' | '"');
    let meet = match (script(previous), script(next)) {
        (Script::Han, Script::Han) => true,
        (Script::Other, _) | (_, Script::Other) => false,
        (previous, next) => previous != next && next != Script::Hiragana,
    };
    meet && !opens && is_boundary(chars, at)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Han,
    Hiragana,
    Katakana,
    /// Letters and digits of scripts that write words apart.
    Spaced,
    Other,
}

fn script(c: char) -> Script {
    match c {
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
            Script::Han
        }
        '\u{3041}'..='\u{309f}' => Script::Hiragana,
        '\u{30a0}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}' => Script::Katakana,
        c if c.is_alphanumeric() => Script::Spaced,
        _ => Script::Other,
    }
}

/// Whether a reader sees two characters here and not one: a plain form of UAX #29 that errs on the side of not cutting.
fn is_boundary(chars: &[char], at: usize) -> bool {
    let Some((previous, next)) = pair(chars, at) else { return true };
    let is_flag = |c: char| ('\u{1f1e6}'..='\u{1f1ff}').contains(&c);
    let flags = chars.get(..at).unwrap_or_default().iter().rev().take_while(|c| is_flag(**c)).count();
    let extends = is_combining_mark(next)
        || matches!(next, '\u{200c}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
        || matches!(next, '\u{1160}'..='\u{11ff}' | '\u{0e33}' | '\u{0eb3}');
    let joined = matches!(previous, '\u{200d}' | '\u{1100}'..='\u{115f}') || (is_flag(next) && flags % 2 == 1);
    !extends && !joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_cut_where_a_sentence_or_word_ends() {
        for (text, limit, cut_text) in [
            ("Short enough.", 13, "Short enough."),
            ("One sentence here. Another one follows it.", 30, "One sentence here. …"),
            ("He said \"stop now.\" Then he went away at once.", 30, "He said \"stop now.\" …"),
            ("The government of the U.S. said nothing at all.", 30, "The government of the U.S.…"),
            ("A short one. Then words without an end go on and on", 40, "A short one. Then words without an end…"),
            ("Antidisestablishmentarianism", 10, "Antidisest…"),
            ("树莓派发布了新的套件。十月上市，定价一百元。", 16, "树莓派发布了新的套件。…"),
            ("内核开发者们讨论了调度器、内存管理、驱动以及更多的事情", 20, "内核开发者们讨论了调度器、内存管理…"),
            ("他说：“今天发布！”然后大家就都走了出去庆祝", 12, "他说：“今天发布！”…"),
            ("全部都是汉字没有任何标点符号可以停顿的一句话", 10, "全部都是汉字没有任何…"),
            ("新しいコンピュータが発売されました。続きは明日です。", 22, "新しいコンピュータが発売されました。…"),
            ("新しいスーパーコンピュータの発売", 12, "新しい…"),
            ("使用 Rust 编写的软件包管理器", 12, "使用 Rust…"),
        ] {
            assert_eq!(cut(text, limit), cut_text);
        }
    }

    #[test]
    fn the_first_sentence_ends_where_the_second_begins() {
        for (text, limit, expected) in [
            ("One. Two. Three.", 99, "One."),
            ("Made in the U.S. by hand. Two.", 99, "Made in the U.S. by hand."),
            ("一句。二句。", 99, "一句。"),
            ("Only words", 99, "Only words"),
            ("A sentence without an end in sight", 15, "A sentence…"),
            ("", 9, ""),
        ] {
            assert_eq!(first_sentence(text, limit), expected, "{text}");
        }
    }

    #[test]
    fn what_is_seen_as_one_character_is_not_cut() {
        for (text, limit, cut_text) in [
            ("ab\u{301}\u{302}cdef", 3, "a…"),
            ("a👩\u{200d}👩\u{200d}👧bcdefgh", 4, "a…"),
            ("x🇩🇪🇫🇷yz", 4, "x🇩🇪…"),
            ("ab👍\u{1f3fd}cdef", 3, "ab…"),
            ("ab❤\u{fe0f}cdef", 3, "ab…"),
            ("ab\u{1112}\u{1161}\u{11ab}cd", 4, "ab…"),
        ] {
            assert_eq!(cut(text, limit), cut_text);
        }
        // Nothing but marks is cut all the same.
        let zalgo = format!("a{}", "\u{301}".repeat(10_000));
        assert_eq!(cut(&zalgo, 300).chars().count(), 301);
    }

    proptest! {
        #[test]
        fn a_cut_text_is_short_and_begins_as_the_text_does(text in "\\PC{0,400}", limit in 2_usize..120) {
            let cut = cut(&text, limit);
            if let Cow::Owned(cut) = &cut {
                let kept = cut.trim_end_matches('…').trim_end();
                prop_assert!(text.starts_with(kept), "{kept:?}");
                prop_assert!(kept.chars().count() <= limit);
            } else {
                prop_assert!(text.chars().count() <= limit);
            }
        }
    }
}
