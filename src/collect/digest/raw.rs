//! Raw HTML in posts: pictures become Markdown's, what a page would play or frame becomes a link to it, and what only looks like a
//! tag (`Vec<T>`) stays text. The sanitiser judges the rest.

use super::notes::{Notes, shown};
use super::tree::{self, PostLines};
use crate::collect::html::{self, escaped};
use comrak::nodes::{NodeLink, NodeValue};
use comrak::{Arena, Node};
use std::ops::Range;

/// The elements of HTML; what is not among them is no tag.
const ELEMENTS: &str = " a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas \
    caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption \
    figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label \
    legend li link main map mark marquee math menu meta meter nav nobr noscript object ol optgroup option output p param \
    picture plaintext pre progress q rb rp rt rtc ruby s samp script search section select slot small source span strike \
    strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video \
    wbr xmp ";

/// Elements that show something which a feed does not, and the attributes that say where it is.
const SHOWING: [(&str, &[&str]); 6] = [
    ("video", &["src"]),
    ("audio", &["src"]),
    ("source", &["src"]),
    ("iframe", &["src"]),
    ("embed", &["src"]),
    ("object", &["data"]),
];

/// What stands in the place of a tag.
enum Replacement {
    Picture { url: String, alt: String },
    Link { url: String, label: String },
    Text(String),
}

/// Puts other things in the place of the tags below the blocks.
pub(super) fn settle<'a>(arena: &'a Arena<'a>, blocks: &[Node<'a>], source: &PostLines<'_>, notes: &mut Notes<'_>) {
    let mut inline = Vec::new();
    for node in blocks.iter().flat_map(|block| block.descendants()) {
        let mut names = Vec::new();
        match &mut node.data_mut().value {
            NodeValue::HtmlInline(_) => inline.push(node),
            NodeValue::HtmlBlock(block) => block.literal = settled_block(&block.literal, &mut names),
            _ => {}
        }
        complain(&names, node, source, notes);
    }
    for node in inline {
        let NodeValue::HtmlInline(raw) = node.data().value.clone() else { continue };
        let Some(instead) = instead_of(&raw, |name| has_end(node, name)) else { continue };
        let names: Vec<_> = instead.iter().filter_map(Replacement::name).collect();
        complain(&names, node, source, notes);
        for instead in instead {
            let new = instead.node(arena);
            new.data_mut().sourcepos = node.data().sourcepos;
            node.insert_before(new);
        }
        node.detach();
    }
}

fn complain(names: &[String], node: Node<'_>, source: &PostLines<'_>, notes: &mut Notes<'_>) {
    for name in names {
        let message = format!("`{}` is no HTML tag; it was kept as text", shown(name));
        notes.warning(source.spot(node), message, "write `\\<` for the sign `<`, or put the word in backquotes");
    }
}

/// Whether an end tag of the name follows beside the node.
fn has_end(node: Node<'_>, name: &str) -> bool {
    let is_end = |n: &Node<'_>| match &n.data().value {
        NodeValue::HtmlInline(raw) => raw.strip_prefix("</").is_some_and(|rest| rest.starts_with(name)),
        _ => false,
    };
    node.following_siblings().skip(1).take(64).any(|n| is_end(&n))
}

/// An HTML block with its tags replaced; `names` gets those that are none.
fn settled_block(raw: &str, names: &mut Vec<String>) -> String {
    let mut settled = String::with_capacity(raw.len());
    let mut done = 0;
    for range in tags(raw) {
        let (Some(before), Some(tag)) = (raw.get(done..range.start), raw.get(range.clone())) else { continue };
        settled.push_str(before);
        done = range.end;
        let ends = |name: &str| raw.get(done..).is_some_and(|rest| rest.contains(&format!("</{name}")));
        match instead_of(tag, ends) {
            // The sanitiser keeps pictures.
            Some(instead) if !is_tag_of(tag, "img") => {
                names.extend(instead.iter().filter_map(Replacement::name));
                settled.extend(instead.iter().map(Replacement::html));
            }
            _ => settled.push_str(tag),
        }
    }
    settled.push_str(raw.get(done..).unwrap_or_default());
    settled
}

/// Where the tags of raw HTML stand; comments are none.
fn tags(raw: &str) -> Vec<Range<usize>> {
    let mut tags = Vec::new();
    let mut from = 0;
    while let Some(start) = raw.get(from..).and_then(|rest| rest.find('<')).map(|at| from + at) {
        let rest = raw.get(start..).unwrap_or_default();
        let name = rest.trim_start_matches('<').trim_start_matches('/');
        let end = if rest.starts_with("<!--") {
            rest.find("-->").map(|at| at + 3)
        } else {
            let mut quote = None;
            rest.char_indices().find_map(|(at, c)| {
                match (quote, c) {
                    (None, '>') => return Some(at + 1),
                    (None, '"' | '\'') => quote = Some(c),
                    (Some(open), c) if open == c => quote = None,
                    _ => {}
                }
                None
            })
        };
        let Some(end) = end else { break };
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            tags.push(start..start + end);
        }
        from = start + end;
    }
    tags
}

