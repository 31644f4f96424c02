//! The elements that are open, and what their ends mean.

use crate::collect::feed::read::address::Base;
use crate::collect::feed::read::names::split;
use crate::collect::feed::read::plain::is_inline;

/// Elements that may be open at once; those within them are only counted.
const MAX_DEPTH: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ElementKind {
    Feed,
    Entry,
    Person,
    /// A group of media, or a file of it.
    Media,
    /// A category of iTunes, in which others stand.
    Category,
    /// Hours or days to skip.
    Skip,
    /// Something with fields of its own, or that nobody knows.
    Foreign,
}

#[derive(Debug)]
pub(super) struct OpenElement<'t> {
    /// Without its prefix.
    pub(super) local: &'t str,
    pub(super) kind: ElementKind,
    /// The namespaces in force around it.
    pub(super) mark: usize,
    /// Its own `xml:base`.
    pub(super) base: Option<Base>,
    /// Where its inside begins in the text.
    pub(super) inside: usize,
    /// Whether it turned out to have no end: what follows stands behind it, not within.
    pub(super) is_endless: bool,
}

impl OpenElement<'_> {
    fn is_structure(&self) -> bool {
        matches!(self.kind, ElementKind::Feed | ElementKind::Entry)
    }
}

/// What an end tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It closes an element that was only counted.
    Counted,
    /// It closes the element at this depth and all within it.
    Opened(usize),
    /// It closes nothing.
    Surplus,
}

#[derive(Debug, Default)]
pub(super) struct Stack<'t> {
    frames: Vec<OpenElement<'t>>,
    beyond: usize,
}

impl<'t> Stack<'t> {
    /// Opens an element. Beyond [`MAX_DEPTH`] one that means nothing is only counted.
    pub(super) fn push(&mut self, frame: OpenElement<'t>) {
        if self.frames.len() >= MAX_DEPTH && frame.kind == ElementKind::Foreign {
            self.beyond += 1;
        } else {
            self.frames.push(frame);
        }
    }

    pub(super) fn pop(&mut self) -> Option<OpenElement<'t>> {
        self.beyond = 0;
        self.frames.pop()
    }

    pub(super) fn end(&mut self, name: &str) -> End {
        if self.beyond > 0 {
            self.beyond -= 1;
            return End::Counted;
        }
        let entry = self.frames.iter().rposition(|frame| frame.kind == ElementKind::Entry);
        let local = split(name).1;
        let found = self.frames.iter().rposition(|frame| frame.local.eq_ignore_ascii_case(local));
        match found.and_then(|depth| Some((depth, self.frames.get(depth)?))) {
            // An entry is left by its own end and by that of the feed, by nothing else.
            Some((depth, frame)) if entry.is_none_or(|entry| depth >= entry) || frame.kind == ElementKind::Feed => {
                End::Opened(depth)
            }
            _ => End::Surplus,
        }
    }

    pub(super) fn is_open(&self, name: &str) -> bool {
        let local = split(name).1;
        self.frames.iter().any(|frame| frame.local.eq_ignore_ascii_case(local))
    }

    pub(super) fn has(&self, kind: ElementKind) -> bool {
        self.frames.iter().any(|frame| frame.kind == kind)
    }

    pub(super) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// What the innermost element is.
    pub(super) fn top(&self) -> Option<ElementKind> {
        self.frames.last().map(|frame| frame.kind)
    }

    /// What the fields that come next stand in. A person keeps its names even when it has no end.
    pub(super) fn parent(&self) -> Option<&OpenElement<'t>> {
        self.frames.iter().rev().find(|frame| !frame.is_endless || frame.kind == ElementKind::Person)
    }

    /// The depth of the innermost feed or entry.
    pub(super) fn structure(&self) -> Option<usize> {
        self.frames.iter().rposition(OpenElement::is_structure)
    }

    /// The outermost element above a depth that is neither feed nor entry and may still have an end: its depth, and where its
    /// inside begins.
    pub(super) fn unended(&self, above: Option<usize>) -> Option<(usize, usize)> {
        let mut frames = self.frames.iter().enumerate().skip(above.map_or(0, |depth| depth + 1));
        let (depth, frame) = frames.find(|(_, frame)| !frame.is_endless && !frame.is_structure())?;
        Some((depth, frame.inside))
    }

    /// Notes that the innermost element has no end.
    pub(super) fn mark_endless(&mut self) -> Option<&OpenElement<'t>> {
        let frame = self.frames.last_mut()?;
        frame.is_endless = true;
        Some(frame)
    }

    /// Whether text that comes next is the open person's: markup of text may stand in it, elements of its own may not.
    pub(super) fn is_text_of_person(&self) -> bool {
        let within = self.frames.iter().rev().take_while(|frame| frame.kind != ElementKind::Person);
        within.into_iter().all(|frame| frame.is_endless || is_inline(frame.local))
    }

    /// Whether what an end tag closes is known to us, so that what is open within lost its end.
    pub(super) fn is_known(&self, depth: usize) -> bool {
        self.frames.get(depth).is_some_and(|frame| frame.kind != ElementKind::Foreign || frame.is_endless)
    }

    /// The name of the outermost element.
    pub(super) fn outermost(&self) -> Option<&'t str> {
        self.frames.first().map(|frame| frame.local)
    }

    /// The innermost `xml:base`.
    pub(super) fn base(&self) -> Option<&Base> {
        self.frames.iter().rev().filter(|frame| !frame.is_endless).find_map(|frame| frame.base.as_ref())
    }
}
