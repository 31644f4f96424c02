//! Entities that a document declares for itself, put in where its text and its attributes name them, before anything else is
//! read: what they stand for may hold markup. An entity of the document's own comes before the one of HTML with its name.
//!
//! Bounded: an entity holds a few others at most and never itself, and all of them together let a document grow only so far. What
//! goes beyond, and what is kept in another file, stays as it is written.

use super::doctype;
use super::lexer::{Lexer, Token};
use super::notes::{FeedNotes, Repair};
use super::references::characters;
use super::sniff;
use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

/// Most entities that one may hold, each counted wherever it stands, and those within them too.
const MOST_WITHIN: usize = 64;

/// How many bytes longer a document may become.
const MOST_GROWN: usize = 2 * 1024 * 1024;

/// Longest name of an entity.
const LONGEST: usize = 64;

/// XML gives these their meaning, whatever a document declares.
const PREDEFINED: [&str; 5] = ["amp", "lt", "gt", "quot", "apos"];

/// The text of a feed with its own entities put in.
pub(super) fn expanded<'t>(text: &'t str, notes: &mut FeedNotes<'_>) -> Cow<'t, str> {
    let Some(mut entities) = declared(text) else { return Cow::Borrowed(text) };
    let mut lexer = Lexer::new(text);
    let mut out = String::with_capacity(text.len());
    let mut written = 0;
    while let Some(token) = lexer.next() {
        let (piece, end, place) = match token {
            Token::Text(piece) => (piece, lexer.position(), Within::Text),
            // Behind the attributes stands `>` or `/>`.
            Token::Start(tag) => (tag.rest, lexer.position() - 1 - usize::from(tag.closed), Within::Attribute),
            _ => continue,
        };
        if piece.contains('&') {
            out.push_str(text.get(written..end - piece.len()).unwrap_or_default());
            entities.put_in(&mut out, piece, place);
            written = end;
        }
    }
    out.push_str(text.get(written..).unwrap_or_default());
    entities.tell(notes);
    Cow::Owned(out)
}

/// The entities of the document type that stands before the feed, if it declares any.
fn declared(text: &str) -> Option<Entities<'_>> {
    let head = Lexer::new(text).take(sniff::MAX_TAGS);
    let mut head = head.take_while(|token| !matches!(token, Token::Start(tag) if sniff::is_feed(tag.name)));
    let declaration = head.find_map(|token| match token {
        Token::Doctype(declaration) => Some(declaration),
        _ => None,
    })?;
    let mut declared = HashMap::new();
    for entity in doctype::entities(declaration) {
        // XML 1.0, 4.2: the first declaration of a name is the one that counts.
        declared.entry(entity.name).or_insert(entity.value);
    }
    declared.retain(|name, _| !PREDEFINED.contains(name));
    (!declared.is_empty()).then(|| Entities { declared, ..Entities::default() })
}

/// Where an entity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Text,
    Attribute,
}

/// What an entity becomes, and how many others it took in.
#[derive(Debug, Default)]
struct Expansion {
    text: String,
    within: usize,
}

#[derive(Debug, Default)]
struct Entities<'t> {
    declared: HashMap<&'t str, Option<&'t str>>,
    /// What they become, once that was asked; `None` for what stays as it is written.
    known: HashMap<&'t str, Option<Rc<Expansion>>>,
    grown: usize,
    is_used: bool,
    /// Whether there was one that holds too many others or itself, or that is kept elsewhere.
    is_refused: bool,
    is_full: bool,
}

impl<'t> Entities<'t> {
    /// Appends `piece` with entities put in.
    fn put_in(&mut self, out: &mut String, piece: &str, place: Within) {
        let mut rest = piece;
        while let Some((before, after)) = rest.split_once('&') {
            out.push_str(before);
            rest = after;
            let Some((name, behind)) = self.named(after) else {
                out.push('&');
                continue;
            };
            let replacement = self.replacement(name, &mut Vec::new());
            let text = replacement.as_ref().map(|replacement| fit(&replacement.text, place));
            match text {
                Some(text) if text.len() <= MOST_GROWN - self.grown => {
                    self.grown += text.len();
                    self.is_used = true;
                    out.push_str(&text);
                    rest = behind;
                }
                other => {
                    self.is_full |= other.is_some();
                    self.is_refused |= other.is_none();
                    out.push('&');
                }
            }
        }
        out.push_str(rest);
    }

    /// The declared name that stands behind an ampersand, and what follows its semicolon.
    fn named<'w>(&self, after: &'w str) -> Option<(&'t str, &'w str)> {
        let end = after.bytes().take(LONGEST + 1).position(|byte| byte == b';')?;
        let (name, _) = self.declared.get_key_value(after.get(..end)?)?;
        Some((name, after.get(end + 1..)?))
    }

    /// What an entity becomes; `open` are those that it stands within.
    fn replacement(&mut self, name: &'t str, open: &mut Vec<&'t str>) -> Option<Rc<Expansion>> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let value = self.declared.get(name).copied().flatten().filter(|_| !open.contains(&name))?;
        open.push(name);
        let replacement = self.replaced(value, open).map(Rc::new);
        open.pop();
        self.known.insert(name, replacement.clone());
        replacement
    }

    /// References to characters are resolved before those to entities (XML 1.0, 4.5).
    fn replaced(&mut self, value: &str, open: &mut Vec<&'t str>) -> Option<Expansion> {
        let value = characters(value);
        let mut whole = Expansion::default();
        let mut rest = &*value;
        while let Some((before, after)) = rest.split_once('&') {
            whole.text.push_str(before);
            rest = after;
            if let Some((name, behind)) = self.named(after) {
                let inner =
                    Some(name).filter(|_| open.len() <= MOST_WITHIN).and_then(|name| self.replacement(name, open))?;
                whole.text.push_str(&inner.text);
                whole.within += 1 + inner.within;
                rest = behind;
            } else {
                whole.text.push('&');
            }
            if whole.within > MOST_WITHIN || whole.text.len() > MOST_GROWN {
                return None;
            }
        }
        whole.text.push_str(rest);
        Some(whole)
    }

    fn tell(&self, notes: &mut FeedNotes<'_>) {
        if self.is_used {
            notes.repaired(Repair::OwnEntity);
        }
        let help = "tell its publisher, or take the input out of the configuration";
        if self.is_refused {
            let message = "it uses entities made of other entities or of files, as XML bombs do; they stay text";
            notes.complain(message, help);
        }
        if self.is_full {
            let message =
                format!("its own entities make it more than {} MiB longer; the rest stays text", MOST_GROWN >> 20);
            notes.complain(message, help);
        }
    }
}

