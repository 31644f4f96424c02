//! Makes foreign HTML and text fit to be published: only harmless tags, only http and https links, only characters
//! that XML 1.0 allows. What was visible stays visible: `visible` rewrites what the sanitiser would remove.
//!
//! Refuses to guess: what neither of the two knows is removed, not repaired.

mod pictures;
mod players;
mod visible;

use ammonia::{Builder, UrlRelative, UrlRelativeEvaluate};
use ego_tree::iter::Edge;
use html5ever::data::NAMED_ENTITIES;
use html5ever::driver::{self, ParseOpts};
use html5ever::tendril::TendrilSink as _;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{QualName, local_name, ns};
use scraper::{Html, HtmlTreeSink, Node, Selector};
use std::borrow::Cow;
use std::collections::HashSet;
use url::Url;

/// Longest name of a character in HTML, with its semicolon.
const LONGEST_NAME: usize = 33;

/// A sanitiser for one base address; building one costs more than cleaning a paragraph, so keep it for a whole post.
#[derive(Debug)]
pub(crate) struct Sanitiser {
    builder: Builder<'static>,
    base: Option<Url>,
}

impl Sanitiser {
    /// Relative addresses are resolved against `base`; without one they are removed, as is one that only names a place in
    /// the page itself: it is another page here.
    pub(crate) fn new(base: Option<&Url>) -> Self {
        let mut builder = Builder::default();
        builder
            .url_schemes(HashSet::from(["http", "https"]))
            .url_relative(base.map_or(UrlRelative::Deny, |base| UrlRelative::Custom(Box::new(Relative(base.clone())))))
            .link_rel(None);
        Self { builder, base: base.cloned() }
    }

    /// The harmless rest of `html`; what a page would show and a feed cannot is replaced before.
    pub(crate) fn clean(&self, html: &str) -> String {
        let html = plain_ampersands(html);
        let cleaned = self.builder.clean(&visible::settled(&html, self.base.as_ref())).to_string();
        match strip_illegal(&cleaned) {
            Cow::Borrowed(_) => cleaned,
            Cow::Owned(stripped) => stripped,
        }
    }
}

/// What relative addresses are relative to.
struct Relative(Url);

impl UrlRelativeEvaluate<'_> for Relative {
    fn evaluate<'url>(&self, written: &'url str) -> Option<Cow<'url, str>> {
        if is_own_fragment(written) {
            return None;
        }
        Some(Cow::Owned(self.0.join(written).ok()?.into()))
    }
}

/// Whether an address names only a place in the page that it stands on.
pub(crate) fn is_own_fragment(written: &str) -> bool {
    let written = written.trim();
    written.is_empty() || written.starts_with('#')
}

/// Removes scripts, styles and every link that is not http or https; resolves relative addresses against `base`
/// (and removes them where there is none); keeps images and ruby.
#[cfg(test)]
pub(crate) fn sanitise(html: &str, base: Option<&Url>) -> String {
    Sanitiser::new(base).clean(html)
}

/// Removes the characters that XML 1.0 (production 2, `Char`) does not allow, and the noncharacters U+FDD0..=U+FDEF
/// that it discourages.
pub(crate) fn strip_illegal(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_legal) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter(|&c| is_legal(c)).collect())
    }
}

/// Whether XML 1.0 may hold the character.
pub(crate) fn is_legal(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}' => false,
        c => c >= ' ',
    }
}

/// The tree of an HTML fragment as a reader without scripts sees it: what stands in `noscript` is markup.
fn fragment(html: &str) -> Html {
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    let body = QualName::new(None, ns!(html), local_name!("body"));
    driver::parse_fragment(HtmlTreeSink::new(Html::new_fragment()), options, body, Vec::new(), false)
        .one(&*plain_ampersands(html))
}

/// `html` with the ampersands escaped that begin no character reference (HTML standard, 13.2.5.73): the parser takes them for
/// text as well, but gives back what it read for each, which of many costs the square of their number.
fn plain_ampersands(html: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut taken = 0;
    for (at, _) in html.match_indices('&') {
        let behind = html.get(at + 1..).unwrap_or_default();
        if !begins_reference(behind) {
            out.push_str(html.get(taken..at).unwrap_or_default());
            out.push_str("&amp;");
            taken = at + 1;
        }
    }
    if taken == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(html.get(taken..).unwrap_or_default());
    Cow::Owned(out)
}

