//! What templates show of items, sources and tags: strings, ready but for escaping.

use super::safe::SafeHtml;
use super::text;
use crate::model::{CitedSource, Home, Medium, StoredItem, Tag, Verdict, web_uri};
use crate::publish::address::{edition_page_folder, encoded, link_to_item};
use crate::publish::characters::line;
use crate::publish::evidence::{SeenSource, evidence_in_words};
use crate::publish::layout;
use crate::publish::options::Site;
use crate::publish::{attached, compose, content};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;
use std::borrow::Cow;

/// A link within the site.
#[derive(Serialize)]
pub(super) struct Link {
    pub(super) name: String,
    pub(super) href: String,
}

/// A cited source and what is said of it.
#[derive(Serialize)]
pub(super) struct SourceView {
    pub(super) href: Option<String>,
    pub(super) label: String,
    /// Its host, and the page of what cites it; none where that is its name already.
    pub(super) host: String,
    pub(super) host_href: Option<String>,
    pub(super) verdict: &'static str,
    /// In a word or two; empty where all is well.
    pub(super) standing: String,
    /// More of that, for the item's own page.
    pub(super) note: String,
    pub(super) moved_to: Option<String>,
    /// The new address as it is shown.
    pub(super) moved_to_name: String,
    /// An archived copy, to be read in place of what is lost.
    pub(super) copy: Option<String>,
    pub(super) copy_words: String,
    /// The day of that copy, as a program reads it, where it is known.
    pub(super) copy_day: Option<String>,
}

/// A picture before an item's text.
#[derive(Serialize)]
pub(super) struct PictureView {
    pub(super) src: String,
    pub(super) alt: String,
    pub(super) credit: Option<String>,
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
    /// Pictures that stand before the text; none in lists.
    pub(super) pictures: Vec<PictureView>,
    /// Its text; empty in lists.
    pub(super) body: SafeHtml,
    /// The remark, with the name of who remarks.
    pub(super) remark: Option<SafeHtml>,
    /// Its own author, or whose feed it comes from.
    pub(super) author: Option<String>,
    /// The beginning of its text; empty where all of it stands.
    pub(super) summary: String,
    /// Its language, where it is another than the site's.
    pub(super) lang: Option<String>,
    /// Its files; pictures only where pages show none.
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
            edition: Link { name: edition_name(site, stored), href: page(root, &edition_page_folder(&stored.edition)) },
            pictures: Vec::new(),
            body: SafeHtml::default(),
            remark: text::remark(site, &stored.item, remarks(stored)),
            author: stored.item.author.as_deref().map(line).filter(|name| !name.is_empty()),
            summary: String::new(),
            lang: compose::language(site, &stored.item).map(str::to_owned),
            files: files(site, stored),
            sources: stored.sources.iter().map(|source| SourceView::new(site, root, source)).collect(),
            tags: tags(root, &stored.tags),
        }
    }

    /// With all of its text, below a heading of a level.
    pub(super) fn in_full(mut self, site: &Site, stored: &StoredItem, level: u8) -> Self {
        let item = &stored.item;
        let images = item.leading_images().filter_map(|(image, alt)| Some((web_uri(image)?, alt)));
        let picture = |(n, (src, alt)): (usize, (Cow<'_, str>, &str))| PictureView {
            src: src.into_owned(),
            alt: line(alt),
            credit: item.image_credit.as_deref().filter(|_| n == 0).map(line),
        };
        self.pictures = images.enumerate().filter(|_| site.options.pictures).map(picture).collect();
        self.body = text::body(site, item, level);
        self
    }

    /// With the beginning of its text.
    pub(super) fn in_short(mut self, stored: &StoredItem) -> Self {
        self.summary = text::summary(&stored.item);
        self
    }
}

/// Who remarks: the name before the remark, else the edition's author.
fn remarks(stored: &StoredItem) -> Option<&str> {
    stored.item.comment_by.as_deref().or(stored.edition.author.as_deref())
}

