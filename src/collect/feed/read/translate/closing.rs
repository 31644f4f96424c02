//! What happens when elements end: fields say what they say, entries are kept, and the document is seen to be whole or
//! cut short.

use super::{Dialect, ElementKind, OpenElement, Translator};
use crate::collect::feed::read::address::{self, Base};
use crate::collect::feed::read::draft::{Draft, link};
use crate::collect::feed::read::gathered::Gathered;
use crate::collect::feed::read::lexer::StartTag;
use crate::collect::feed::read::names::{FeedField, split};
use crate::collect::feed::read::notes::Repair;
use crate::collect::feed::read::nothing::is_placeholder;
use crate::collect::feed::read::{content, fields, language};

impl<'t> Translator<'t, '_, '_> {
    pub(super) fn is_atom(&self) -> bool {
        self.dialect == Some(Dialect::Atom)
    }

    /// What is being gathered: the entry that is open, else the feed.
    pub(super) fn draft(&mut self) -> &mut Draft {
        self.entry.as_mut().unwrap_or(&mut self.feed)
    }

    pub(super) fn push(&mut self, tag: StartTag<'t>, kind: ElementKind, mark: usize) {
        if tag.closed {
            return self.spaces.back_to(mark);
        }
        let base = self.own_base(&tag);
        let local = split(tag.name).1;
        self.stack.push(OpenElement { local, kind, mark, base, inside: self.at, is_endless: false });
    }

    pub(super) fn pop(&mut self) {
        let Some(frame) = self.stack.pop() else { return };
        self.spaces.back_to(frame.mark);
        match frame.kind {
            ElementKind::Person => self.close_person(),
            ElementKind::Entry => self.keep_entry(),
            // In RSS 1.0 the entries stand behind the channel.
            ElementKind::Feed => {
                let root = self.stack.outermost();
                self.ended |= !root.is_some_and(|root| root.eq_ignore_ascii_case("rdf"));
            }
            ElementKind::Media | ElementKind::Category | ElementKind::Skip | ElementKind::Foreign => {}
        }
    }

    /// Closes elements until one may stay.
    pub(super) fn unwind(&mut self, may_stay: impl Fn(ElementKind) -> bool) {
        while self.stack.top().is_some_and(|kind| !may_stay(kind)) {
            self.pop();
        }
    }

    /// Closes an entry that lost its end tag.
    pub(super) fn close_open_entry(&mut self) {
        if self.entry.is_some() {
            self.notes.repaired(Repair::MissingEnd);
            self.unwind(|kind| kind == ElementKind::Entry);
            self.pop();
        }
    }

    pub(super) fn keep_entry(&mut self) {
        self.close_person();
        self.has_swallowed = false;
        let Some(entry) = self.entry.take().filter(|entry| !entry.is_empty()) else { return };
        if entry.link.rank() == Some(link::ID) {
            self.notes.repaired(Repair::LinkInId);
        }
        self.entries.push(entry);
    }

    pub(super) fn close_person(&mut self) {
        let Some(person) = self.person.take() else { return };
        let named = person.name.or_else(|| fields::author(&person.text));
        if let Some(name) = named.or(person.mail) {
            // An address says less than a name elsewhere.
            let rank = if name.contains('@') { 9 } else { 0 };
            self.draft().author.offer(rank, name);
        }
    }

    pub(super) fn close_capture(&mut self) {
        let Some(capture) = self.capture.take() else { return };
        if capture.cut {
            self.notes.complain("a text of more than a megabyte was cut", "ask the publisher for shorter entries");
        }
        let (field, base) = (capture.field, capture.base.clone());
        let atom = self.is_atom();
        match field {
            FeedField::Title(rank) => {
                self.language(language::OF_TITLE, &capture.tag);
                let text = content::text_of(capture, atom, self.notes);
                fields::title(self.draft(), rank, text);
            }
            FeedField::Body(rank) => {
                self.language(language::OF_BODY, &capture.tag);
                let text = content::text_of(capture, atom, self.notes);
                fields::body(self.draft(), rank, text, base.as_ref());
            }
            FeedField::Guid => {
                let is_link =
                    fields::attribute(&capture.tag, "isPermaLink").is_none_or(|is| !is.eq_ignore_ascii_case("false"));
                self.id(&capture.into_text(), is_link);
            }
            FeedField::Link if !fields::is_alternate(&capture.tag) => {
                let tag = capture.tag;
                let draft = self.entry.as_mut().unwrap_or(&mut self.feed);
                fields::written_link(draft, &tag, &capture.into_text(), base.as_ref(), self.notes);
            }
            _ => self.close_text(field, &capture.into_text(), base.as_ref()),
        }
    }

