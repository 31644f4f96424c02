//! Any XML that means a feed to drafts of a feed and its entries, whatever is wrong with its tags.
//!
//! Keeps a stack of open elements, of which only feeds, entries and fields mean something, and fields only where they belong
//! to these (`parents`). A field that is open takes everything until its end, or until something begins that cannot stand
//! within. Refuses nothing.

mod balance;
mod closing;
mod parents;
mod stack;

use super::address::Base;
use super::capture::Capture;
use super::draft::{Draft, link};
use super::gathered::Gathered;
use super::kept::KeptEntries;
use super::lexer::{Lexer, MAX_ATTRIBUTES, StartTag, Token};
use super::names::{self, Element, FeedField, Space};
use super::notes::{FeedNotes, Repair};
use super::plain::is_void;
use super::references::resolve_into;
use super::rhythm::AskedRhythm;
use super::spaces::Spaces;
use super::{Origin, fields, language};
use chrono_tz::Tz;
use stack::{ElementKind, OpenElement, Stack};

/// A tag longer than this is asked how many attributes it has.
const LONG_TAG: usize = 256;

/// Reads a document from its first element to its end.
pub(super) fn translate(text: &str, origin: &Origin<'_>, notes: &mut FeedNotes<'_>) -> Gathered {
    let mut translator = Translator::new(origin, notes);
    translator.may_reread = text.len().saturating_mul(parents::MOST_REREAD);
    let mut lexer = Lexer::new(text);
    loop {
        let token = lexer.next();
        translator.at = lexer.position();
        match token {
            Some(token) => translator.token(token),
            // An entry that is open at the end may have lost itself, and others, in an element without end.
            None if translator.has_swallowed && translator.go_back(translator.stack.structure()) => {}
            None => break,
        }
        if let Some(at) = translator.go_on_at.take() {
            lexer.go_to(at);
        }
    }
    if lexer.faults.bare_less {
        translator.notes.repaired(Repair::BareLess);
    }
    if lexer.faults.unclosed_section {
        translator.notes.repaired(Repair::UnclosedSection);
    }
    let gathered = translator.finish();
    if notes.has(Repair::MissingEnd) && balance::is_balanced(text) {
        notes.take_back(Repair::MissingEnd);
    }
    gathered
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Rss,
    Atom,
}

/// A person whose element is open.
#[derive(Debug, Default)]
struct Person {
    name: Option<String>,
    mail: Option<String>,
    text: String,
}

#[derive(Debug)]
struct Translator<'t, 'n, 's> {
    notes: &'n mut FeedNotes<'s>,
    timezone: Tz,
    /// Where the document stands, else what it says of itself.
    base: Option<Base>,
    spaces: Spaces<'t>,
    stack: Stack<'t>,
    /// The field that is open.
    capture: Option<Capture<'t>>,
    person: Option<Person>,
    feed: Draft,
    /// The entry that is open.
    entry: Option<Draft>,
    entries: KeptEntries,
    asked: AskedRhythm,
    /// Unknown before the first element that means something.
    dialect: Option<Dialect>,
    /// Whether the feed's own end tag was met.
    ended: bool,
    /// How far the text was read.
    at: usize,
    /// Where reading goes on, if not there.
    go_on_at: Option<usize>,
    /// Bytes that may still be read once more.
    may_reread: usize,
    /// Whether other entries were left out as parts of the entry that is open.
    has_swallowed: bool,
}

impl<'t, 'n, 's> Translator<'t, 'n, 's> {
    fn new(origin: &Origin<'_>, notes: &'n mut FeedNotes<'s>) -> Self {
        Self {
            notes,
            timezone: origin.timezone,
            base: origin.base.map(|url| Base::given(url.clone())),
            spaces: Spaces::default(),
            stack: Stack::default(),
            capture: None,
            person: None,
            feed: Draft::default(),
            entry: None,
            entries: KeptEntries::default(),
            asked: AskedRhythm::default(),
            dialect: None,
            ended: false,
            at: 0,
            go_on_at: None,
            may_reread: 0,
            has_swallowed: false,
        }
    }

    fn token(&mut self, token: Token<'t>) {
        match token {
            Token::Text(written) => self.text(written),
            Token::Literal(written) => {
                if let Some(capture) = &mut self.capture {
                    capture.literal(written);
                } else if let Some(person) = &mut self.person
                    && self.stack.is_text_of_person()
                {
                    person.text.push_str(written);
                }
            }
            Token::Start(tag) => self.start(tag),
            Token::End(name) => self.end(name),
            Token::Doctype(_) => {}
        }
    }

