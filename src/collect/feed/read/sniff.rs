//! What a text is: a feed in XML, JSON, a page, or none of these. Looks at its first tags only.

use super::lexer::{Lexer, Token};
use super::names::split;

/// Tags that are looked at before giving up.
const MAX_TAGS: usize = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DocumentKind {
    Xml,
    Json,
    Page,
    /// Why it is nothing of these.
    Nothing(&'static str),
}

/// Elements that say for themselves that a page begins.
const PAGE: [&str; 12] = ["html", "head", "body", "meta", "link", "script", "title", "p", "div", "h1", "table", "svg"];

pub(super) fn kind(text: &str) -> DocumentKind {
    let start = text.trim_start();
    if start.is_empty() {
        return DocumentKind::Nothing("it is empty");
    }
    if start.starts_with('{') {
        return DocumentKind::Json;
    }
    let mut page = false;
    for token in Lexer::new(text).filter(|token| !matches!(token, Token::Text(_) | Token::Literal(_))).take(MAX_TAGS) {
        match token {
            // A message of the server's may stand before a feed; a page that shows a feed begins as a page.
            Token::Start(tag) if is(split(tag.name).1, &["html", "head", "body"]) => return DocumentKind::Page,
            Token::Start(tag) if is(split(tag.name).1, &["rss", "feed", "rdf", "channel", "item", "entry"]) => {
                return DocumentKind::Xml;
            }
            Token::Start(tag) => page |= is(tag.name, &PAGE),
            Token::Doctype(declaration) if declaration.to_ascii_lowercase().contains("html") => {
                return DocumentKind::Page;
            }
            _ => {}
        }
    }
    if page {
        return DocumentKind::Page;
    }
    // Behind a prefix against scripts, or in a call.
    if start.contains('{') && start.contains("jsonfeed.org/version") {
        return DocumentKind::Json;
    }
    DocumentKind::Nothing(if start.starts_with('<') {
        "it is XML, and there is no feed in it"
    } else {
        "it is neither XML nor JSON"
    })
}

fn is(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}
