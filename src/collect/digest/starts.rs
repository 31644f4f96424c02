//! Cuts a post into its items where a profile says that they begin: at headings, at entries of lists, at paragraphs.
//!
//! What the profile leaves out is left out without a word: a section that it skips, an introduction, an entry that it excepts.
//! Whatever else stands under no item is named, once for a section.

use super::notes::{Notes, shown};
use super::outline;
use super::profile::{ItemRules, ItemStart, Profile, TextPattern};
use super::section::Section;
use super::start_line;
use super::tree::{self, PostLines};
use comrak::nodes::{ListType, NodeValue};
use comrak::{Arena, Node};

/// Longest heading of a section that becomes a tag, in characters.
const MAX_TAG: usize = 30;

/// Where what comes next belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Under {
    /// To the item that began last.
    Item,
    /// To none, as the profile says.
    LeftOut,
    /// To none.
    Nothing,
}

/// A section's heading, and what was found below it.
#[derive(Debug)]
struct Heading<'a> {
    node: Node<'a>,
    level: u8,
    is_skipped: bool,
}

/// Blocks under no item, of one section.
#[derive(Debug)]
struct LooseBlocks<'a> {
    heading: Option<Node<'a>>,
    blocks: Vec<Node<'a>>,
    /// Whether an item follows in the section.
    is_intro: bool,
}

/// A post being cut.
pub(super) struct Cutter<'a, 'o> {
    arena: &'a Arena<'a>,
    profile: &'o Profile,
    sections: Vec<Section<'a>>,
    loose: Vec<LooseBlocks<'a>>,
    headings: Vec<Heading<'a>>,
    under: Under,
    /// Entries without a link beside entries that are items.
    left_over: Vec<Node<'a>>,
}

/// The items of a post.
pub(super) fn sections<'a>(
    arena: &'a Arena<'a>,
    root: Node<'a>,
    profile: &Profile,
    source: &PostLines<'_>,
    notes: &mut Notes<'_>,
) -> Vec<Section<'a>> {
    let (sections, loose, headings) = (Vec::new(), Vec::new(), Vec::new());
    let left_over = Vec::new();
    // What stands above all headings is below none of those that the profile wants.
    let under = if profile.items.only.is_empty() { Under::Nothing } else { Under::LeftOut };
    let mut cutter = Cutter { arena, profile, sections, loose, headings, under, left_over };
    let blocks: Vec<Node<'a>> = root.children().collect();
    for (index, block) in blocks.iter().enumerate() {
        cutter.block(block, blocks.get(index + 1).copied());
    }
    let Cutter { mut sections, loose, left_over, .. } = cutter;
    for section in &mut sections {
        start_line::complete(section);
        start_line::part_source(arena, section, profile.sources.via.as_ref());
    }
    for loose in loose {
        tell(&loose, &profile.items, !sections.is_empty(), source, notes);
    }
    for entry in left_over.into_iter().filter(|entry| !tree::is_empty(entry)) {
        let message =
            format!("this entry has no link and is no item; it is not published: {}", outline::described(entry));
        let help = "give it the link of its source, or leave it out with the profile's `except`";
        notes.warning(source.spot(entry), message, help);
    }
    sections
}

fn is_paragraph(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::Paragraph)
}

fn level(node: Node<'_>) -> Option<u8> {
    match &node.data().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    }
}

