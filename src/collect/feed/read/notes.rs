//! What was repaired, told once per kind, and what could not be.

use super::nothing::is_placeholder;
use crate::collect::date::{self, ReadDate};
use crate::model::{Complaint, Place};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// A kind of repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repair {
    Packed,
    Encoding,
    BadBytes,
    Forbidden,
    ForbiddenReference,
    Junk,
    BareAmpersand,
    BareLess,
    NamedEntity,
    OwnEntity,
    CustomEntity,
    UnclosedSection,
    MissingEnd,
    SurplusEnd,
    MissingRoot,
    Version,
    Case,
    Namespace,
    OldAtom,
    ContentType,
    Base64,
    LinkInId,
    FeedAsBase,
    Address,
    Attributes,
    Depth,
    Json,
    JsonShape,
}

impl Repair {
    fn words(self) -> &'static str {
        match self {
            Self::Packed => "the document was packed, which nothing said, and was unpacked",
            Self::Encoding => "the text was not in the declared encoding",
            Self::BadBytes => "bytes that are no text in the document's encoding were replaced",
            Self::Forbidden => "characters that XML forbids were removed",
            Self::ForbiddenReference => "references to characters that XML forbids were removed or replaced",
            Self::Junk => "what stood before the document was skipped",
            Self::BareAmpersand => "an ampersand that begins no reference was taken as text",
            Self::BareLess => "a `<` that begins no tag was taken as text",
            Self::NamedEntity => "entities of HTML, which XML does not know, were replaced",
            Self::OwnEntity => "entities that the document declares itself were replaced by what they stand for",
            Self::CustomEntity => "entities that the document declares itself, or nowhere, were not expanded",
            Self::UnclosedSection => "a comment or CDATA section that is never closed was ended",
            Self::MissingEnd => "missing end tags were added",
            Self::SurplusEnd => "end tags that close nothing were left out",
            Self::MissingRoot => "the elements around the entries are missing",
            Self::Version => "the version of the format is missing or unknown",
            Self::Case => "names of elements were in the wrong case",
            Self::Namespace => "namespaces that are not declared, or wrongly, were taken for the usual ones",
            Self::OldAtom => "Atom 0.3 was read as Atom 1.0",
            Self::ContentType => "content was not of its declared type, or of none that is known",
            Self::Base64 => "content in base64 was decoded",
            Self::LinkInId => "links that stand only in the id were used",
            Self::FeedAsBase => "relative addresses were resolved against the feed's own link",
            Self::Address => "addresses that were not written as such were mended",
            Self::Attributes => "attributes beyond the sixty-fourth of a tag were left out",
            Self::Depth => "markup that is nested too deeply was turned into plain text",
            Self::Json => "the JSON was not well-formed and was mended",
            Self::JsonShape => "values of the wrong JSON type were taken for what they mean",
        }
    }
}

/// Names of zones that are told.
const MOST_ZONES: usize = 5;

/// Characters of what was written that are shown.
const SHOWN: usize = 60;

/// What there is to tell of one document.
#[derive(Debug)]
pub(super) struct FeedNotes<'a> {
    place: &'a str,
    repairs: Vec<(Repair, String)>,
    complaints: Vec<Complaint>,
    is_cut: bool,
    unread_dates: usize,
    first_unread: String,
    /// Names of zones that nobody knows, each once.
    unknown_zones: Vec<String>,
}

impl<'a> FeedNotes<'a> {
    pub(super) fn new(place: &'a str) -> Self {
        Self {
            place,
            repairs: Vec::new(),
            complaints: Vec::new(),
            is_cut: false,
            unread_dates: 0,
            first_unread: String::new(),
            unknown_zones: Vec::new(),
        }
    }

    /// Tells of a repair, unless one of its kind was told before.
    pub(super) fn repaired(&mut self, repair: Repair) {
        if !self.has(repair) {
            self.repairs.push((repair, repair.words().to_owned()));
        }
    }

    /// The same with the values of its first case.
    pub(super) fn repaired_from(&mut self, repair: Repair, details: &str) {
        if !self.has(repair) {
            self.repairs.push((repair, format!("{}: {details}", repair.words())));
        }
    }

    /// Tells nothing of a repair that turned out to be none.
    pub(super) fn take_back(&mut self, repair: Repair) {
        self.repairs.retain(|(told, _)| *told != repair);
    }

    /// Whether a repair is told of.
    pub(super) fn has(&self, repair: Repair) -> bool {
        self.repairs.iter().any(|(told, _)| *told == repair)
    }

    /// Tells of something that could not be repaired; the same is told once.
    pub(super) fn complain(&mut self, message: impl Into<String>, help: &str) {
        let message = message.into();
        if self.complaints.iter().any(|told| told.message == message) {
            return;
        }
        self.complaints.push(Complaint::warning(Place::file(self.place), message, help));
    }

    /// Tells that the document ended before its end: more of it may come the next time.
    pub(super) fn cut(&mut self, message: impl Into<String>) {
        self.is_cut = true;
        self.complain(message, "fetch it again; if it stays so, tell its publisher");
    }

    /// Whether the document ended before its end.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The instant that a date means, `zone` being that of dates that name none. Those that cannot be read are one complaint, and so
    /// are the zones that nobody knows.
    pub(super) fn date(&mut self, written: &str, zone: Tz) -> Option<DateTime<Utc>> {
        if is_placeholder(written) {
            return None;
        }
        let Some(ReadDate { at, unknown_zone }) = date::read(written, zone) else {
            if self.unread_dates == 0 {
                self.first_unread = written.chars().take(SHOWN).collect();
            }
            self.unread_dates += 1;
            return None;
        };
        let new =
            unknown_zone.filter(|name| self.unknown_zones.len() < MOST_ZONES && !self.unknown_zones.contains(name));
        self.unknown_zones.extend(new);
        Some(at.to_utc())
    }

    /// Repairs and complaints in the order in which they were met.
    pub(super) fn told(mut self) -> (Vec<String>, Vec<Complaint>) {
        let first = std::mem::take(&mut self.first_unread);
        let help = "tell its publisher which form of date is meant";
        match self.unread_dates {
            0 => {}
            1 => self.complain(format!("a date could not be read: `{first}`"), help),
            many => self.complain(format!("{many} dates could not be read, the first of them `{first}`"), help),
        }
        let zones: Vec<String> =
            std::mem::take(&mut self.unknown_zones).iter().map(|name| format!("`{name}`")).collect();
        if !zones.is_empty() {
            let message = format!(
                "dates name a zone that is not known ({}); they were read as if they named none",
                zones.join(", ")
            );
            self.complain(message, "tell its publisher to write the offset, as in +0200");
        }
        (self.repairs.into_iter().map(|(_, words)| words).collect(), self.complaints)
    }
}
