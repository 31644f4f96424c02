//! Writes a tree out again, with other things in the place of what a feed cannot show. Never calls itself, but for a document
//! within another, so that no depth is too deep.

use super::super::{escaped, fold, fragment, players};
use super::{SeenPictures, address, is_foreign, is_picture, name_of, pictures};
use ego_tree::NodeRef;
use percent_encoding::percent_decode_str;
use scraper::Node;
use scraper::node::Element;
use std::borrow::Cow;
use std::collections::HashSet;
use url::Url;

/// What is not shown, with all that stands in it.
const UNSEEN: [&str; 12] =
    ["script", "style", "noembed", "noframes", "source", "track", "param", "head", "link", "meta", "base", "datalist"];

/// The same within drawings and formulas.
const UNSEEN_FOREIGN: [&str; 9] =
    ["script", "style", "metadata", "desc", "defs", "symbol", "clippath", "annotation", "annotation-xml"];

/// Elements without end.
const VOID: [&str; 15] = [
    "area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link", "meta", "param", "track",
    "wbr",
];

/// Where a link may stand as a paragraph of its own.
const ROOMY: [&str; 9] = ["html", "body", "div", "section", "article", "main", "center", "blockquote", "details"];

/// How many documents within each other (`srcdoc`) are read.
const MOST_NESTED: usize = 8;

/// Longest address that is shown as text.
const LONGEST_LABEL: usize = 80;

/// A fragment, parsed and written out again.
pub(super) fn written(html: &str, base: Option<&Url>) -> String {
    nested(html, base, 0)
}

fn nested(html: &str, base: Option<&Url>, depth: usize) -> String {
    let fragment = fragment(&with_ends(html));
    let seen = SeenPictures::of(fragment.tree.root(), base);
    let mut writer = TreeWriter {
        base,
        depth,
        seen,
        out: String::with_capacity(html.len()),
        todo: vec![Pending::Node(fragment.tree.root())],
        links: 0,
        after_link: Vec::new(),
        noscripts: 0,
        objects: 0,
        linked: HashSet::new(),
    };
    while let Some(step) = writer.todo.pop() {
        writer.step(step);
    }
    writer.out
}

/// What is still to be written, the next last.
enum Pending<'t> {
    Node(NodeRef<'t, Node>),
    End(&'t str),
    /// The end of a link.
    LinkEnd,
    NoscriptEnd,
    /// The end of an object, whose link is not needed where something in it leads there.
    ObjectEnd(Option<Playable<'t>>),
    Space,
}

/// What an element plays or frames.
struct Playable<'t> {
    node: NodeRef<'t, Node>,
    url: Url,
    title: String,
    poster: Option<&'t str>,
}

struct TreeWriter<'t> {
    base: Option<&'t Url>,
    depth: usize,
    seen: SeenPictures<'t>,
    out: String,
    todo: Vec<Pending<'t>>,
    /// Links that are open.
    links: usize,
    /// What would stand within a link and is one itself.
    after_link: Vec<String>,
    noscripts: usize,
    objects: usize,
    /// Where links of ours, and those within objects, lead.
    linked: HashSet<String>,
}

impl<'t> TreeWriter<'t> {
    fn step(&mut self, step: Pending<'t>) {
        match step {
            Pending::Node(node) => match node.value() {
                Node::Text(text) => self.out.push_str(&escaped(text)),
                Node::Element(element) if is_foreign(element) => self.foreign(node, element),
                Node::Element(element) => self.element(node, element),
                Node::Document | Node::Fragment => self.children(node),
                Node::Comment(_) | Node::Doctype(_) | Node::ProcessingInstruction(_) => {}
            },
            Pending::End(name) => self.end(name),
            Pending::Space => self.space(),
            Pending::NoscriptEnd => self.noscripts = self.noscripts.saturating_sub(1),
            Pending::LinkEnd => {
                self.end("a");
                self.links = self.links.saturating_sub(1);
                if self.links == 0 {
                    self.out.extend(std::mem::take(&mut self.after_link).into_iter().map(|link| [" ", &link].concat()));
                }
            }
            Pending::ObjectEnd(shown) => {
                self.objects = self.objects.saturating_sub(1);
                if let Some(shown) = shown {
                    self.link(&shown);
                }
            }
        }
    }

    fn children(&mut self, node: NodeRef<'t, Node>) {
        self.todo.extend(node.children().rev().map(Pending::Node));
    }

    fn end(&mut self, name: &str) {
        self.out.extend(["</", name, ">"]);
    }

