//! Tells a file that we wrote from somebody else's by what it says of itself: the address that it names as its own, below
//! this site's `base_url`, in the form that we write. Asked when neither the store nor the manifest remembers.

use super::address::absolute;
use super::characters::escaped;
use super::layout::{self, EDITIONS, FileKind};
use super::options::{Format, Site};
use super::sitemap::MARK;

/// Whether a name is one that files of ours have; others need not be read.
pub fn may_be_ours(path: &str) -> bool {
    layout::is_common_name(path)
}

/// Whether a file at a path says that it is this site's, written there by us.
pub fn says_ours(site: &Site, path: &str, bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    let address = absolute(site, path);
    if path == layout::NOT_FOUND {
        let style = format!("href=\"{}{}\"", site.options.base_url.path(), layout::STYLE);
        return text.contains("<a class=\"skip\"") && text.contains("content=\"noindex\"") && text.contains(&style);
    }
    match layout::kind(path) {
        FileKind::Page => {
            // By the folder, or by the file: however pages are linked now, this one may be of before.
            let folder = layout::folder_of(path).map(|folder| absolute(site, folder));
            let is_canonical =
                |address: &String| text.contains(&format!("<link rel=\"canonical\" href=\"{address}\">"));
            folder.iter().chain([&address]).any(is_canonical) && text.contains("<a class=\"skip\"")
        }
        FileKind::Feed(Format::Json) => text.contains("\"_wellsourced\"") && text.contains(&address),
        FileKind::Feed(_) => text.contains("<generator>wellsourced</generator>") && text.contains(&address),
        FileKind::Data if path == layout::OPML => text.contains("<opml") && text.contains(&absolute(site, EDITIONS)),
        FileKind::Data if path == layout::SEARCH_LIST || path.starts_with(layout::SEARCH) => {
            text.starts_with(&format!("{{\"{MARK}\":\"{}\",", site.options.base_url))
        }
        FileKind::Data => {
            path == layout::STATUS_DATA
                && ["\"inputs\"", "\"links\"", "\"troubled\""].iter().all(|key| text.contains(key))
        }
        FileKind::Other if path == layout::STYLE => text.starts_with(":root {") && text.contains(".skip"),
        FileKind::Other if path == layout::SEARCH_SCRIPT => text.starts_with(&format!("\"use strict\";\n// {MARK}: ")),
        FileKind::Other if path == layout::ROBOTS => {
            text.starts_with(&format!("# {MARK}\n")) && text.contains(&absolute(site, layout::SITEMAP))
        }
        FileKind::Other => {
            layout::is_sitemap(path)
                && text.contains(&format!("<!-- {MARK} -->"))
                && text.contains(&format!("<loc>{base}", base = escaped(&absolute(site, ""))))
        }
    }
}
