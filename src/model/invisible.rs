//! Characters that nobody sees: Unicode's `Default_Ignorable_Code_Point`, such as the zero-width space, the byte-order mark and
//! the soft hyphen. They tell no two names apart and are no name of their own.

use std::borrow::Cow;

/// Whether a character is shown as nothing where it is not understood (`DerivedCoreProperties.txt`).
pub fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether nothing is to be seen of a text.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_ignorable(c))
}

/// Whether two texts differ in nothing that is to be seen.
pub fn looks_like(one: &str, other: &str) -> bool {
    one == other || seen(one).eq(seen(other))
}

fn seen(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !is_ignorable(*c))
}

/// A name without what nobody sees. Joiners between letters and selectors behind a sign stay: they shape what is seen, as in
/// Persian, in `❤️` and in families of emoji.
pub fn visible_name(name: &str) -> Cow<'_, str> {
    if !name.contains(is_ignorable) {
        return Cow::Borrowed(name);
    }
    let mut kept = String::with_capacity(name.len());
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let shapes = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && !c.is_ascii_alphabetic());
        let before = kept.chars().next_back();
        let stays = match c {
            '\u{200c}' | '\u{200d}' => {
                shapes(before) && chars.peek().is_some_and(|next| !is_ignorable(*next)) && shapes(chars.peek().copied())
            }
            '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => shapes(before) && !before.is_some_and(is_ignorable),
            '\u{e0020}'..='\u{e007f}' => shapes(before),
            c => !is_ignorable(c),
        };
        if stays {
            kept.push(c);
        }
    }
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_no_name() {
        for blank in ["", " ", "\u{200b}", "\u{feff}\u{ad}", "\u{3164}", "\u{fe0f}\u{2060} ", "\u{e0041}"] {
            assert!(is_blank(blank), "{blank:?}");
        }
        assert!(!is_blank("\u{200b}a") && !is_blank("\u{301}"));
        assert!(looks_like("a\u{200b}b", "ab\u{ad}") && !looks_like("ab", "abc"));
    }

    #[test]
    fn names_lose_what_nobody_sees_and_keep_what_shapes_them() {
        for (written, name) in [
            ("AI\u{200b}", "AI"),
            ("\u{feff}开源", "开源"),
            ("Open\u{ad}AI", "OpenAI"),
            ("A\u{fe0f}I\u{200d}", "AI"),
            ("❤\u{fe0f}", "❤\u{fe0f}"),
            ("葛\u{e0100}城", "葛\u{e0100}城"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("👩\u{200d}💻", "👩\u{200d}💻"),
            ("1\u{fe0f}\u{20e3}", "1\u{fe0f}\u{20e3}"),
            ("Rust", "Rust"),
        ] {
            assert_eq!(visible_name(written), name, "{written:?}");
        }
    }
}
