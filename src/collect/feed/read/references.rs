//! Character references and entities to characters, leniently: what is no reference is text. Two references that are the halves of
//! a pair in UTF-16 are the one character that is meant.

use super::notes::{FeedNotes, Repair};
use crate::collect::html::is_legal;
use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use std::borrow::Cow;

/// Longest name of an entity in HTML.
const LONGEST: usize = 32;

/// Longest name of an entity of the document's own that is known as one.
const LONGEST_OWN: usize = 64;

/// Appends `text` with its references resolved, and tells what was wrong with them.
pub(super) fn resolve_into(out: &mut String, text: &str, notes: &mut FeedNotes<'_>) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        if let Some(Reference { characters, length, fault }) = reference(after) {
            out.extend(characters.into_iter().flatten());
            if let Some(fault) = fault {
                notes.repaired(fault);
            }
            rest = after.get(length..).unwrap_or_default();
        } else {
            let end = after.bytes().take(LONGEST_OWN + 1).position(|b| b == b';');
            let named = end.and_then(|end| after.get(..end)).is_some_and(is_name);
            notes.repaired(if named { Repair::CustomEntity } else { Repair::BareAmpersand });
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
}

/// `text` with its references resolved; nothing is told.
pub(super) fn resolved(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    resolve_into(&mut out, text, &mut FeedNotes::new(""));
    out
}

/// `text` with its numeric references resolved, and no others.
pub(super) fn characters(text: &str) -> Cow<'_, str> {
    replaced(text, |_| true)
}

/// HTML with the halves of pairs put together, and those without their other half left out: its parser knows them not. All other
/// references stay.
pub(super) fn paired(html: &str) -> Cow<'_, str> {
    // Halves are from D800 to DFFF or from 55296 to 57343; most references are told by their first digit to be none.
    replaced(html, |after| match after.as_bytes() {
        [b'#', b'x' | b'X', b'd' | b'D' | b'0', ..] | [b'#', b'5' | b'0', ..] => {
            Number::of(after).is_some_and(|number| SURROGATES.contains(&number.value))
        }
        _ => false,
    })
}

/// Resolves the numeric references that are meant, given what stands behind their ampersand.
fn replaced(text: &str, is_meant: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let mut out = Cow::Borrowed("");
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("&#")).map(|at| from + at) {
        from = at + 2;
        let after = text.get(at + 1..).unwrap_or_default();
        let Some(reference) = Some(after).filter(|after| is_meant(after)).and_then(numeric) else { continue };
        let before = rest.get(..rest.len() - after.len() - 1).unwrap_or_default();
        out.to_mut().push_str(before);
        out.to_mut().extend(reference.characters.into_iter().flatten());
        rest = after.get(reference.length..).unwrap_or_default();
        from = text.len() - rest.len();
    }
    if rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    out.to_mut().push_str(rest);
    out
}

struct Reference {
    characters: [Option<char>; 2],
    /// Bytes behind the ampersand that belong to it.
    length: usize,
    fault: Option<Repair>,
}

fn reference(after: &str) -> Option<Reference> {
    if after.starts_with('#') {
        return numeric(after);
    }
    let length = after.bytes().take(LONGEST + 1).position(|b| b == b';')? + 1;
    let name = after.get(..length)?;
    let one = |character| Some(Reference { characters: [Some(character), None], length, fault: None });
    match name {
        "amp;" => one('&'),
        "lt;" => one('<'),
        "gt;" => one('>'),
        "quot;" => one('"'),
        "apos;" => one('\''),
        _ => {
            let (first, second) = *NAMED_ENTITIES.get(name).filter(|(first, _)| *first != 0)?;
            let second = char::from_u32(second).filter(|c| *c != '\0');
            Some(Reference { characters: [char::from_u32(first), second], length, fault: Some(Repair::NamedEntity) })
        }
    }
}

/// Numbers that name no character, only one half of a pair.
const SURROGATES: std::ops::RangeInclusive<u32> = 0xd800..=0xdfff;

/// `#8217;`, `#x2019;`; also without the semicolon, as HTML allows.
struct Number {
    value: u32,
    /// Bytes behind the ampersand that belong to it.
    length: usize,
    is_closed: bool,
}

