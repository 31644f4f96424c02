//! The blocks of one item, before anything is made of them.

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
    /// The tags that it has by its place or by what stood before its title.
    pub(super) tags: Vec<String>,
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
        let (title, header_link) = (None, None);
        let (is_line, is_cut, is_whole) = (false, false, false);
        Self { heading, blocks, sources, tags, title, is_line, is_cut, is_whole, header_link }
    }

    /// Everything of it.
    pub(super) fn nodes(&self) -> Vec<Node<'a>> {
        std::iter::once(self.heading).chain(self.sources.iter().copied()).chain(self.blocks.iter().copied()).collect()
    }
}
