//! The pages of day editions. Each day is cut into numbered pages as a list is; an item of a feed is an anchor on one of them.
//!
//! They are laid out before anything is composed, in a transaction of its own, so that whatever links to an anchor finds the
//! page on which it will stand. What a page shows is remembered as a hash: one that shows the same items as before, none of
//! which changed, is not composed again.

use super::compose::{Composer, Cut, Output, PAGE, blocking};
use crate::pipeline::Error;
use crate::publish::{self, Newer, content_hash, layout};
use crate::store::{Day, DayPage, Store};
use std::collections::HashSet;
use std::fmt::Write as _;
use uuid::Uuid;

/// Days laid out at once.
const DAYS_AT_ONCE: usize = 16;

/// Pages composed at once.
pub(super) const PAGES_AT_ONCE: usize = 4;

/// A page of a day as it is to be composed.
#[derive(Debug)]
pub(super) struct DayUnit {
    slug: String,
    cut: Cut,
    /// 0 is the index page.
    number: u32,
    /// Newest first.
    items: Vec<Uuid>,
}

/// What is to be done about the days.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The days that were laid out.
    pub(super) days: HashSet<Uuid>,
    /// Pages to compose.
    pub(super) units: Vec<DayUnit>,
    /// Folders of the days, with the number of pages each has; `None` where not even the index page is left.
    folders: Vec<(String, Option<u32>)>,
}

/// Lays out the days that are marked, or all, and marks what links to items whose page is another one now.
pub(super) async fn lay_out(store: &Store, all: bool) -> Result<Layout, Error> {
    let ids = store.days_to_lay_out(all).await?;
    let mut layout = Layout::default();
    for ids in ids.chunks(DAYS_AT_ONCE) {
        let (mut pages, mut moved) = (Vec::new(), Vec::new());
        for day in store.days(ids).await? {
            layout.add(&day, all, &mut pages, &mut moved);
        }
        let mut write = store.begin().await?;
        write.lay_out(ids, &pages, &moved).await?;
        write.commit().await?;
    }
    Ok(layout)
}

impl Layout {
    fn add(&mut self, day: &Day, all: bool, pages: &mut Vec<DayPage>, moved: &mut Vec<Uuid>) {
        self.days.insert(day.id);
        let cut = Cut::of(u64::try_from(day.items.len()).unwrap_or(u64::MAX));
        self.folders.push((layout::edition(&day.slug), (!day.items.is_empty()).then_some(cut.pages)));
        let full = usize::try_from(u64::from(cut.pages) * PAGE).unwrap_or(usize::MAX);
        let (on_index, numbered) = day.items.split_at(day.items.len().saturating_sub(full));
        let of_page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let numbers = (1..=cut.pages).rev();
        let parts = std::iter::once((0, on_index)).chain(numbers.zip(numbered.chunks(of_page)));
        for (number, items) in parts {
            let Some((position, newest, _)) = items.first() else { continue };
            let hash = hash(cut, number, items);
            let before = day.pages.get(&number);
            // One that was laid out by a publish that broke off is still to be composed.
            let shows_others = before.is_none_or(|(before, is_dirty)| *is_dirty || *before != hash);
            if shows_others {
                moved.extend(items.iter().map(|(_, id, _)| *id));
            }
            let newest = (*position, *newest);
            pages.push(DayPage { edition: day.id, number, newest, hash, is_dirty: shows_others });
            if all || shows_others || items.iter().any(|(.., changed)| *changed) {
                let items = items.iter().map(|(_, id, _)| *id).collect();
                self.units.push(DayUnit { slug: day.slug.clone(), cut, number, items });
            }
        }
    }
}

/// What a page shows, and which pages are beside it; with the first one, how many items there are in all.
fn hash(cut: Cut, number: u32, items: &[(i64, Uuid, bool)]) -> String {
    let paging = cut.paging(number);
    let mut shown = match paging.newer {
        Newer::None => format!("of {}", paging.total),
        Newer::Index => "index".to_owned(),
        Newer::Page(_) => String::new(),
    };
    for (_, id, _) in items {
        // Writing to a String cannot fail.
        let _ = write!(shown, " {id}");
    }
    content_hash(shown.as_bytes())
}

