//! What templates show of items, tags and sources: texts and paths, nothing to decide.

use super::super::{Site, content};
use crate::model::{CitedSource, StoredItem, Tag, Verdict};
use chrono::{DateTime, SecondsFormat, Utc};

/// An item as templates show it.
pub(super) struct ItemView<'a> {
    pub(super) title: &'a str,
    pub(super) path: String,
    pub(super) datetime: String,
    pub(super) date: String,
    pub(super) edition: &'a str,
    pub(super) edition_path: String,
    pub(super) permalink: Option<&'a str>,
    pub(super) tags: Vec<TagView<'a>>,
    pub(super) sources: Vec<SourceView<'a>>,
    pub(super) body: String,
}

/// A tag as templates show it.
pub(super) struct TagView<'a> {
    pub(super) name: &'a str,
    pub(super) path: String,
}

/// A source as templates show it.
pub(super) struct SourceView<'a> {
    pub(super) url: &'a str,
    pub(super) label: &'a str,
    pub(super) class: &'static str,
    pub(super) verdict: &'static str,
    pub(super) troubled: bool,
    pub(super) since: Option<String>,
    pub(super) moved_to: Option<&'a str>,
    pub(super) archive: Option<&'a str>,
}

impl<'a> ItemView<'a> {
    pub(super) fn of(site: &Site, item: &'a StoredItem) -> Self {
        Self { body: content::body(site, item), ..Self::in_list(site, item) }
    }

    /// Without its text.
    pub(super) fn in_list(site: &Site, item: &'a StoredItem) -> Self {
        Self {
            title: &item.item.title,
            path: format!("items/{}/", item.short_id),
            datetime: instant(site, item.published),
            date: day(site, item.published),
            edition: &item.edition.title,
            edition_path: format!("editions/{}/", encoded(&item.edition.slug)),
            permalink: item.edition.permalink.as_deref().filter(|link| is_web(link)),
            tags: item.tags.iter().map(TagView::of).collect(),
            sources: item.sources.iter().map(|source| SourceView::of(site, source)).collect(),
            body: String::new(),
        }
    }
}

impl<'a> TagView<'a> {
    fn of(tag: &'a Tag) -> Self {
        Self { name: &tag.name, path: format!("tags/{}/", encoded(&tag.slug)) }
    }
}

impl<'a> SourceView<'a> {
    fn of(site: &Site, source: &'a CitedSource) -> Self {
        Self {
            url: &source.link.url,
            label: &source.link.label,
            class: source.verdict.as_str(),
            verdict: site.options.language.verdict(source.verdict),
            troubled: !matches!(source.verdict, Verdict::Reachable | Verdict::Unchecked),
            since: source.since.filter(|_| source.verdict.shows_since()).map(|since| day(site, since)),
            moved_to: source.moved_to.as_deref(),
            archive: source.archive.as_deref(),
        }
    }
}

/// A path segment, percent-encoded.
pub(super) fn encoded(segment: &str) -> String {
    percent_encoding::utf8_percent_encode(segment, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
        .replace("%2E", ".")
}

pub(super) fn is_web(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

/// The day in the site's zone.
pub(super) fn day(site: &Site, date: DateTime<Utc>) -> String {
    date.with_timezone(&site.options.timezone).format("%Y-%m-%d").to_string()
}

/// The instant in the site's zone, RFC 3339.
pub(super) fn instant(site: &Site, date: DateTime<Utc>) -> String {
    date.with_timezone(&site.options.timezone).to_rfc3339_opts(SecondsFormat::Secs, false)
}
