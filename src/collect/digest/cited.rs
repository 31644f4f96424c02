//! Which of an item's links are its sources, in the order in which the profile says to seek them; the others are links of its
//! text.

use super::links;
use super::notes::{Notes, shown};
use super::profile::Way;
use super::section::Section;
use super::workshop::{Parts, Workshop};
use super::{source, tree};
use crate::collect::html;
use crate::model::{LinkKey, SourceKind, SourceLink, type_by_ending};
use comrak::Node;
use comrak::nodes::NodeValue;
use std::collections::HashSet;

/// Most characters between a word and the link that it marks.
const MAX_BETWEEN: usize = 40;

/// The links of an item by what they are.
#[derive(Default)]
pub(super) struct Cited {
    pub(super) sources: Vec<SourceLink>,
    pub(super) kind: SourceKind,
    /// By which way each source was found.
    pub(super) ways: Vec<Way>,
    /// Links that are no sources.
    pub(super) others: Vec<SourceLink>,
    /// Whether a source was dropped, with a warning.
    pub(super) lost: bool,
}

/// Links by where they were found.
#[derive(Default)]
struct Found {
    headed: Vec<SourceLink>,
    labelled: Vec<SourceLink>,
    via: Vec<SourceLink>,
    inline: Vec<SourceLink>,
    /// Links that are no sources wherever they stand.
    never: HashSet<String>,
    names_source: bool,
    lost: bool,
}

impl<'a> Workshop<'a, '_> {
    /// The links of an item.
    pub(super) fn links(
        &self,
        section: &Section<'a>,
        headed: Vec<SourceLink>,
        parts: &Parts<'a>,
        notes: &mut Notes<'_>,
    ) -> Cited {
        let mut found = Found { names_source: !parts.sources.is_empty(), ..Found::default() };
        found.never.extend(parts.picture_links.iter().cloned());
        let mut of_line = Vec::new();
        for &line in &section.sources {
            let taken = self.reader.take_links(self.arena, line, notes);
            found.lost |= taken.dropped;
            links::push_new(&mut of_line, taken.links.into_iter().map(called_by_host).collect());
        }
        links::push_new(&mut of_line, headed);
        let mut headed = of_line.into_iter();
        let only_first = self.seeks(Way::Line) && !self.seeks(Way::Heading);
        found.headed = if only_first { headed.next().into_iter().collect() } else { headed.by_ref().collect() };
        found.inline = headed.collect();
        found.names_source |= !found.headed.is_empty();
        for &line in &parts.sources {
            self.labelled(line, &mut found, notes);
        }
        for (index, &block) in parts.body.iter().enumerate() {
            let roles = Roles::of(self, block);
            let taken = self.reader.take_links(self.arena, block, notes);
            found.lost |= !found.names_source && taken.dropped;
            let is_line = index == 0 && section.is_cut && only_first && found.headed.is_empty();
            if is_line && let Some(first) = taken.links.first() {
                found.headed.push(first.clone());
            }
            found.via.extend(taken.links.iter().filter(|link| roles.via.contains(&link.url)).cloned());
            found.never.extend(roles.submitters);
            links::push_new(&mut found.inline, taken.links);
        }
        self.cited(found, section.header_link.as_ref())
    }

    /// The addresses to which only pictures link: the picture in large, more often than not. The observation column takes
    /// them for sources.
    pub(super) fn picture_links(&self, section: &Section<'a>) -> Vec<String> {
        if self.profile.is_column() {
            return Vec::new();
        }
        let (mut of_pictures, mut of_words) = (Vec::new(), HashSet::new());
        for node in section.nodes().iter().flat_map(|block| block.descendants()) {
            let NodeValue::Link(link) = &node.data().value else { continue };
            let Some(url) = self.reader.meant(&link.url) else { continue };
            if tree::has_image(node) && tree::text_beside_images(node).is_empty() {
                of_pictures.push(url);
            } else {
                of_words.insert(url);
            }
        }
        of_pictures.retain(|url| !of_words.contains(url));
        of_pictures
    }

    fn seeks(&self, way: Way) -> bool {
        self.profile.sources.ways.contains(&way)
    }

    /// The links of a line that names sources.
    fn labelled(&self, line: Node<'a>, found: &mut Found, notes: &mut Notes<'_>) {
        let beside = html::strip_illegal(&source::beside_links(&[line])).into_owned();
        let mut taken = self.reader.take_links(self.arena, line, notes);
        found.lost |= taken.dropped;
        if taken.links.is_empty() && !taken.dropped {
            let message = format!("the source line `{}` has no link", shown(&html::fold(&beside)));
            notes.warning(self.reader.source.spot(line), message, "write it as **[消息来源：NAME](URL)**");
            found.lost = true;
        }
        self.words.name(&beside, &mut taken);
        links::push_new(&mut found.labelled, taken.links);
    }

    /// Sorts the links: each way in its turn; the last ones only where nothing was found before.
    fn cited(&self, found: Found, header: Option<&SourceLink>) -> Cited {
        let Found { headed, labelled, via, inline, never, names_source, lost } = found;
        let own = self.reader.base.and_then(url::Url::host_str);
        let may_be = |link: &&SourceLink| !never.contains(&link.url);
        let is_picture = |link: &SourceLink| type_by_ending(&link.url).is_some_and(|kind| kind.starts_with("image/"));
        let is_foreign = |link: &&SourceLink| {
            may_be(link) && !is_picture(link) && (own.is_none() || LinkKey::host_of(&link.url).as_deref() != own)
        };
        let mut sources: Vec<SourceLink> = Vec::new();
        let (mut kind, mut ways) = (SourceKind::None, Vec::new());
        for way in &self.profile.sources.ways {
            let is_open = sources.is_empty();
            let (new, found_as): (Vec<SourceLink>, _) = match way {
                Way::Header => (header.cloned().into_iter().collect(), SourceKind::Heading),
                Way::Label => (labelled.clone(), SourceKind::Labelled),
                Way::Heading | Way::Line => (headed.clone(), SourceKind::Heading),
                Way::Via if is_open => (via.clone(), SourceKind::Labelled),
                Way::First if is_open && !names_source => {
                    (inline.iter().find(is_foreign).cloned().into_iter().collect(), SourceKind::Inline)
                }
                Way::Body if is_open && !names_source => {
                    (inline.iter().filter(may_be).cloned().collect(), SourceKind::Inline)
                }
                Way::Via | Way::First | Way::Body => (Vec::new(), SourceKind::None),
            };
            if !new.is_empty() && kind != SourceKind::Labelled {
                kind = found_as;
            }
            links::push_new(&mut sources, new);
            ways.resize(sources.len(), *way);
        }
        let is_source = |link: &SourceLink| sources.iter().any(|source| source.url == link.url);
        let mut others = inline;
        others.retain(|link| !(is_source(link) && (kind == SourceKind::Inline || via.contains(link))));
        for mut found in [headed, labelled] {
            found.retain(|link| !is_source(link));
            links::push_new(&mut others, found);
        }
        Cited { sources, kind, ways, others, lost }
    }
}