/// Whether what stands behind an ampersand is a number, or begins with the name of a character.
fn begins_reference(behind: &str) -> bool {
    if behind.starts_with('#') {
        return true;
    }
    let name = behind.bytes().take(LONGEST_NAME).take_while(u8::is_ascii_alphanumeric).count();
    let is_known = |end: usize| {
        let name = behind.get(..end).and_then(|name| NAMED_ENTITIES.get(name));
        name.is_some_and(|(first, _)| *first != 0)
    };
    // Those with a semicolon are longer by one; some old ones need none.
    (2..=name + 1).any(is_known)
}

/// Text with what means something in markup escaped.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(['&', '<', '>', '"']) else { return Cow::Borrowed(text) };
    let (before, rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(before);
    for c in rest.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The text of an HTML fragment, white space folded, readings (`<rt>`) in brackets.
pub(crate) fn text_of(html: &str) -> String {
    let document = fragment(html);
    let mut text = String::with_capacity(html.len());
    let mut readings = Readings::default();
    for edge in document.tree.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(t) => text.push_str(t),
                Node::Element(element) if element.name() == "rt" => readings.open(&mut text),
                Node::Element(element) if is_block(element.name()) => text.push(' '),
                _ => {}
            },
            Edge::Close(node) => {
                if matches!(node.value(), Node::Element(element) if element.name() == "rt") {
                    readings.close(&mut text);
                }
            }
        }
    }
    fold(&strip_illegal(&text))
}

/// The readings of ruby that are open: where the text of each begins, and its brackets, where its author wrote none (`<rp>`).
#[derive(Default)]
struct Readings(Vec<(usize, &'static str, &'static str)>);

impl Readings {
    fn open(&mut self, text: &mut String) {
        let (opening, closing) = match text.trim_end().chars().next_back() {
            Some('(' | '（' | '［' | '[' | '《' | '〈') => ("", ""),
            Some(base) if base.is_ascii() => (" (", ")"),
            _ => ("（", "）"),
        };
        if !opening.is_empty() {
            text.truncate(text.trim_end().len());
        }
        self.0.push((text.len(), opening, closing));
    }

    fn close(&mut self, text: &mut String) {
        let Some((at, opening, closing)) = self.0.pop() else { return };
        let reading = text.split_off(if text.is_char_boundary(at) { at } else { text.len() });
        text.push_str(opening);
        text.push_str(if opening.is_empty() { &reading } else { reading.trim() });
        text.push_str(closing);
    }
}

/// The text of HTML that a [`Sanitiser`] wrote, white space folded. Builds no tree, which for a feed's fifty entries would
/// cost more than all else that is done to them. Of other HTML it gives text too, though not what a browser shows.
pub(crate) fn text_of_clean(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut readings = Readings::default();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, markup) = rest.split_at(at);
        text.push_str(before);
        rest = if markup.starts_with('<') {
            past_tag(markup, &mut text, &mut readings)
        } else {
            past_reference(markup, &mut text)
        };
    }
    text.push_str(rest);
    fold(&strip_illegal(&text))
}

/// What follows the tag that `markup` begins with. Only quoted attributes hold a `>`; the serialiser quotes all with `"`.
fn past_tag<'a>(markup: &'a str, text: &mut String, readings: &mut Readings) -> &'a str {
    let name = markup.trim_start_matches(['<', '/']);
    match name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default() {
        "rt" if markup.starts_with("</") => readings.close(text),
        "rt" => readings.open(text),
        name if is_block(name) => text.push(' '),
        _ => {}
    }
    let mut quoted = false;
    let end = markup.find(|c| {
        quoted ^= c == '"';
        c == '>' && !quoted
    });
    end.and_then(|end| markup.get(end + 1..)).unwrap_or_default()
}

