//! The author's HTML as it is published: addresses are URIs, links that lead nowhere are text, ruby can be read without ruby.
//!
//! Takes what the sanitiser or the Markdown renderer wrote, where `<` begins a tag and attributes stand in `"`; parses nothing
//! else, for it runs for every entry of every feed. What is stored stays as it was read, so that no rule of writing makes an
//! item look edited.

use super::characters::push_escaped;
use super::theme::Words;
use crate::model::web_uri;
use std::borrow::Cow;

/// Appends sanitised HTML.
pub(super) fn push(html: &mut String, words: &Words, sanitised: &str) {
    let mut writer = BodyWriter { html, words, links: Vec::new(), readings: Vec::new(), after_bracket: false };
    let mut rest = sanitised;
    while let Some(at) = rest.find('<') {
        let (text, markup) = rest.split_at(at);
        writer.text(text);
        let (tag, after) = markup.split_at(length(markup));
        writer.tag(tag);
        rest = after;
    }
    writer.text(rest);
}

/// Bytes of the tag that `markup` begins with; a `>` in quotes ends none.
fn length(markup: &str) -> usize {
    let mut quoted = false;
    let end = markup.bytes().position(|b| {
        quoted ^= b == b'"';
        b == b'>' && !quoted
    });
    end.map_or(markup.len(), |end| end + 1)
}

struct BodyWriter<'a> {
    html: &'a mut String,
    words: &'a Words,
    /// Of each open link, whether it leads anywhere.
    links: Vec<bool>,
    /// Of each open reading (`rt`), whether it is put in brackets.
    readings: Vec<bool>,
    /// Whether the author's own bracket (`rp`) was closed just before.
    after_bracket: bool,
}

impl BodyWriter<'_> {
    fn text(&mut self, text: &str) {
        self.after_bracket &= text.trim().is_empty();
        self.html.push_str(text);
    }

    fn tag(&mut self, tag: &str) {
        match name(tag) {
            "a" => {
                let leads = address(tag, "href").is_some_and(|written| web_uri(&written).is_some());
                self.links.push(leads);
                if leads {
                    self.mended(tag);
                }
            }
            "/a" if self.links.pop() == Some(false) => {}
            "rt" => {
                self.readings.push(!self.after_bracket);
                self.bracket(!self.after_bracket, &self.words.open);
                self.html.push_str(tag);
            }
            "/rt" => {
                self.html.push_str(tag);
                let bracketed = self.readings.pop() == Some(true);
                self.bracket(bracketed, &self.words.close);
            }
            _ if tag.contains("=\"") => self.mended(tag),
            _ => self.html.push_str(tag),
        }
        self.after_bracket = name(tag) == "/rp";
    }

    fn bracket(&mut self, is_wanted: bool, bracket: &str) {
        if is_wanted {
            self.html.push_str("<rp>");
            push_escaped(self.html, bracket.trim());
            self.html.push_str("</rp>");
        }
    }

    /// The tag with addresses that are URIs; without those that lead nowhere.
    fn mended(&mut self, tag: &str) {
        let mut rest = tag;
        while let Some((before, name, value, after)) = attribute(rest) {
            if !is_address(name) {
                self.html.push_str(rest.strip_suffix(after).unwrap_or_default());
            } else if let Some(uri) = web_uri(&unescaped(value)) {
                self.html.push_str(before);
                self.html.push(' ');
                self.html.push_str(name);
                self.html.push_str("=\"");
                match uri {
                    Cow::Borrowed(_) => self.html.push_str(value.trim()),
                    Cow::Owned(uri) => push_escaped(self.html, &uri),
                }
                self.html.push('"');
            } else {
                self.html.push_str(before);
            }
            rest = after;
        }
        self.html.push_str(rest);
    }
}

fn is_address(name: &str) -> bool {
    matches!(name, "href" | "src" | "cite")
}

/// The name of a tag, with its slash where it closes.
fn name(tag: &str) -> &str {
    let inside = tag.trim_start_matches('<');
    inside.split(|c: char| c.is_ascii_whitespace() || c == '>').next().unwrap_or_default()
}

