//! The years and months in which there are editions, and what stands beside an edition or an item.

use super::views::page;
use crate::model::{EditionNeighbours, NeighbourEdition, StoredItem};
use crate::publish::address::link_to_item;
use crate::publish::characters::line;
use crate::publish::compose;
use crate::publish::layout;
use crate::publish::months::Month;
use crate::publish::options::Site;
use serde::Serialize;
use std::collections::BTreeMap;

/// A year with its months in which there are editions.
#[derive(Serialize)]
pub(super) struct YearView {
    year: i32,
    months: Vec<MonthLink>,
}

#[derive(Serialize)]
struct MonthLink {
    name: String,
    href: String,
    /// The newest, which the index page begins with.
    is_newest: bool,
}

/// The years, newest first, each with its months, oldest first.
pub(super) fn years(site: &Site, root: &str, months: &[Month]) -> Vec<YearView> {
    let newest = months.iter().max();
    let mut years: BTreeMap<i32, Vec<Month>> = BTreeMap::new();
    for month in months {
        years.entry(month.year).or_default().push(*month);
    }
    let link = |month: &Month| MonthLink {
        name: site.words().month_in_year(*month).to_owned(),
        href: page(root, &layout::month(&month.slug())),
        is_newest: Some(month) == newest,
    };
    let year = |(year, months): (i32, Vec<Month>)| YearView { year, months: months.iter().map(link).collect() };
    years.into_iter().rev().map(year).collect()
}

/// What stands before or after an item: another one of its edition, else the edition beside that.
#[derive(Debug, Clone, Copy)]
pub enum PageNeighbour<'a> {
    /// An item of the same edition.
    Item(&'a StoredItem),
    /// The edition of the same input that was published before, or after.
    Edition(&'a NeighbourEdition),
}

/// What a page has before it and after it.
#[derive(Serialize)]
pub(super) struct NeighboursView {
    previous: Option<NeighbourLink>,
    next: Option<NeighbourLink>,
}

#[derive(Serialize)]
struct NeighbourLink {
    /// What it is to the page: the previous edition, the next item.
    what: String,
    /// Its title; an edition's day where it has none.
    name: String,
    /// An edition's, where it has one.
    number: Option<String>,
    /// An item's language, where it is another than the site's.
    lang: Option<String>,
    href: String,
}

impl NeighboursView {
    /// Those of an edition, as a page names them from which `root` leads to the root.
    pub(super) fn of_edition(site: &Site, root: &str, neighbours: &EditionNeighbours) -> Self {
        Self::new(
            site,
            root,
            [&neighbours.older, &neighbours.newer].map(|side| side.as_ref().map(PageNeighbour::Edition)),
        )
    }

    /// What stands before and after.
    pub(super) fn new(site: &Site, root: &str, [previous, next]: [Option<PageNeighbour<'_>>; 2]) -> Self {
        let words = site.words();
        Self {
            previous: previous.map(|beside| link(site, root, beside, [&words.previous_item, &words.previous_edition])),
            next: next.map(|beside| link(site, root, beside, [&words.next_item, &words.next_edition])),
        }
    }
}

fn link(site: &Site, root: &str, beside: PageNeighbour<'_>, [item_word, edition_word]: [&str; 2]) -> NeighbourLink {
    match beside {
        PageNeighbour::Item(item) => NeighbourLink {
            what: item_word.to_owned(),
            name: line(&item.item.title),
            number: None,
            lang: compose::language(site, &item.item).map(str::to_owned),
            href: link_to_item(root, item),
        },
        PageNeighbour::Edition(edition) => {
            let title = line(&edition.headline);
            let day = || site.words().day(edition.published.with_timezone(&site.options.timezone).date_naive());
            NeighbourLink {
                what: edition_word.to_owned(),
                name: if title.is_empty() { day() } else { title },
                number: edition.number.map(|number| site.words().edition_number(number)),
                lang: None,
                href: page(root, &layout::edition(&edition.slug)),
            }
        }
    }
}