/// What follows the character reference that `markup` begins with; the serialiser writes only these (HTML, 13.3).
fn past_reference<'a>(markup: &'a str, text: &mut String) -> &'a str {
    const WRITTEN: [(&str, char); 5] =
        [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&nbsp;", '\u{a0}')];
    for (reference, c) in WRITTEN {
        if let Some(rest) = markup.strip_prefix(reference) {
            text.push(c);
            return rest;
        }
    }
    text.push('&');
    markup.strip_prefix('&').unwrap_or_default()
}

/// `text` with every run of white space folded to one space.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// Attribute values of the elements that `selector` finds in a fragment, with the text of each element.
pub(crate) fn attributes(html: &str, selector: &str, attribute: &str) -> Vec<(String, String)> {
    let Ok(selector) = Selector::parse(selector) else { return Vec::new() };
    fragment(html)
        .select(&selector)
        .filter_map(|e| Some((e.value().attr(attribute)?.to_owned(), fold(&e.text().collect::<String>()))))
        .collect()
}

/// The addresses that the elements of a fragment name in `href`, `src`, `data` or `poster`, as written.
pub(crate) fn addresses(html: &str) -> Vec<String> {
    if !html.contains('=') {
        return Vec::new();
    }
    let fragment = fragment(html);
    let elements = fragment.tree.nodes().filter_map(|node| node.value().as_element());
    let named = elements.flat_map(|element| ["href", "src", "data", "poster"].map(|name| element.attr(name)));
    named.flatten().map(str::to_owned).collect()
}

