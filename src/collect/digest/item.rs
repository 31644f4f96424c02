//! Builds one item from the blocks of its section: title, sources, remark, pictures, text and HTML.

use super::account::Account;
use super::cited::Cited;
use super::links;
use super::notes::{Notes, Spot, shown};
use super::outline;
use super::pictures::{self, Pictures, Where};
use super::profile::{RemarkStyle, TextPattern, Way};
use super::quote::{self, Quote};
use super::reading::{ItemReasons, TagReason};
use super::reasons;
use super::section::Section;
use super::source;
use super::tags::Reasoned;
use super::workshop::{Parts, Workshop};
use super::{guard, markdown, raw, slips, tags, tree};
use crate::collect::html::{self, Sanitiser};
use crate::model::{Attachment, Item, LinkKey, MAX_ATTACHMENTS, Medium, SourceLink, is_blank};
use comrak::nodes::NodeValue;
use comrak::{Node, format_html};
use xxhash_rust::xxh3::xxh3_64;

/// An item and what the post's reader still needs to know of it.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) item: Item,
    pub(super) remark_text: String,
    pub(super) spot: Spot,
    /// The tags that it names itself, and those of its place.
    pub(super) tags: Vec<Reasoned>,
    /// Which rule took what of it.
    pub(super) reasons: ItemReasons,
    /// Whether a source was dropped, so that its absence was complained of already.
    pub(super) lost_source: bool,
}