impl Number {
    fn of(after: &str) -> Option<Self> {
        let digits = after.strip_prefix('#')?;
        let hexadecimal = digits.strip_prefix(['x', 'X']);
        let (digits, radix) = hexadecimal.map_or((digits, 10), |digits| (digits, 16));
        let count = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let number = digits.get(..count).filter(|digits| !digits.is_empty())?;
        let rest = digits.get(count..)?;
        let is_closed = rest.starts_with(';');
        // A number too large to be counted in names no character either.
        let value = u32::from_str_radix(number, radix).unwrap_or(u32::MAX);
        Some(Self { value, length: after.len() - rest.len() + usize::from(is_closed), is_closed })
    }

    /// The character that this and the reference behind it are the halves of, and how long both are.
    fn pair(&self, after: &str) -> Option<(char, usize)> {
        let high = self.value.checked_sub(0xd800).filter(|high| *high < 0x400)?;
        let low = Self::of(after.get(self.length..)?.strip_prefix('&')?)?;
        let half = low.value.checked_sub(0xdc00).filter(|half| *half < 0x400)?;
        Some((char::from_u32(0x1_0000 + (high << 10) + half)?, self.length + 1 + low.length))
    }
}

fn numeric(after: &str) -> Option<Reference> {
    let number = Number::of(after)?;
    if let Some((character, length)) = number.pair(after) {
        return Some(Reference {
            characters: [Some(character), None],
            length,
            fault: Some(Repair::ForbiddenReference),
        });
    }
    let control =
        number.value.checked_sub(0x80).and_then(|at| C1_REPLACEMENTS.get(usize::try_from(at).ok()?).copied().flatten());
    let character = control.or_else(|| char::from_u32(number.value).filter(|c| is_legal(*c)));
    let fault = match (control, character) {
        (Some(_), _) | (_, None) => Some(Repair::ForbiddenReference),
        _ if !number.is_closed => Some(Repair::BareAmpersand),
        _ => None,
    };
    Some(Reference { characters: [character, None], length: number.length, fault })
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_characters_and_the_rest_stays() {
        for (written, meant) in [
            ("a &amp; b &lt;i&gt; &quot;&apos;", "a & b <i> \"'"),
            ("AT&T and R&D;", "AT&T and R&D;"),
            ("caf&eacute; &hellip; &copy 2024", "caf\u{e9} \u{2026} &copy 2024"),
            ("&#20013;&#x6587;&#X6587;", "\u{4e2d}\u{6587}\u{6587}"),
            ("it&#146;s &#8217s", "it\u{2019}s \u{2019}s"),
            ("a&#0;b&#8;c&#xFFFE;d&#99999999999;e", "abcde"),
            ("?a=1&b=2&copy=3", "?a=1&b=2&copy=3"),
            ("&lol9; && &", "&lol9; && &"),
            (
                "&#xD83D;&#xDE00; &#55357;&#56832; &#xd83d;&#56832 &#55357;&#xDE00;",
                "\u{1f600} \u{1f600} \u{1f600} \u{1f600}",
            ),
            ("a&#xD83D;b&#xDE00;c&#xDE00;&#xD83D;d&#xD83D;&#xD83D;&#xDE00;", "abcd\u{1f600}"),
            ("a&#xD83D;&amp;&#xDE00;&#xD83D; &#xDE00;&#xD83D", "a& "),
        ] {
            assert_eq!(resolved(written), meant, "{written}");
        }
    }

    #[test]
    fn html_keeps_all_references_but_halves_of_pairs() {
        for (written, meant) in [
            (
                "<p title='&#xD83D;&#xDE00;'>&#55357;&#56832; &amp;&#169;&#x26;#</p>",
                "<p title='\u{1f600}'>\u{1f600} &amp;&#169;&#x26;#</p>",
            ),
            ("a&#xD83D;b &#xDE00; &#", "ab  &#"),
        ] {
            assert_eq!(paired(written), meant, "{written}");
        }
        assert!(matches!(paired("&#8217; &# &amp;"), Cow::Borrowed(_)), "nothing is copied for nothing");
        assert_eq!(characters("&#169;&amp;&#38;lt;"), "\u{a9}&amp;&lt;");
    }
}
