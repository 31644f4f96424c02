//! What kind of text a field holds: what its `type` and `mode` say, and where they say nothing or nonsense, what it looks
//! like.

use super::capture::Capture;
use super::draft::FeedText;
use super::lexer::{Lexer, Token};
use super::names::FeedField;
use super::notes::{FeedNotes, Repair};
use super::plain::has_markup;
use super::references::resolved;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

/// Reads base64 with and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The text of a field; `None` where there is none that could be shown. In RSS (`!atom`) all text is HTML.
pub(super) fn text_of(capture: Capture<'_>, atom: bool, notes: &mut FeedNotes<'_>) -> Option<FeedText> {
    let attribute = |name| capture.tag.attribute(name).unwrap_or_default().trim().to_ascii_lowercase();
    let (kind, mode, encoding) = (attribute("type"), attribute("mode"), attribute("encoding"));
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    let has_tags = capture.has_tags();
    if [mode.as_str(), kind.as_str(), encoding.as_str()].contains(&"base64") {
        return decoded(&capture.into_text(), notes);
    }
    match kind.as_str() {
        "" if !atom => Some(FeedText::Html(capture.into_html(notes))),
        "" => Some(guessed(capture.into_html(notes), has_tags, notes)),
        "text" | "plain" | "text/plain" if has_tags => Some(guessed(capture.into_html(notes), true, notes)),
        // Atom 0.3 escapes HTML and calls it what it likes.
        "text" | "plain" | "text/plain" if mode == "escaped" => {
            let is_title = matches!(capture.field, FeedField::Title(_));
            let written = capture.into_text();
            // References that are left say that it was HTML.
            let is_html = is_title && resolved(&written) != written;
            Some(if is_html { FeedText::Html(written) } else { guessed(written, false, notes) })
        }
        "text" | "plain" | "text/plain" => Some(FeedText::Plain(capture.into_text())),
        "html" | "text/html" => Some(FeedText::Html(capture.into_html(notes))),
        "xhtml" | "application/xhtml+xml" | "text/xhtml" => {
            if !has_tags {
                notes.repaired(Repair::ContentType);
            }
            Some(FeedText::Html(unwrapped(&capture.into_html(notes)).to_owned()))
        }
        kind if has_tags || kind.starts_with("text/") || kind.ends_with("xml") || !kind.contains('/') => {
            notes.repaired_from(Repair::ContentType, &format!("`{}`", shown(kind)));
            Some(guessed(capture.into_html(notes), has_tags, notes))
        }
        kind => {
            notes.repaired_from(Repair::ContentType, &format!("`{}`", shown(kind)));
            let written = capture.into_text();
            // RFC 4287, 4.1.3.3: content of any other media type is base64; what is not was meant otherwise.
            match BASE64.decode(compact(&written)) {
                Ok(_) if !written.trim().contains(' ') => decoded(&written, notes),
                _ => Some(guessed(written, false, notes)),
            }
        }
    }
}

fn guessed(written: String, has_tags: bool, notes: &mut FeedNotes<'_>) -> FeedText {
    if has_tags || has_markup(&written) {
        notes.repaired(Repair::ContentType);
        FeedText::Html(written)
    } else {
        FeedText::Plain(written)
    }
}

fn decoded(written: &str, notes: &mut FeedNotes<'_>) -> Option<FeedText> {
    let bytes = BASE64.decode(compact(written)).ok();
    let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else {
        notes.complain("content in base64 is no text and was left out", "publish it as HTML");
        return None;
    };
    notes.repaired(Repair::Base64);
    let text = crate::collect::html::strip_illegal(&text).into_owned();
    Some(if has_markup(&text) { FeedText::Html(text) } else { FeedText::Plain(text) })
}

fn compact(written: &str) -> String {
    written.chars().filter(|c| !c.is_whitespace()).collect()
}

fn shown(kind: &str) -> String {
    kind.chars().take(60).collect()
}

/// The `div` around XHTML is no part of it (RFC 4287, 3.1.1.3).
fn unwrapped(html: &str) -> &str {
    let html = html.trim();
    let mut lexer = Lexer::new(html);
    let Some(Token::Start(tag)) = lexer.next() else { return html };
    let inside = lexer.position();
    if !tag.name.eq_ignore_ascii_case("div") || tag.closed {
        return html;
    }
    let mut depth = 1;
    loop {
        let at = lexer.position();
        match lexer.next() {
            Some(Token::Start(tag)) if tag.name.eq_ignore_ascii_case("div") && !tag.closed => depth += 1,
            Some(Token::End(name)) if name.eq_ignore_ascii_case("div") => {
                depth -= 1;
                if depth == 0 {
                    let ends_here = lexer.position() == html.len();
                    return html.get(inside..at).filter(|_| ends_here).unwrap_or(html).trim();
                }
            }
            Some(_) => {}
            None => return html,
        }
    }
}
