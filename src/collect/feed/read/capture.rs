//! The inside of a field while it is read: text, and markup that nobody escaped.

use super::address::Base;
use super::lexer::StartTag;
use super::names::{FeedField, split};
use super::notes::{FeedNotes, Repair};
use super::plain::{escaped, is_void};
use super::references::resolve_into;

/// Most bytes of one field that are kept; more is no article.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

#[derive(Debug)]
pub(super) struct Capture<'t> {
    pub(super) field: FeedField,
    pub(super) tag: StartTag<'t>,
    pub(super) base: Option<Base>,
    /// References resolved, tags as they are.
    text: String,
    /// The same as HTML, once there is a tag within.
    markup: Option<String>,
    /// Whether there was escaped markup as well: then `text` is the HTML.
    mixed: bool,
    /// Elements within that are open.
    inner: usize,
    /// Of these, the ones that are called as the field itself.
    namesakes: usize,
    pub(super) cut: bool,
}

impl<'t> Capture<'t> {
    pub(super) fn new(field: FeedField, tag: StartTag<'t>, base: Option<Base>) -> Self {
        Self { field, tag, base, text: String::new(), markup: None, mixed: false, inner: 0, namesakes: 0, cut: false }
    }

    /// Text with references.
    pub(super) fn text(&mut self, written: &str, notes: &mut FeedNotes<'_>) {
        let written = self.within(written);
        let before = self.text.len();
        resolve_into(&mut self.text, written, notes);
        self.mixed |= written.contains('&') && self.text.get(before..).is_some_and(|new| new.contains('<'));
        if let Some(markup) = &mut self.markup {
            markup.push_str(written);
        }
    }

    /// Text without references: a CDATA section, or a `<` that begins nothing.
    pub(super) fn literal(&mut self, written: &str) {
        let written = self.within(written);
        self.text.push_str(written);
        self.mixed |= written.len() > 1 && written.contains('<');
        if let Some(markup) = &mut self.markup {
            markup.push_str(&escaped(written));
        }
    }

    /// A start tag within.
    pub(super) fn start(&mut self, tag: &StartTag<'t>) {
        let local = split(tag.name).1;
        let is_open = !tag.closed && !is_void(local);
        self.inner += usize::from(is_open);
        self.namesakes += usize::from(is_open && self.is_namesake(tag.name));
        if self.field.is_markup() {
            let end = if tag.closed && !is_void(local) { format!("</{local}>") } else { String::new() };
            self.tag_within(&format!("<{local}{}>{end}", tag.rest));
        }
    }

    /// An end tag within.
    pub(super) fn end(&mut self, name: &str) {
        self.inner = self.inner.saturating_sub(1);
        self.namesakes = self.namesakes.saturating_sub(usize::from(self.is_namesake(name)));
        if self.field.is_markup() {
            self.tag_within(&format!("</{}>", split(name).1));
        }
    }

    fn tag_within(&mut self, tag: &str) {
        if self.within(tag).len() < tag.len() {
            return;
        }
        let text = &self.text;
        self.markup.get_or_insert_with(|| escaped(text)).push_str(tag);
        self.text.push_str(tag);
    }

    /// Whether an end tag is the field's own.
    pub(super) fn is_closed_by(&self, name: &str) -> bool {
        self.namesakes == 0 && self.is_namesake(name)
    }

    /// Whether every element within is closed.
    pub(super) fn is_flat(&self) -> bool {
        self.inner == 0
    }

    /// Whether nothing was written within so far.
    pub(super) fn is_blank(&self) -> bool {
        self.markup.is_none() && self.text.trim().is_empty()
    }

    pub(super) fn has_tags(&self) -> bool {
        self.markup.is_some()
    }

    /// References resolved.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// As HTML.
    pub(super) fn into_html(self, notes: &mut FeedNotes<'_>) -> String {
        match self.markup {
            Some(markup) if !self.mixed => markup,
            Some(_) => {
                notes.repaired(Repair::ContentType);
                self.text
            }
            None => self.text,
        }
    }

    fn is_namesake(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.tag.name) || split(name).1.eq_ignore_ascii_case(split(self.tag.name).1)
    }

    /// As much of `written` as there is room for; nothing once something was left out.
    fn within<'w>(&mut self, written: &'w str) -> &'w str {
        let room = if self.cut { 0 } else { MAX_BYTES.saturating_sub(self.text.len()) };
        if written.len() <= room {
            return written;
        }
        self.cut = true;
        written.get(..written.floor_char_boundary(room)).unwrap_or_default()
    }
}
