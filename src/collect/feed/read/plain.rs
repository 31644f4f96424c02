//! Text and HTML told apart, and the former made of the latter. Linear in time, whatever is nested how deeply.

use super::lexer::{Lexer, Token};
use super::references::resolved;
use crate::collect::html::{self, fold};

/// Elements that are known by their names to be HTML when they stand in a text.
const KNOWN: [&str; 55] = [
    "a",
    "abbr",
    "article",
    "audio",
    "b",
    "big",
    "blockquote",
    "br",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "iframe",
    "img",
    "ins",
    "kbd",
    "li",
    "math",
    "noscript",
    "object",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "s",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "svg",
    "table",
    "td",
    "tr",
    "tt",
    "u",
    "ul",
    "video",
];

/// Elements that have no end.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements whose end is often left out, and that close one another.
const IMPLIED: [&str; 8] = ["p", "li", "dt", "dd", "td", "th", "tr", "option"];

/// Inline elements; all others separate words.
const INLINE: [&str; 24] = [
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "kbd", "mark", "q", "ruby", "s", "small",
    "span", "strike", "strong", "sub", "sup", "tt", "u",
];

/// Elements that HTML's parser opens anew in the next paragraph when they were not closed.
const FORMATS: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

pub(super) fn is_void(name: &str) -> bool {
    VOID.iter().any(|void| void.eq_ignore_ascii_case(name))
}

/// Whether a text holds markup: an element that HTML knows and that has an end, or needs none.
pub(super) fn has_markup(text: &str) -> bool {
    let mut opened: Vec<&str> = Vec::new();
    let known = |name: &str| KNOWN.iter().copied().find(|known| known.eq_ignore_ascii_case(name));
    if !text.contains('<') {
        return false;
    }
    for token in Lexer::new(text) {
        match token {
            Token::Start(tag) => match known(tag.name) {
                Some(name) if is_void(name) || tag.closed || IMPLIED.contains(&name) => return true,
                Some(name) if !opened.contains(&name) => opened.push(name),
                _ => {}
            },
            Token::End(name) if known(name).is_some_and(|name| opened.contains(&name)) => return true,
            _ => {}
        }
    }
    false
}

/// The text of HTML, white space folded; what looks like a tag and is none stays.
pub(super) fn text_of(html: &str) -> String {
    if has_markup(html) { stripped(html) } else { fold(&resolved(html)) }
}

/// The text of what is known to be HTML.
pub(super) fn stripped(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut lexer = Lexer::new(html);
    while let Some(token) = lexer.next() {
        match token {
            Token::Text(written) => text.push_str(&resolved(written)),
            Token::Literal(written) => text.push_str(written),
            Token::Start(tag) => {
                if let Some(end) = unseen(tag.name) {
                    lexer.skip_to(end);
                }
                separate(&mut text, tag.name);
            }
            Token::End(name) => separate(&mut text, name),
            Token::Doctype(_) => {}
        }
    }
    fold(&text)
}

fn separate(text: &mut String, name: &str) {
    if !is_inline(name) {
        text.push(' ');
    }
}

pub(super) fn is_inline(name: &str) -> bool {
    INLINE.iter().any(|inline| inline.eq_ignore_ascii_case(name))
}

/// The end of an element whose text is not shown.
pub(super) fn unseen(name: &str) -> Option<&'static str> {
    const UNSEEN: [(&str, &str); 2] = [("script", "</script"), ("style", "</style")];
    UNSEEN.iter().find(|(unseen, _)| unseen.eq_ignore_ascii_case(name)).map(|(_, end)| *end)
}

/// How costly HTML is to parse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// Tags, and ampersands, which cost as much.
    pub(super) tags: usize,
    /// How deeply elements nest.
    pub(super) depth: usize,
    /// How many of them are of the kind that a parser opens anew in each paragraph.
    pub(super) formats: usize,
    /// How many attributes a tag has, counted where there is room for many: a parser compares each with all others.
    pub(super) attributes: usize,
}

/// Bytes of a tag in which there is no room for more attributes than a parser could bear.
const ROOM: usize = 512;

/// The attribute in which a frame holds a document, and how many of these within each other are weighed.
const SRCDOC: &str = "srcdoc";
const MOST_NESTED: usize = 9;

impl Weight {
    pub(super) fn of(html: &str) -> Self {
        Self::nested(html, 0)
    }

    fn nested(html: &str, level: usize) -> Self {
        let mut weight = Self::default();
        let (mut depth, mut formats) = (0_usize, 0_usize);
        let is_in = |names: &[&str], name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let counts = |name: &str| !is_void(name) && !is_in(&IMPLIED, name);
        for token in Lexer::new(html) {
            match token {
                Token::Start(tag) => {
                    weight.tags += 1;
                    depth += usize::from(counts(tag.name));
                    formats += usize::from(is_in(&FORMATS, tag.name));
                    weight.depth = weight.depth.max(depth);
                    weight.formats = weight.formats.max(formats);
                    if tag.rest.len() > ROOM {
                        weight.attributes = weight.attributes.max(tag.attributes().count());
                    }
                }
                Token::End(name) => {
                    depth = depth.saturating_sub(usize::from(counts(name)));
                    formats = formats.saturating_sub(usize::from(is_in(&FORMATS, name)));
                }
                Token::Text(text) => weight.tags += text.bytes().filter(|b| *b == b'&').count(),
                Token::Literal(_) | Token::Doctype(_) => {}
            }
        }
        if level < MOST_NESTED {
            weight.add(framed(html).iter().map(|document| Self::nested(document, level + 1)));
        }
        weight
    }

