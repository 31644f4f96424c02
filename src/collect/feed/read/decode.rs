//! Bytes to text: what the transfer, the byte order mark, the document and the bytes themselves say of their encoding, in
//! that order of trust, each only as far as the bytes bear it out.

use super::notes::{FeedNotes, Repair};
use crate::collect::html::strip_illegal;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// A declaration stands within the first bytes, if there is one.
const PRESCAN: usize = 1024;

/// Bytes that are looked at to guess an encoding, from the first that says something.
const SAMPLE: usize = 64 * 1024;

/// Replacement characters per hundred bytes above which a text was not in the encoding that was tried.
const MAX_BAD: usize = 5;

/// The document's text, without what XML forbids.
pub(super) fn text<'b>(bytes: &'b [u8], content_type: Option<&str>, notes: &mut FeedNotes<'_>) -> Cow<'b, str> {
    let text = decoded(bytes, content_type, notes);
    if text.bytes().any(|b| b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r')) || text.contains(is_noncharacter) {
        notes.repaired(Repair::Forbidden);
        return Cow::Owned(strip_illegal(&text).into_owned());
    }
    text
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}')
}

fn decoded<'b>(bytes: &'b [u8], content_type: Option<&str>, notes: &mut FeedNotes<'_>) -> Cow<'b, str> {
    let mark = Encoding::for_bom(bytes);
    let mut body = mark.and_then(|(_, length)| bytes.get(length..)).unwrap_or(bytes);
    // Where files are put together, each brings its own mark.
    while let Some(rest) = body.strip_prefix("\u{feff}".as_bytes()) {
        body = rest;
    }
    let sent = content_type.and_then(|value| after(value.as_bytes(), b"charset="));
    let declared = declaration(body);
    let claims = [sent, mark.map(|(encoding, _)| encoding), declared];
    let first = claims.into_iter().flatten().next();
    let wide = wide(body).or(mark.map(|(encoding, _)| encoding).filter(|encoding| !encoding.is_ascii_compatible()));
    if let Some(wide) = wide {
        tell(first, wide, notes);
        return wide.decode_without_bom_handling(body).0;
    }
    // Text in another encoding is next to never valid UTF-8 by chance, while wrong claims are common.
    match std::str::from_utf8(body) {
        Ok(text) if !body.is_ascii() || !claims.into_iter().flatten().any(is_stateful) => {
            if !body.is_ascii() {
                tell(first, UTF_8, notes);
            }
            return Cow::Borrowed(text);
        }
        _ => {}
    }
    for claim in claims.into_iter().flatten().filter(|claim| claim.is_ascii_compatible() || is_stateful(claim)) {
        let (text, bad) = claim.decode_without_bom_handling(body);
        if !bad && *claim != *UTF_8 {
            tell(first, claim, notes);
            return text;
        }
    }
    damaged(body, claims, first, notes)
}

/// No claim is borne out by every byte: UTF-8 with faults, a claim with faults, or something that nobody claimed.
fn damaged<'b>(
    body: &'b [u8],
    claims: [Option<&'static Encoding>; 3],
    first: Option<&'static Encoding>,
    notes: &mut FeedNotes<'_>,
) -> Cow<'b, str> {
    if is_mostly_utf8(body) {
        notes.repaired(Repair::BadBytes);
        return Cow::Owned(mended_utf8(body));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let start = body.iter().position(|b| !b.is_ascii()).unwrap_or(0);
    let sample = body.get(start..).unwrap_or_default();
    detector.feed(sample.get(..SAMPLE).unwrap_or(sample), sample.len() <= SAMPLE);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let others = claims.into_iter().flatten().filter(|claim| claim.is_ascii_compatible() && *claim != UTF_8);
    for encoding in others.chain([guess]) {
        let (text, _) = encoding.decode_without_bom_handling(body);
        let bad = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
        if bad * 100 <= body.iter().filter(|b| !b.is_ascii()).count() * MAX_BAD {
            tell(first, encoding, notes);
            if bad > 0 {
                notes.repaired(Repair::BadBytes);
            }
            return text;
        }
    }
    tell(first, WINDOWS_1252, notes);
    WINDOWS_1252.decode_without_bom_handling(body).0
}

/// Whether there are at least as many whole characters of several bytes as there are bytes that belong to none.
fn is_mostly_utf8(body: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in body.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 0 && good >= bad
}

/// A bad byte between ASCII characters is a letter or quote of Windows; any other is the rest of a character.
fn mended_utf8(body: &[u8]) -> String {
    let mut out = String::with_capacity(body.len());
    let mut chunks = body.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        out.push_str(chunk.valid());
        if chunk.invalid().is_empty() {
            continue;
        }
        let before = out.chars().next_back().is_none_or(|c| c.is_ascii());
        let behind = chunks.peek().is_some_and(|next| next.valid().starts_with(|c: char| c.is_ascii_alphanumeric()));
        if let ([byte], true, true) = (chunk.invalid(), before, behind) {
            out.push_str(&WINDOWS_1252.decode_without_bom_handling(&[*byte]).0);
        } else {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
    out
}

fn tell(claimed: Option<&'static Encoding>, found: &'static Encoding, notes: &mut FeedNotes<'_>) {
    if let Some(claimed) = claimed.filter(|claimed| *claimed != found) {
        notes.repaired_from(Repair::Encoding, &format!("{} was declared, {} was meant", claimed.name(), found.name()));
    } else if claimed.is_none() && found != UTF_8 {
        notes.repaired_from(Repair::Encoding, &format!("none was declared, {} was meant", found.name()));
    }
}

/// UTF-16 is known by the zero bytes in its markup, whatever is declared.
fn wide(body: &[u8]) -> Option<&'static Encoding> {
    let start = body.get(..64).unwrap_or(body);
    let start = start.get(..start.len() & !1)?;
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let enough = start.len() / 4;
    match (zeros(0), zeros(1)) {
        _ if enough == 0 => None,
        (even, 0) if even > enough => Some(UTF_16BE),
        (0, odd) if odd > enough => Some(UTF_16LE),
        _ => None,
    }
}

/// Encodings whose text looks like ASCII.
fn is_stateful(encoding: &'static Encoding) -> bool {
    encoding == encoding_rs::ISO_2022_JP
}

/// What `<?xml … encoding="…"?>` names; UTF-16 cannot be what it was found in.
fn declaration(body: &[u8]) -> Option<&'static Encoding> {
    let start = body.get(..PRESCAN).unwrap_or(body);
    let end = start.windows(2).position(|window| window == b"?>").unwrap_or(0);
    let encoding = after(start.get(..end)?, b"encoding").or_else(|| {
        // Pages declare it in a tag.
        after(start.get(end..)?, b"charset=")
    })?;
    Some(encoding)
}

/// The encoding named after the first occurrence of a key.
fn after(bytes: &[u8], key: &[u8]) -> Option<&'static Encoding> {
    let at = bytes.windows(key.len()).position(|window| window.eq_ignore_ascii_case(key))?;
    let rest = bytes.get(at + key.len()..)?;
    let label: Vec<u8> = rest
        .iter()
        .copied()
        .skip_while(|b| matches!(b, b'"' | b'\'' | b'=' | b' '))
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'))
        .take(40)
        .collect();
    Encoding::for_label(&label)
}