    /// A space, where words would run together.
    fn space(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with(|c: char| c.is_whitespace() || c == '>') {
            self.out.push(' ');
        }
    }

    fn element(&mut self, node: NodeRef<'t, Node>, element: &'t Element) {
        match element.name() {
            name if UNSEEN.contains(&name) => {}
            "html" | "body" => self.children(node),
            "template" if element.attr("shadowrootmode").is_some() => self.children(node),
            "template" => {}
            "noscript" => self.noscript(node),
            "picture" => self.framed_picture(node, element),
            _ if is_picture(element) => self.picture(node, element),
            "iframe" => self.frame(node, element),
            "video" | "audio" | "amp-video" | "amp-audio" => self.media(node, element),
            "embed" | "object" => self.object(node, element),
            "amp-iframe" | "amp-youtube" | "lite-youtube" | "lite-vimeo" | "youtube-video" | "vimeo-video" => {
                self.custom_player(node, element);
            }
            "a" => self.anchor(node, element),
            // Their text is no markup, and would be when it is read once more.
            "xmp" | "plaintext" | "listing" => self.tag(node, element, "pre"),
            name => self.tag(node, element, name),
        }
    }

    fn tag(&mut self, node: NodeRef<'t, Node>, element: &'t Element, name: &'t str) {
        self.start(element, name);
        if VOID.contains(&name) {
            return;
        }
        // The parser takes the first line break within for the author's convenience.
        let first = node.first_child().and_then(|child| child.value().as_text());
        if matches!(name, "pre" | "textarea") && first.is_some_and(|text| text.starts_with('\n')) {
            self.out.push('\n');
        }
        self.todo.push(Pending::End(name));
        self.children(node);
    }

    fn start(&mut self, element: &Element, name: &str) {
        self.out.extend(["<", name]);
        for (attribute, value) in element.attrs() {
            let is_plain = attribute.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if is_plain {
                self.out.extend([" ", attribute, "=\"", &escaped(value), "\""]);
            }
        }
        self.out.push('>');
    }

    fn anchor(&mut self, node: NodeRef<'t, Node>, element: &'t Element) {
        if self.objects > 0 {
            self.linked.extend(element.attr("href").and_then(|href| self.address(href)).map(String::from));
        }
        self.start(element, "a");
        self.links += 1;
        self.todo.push(Pending::LinkEnd);
        self.children(node);
    }

    /// Our readers run no scripts, so that what stands here is for them; but not what scripts show as well, and no counters.
    fn noscript(&mut self, node: NodeRef<'t, Node>) {
        let says = node.descendants().any(|within| match within.value() {
            Node::Text(text) => !text.trim().is_empty(),
            Node::Element(element) if is_picture(element) => !self.is_known(within, element),
            Node::Element(element) => matches!(element.name(), "iframe" | "video" | "audio" | "embed" | "object"),
            _ => false,
        });
        if says {
            self.noscripts += 1;
            self.todo.push(Pending::NoscriptEnd);
            self.children(node);
        }
    }

    /// Whether a picture within `noscript` is shown without it, or is none.
    fn is_known(&self, node: NodeRef<'t, Node>, element: &Element) -> bool {
        let url = self.seen.pictures.get(&node.id()).map(|picture| &picture.url);
        url.is_none_or(|url| self.seen.addresses.contains(url)) || is_hidden(element)
    }

    /// A `picture` is its `img`; where there is none, it is made.
    fn framed_picture(&mut self, node: NodeRef<'t, Node>, element: &'t Element) {
        let has_image = node.descendants().skip(1).any(|within| within.value().as_element().is_some_and(is_picture));
        if has_image {
            self.children(node);
        } else {
            self.picture(node, element);
        }
    }

    fn picture(&mut self, node: NodeRef<'t, Node>, element: &'t Element) {
        if self.noscripts > 0 && self.is_known(node, element) {
            return;
        }
        let Some(picture) = self.seen.pictures.get(&node.id()).cloned() else {
            // What an author wrote in the place of a picture that cannot be shown.
            let alt = element.attr("alt").map(str::trim).filter(|alt| !self.seen.alts.contains(alt));
            self.out.push_str(&escaped(alt.unwrap_or_default()));
            return;
        };
        self.image(element, picture.written);
        if element.name() != "input" {
            self.children(node);
        }
    }

