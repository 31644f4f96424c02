//! Text from outside made fit for a line of a log or a terminal: no line break, escape sequence or reversed text gets through.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

/// Text on one line: what would break or command it is shown as in Rust (`\n`, `\u{1b}`).
#[derive(Debug, Clone, Copy)]
pub struct OneLine<'a>(pub &'a str);

impl Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((at, command)) = rest.char_indices().find(|(_, c)| commands(*c)) {
            let (before, after) = rest.split_at(at);
            write!(f, "{before}{}", command.escape_default())?;
            rest = after.get(command.len_utf8()..).unwrap_or_default();
        }
        f.write_str(rest)
    }
}

/// Text that may be printed: line breaks and tabs stay; what else would command a terminal is written as JSON writes it
/// (`\u001b`), so that JSON says the same as before.
pub fn printable(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| commands(c) && c != '\n' && c != '\t';
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if harmful(c) {
            // Writing to a String cannot fail; all of them have at most four digits.
            let _ = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Control characters, Unicode's own line breaks, and what turns the direction of the text around it (UAX #9), with which
/// a line can be made to show something else than it holds.
fn commands(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\nb\r\u{1b}[31mc\u{9b}2J\u{7f}\0\u{85}\u{2028}\u{202e}d";

    #[test]
    fn a_line_stays_a_line() {
        let shown = OneLine(HOSTILE).to_string();
        assert_eq!(shown, r"a\nb\r\u{1b}[31mc\u{9b}2J\u{7f}\u{0}\u{85}\u{2028}\u{202e}d");
        assert_eq!(OneLine("半秒钟 “x” \\").to_string(), "半秒钟 “x” \\");
    }

    #[test]
    fn printed_json_means_the_same() {
        let json = serde_json::json!({ "title": HOSTILE }).to_string();
        let shown = printable(&json);
        assert!(!shown.chars().any(commands), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap()["title"], HOSTILE);
        assert_eq!(printable("two\n\tlines\u{1b}"), "two\n\tlines\\u001b");
        assert!(matches!(printable("平常"), Cow::Borrowed(_)));
    }
}
