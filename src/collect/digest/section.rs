//! The blocks of one item, before anything is made of them.

use super::reading::TagReason;
use super::tags::Reasoned;
use crate::model::SourceLink;
use comrak::Node;

/// The blocks of one item, in the order of the post.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) heading: Node<'a>,
    /// Pictures that stand before the heading, then everything after it.
    pub(super) blocks: Vec<Node<'a>>,
    /// Links of its line that are sources and no part of its title.
    pub(super) sources: Vec<Node<'a>>,
    /// The tags that stood before its title.
    pub(super) tags: Vec<String>,
    /// The heading of the section that it stands in with the tag that this is, where the profile wants it.
    pub(super) under: Option<(String, String)>,
    /// Its title, where that is not all of the heading.
    pub(super) title: Option<String>,
    /// Whether its heading is the beginning of a line of text.
    pub(super) is_line: bool,
    /// Whether its title is the beginning of its text, which holds the whole.
    pub(super) is_cut: bool,
    /// Whether it is a whole post.
    pub(super) is_whole: bool,
    /// What the post's header says it is about.
    pub(super) header_link: Option<SourceLink>,
}

impl<'a> Section<'a> {
    /// An item of which only the heading is known.
    pub(super) fn of(heading: Node<'a>) -> Self {
        let (blocks, sources, tags) = (Vec::new(), Vec::new(), Vec::new());
        let (title, header_link, under) = (None, None, None);
        let (is_line, is_cut, is_whole) = (false, false, false);
        Self { heading, blocks, sources, tags, under, title, is_line, is_cut, is_whole, header_link }
    }

    /// The tags that it has by its place, with why.
    pub(super) fn placed_tags(&self) -> Vec<Reasoned> {
        let before = self.tags.iter().map(|tag| (tag.clone(), TagReason::Prefix));
        before.chain(self.under.iter().map(|(_, tag)| (tag.clone(), TagReason::Section))).collect()
    }

    /// Everything of it.
    pub(super) fn nodes(&self) -> Vec<Node<'a>> {
        std::iter::once(self.heading).chain(self.sources.iter().copied()).chain(self.blocks.iter().copied()).collect()
    }
}
