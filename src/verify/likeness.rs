//! Whether a page is still the one that was cited: two portraits compared, and a portrait with what its citation says.
//! Pure.
//!
//! Anything that agrees, the title, the text or the name of the site, makes it the same page: a site changes its looks, an
//! article its title, and a false alarm is worse than a miss. Only where nothing agrees do signs count.

use crate::model::{Check, Citation, Portrait, is_unspaced, words_of};
use std::collections::BTreeSet;

/// Share of shingles from which two texts are versions of one. Texts in one language that have nothing to do with each
/// other share a fifth, of three letters each.
const SAME_TEXT: f64 = 0.45;

/// Shortest name that says something.
const NAME: usize = 3;

/// What cuts a title into the headline and the name of its site.
const SEPARATORS: [char; 9] = ['|', '–', '—', '·', '_', '»', '«', '•', '｜'];

/// Why two portraits are of one page, in words; `None` when nothing about them agrees.
pub(super) fn same_page(before: &Portrait, now: &Portrait) -> Option<&'static str> {
    if same_words(&headline(before), &headline(now)) {
        return Some("its title agrees");
    }
    if before.sketch.similarity(&now.sketch) >= SAME_TEXT {
        return Some("its text agrees");
    }
    if same_site(before, now) {
        return Some("its site is called the same");
    }
    // A page that is shown in the language of whoever asks says that it has others.
    let same_domain = before.domain == now.domain;
    let is_version = |of: &Portrait, other: &Portrait| {
        of.language != other.language && other.language.as_ref().is_some_and(|it| of.alternates.contains(it))
    };
    (same_domain && (is_version(before, now) || is_version(now, before))).then_some("it has other languages")
}

/// Whether a look saw the page that a portrait is of.
pub fn is_itself(portrait: &Portrait, look: &Check) -> bool {
    look.portrait.as_ref().is_some_and(|now| same_page(portrait, now).is_some())
}

/// Whether both name their site alike: by its own name, or by the part of their titles that is not the headline.
fn same_site(before: &Portrait, now: &Portrait) -> bool {
    let names = |portrait: &Portrait| {
        let own = portrait.site_name.iter().map(|name| plain(name));
        let title = parts(&portrait.title).into_iter().skip(usize::from(!portrait.front)).map(|part| plain(&part));
        own.chain(title).filter(|name| name.chars().count() >= NAME).collect::<BTreeSet<_>>()
    };
    let (before, now) = (names(before), names(now));
    before.iter().any(|name| now.contains(name))
}

/// Whether a page elsewhere says by itself that it carries on an old one: by the address that it calls its own, or by the
/// name that it gives its site.
pub(super) fn names_the_old(now: &Portrait, old_domain: &str) -> bool {
    if now.canonical.as_deref() == Some(old_domain) {
        return true;
    }
    let label = plain(old_domain.split('.').next().unwrap_or_default());
    let names = |name: &String| {
        let name = plain(name);
        label.chars().count() > NAME && name.replace(' ', "").contains(&label.replace(' ', ""))
    };
    now.site_name.iter().chain([&now.title]).any(names)
}

/// Whether a page is what those who cite it call it: its title, its site's name, or the host that it was found at instead
/// of `asked` has words of theirs.
pub(super) fn is_cited(citation: &Citation, now: &Portrait, asked: &str) -> bool {
    let host = now.domain.split('.').next().filter(|_| now.domain != asked).unwrap_or_default();
    let own = [now.title.as_str(), now.site_name.as_deref().unwrap_or_default(), host];
    citation.words.iter().any(|words| own.iter().any(|own| same_words(words, own)))
}

/// A title without the name of its site.
fn headline(portrait: &Portrait) -> String {
    let site = portrait.site_name.as_deref().map(plain);
    let parts = parts(&portrait.title);
    let longest = parts.iter().filter(|part| Some(plain(part)) != site).max_by_key(|part| part.chars().count());
    longest.or(parts.first()).cloned().unwrap_or_default()
}

fn parts(title: &str) -> Vec<String> {
    let spaced = title.replace(" - ", "|").replace(": ", "|");
    spaced.split(SEPARATORS).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// Whether two lines share half of the words of the shorter one.
fn same_words(a: &str, b: &str) -> bool {
    let (a, b) = (words_of(a), words_of(b));
    let shared: Vec<&String> = a.intersection(&b).collect();
    let says_something = shared.iter().any(|word| weighs(word)) || shared.len() > 2;
    let least = a.len().min(b.len());
    least > 0 && shared.len() * 2 >= least && says_something
}

/// Short Latin words stand in any title.
fn weighs(word: &str) -> bool {
    let letters = word.chars().count();
    word.chars().any(is_unspaced) && letters > 1 || letters > 3
}

/// Lower case, with blanks for all that is neither letter nor digit.
fn plain(text: &str) -> String {
    let letters = text.chars().flat_map(char::to_lowercase).map(|c| if c.is_alphanumeric() { c } else { ' ' });
    letters.collect::<String>().split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "tests/likeness.rs"]
mod tests;
