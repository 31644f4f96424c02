//! Whether a document is a feed of another kind than the one that is known at its address: a bought domain, a successor under
//! an old name. Title, language and entries must all be others at once; each alone changes on many a good feed. Pure.

use super::entries::{Plan, ReadDocument};
use super::scope::Scope;
use crate::model::{Face, registrable_domain_of, words_of};
use std::collections::BTreeSet;
use whatlang::{Info, Script};

/// Titles of entries that are listened to.
const HEARD: usize = 50;

/// Letters without which their script says nothing, and without which their language does not.
const LETTERS: (usize, usize) = (6, 60);

/// Words that say nothing of whose title they stand in.
const COMMON: [&str; 39] = [
    "the", "a", "an", "and", "of", "to", "in", "on", "for", "my", "our", "der", "die", "das", "und", "le", "la", "les",
    "el", "los", "de", "il", "blog", "news", "feed", "rss", "atom", "home", "official", "latest", "com", "org", "net",
    "www", "博客", "新闻", "资讯", "日报", "官网",
];

/// Whether a document is a feed of another kind: no entry of it is known, its title shares no word with the known one, and its
/// language is another. What looked like nothing yet, and what holds no entries, is of no kind.
pub fn is_another_kind(scope: &Scope, document: &ReadDocument<'_>, plan: &Plan, before: &Face, now: &Face) -> bool {
    let knows_one = plan.same > 0 || !plan.revised.is_empty();
    if document.entries.is_empty() || knows_one || !shares_no_word(&before.title, &now.title) {
        return false;
    }
    let met: Vec<&str> =
        scope.entries().filter(|entry| entry.input == document.row).map(|e| e.title.as_str()).collect();
    let known = if met.is_empty() { before.entries.iter().map(String::as_str).collect() } else { met };
    let read: Vec<&str> = document.entries.iter().map(|entry| entry.item.title.as_str()).collect();
    speaks_another(before, now, sound_unlike(&known, &read))
}

/// Whether two titles have no word in common, but for words that stand in many. Without a title nothing can be said.
fn shares_no_word(before: &str, now: &str) -> bool {
    let (before, now) = (words(before), words(now));
    !before.is_empty() && before.is_disjoint(&now)
}

/// The words of a title. Common words count where there are no others.
fn words(title: &str) -> BTreeSet<String> {
    let all = words_of(title);
    let telling: BTreeSet<String> = all.iter().filter(|word| !COMMON.contains(&word.as_str())).cloned().collect();
    if telling.is_empty() { all } else { telling }
}

/// Whether the language is another: as declared or as the entries sound; where neither tells, another site stands in for it.
fn speaks_another(before: &Face, now: &Face, heard: Option<bool>) -> bool {
    let declared = before.language.as_ref().zip(now.language.as_ref()).map(|(before, now)| before != now);
    match (declared, heard) {
        (None, None) => before
            .site
            .as_deref()
            .zip(now.site.as_deref())
            .is_some_and(|(a, b)| registrable_domain_of(a) != registrable_domain_of(b)),
        (declared, heard) => declared == Some(true) || heard == Some(true),
    }
}

/// Whether titles are of another language; `None` where that cannot be heard.
fn sound_unlike(known: &[&str], read: &[&str]) -> Option<bool> {
    let ((known, said), (read, says)) = (heard(known)?, heard(read)?);
    if family(known.script()) != family(read.script()) {
        return Some(true);
    }
    let tells = |info: &Info, letters: usize| letters >= LETTERS.1 && info.is_reliable();
    (tells(&known, said) && tells(&read, says)).then(|| known.lang() != read.lang())
}

/// The language that titles sound like, and how many letters say so.
fn heard(titles: &[&str]) -> Option<(Info, usize)> {
    let text = titles.iter().take(HEARD).copied().collect::<Vec<_>>().join(". ");
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let info = whatlang::detect(&text).filter(|_| letters >= LETTERS.0)?;
    Some((info, letters))
}

/// Japanese is written in three scripts at once.
fn family(script: Script) -> Script {
    if matches!(script, Script::Hiragana | Script::Katakana) { Script::Mandarin } else { script }
}

#[cfg(test)]
#[path = "tests/kinds.rs"]
mod tests;
