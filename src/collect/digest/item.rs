//! Builds one item from the blocks of its section: title, sources, remark, pictures, text and HTML.

use super::guard;
use super::links::{self, Reader};
use super::notes::{Notes, Spot, shown};
use super::outline::Section;
use super::quote::{self, Quote};
use super::source::{self, SourceWords};
use super::tree;
use crate::collect::html::{self, Sanitiser};
use crate::model::{Item, LinkKey, SourceKind, SourceLink, is_blank};
use comrak::nodes::NodeValue;
use comrak::{Arena, Node, Options, format_html};
use std::cell::OnceCell;
use xxhash_rust::xxh3::xxh3_64;

/// What all items of a post are built with.
pub(super) struct Workshop<'a, 'o> {
    pub(super) arena: &'a Arena<'a>,
    pub(super) markdown: Options<'static>,
    pub(super) reader: Reader<'o>,
    pub(super) words: SourceWords<'o>,
    /// Made when the first raw HTML is met; most posts have none.
    pub(super) sanitiser: OnceCell<Sanitiser>,
}

/// An item and what the post's reader still needs to know of it.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) item: Item,
    pub(super) remark_text: String,
    pub(super) spot: Spot,
    /// Whether a source was dropped, so that its absence was complained of already.
    pub(super) lost_source: bool,
}

/// The links of an item by what they are.
struct Cited {
    sources: Vec<SourceLink>,
    kind: SourceKind,
    /// Links of the text that are no sources.
    others: Vec<SourceLink>,
    /// Whether a source was dropped, with a warning.
    lost: bool,
}

/// The blocks of a section by what they are.
#[derive(Debug, Default)]
struct Parts<'a> {
    body: Vec<Node<'a>>,
    remark: Vec<Node<'a>>,
    /// Lines that name the source, quoted or not.
    sources: Vec<Node<'a>>,
    comment_by: Option<String>,
    images: Vec<String>,
    image_credit: Option<String>,
}

