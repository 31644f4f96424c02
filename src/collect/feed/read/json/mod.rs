//! JSON Feed to drafts, item by item: what is not well-formed is mended first, values of the wrong type are taken for what
//! they mean.

mod mend;
mod value;

use super::address::{self, Base};
use super::draft::{Attached, Draft, FeedText, link};
use super::gathered::Gathered;
use super::kept::KeptEntries;
use super::notes::{FeedNotes, Repair};
use super::nothing::is_placeholder;
use super::rhythm::AskedRhythm;
use super::{Origin, fields, language};
use crate::collect::html::strip_illegal;
use chrono_tz::Tz;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use value::JsonValue;

/// Rank of a summary beside content.
const SUMMARY: u8 = 10;

/// Reads a document; `Err` says in words why it is no feed.
pub(super) fn translate(text: &str, origin: &Origin<'_>, notes: &mut FeedNotes<'_>) -> Result<Gathered, String> {
    let start = text.find('{').unwrap_or(0);
    if text.get(..start).is_some_and(|junk| !junk.trim().is_empty()) {
        notes.repaired(Repair::Junk);
    }
    let text = text.get(start..).unwrap_or_default();
    let well_formed = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let mended = if well_formed { None } else { Some(mend::mended(text)) };
    let mut reader = JsonReader::new(origin, notes);
    let mut json = serde_json::Deserializer::from_str(mended.as_deref().unwrap_or(text));
    let outcome = reader.deserialize(&mut json);
    if !reader.is_feed {
        return Err(match outcome {
            Ok(()) => "it is JSON, and no feed".to_owned(),
            Err(error) => format!("it is neither a feed nor JSON: {error}"),
        });
    }
    match outcome {
        Ok(()) if !well_formed => reader.notes.repaired(Repair::Json),
        Ok(()) => {}
        Err(error) => {
            reader.notes.cut(format!("the document is cut short or broken, entries may be missing: {error}"));
        }
    }
    Ok(reader.finish())
}

struct JsonReader<'n, 's> {
    notes: &'n mut FeedNotes<'s>,
    timezone: Tz,
    base: Option<Base>,
    feed: Draft,
    entries: KeptEntries,
    /// Whether it says that it is a feed, or has items as one.
    is_feed: bool,
    /// Whether it names a version that we know.
    has_version: bool,
}

impl<'n, 's> JsonReader<'n, 's> {
    fn new(origin: &Origin<'_>, notes: &'n mut FeedNotes<'s>) -> Self {
        Self {
            notes,
            timezone: origin.timezone,
            base: origin.base.cloned().map(Base::given),
            feed: Draft::default(),
            entries: KeptEntries::default(),
            is_feed: false,
            has_version: false,
        }
    }

    /// A value of the feed itself.
    fn member(&mut self, name: &str, value: &JsonValue) {
        match name {
            "version" => {
                let JsonValue::Text(version) = value else { return };
                self.is_feed |= version.contains("jsonfeed.org");
                self.has_version |= version.starts_with("https://jsonfeed.org/version/1");
            }
            "title" => {
                let text = self.text(value).map(FeedText::Plain);
                fields::title(&mut self.feed, 0, text);
            }
            "description" => {
                let text = self.text(value).map(FeedText::Plain);
                fields::body(&mut self.feed, 0, text, None);
            }
            "language" => {
                let language = self.text(value).and_then(|tag| language::tidy(&tag));
                self.feed.language.offer(0, language);
            }
            "home_page_url" => {
                if let Some(url) = self.address(value) {
                    self.feed.link.offer(link::OWN, url.clone());
                    self.base = self.base.take().filter(|base| !base.is_borrowed()).or_else(|| Base::borrowed(&url));
                }
            }
            "feed_url" => {
                if let (Some(url), None) = (self.address(value), &self.base) {
                    self.base = Base::borrowed(&url);
                }
            }
            "author" | "authors" => {
                let name = self.author(value);
                self.feed.author.offer(0, name);
            }
            _ => {}
        }
    }

    fn item(&mut self, item: &JsonValue) {
        let mut entry = Draft::default();
        let JsonValue::Object(members) = item else { return };
        for (name, value) in members {
            self.item_member(&mut entry, name, value);
        }
        if entry.is_empty() {
            return;
        }
        if entry.link.rank() == Some(link::ID) {
            self.notes.repaired(Repair::LinkInId);
        }
        self.entries.push(entry);
    }

