//! Addresses of our own: where things live below `base_url`, and how they are linked. Those of others are `model::web_uri`'s.

use super::layout;
use super::options::Site;
use crate::model::{Channel, EditionHeader, Home, SearchItem, StoredEdition, StoredItem, web_uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;

/// Everything but RFC 3986's unreserved characters and the slash.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A path below the published directory, percent-encoded.
pub fn encoded(path: &str) -> Cow<'_, str> {
    utf8_percent_encode(path, PATH).into()
}

/// Absolute address of a path below the published directory.
pub(super) fn absolute(site: &Site, path: &str) -> String {
    let base = site.options.base_url.as_str();
    let slash = if base.ends_with('/') { "" } else { "/" };
    format!("{base}{slash}{}", encoded(path))
}

/// Absolute address of the page of a folder: of its file, where the site is on a host that knows no page of a folder.
pub(super) fn of_page(site: &Site, folder: &str) -> String {
    if site.options.exact_keys { absolute(site, &layout::index(folder)) } else { absolute(site, folder) }
}

/// Where an item stands: a folder, and an anchor on its page unless that is all the item's.
fn place<'a>(short_id: &'a str, home: &Home) -> (String, Option<&'a str>) {
    match home {
        Home::Page => (layout::item(short_id), None),
        Home::Day { slug, page: None } => (layout::edition(slug), Some(short_id)),
        Home::Day { slug, page: Some(number) } => (layout::numbered(&layout::edition(slug), *number), Some(short_id)),
    }
}

fn with_anchor(mut address: String, anchor: Option<&str>) -> String {
    if let Some(anchor) = anchor {
        address.push('#');
        address.extend(utf8_percent_encode(anchor, PATH));
    }
    address
}

/// Where an item stands, from a page from which `root` leads to the root; by the file's name, for a browser that opens it
/// from a disk knows no index.
pub(super) fn standing(root: &str, short_id: &str, home: &Home) -> String {
    let (folder, anchor) = place(short_id, home);
    with_anchor(layout::index(&format!("{root}{}", encoded(&folder))), anchor)
}

/// The reference, below the root, that leads to where an item stands.
pub fn reference(short_id: &str, home: &Home) -> (String, Option<String>) {
    let (folder, anchor) = place(short_id, home);
    (encoded(&folder).into_owned(), anchor.map(|anchor| encoded(anchor).into_owned()))
}

/// The source that a feed's item is read at: it is linked to there, since it has no page of its own. An editor's item has.
fn read_at(item: &StoredItem) -> Option<Cow<'_, str>> {
    let mut sources = item.sources.iter().filter(|_| item.home != Home::Page);
    sources.find_map(|source| web_uri(&source.link.url))
}

/// Absolute address under which an item is read.
pub(super) fn of_item(site: &Site, item: &StoredItem) -> String {
    read_at(item).map_or_else(
        || {
            let (folder, anchor) = place(&item.short_id, &item.home);
            with_anchor(of_page(site, &folder), anchor)
        },
        Cow::into_owned,
    )
}

/// The same from a page of ours.
pub(super) fn link_to_item(root: &str, item: &StoredItem) -> String {
    read_at(item).map_or_else(|| standing(root, &item.short_id, &item.home), Cow::into_owned)
}

/// The same, from the search page.
pub(super) fn link_to_found(item: &SearchItem) -> String {
    let source = item.source.as_deref().filter(|_| item.home != Home::Page).and_then(web_uri);
    source.map_or_else(|| standing("", &item.short_id, &item.home), Cow::into_owned)
}

/// Folder of an edition's page.
pub(super) fn edition_folder(edition: &StoredEdition) -> String {
    edition_page_folder(&edition.header)
}

/// The same, of the edition an item belongs to.
pub(super) fn edition_page_folder(header: &EditionHeader) -> String {
    layout::edition(&header.slug)
}

/// Absolute address of a channel's first page.
pub(super) fn of_channel(site: &Site, channel: &Channel) -> String {
    of_page(site, &channel.folder())
}

/// Absolute address of a file in a channel's folder.
pub(super) fn in_channel(site: &Site, channel: &Channel, file: &str) -> String {
    absolute(site, &format!("{}{file}", channel.folder()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_encoded_but_for_slashes() {
        assert_eq!(encoded("tags/开源/rss.xml"), "tags/%E5%BC%80%E6%BA%90/rss.xml");
        assert_eq!(encoded("sources/[::1]/"), "sources/%5B%3A%3A1%5D/");
    }
}
