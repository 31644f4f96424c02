//! The elements that are open, and what their ends mean.

use crate::collect::feed::read::address::Base;
use crate::collect::feed::read::names::split;

/// Elements that may be open at once; those within them are only counted.
const MAX_DEPTH: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ElementKind {
    Feed,
    Entry,
    Person,
    /// Nothing within counts.
    Hidden,
    /// What we know nothing of; fields within count, but less.
    Other,
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
        if self.frames.len() >= MAX_DEPTH && frame.kind == ElementKind::Other {
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

    /// The name of the outermost element.
    pub(super) fn outermost(&self) -> Option<&'t str> {
        self.frames.first().map(|frame| frame.local)
    }

    /// The innermost `xml:base`.
    pub(super) fn base(&self) -> Option<&Base> {
        self.frames.iter().rev().find_map(|frame| frame.base.as_ref())
    }
}
