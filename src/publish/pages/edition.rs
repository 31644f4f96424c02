//! An edition as pages show it.

use super::views::{Link, date, is_of_day, page, tags};
use crate::model::{StoredEdition, StoredItem, web_uri};
use crate::publish::address::edition_folder;
use crate::publish::characters::line;
use crate::publish::options::Site;
use serde::Serialize;

/// An edition: its own page, the front page, and lists show it.
#[derive(Serialize)]
pub(super) struct EditionView {
    title: String,
    href: String,
    /// Whether it has a title of its own; else it is called by its day.
    is_named: bool,
    day: String,
    datetime: String,
    /// The day where it is called by its title, else that of the week; number and author.
    about: String,
    author: Option<String>,
    permalink: Option<String>,
    cover: Option<String>,
    tags: Vec<Link>,
}

impl EditionView {
    /// An edition as a page shows it from which `root` leads to the root.
    pub(super) fn new(site: &Site, root: &str, edition: &StoredEdition, items: &[StoredItem]) -> Self {
        let (words, header) = (site.words(), &edition.header);
        let (day, datetime) = date(site, edition.published);
        let day_in_zone = edition.published.with_timezone(&site.options.timezone).date_naive();
        let headline = line(&edition.headline);
        let of_item = items.iter().any(|item| line(&item.item.title) == headline);
        let is_named = !(headline.is_empty() || of_item || is_of_day(items));
        let author = header.author.as_deref().map(line).filter(|name| !name.is_empty());
        let first = if is_named { day.as_str() } else { words.weekday(day_in_zone) };
        let number = header.number.map(|number| words.edition_number(number));
        let about: Vec<&str> = [Some(first), number.as_deref(), author.as_deref()].into_iter().flatten().collect();
        let address = |given: &Option<String>| given.as_deref().and_then(web_uri).map(String::from);
        Self {
            title: headline,
            href: page(root, &edition_folder(edition)),
            is_named,
            about: about.join(" · "),
            day,
            datetime,
            author,
            permalink: address(&header.permalink),
            cover: address(&edition.cover).filter(|_| site.options.pictures),
            tags: tags(root, &edition.tags),
        }
    }
}