    fn text(&mut self, written: &str) {
        if let Some(capture) = &mut self.capture {
            capture.text(written, self.notes);
        } else if let Some(person) = &mut self.person {
            if self.stack.is_text_of_person() {
                resolve_into(&mut person.text, written, self.notes);
            }
        } else if self.dialect.is_none() && !written.trim().is_empty() {
            self.notes.repaired(Repair::Junk);
        }
    }

    fn start(&mut self, tag: StartTag<'t>) {
        let mark = self.spaces.mark();
        self.spaces.declare(&tag, self.dialect.is_none(), self.notes);
        let (space, local) = self.spaces.resolve(tag.name, self.notes);
        let element = names::element(space, local, self.notes);
        if let Some(capture) = &mut self.capture {
            if !interrupts(element, capture) {
                capture.start(&tag);
                return self.spaces.back_to(mark);
            }
            self.notes.repaired(Repair::MissingEnd);
            self.close_capture();
        }
        if tag.rest.len() > LONG_TAG && tag.attributes().count() == MAX_ATTRIBUTES {
            self.notes.repaired(Repair::Attributes);
        }
        self.end_endless_person(element);
        match element.filter(|element| self.is_at_home(*element, space)) {
            Some(Element::Feed) => self.start_feed(tag, space, local, mark),
            Some(Element::Entry) => self.start_entry(tag, space, local, mark),
            Some(Element::Person) => {
                self.close_person();
                self.person = Some(Person::default()).filter(|_| !tag.closed);
                self.push(tag, ElementKind::Person, mark);
            }
            Some(Element::Group) => self.push(tag, ElementKind::Media, mark),
            Some(Element::Skip) => self.push(tag, ElementKind::Skip, mark),
            Some(Element::Field(field)) => self.start_field(field, space, tag, mark),
            // Markup of text between the fields.
            None if element.is_none() && is_gap(tag.name) => self.spaces.back_to(mark),
            Some(Element::Hidden) | None => {
                self.has_swallowed |= element.is_some_and(is_structure);
                self.push(tag, ElementKind::Foreign, mark);
            }
        }
    }

    fn start_feed(&mut self, tag: StartTag<'t>, space: Space, local: &str, mark: usize) {
        self.outermost(&tag, space, local);
        self.close_open_entry();
        if self.stack.has(ElementKind::Feed) {
            self.unwind(|kind| kind == ElementKind::Feed);
        }
        self.language(language::OF_ALL, &tag);
        self.push(tag, ElementKind::Feed, mark);
    }

    fn start_entry(&mut self, tag: StartTag<'t>, space: Space, local: &str, mark: usize) {
        self.outermost(&tag, space, local);
        // What is open stands around entries, or has no end: what it holds is the feed's, or the open entry's.
        if self.go_back(self.stack.structure()) {
            return self.spaces.back_to(mark);
        }
        self.close_open_entry();
        self.unwind(|kind| kind == ElementKind::Feed);
        self.entry = Some(Draft::default());
        self.language(language::OF_ALL, &tag);
        if let Some(about) = fields::about(&tag) {
            self.offer_id_as_link(&about);
            self.draft().id.offer(1, about);
        }
        if tag.closed {
            self.spaces.back_to(mark);
            return self.keep_entry();
        }
        self.push(tag, ElementKind::Entry, mark);
    }

    /// The first element that means something says which format this is.
    fn outermost(&mut self, tag: &StartTag<'t>, space: Space, local: &str) {
        if self.dialect.is_some() {
            return;
        }
        let is = |name: &str| local.eq_ignore_ascii_case(name);
        let atom = is("feed") || is("entry");
        self.dialect = Some(if atom { Dialect::Atom } else { Dialect::Rss });
        let version = fields::attribute(tag, "version").unwrap_or_default();
        if is("channel") || is("item") {
            self.notes.repaired(Repair::MissingRoot);
        } else if is("rss") && !VERSIONS.contains(&version.as_str()) {
            self.notes.repaired(Repair::Version);
        } else if space == Space::OldAtom || (atom && version.starts_with("0.")) {
            self.notes.repaired(Repair::OldAtom);
        }
        if let (Some(prefix), _) = names::split(tag.name)
            && !is("rdf")
        {
            self.spaces.own_prefix(prefix);
        }
    }