/// An edition in an item's line: by its number, else by its title.
fn edition_name(site: &Site, stored: &StoredItem) -> String {
    let by_number = || stored.edition.number.map(|number| site.words().edition_number(number));
    let of_day = || match &stored.home {
        Home::Day { .. } => day_of(&stored.edition.slug).map(|day| site.words().day(day)),
        Home::Page => None,
    };
    of_day().or_else(by_number).unwrap_or_else(|| line(&stored.edition.title))
}

/// Whether an edition is a day's, of what feeds brought: an editor's may have a date as its path too.
pub(super) fn is_of_day(items: &[StoredItem]) -> bool {
    items.first().is_some_and(|item| matches!(item.home, Home::Day { .. }))
}

/// The day that a day's edition is of.
pub(super) fn day_of(slug: &str) -> Option<NaiveDate> {
    slug.get(..10)?.parse().ok()
}

impl SourceView {
    /// A source as a page shows it from which `root` leads to the root.
    pub(super) fn new(site: &Site, root: &str, source: &CitedSource) -> Self {
        let words = site.words();
        let shown = |address: &Option<String>| address.as_deref().and_then(web_uri).map(String::from);
        let (label, host) = (line(content::label(source)), line(&source.host));
        let since = source
            .since
            .filter(|_| source.verdict.shows_since())
            .map(|since| since.with_timezone(&site.options.timezone).date_naive());
        let copy = shown(&source.archive).filter(|_| source.verdict.is_lost());
        let moved_to = shown(&source.moved_to).filter(|_| source.verdict == Verdict::Moved);
        let day = since.map(|since| words.day(since));
        let seen =
            SeenSource { verdict: source.verdict, rule: &source.rule, since: day.as_deref(), has_copy: copy.is_some() };
        let note = evidence_in_words(words, &seen);
        let has_page = !host.is_empty() && host != label && web_uri(&source.link.url).is_some();
        Self {
            href: web_uri(&source.link.url).map(String::from),
            host_href: has_page.then(|| page(root, &layout::source(&source.host))),
            label,
            host,
            verdict: source.verdict.as_str(),
            standing: words.short_standing(source.verdict, since),
            note,
            moved_to_name: moved_to.as_deref().map(short_address).unwrap_or_default(),
            moved_to,
            copy_words: words.copy_of(copy.as_deref().and_then(archived_on)),
            copy_day: copy.as_deref().and_then(archived_on).map(|day| day.to_string()),
            copy,
        }
    }
}

/// An address as it is read: without scheme, `www.` and a last slash.
pub(super) fn short_address(url: &str) -> String {
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest);
    bare.strip_prefix("www.").unwrap_or(bare).trim_end_matches('/').to_owned()
}

/// The day of an archived copy, from the fourteen digits in its address (RFC 7089's URI-Ms of the Wayback Machine).
pub(super) fn archived_on(copy: &str) -> Option<NaiveDate> {
    let stamp = copy.split('/').find(|part| part.len() >= 14 && part.bytes().take(14).all(|b| b.is_ascii_digit()))?;
    NaiveDate::parse_from_str(stamp.get(..8)?, "%Y%m%d").ok()
}

/// What an item's text does not show of its files. A file that is its source stands there.
fn files(site: &Site, stored: &StoredItem) -> Vec<FileView> {
    let cited: Vec<_> = stored.sources.iter().filter_map(|source| web_uri(&source.link.url)).collect();
    let files = attached::of_item(&stored.item)
        .into_iter()
        .filter(|file| !site.options.pictures || file.medium != Medium::Image);
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

/// A moment as the day in the site's zone, in words, and as a machine reads it.
pub(super) fn date(site: &Site, at: DateTime<Utc>) -> (String, String) {
    let there = at.with_timezone(&site.options.timezone);
    (site.words().day(there.date_naive()), there.to_rfc3339_opts(SecondsFormat::Secs, true))
}