    /// Adds documents that will stand within.
    fn add(&mut self, documents: impl Iterator<Item = Self>) {
        let mut most = Self::default();
        for document in documents {
            self.tags += document.tags;
            most.depth = most.depth.max(document.depth);
            most.formats = most.formats.max(document.formats);
            self.attributes = self.attributes.max(document.attributes);
        }
        self.depth += most.depth;
        self.formats += most.formats;
    }
}

/// What could be the documents that frames hold in themselves (`srcdoc`).
fn framed(html: &str) -> Vec<String> {
    let is_frame = |at: usize| html.get(at + 1..at + 7).is_some_and(|name| name.eq_ignore_ascii_case("iframe"));
    if !html.match_indices('<').any(|(at, _)| is_frame(at)) {
        return Vec::new();
    }
    let lower = html.to_ascii_lowercase();
    let mut documents = Vec::new();
    let mut at = 0;
    while let Some(found) = lower.get(at..).and_then(|rest| rest.find(SRCDOC)) {
        at += found + SRCDOC.len();
        let rest = html.get(at..).unwrap_or_default();
        let Some(value) = rest.trim_start().strip_prefix('=').map(str::trim_start) else { continue };
        let end = match value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            Some(quote) => value.get(1..).and_then(|value| value.find(quote)).map(|end| end + 1),
            None => value.find(|c: char| c.is_whitespace() || c == '>'),
        };
        let document = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
        documents.push(resolved(document));
        at += rest.len() - value.len() + document.len();
    }
    documents
}

/// Text as HTML; blank lines separate paragraphs.
pub(super) fn html_of(text: &str) -> String {
    let text = text.trim();
    if !text.contains('\n') {
        return escaped(text);
    }
    let text = text.replace("\r\n", "\n");
    let paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    let lines = |paragraph: &str| escaped(paragraph).replace('\n', "<br>\n");
    paragraphs.map(|paragraph| ["<p>", &lines(paragraph), "</p>"].concat()).collect()
}

/// Text with what means something in markup escaped.
pub(super) fn escaped(text: &str) -> String {
    html::escaped(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::lexer::MAX_ATTRIBUTES;
    use super::*;

    #[test]
    fn markup_is_told_from_text() {
        for html in ["<b>a</b>", "a<br>b", "<p>a", "<a href='x'>y</a> &lt;", "x <img src='y'/>", "<I>a</I>"] {
            assert!(has_markup(html), "{html}");
        }
        for text in ["a < b", "the <b> tag", "Vec<T> and <tag>", "a <- b -> c", "1 <2> 3", "</p>", "x<y>z</y>"] {
            assert!(!has_markup(text), "{text}");
        }
    }

    #[test]
    fn text_keeps_what_is_no_markup() {
        for (html, text) in [
            ("a <b>bold</b> <i>move</i>", "a bold move"),
            ("one<br>two", "one two"),
            ("Vec&lt;T&gt; &amp; more", "Vec<T> & more"),
            ("the <b> tag", "the <b> tag"),
            ("<p>a</p><script>x < y</script><p>b", "a b"),
            ("AT&T\n  rises", "AT&T rises"),
        ] {
            assert_eq!(text_of(html), text, "{html}");
        }
    }

    #[test]
    fn weight_is_counted_without_what_closes_itself() {
        let weight = |tags, depth, formats| Weight { tags, depth, formats, attributes: 0 };
        assert_eq!(Weight::of("<p>a<p>b<br><ul><li>c<li>d &amp; e</ul>"), weight(7, 1, 0));
        assert_eq!(Weight::of(&"<b>".repeat(1000)), weight(1000, 1000, 1000));
        assert_eq!(Weight::of("<div><b>a</b><i>b</i></div>"), weight(3, 2, 1));
        for frame in ["srcdoc='<p>&lt;b&gt;&lt;i x>'", "SRCDOC = \"<b&gt;&lt;i>\"", "srcdoc=&lt;b&gt;&lt;i&gt;>"] {
            assert_eq!(Weight::of(&format!("<u><iframe {frame}></iframe>")).formats, 3, "{frame}");
        }
        let deeper = "<iframe srcdoc='&lt;b&gt;&lt;iframe srcdoc=&quot;&amp;lt;i&amp;gt;&quot;&gt;'>";
        assert_eq!((Weight::of(deeper).formats, Weight::of(deeper).depth), (2, 4));
        let many = (0..300).map(|at| format!("a{at}")).collect::<Vec<_>>().join(" ");
        assert_eq!(Weight::of(&format!("<p {many}>")).attributes, MAX_ATTRIBUTES);
    }
}