    fn image(&mut self, element: &Element, written: &str) {
        let is_own = element.attr("src").is_some_and(|src| src.trim() == written);
        self.out.extend(["<img src=\"", &escaped(written), "\""]);
        // The size of a dot that stood in the picture's place says nothing.
        let sizes: &[&str] = if is_own || !pictures::is_dot(element) { &["width", "height"] } else { &[] };
        for name in ["alt", "title", "lang", "align"].iter().chain(sizes) {
            if let Some(value) = element.attr(name) {
                self.out.extend([" ", name, "=\"", &escaped(value), "\""]);
            }
        }
        self.out.push('>');
    }

    fn address(&self, written: &str) -> Option<Url> {
        address(written, self.base)
    }

    /// Where an element leads: its address, else the one that a script would give it.
    fn source_of(&self, element: &'t Element, attribute: &str) -> Option<Url> {
        let usable = |written: &str| self.address(written).is_some();
        let own = element.attr(attribute).filter(|written| usable(written));
        own.or_else(|| pictures::late(element, &usable)).and_then(|written| self.address(written))
    }

    /// What stands in a frame is for browsers that have none.
    fn frame(&mut self, node: NodeRef<'t, Node>, element: &'t Element) {
        if let Some(document) = element.attr("srcdoc") {
            self.nested(document);
        } else if let Some(url) = self.source_of(element, "src").filter(|_| !is_hidden(element)) {
            self.link(&Playable { node, url, title: title_of(element), poster: None });
        }
    }

    fn nested(&mut self, html: &str) {
        if self.depth < MOST_NESTED {
            self.out.push_str(&nested(html, self.base, self.depth + 1));
        }
    }

    fn media(&mut self, node: NodeRef<'t, Node>, element: &'t Element) {
        let within = node.children().filter_map(|within| within.value().as_element());
        let mut sources = within.filter(|element| element.name() == "source");
        let url = self.source_of(element, "src").or_else(|| sources.find_map(|source| self.source_of(source, "src")));
        let poster = element.attr("poster").filter(|poster| self.address(poster).is_some());
        match (url, poster) {
            (Some(url), _) => self.link(&Playable { node, url, title: title_of(element), poster }),
            (None, poster) => {
                if let Some(poster) = poster {
                    self.out.extend(["<img src=\"", &escaped(poster.trim()), "\">"]);
                }
                self.children(node);
            }
        }
    }

    fn object(&mut self, node: NodeRef<'t, Node>, element: &'t Element) {
        let attribute = if element.name() == "embed" { "src" } else { "data" };
        let url = self.source_of(element, attribute).or_else(|| self.named_by_parameter(node));
        let url = url.filter(|_| !is_hidden(element));
        let kind = element.attr("type").unwrap_or_default().trim().to_ascii_lowercase();
        if let Some(url) = &url
            && (kind.starts_with("image/") || kind.is_empty() && pictures::is_picture(url.path()))
        {
            return self.image(element, url.as_str());
        }
        let shown = url.map(|url| Playable { node, url, title: title_of(element), poster: None });
        self.objects += 1;
        self.todo.push(Pending::ObjectEnd(shown));
        self.children(node);
    }

    /// What the parameters of an old plug-in say it plays.
    fn named_by_parameter(&self, node: NodeRef<'t, Node>) -> Option<Url> {
        let parameters = node.children().filter_map(|child| child.value().as_element());
        let mut named = parameters.filter(|element| element.name() == "param").filter(|element| {
            let name = element.attr("name").unwrap_or_default().to_ascii_lowercase();
            matches!(name.as_str(), "movie" | "src" | "url" | "filename" | "href" | "data")
        });
        named.find_map(|parameter| self.address(parameter.attr("value")?))
    }

    /// A player that a page's own script makes; what stands in it is for readers without.
    fn custom_player(&mut self, node: NodeRef<'t, Node>, element: &'t Element) {
        let id = ["videoid", "data-videoid", "video-id"].iter().find_map(|name| element.attr(name));
        let page =
            if element.name().contains("vimeo") { "https://vimeo.com/" } else { "https://www.youtube.com/watch?v=" };
        let named = id.and_then(|id| Url::parse(&[page, id.trim()].concat()).ok());
        let url = named.or_else(|| self.source_of(element, "src"));
        let title = Some(title_of(element)).filter(|title| !title.is_empty());
        let title = title.or_else(|| element.attr("playlabel").map(fold)).unwrap_or_default();
        self.objects += 1;
        self.todo.push(Pending::ObjectEnd(url.map(|url| Playable { node, url, title, poster: None })));
        self.children(node);
    }

