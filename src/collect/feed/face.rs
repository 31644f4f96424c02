//! What a feed looks like, of what was read of it. Pure.

use super::item::line;
use crate::model::{Face, LinkKey, UpstreamFeed, primary_language};
use std::collections::HashMap;

/// Most characters of a title.
const MAX_TITLE: usize = 100;

/// Entries that it is told by.
const ENTRIES: usize = 3;

/// What a feed looks like.
pub fn face_of(feed: &UpstreamFeed) -> Face {
    let title = |written: &str| line(written, MAX_TITLE);
    let entries = feed.entries.iter().map(|entry| title(&entry.title)).filter(|title| !title.is_empty());
    Face {
        title: title(&feed.title),
        language: feed.language.as_deref().and_then(primary_language),
        site: feed.link.as_deref().and_then(LinkKey::host_of).or_else(|| usual_host(feed)),
        entries: entries.take(ENTRIES).collect(),
    }
}

/// The host that most entries link to; of several the first.
fn usual_host(feed: &UpstreamFeed) -> Option<String> {
    let hosts: Vec<String> = feed.entries.iter().filter_map(|entry| LinkKey::host_of(entry.link.as_deref()?)).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for host in &hosts {
        *counts.entry(host).or_default() += 1;
    }
    let most = counts.values().max().copied()?;
    hosts.iter().find(|host| counts.get(host.as_str()) == Some(&most)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UpstreamEntry;

    #[test]
    fn a_feed_is_told_by_title_language_site_and_first_entries() {
        let entry = |title: &str, link: &str| UpstreamEntry {
            title: title.to_owned(),
            link: Some(link.to_owned()),
            ..UpstreamEntry::default()
        };
        let feed = UpstreamFeed {
            title: "  A \n blog ".to_owned(),
            language: Some("EN-us".to_owned()),
            entries: vec![
                entry("1", "https://www.b.example/1"),
                entry("", "https://a.example/2"),
                entry("3", "https://a.example/3"),
            ],
            ..UpstreamFeed::default()
        };
        let face = face_of(&feed);
        assert_eq!((face.title.as_str(), face.language.as_deref()), ("A blog", Some("en")));
        assert_eq!((face.site.as_deref(), face.entries), (Some("a.example"), vec!["1".to_owned(), "3".to_owned()]));
        let linked = UpstreamFeed { link: Some("https://www.c.example/".to_owned()), ..feed };
        assert_eq!(face_of(&linked).site.as_deref(), Some("c.example"));
    }
}