    fn start_field(&mut self, field: FeedField, space: Space, tag: StartTag<'t>, mark: usize) {
        let base = self.base_of(&tag);
        if !self.attributes(field, &tag, base.as_ref()) || tag.closed {
            let kind = match (field, space) {
                (FeedField::Enclosure, Space::Media) => ElementKind::Media,
                (FeedField::Category, Space::Itunes) => ElementKind::Category,
                _ => ElementKind::Foreign,
            };
            return self.push(tag, kind, mark);
        }
        self.spaces.back_to(mark);
        self.capture = Some(Capture::new(field, tag, base));
    }

    /// Takes what a field says in its attributes; whether its text says more.
    fn attributes(&mut self, field: FeedField, tag: &StartTag<'t>, base: Option<&Base>) -> bool {
        let atom = self.is_atom();
        let draft = self.entry.as_mut().unwrap_or(&mut self.feed);
        match field {
            FeedField::Link if tag.attribute("href").is_some() => {
                if let Some(own) = fields::link(draft, tag, base, atom, self.notes) {
                    self.own_address(&own);
                }
                fields::is_alternate(tag)
            }
            FeedField::Enclosure => {
                fields::enclosure(draft, tag, base, self.notes);
                false
            }
            FeedField::Category => !fields::category(draft, tag),
            FeedField::Body(_) => {
                if let Some(src) = fields::attribute(tag, "src") {
                    self.offer_link(link::CONTENT, &src, base);
                }
                true
            }
            _ => true,
        }
    }

    fn end(&mut self, name: &'t str) {
        if let Some(capture) = &mut self.capture {
            if capture.is_closed_by(name) {
                return self.close_capture();
            }
            let (space, local) = self.spaces.resolve(name, self.notes);
            let element = names::element(space, local, self.notes);
            if self.stack.is_open(name)
                && element.is_some_and(|element| is_structure(element) || element == Element::Person)
            {
                self.notes.repaired(Repair::MissingEnd);
                self.close_capture();
            } else if interrupts(element, capture) && capture.is_blank() {
                // The end of what was ended already, when this began.
                return self.notes.repaired(Repair::SurplusEnd);
            } else if interrupts(element, capture) {
                // The end tag of another field in place of its own.
                self.notes.repaired(Repair::MissingEnd);
                return self.close_capture();
            } else {
                return capture.end(name);
            }
        }
        match self.stack.end(name) {
            stack::End::Counted => {}
            stack::End::Opened(depth) => {
                if depth + 1 < self.stack.depth() {
                    self.notes.repaired(Repair::MissingEnd);
                    if self.stack.is_known(depth) && self.go_back(Some(depth)) {
                        return;
                    }
                }
                while self.stack.depth() > depth {
                    self.pop();
                }
            }
            stack::End::Surplus if is_void(name) => {}
            stack::End::Surplus => self.notes.repaired(Repair::SurplusEnd),
        }
    }
}

/// Versions of RSS that are written `<rss version="…">`.
const VERSIONS: [&str; 5] = ["0.91", "0.92", "0.93", "0.94", "2.0"];

fn is_structure(element: Element) -> bool {
    matches!(element, Element::Feed | Element::Entry)
}

/// Whether an element of HTML has no end, and stands between fields where somebody forgot to escape it.
fn is_gap(name: &str) -> bool {
    ["br", "hr", "img", "input", "wbr"].iter().any(|gap| gap.eq_ignore_ascii_case(name))
}

/// Whether an element cannot stand within the field that is open, which therefore lost its end tag. HTML has some names
/// in common with feeds; those do not count within content.
fn interrupts(element: Option<Element>, capture: &Capture<'_>) -> bool {
    let markup = capture.field.is_markup();
    match element {
        Some(Element::Feed | Element::Entry) => true,
        Some(Element::Person) => capture.is_flat(),
        Some(Element::Hidden | Element::Group | Element::Skip) => !markup && capture.is_flat(),
        Some(Element::Field(field)) => {
            let of_html = matches!(
                field,
                FeedField::Name
                    | FeedField::Email
                    | FeedField::Keywords
                    | FeedField::SkipHour
                    | FeedField::SkipDay
                    | FeedField::Body(1 | 3)
            );
            capture.is_flat() && !(markup && of_html)
        }
        None => false,
    }
}
