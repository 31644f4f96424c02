//! Pages that name all tags or all cited hosts: by name with an index of initials, and those with the most items.

use super::plots::WeightedLink;
use super::views::page;
use super::{PageFrame, PageView, SiteView, render};
use crate::publish::Error;
use crate::publish::characters::line;
use crate::publish::collation::{CollationKey, Initial};
use crate::publish::layout;
use crate::publish::options::Site;
use serde::Serialize;
use std::cmp::Reverse;

/// From so many names on there is an index of their initials.
const MANY: usize = 30;

/// Names that stand by weight too.
const HEAVIEST: usize = 20;

/// A tag or a cited host among all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// What it is called.
    pub name: String,
    /// Its folder.
    pub slug: String,
    /// How many items it has.
    pub items: u64,
    /// None of its links opens.
    pub is_closed: bool,
}

#[derive(Serialize)]
struct CataloguePage<'a> {
    site: SiteView<'a>,
    page: PageFrame,
    heading: &'a str,
    about: String,
    /// Whether names are as long as those of hosts are.
    is_wide: bool,
    has_initials: bool,
    groups: Vec<CatalogueGroup>,
    heaviest: Vec<WeightedLink>,
}

impl PageView for CataloguePage<'_> {
    const TEMPLATE: &'static str = "catalogue.html";
}

/// Names with the same initial.
#[derive(Serialize)]
struct CatalogueGroup {
    initial: String,
    anchor: String,
    rows: Vec<CatalogueRow>,
}

#[derive(Serialize)]
struct CatalogueRow {
    name: String,
    href: String,
    count: u64,
    is_closed: bool,
}

/// All tags, `tags/index.html`.
pub fn tag_index(site: &Site, tags: &[CatalogueEntry]) -> Result<Vec<u8>, Error> {
    let words = site.words();
    let about = words.tags_about(count(tags));
    render(&site.options, &CataloguePage::new(site, (layout::TAGS, &words.tags), about, tags))
}

/// All cited hosts, `sources/index.html`.
pub fn source_index(site: &Site, hosts: &[CatalogueEntry]) -> Result<Vec<u8>, Error> {
    let words = site.words();
    let about = words.sources_about(count(hosts));
    let page = CataloguePage::new(site, (layout::SOURCES, &words.sources), about, hosts);
    render(&site.options, &CataloguePage { is_wide: true, ..page })
}

fn count(entries: &[CatalogueEntry]) -> u64 {
    u64::try_from(entries.len()).unwrap_or(u64::MAX)
}

impl<'a> CataloguePage<'a> {
    /// The catalogue of a folder, under a heading.
    fn new(site: &'a Site, (folder, heading): (&str, &'a str), about: String, entries: &[CatalogueEntry]) -> Self {
        let key = |entry: &CatalogueEntry| CollationKey::of(site.options.language, &line(&entry.name));
        let mut entries: Vec<_> = entries.iter().map(|entry| (key(entry), entry)).collect();
        entries.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.slug.cmp(&other.slug)));
        let mut groups: Vec<(Initial, CatalogueGroup)> = Vec::new();
        for (key, entry) in &entries {
            let row = CatalogueRow::new(entry);
            match groups.last_mut().filter(|(initial, _)| *initial == key.initial()) {
                Some((_, group)) => group.rows.push(row),
                None => groups.push((key.initial(), CatalogueGroup::new(key.initial(), row))),
            }
        }
        let has_initials = entries.len() >= MANY;
        // The order is stable: what has as many items stays in the order of names.
        entries.sort_by_key(|(_, entry)| Reverse(entry.items));
        let heaviest = entries.iter().take(HEAVIEST).map(|(_, entry)| (&*entry.name, &*entry.slug, entry.items));
        Self {
            site: SiteView::new(&site.options),
            page: PageFrame::new(site, folder, "", heading).about(&about),
            heading,
            about,
            is_wide: false,
            has_initials,
            groups: groups.into_iter().map(|(_, group)| group).collect(),
            heaviest: WeightedLink::all("", heaviest),
        }
    }
}

impl CatalogueGroup {
    fn new(initial: Initial, first: CatalogueRow) -> Self {
        let (initial, anchor) = match initial {
            Initial::Letter(letter) => (letter.to_string(), letter.to_ascii_lowercase().to_string()),
            Initial::Other => ("#".to_owned(), "other".to_owned()),
        };
        Self { initial, anchor, rows: vec![first] }
    }
}

impl CatalogueRow {
    fn new(entry: &CatalogueEntry) -> Self {
        let CatalogueEntry { name, slug, items, is_closed } = entry;
        Self { name: line(name), href: page("", &format!("{slug}/")), count: *items, is_closed: *is_closed }
    }
}
