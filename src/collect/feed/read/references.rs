//! Character references and entities to characters, leniently: what is no reference is text.

use super::notes::{FeedNotes, Repair};
use crate::collect::html::is_legal;
use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

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

/// `#8217;`, `#x2019;`; also without the semicolon, as HTML allows.
fn numeric(after: &str) -> Option<Reference> {
    let hexadecimal = after.get(1..2).is_some_and(|x| x.eq_ignore_ascii_case("x"));
    let (start, radix) = if hexadecimal { (2, 16) } else { (1, 10) };
    let digits = after.get(start..)?;
    let count = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let number = digits.get(..count).filter(|digits| !digits.is_empty())?;
    let closed = digits.get(count..)?.starts_with(';');
    // A number too large to be counted in names no character either.
    let number = u32::from_str_radix(number, radix).unwrap_or(u32::MAX);
    let control =
        number.checked_sub(0x80).and_then(|at| C1_REPLACEMENTS.get(usize::try_from(at).ok()?).copied().flatten());
    let character = control.or_else(|| char::from_u32(number).filter(|c| is_legal(*c)));
    let fault = match (control, character) {
        (Some(_), _) | (_, None) => Some(Repair::ForbiddenReference),
        _ if !closed => Some(Repair::BareAmpersand),
        _ => None,
    };
    Some(Reference { characters: [character, None], length: start + count + usize::from(closed), fault })
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
        ] {
            assert_eq!(resolved(written), meant, "{written}");
        }
    }
}
