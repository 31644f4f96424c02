//! Text from elsewhere as Markdown that shows it as it is: no sign of it marks anything up, no address becomes a link.

use crate::collect::html::{fold, strip_illegal};

/// A line of text, to stand within a line. Never begins or ends with a blank.
pub(super) fn inline(text: &str) -> String {
    let text = fold(&strip_illegal(text));
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let address = address(rest, out.chars().next_back());
        if !address.is_empty() {
            out.push_str(&code(address));
            rest = rest.get(address.len()..).unwrap_or_default();
            continue;
        }
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if is_sign(c, out.chars().next_back(), after) {
            out.push('\\');
        }
        out.push(c);
        rest = after;
    }
    out
}

/// The same, to begin a paragraph.
pub(super) fn paragraph(text: &str) -> String {
    let text = inline(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let begins_list = digits > 0 && text.get(digits..).is_some_and(|rest| rest.starts_with(['.', ')']));
    match (begins_list, text.chars().next()) {
        (true, _) => {
            let (number, rest) = text.split_at(digits);
            format!("{number}\\{rest}")
        }
        (false, Some('#' | '+' | '-' | '=' | ':' | '|')) => format!("\\{text}"),
        _ => text,
    }
}

/// The same, to end a heading: a last `#` would close it.
pub(super) fn heading(text: &str) -> String {
    let text = inline(text);
    let before = text.trim_end_matches('#');
    if before.len() < text.len() && (before.is_empty() || before.ends_with(' ')) {
        return format!("{before}{}", "\\#".repeat(text.len() - before.len()));
    }
    text
}

/// An address as the destination of a link.
pub(super) fn destination(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    let mut rest = url;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\\' | '<' | '>' => out.extend(['\\', c]),
            // Here a backslash does not keep a character reference from being one.
            '&' if begins_reference(rest) => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    let needs_brackets = |c: char| matches!(c, '(' | ')') || c.is_whitespace() || c.is_control();
    if out.is_empty() || out.contains(needs_brackets) { format!("<{out}>") } else { out }
}

/// Whether a character would mean something.
fn is_sign(c: char, before: Option<char>, after: &str) -> bool {
    match c {
        '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '~' => true,
        '&' => begins_reference(after),
        '_' => !(before.is_some_and(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric)),
        _ => false,
    }
}

/// Whether what follows an ampersand may make it a character reference, which ends with a semicolon.
fn begins_reference(after: &str) -> bool {
    let name = after.bytes().take_while(|b| *b == b'#' || b.is_ascii_alphanumeric()).count();
    name > 0 && after.as_bytes().get(name) == Some(&b';')
}

/// The address that a text begins with, up to white space and what is not ASCII.
fn address(text: &str, before: Option<char>) -> &str {
    if before.is_some_and(|c| c.is_ascii_alphabetic()) {
        return "";
    }
    let is_web = |scheme: &str| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    if !is_web("http://") && !is_web("https://") {
        return "";
    }
    let end = text.find(|c: char| c.is_whitespace() || !c.is_ascii()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// Text between backquotes, more of them than it holds in a row.
fn code(text: &str) -> String {
    let mut longest = 0;
    let mut row = 0;
    for c in text.chars() {
        row = if c == '`' { row + 1 } else { 0 };
        longest = longest.max(row);
    }
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_escaped_where_they_would_mean_something() {
        for (text, expected) in [
            ("AT&T 与 C++", "AT&T 与 C++"),
            ("&lt;b&gt; <b>x</b>", "\\&lt;b\\&gt; \\<b\\>x\\</b\\>"),
            ("*a* _b_ snake_case", "\\*a\\* \\_b\\_ snake_case"),
            ("[x](y) `z`", "\\[x\\](y) \\`z\\`"),
            ("见 https://a.example/b?c=d。好", "见 `https://a.example/b?c=d`。好"),
            (" a\n b ", "a b"),
        ] {
            assert_eq!(inline(text), expected, "{text}");
        }
        assert_eq!(paragraph("- a"), "\\- a");
        assert_eq!(paragraph("2026. 年"), "2026\\. 年");
        assert_eq!(heading("C#"), "C#");
        assert_eq!(heading("a #"), "a \\#");
        assert_eq!(destination("https://a.example/b_(c)?d&amp;e"), "<https://a.example/b_(c)?d&amp;amp;e>");
        assert_eq!(destination("https://a.example/?d=e&f=g"), "https://a.example/?d=e&f=g");
    }
}
