//! The years and months in which there are editions, and the editions beside one.

use super::views::page;
use crate::model::{EditionNeighbours, NeighbourEdition};
use crate::publish::characters::line;
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

/// The editions beside one.
#[derive(Serialize)]
pub(super) struct NeighboursView {
    older: Option<NeighbourLink>,
    newer: Option<NeighbourLink>,
}

#[derive(Serialize)]
struct NeighbourLink {
    /// Its title, or where it has none its day.
    name: String,
    number: Option<String>,
    href: String,
}

impl NeighboursView {
    /// As a page names them from which `root` leads to the root.
    pub(super) fn new(site: &Site, root: &str, neighbours: &EditionNeighbours) -> Self {
        let link = |edition: &NeighbourEdition| {
            let title = line(&edition.headline);
            let day = || site.words().day(edition.published.with_timezone(&site.options.timezone).date_naive());
            NeighbourLink {
                name: if title.is_empty() { day() } else { title },
                number: edition.number.map(|number| site.words().edition_number(number)),
                href: page(root, &layout::edition(&edition.slug)),
            }
        };
        Self { older: neighbours.older.as_ref().map(link), newer: neighbours.newer.as_ref().map(link) }
    }
}
