//! Addresses: where things live below `base_url`, how they are linked, and which addresses of others may be shown.
//!
//! Refuses every scheme but http and https: what input brought is not trusted again on the way out.

use super::options::Site;
use crate::model::{Channel, EditionHeader, StoredEdition, StoredItem};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;
use url::Url;

/// Everything but RFC 3986's unreserved characters and the slash.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What the WHATWG parser lets through and RFC 3986 does not.
const EXCLUDED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

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
    format!("items/{}/", item.short_id)
}

/// Folder of an edition's page.
pub(super) fn edition_folder(edition: &StoredEdition) -> String {
    edition_page_folder(&edition.header)
}

/// The same, of the edition an item belongs to.
pub(super) fn edition_page_folder(header: &EditionHeader) -> String {
    format!("editions/{}/", header.slug)
}

/// Absolute address of a file in a channel's folder.
pub(super) fn in_channel(site: &Site, channel: &Channel, file: &str) -> String {
    absolute(site, &format!("{}{file}", channel.folder()))
}

/// An address of somebody else's as it may be linked: absolute, http or https, and a valid URI. It stays verbatim where
/// it is one already; `None` when it cannot be linked.
pub(super) fn web(url: &str) -> Option<Cow<'_, str>> {
    let url = url.trim();
    let parsed = Url::parse(url).ok()?;
    if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() {
        return None;
    }
    let valid = is_uri(url) && (url.starts_with("http://") || url.starts_with("https://"));
    Some(if valid {
        Cow::Borrowed(url)
    } else {
        Cow::Owned(utf8_percent_encode(parsed.as_str(), EXCLUDED).to_string())
    })
}

/// RFC 3986's characters; the WHATWG parser lets others through in queries and fragments.
fn is_uri(url: &str) -> bool {
    let percent_ok = url.split('%').skip(1).all(|rest| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2);
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    percent_ok && url.bytes().all(legal) && url.matches('#').count() < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_others_are_valid_uris_or_nothing() {
        for (given, shown) in [
            ("https://example.com", Some("https://example.com")),
            ("https://example.com/a?b=c&d#e", Some("https://example.com/a?b=c&d#e")),
            ("https://例子.example/路 径?q=词", Some("https://xn--fsqu00a.example/%E8%B7%AF%20%E5%BE%84?q=%E8%AF%8D")),
            ("https://example.com/a|b?{c}", Some("https://example.com/a%7Cb?%7Bc%7D")),
            ("javascript:alert(1)", None),
            ("/relative", None),
            ("data:text/html,x", None),
            ("https://", None),
        ] {
            assert_eq!(web(given).as_deref(), shown, "{given}");
        }
    }

    #[test]
    fn paths_are_encoded_but_for_slashes() {
        assert_eq!(encoded("tags/开源/rss.xml"), "tags/%E5%BC%80%E6%BA%90/rss.xml");
        assert_eq!(encoded("sources/[::1]/"), "sources/%5B%3A%3A1%5D/");
    }
}