    /// Closes a field that holds nothing but text.
    fn close_text(&mut self, field: FeedField, text: &str, base: Option<&Base>) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        match field {
            FeedField::Id => self.id(text, true),
            FeedField::Link => self.offer_link(link::OWN, text, base),
            FeedField::Author(rank) => self.draft().author.offer(rank, fields::author(text)),
            FeedField::Name => self.person.iter_mut().for_each(|person| person.name = fields::author(text)),
            FeedField::Email => self.person.iter_mut().for_each(|person| person.mail = Some(text.to_owned())),
            FeedField::Language(rank) => self.draft().language.offer(rank, language::tidy(text)),
            FeedField::Category => self.draft().tag(text),
            FeedField::Keywords => text.split(',').for_each(|word| self.draft().tag(word)),
            FeedField::Published(rank) | FeedField::Updated(rank) => {
                let date = self.notes.date(text, self.timezone);
                let draft = self.draft();
                let best =
                    if matches!(field, FeedField::Published(_)) { &mut draft.published } else { &mut draft.updated };
                best.offer(rank, date);
            }
            _ if self.entry.is_some() => {}
            FeedField::Ttl => self.asked.ttl(text),
            FeedField::SkipHour => self.asked.skip_hour(text),
            FeedField::SkipDay => self.asked.skip_day(text),
            FeedField::UpdatePeriod => self.asked.period(text),
            FeedField::UpdateFrequency => self.asked.frequency(text),
            FeedField::Title(_) | FeedField::Body(_) | FeedField::Guid | FeedField::Enclosure => {}
        }
    }

    /// The language that an element declares for what it holds.
    pub(super) fn language(&mut self, rank: u8, tag: &StartTag<'t>) {
        if tag.rest.contains("xml:lang") {
            let tag = fields::attribute(tag, "xml:lang").and_then(|tag| language::tidy(&tag));
            self.draft().language.offer(rank, tag);
        }
    }

    fn id(&mut self, text: &str, is_link: bool) {
        let id = text.trim();
        if id.is_empty() || is_placeholder(id) {
            return;
        }
        if is_link {
            self.offer_id_as_link(id);
        }
        self.draft().id.offer(0, id.to_owned());
    }

    /// An entry without a link may have one as its id.
    pub(super) fn offer_id_as_link(&mut self, id: &str) {
        if self.entry.is_some() && address::is_written_out(id) {
            self.offer_link(link::ID, id, None);
        }
    }

    pub(super) fn offer_link(&mut self, rank: u8, written: &str, base: Option<&Base>) {
        let Some(url) = address::web(written, base, self.notes) else { return };
        if self.entry.is_none() && self.base.is_none() {
            self.base = Base::borrowed(&url);
        }
        self.draft().link.offer(rank, url);
    }

    /// What the document says of its own address serves where it is not known.
    pub(super) fn own_address(&mut self, url: &str) {
        match &mut self.entry {
            Some(entry) => entry.link.offer(link::SELF, url.to_owned()),
            None if self.base.as_ref().is_none_or(Base::is_borrowed) => self.base = Base::borrowed(url),
            None => {}
        }
    }

    /// The base within an element.
    pub(super) fn base_of(&self, tag: &StartTag<'t>) -> Option<Base> {
        self.own_base(tag).or_else(|| self.base_around().cloned())
    }

    fn base_around(&self) -> Option<&Base> {
        self.stack.base().or(self.base.as_ref())
    }

    fn own_base(&self, tag: &StartTag<'t>) -> Option<Base> {
        if !tag.rest.contains("xml:base") {
            return None;
        }
        Base::within(self.base_around(), &fields::attribute(tag, "xml:base")?)
    }

    /// The end of the document: an entry that is still open was cut off.
    pub(super) fn finish(mut self) -> Gathered {
        if self.entry.take().is_some() {
            (self.capture, self.person) = (None, None);
            self.notes.cut("the document is cut short; its last entry was left out");
        } else {
            self.close_capture();
            if !self.ended && self.stack.has(ElementKind::Feed) {
                self.notes.cut("the document is cut short; entries may be missing");
            }
        }
        Gathered {
            inherits_author: self.is_atom(),
            feed: self.feed,
            entries: self.entries,
            asked: self.asked,
            base: self.base,
        }
    }
}
