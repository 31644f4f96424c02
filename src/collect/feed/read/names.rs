//! What elements are called in the formats of XML, and in which namespaces: as tables.

use super::notes::{FeedNotes, Repair};

/// Namespaces that say something to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// RSS of any version and Atom: their names mean the same wherever both have them.
    Core,
    /// Atom 0.3.
    OldAtom,
    Rdf,
    Dc,
    DcTerms,
    Content,
    Media,
    Itunes,
    Syndication,
    Xhtml,
    Other,
}

/// Addresses of namespaces, without scheme and in lower case, and how many of their characters must agree.
const ADDRESSES: [(&str, Space); 18] = [
    ("www.w3.org/2005/atom", Space::Core),
    ("purl.org/atom/ns", Space::OldAtom),
    ("purl.org/rss/1.0/modules/content", Space::Content),
    ("purl.org/rss/1.0/modules/syndication", Space::Syndication),
    ("purl.org/rss/1.0/modules", Space::Other),
    ("purl.org/rss/", Space::Core),
    ("purl.org/net/rss", Space::Core),
    ("my.netscape.com/rdf/simple/0.9", Space::Core),
    ("channel.netscape.com/rdf/simple/0.9", Space::Core),
    ("backend.userland.com/rss", Space::Core),
    ("blogs.law.harvard.edu/tech/rss", Space::Core),
    ("cyber.law.harvard.edu/rss", Space::Core),
    ("www.w3.org/1999/02/22-rdf-syntax-ns", Space::Rdf),
    ("purl.org/dc/elements", Space::Dc),
    ("purl.org/dc/terms", Space::DcTerms),
    ("search.yahoo.com/mrss", Space::Media),
    ("www.itunes.com/dtds/podcast", Space::Itunes),
    ("www.w3.org/1999/xhtml", Space::Xhtml),
];

/// The usual prefixes, for documents that do not declare them or declare them wrongly.
const PREFIXES: [(&str, Space); 14] = [
    ("rss", Space::Core),
    ("atom", Space::Core),
    ("atom10", Space::Core),
    ("a10", Space::Core),
    ("rdf", Space::Rdf),
    ("dc", Space::Dc),
    ("dcterms", Space::DcTerms),
    ("dct", Space::DcTerms),
    ("content", Space::Content),
    ("media", Space::Media),
    ("itunes", Space::Itunes),
    ("sy", Space::Syndication),
    ("xhtml", Space::Xhtml),
    ("html", Space::Xhtml),
];

/// The namespace of an address.
pub(super) fn space_of_address(address: &str) -> Space {
    let address = address.trim().to_ascii_lowercase();
    let address = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
    ADDRESSES.iter().find(|(known, _)| address.starts_with(known)).map_or(Space::Other, |(_, space)| *space)
}

/// The namespace that a prefix usually stands for.
pub(super) fn space_of_prefix(prefix: &str) -> Option<Space> {
    PREFIXES.iter().find(|(known, _)| known.eq_ignore_ascii_case(prefix)).map(|(_, space)| *space)
}

/// What an element is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// `rss`, `feed`, `rdf:RDF`, `channel`.
    Feed,
    /// `item`, `entry`.
    Entry,
    /// Something of its own with title and link, none of which concern us.
    Hidden,
    /// A group of media, whose fields are those of what it stands in.
    Group,
    /// Hours or days in which a feed is not to be asked.
    Skip,
    /// A person with a name.
    Person,
    Field(FeedField),
}

/// What a field says. Numbers are ranks: of several fields for the same thing the lowest is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedField {
    Id,
    Guid,
    Link,
    Title(u8),
    Body(u8),
    /// Text with the author's name, perhaps with an address.
    Author(u8),
    /// Within [`Element::Person`].
    Name,
    Email,
    Category,
    Keywords,
    Published(u8),
    Updated(u8),
    Language(u8),
    Enclosure,
    Ttl,
    SkipHour,
    SkipDay,
    UpdatePeriod,
    UpdateFrequency,
}

impl FeedField {
    /// Whether its text may hold markup.
    pub(super) fn is_markup(self) -> bool {
        matches!(self, Self::Title(_) | Self::Body(_))
    }
}

use Element::{Entry, Feed, Group, Hidden, Person, Skip};
use FeedField as F;

const fn field(field: FeedField) -> Element {
    Element::Field(field)
}

/// Rank from which on the body of an entry is a summary.
pub(super) const SUMMARY: u8 = 10;

