//! What a page says of itself to programs: of an item as a news article (JSON-LD, schema.org), with what it is based on.
//!
//! Links to sources are told as Robust Links (robustlinks.mementoweb.org) by the attributes of the templates.

use super::safe::SafeHtml;
use crate::model::{CitedSource, StoredItem, web_uri};
use crate::publish::address::{of_item, of_page};
use crate::publish::characters::{clean, line};
use crate::publish::options::Site;
use crate::publish::{Error, compose, content};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewsArticle<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@type")]
    kind: &'static str,
    headline: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    url: String,
    date_published: String,
    date_modified: String,
    in_language: &'a str,
    author: LinkedThing,
    publisher: LinkedThing,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_based_on: Option<LinkedThing>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    citation: Vec<LinkedThing>,
}

/// Somebody or something by name and address.
#[derive(Serialize)]
struct LinkedThing {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// An item as a news article: JSON that may stand in a page as it is.
pub(super) fn article(site: &Site, stored: &StoredItem, description: &str) -> Result<SafeHtml, Error> {
    let item = &stored.item;
    let authors = [item.author.as_deref(), stored.edition.author.as_deref(), Some(site.options.author.as_str())];
    let author = authors.into_iter().flatten().map(line).find(|name| !name.is_empty());
    let title = line(&site.options.title);
    let publisher = LinkedThing { kind: "Organization", name: title.clone(), url: Some(of_page(site, "")) };
    let mut sources = stored.sources.iter().filter_map(source);
    let images = item.images.iter().filter(|_| site.options.pictures);
    let article = NewsArticle {
        context: "https://schema.org",
        kind: "NewsArticle",
        headline: line(&item.title),
        description,
        url: of_item(site, stored),
        date_published: moment(site, stored.published),
        date_modified: moment(site, stored.updated),
        in_language: compose::language(site, item).unwrap_or_else(|| site.options.language.tag()),
        author: author.map_or_else(
            || LinkedThing { kind: "Organization", name: title, url: None },
            |name| LinkedThing { kind: "Person", name, url: None },
        ),
        publisher,
        image: images.filter_map(|image| web_uri(image)).map(String::from).collect(),
        is_based_on: sources.next(),
        citation: sources.collect(),
    };
    Ok(SafeHtml(in_script(&clean(&serde_json::to_string(&article)?))))
}

/// A source as a page. What leads nowhere is none.
fn source(source: &CitedSource) -> Option<LinkedThing> {
    let url = web_uri(&source.link.url)?.into_owned();
    Some(LinkedThing { kind: "WebPage", name: line(content::label(source)), url: Some(url) })
}

fn moment(site: &Site, at: DateTime<Utc>) -> String {
    at.with_timezone(&site.options.timezone).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// JSON without what would end the element that it stands in, or begin a comment there. Such characters stand in its texts
/// only, where an escape means the same.
fn in_script(json: &str) -> String {
    let mut written = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        match c {
            '<' => written.push_str("\\u003c"),
            '>' => written.push_str("\\u003e"),
            '&' => written.push_str("\\u0026"),
            '\u{2028}' => written.push_str("\\u2028"),
            '\u{2029}' => written.push_str("\\u2029"),
            c => written.push(c),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_a_page_ends_nothing_and_means_the_same() {
        let hostile = "</script><script>alert(1)</script><!-- <![CDATA[ & \u{2028} \" \\";
        let json = serde_json::to_string(hostile).unwrap();
        let written = in_script(&json);
        assert!(!written.contains(['<', '>', '&', '\u{2028}']), "{written}");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), hostile);
    }
}
