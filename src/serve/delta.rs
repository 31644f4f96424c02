//! Feeds cut down to what a reader has not seen yet (RFC 3229 with the instance manipulation `feed`). Pure.
//!
//! Entries are cut out of the rendered document by their place in it, so what stays is byte for byte what was published.

use crate::publish::Format;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::HashSet;
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// Where the entries of a feed stand, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outline(Vec<Range<usize>>);

impl Outline {
    /// The entries of a rendered feed; `None` where it is not as we render it.
    pub(super) fn of(format: Format, document: &[u8]) -> Option<Self> {
        match format {
            Format::Atom => in_xml(document, "entry", 2),
            Format::Rss => in_xml(document, "item", 3),
            Format::Json => in_json(document),
        }
        .map(Self)
    }

    /// What tells each entry from any other, and from itself in another version.
    pub(super) fn prints(&self, document: &[u8]) -> Vec<u64> {
        self.0.iter().filter_map(|entry| document.get(entry.clone())).map(xxh3_64).collect()
    }

    /// The document without the entries that were seen. `None`: none of them was.
    pub(super) fn without(&self, document: &[u8], seen: &HashSet<u64>) -> Option<Vec<u8>> {
        let new: Vec<&Range<usize>> = self
            .0
            .iter()
            .filter(|entry| document.get((*entry).clone()).is_some_and(|bytes| !seen.contains(&xxh3_64(bytes))))
            .collect();
        let (first, last) = (self.0.first()?, self.0.last()?);
        if new.len() == self.0.len() {
            return None;
        }
        let between = self.0.get(1).and_then(|second| document.get(first.end..second.start)).unwrap_or_default();
        let mut cut = document.get(..first.start)?.to_vec();
        for (number, entry) in new.into_iter().enumerate() {
            cut.extend_from_slice(if number == 0 { b"" } else { between });
            cut.extend_from_slice(document.get(entry.clone())?);
        }
        cut.extend_from_slice(document.get(last.end..)?);
        Some(cut)
    }
}

/// Elements of a name at a depth, from 1.
fn in_xml(document: &[u8], name: &str, depth: usize) -> Option<Vec<Range<usize>>> {
    let mut reader = Reader::from_reader(document);
    let (mut entries, mut open, mut from) = (Vec::new(), 0, 0);
    loop {
        let before = position(&reader)?;
        match reader.read_event().ok()? {
            Event::Start(start) => {
                open += 1;
                if open == depth && start.name().0 == name {
                    from = before;
                }
            }
            Event::End(end) => {
                if open == depth && end.name().0 == name {
                    entries.push(from..position(&reader)?);
                }
                open = usize::checked_sub(open, 1)?;
            }
            Event::Eof => return (open == 0).then_some(entries),
            _ => {}
        }
    }
}

fn position(reader: &Reader<&[u8]>) -> Option<usize> {
    usize::try_from(reader.buffer_position()).ok()
}

/// The members of `items` of the outermost object.
fn in_json(document: &[u8]) -> Option<Vec<Range<usize>>> {
    let (mut entries, mut depth, mut from) = (Vec::new(), 0_usize, 0);
    let (mut in_items, mut last_string, mut at) = (false, 0..0, 0);
    while let Some(byte) = document.get(at) {
        match byte {
            b'"' => {
                let end = string_end(document, at)?;
                last_string = at + 1..end;
                at = end;
            }
            b'{' | b'[' => {
                depth += 1;
                in_items |= depth == 2 && *byte == b'[' && document.get(last_string.clone()) == Some(b"items");
                if in_items && depth == 3 {
                    from = at;
                }
            }
            b'}' | b']' => {
                if in_items && depth == 3 {
                    entries.push(from..at + 1);
                }
                in_items &= depth != 2;
                depth = depth.checked_sub(1)?;
            }
            _ => {}
        }
        at += 1;
    }
    (depth == 0).then_some(entries)
}

/// Where a string ends that begins at a quote.
fn string_end(document: &[u8], quote: usize) -> Option<usize> {
    let mut at = quote + 1;
    loop {
        match document.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATOM: &str = "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n <title>entry</title>\n \
                        <entry><id>1</id><content>&lt;entry&gt;</content></entry>\n \
                        <entry><id>2</id><x><entry/></x></entry>\n <entry><id>3</id></entry>\n</feed>\n";
    const RSS: &str = "<rss><channel><title>x</title><item><guid>1</guid><d><![CDATA[</item>]]></d></item>\n  \
                       <item><guid>2</guid></item>\n  <item><guid>3</guid></item></channel></rss>";
    const JSON: &str = "{\"version\": \"1.1\", \"title\": \"items\", \"authors\": [{\"name\": \"items\"}],\n \"items\": [\n \
                        {\"id\": \"1\", \"tags\": [\"]}\\\"\"]},\n {\"id\": \"2\", \"x\": {\"items\": [{}]}},\n {\"id\": \"3\"}\n ]\n}";

    #[test]
    fn what_was_seen_is_cut_out_and_the_rest_stays_as_it_was() {
        for (format, document) in [(Format::Atom, ATOM), (Format::Rss, RSS), (Format::Json, JSON)] {
            let bytes = document.as_bytes();
            let outline = Outline::of(format, bytes).unwrap();
            let prints = outline.prints(bytes);
            assert_eq!(prints.len(), 3, "{format:?}");
            for seen in 0_usize..8 {
                let of = |number: &usize| seen & (1 << number) != 0;
                let set = (0..3).filter(of).map(|number| prints[number]).collect();
                let Some(cut) = outline.without(bytes, &set) else {
                    assert_eq!(seen, 0);
                    continue;
                };
                let again = Outline::of(format, &cut).unwrap();
                let left: Vec<u64> = (0..3).filter(|number| !of(number)).map(|number| prints[number]).collect();
                assert_eq!(again.prints(&cut), left, "{format:?} {seen}");
                let text = String::from_utf8(cut).unwrap();
                if format == Format::Json {
                    serde_json::from_str::<serde_json::Value>(&text).unwrap();
                }
                assert!(text.contains("itle"), "{text}");
            }
        }
    }

    #[test]
    fn what_is_not_ours_has_no_outline() {
        for document in ["<feed><entry></feed>", "<feed>", "</feed>", "{\"items\": [{]}", "{\"items", "}"] {
            assert!(
                [Format::Atom, Format::Json]
                    .into_iter()
                    .all(|f| { Outline::of(f, document.as_bytes()).is_none_or(|outline| outline.0.is_empty()) }),
                "{document}"
            );
        }
    }
}