fn name_of(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    name.split(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).next().unwrap_or_default()
}

fn is_tag_of(tag: &str, name: &str) -> bool {
    !tag.starts_with("</") && name_of(tag).eq_ignore_ascii_case(name)
}

/// What stands in the place of a tag; `None`: the tag itself. `has_end` says whether an end tag of a name follows.
fn instead_of(tag: &str, has_end: impl Fn(&str) -> bool) -> Option<Vec<Replacement>> {
    if !tag.starts_with('<') || tag.starts_with("<!") || tag.starts_with("<?") {
        return None;
    }
    let written = name_of(tag);
    let name = written.to_ascii_lowercase();
    let is_element = ELEMENTS.contains(&format!(" {name} "));
    // `Vec<U>` is no underline.
    let is_parameter = written.len() == 1 && written != name && tag.len() == 3 && !has_end(written);
    if !is_element || is_parameter {
        return Some(vec![Replacement::Text(tag.to_owned())]);
    }
    let value = |attribute: &str| {
        html::attributes(tag, &format!("{name}[{attribute}]"), attribute).pop().map(|(value, _)| value)
    };
    if name == "img" {
        return html::images(tag).pop().map(|(url, alt)| vec![Replacement::Picture { url, alt }]);
    }
    let (_, attributes) = SHOWING.iter().find(|(element, _)| *element == name)?;
    if tag.starts_with("</") {
        return Some(Vec::new());
    }
    let poster = value("poster").map(|url| Replacement::Picture { url, alt: String::new() });
    let label = value("title").filter(|title| !title.trim().is_empty());
    let links = attributes
        .iter()
        .filter_map(|attribute| value(attribute))
        .map(|url| Replacement::Link { label: label.clone().unwrap_or_else(|| url.clone()), url });
    Some(poster.into_iter().chain(links).collect())
}

impl Replacement {
    /// The tag that was none, but for end tags.
    fn name(&self) -> Option<String> {
        match self {
            Self::Text(tag) if !tag.starts_with("</") => Some(tag.clone()),
            _ => None,
        }
    }

    fn node<'a>(self, arena: &'a Arena<'a>) -> Node<'a> {
        let (value, text) = match self {
            Self::Picture { url, alt } => (NodeValue::Image(Box::new(NodeLink { url, title: String::new() })), alt),
            Self::Link { url, label } => (NodeValue::Link(Box::new(NodeLink { url, title: String::new() })), label),
            Self::Text(text) => return tree::new_node(arena, NodeValue::Text(text.into())),
        };
        let node = tree::new_node(arena, value);
        if !text.is_empty() {
            node.append(tree::new_node(arena, NodeValue::Text(text.into())));
        }
        node
    }

    fn html(&self) -> String {
        match self {
            Self::Picture { url, alt } => format!("<img src=\"{}\" alt=\"{}\">", escaped(url), escaped(alt)),
            Self::Link { url, label } => format!("<a href=\"{}\">{}</a> ", escaped(url), escaped(label)),
            Self::Text(text) => escaped(text).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_and_comments_are_not() {
        let found = |raw: &str| {
            tags(raw).into_iter().map(|range| raw.get(range).unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("<p>1 < 2<!-- <b> --></p>"), ["<p>", "</p>"]);
        assert_eq!(found("<a title='>' href=x>y"), ["<a title='>' href=x>"]);
        assert_eq!(found("<a href=\"x"), [""; 0]);
    }

    #[test]
    fn blocks_keep_what_they_show() {
        for (raw, settled) in [
            (
                "<div><iframe src=\"https://v.example/?a=1&amp;b\"></iframe></div>",
                "<div><a href=\"https://v.example/?a=1&amp;b\">https://v.example/?a=1&amp;b</a> </div>",
            ),
            ("<video><source src='/a.mp4' title='甲'></video>", "<a href=\"/a.mp4\">甲</a> "),
            ("<video src=a poster=b>", "<img src=\"b\" alt=\"\"><a href=\"a\">a</a> "),
            ("<p><a href='#x'>上</a><img src=c></p>", "<p><a href='#x'>上</a><img src=c></p>"),
            ("<p>Vec<T> 与 <B>粗</B></p>", "<p>Vec&lt;T&gt; 与 <B>粗</B></p>"),
        ] {
            assert_eq!(settled_block(raw, &mut Vec::new()), settled, "{raw}");
        }
    }
}
