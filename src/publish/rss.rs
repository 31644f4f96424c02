//! RSS 2.0 with `content:encoded`, `dc:creator`, `dc:language`, `atom:link`, `atom:updated`, `media:content`, `media:thumbnail`,
//! `source:markdown` and `ws:source`.
//!
//! The writer leaves illegal characters in; everything passes `clean` or `line` here.

use super::Error;
use super::attached::{UNKNOWN_TYPE, best};
use super::characters::{clean, escaped, line};
use super::options::Format;
use crate::model::{Attachment, CitedSource, Entry, Feed, Medium, web_uri};
use ::rss::extension::dublincore::DublinCoreExtension;
use ::rss::extension::{Extension, ExtensionMap};
use ::rss::{Category, Channel, Enclosure, Guid, Image, Item};
use chrono::SecondsFormat;
use std::collections::BTreeMap;

/// Namespace of what only we say about sources.
pub(super) const WELLSOURCED: &str = "urn:wellsourced:1";
const ATOM: &str = "http://www.w3.org/2005/Atom";
const MEDIA: &str = "http://search.yahoo.com/mrss/";
/// Of Dave Winer, with `source:markdown`.
const SCRIPTING: &str = "http://source.scripting.com/";

/// Parts `<` from what would make a tag of it.
const NO_TAG: char = '\u{200b}';

pub(super) fn render(feed: &Feed) -> Result<Vec<u8>, Error> {
    let channel = Channel {
        title: title(&feed.title),
        link: feed.home_url.clone(),
        description: line(&feed.subtitle),
        language: Some(feed.language.to_ascii_lowercase()),
        image: feed.icon.as_ref().filter(|icon| icon.is_picture).map(|icon| image(feed, &icon.url)),
        last_build_date: Some(feed.updated.to_rfc2822()),
        generator: Some("wellsourced".to_owned()),
        namespaces: all_namespaces(feed),
        extensions: extensions([("atom", "link", vec![self_link(feed)])]),
        items: feed.entries.iter().map(|entry| item(feed, entry)).collect(),
        ..Channel::default()
    };
    let failed = |e: ::rss::Error| Error::Render { format: Format::Rss, id: feed.id.clone(), reason: e.to_string() };
    let mut bytes = Vec::with_capacity(feed.entries.len() * 4096);
    channel.pretty_write_to(&mut bytes, b' ', 1).map_err(failed)?;
    bytes.push(b'\n');
    let xml = String::from_utf8(bytes).map_err(|e| failed(::rss::Error::Utf8(e.utf8_error())))?;
    Ok(with_numeric_references(&xml).into_bytes())
}

/// The RSS Advisory Board's profile wants `&` and `<` in plain text as hexadecimal references, which readers that take
/// titles for HTML do not mistake. The writer uses names; sections of CDATA hold our HTML and stay.
fn with_numeric_references(xml: &str) -> String {
    let mut written = String::with_capacity(xml.len() + 256);
    let mut rest = xml;
    while let Some((markup, data)) = rest.split_once("<![CDATA[") {
        let (data, after) = data.split_once("]]>").unwrap_or((data, ""));
        written.push_str(&markup.replace("&lt;", "&#x3C;").replace("&amp;", "&#x26;"));
        written.push_str("<![CDATA[");
        written.push_str(data);
        written.push_str("]]>");
        rest = after;
    }
    written.push_str(&rest.replace("&lt;", "&#x3C;").replace("&amp;", "&#x26;"));
    written
}

/// A title as text. RSS does not say whether titles are text or HTML, and some readers take them for HTML: what would begin a tag
/// there does not, by a blank of no width behind it that nobody sees, and reads the same in both kinds of readers.
fn title(text: &str) -> String {
    let text = line(text);
    let mut written = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        written.push(c);
        if c == '<' && chars.peek().is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')) {
            written.push(NO_TAG);
        }
    }
    written
}

/// Title and link are to be the channel's own.
fn image(feed: &Feed, url: &str) -> Image {
    Image { url: url.to_owned(), title: title(&feed.title), link: feed.home_url.clone(), ..Image::default() }
}

fn item(feed: &Feed, entry: &Entry) -> Item {
    let creator = line(entry.author.as_ref().unwrap_or(&feed.author));
    let categories = entry.categories.iter();
    Item {
        title: Some(title(&entry.title)),
        link: Some(entry.link.clone()),
        // RSS takes descriptions as HTML, so plain text is escaped once more.
        description: Some(escaped(&clean(&entry.summary))).filter(|summary| !summary.is_empty()),
        categories: categories.map(|c| Category { name: line(&c.term), domain: Some(c.scheme.clone()) }).collect(),
        guid: Some(Guid { value: entry.id.clone(), permalink: false }),
        pub_date: Some(entry.published.to_rfc2822()),
        enclosure: best(entry).map(enclosure),
        content: Some(clean(&entry.content_html).into_owned()),
        extensions: item_extensions(entry),
        dublin_core_ext: Some(DublinCoreExtension {
            creators: vec![creator],
            languages: entry.language.iter().map(|tag| line(tag)).collect(),
            ..DublinCoreExtension::default()
        }),
        ..Item::default()
    }
}