/// Every element that says something to us. Spelled as the formats spell them.
const ELEMENTS: [(Space, &str, Element); 75] = [
    (Space::Core, "rss", Feed),
    (Space::Core, "feed", Feed),
    (Space::Core, "channel", Feed),
    (Space::Rdf, "RDF", Feed),
    (Space::Core, "item", Entry),
    (Space::Core, "entry", Entry),
    (Space::Core, "image", Hidden),
    (Space::Core, "textInput", Hidden),
    (Space::Core, "source", Hidden),
    (Space::Core, "items", Hidden),
    (Space::Media, "group", Group),
    (Space::Core, "skipHours", Skip),
    (Space::Core, "skipDays", Skip),
    (Space::Core, "author", Person),
    (Space::Core, "id", field(F::Id)),
    (Space::Core, "guid", field(F::Guid)),
    (Space::Core, "link", field(F::Link)),
    (Space::Core, "title", field(F::Title(0))),
    (Space::Dc, "title", field(F::Title(1))),
    (Space::Itunes, "title", field(F::Title(2))),
    (Space::Media, "title", field(F::Title(3))),
    (Space::Content, "encoded", field(F::Body(0))),
    (Space::Xhtml, "body", field(F::Body(1))),
    (Space::Xhtml, "div", field(F::Body(1))),
    (Space::Core, "content", field(F::Body(2))),
    (Space::Core, "encoded", field(F::Body(2))),
    (Space::Core, "fullText", field(F::Body(3))),
    (Space::Core, "body", field(F::Body(3))),
    (Space::Core, "description", field(F::Body(SUMMARY))),
    (Space::Core, "summary", field(F::Body(SUMMARY))),
    (Space::Core, "subtitle", field(F::Body(SUMMARY))),
    (Space::Core, "tagline", field(F::Body(SUMMARY))),
    (Space::Dc, "description", field(F::Body(SUMMARY + 1))),
    (Space::DcTerms, "abstract", field(F::Body(SUMMARY + 1))),
    (Space::Itunes, "summary", field(F::Body(SUMMARY + 2))),
    (Space::Media, "description", field(F::Body(SUMMARY + 3))),
    (Space::Itunes, "subtitle", field(F::Body(SUMMARY + 4))),
    (Space::Dc, "creator", field(F::Author(1))),
    (Space::Dc, "author", field(F::Author(2))),
    (Space::DcTerms, "creator", field(F::Author(2))),
    (Space::Core, "creator", field(F::Author(2))),
    (Space::Itunes, "author", field(F::Author(3))),
    (Space::Core, "name", field(F::Name)),
    (Space::Core, "email", field(F::Email)),
    (Space::Core, "category", field(F::Category)),
    (Space::Dc, "subject", field(F::Category)),
    (Space::Media, "category", field(F::Category)),
    (Space::Itunes, "category", field(F::Category)),
    (Space::Core, "keywords", field(F::Keywords)),
    (Space::Media, "keywords", field(F::Keywords)),
    (Space::Itunes, "keywords", field(F::Keywords)),
    (Space::Core, "pubDate", field(F::Published(0))),
    (Space::Core, "published", field(F::Published(0))),
    (Space::Core, "issued", field(F::Published(1))),
    (Space::Dc, "date", field(F::Published(2))),
    (Space::DcTerms, "issued", field(F::Published(3))),
    (Space::DcTerms, "created", field(F::Published(4))),
    (Space::DcTerms, "date", field(F::Published(4))),
    (Space::Core, "created", field(F::Published(5))),
    (Space::Core, "date", field(F::Published(6))),
    (Space::Core, "updated", field(F::Updated(0))),
    (Space::Core, "modified", field(F::Updated(1))),
    (Space::DcTerms, "modified", field(F::Updated(2))),
    (Space::DcTerms, "updated", field(F::Updated(3))),
    (Space::Core, "language", field(F::Language(0))),
    (Space::Dc, "language", field(F::Language(2))),
    (Space::DcTerms, "language", field(F::Language(2))),
    (Space::Core, "enclosure", field(F::Enclosure)),
    (Space::Media, "content", field(F::Enclosure)),
    (Space::Core, "ttl", field(F::Ttl)),
    (Space::Core, "hour", field(F::SkipHour)),
    (Space::Core, "day", field(F::SkipDay)),
    (Space::Syndication, "updatePeriod", field(F::UpdatePeriod)),
    (Space::Syndication, "updateFrequency", field(F::UpdateFrequency)),
    (Space::Core, "RDF", Feed),
];

/// What an element of a name is to us; names in the wrong case are understood, and told.
pub(super) fn element(space: Space, name: &str, notes: &mut FeedNotes<'_>) -> Option<Element> {
    let space = if space == Space::OldAtom { Space::Core } else { space };
    let (_, known, element) =
        ELEMENTS.iter().find(|(of, known, _)| *of == space && known.eq_ignore_ascii_case(name))?;
    // The formats do not agree on how some of these are spelled.
    if *known != name && !matches!(element, Hidden | Group | Skip) {
        notes.repaired(Repair::Case);
    }
    Some(*element)
}

/// Prefix, if there is one, and the name behind it.
pub(super) fn split(name: &str) -> (Option<&str>, &str) {
    match name.split_once(':') {
        Some((prefix, local)) if !prefix.is_empty() && !local.is_empty() => (Some(prefix), local),
        _ => (None, name.trim_matches(':')),
    }
}
