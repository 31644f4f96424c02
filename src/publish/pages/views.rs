//! What templates show of items, sources and tags: strings, ready but for escaping.

use crate::model::{CitedSource, Medium, StoredItem, Tag, web_uri};
use crate::publish::address::{edition_page_folder, encoded, link_to_item};
use crate::publish::characters::line;
use crate::publish::layout;
use crate::publish::options::Site;
use crate::publish::{attached, compose, content};
use chrono::{DateTime, SecondsFormat, Utc};
use minijinja::Value;
use serde::{Serialize, Serializer};

/// A link within the site.
#[derive(Serialize)]
pub(super) struct Link {
    pub(super) name: String,
    pub(super) href: String,
}

/// HTML that was sanitised: templates do not escape it.
#[derive(Default)]
pub(super) struct SafeHtml(String);

impl Serialize for SafeHtml {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from_safe_string(self.0.clone()).serialize(serializer)
    }
}

/// A cited source with its verdict.
#[derive(Serialize)]
pub(super) struct SourceView {
    pub(super) href: Option<String>,
    pub(super) label: String,
    pub(super) verdict: &'static str,
    pub(super) standing: String,
    pub(super) moved_to: Option<String>,
    pub(super) archive: Option<String>,
    /// The archived copy, where it comes before anything else.
    pub(super) copy_first: Option<String>,
}

/// A file that belongs to an item.
#[derive(Serialize)]
pub(super) struct FileView {
    pub(super) href: String,
    pub(super) name: String,
    pub(super) media_type: Option<String>,
}

/// An item on its own page or in a list.
#[derive(Serialize)]
pub(super) struct ItemView {
    pub(super) title: String,
    pub(super) href: String,
    /// Its name on the page of its day, where it has none of its own.
    pub(super) anchor: String,
    pub(super) day: String,
    /// Hour and minute in the site's zone.
    pub(super) time: String,
    pub(super) datetime: String,
    pub(super) edition: Link,
    /// Images, body and remark; empty in lists.
    pub(super) html: SafeHtml,
    /// The beginning of its text; empty where all of it stands.
    pub(super) summary: String,
    /// Its language, where it is another than the site's.
    pub(super) lang: Option<String>,
    /// Its files but for pictures, which its text shows.
    pub(super) files: Vec<FileView>,
    pub(super) sources: Vec<SourceView>,
    pub(super) tags: Vec<Link>,
}

impl ItemView {
    /// An item as a page shows it from which `root` leads to the root.
    pub(super) fn new(site: &Site, root: &str, stored: &StoredItem) -> Self {
        let (day, datetime) = date(site, stored.published);
        Self {
            title: line(&stored.item.title),
            href: link_to_item(root, stored),
            anchor: encoded(&stored.short_id).into_owned(),
            day,
            time: stored.published.with_timezone(&site.options.timezone).format("%H:%M").to_string(),
            datetime,
            edition: Link {
                name: line(&stored.edition.title),
                href: page(root, &edition_page_folder(&stored.edition)),
            },
            html: SafeHtml::default(),
            summary: String::new(),
            lang: compose::language(site, &stored.item).map(str::to_owned),
            files: files(stored),
            sources: stored.sources.iter().map(|source| SourceView::new(site, source)).collect(),
            tags: tags(root, &stored.tags),
        }
    }

    /// With all of its text.
    pub(super) fn in_full(mut self, site: &Site, stored: &StoredItem) -> Self {
        self.html = SafeHtml(content::story(site.words(), &stored.item));
        self
    }

    /// With the beginning of its text.
    pub(super) fn in_short(mut self, stored: &StoredItem) -> Self {
        self.summary = content::summary(&stored.item);
        self
    }
}

impl SourceView {
    fn new(site: &Site, source: &CitedSource) -> Self {
        let shown = |address: &Option<String>| address.as_deref().and_then(web_uri).map(String::from);
        let (copy_first, archive) = match shown(&source.archive) {
            copy if content::copy_comes_first(source) => (copy, None),
            copy => (None, copy),
        };
        Self {
            href: web_uri(&source.link.url).map(String::from),
            label: line(content::label(source)),
            verdict: source.verdict.as_str(),
            standing: content::standing(site.words(), site.options.timezone, source),
            moved_to: shown(&source.moved_to),
            archive,
            copy_first,
        }
    }
}

/// What an item's text does not show of its files. A file that is its source stands there.
fn files(stored: &StoredItem) -> Vec<FileView> {
    let cited: Vec<_> = stored.sources.iter().filter_map(|source| web_uri(&source.link.url)).collect();
    let files = attached::of_item(&stored.item).into_iter().filter(|file| file.medium != Medium::Image);
    let files = files.filter(|file| !cited.iter().any(|url| *url == file.url));
    files
        .map(|file| {
            let path = file.url.split(['?', '#']).next().unwrap_or_default();
            let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            FileView { name: line(name), media_type: file.media_type, href: file.url }
        })
        .collect()
}

/// A folder's page; named, for a browser that opens it from a disk knows no index.
pub(super) fn page(root: &str, folder: &str) -> String {
    layout::index(&format!("{root}{}", encoded(folder)))
}

/// Links to the pages of tags.
pub(super) fn tags(root: &str, tags: &[Tag]) -> Vec<Link> {
    let link = |tag: &Tag| Link { name: line(&tag.name), href: page(root, &layout::tag(&tag.slug)) };
    tags.iter().map(link).collect()
}

/// A moment as the day in the site's zone and as a machine reads it.
pub(super) fn date(site: &Site, at: DateTime<Utc>) -> (String, String) {
    let there = at.with_timezone(&site.options.timezone);
    (content::day(site.options.timezone, at), there.to_rfc3339_opts(SecondsFormat::Secs, true))
}
