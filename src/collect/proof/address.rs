//! Finds the addresses of a post as they are written, whole or mistyped, and where each ends.

use super::page::{PostText, WrittenLine};
use crate::collect::digest::find_address;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Schemes that are near to `http` and are none of its typos.
const OTHER_SCHEMES: [&str; 6] = ["ftp", "ftps", "sftp", "shttp", "httpu", "ws"];

/// Quotation marks in which nobody should write an address.
const QUOTES: [char; 6] = ['“', '”', '‘', '’', '「', '《'];

/// How an address stands in the text, which says where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    /// In text.
    Bare,
    /// `[NAME](…)` or `![NAME](…)`: up to the closing bracket.
    Brackets,
    /// The same, closed by a bracket of the other width, at this byte of the file.
    WrongBracket(usize),
    /// `<…>`.
    Angles,
    /// `[x]: …` or `href="…"`.
    Delimited,
}

/// An address as it is written.
#[derive(Debug, Clone)]
pub(super) struct WrittenAddress<'t> {
    /// Its bytes in the file.
    pub(super) range: Range<usize>,
    pub(super) text: &'t str,
    /// The bytes of its scheme up to the host.
    pub(super) scheme: Range<usize>,
    /// The scheme that was meant, where another stands there.
    pub(super) meant: Option<&'static str>,
    pub(super) setting: Setting,
    pub(super) is_picture: bool,
}

impl WrittenAddress<'_> {
    /// The address that was meant.
    pub(super) fn url(&self) -> String {
        match self.meant {
            Some(scheme) => {
                let host = self.scheme.end - self.range.start;
                format!("{scheme}://{}", self.text.get(host..).unwrap_or_default())
            }
            None => self.text.to_owned(),
        }
    }
}

/// A word, perhaps a colon of any kind, and slashes.
static START: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("([A-Za-z]+)([:：;∶]{0,2})(/{1,3})").ok());

/// The addresses of a post's body, in order; none of what is code or comment.
pub(super) fn all<'t>(page: &PostText<'t>) -> Vec<WrittenAddress<'t>> {
    let mut found = Vec::new();
    for line in page.body().filter(|line| line.text.contains('/')) {
        of_line(line, &mut found);
    }
    found.retain(|address| !page.is_hidden(address.range.start));
    found
}

fn of_line<'t>(line: WrittenLine<'t>, found: &mut Vec<WrittenAddress<'t>>) {
    let Some(pattern) = START.as_ref() else { return };
    let mut done = 0;
    while let Some(parts) = line.text.get(done..).and_then(|rest| pattern.captures(rest)) {
        let (Some(all), Some(word)) = (parts.get(0), parts.get(1)) else { return };
        let (start, after) = (done + all.start(), done + all.end());
        let sign = |group: usize| parts.get(group).map_or("", |sign| sign.as_str());
        let rest = line.text.get(after..).unwrap_or_default();
        let Some(scheme) = scheme(word.as_str(), sign(2), sign(3), rest) else {
            done = after;
            continue;
        };
        let Some(address) = address(line, start, after, scheme) else {
            done = after;
            continue;
        };
        done = address.range.end - line.start;
        found.push(address);
    }
}

/// Which scheme is meant; with whether it is written so. `rest` is what follows.
fn scheme(word: &str, colon: &str, slashes: &str, rest: &str) -> Option<(&'static str, bool)> {
    let word = word.to_ascii_lowercase();
    let known = ["https", "http"].into_iter().find(|scheme| *scheme == word);
    match (known, colon, slashes) {
        (Some(scheme), ":", "//") => Some((scheme, true)),
        (Some(scheme), "" | ";" | "：" | "∶", "//") | (Some(scheme), ":", "/" | "///") if begins_with_host(rest) => {
            Some((scheme, false))
        }
        (Some(scheme), _, "//") if colon.chars().count() == 2 && begins_with_host(rest) => Some((scheme, false)),
        (None, ":", "//") if !OTHER_SCHEMES.contains(&word.as_str()) && begins_with_host(rest) => {
            let near = |scheme: &&str| strsim::osa_distance(&word, scheme) == 1;
            ["https", "http"].into_iter().find(near).map(|scheme| (scheme, false))
        }
        _ => None,
    }
}

/// Whether a text begins with the name of a host: letters, with a dot in them.
fn begins_with_host(rest: &str) -> bool {
    let host = rest.split(['/', '?', '#', ')', ' ', '"']).next().unwrap_or_default();
    host.starts_with(char::is_alphanumeric) && host.trim_end_matches('.').contains('.')
}

fn address<'t>(
    line: WrittenLine<'t>,
    start: usize,
    host: usize,
    (scheme, is_right): (&'static str, bool),
) -> Option<WrittenAddress<'t>> {
    let before = line.text.get(..start)?;
    let rest = line.text.get(host..)?;
    let (length, setting) = extent(before, rest, scheme);
    let end = host + length;
    let setting = match setting {
        Setting::WrongBracket(at) => Setting::WrongBracket(line.start + host + at),
        other => other,
    };
    let is_picture = before.strip_suffix("](").is_some_and(|label| {
        label.rfind("![").is_some_and(|at| label.get(at + 2..).is_some_and(|label| !label.contains(']')))
    });
    (length > 0).then(|| WrittenAddress {
        range: line.start + start..line.start + end,
        text: line.text.get(start..end).unwrap_or_default(),
        scheme: line.start + start..line.start + host,
        meant: (!is_right).then_some(scheme),
        setting,
        is_picture,
    })
}

