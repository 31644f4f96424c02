//! JSON that is not well-formed made so, as far as its strings, commas and names are concerned. What is missing at the end
//! stays missing.

use std::iter::Peekable;
use std::str::Chars;

/// The text, mended.
pub(super) fn mended(text: &str) -> String {
    let mut mender =
        Mender { rest: text.chars().peekable(), out: String::with_capacity(text.len() + 64), after: After::Other };
    while let Some(c) = mender.rest.next() {
        mender.step(c);
    }
    mender.out
}

/// What was written last, as far as commas depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Value,
    Comma,
    Other,
}

struct Mender<'t> {
    rest: Peekable<Chars<'t>>,
    out: String,
    after: After,
}

impl Mender<'_> {
    fn step(&mut self, c: char) {
        match c {
            c if c.is_whitespace() => {}
            '/' => self.comment(),
            ',' if self.after == After::Value => self.after = After::Comma,
            ',' => {}
            '}' | ']' => {
                // A comma before the end is one too many.
                self.out.push(c);
                self.after = After::Value;
            }
            ':' => {
                self.out.push(c);
                self.after = After::Other;
            }
            '{' | '[' => {
                self.comma();
                self.out.push(c);
                self.after = After::Other;
            }
            '"' => {
                self.comma();
                self.string();
                self.after = After::Value;
            }
            c if c == '-' || c == '+' || c == '.' || c.is_alphanumeric() || c == '_' || c == '$' => {
                self.comma();
                self.word(c);
                self.after = After::Value;
            }
            _ => {}
        }
    }

    /// Between two values stands a comma, whether it was written or not.
    fn comma(&mut self) {
        if self.after != After::Other {
            self.out.push(',');
        }
    }

    fn comment(&mut self) {
        match self.rest.peek() {
            Some('/') => while self.rest.next().is_some_and(|c| c != '\n') {},
            Some('*') => {
                self.rest.next();
                let mut before = ' ';
                for c in self.rest.by_ref() {
                    if before == '*' && c == '/' {
                        break;
                    }
                    before = c;
                }
            }
            _ => {}
        }
    }

    /// A number or literal; another word is a name without quotes, or nothing that JSON knows.
    fn word(&mut self, first: char) {
        let mut word = String::from(first);
        while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '-' | '+')) {
            word.push(c);
        }
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
        if self.rest.peek() == Some(&':') {
            self.out.push_str(&serde_json::Value::String(word).to_string());
        } else if serde_json::from_str::<serde::de::IgnoredAny>(&word).is_ok() {
            self.out.push_str(&word);
        } else {
            self.out.push_str("null");
        }
    }

    fn string(&mut self) {
        self.out.push('"');
        while let Some(c) = self.rest.next() {
            match c {
                '"' if self.ends_string() => {
                    self.out.push('"');
                    return;
                }
                '"' => self.out.push_str("\\\""),
                '\\' => self.escape(),
                '\n' => self.out.push_str("\\n"),
                '\t' => self.out.push_str("\\t"),
                c if c < ' ' => {}
                c => self.out.push(c),
            }
        }
    }

    /// A quote ends a string where something follows that can stand behind one.
    fn ends_string(&mut self) -> bool {
        let mut ahead = self.rest.clone();
        ahead.find(|c| !c.is_whitespace()).is_none_or(|c| matches!(c, ',' | ':' | ']' | '}' | '/'))
    }

    fn escape(&mut self) {
        match self.rest.next() {
            Some(c @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
                self.out.push('\\');
                self.out.push(c);
            }
            Some('u') => {
                let unit = self.unit();
                let decoded = match unit {
                    Some(high @ 0xd800..=0xdbff) => self.low_surrogate(high),
                    unit => unit.and_then(char::from_u32),
                };
                let decoded = decoded.unwrap_or(char::REPLACEMENT_CHARACTER).to_string();
                // Written as JSON writes it, without the quotes around.
                let written = serde_json::Value::String(decoded).to_string();
                self.out.push_str(written.trim_start_matches('"').strip_suffix('"').unwrap_or_default());
            }
            Some(c) if c >= ' ' => self.out.push(c),
            _ => {}
        }
    }

    /// Four hexadecimal digits; nothing is taken where they are not.
    fn unit(&mut self) -> Option<u32> {
        let digits: String = self.rest.clone().take(4).collect();
        let unit = Some(digits).filter(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.rest.nth(3);
        u32::from_str_radix(&unit, 16).ok()
    }

    fn low_surrogate(&mut self, high: u32) -> Option<char> {
        let before = self.rest.clone();
        if self.rest.next() == Some('\\')
            && self.rest.next() == Some('u')
            && let Some(low @ 0xdc00..=0xdfff) = self.unit()
        {
            return char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
        }
        self.rest = before;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_written_as_json() {
        for (written, meant) in [
            ("{\"a\": \"b\nc\td\"}", r#"{"a":"b\nc\td"}"#),
            (r#"{"a": [1, 2,], "b": {},}"#, r#"{"a":[1,2],"b":{}}"#),
            (r#"{"a": 1 "b": 2}"#, r#"{"a":1,"b":2}"#),
            (r#"{"a": [{} {}]}"#, r#"{"a":[{},{}]}"#),
            (r#"{a: "b", $c: undefined}"#, r#"{"a":"b","$c":null}"#),
            (
                r#"{"a": "x\'y \q \u00e9 \ud83d \ud83d\ude00 \u12"}"#,
                "{\"a\":\"x'y q \u{e9} \u{fffd} \u{1f600} \u{fffd}12\"}",
            ),
            (r#"{"a": "he said "no" twice", "b": 1}"#, r#"{"a":"he said \"no\" twice","b":1}"#),
            ("{// one\n\"a\": /* two */ true}", r#"{"a":true}"#),
            (r#"{"a": "\u0022"}"#, r#"{"a":"\""}"#),
            (r#"{"a": ["x", "y"#, r#"{"a":["x","y"#),
        ] {
            assert_eq!(mended(written), meant, "{written}");
        }
    }
}