impl<'a> Cutter<'a, '_> {
    fn rules(&self) -> &ItemRules {
        &self.profile.items
    }

    fn starts_at(&self, start: ItemStart) -> bool {
        self.rules().start.contains(&start)
    }

    fn block(&mut self, block: Node<'a>, next: Option<Node<'a>>) {
        if let Some(level) = level(block) {
            return self.heading(block, level, next);
        }
        if self.headings.last().is_some_and(|heading| heading.is_skipped) {
            return;
        }
        let is_list = matches!(&block.data().value, NodeValue::List(list)
            if self.starts_at(ItemStart::List) || (self.starts_at(ItemStart::Ordered) && list.list_type == ListType::Ordered));
        if is_list {
            return self.list(block);
        }
        if self.starts_at(ItemStart::Paragraphs) && is_paragraph(block) {
            return self.paragraph(block);
        }
        self.rest(block);
    }

    /// A block that begins no item.
    fn rest(&mut self, block: Node<'a>) {
        let text = tree::text_beside_images(block);
        if self.rules().until.iter().any(|pattern| pattern.is_in(&text)) {
            self.under = Under::LeftOut;
        }
        match (self.under, self.sections.last_mut()) {
            (Under::Item, Some(section)) => section.blocks.push(block),
            (Under::LeftOut, _) => {}
            _ => {
                let heading = self.headings.last().map(|heading| heading.node);
                let is_same = |loose: &&mut LooseBlocks<'a>| {
                    loose.heading.map(std::ptr::from_ref) == heading.map(std::ptr::from_ref) && !loose.is_intro
                };
                match self.loose.last_mut().filter(is_same) {
                    Some(loose) => loose.blocks.push(block),
                    None => self.loose.push(LooseBlocks { heading, blocks: vec![block], is_intro: false }),
                }
            }
        }
    }

    /// A heading begins an item, or a section, or stands within an item.
    fn heading(&mut self, block: Node<'a>, level: u8, next: Option<Node<'a>>) {
        let rules = self.rules();
        let deepest = rules.levels.iter().copied().max().unwrap_or_default();
        let at_headings = self.starts_at(ItemStart::Headings);
        if at_headings && level > deepest {
            return self.rest(block);
        }
        while self.headings.last().is_some_and(|last| last.level >= level) {
            self.headings.pop();
        }
        let text = tree::text(block);
        let is_skipped = self.is_among(&self.rules().skip, &text)
            || !(self.rules().only.is_empty() || self.is_among(&self.rules().only, &text));
        let divides =
            next.and_then(self::level).is_some_and(|next| next > level && self.rules().levels.contains(&next));
        if at_headings && self.rules().levels.contains(&level) && !divides && !is_skipped {
            let section = start_line::of_heading(block, &self.profile.items);
            return self.begin(section, &text);
        }
        self.headings.push(Heading { node: block, level, is_skipped });
        self.under = if is_skipped { Under::LeftOut } else { Under::Nothing };
    }

    /// Whether a heading, or one above it, is among those that patterns mean.
    fn is_among(&self, patterns: &[TextPattern], text: &str) -> bool {
        let above = self.headings.iter().map(|heading| tree::text(heading.node));
        above.chain([text.to_owned()]).any(|text| patterns.iter().any(|pattern| pattern.is_in(&text)))
    }

    /// Begins an item, unless the profile excepts it.
    fn begin(&mut self, mut section: Section<'a>, text: &str) {
        if self.rules().except.iter().chain(&self.rules().until).any(|pattern| pattern.is_in(text)) {
            self.under = Under::LeftOut;
            return;
        }
        let last = self.headings.last().map(|heading| heading.node);
        for loose in &mut self.loose {
            let is_above = |heading: &Heading<'a>| loose.heading.is_some_and(|node| std::ptr::eq(node, heading.node));
            loose.is_intro |= self.headings.iter().any(is_above);
        }
        if self.rules().pictures_before {
            section.blocks.splice(0..0, self.pictures_above());
        }
        if self.rules().section_tags {
            section.under = last.and_then(|heading| Some((tree::text(heading), self.tag_of(heading)?)));
        }
        self.sections.push(section);
        self.under = Under::Item;
    }

    /// The pictures that stand directly before an item's start, taken from what they were given to.
    fn pictures_above(&mut self) -> Vec<Node<'a>> {
        let here = self.headings.last().map(|heading| std::ptr::from_ref(heading.node));
        let is_here = |loose: &&mut LooseBlocks<'a>| loose.heading.map(std::ptr::from_ref) == here;
        let blocks = match self.under {
            Under::Item => self.sections.last_mut().map(|section| &mut section.blocks),
            Under::Nothing => self.loose.last_mut().filter(is_here).map(|loose| &mut loose.blocks),
            Under::LeftOut => None,
        };
        let Some(blocks) = blocks else { return Vec::new() };
        let from = blocks.iter().rposition(|block| !outline::is_picture(block)).map_or(0, |at| at + 1);
        blocks.drain(from..).collect()
    }

    fn tag_of(&self, heading: Node<'_>) -> Option<String> {
        let mut text = tree::text(heading);
        for pattern in self.rules().strip.iter().chain(&self.rules().strip_tags) {
            let left = pattern.0.replace(&text, "").trim().to_owned();
            text = left;
        }
        (!text.is_empty() && text.chars().count() <= MAX_TAG).then_some(text)
    }

    /// Entries of a list begin items. One without a link of its own only divides those within it.
    fn list(&mut self, list: Node<'a>) {
        let own =
            |entry: Node<'a>| entry.first_child().is_some_and(|first| is_paragraph(first) && tree::has_link(first));
        let has_items = self.rules().linked && list.children().any(own);
        for entry in list.children().collect::<Vec<_>>() {
            let mut blocks = entry.children();
            let first = blocks.next().filter(|first| is_paragraph(first));
            let is_start = first.is_some_and(|first| !self.rules().linked || tree::has_link(first));
            match first {
                Some(first) if is_start => {
                    let before = self.sections.len();
                    // Lines that Markdown takes for the end of an entry may be meant as the next: `2.标题` lacks a blank.
                    for line in self.lines_apart(first) {
                        let text = tree::text(line);
                        let section = start_line::of_line(self.arena, line, &self.profile.items);
                        self.begin(section, &text);
                    }
                    if let Some(section) = self.sections.get_mut(before..).and_then(<[_]>::last_mut) {
                        section.blocks.extend(blocks);
                    }
                }
                _ => self.entry_without_link(entry, has_items),
            }
        }
    }

    /// `beside_items`: other entries of its list are items, so that it is no part of the one before.
    fn entry_without_link(&mut self, entry: Node<'a>, beside_items: bool) {
        let is_list = |node: &Node<'a>| matches!(node.data().value, NodeValue::List(_));
        let inner: Vec<Node<'a>> = entry.children().filter(is_list).collect();
        if inner.iter().any(|list| tree::has_link(list)) {
            for list in inner {
                self.list(list);
            }
            return;
        }
        if self.rules().except.iter().any(|pattern| pattern.is_in(&tree::text(entry))) {
            return;
        }
        if beside_items {
            self.left_over.push(entry);
            return;
        }
        // In an item it is a part of its text, as a paragraph would be.
        for block in entry.children().collect::<Vec<_>>() {
            self.rest(block);
        }
    }

    /// A paragraph cut before each line that matches the pattern of those that begin items.
    fn lines_apart(&self, block: Node<'a>) -> Vec<Node<'a>> {
        let Some(pattern) = self.rules().pattern.as_ref().filter(|_| self.starts_at(ItemStart::Paragraphs)) else {
            return vec![block];
        };
        let parts = tree::cut_lines(self.arena, block, |line| {
            let text: String = line.iter().map(|node| tree::raw_text(node)).collect();
            pattern.is_in(text.trim_start())
        });
        if parts.len() > 1 {
            for part in &parts {
                // Each stands on its own lines.
                let last = part.last_child().map(|last| last.data().sourcepos.end);
                if let Some(end) = last.filter(|end| end.line > 0) {
                    part.data_mut().sourcepos.end = end;
                }
            }
        }
        parts
    }

    /// A paragraph begins an item, or several of its lines do.
    fn paragraph(&mut self, block: Node<'a>) {
        let pattern = self.rules().pattern.clone();
        for part in self.lines_apart(block) {
            let text = tree::raw_text(part);
            let text = text.trim();
            let is_start = match &pattern {
                Some(pattern) => pattern.is_in(text),
                None => !outline::is_picture(part) && !tree::is_empty(part),
            };
            if is_start {
                let section = start_line::of_line(self.arena, part, &self.profile.items);
                self.begin(section, text);
            } else {
                self.rest(part);
            }
        }
    }
}

/// Names what stands under no item, once for a section.
fn tell(loose: &LooseBlocks<'_>, rules: &ItemRules, has_items: bool, source: &PostLines<'_>, notes: &mut Notes<'_>) {
    if rules.skip_intro && (loose.is_intro || (loose.heading.is_none() && has_items)) || notes.is_full() {
        return;
    }
    let says = |node: &&Node<'_>| !tree::text_beside_images(node).is_empty() || !tree::addresses(node).is_empty();
    let mut saying = loose.blocks.iter().filter(says);
    let Some(first) = saying.next() else { return };
    let more = match saying.count() {
        0 => String::new(),
        1 => " (and another block)".to_owned(),
        more => format!(" (and {more} more blocks)"),
    };
    let described = outline::described(first);
    match loose.heading {
        Some(heading) => notes.warning(
            source.spot(heading),
            format!("under `{}` no item begins; it is not published: {described}{more}", shown(&tree::text(heading))),
            "begin its items as the profile says, or name the section in the profile's `skip`",
        ),
        None => notes.warning(
            source.spot(first),
            format!("this stands under no item; it is not published: {described}{more}"),
            "begin an item above it as the profile says, or remove it",
        ),
    }
}