/// A link that shows its address is called by its host.
fn called_by_host(link: SourceLink) -> SourceLink {
    let is_address = link.label.contains("://");
    let label = if is_address { LinkKey::host_of(&link.url).unwrap_or(link.label) } else { link.label };
    SourceLink { label, ..link }
}

/// What words beside the links of a block make of them.
#[derive(Default)]
struct Roles {
    /// Addresses that are marked as sources.
    via: HashSet<String>,
    /// Addresses of those who brought the item.
    submitters: HashSet<String>,
}

impl Roles {
    fn of(workshop: &Workshop<'_, '_>, block: Node<'_>) -> Self {
        let sought = &workshop.profile.sources;
        let mut roles = Self::default();
        if sought.via.is_none() && sought.submitter.is_none() {
            return roles;
        }
        for node in block.descendants() {
            let NodeValue::Link(link) = &node.data().value else { continue };
            let Some(url) = workshop.reader.meant(&link.url) else { continue };
            let (before, after) = (beside(node, Side::Before), beside(node, Side::After));
            let label = tree::text(node);
            let marks = [
                label.as_str(),
                label.split([' ', ':', '：']).next().unwrap_or_default(),
                before.trim_end_matches([' ', ':', '：']).rsplit(is_bracket_or_blank).next().unwrap_or_default(),
            ];
            if sought.via.as_ref().is_some_and(|via| marks.iter().any(|mark| !mark.is_empty() && via.is_in(mark))) {
                roles.via.insert(url);
            } else if let Some(submitter) = &sought.submitter
                && before.trim_end().ends_with(['（', '(', '@'])
                && after.split(['）', ')']).next().is_some_and(|inner| submitter.is_in(inner))
            {
                roles.submitters.insert(url);
            }
        }
        roles
    }
}

fn is_bracket_or_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '（' | '(' | '【' | '[' | '{' | '「' | '《' | '，' | '。' | '；' | ',' | ';')
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

impl Side {
    fn of(self, node: Node<'_>) -> Option<Node<'_>> {
        match self {
            Self::Before => node.previous_sibling(),
            Self::After => node.next_sibling(),
        }
    }
}

/// The text directly beside a node, on its line or the one that it goes on from.
fn beside(node: Node<'_>, side: Side) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let mut length = 0;
    let mut next = side.of(node);
    while let Some(node) = next.filter(|_| length < MAX_BETWEEN) {
        let piece = match &node.data().value {
            NodeValue::Text(text) => text.clone().into_owned(),
            NodeValue::SoftBreak | NodeValue::LineBreak => " ".to_owned(),
            _ => break,
        };
        length += piece.chars().count();
        pieces.push(piece);
        next = side.of(node);
    }
    if matches!(side, Side::Before) {
        pieces.reverse();
    }
    pieces.concat()
}