impl Composer<'_> {
    /// Pages of days.
    pub(super) async fn day_pages(&self, units: &[DayUnit]) -> Result<Vec<Output>, Error> {
        let ids: Vec<Uuid> = units.iter().flat_map(|unit| unit.items.iter().copied()).collect();
        let mut items = self.store.items(&ids, &self.tags).await?.into_iter().peekable();
        let mut pages = Vec::with_capacity(units.len());
        for unit in units {
            let wanted: HashSet<Uuid> = unit.items.iter().copied().collect();
            let shown: Vec<_> = std::iter::from_fn(|| items.next_if(|item| wanted.contains(&item.id))).collect();
            let path = match unit.number {
                0 => layout::edition(&unit.slug),
                number => layout::numbered(&layout::edition(&unit.slug), number),
            };
            pages.push((layout::index(&path), unit.cut.paging(unit.number), shown));
        }
        let site = std::sync::Arc::clone(&self.site);
        blocking(move || {
            let page = |(path, paging, items): (String, publish::Paging, Vec<_>)| {
                let Some(edition) = items.first().map(|item: &crate::model::StoredItem| &item.edition) else {
                    return Ok(None);
                };
                Ok(Some(Output::file(path, publish::day_page(&site, edition, &items, &paging)?)))
            };
            pages.into_iter().filter_map(|one| page(one).transpose()).collect()
        })
        .await
    }

    /// Pages that the days do not have any more.
    pub(super) async fn surplus_day_pages(&self, layout: &Layout) -> Result<Vec<Output>, Error> {
        let folders: Vec<(&str, Option<u32>)> =
            layout.folders.iter().map(|(folder, pages)| (folder.as_str(), *pages)).collect();
        self.surplus(&folders).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn day(items: u128, pages: HashMap<u32, (String, bool)>) -> Day {
        let item = |n: u128| (i64::try_from(n).unwrap(), Uuid::from_u128(items - n), false);
        Day { id: Uuid::nil(), slug: "d".to_owned(), items: (0..items).map(item).collect(), pages }
    }

    fn laid_out(day: &Day) -> (Layout, Vec<DayPage>, Vec<Uuid>) {
        let (mut layout, mut pages, mut moved) = (Layout::default(), Vec::new(), Vec::new());
        layout.add(day, false, &mut pages, &mut moved);
        (layout, pages, moved)
    }

    fn numbers(layout: &Layout) -> Vec<(u32, usize)> {
        layout.units.iter().map(|unit| (unit.number, unit.items.len())).collect()
    }

    fn published(pages: &[DayPage]) -> HashMap<u32, (String, bool)> {
        pages.iter().map(|page| (page.number, (page.hash.clone(), false))).collect()
    }

    #[test]
    fn full_pages_stay_and_the_rest_is_on_the_first_one() {
        let (layout, pages, moved) = laid_out(&day(149, HashMap::new()));
        assert_eq!(numbers(&layout), [(0, 99), (1, 50)]);
        assert_eq!(moved.len(), 149);
        let (same, ..) = laid_out(&day(149, published(&pages)));
        assert_eq!(numbers(&same), []);
        // One more fills the second page; the first one has a newer neighbour by then.
        let (more, next, moved) = laid_out(&day(150, published(&pages)));
        assert_eq!(numbers(&more), [(0, 50), (2, 50), (1, 50)]);
        assert_eq!(moved.len(), 150);
        let (more, ..) = laid_out(&day(151, published(&next)));
        assert_eq!(numbers(&more), [(0, 51)]);
        assert_eq!(next[1].newest, (50, Uuid::from_u128(100)));
    }

    #[test]
    fn what_changed_is_composed_though_it_stays_in_its_place() {
        let (_, pages, _) = laid_out(&day(160, HashMap::new()));
        let mut changed = day(160, published(&pages));
        changed.items[120].2 = true;
        let (layout, pages, moved) = laid_out(&changed);
        assert_eq!((numbers(&layout), moved.len()), (vec![(1, 50)], 0));
        assert!(pages.iter().all(|page| !page.is_dirty));
        // A publish broke off before this page was written.
        changed.items[120].2 = false;
        changed.pages.get_mut(&2).unwrap().1 = true;
        let (layout, _, moved) = laid_out(&changed);
        assert_eq!((numbers(&layout), moved.len()), (vec![(2, 50)], 50));
    }

    #[test]
    fn a_day_that_left_has_no_page() {
        let (layout, pages, _) = laid_out(&day(0, HashMap::new()));
        assert_eq!((layout.units.len(), pages.len()), (0, 0));
        assert_eq!(layout.folders, [("editions/d/".to_owned(), None)]);
    }
}