    fn item_member(&mut self, entry: &mut Draft, name: &str, value: &JsonValue) {
        let base = self.base.clone();
        match name {
            "id" => {
                let id = self.text(value);
                let id = id.filter(|id| !is_placeholder(id));
                if id.as_deref().is_some_and(address::is_written_out) {
                    entry.link.offer(link::ID, self.address(value));
                }
                entry.id.offer(0, id.map(|id| id.trim().to_owned()));
            }
            "url" => entry.link.offer(link::OWN, self.address(value)),
            "external_url" => entry.link.offer(link::EXTERNAL, self.address(value)),
            "title" => fields::title(entry, 0, self.text(value).map(FeedText::Plain)),
            "content_html" => fields::body(entry, 0, self.text(value).map(FeedText::Html), base.as_ref()),
            "content_text" => fields::body(entry, 1, self.text(value).map(FeedText::Plain), base.as_ref()),
            "summary" => fields::body(entry, SUMMARY, self.text(value).map(FeedText::Plain), base.as_ref()),
            "date_published" => entry.published.offer(0, self.date(value)),
            "date_modified" => entry.updated.offer(0, self.date(value)),
            "author" | "authors" => entry.author.offer(0, self.author(value)),
            "language" => entry.language.offer(0, self.text(value).and_then(|tag| language::tidy(&tag))),
            "tags" => self.tags(entry, value),
            "attachments" => {
                let attachments = if let JsonValue::List(list) = value { list } else { std::slice::from_ref(value) };
                for attachment in attachments {
                    self.attachment(entry, attachment);
                }
            }
            _ => {}
        }
    }

    fn tags(&mut self, entry: &mut Draft, value: &JsonValue) {
        match value {
            JsonValue::List(tags) => {
                for tag in tags.iter().filter_map(|tag| self.text(tag)) {
                    entry.tag(&tag);
                }
            }
            JsonValue::Text(tags) => {
                self.notes.repaired(Repair::JsonShape);
                tags.split(',').for_each(|tag| entry.tag(tag));
            }
            _ => {}
        }
    }

    fn attachment(&mut self, entry: &mut Draft, attachment: &JsonValue) {
        let Some(url) = attachment.get("url").and_then(|url| self.address(url)) else { return };
        let text = |name| match attachment.get(name) {
            Some(JsonValue::Text(text) | JsonValue::Number(text)) => text.clone(),
            _ => String::new(),
        };
        let (media_type, length) = (text("mime_type"), text("size_in_bytes"));
        entry.attach(Attached { url, media_type, length, ..Attached::default() });
    }

    /// An author, the first of several, or only a name.
    fn author(&mut self, value: &JsonValue) -> Option<String> {
        match value {
            JsonValue::List(authors) => authors.iter().find_map(|author| self.author(author)),
            JsonValue::Object(_) => fields::author(&self.text(value.get("name")?)?),
            JsonValue::Text(name) => {
                self.notes.repaired(Repair::JsonShape);
                fields::author(name)
            }
            _ => None,
        }
    }

    fn date(&mut self, value: &JsonValue) -> Option<chrono::DateTime<chrono::Utc>> {
        let text = self.text(value)?;
        self.notes.date(&text, self.timezone)
    }

    fn address(&mut self, value: &JsonValue) -> Option<String> {
        address::web(&self.text(value)?, self.base.as_ref(), self.notes)
    }

    /// Text that says something; numbers are taken for it.
    fn text(&mut self, value: &JsonValue) -> Option<String> {
        let text = match value {
            JsonValue::Text(text) => strip_illegal(text).into_owned(),
            JsonValue::Number(number) => {
                self.notes.repaired(Repair::JsonShape);
                number.clone()
            }
            _ => return None,
        };
        (!text.trim().is_empty()).then_some(text)
    }

    fn finish(self) -> Gathered {
        if !self.has_version {
            self.notes.repaired(Repair::Version);
        }
        Gathered {
            feed: self.feed,
            inherits_author: true,
            entries: self.entries,
            asked: AskedRhythm::default(),
            base: self.base,
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut JsonReader<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut JsonReader<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a feed")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "items" {
                map.next_value_seed(Items(self))?;
            } else {
                let value = map.next_value()?;
                self.member(&name, &value);
            }
        }
        Ok(())
    }
}

/// The items, each forgotten when it was taken in.
struct Items<'r, 'n, 's>(&'r mut JsonReader<'n, 's>);

impl<'de> DeserializeSeed<'de> for Items<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("items")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.0.is_feed = true;
        while let Some(item) = items.next_element()? {
            self.0.item(&item);
        }
        Ok(())
    }
}
