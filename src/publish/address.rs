//! Addresses of our own: where things live below `base_url`, and how they are linked. Those of others are `model::web_uri`'s.

use super::layout;
use super::options::Site;
use crate::model::{Channel, EditionHeader, StoredEdition, StoredItem};
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

/// Folder of an item's page.
pub(super) fn item_folder(item: &StoredItem) -> String {
    layout::item(&item.short_id)
}

/// Folder of an edition's page.
pub(super) fn edition_folder(edition: &StoredEdition) -> String {
    edition_page_folder(&edition.header)
}

/// The same, of the edition an item belongs to.
pub(super) fn edition_page_folder(header: &EditionHeader) -> String {
    layout::edition(&header.slug)
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
