//! What a field of an element says about its feed or entry.

use super::address::{self, Base};
use super::draft::{Attached, Draft, FeedText, link};
use super::lexer::StartTag;
use super::notes::FeedNotes;
use super::nothing::is_placeholder;
use super::references::resolved;

/// An attribute with its references resolved, without blanks around; `None` where it is empty.
pub(super) fn attribute(tag: &StartTag<'_>, name: &str) -> Option<String> {
    let value = resolved(tag.attribute(name)?);
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// What RDF says an element is about, whatever RDF is called.
pub(super) fn about(tag: &StartTag<'_>) -> Option<String> {
    let is_about = |name: &str| name.rsplit(':').next().is_some_and(|local| local == "about");
    tag.attributes()
        .find(|(name, _)| is_about(name))
        .and_then(|(name, _)| attribute(tag, name))
        .filter(|about| !is_placeholder(about))
}

/// A link with its address in an attribute. Gives the address where it is the document's own.
pub(super) fn link(
    draft: &mut Draft,
    tag: &StartTag<'_>,
    base: Option<&Base>,
    atom: bool,
    notes: &mut FeedNotes<'_>,
) -> Option<String> {
    let url = address::web(&attribute(tag, "href")?, base, notes)?;
    let media_type = attribute(tag, "type").unwrap_or_default().to_ascii_lowercase();
    let is_page = media_type.is_empty() || media_type.contains("html");
    match relation(tag).as_deref() {
        // In RSS an address without a relation is as often the feed's own as the page's.
        None if !atom => draft.link.offer(link::EXTERNAL, url),
        None | Some("alternate") => draft.link.offer(if is_page { link::OWN } else { link::OTHER_TYPE }, url),
        Some("enclosure") => draft.attach(attached(tag, url)),
        Some("self") => return Some(url),
        Some(_) => {}
    }
    None
}

/// A link of another relation than the page's, with its address as text: the entry's own link it is not.
pub(super) fn written_link(
    draft: &mut Draft,
    tag: &StartTag<'_>,
    text: &str,
    base: Option<&Base>,
    notes: &mut FeedNotes<'_>,
) {
    if relation(tag).as_deref() == Some("enclosure")
        && let Some(url) = address::web(text, base, notes)
    {
        draft.attach(attached(tag, url));
    }
}

/// Whether a link leads to the page that its feed or entry is about.
pub(super) fn is_alternate(tag: &StartTag<'_>) -> bool {
    relation(tag).is_none_or(|relation| relation == "alternate")
}

/// What a link is to its feed or entry; registered relations may be written as addresses.
fn relation(tag: &StartTag<'_>) -> Option<String> {
    let written = attribute(tag, "rel")?.to_ascii_lowercase();
    Some(written.rsplit('/').next().unwrap_or(&written).to_owned())
}

/// `enclosure` and `media:content`.
pub(super) fn enclosure(draft: &mut Draft, tag: &StartTag<'_>, base: Option<&Base>, notes: &mut FeedNotes<'_>) {
    let written = attribute(tag, "url").or_else(|| attribute(tag, "href")).or_else(|| attribute(tag, "src"));
    if let Some(url) = written.and_then(|url| address::web(&url, base, notes)) {
        draft.attach(attached(tag, url));
    }
}

/// A file with what the attributes of its element say of it.
fn attached(tag: &StartTag<'_>, url: String) -> Attached {
    Attached {
        url,
        media_type: attribute(tag, "type").unwrap_or_default(),
        medium: attribute(tag, "medium").unwrap_or_default(),
        length: attribute(tag, "length").or_else(|| attribute(tag, "fileSize")).unwrap_or_default(),
    }
}

/// A category in attributes, as Atom and iTunes have it. Says whether there was one.
pub(super) fn category(draft: &mut Draft, tag: &StartTag<'_>) -> bool {
    let named = ["label", "term", "text"].iter().find_map(|name| attribute(tag, name));
    let is_named = named.is_some();
    draft.tag(&named.unwrap_or_default());
    is_named
}

/// Offers a text unless it is blank.
pub(super) fn title(draft: &mut Draft, rank: u8, text: Option<FeedText>) {
    draft.title.offer(rank, text.filter(|text| !text.is_blank()));
}

/// Offers content or summary unless it is blank.
pub(super) fn body(draft: &mut Draft, rank: u8, text: Option<FeedText>, base: Option<&Base>) {
    let better = draft.body.rank().is_none_or(|known| rank < known);
    if let Some(text) = text.filter(|text| better && !text.is_blank()) {
        draft.body.offer(rank, text);
        draft.body_base = base.map(|base| base.as_str().to_owned());
    }
}

/// The name in `mail@example.org (Name)`, `Name <mail@example.org>` and the like; an address alone is better than nothing.
pub(super) fn author(written: &str) -> Option<String> {
    let written = super::plain::text_of(written);
    let written = written.trim_start_matches("mailto:");
    let is_mail = |word: &str| word.contains('@') && !word.contains(' ');
    let unquoted = |name: &str| name.trim().trim_matches(['"', '\'', ',']).trim().to_owned();
    for (open, close) in [('(', ')'), ('<', '>')] {
        if let Some((before, rest)) = written.split_once(open)
            && let Some((within, _)) = rest.split_once(close)
        {
            let name = match (is_mail(before.trim()), is_mail(within.trim())) {
                (true, false) => unquoted(within),
                (false, true) => unquoted(before),
                _ => continue,
            };
            return Some(if name.is_empty() { written.to_owned() } else { name });
        }
    }
    let words: Vec<&str> = written.split(' ').filter(|word| !is_mail(word)).collect();
    let name = if words.is_empty() { written.to_owned() } else { unquoted(&words.join(" ")) };
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_are_known_by_their_names() {
        for (written, name) in [
            ("ada@example.org (Ada Byron)", Some("Ada Byron")),
            ("Ada Byron <ada@example.org>", Some("Ada Byron")),
            ("Ada Byron (ada@example.org)", Some("Ada Byron")),
            ("&quot;Ada&quot; &lt;ada@example.org&gt;", Some("Ada")),
            ("mailto:ada@example.org", Some("ada@example.org")),
            ("ada@example.org Ada Byron", Some("Ada Byron")),
            ("Ada Byron (Analyst)", Some("Ada Byron (Analyst)")),
            ("\u{738b}\u{5c0f}\u{660e}", Some("\u{738b}\u{5c0f}\u{660e}")),
            (" ", None),
        ] {
            assert_eq!(author(written).as_deref(), name, "{written}");
        }
    }
}