/// The addresses of a fragment's images, with what their `alt` (else their `title`) says. An address that cannot be published is
/// named where an image has no other.
pub(crate) fn images(html: &str) -> Vec<(String, String)> {
    let fragment = fragment(html);
    let usable = |written: &str| match Url::parse(written) {
        Ok(url) => matches!(url.scheme(), "http" | "https"),
        Err(error) => error == url::ParseError::RelativeUrlWithoutBase && !is_own_fragment(written),
    };
    let nodes = fragment.tree.root().descendants();
    let images =
        nodes.filter_map(|node| Some((node, node.value().as_element().filter(|image| image.name() == "img")?)));
    images
        .filter_map(|(node, image)| {
            let said = [image.attr("alt"), image.attr("title")].into_iter().flatten().map(fold);
            let alt = said.into_iter().find(|alt| !alt.is_empty()).unwrap_or_default();
            let src = visible::picture_address(node, &usable).or_else(|| image.attr("src"))?;
            Some((src.to_owned(), strip_illegal(&alt).into_owned()))
        })
        .collect()
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "br"
            | "div"
            | "li"
            | "ul"
            | "ol"
            | "tr"
            | "td"
            | "th"
            | "table"
            | "pre"
            | "blockquote"
            | "hr"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "dt"
            | "dd"
            | "figure"
            | "figcaption"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn base() -> Url {
        Url::parse("https://example.org/a/").expect("a URL")
    }

    #[test]
    fn only_http_links_survive() {
        for (html, clean) in [
            ("<a href='javascript:alert(1)'>x</a>", "<a>x</a>"),
            ("<a href='data:text/html,x'>x</a>", "<a>x</a>"),
            ("<a href=' JaVaScRiPt:alert(1)'>x</a>", "<a>x</a>"),
            ("<a href='mailto:a@b'>x</a>", "<a>x</a>"),
            ("<a href='https://a.example/?b=1&amp;c'>x</a>", "<a href=\"https://a.example/?b=1&amp;c\">x</a>"),
            ("<a href='../b'>x</a>", "<a href=\"https://example.org/b\">x</a>"),
            ("<a href='//other.example/b'>x</a>", "<a href=\"https://other.example/b\">x</a>"),
            ("<img src='/i.png' onerror='x()'>", "<img src=\"https://example.org/i.png\">"),
        ] {
            assert_eq!(sanitise(html, Some(&base())), clean, "{html}");
        }
        assert_eq!(sanitise("<a href='b'>x</a>", None), "<a>x</a>");
    }

    #[test]
    fn scripts_and_styles_go_and_ruby_stays() {
        assert_eq!(sanitise("a<script>alert(1)</script><style>p{}</style>b", None), "ab");
        for fragment in ["#top", "", " #a"] {
            assert_eq!(sanitise(&format!("<a href='{fragment}'>x</a>"), Some(&base())), "<a>x</a>");
        }
        let ruby = "<ruby>二层<rt>layer 2</rt></ruby>";
        assert_eq!(sanitise(ruby, None), ruby);
        assert_eq!(sanitise("<p style='x' class='y' onclick='z'>a</p>", None), "<p>a</p>");
    }

    #[test]
    fn characters_that_xml_refuses_are_removed() {
        assert!(matches!(strip_illegal("标题 ]]> \t\n"), Cow::Borrowed(_)));
        assert_eq!(strip_illegal("a\u{8}b\u{0}c\u{fffe}d\u{1b}"), "abcd");
        assert_eq!(sanitise("a&#8;b\u{8}", None), "ab");
    }

    #[test]
    fn text_is_read_without_tags() {
        assert_eq!(text_of("<p>a<b>b</b></p><p>c &amp; d</p><p><ruby>二<rt>two</rt></ruby>"), "ab c & d 二（two）");
        for (html, text) in [
            ("<ruby>漢<rp>（</rp><rt>kan</rt><rp>）</rp></ruby>", "漢（kan）"),
            ("<ruby>漢<rt>kan</rt>字<rt>ji</rt></ruby>读", "漢（kan）字（ji）读"),
            ("<ruby>Rust<rt>铁锈</rt></ruby>", "Rust (铁锈)"),
            ("<ruby> 协程 <rt>  goroutine </rt></ruby>，", "协程（goroutine），"),
        ] {
            assert_eq!((text_of(html).as_str(), text_of_clean(html).as_str()), (text, text));
        }
    }

    #[test]
    fn clean_html_is_read_without_a_tree() {
        for (html, text) in [
            ("<p>a<b>b</b></p><p>c &amp; d&nbsp;&nbsp;e</p>f", "ab c & d e f"),
            ("x<img alt=\"a > b\" src=\"https://e.org/i\">y", "xy"),
            ("1 &lt; 2 &quot;q&quot; &amp;lt;<br>z", "1 < 2 \"q\" &lt; z"),
            ("cut <b", "cut"),
            ("&", "&"),
            ("", ""),
        ] {
            assert_eq!(text_of_clean(html), text, "{html}");
        }
    }

    #[test]
    fn ampersands_that_begin_nothing_are_text() {
        for (html, plain) in [
            ("a & b &x; &undeclared; &", "a &amp; b &amp;x; &amp;undeclared; &amp;"),
            (
                "&amp; &lt; &#39; &#x27; &CounterClockwiseContourIntegral;",
                "&amp; &lt; &#39; &#x27; &CounterClockwiseContourIntegral;",
            ),
            ("&notit; &copy 2026 ?a=1&b=2&copy=3", "&notit; &copy 2026 ?a=1&amp;b=2&copy=3"),
            ("\u{4e2d}&\u{6587}", "\u{4e2d}&amp;\u{6587}"),
        ] {
            assert_eq!(plain_ampersands(html), plain);
        }
    }

    proptest! {
        #[test]
        fn ampersands_mean_what_they_meant(text in "[&;#a-tx0-9= ]{0,40}") {
            let html = format!("<p title=\"{text}\">{text}</p>");
            let parsed = |html: &str| Html::parse_fragment(html).root_element().html();
            prop_assert_eq!(parsed(&plain_ampersands(&html)), parsed(&html));
        }

        #[test]
        fn clean_html_says_the_same_with_and_without_a_tree(
            parts in proptest::collection::vec(
                prop_oneof![
                    "\\PC{0,6}", Just("<p>".to_owned()), Just("</p>".to_owned()), Just("<b title='a>\"b'>".to_owned()),
                    Just("</b>".to_owned()), Just("&lt;".to_owned()), Just("&nbsp;".to_owned()), Just("&#60;b".to_owned()),
                    Just("<img alt='<p>' src='https://e.org/'>".to_owned()), Just("<td>x<ruby>y<rt>z".to_owned()),
                ],
                0..12,
            )
        ) {
            let clean = sanitise(&parts.concat(), None);
            let bare = |text: String| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(text_of_clean(&clean)), bare(text_of(&clean)), "{}", clean);
        }
    }
}
