//! A second opinion on our XML: `quick-xml` as a reader, strict about what the writers could get wrong.

use quick_xml::events::Event;
use wellsourced::model::Feed;
use wellsourced::publish::{self, Format};

/// An element with what stands directly in it.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
}

/// A feed as text.
pub(crate) fn text(feed: &Feed, format: Format) -> String {
    String::from_utf8(publish::render(feed, format).unwrap()).unwrap()
}

/// Every element in the order of opening. Panics where the document is not well-formed.
pub(crate) fn elements(xml: &str) -> Vec<Element> {
    let legal = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(legal), "{xml:?}");
    assert_eq!((xml.matches("<?xml").count(), xml.find("<?xml")), (1, Some(0)), "one declaration, at the start");
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let (mut found, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    loop {
        let text = match reader.read_event().unwrap() {
            Event::Start(start) => {
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap();
                    (attribute.key.0.to_owned(), value.into_owned())
                });
                open.push(found.len());
                found.push(Element {
                    name: start.name().0.to_owned(),
                    attributes: attributes.collect(),
                    text: String::new(),
                });
                continue;
            }
            Event::Text(part) => part.to_string(),
            Event::CData(part) => part.to_string(),
            Event::GeneralRef(reference) => {
                let known = quick_xml::escape::resolve_predefined_entity(&reference).map(str::to_owned);
                known.unwrap_or_else(|| reference.resolve_char_ref().unwrap().unwrap().to_string())
            }
            Event::End(_) => {
                open.pop();
                continue;
            }
            Event::Eof => return found,
            _ => continue,
        };
        if let Some(&at) = open.last() {
            found[at].text.push_str(&text);
        }
    }
}
