//! A page to the portrait that is kept of it. Pure.

use super::page::{Page, folded};
use super::spam;
use super::{landing, signs};
use crate::model::{Portrait, Sketch, primary_language, registrable_domain};
use std::collections::BTreeSet;
use url::Url;
use whatlang::{Script, detect_script};

/// Longest title and longest name that are kept, characters.
const TITLE: usize = 200;
const NAME: usize = 80;

/// Most other languages that are kept.
const ALTERNATES: usize = 8;

/// The portrait of a page that was read at an address. None of a page that stands before every page of a site, is drawn by
/// scripts, or says nothing: that says nothing about what is behind it either.
pub(super) fn of(page: &Page, at: &Url) -> Option<Portrait> {
    if signs::is_before_every_page(page) || page.title.is_empty() && page.prose_text.is_empty() {
        return None;
    }
    let domain = registrable_domain(at.as_str())?;
    let head = &page.head;
    let canonical = head.canonical.as_deref().and_then(|href| at.join(href.trim()).ok());
    let canonical = canonical.and_then(|url| registrable_domain(url.as_str())).filter(|own| *own != domain);
    let mut seen = BTreeSet::new();
    let alternates =
        head.alternates.iter().filter_map(|tag| primary_language(tag)).filter(|tag| seen.insert(tag.clone()));
    Some(Portrait {
        title: cut(&page.title, TITLE),
        language: language(page),
        site_name: head.site_name.as_deref().map(|name| cut(name, NAME)).filter(|name| !name.is_empty()),
        generator: head.generator.as_deref().map(product).filter(|name| !name.is_empty()),
        domain,
        canonical,
        front: landing::is_root(at),
        alternates: alternates.take(ALTERNATES).collect(),
        sketch: Sketch::of(&page.prose_text),
        spam: advertised(page).map(str::to_owned),
    })
}

/// Two phrases of spam where a page says what it is about; one alone may be what an article is about.
fn advertised(page: &Page) -> Option<&'static str> {
    let head =
        [&page.title].into_iter().chain(&page.head.site_name).chain(&page.head.description).chain(&page.headings);
    let said = head.map(String::as_str).collect::<Vec<_>>().join("\n");
    spam::says(&said)
}

/// The language that a page is in: by its script where that tells, else as declared.
fn language(page: &Page) -> Option<String> {
    let text = format!("{}\n{}", page.title, page.prose_text);
    by_script(&text).map(str::to_owned).or_else(|| primary_language(page.head.language.as_deref()?))
}

/// The language of a text in a script that few languages are written in.
fn by_script(text: &str) -> Option<&'static str> {
    Some(match detect_script(text)? {
        Script::Mandarin => "zh",
        Script::Hiragana | Script::Katakana => "ja",
        Script::Hangul => "ko",
        Script::Thai => "th",
        Script::Cyrillic => "ru",
        Script::Arabic => "ar",
        Script::Hebrew => "he",
        Script::Greek => "el",
        _ => return None,
    })
}

/// A generator's name without its version.
fn product(name: &str) -> String {
    let name = folded(name);
    let words = name
        .split(' ')
        .take_while(|word| !word.trim_start_matches(['v', '(']).starts_with(|c: char| c.is_ascii_digit()));
    cut(&words.collect::<Vec<_>>().join(" "), NAME)
}

fn cut(text: &str, most: usize) -> String {
    folded(text).chars().take(most).collect()
}

#[cfg(test)]
#[path = "tests/portrait.rs"]
mod tests;
