//! What a text is: a feed in XML, JSON, a page, or none of these. The root element decides, whatever the document type says or
//! what stands further within.

use super::doctype;
use super::lexer::{Lexer, Token};
use super::names::split;

/// Tags that are looked at before giving up.
pub(super) const MAX_TAGS: usize = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DocumentKind<'t> {
    Xml,
    Json,
    /// A page, with the name of its first element.
    Page(&'t str),
    /// Why it is nothing of these.
    Nothing(&'static str),
}

/// Elements that say for themselves that a page begins.
const PAGE: [&str; 12] = ["html", "head", "body", "meta", "link", "script", "title", "p", "div", "h1", "table", "svg"];

/// Elements that a message of a server's begins with, in which nothing of a page need follow.
const MESSAGE: [&str; 8] = ["br", "b", "font", "center", "pre", "strong", "i", "hr"];

pub(super) fn kind(text: &str) -> DocumentKind<'_> {
    let start = text.trim_start();
    if start.is_empty() {
        return DocumentKind::Nothing("it is empty");
    }
    // Behind a prefix against scripts, or in a call.
    let before = start.split('<').next().unwrap_or_default();
    if start.starts_with('{') || (before.contains('{') && start.contains("jsonfeed.org/version")) {
        return DocumentKind::Json;
    }
    let mut root = None;
    let mut is_html = false;
    for token in Lexer::new(text).filter(|token| !matches!(token, Token::Text(_) | Token::Literal(_))).take(MAX_TAGS) {
        match token {
            Token::Start(tag) => {
                let root = *root.get_or_insert(tag.name);
                let (local, is_root) = (split(tag.name).1, root == tag.name);
                let is_page = is_html || is(root, &PAGE) || is(root, &MESSAGE);
                if is_root && is(local, &["opml"]) {
                    return DocumentKind::Nothing("it is OPML, a list of feeds");
                }
                // A message of the server's may stand before a feed; a page that shows a feed begins as a page.
                if is(local, &["html"]) || (is(local, &["head", "body"]) && is_page) || (is_html && !is_feed(tag.name))
                {
                    return DocumentKind::Page(tag.name);
                }
                if is_feed(tag.name) {
                    return DocumentKind::Xml;
                }
            }
            Token::Doctype(declaration) if root.is_none() => {
                is_html = doctype::root(declaration).eq_ignore_ascii_case("html");
            }
            _ => {}
        }
    }
    match root {
        Some(root) if is(root, &PAGE) => DocumentKind::Page(root),
        _ if start.contains('{') && start.contains("jsonfeed.org/version") => DocumentKind::Json,
        _ if start.starts_with('<') => DocumentKind::Nothing("it is XML, and there is no feed in it"),
        _ => DocumentKind::Nothing("it is neither XML nor JSON"),
    }
}

/// Whether an element is a feed's outermost one, or would be were it not missing.
pub(super) fn is_feed(name: &str) -> bool {
    is(split(name).1, &["rss", "feed", "rdf", "channel", "item", "entry"])
}

fn is(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_element_decides() {
        let xhtml = "\"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\"";
        for (head, root) in [
            ("<!DOCTYPE html>", "rss"),
            ("<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>", "feed"),
            (&format!("<!DOCTYPE rss PUBLIC {xhtml}>"), "rss"),
            (&format!("<!DOCTYPE html PUBLIC {xhtml}>"), "rdf:RDF"),
            (
                "<!DOCTYPE rss [<!ENTITY % HTMLlat1 PUBLIC '-//W3C//ENTITIES Latin 1 for XHTML//EN' 'xhtml-lat1.ent'>%HTMLlat1;]>",
                "rss",
            ),
            ("<!DOCTYPE rss [<!ENTITY sign '<html><body>'>]>", "rss"),
            ("<?xml version='1.0'?><!-- <html> --><?html <html>?>", "atom:feed"),
            ("<br />\n<b>Warning</b>: html in <b>index.php</b><br />", "rss"),
        ] {
            for (text, meant) in [
                (format!("{head}<{root} version='2.0'><channel><title>&lt;html></title>"), DocumentKind::Xml),
                (format!("{head}<html><body><pre><{root}><channel>"), DocumentKind::Page("html")),
                (format!("{head}<head><title>x</title></head><{root}>"), DocumentKind::Page("head")),
            ] {
                assert_eq!(kind(&text), meant, "{text}");
            }
        }
        for (text, meant) in [
            ("<!doctype html><title>x</title><pre><rss version='2.0'><channel>", DocumentKind::Page("title")),
            ("<!doctype html><my-app></my-app>", DocumentKind::Page("my-app")),
            ("<!DOCTYPE rss><html>", DocumentKind::Page("html")),
            ("<xhtml:html xmlns:xhtml='x'><rss>", DocumentKind::Page("xhtml:html")),
            ("<p>Gone fishing", DocumentKind::Page("p")),
            ("<outer><rss>", DocumentKind::Xml),
            (
                "<opml version='2.0'><head><title>x</title></head><body>",
                DocumentKind::Nothing("it is OPML, a list of feeds"),
            ),
            ("<urlset><head/><link/></urlset>", DocumentKind::Nothing("it is XML, and there is no feed in it")),
            ("read({\"version\":\"https://jsonfeed.org/version/1\",\"a\":\"<p>\"})", DocumentKind::Json),
            ("{\"a\":\"<html>\"}", DocumentKind::Json),
            ("so < that", DocumentKind::Nothing("it is neither XML nor JSON")),
        ] {
            assert_eq!(kind(text), meant, "{text}");
        }
    }
}