    /// A link to what an element shows, once.
    fn link(&mut self, shown: &Playable<'t>) {
        let href = players::page(&shown.url).unwrap_or_else(|| shown.url.to_string());
        if !self.linked.insert(href.clone()) {
            return;
        }
        let text = match shown.poster {
            Some(poster) => format!("<img src=\"{}\" alt=\"{}\">", escaped(poster.trim()), escaped(&shown.title)),
            None if shown.title.is_empty() => escaped(&label_of(&href)).into_owned(),
            None => escaped(&shown.title).into_owned(),
        };
        let link = format!("<a href=\"{}\">{text}</a>", escaped(&href));
        if self.links > 0 {
            self.after_link.push(link);
        } else if shown.node.parent().is_some_and(|parent| ROOMY.contains(&name_of(parent))) {
            self.out.extend(["<p>", &link, "</p>"]);
        } else {
            self.space();
            self.out.push_str(&link);
            let next = shown.node.next_sibling().map(|next| next.value().as_text());
            if next.is_some_and(|text| !text.is_some_and(|text| text.starts_with(char::is_whitespace))) {
                self.out.push(' ');
            }
        }
    }

    /// Of drawings and formulas the text stays, with links, pictures and the HTML within.
    fn foreign(&mut self, node: NodeRef<'t, Node>, element: &'t Element) {
        let name = element.name().to_ascii_lowercase();
        match name.as_str() {
            name if UNSEEN_FOREIGN.contains(&name) => {}
            _ if is_picture(element) => self.picture(node, element),
            "a" if self.links == 0 && element.attrs().any(|(name, _)| name == "href") => {
                let href = element.attrs().find(|(name, _)| *name == "href").map_or("", |(_, value)| value);
                self.out.extend(["<a href=\"", &escaped(href), "\">"]);
                self.links += 1;
                self.todo.push(Pending::LinkEnd);
                self.children(node);
            }
            // Each stands somewhere else in a drawing.
            "text" | "title" => {
                self.space();
                self.todo.push(Pending::Space);
                self.children(node);
            }
            _ => self.children(node),
        }
    }
}

/// `html` with ends for the frames that nobody closed, `<iframe/>` in particular: all that follows would be their text.
fn with_ends(html: &str) -> Cow<'_, str> {
    let lower = html.to_ascii_lowercase();
    let mut out = String::new();
    let mut done = 0;
    while let Some(start) = lower.get(done..).and_then(|rest| rest.find("<iframe")).map(|at| done + at) {
        let Some(end) = end_of_tag(html, start) else { break };
        let rest = lower.get(end..).unwrap_or_default();
        let next = rest.find("<iframe").unwrap_or(rest.len());
        out.push_str(html.get(done..end).unwrap_or_default());
        if !rest.get(..next).is_some_and(|text| text.contains("</iframe")) {
            out.push_str("</iframe>");
        }
        done = end;
    }
    if done == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(html.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

/// Where the tag ends that begins at `start`.
fn end_of_tag(html: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    let length = html.get(start..)?.find(|c| {
        match quote {
            Some(open) if open == c => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            _ => {}
        }
        c == '>' && quote.is_none()
    });
    length.map(|length| start + length + 1)
}

/// Whether an element takes part in a page without being seen.
fn is_hidden(element: &Element) -> bool {
    let style: String = element.attr("style").unwrap_or_default().split_whitespace().collect();
    let style = style.to_ascii_lowercase();
    element.attr("hidden").is_some()
        || pictures::is_dot(element)
        || style.contains("display:none")
        || style.contains("visibility:hidden")
}

/// What an author calls what an element shows.
fn title_of(element: &Element) -> String {
    let said = ["title", "aria-label", "data-title"].iter().filter_map(|name| element.attr(name)).map(fold);
    said.into_iter().find(|title| !title.is_empty()).unwrap_or_default()
}

/// An address as people write it.
fn label_of(href: &str) -> String {
    let (_, address) = href.split_once("://").unwrap_or(("", href));
    let address = address.strip_prefix("www.").unwrap_or(address);
    let address =
        if address.len() > LONGEST_LABEL { address.split(['?', '#']).next().unwrap_or(address) } else { address };
    let decoded = percent_decode_str(address.trim_end_matches('/')).decode_utf8_lossy();
    let mut label: String = decoded.chars().take(LONGEST_LABEL).collect();
    if label.len() < decoded.len() {
        label.push('…');
    }
    label
}
