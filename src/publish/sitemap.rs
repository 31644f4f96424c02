//! `sitemap.xml` (sitemaps.org) and `robots.txt`: what search engines are to know.
//!
//! Listed is what has words of its own: pages of items and editions, and the first pages of channels. Numbered pages are not.
//! A date is when the content changed, by the store, and absent where none is known.

use super::address::{absolute, of_page};
use super::characters::escaped;
use super::layout;
use super::options::Site;
use chrono::{DateTime, SecondsFormat, Utc};
use std::fmt::Write as _;

/// Pages in one list at most, by the protocol.
const MOST: usize = 50_000;

/// What both files say of themselves, so that one is known as ours again.
pub(super) const MARK: &str = "wellsourced";

/// Begins a file of the protocol.
const OPEN: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- wellsourced -->\n";
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// A page as search engines are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPage {
    /// Its folder.
    pub folder: String,
    /// When its content changed last.
    pub changed: Option<DateTime<Utc>>,
}

/// The lists of pages, each with its path: one, or several and the list of them, which comes last.
pub fn sitemaps(site: &Site, pages: &[ListedPage]) -> Vec<(String, Vec<u8>)> {
    cut(site, pages, MOST)
}

fn cut(site: &Site, pages: &[ListedPage], most: usize) -> Vec<(String, Vec<u8>)> {
    if pages.len() <= most {
        let listed = pages.iter().map(|page| (of_page(site, &page.folder), page.changed));
        return vec![(layout::SITEMAP.to_owned(), list(["urlset", "url"], listed))];
    }
    let (mut lists, mut parts) = (Vec::new(), Vec::new());
    for (number, part) in (1..).zip(pages.chunks(most)) {
        let listed = part.iter().map(|page| (of_page(site, &page.folder), page.changed));
        let path = layout::sitemap(number);
        parts.push((absolute(site, &path), part.iter().filter_map(|page| page.changed).max()));
        lists.push((path, list(["urlset", "url"], listed)));
    }
    lists.push((layout::SITEMAP.to_owned(), list(["sitemapindex", "sitemap"], parts.into_iter())));
    lists
}

fn list([outer, inner]: [&str; 2], listed: impl Iterator<Item = (String, Option<DateTime<Utc>>)>) -> Vec<u8> {
    let mut xml = format!("{OPEN}<{outer} xmlns=\"{NAMESPACE}\">\n");
    for (address, changed) in listed {
        // Writing to a String cannot fail.
        let _ = write!(xml, "<{inner}><loc>{}</loc>", escaped(&address));
        if let Some(changed) = changed {
            let _ = write!(xml, "<lastmod>{}</lastmod>", changed.to_rfc3339_opts(SecondsFormat::Secs, true));
        }
        let _ = writeln!(xml, "</{inner}>");
    }
    let _ = writeln!(xml, "</{outer}>");
    xml.into_bytes()
}

/// `robots.txt`, where the site has its host for itself: robots ask for it at the root only.
pub fn robots(site: &Site) -> Option<Vec<u8>> {
    let sitemap = absolute(site, layout::SITEMAP);
    let is_root = site.options.base_url.path() == "/";
    is_root.then(|| format!("# {MARK}\nUser-agent: *\nDisallow:\n\nSitemap: {sitemap}\n").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::options::{Format, ItemLink, Options};
    use crate::publish::{Icon, Language, Theme};
    use uuid::Uuid;

    fn site(base_url: &str) -> Site {
        let options = Options {
            title: "Tests".to_owned(),
            base_url: base_url.parse().unwrap(),
            language: Language::En,
            author: String::new(),
            timezone: chrono_tz::Tz::UTC,
            formats: Format::ALL.to_vec(),
            items_per_feed: 50,
            item_link: ItemLink::Page,
            exact_keys: false,
            theme: Theme::default(),
            icon: Icon::default(),
            pictures: true,
        };
        Site { id: Uuid::nil(), options }
    }

    fn pages(count: i64) -> Vec<ListedPage> {
        let page = |n| ListedPage { folder: format!("items/{n}/"), changed: DateTime::from_timestamp(n, 0) };
        (0..count).map(page).collect()
    }

    #[test]
    fn more_pages_than_one_list_may_have_are_listed_in_parts() {
        let site = site("https://feeds.example/a&b/");
        let one = cut(&site, &pages(3), 3);
        assert_eq!(one.len(), 1);
        let parts = cut(&site, &pages(7), 3);
        let paths: Vec<&str> = parts.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml", "sitemap.xml"]);
        let text = |n: usize| String::from_utf8(parts[n].1.clone()).unwrap();
        assert_eq!([0, 1, 2].map(|n| text(n).matches("<url>").count()), [3, 3, 1]);
        let index = text(3);
        assert_eq!(index.matches("<sitemap>").count(), 3, "{index}");
        let second = "<loc>https://feeds.example/a&amp;b/sitemap-2.xml</loc><lastmod>1970-01-01T00:00:05Z</lastmod>";
        assert!(index.contains(second), "{index}");
    }

    #[test]
    fn a_page_without_a_date_has_none_and_names_are_encoded() {
        let page = ListedPage { folder: "tags/开源/".to_owned(), changed: None };
        let [(_, xml)] = &sitemaps(&site("https://feeds.example/"), &[page])[..] else { panic!() };
        let xml = String::from_utf8(xml.clone()).unwrap();
        assert!(xml.contains("<url><loc>https://feeds.example/tags/%E5%BC%80%E6%BA%90/</loc></url>"), "{xml}");
    }

    #[test]
    fn robots_are_told_at_the_root_of_a_host_only() {
        let told = robots(&site("https://feeds.example/")).unwrap();
        assert!(String::from_utf8(told).unwrap().ends_with("\nSitemap: https://feeds.example/sitemap.xml\n"));
        assert_eq!(robots(&site("https://feeds.example/news/")), None);
    }
}
