//! What the items of a post are built with, and of what.

use super::footnotes::Footnotes;
use super::links::LinkReader;
use super::pictures::Pictures;
use super::profile::Profile;
use super::source::SourceWords;
use super::tags::Reasoned;
use crate::collect::html::Sanitiser;
use comrak::{Arena, Node, Options};
use std::cell::OnceCell;

/// What all items of a post are built with.
pub(super) struct Workshop<'a, 'o> {
    pub(super) arena: &'a Arena<'a>,
    pub(super) markdown: Options<'static>,
    pub(super) reader: LinkReader<'o>,
    pub(super) profile: &'o Profile,
    pub(super) words: SourceWords<'o>,
    pub(super) footnotes: Footnotes<'a>,
    /// Made when the first raw HTML is met; most posts have none.
    pub(super) sanitiser: OnceCell<Sanitiser>,
}

/// The blocks of a section by what they are.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    pub(super) body: Vec<Node<'a>>,
    pub(super) remark: Vec<Node<'a>>,
    /// Lines that name the source, quoted or not.
    pub(super) sources: Vec<Node<'a>>,
    pub(super) comment_by: Option<String>,
    pub(super) pictures: Pictures,
    pub(super) image_credit: Option<String>,
    /// Its own tags, each with where it stands.
    pub(super) tags: Vec<Reasoned>,
    /// What made a quote the remark.
    pub(super) remark_by: Option<String>,
    /// Addresses of links that hold nothing but a picture.
    pub(super) picture_links: Vec<String>,
}