impl<'a> Workshop<'a, '_> {
    /// The item of a section; `None`, with a complaint, where its heading is empty. What of the section is in neither the item
    /// nor a complaint is named at the end.
    pub(super) fn build(&self, section: &Section<'a>, notes: &mut Notes<'_>) -> Option<Built> {
        let source = &self.reader.source;
        let spot = source.spot(section.heading);
        let mut all = section.nodes();
        all.extend(self.footnotes.of(&all));
        let content_hash = self.content_hash(section, &all);
        guard::drop_html_flood(&all, source, notes);
        let account = Account::of(&all, source, notes);
        raw::settle(self.arena, &all, source, notes);
        slips::in_text(&all, source, notes);
        let picture_links = self.picture_links(section);
        let mut pictures = Pictures::default();
        pictures::take(self.arena, &self.reader, (section.heading, Where::Before), &mut pictures, notes);
        let (number, title) = Self::title(section, &pictures, spot, notes)?;
        let titled_by = self.title_reason(section, &title, &pictures);
        let headed = self.heading_links(section.heading, &title, notes);
        let mut parts = self.sort(section, pictures, notes);
        parts.picture_links = picture_links;
        self.footnotes.settle(self.arena, Some(section.heading), &mut parts.body);
        let cited = self.links(section, headed, &parts, notes);
        let mut remark = Vec::new();
        for &quote in &parts.remark {
            self.reader.take_links(self.arena, quote, notes);
            // Its quote marks the remark; it quotes nobody.
            remark.extend(quote.children());
        }
        self.footnotes.settle(self.arena, None, &mut remark);
        let body = self.render(&parts.body);
        let remark = self.render(&remark);
        let reasons = self.reasons(section, titled_by, &parts, (&cited, &remark.html));
        let item = Item {
            text: format!("{title}\n{}", body.text),
            attachments: heard_or_watched(&cited),
            title,
            number,
            sources: cited.sources,
            source_kind: cited.kind,
            body_links: cited.others,
            comment_by: parts.comment_by,
            images: parts.pictures.urls,
            image_alts: parts.pictures.alts,
            placed_images: parts.pictures.placed,
            image_credit: parts.image_credit,
            tags: Vec::new(),
            body_html: body.html,
            remark_html: remark.html,
            body_markdown: body.markdown,
            remark_markdown: remark.markdown,
            content_hash,
            line: spot.line,
            author: None,
            language: None,
        };
        notes.cited.extend(account.cited(&item));
        account.settle(&item, self.words, self.profile, notes);
        Some(Built { item, remark_text: remark.text, spot, tags: parts.tags, reasons, lost_source: cited.lost })
    }

    /// The number and the title of an item; `None`, with a complaint, where it has none. `pictures` are its heading's.
    fn title(
        section: &Section<'a>,
        pictures: &Pictures,
        spot: Spot,
        notes: &mut Notes<'_>,
    ) -> Option<(Option<u32>, String)> {
        let heading = html::fold(&notes.legal(&tree::raw_text(section.heading), "the heading", spot));
        let heading = slips::without_attributes(&heading, spot, notes);
        let (number, title) = match section.title.as_deref() {
            Some(title) => (None, title),
            None if section.is_line => (None, heading),
            None => numbered(heading),
        };
        let title = if is_blank(title) { pictures.alts.first().map_or("", String::as_str) } else { title }.to_owned();
        let is_sign = |c: char| {
            c.is_whitespace()
                || c.is_ascii_punctuation()
                || matches!(c, '：' | '，' | '。' | '、' | '（' | '）' | '【' | '】')
        };
        let says_nothing = section.is_line && title.chars().all(is_sign);
        if is_blank(&title) || says_nothing {
            notes.error(spot, "this item has no title; it is not published", "write the item's title in its heading");
            return None;
        }
        Some((number, title))
    }

    /// Hashes what the author wrote, so that neither a new renderer nor another base URL makes an item look edited.
    fn content_hash(&self, section: &Section<'a>, all: &[Node<'a>]) -> u64 {
        let source = self.reader.source.lines;
        let mut written = String::new();
        if section.is_whole {
            // Its title stands in the header.
            written.extend(section.title.as_deref().into_iter().flat_map(str::split_whitespace));
        }
        // The heading comes last: the hashes of stored items were made so.
        let (heading, blocks) = all.split_at(all.len().min(1));
        for block in blocks.iter().chain(heading) {
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
        links::push_new(&mut links, self.reader.take_links(self.arena, heading, notes).links);
        for link in links.iter_mut().filter(|link| numbered(&link.label).1 == title) {
            link.label = LinkKey::host_of(&link.url).unwrap_or_default();
        }
        links
    }

    /// The blocks that say something, paragraphs cut at their source lines and their tags. Pictures that stand alone before or
    /// behind the text are taken out; within it, and beside words, they stay where they stand.
    fn blocks(&self, section: &Section<'a>, pictures: &mut Pictures, notes: &mut Notes<'_>) -> Vec<Node<'a>> {
        let is_said = |block: &&Node<'a>| self.is_text(block) && !outline::is_picture(block) && !tree::is_empty(block);
        let text: Vec<usize> =
            (0..).zip(&section.blocks).filter(|(_, block)| is_said(block)).map(|(at, _)| at).collect();
        let within = text.first().copied().unwrap_or_default()..text.last().copied().unwrap_or_default();
        let mut blocks = Vec::with_capacity(section.blocks.len());
        for (at, &block) in section.blocks.iter().enumerate() {
            let is_alone = tree::text_beside_images(block).is_empty() || outline::is_picture(block);
            let to = if is_alone && !within.contains(&at) { Where::Before } else { Where::Here };
            pictures::take(self.arena, &self.reader, (block, to), pictures, notes);
            if quote::is_paragraph(block) {
                blocks.extend(quote::cut_text(self.arena, block, self.words));
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
    fn sort(&self, section: &Section<'a>, pictures: Pictures, notes: &mut Notes<'_>) -> Parts<'a> {
        let mut parts = Parts { pictures, tags: section.placed_tags(), ..Parts::default() };
        let blocks = self.blocks(section, &mut parts.pictures, notes);
        let text_ends = blocks.iter().rposition(|block| self.is_text(block)).map_or(0, |at| at + 1);
        let mut plain_last = None;
        for (index, block) in blocks.into_iter().enumerate() {
            if quote::is_quote(block)
                && index >= text_ends
                && self.profile.sources.ways.contains(&Way::Label)
                && source::is_link_quote(block)
            {
                parts.sources.push(block);
            } else if quote::is_quote(block) && self.profile.remark == RemarkStyle::None {
                parts.body.push(block);
            } else if quote::is_quote(block) {
                if self.sort_quote(block, &mut parts) {
                    plain_last = Some(parts.body.len());
                    parts.body.push(block);
                }
            } else if let Some(tags) = tags::own(block) {
                parts.tags.extend(tags.into_iter().map(own));
            } else if parts.pictures.has_leading()
                && parts.image_credit.is_none()
                && let Some(credit) = self.credit(block)
            {
                parts.image_credit = Some(credit);
            } else if self.is_source_line(block) {
                parts.sources.push(block);
            } else if self.is_remark_line(block) {
                let quote = tree::new_node(self.arena, NodeValue::BlockQuote);
                quote.data_mut().sourcepos = block.data().sourcepos;
                quote.append(block);
                self.sort_quote(quote, &mut parts);
            } else {
                parts.body.push(block);
            }
        }
        if self.profile.remark == RemarkStyle::Named
            && parts.remark.is_empty()
            && plain_last.is_some_and(|at| at + 1 == parts.body.len())
        {
            parts.remark.extend(parts.body.pop());
            parts.remark_by = Some("last quote; none has a name".to_owned());
        }
        for &line in &parts.sources {
            parts.pictures.displace(line);
        }
        self.drop_empty_remark(&mut parts, notes);
        parts
    }

    /// Which rule took what of an item; `remark` is the remark's HTML.
    fn reasons(
        &self,
        section: &Section<'a>,
        title: String,
        parts: &Parts<'a>,
        (cited, remark): (&Cited, &str),
    ) -> ItemReasons {
        ItemReasons {
            title,
            sources: cited.ways.clone(),
            no_source: self.no_source(cited, remark),
            no_remark: parts.remark_by.is_none().then(|| self.no_remark(parts)),
            remark: parts.remark_by.clone(),
            pictures: reasons::places(&parts.pictures),
            no_picture: Self::no_picture(&parts.pictures, cited),
            section: section.under.as_ref().map(|(heading, _)| heading.clone()),
        }
    }

    /// A remark of which only the label was written, as it stands in a post that was begun, is none.
    fn drop_empty_remark(&self, parts: &mut Parts<'a>, notes: &mut Notes<'_>) {
        let Some(first) = parts.remark.first().filter(|_| parts.remark.iter().all(|quote| tree::is_empty(quote)))
        else {
            return;
        };
        let source = &self.reader.source;
        let label = shown(source.written(first).unwrap_or_default().trim_start_matches(['>', ' ']).trim_end());
        let message = format!("the remark `{label}` is empty; it was left out");
        parts.comment_by = None;
        parts.remark_by = None;
        notes.warning(source.spot(first), message, "write the remark behind its colon, or remove the line");
        parts.remark.clear();
    }

    /// Sorts a quote; whether it is left for the body.
    fn sort_quote(&self, block: Node<'a>, parts: &mut Parts<'a>) -> bool {
        let Quote { sources, tags, label, is_filled } =
            quote::read(self.arena, block, self.words, (self.remark_pattern(), parts.comment_by.as_deref()));
        parts.sources.extend(sources);
        parts.tags.extend(tags.into_iter().map(own));
        let by_pattern = self.remark_pattern().is_some();
        match label {
            Some(label) => {
                parts.remark_by.get_or_insert_with(|| reasons::of_label(&label, by_pattern));
                parts.comment_by = parts.comment_by.take().or(label.name);
                parts.remark.push(block);
                false
            }
            None if is_filled && !parts.remark.is_empty() => {
                parts.remark.push(block);
                false
            }
            None => is_filled,
        }
    }

    fn is_text(&self, block: Node<'a>) -> bool {
        !quote::is_quote(block)
            && !self.is_source_line(block)
            && tags::own(block).is_none()
            && self.credit(block).is_none()
            && !self.is_remark_line(block)
    }

    /// The pattern of remarks, where the profile has one and remarks at all.
    pub(super) fn remark_pattern(&self) -> Option<&TextPattern> {
        self.profile.remark_pattern.as_ref().filter(|_| self.profile.remark != RemarkStyle::None)
    }

    /// Whether a paragraph is a remark by the profile's pattern.
    fn is_remark_line(&self, block: Node<'a>) -> bool {
        let pattern = self.remark_pattern();
        pattern.is_some()
            && quote::is_paragraph(block)
            && quote::remark_label(&tree::raw_text(block), pattern).is_some()
    }

    fn credit(&self, block: Node<'a>) -> Option<String> {
        quote::credit(&tree::text(block), self.profile.credit_pattern.as_ref())
    }

    fn is_source_line(&self, block: Node<'a>) -> bool {
        quote::is_paragraph(block) && self.words.is_source_line(&block.children().collect::<Vec<_>>())
    }

    /// Blocks as they are stored.
    fn render(&self, blocks: &[Node<'a>]) -> Rendered {
        let document = tree::new_node(self.arena, NodeValue::Document);
        for &block in blocks {
            document.append(block);
        }
        let mut rendered = String::new();
        if format_html(document, &self.markdown, &mut rendered).is_err() {
            // Writing to a `String` cannot fail.
            return Rendered { text: tree::text(document), ..Rendered::default() };
        }
        let (html, text) = if tree::has_raw_html(document) {
            let sanitiser = self.sanitiser.get_or_init(|| Sanitiser::new(self.reader.base));
            let clean = sanitiser.clean(&rendered);
            let text = html::text_of(&clean);
            markdown::settle_raw(self.arena, document, &self.markdown, sanitiser);
            (clean.trim().to_owned(), text)
        } else {
            // Without raw HTML comrak writes only its own tags, and the links were judged above: nothing to sanitise.
            (html::strip_illegal(rendered.trim()).into_owned(), tree::text(document))
        };
        Rendered { html, text, markdown: markdown::of(document, &self.markdown) }
    }
}

/// Blocks as sanitised HTML, as plain text, and as Markdown that holds no other HTML than the sanitiser lets through.
#[derive(Debug, Default)]
struct Rendered {
    html: String,
    text: String,
    markdown: String,
}

/// The audio and video that an item links to, by the endings of their names.
fn heard_or_watched(cited: &Cited) -> Vec<Attachment> {
    let links = cited.sources.iter().chain(&cited.others);
    let files = links.filter_map(|link| Attachment::of(&link.url, None, None));
    files.filter(|file| matches!(file.medium, Medium::Audio | Medium::Video)).take(MAX_ATTACHMENTS).collect()
}

/// A tag of a line that holds nothing else.
fn own(tag: String) -> Reasoned {
    (tag, TagReason::Own)
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