impl<'a> Workshop<'a, '_> {
    /// The item of a section; `None`, with a complaint, where its heading is empty.
    pub(super) fn build(&self, section: &Section<'a>, notes: &mut Notes<'_>) -> Option<Built> {
        let spot = self.reader.source.spot(section.heading);
        let mut images = Vec::new();
        let content_hash = self.content_hash(section);
        self.reader.take_images(section.heading, &mut images, notes);
        let heading = html::fold(&notes.legal(&tree::raw_text(section.heading), "the heading", spot));
        let (number, title) = numbered(&heading);
        if is_blank(title) {
            notes.error(spot, "this item has no title; it is not published", "write the item's title in its heading");
            return None;
        }
        let headed = self.heading_links(section.heading, title, notes);
        let parts = self.sort(section, images, notes);
        let Cited { sources, kind: source_kind, others: body_links, lost: lost_source } =
            self.links(headed, &parts, notes);
        let mut remark = Vec::new();
        for quote in &parts.remark {
            self.reader.take_links(quote, notes);
            // Its quote marks the remark; it quotes nobody.
            remark.extend(quote.children());
        }
        let (body_html, body_text) = self.render(&parts.body);
        let (remark_html, remark_text) = self.render(&remark);
        let item = Item {
            title: title.to_owned(),
            number,
            sources,
            source_kind,
            body_links,
            comment_by: parts.comment_by,
            images: parts.images,
            image_credit: parts.image_credit,
            tags: Vec::new(),
            body_html,
            remark_html,
            text: format!("{title}\n{body_text}"),
            content_hash,
            line: spot.line,
            author: None,
        };
        Some(Built { item, remark_text, spot, lost_source })
    }

    /// Hashes what the author wrote, so that neither a new renderer nor another base URL makes an item look edited.
    fn content_hash(&self, section: &Section<'a>) -> u64 {
        let source = self.reader.source.lines;
        let mut written = String::new();
        for block in section.blocks.iter().chain([&section.heading]) {
            let position = block.data().sourcepos;
            let lines = source.get(position.start.line.saturating_sub(1)..position.end.line.min(source.len()));
            // A line that holds only `>` is white space within a quote; stored posts lose such lines at their end.
            for word in
                lines.unwrap_or_default().iter().flat_map(|line| line.split_whitespace()).filter(|&word| word != ">")
            {
                written.push_str(word);
                written.push(' ');
            }
        }
        xxh3_64(written.as_bytes())
    }

    /// The links of the heading: the item is about them. One that is the whole title is called by its host.
    fn heading_links(&self, heading: Node<'a>, title: &str, notes: &mut Notes<'_>) -> Vec<SourceLink> {
        let mut links = Vec::new();
        links::push_new(&mut links, self.reader.take_links(heading, notes).links);
        for link in links.iter_mut().filter(|link| numbered(&link.label).1 == title) {
            link.label = LinkKey::host_of(&link.url).unwrap_or_default();
        }
        links
    }

    /// The blocks that say something, pictures taken out, paragraphs cut at their source lines.
    fn blocks(&self, section: &Section<'a>, images: &mut Vec<String>, notes: &mut Notes<'_>) -> Vec<Node<'a>> {
        let mut blocks = Vec::with_capacity(section.blocks.len());
        for &block in &section.blocks {
            self.reader.take_images(block, images, notes);
            if quote::is_paragraph(block) && tree::has_link(block) {
                blocks.extend(quote::cut(self.arena, block, self.words));
            } else {
                blocks.push(block);
            }
        }
        blocks.retain(|block| !tree::is_empty(block));
        blocks
    }

    /// Sorts the blocks. A quote without a name is the remark where it ends the item and no other quote has a name;
    /// else it quotes something and belongs to the body, or goes on with the remark that it follows. One that is nothing
    /// but links, with no text behind it, names the sources.
    fn sort(&self, section: &Section<'a>, images: Vec<String>, notes: &mut Notes<'_>) -> Parts<'a> {
        let mut parts = Parts { images, ..Parts::default() };
        guard::drop_html_flood(&section.blocks, &self.reader.source, notes);
        let blocks = self.blocks(section, &mut parts.images, notes);
        let text_ends = blocks.iter().rposition(|block| self.is_text(block)).map_or(0, |at| at + 1);
        let mut plain_last = None;
        for (index, block) in blocks.into_iter().enumerate() {
            if quote::is_quote(block) && index >= text_ends && source::is_link_quote(block) {
                parts.sources.push(block);
            } else if quote::is_quote(block) {
                let Quote { sources, label, is_filled } = quote::read(self.arena, block, self.words);
                parts.sources.extend(sources);
                match label {
                    Some(label) => {
                        parts.comment_by = parts.comment_by.take().or(label.name);
                        parts.remark.push(block);
                    }
                    None if is_filled && !parts.remark.is_empty() => parts.remark.push(block),
                    None if is_filled => {
                        plain_last = Some(parts.body.len());
                        parts.body.push(block);
                    }
                    None => {}
                }
            } else if let Some(credit) = quote::image_credit(&tree::text(block)) {
                parts.image_credit.get_or_insert(credit);
            } else if self.is_source_line(block) {
                parts.sources.push(block);
            } else {
                parts.body.push(block);
            }
        }
        if parts.remark.is_empty() && plain_last.is_some_and(|at| at + 1 == parts.body.len()) {
            parts.remark.extend(parts.body.pop());
        }
        parts
    }

    fn is_text(&self, block: Node<'a>) -> bool {
        !quote::is_quote(block) && !self.is_source_line(block) && quote::image_credit(&tree::text(block)).is_none()
    }

    fn is_source_line(&self, block: Node<'a>) -> bool {
        quote::is_paragraph(block) && self.words.is_source_line(&block.children().collect::<Vec<_>>())
    }

    /// Which links are sources: those of the heading and of the source lines; without any, those of the text.
    fn links(&self, headed: Vec<SourceLink>, parts: &Parts<'a>, notes: &mut Notes<'_>) -> Cited {
        let (mut labelled, mut inline) = (Vec::new(), Vec::new());
        let mut lost = false;
        for &line in &parts.sources {
            let beside = html::strip_illegal(&source::beside_links(&[line])).into_owned();
            let mut found = self.reader.take_links(line, notes);
            lost |= found.dropped;
            if found.links.is_empty() && !found.dropped {
                let message = format!("the source line `{}` has no link", shown(&html::fold(&beside)));
                notes.warning(self.reader.source.spot(line), message, "write it as **[消息来源：NAME](URL)**");
                lost = true;
            }
            self.words.name(&beside, &mut found);
            links::push_new(&mut labelled, found.links);
        }
        let names_source = !headed.is_empty() || !parts.sources.is_empty();
        for &block in &parts.body {
            let found = self.reader.take_links(block, notes);
            lost |= !names_source && found.dropped;
            links::push_new(&mut inline, found.links);
        }
        let kind = match (headed.is_empty(), labelled.is_empty(), names_source || inline.is_empty()) {
            (_, false, _) => SourceKind::Labelled,
            (false, true, _) => SourceKind::Heading,
            (true, true, false) => SourceKind::Inline,
            (true, true, true) => SourceKind::None,
        };
        let mut sources = headed;
        links::push_new(&mut sources, labelled);
        let (sources, others) = if kind == SourceKind::Inline { (inline, Vec::new()) } else { (sources, inline) };
        Cited { sources, kind, others, lost }
    }

    /// Sanitised HTML and plain text of blocks.
    fn render(&self, blocks: &[Node<'a>]) -> (String, String) {
        let document = tree::new_node(self.arena, NodeValue::Document);
        for &block in blocks {
            document.append(block);
        }
        let mut rendered = String::new();
        if format_html(document, &self.markdown, &mut rendered).is_err() {
            // Writing to a `String` cannot fail.
            return (String::new(), tree::text(document));
        }
        if tree::has_raw_html(document) {
            let sanitiser = self.sanitiser.get_or_init(|| Sanitiser::without_images(self.reader.base));
            let clean = sanitiser.clean(&rendered);
            let text = html::text_of(&clean);
            return (clean.trim().to_owned(), text);
        }
        // Without raw HTML comrak writes only its own tags, and the links were judged above: nothing to sanitise.
        (html::strip_illegal(rendered.trim()).into_owned(), tree::text(document))
    }
}

/// Splits `#N ` off a heading.
fn numbered(heading: &str) -> (Option<u32>, &str) {
    let split = || {
        let rest = heading.strip_prefix('#')?;
        let (number, title) = rest.split_once(' ').unwrap_or((rest, ""));
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some((Some(number.parse().ok()?), title.trim()))
    };
    split().unwrap_or((None, heading))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_split_off_headings() {
        assert_eq!(numbered("#1 基于源代码"), (Some(1), "基于源代码"));
        assert_eq!(numbered("#12"), (Some(12), ""));
        assert_eq!(numbered("#标签 的历史"), (None, "#标签 的历史"));
        assert_eq!(numbered("C# 12"), (None, "C# 12"));
        assert_eq!(numbered("#99999999999 大"), (None, "#99999999999 大"));
    }
}