/// What an entity stands for, as it may stand at a place: in an attribute it neither ends the value nor begins a tag.
fn fit(text: &str, place: Within) -> Cow<'_, str> {
    if place == Within::Text || !text.contains(['"', '\'', '<', '>']) {
        return Cow::Borrowed(text);
    }
    let escaped = text.replace('"', "&#34;").replace('\'', "&#39;").replace('<', "&#60;").replace('>', "&#62;");
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(subset: &str, body: &str) -> (String, Vec<String>, usize) {
        let text = format!("<?xml version='1.0'?><!DOCTYPE rss [{subset}]><rss>{body}");
        let mut notes = FeedNotes::new("it");
        let expanded = expanded(&text, &mut notes).into_owned();
        let (repairs, complaints) = notes.told();
        (expanded.split_once("<rss>").expect("a root").1.to_owned(), repairs, complaints.len())
    }

    #[test]
    fn entities_stand_for_what_is_declared() {
        for (subset, body, meant) in [
            ("<!ENTITY a \"b\">", "<t x='&a;'>&a; &amp; &c; &a &#38;a;</t>", "<t x='b'>b &amp; &c; &a &#38;a;</t>"),
            ("<!ENTITY a 'first'><!ENTITY a 'second'>", "&a;", "first"),
            ("<!ENTITY eacute 'E'><!ENTITY lt 'no'>", "&eacute;&lt;", "E&lt;"),
            ("<!ENTITY a '<b>bold</b>'>", "<t>&a;</t>", "<t><b>bold</b></t>"),
            ("<!ENTITY a '<b c=\"d\">'>", "<t x=\"&a;\"/>", "<t x=\"&#60;b c=&#34;d&#34;&#62;\"/>"),
            ("<!ENTITY a '&b;/&b;'><!ENTITY b '&c;!'><!ENTITY c 'd'>", "&a;", "d!/d!"),
            ("<!ENTITY a '&#169; &#xD83D;&#xDE00; &#38;lt; &eacute;'>", "&a;", "\u{a9} \u{1f600} &lt; &eacute;"),
            ("<!ENTITY a 'b'>", "<![CDATA[&a;]]><!-- &a; -->&a;", "<![CDATA[&a;]]><!-- &a; -->b"),
            ("<!ENTITY % a 'b'><!ENTITY c 'd'>", "&a;&c;", "&a;d"),
        ] {
            let (read, repairs, complaints) = read(subset, body);
            assert_eq!(read, meant, "{subset}");
            assert_eq!((repairs.len(), complaints), (1, 0), "{subset}: {repairs:?}");
        }
        let (unused, repairs, complaints) = read("<!ENTITY a 'b'><!ENTITY c SYSTEM 'd'>", "x &nbsp;");
        assert_eq!((unused.as_str(), repairs.len(), complaints), ("x &nbsp;", 0, 0), "what is not used is not told");
    }

    #[test]
    fn what_would_explode_stays_as_it_is() {
        let chain: Vec<String> = (1..200).map(|n| format!("<!ENTITY e{n} '&e{};'>", n - 1)).collect();
        let chain = format!("<!ENTITY e0 'x'>{}", chain.concat());
        let many = format!("<!ENTITY a 'x'><!ENTITY b '{}'>", "&a;".repeat(MOST_WITHIN + 1));
        for (subset, body) in [
            ("<!ENTITY a '&a;'>", "&a;"),
            ("<!ENTITY a 'x&b;'><!ENTITY b 'x&c;'><!ENTITY c 'x&a;'>", "&c; &b; &a;"),
            ("<!ENTITY a SYSTEM 'file:///etc/hostname'>", "&a;"),
            ("<!ENTITY a '&b;'><!ENTITY b PUBLIC '-//x' 'http://127.0.0.1/'>", "&a;"),
            (&chain, "&e199;"),
            (&many, "&b;"),
        ] {
            let (read, repairs, complaints) = read(subset, body);
            assert_eq!((read.as_str(), repairs.len(), complaints), (body, 0, 1), "{subset}");
        }
        assert_eq!(read(&chain, "&e199;&e9;").0, "&e199;x", "what is asked first does not decide");
    }

    #[test]
    fn a_document_grows_only_so_far() {
        let subset = format!("<!ENTITY a '{}'>", "x".repeat(1 << 16));
        let (long, repairs, complaints) = read(&subset, &"&a;".repeat(100_000));
        assert!(long.len() <= MOST_GROWN + 300_000, "{}", long.len());
        assert!(long.ends_with("x&a;&a;&a;") || long.ends_with("&a;&a;"), "the rest stays");
        assert_eq!((repairs.len(), complaints), (1, 1));
    }
}