fn item_extensions(entry: &Entry) -> ExtensionMap {
    let updated = entry.updated.to_rfc3339_opts(SecondsFormat::Secs, true);
    let files = entry.attachments.iter().map(|file| element("media:content", "", media(file))).collect();
    let thumbnail =
        entry.image.iter().map(|url| element("media:thumbnail", "", [("url".to_owned(), url.clone())].into()));
    let markdown = entry.markdown.as_deref().filter(|markdown| !markdown.is_empty());
    let markdown = markdown.map(|markdown| element("source:markdown", &clean(markdown), BTreeMap::new()));
    let sources = entry.sources.iter().map(|source| element("ws:source", "", facts(source))).collect();
    let mut all = extensions([
        ("atom", "updated", vec![element("atom:updated", &updated, BTreeMap::new())]),
        ("media", "content", files),
        ("source", "markdown", markdown.into_iter().collect()),
        ("ws", "source", sources),
    ]);
    all.entry("media".to_owned()).or_default().insert("thumbnail".to_owned(), thumbnail.collect());
    all
}

/// The practice is to write the length as 0 where it is not known.
fn enclosure(file: &Attachment) -> Enclosure {
    Enclosure {
        url: file.url.clone(),
        length: file.length.unwrap_or_default().to_string(),
        mime_type: file.media_type.clone().unwrap_or_else(|| UNKNOWN_TYPE.to_owned()),
    }
}

fn media(file: &Attachment) -> BTreeMap<String, String> {
    let medium = match file.medium {
        Medium::Audio => "audio",
        Medium::Video => "video",
        Medium::Document => "document",
        Medium::Image => "image",
    };
    let all = [
        ("url", Some(file.url.clone())),
        ("medium", Some(medium.to_owned())),
        ("type", file.media_type.clone()),
        ("fileSize", file.length.map(|bytes| bytes.to_string())),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The validator warns of a namespace that it does not know, so one is named only where it is used.
fn all_namespaces(feed: &Feed) -> BTreeMap<String, String> {
    let mut all = namespaces([("atom", ATOM), ("media", MEDIA), ("source", SCRIPTING), ("ws", WELLSOURCED)]);
    if feed.entries.iter().all(|entry| entry.markdown.as_deref().unwrap_or_default().is_empty()) {
        all.remove("source");
    }
    all
}

fn self_link(feed: &Feed) -> Extension {
    let attributes = [("href", feed.urls.rss.as_str()), ("rel", "self"), ("type", Format::Rss.media_type())];
    element("atom:link", "", attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
}

/// The attributes of `ws:source`; what is not known is absent.
pub(super) fn facts(source: &CitedSource) -> BTreeMap<String, String> {
    let since = source.since.filter(|_| source.verdict.shows_since());
    let all = [
        ("href", web_uri(&source.link.url).map(String::from)),
        ("label", Some(line(&source.link.label)).filter(|label| !label.is_empty())),
        ("verdict", Some(source.verdict.as_str().to_owned())),
        ("since", since.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))),
        ("archive", source.archive.as_deref().and_then(web_uri).map(String::from)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Even an empty value is written, lest the writer break the line within the element.
fn element(name: &str, value: &str, attrs: BTreeMap<String, String>) -> Extension {
    Extension { name: name.to_owned(), value: Some(value.to_owned()), attrs, ..Extension::default() }
}

fn extensions<const N: usize>(elements: [(&str, &str, Vec<Extension>); N]) -> ExtensionMap {
    elements.into_iter().map(|(prefix, name, all)| (prefix.to_owned(), [(name.to_owned(), all)].into())).collect()
}

fn namespaces<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(prefix, name)| (prefix.to_owned(), name.to_owned())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_begins_no_tag_in_readers_that_take_it_for_html() {
        let said = "vector<int> a < b <3 </script><!-- <?x &lt;i>";
        let written = title(said);
        assert_eq!(written.replace(NO_TAG, ""), said, "it reads the same");
        assert_eq!(written.matches(NO_TAG).count(), 4, "{written:?}");
        let shown = as_html(&written);
        assert_eq!(shown, written.replace("&lt;", "<"), "as HTML it is nothing but text");
    }

    /// The text of HTML as browsers read it.
    fn as_html(html: &str) -> String {
        scraper::Html::parse_fragment(html).root_element().text().collect()
    }
}
