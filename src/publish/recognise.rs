//! Tells a file that we wrote from somebody else's by what it says of itself: the address that it names as its own, below
//! this site's `base_url`, in the form that we write. Asked when neither the store nor the manifest remembers.

use super::address::absolute;
use super::options::Site;

/// Names of the files that are met in many folders.
const NAMES: [&str; 4] = ["index.html", "rss.xml", "atom.xml", "feed.json"];

/// Whether a name is one that files of ours have; others need not be read.
pub fn may_be_ours(path: &str) -> bool {
    NAMES.contains(&path.rsplit('/').next().unwrap_or(path))
}

/// Whether a file at a path says that it is this site's, written there by us.
pub fn says_ours(site: &Site, path: &str, bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    let address = absolute(site, path);
    match path.rsplit('/').next().unwrap_or(path) {
        "index.html" | "status.html" => {
            let address = absolute(site, path.strip_suffix("index.html").unwrap_or(path));
            text.contains(&format!("<link rel=\"canonical\" href=\"{address}\">")) && text.contains("<a class=\"skip\"")
        }
        "rss.xml" | "atom.xml" => text.contains("<generator>wellsourced</generator>") && text.contains(&address),
        "feed.json" => text.contains("\"_wellsourced\"") && text.contains(&address),
        "feeds.opml" => text.contains("<opml") && text.contains(&absolute(site, "editions/")),
        "status.json" => ["\"inputs\"", "\"links\"", "\"troubled\""].iter().all(|key| text.contains(key)),
        "style.css" => text.starts_with(":root {") && text.contains(".skip"),
        _ => false,
    }
}