/// How far an address goes behind its scheme, and how it stands there.
fn extent(before: &str, rest: &str, scheme: &str) -> (usize, Setting) {
    let until = |ends: &[char]| rest.find(ends).unwrap_or(rest.len());
    if before.ends_with("](<") || before.ends_with('<') {
        return (until(&['>', ' ']), Setting::Angles);
    }
    if before.ends_with("](") {
        return in_brackets(rest);
    }
    // What the reader complains of is not judged as an address in text.
    if before.ends_with("]（") || before.trim_end_matches(QUOTES).ends_with("](") {
        return (bare(rest, scheme), Setting::Delimited);
    }
    if before.ends_with(['"', '\'']) {
        return (until(&['"', '\'', '>']), Setting::Delimited);
    }
    if before.trim_end().ends_with("]:") && before.trim_start().starts_with('[') {
        return (rest.find(char::is_whitespace).unwrap_or(rest.len()), Setting::Delimited);
    }
    (bare(rest, scheme), Setting::Bare)
}

/// How far an address in text goes behind its scheme.
fn bare(rest: &str, scheme: &str) -> usize {
    let prefix = scheme.len() + "://".len();
    let found = find_address(&format!("{scheme}://{rest}")).filter(|range| range.start == 0);
    found.map_or(0, |range| range.end.saturating_sub(prefix))
}

/// Up to the bracket that closes the link, as Markdown counts them.
fn in_brackets(rest: &str) -> (usize, Setting) {
    let mut open = 0_usize;
    let mut wide: Option<usize> = None;
    let mut wide_open = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '(' => open += 1,
            ')' if open == 0 => return (at, Setting::Brackets),
            ')' => open -= 1,
            '（' => wide_open += 1,
            '）' if wide_open > 0 => wide_open -= 1,
            '）' => wide = wide.or(Some(at)),
            c if c.is_whitespace() => {
                // A title may follow.
                let closes = rest.get(at..).is_some_and(|rest| rest.trim_start().starts_with(['"', '\'']));
                if closes {
                    return (at, Setting::Delimited);
                }
                break;
            }
            _ => {}
        }
    }
    match wide {
        Some(at) => (at, Setting::WrongBracket(at)),
        None => (bare(rest, "https"), Setting::Bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<(String, String)> {
        let text = format!("---\n---\n{line}\n");
        let page = PostText::new("p.md", &text);
        all(&page).iter().map(|address| (address.text.to_owned(), address.url())).collect()
    }

    #[test]
    fn addresses_are_found_as_they_stand() {
        for (line, written, meant) in [
            ("见https://a.example/x。然后", "https://a.example/x", "https://a.example/x"),
            ("[t](https://a.example/x(y)z)。", "https://a.example/x(y)z", "https://a.example/x(y)z"),
            ("[t](https://a.example/x。)", "https://a.example/x。", "https://a.example/x。"),
            ("[t](https://a.example/x）。", "https://a.example/x", "https://a.example/x"),
            ("[t](https://a.example/x \"标题\")", "https://a.example/x", "https://a.example/x"),
            ("<https://a.example/x>", "https://a.example/x", "https://a.example/x"),
            ("[x]: https://a.example/x 标题", "https://a.example/x", "https://a.example/x"),
            ("<a href=\"https://a.example/x\">", "https://a.example/x", "https://a.example/x"),
            ("[t](hhttps://a.example/x)", "hhttps://a.example/x", "https://a.example/x"),
            ("ttps://a.example/x", "ttps://a.example/x", "https://a.example/x"),
            ("ttp://a.example", "ttp://a.example", "http://a.example"),
            ("htps://a.example/x", "htps://a.example/x", "https://a.example/x"),
            ("http//a.example/x", "http//a.example/x", "http://a.example/x"),
            ("https:/a.example/x", "https:/a.example/x", "https://a.example/x"),
            ("https:://a.example/x", "https:://a.example/x", "https://a.example/x"),
            ("https：//a.example/x", "https：//a.example/x", "https://a.example/x"),
        ] {
            assert_eq!(found(line), [(written.to_owned(), meant.to_owned())], "{line}");
        }
        for line in
            ["ftp://a.example/x", "http/2 与 http/3", "a/b//c", "https://", "`https://a.example`", "wss://a.example"]
        {
            assert_eq!(found(line), [], "{line}");
        }
        assert_eq!(found("https://a.example/x,https://b.example/y").len(), 2);
    }

    #[test]
    fn pictures_are_told_from_links() {
        for (line, is_picture) in [
            ("![图](https://a.example/x.png)", true),
            ("[![图](/x.png)](https://a.example/x)", false),
            ("[t](https://a.example/x)", false),
        ] {
            let text = format!("---\n---\n{line}\n");
            let page = PostText::new("p.md", &text);
            assert_eq!(all(&page).iter().map(|address| address.is_picture).collect::<Vec<_>>(), [is_picture], "{line}");
        }
    }
}