/// The first attribute of what is left of a tag: what stands before it, its name and value, and what follows.
fn attribute(rest: &str) -> Option<(&str, &str, &str, &str)> {
    let (head, tail) = rest.split_once("=\"")?;
    let (before, name) = head.rsplit_once(' ')?;
    let (value, after) = tail.split_once('"')?;
    Some((before, name, value, after))
}

/// The value of a tag's attribute.
fn address<'a>(tag: &'a str, wanted: &str) -> Option<Cow<'a, str>> {
    let mut rest = tag;
    while let Some((_, name, value, after)) = attribute(rest) {
        if name == wanted {
            return Some(unescaped(value));
        }
        rest = after;
    }
    None
}

/// An attribute's value; the renderer and the sanitiser write only these references.
fn unescaped(value: &str) -> Cow<'_, str> {
    const WRITTEN: [(&str, &str); 6] =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&nbsp;", "\u{a0}"), ("&amp;", "&")];
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    Cow::Owned(WRITTEN.iter().fold(value.to_owned(), |text, (reference, c)| text.replace(reference, c)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::theme::{Language, Theme};

    fn published(html: &str) -> String {
        let mut out = String::new();
        push(&mut out, Theme::default().words(Language::ZhCn), html);
        out
    }

    #[test]
    fn addresses_become_uris_and_others_stay() {
        for (stored, written) in [
            ("<p>a &lt;b href=\"x|y\"</p>", "<p>a &lt;b href=\"x|y\"</p>"),
            (
                "<a href=\"https://a.example/?b&amp;c\" title=\"a > b\">x</a>",
                "<a href=\"https://a.example/?b&amp;c\" title=\"a > b\">x</a>",
            ),
            ("<a href=\"https://例子.example/路\">x</a>", "<a href=\"https://xn--fsqu00a.example/%E8%B7%AF\">x</a>"),
            ("<a href=\"https://%E4%BE%8B%E5%AD%90.example/\">x</a>", "<a href=\"https://xn--fsqu00a.example/\">x</a>"),
            (
                "<a title=\"t\" href=\"https://a.example/100%?a|b&amp;c\">x</a>",
                "<a title=\"t\" href=\"https://a.example/100%25?a%7Cb&amp;c\">x</a>",
            ),
            ("<a href=\"https://a.example/it&#x27;s\">x</a>", "<a href=\"https://a.example/it&#x27;s\">x</a>"),
            (
                "<img alt=\"a\" src=\"https://a.example/图.png\" />",
                "<img alt=\"a\" src=\"https://a.example/%E5%9B%BE.png\" />",
            ),
            (
                "<blockquote cite=\"https://a.example/[1]\">q</blockquote>",
                "<blockquote cite=\"https://a.example/%5B1%5D\">q</blockquote>",
            ),
            ("<img src=\"javascript:x\" alt=\"b\">", "<img alt=\"b\">"),
            ("<p>cut <b", "<p>cut <b"),
        ] {
            assert_eq!(published(stored), written);
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_text() {
        assert_eq!(
            published("见 <a>上文 <b>x</b></a>，<a href=\"https://a.example/\">y</a>"),
            "见 上文 <b>x</b>，<a href=\"https://a.example/\">y</a>"
        );
        assert_eq!(published("<a title=\"t\">x</a></a>"), "x</a>");
        assert_eq!(published("<a href=\"https://\">x</a>"), "x");
    }

    #[test]
    fn ruby_is_read_without_ruby() {
        for (stored, written) in [
            ("<ruby>二层<rt>layer 2</rt></ruby>", "<ruby>二层<rp>（</rp><rt>layer 2</rt><rp>）</rp></ruby>"),
            (
                "<ruby>漢<rt>kan</rt>字<rt>ji</rt></ruby>",
                "<ruby>漢<rp>（</rp><rt>kan</rt><rp>）</rp>字<rp>（</rp><rt>ji</rt><rp>）</rp></ruby>",
            ),
            ("<ruby>漢<rp>(</rp> <rt>kan</rt><rp>)</rp></ruby>", "<ruby>漢<rp>(</rp> <rt>kan</rt><rp>)</rp></ruby>"),
        ] {
            assert_eq!(published(stored), written);
        }
    }
}
