//! Every path below the published directory, in one table: what stands there, when it appears in a publish, and how soon
//! somebody asks for it. The publisher and the server look here and spell no path themselves.
//!
//! The folder of a channel is [`Channel::folder`](crate::model::Channel::folder), which the table must agree with.

use super::options::Format;

/// Folder of all tags.
pub const TAGS: &str = "tags/";
/// Folder of all cited hosts.
pub const SOURCES: &str = "sources/";
/// Folder of the list of editions.
pub const EDITIONS: &str = "editions/";
/// The folder of the items that have pages.
pub const ITEMS: &str = "items/";
/// The subscription list.
pub const OPML: &str = "feeds.opml";
/// The status for people.
pub const STATUS_PAGE: &str = "status.html";
/// The status as data.
pub const STATUS_DATA: &str = "status.json";
/// What a static host shows for an address at which nothing stands.
pub const NOT_FOUND: &str = "404.html";
/// The stylesheet of all pages.
pub const STYLE: &str = "style.css";
/// The list of pages for search engines, or the list of its parts.
pub const SITEMAP: &str = "sitemap.xml";
/// The page on which readers search.
pub const SEARCH_PAGE: &str = "search.html";
/// The script of that page.
pub const SEARCH_SCRIPT: &str = "search.js";
/// The list of the files of the index in which it searches.
pub const SEARCH_LIST: &str = "search.json";
/// Folder of these files.
pub const SEARCH: &str = "search/";
/// What robots may visit; stands only where a host's root is ours.
pub const ROBOTS: &str = "robots.txt";
/// The built-in icon; one that is configured has its own ending.
pub const ICON: &str = "icon.svg";

/// The page of a folder.
const INDEX: &str = "index.html";
/// Stands in the table for any one name, or for what is within one.
const ANY: char = '*';
/// Stands in the table for the feed of a folder, in each format.
const FEED: &str = "{feed}";

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A feed.
    Feed(Format),
    /// A page for people.
    Page,
    /// The subscription list, or the status as data.
    Data,
    /// The stylesheet and whatever else.
    Other,
}

/// In which order files appear: what is linked before what links to it. Removals come after all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Pages of items and editions, the stylesheet.
    Page,
    /// Feeds, the subscription list, the status as data.
    Feed,
    /// Pages that list others.
    Index,
}

/// How soon somebody asks for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// All the time: what stands at the root, and the list of editions.
    Front,
    /// Feed readers do, on their own.
    Feed,
    /// Who looks for a tag or a host.
    List,
    /// Now and then.
    Seldom,
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
struct PathRow {
    path: &'static str,
    phase: Phase,
    rank: Rank,
    /// Changes with nearly every publish, so that a directory that was emptied, or came from a backup, shows in it.
    is_watched: bool,
}

const fn row(path: &'static str, phase: Phase, rank: Rank, is_watched: bool) -> PathRow {
    PathRow { path, phase, rank, is_watched }
}

/// The table. Where two rows fit a path, the first one counts.
const TABLE: [PathRow; 35] = [
    row("{feed}", Phase::Feed, Rank::Front, true),
    row("index.html", Phase::Index, Rank::Front, true),
    row("page/*/index.html", Phase::Index, Rank::Seldom, false),
    row(OPML, Phase::Feed, Rank::Front, true),
    row(STATUS_DATA, Phase::Feed, Rank::Front, true),
    row(STATUS_PAGE, Phase::Index, Rank::Front, true),
    row(STYLE, Phase::Page, Rank::Front, true),
    row(NOT_FOUND, Phase::Index, Rank::Seldom, true),
    row(ICON, Phase::Page, Rank::Front, true),
    row("icon.png", Phase::Page, Rank::Front, true),
    row("icon.ico", Phase::Page, Rank::Front, true),
    row(SEARCH_PAGE, Phase::Index, Rank::Front, true),
    row(SEARCH_SCRIPT, Phase::Page, Rank::Front, true),
    row(SEARCH_LIST, Phase::Feed, Rank::List, true),
    row("search/titles/*.json", Phase::Page, Rank::List, false),
    row("search/texts/*.json", Phase::Page, Rank::Seldom, false),
    row(ROBOTS, Phase::Index, Rank::List, true),
    row(SITEMAP, Phase::Index, Rank::Seldom, false),
    row("sitemap-*.xml", Phase::Feed, Rank::Seldom, false),
    row("tags/index.html", Phase::Index, Rank::Seldom, true),
    row("tags/*/{feed}", Phase::Feed, Rank::Feed, false),
    row("tags/*/index.html", Phase::Index, Rank::List, false),
    row("tags/*/page/*/index.html", Phase::Index, Rank::Seldom, false),
    row("sources/index.html", Phase::Index, Rank::Seldom, true),
    row("sources/*/{feed}", Phase::Feed, Rank::Feed, false),
    row("sources/*/index.html", Phase::Index, Rank::List, false),
    row("sources/*/page/*/index.html", Phase::Index, Rank::Seldom, false),
    row("editions/{feed}", Phase::Feed, Rank::Front, false),
    row("editions/index.html", Phase::Index, Rank::Front, true),
    row("editions/page/*/index.html", Phase::Index, Rank::Seldom, false),
    // Of a month. No edition has this path: theirs are numbers and dates.
    row("editions/month/*/index.html", Phase::Index, Rank::Seldom, false),
    row("editions/*/index.html", Phase::Page, Rank::Seldom, false),
    // Of a day.
    row("editions/*/page/*/index.html", Phase::Page, Rank::Seldom, false),
    // Of an editor's item.
    row("items/*/index.html", Phase::Page, Rank::Seldom, false),
    // Whatever an older version or a newer one wrote.
    row("{other}", Phase::Index, Rank::Seldom, false),
];

impl PathRow {
    /// Whether the path is one of this row.
    fn fits(&self, path: &str) -> bool {
        let (mut patterns, mut names) = (self.path.split('/'), path.split('/'));
        loop {
            match (patterns.next(), names.next()) {
                (None, None) => return true,
                (Some(pattern), Some(name)) if is_like(pattern, name) => {}
                (Some(FEED), Some(name)) if Format::of_file(name).is_some() => {}
                _ => return false,
            }
        }
    }
}

/// Whether a name is the one of a pattern, or one of those.
fn is_like(pattern: &str, name: &str) -> bool {
    let Some((before, after)) = pattern.split_once(ANY) else { return pattern == name };
    let within = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    within.is_some_and(|within| !within.is_empty())
}

fn row_of(path: &str) -> PathRow {
    let [.., other] = TABLE;
    TABLE.into_iter().find(|row| row.fits(path)).unwrap_or(other)
}

/// What a file is, also one that is not in the table.
pub fn kind(path: &str) -> FileKind {
    let name = path.rsplit('/').next().unwrap_or_default();
    if let Some(format) = Format::of_file(name) {
        return FileKind::Feed(format);
    }
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => FileKind::Page,
        Some("json" | "opml") => FileKind::Data,
        _ => FileKind::Other,
    }
}

/// When a file appears in a publish.
pub fn phase(path: &str) -> Phase {
    row_of(path).phase
}

/// How soon somebody asks for a file.
pub fn rank(path: &str) -> Rank {
    row_of(path).rank
}

/// Whether the path is one at which a file of a site may stand.
pub fn is_known(path: &str) -> bool {
    TABLE.iter().any(|row| row.fits(path))
}

/// Files whose bytes are looked at in every cycle.
pub fn watched() -> impl Iterator<Item = String> {
    let expanded = |path: &'static str| {
        let formats = if path.contains(FEED) { Format::ALL.as_slice() } else { &[Format::Rss] };
        formats.iter().map(move |format| path.replace(FEED, format.file_name()))
    };
    TABLE.into_iter().filter(|row| row.is_watched).flat_map(move |row| expanded(row.path))
}

/// Whether a file of ours makes way for one that somebody else put there: what many sites have by other means.
pub fn makes_way(path: &str) -> bool {
    [ROBOTS, SITEMAP, ICON].contains(&path)
}

/// The titles of a period in the index in which readers search.
pub fn search_titles(period: &str) -> String {
    format!("{SEARCH}titles/{period}.json")
}

/// The texts of a period in that index.
pub fn search_texts(period: &str) -> String {
    format!("{SEARCH}texts/{period}.json")
}

/// Whether a path is one of a list of pages, or of a part of it.
pub fn is_sitemap(path: &str) -> bool {
    path == SITEMAP || is_like("sitemap-*.xml", path)
}

/// One of several lists of pages, from 1.
pub fn sitemap(number: usize) -> String {
    format!("sitemap-{number}.xml")
}

/// Whether a folder is one in which a channel stands.
pub fn is_channel_folder(folder: &str) -> bool {
    is_known(&format!("{folder}{}", Format::Rss.file_name()))
}

/// Whether a file is a channel's own: its feeds and its first page.
pub fn is_of_channel(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let is_own = name == INDEX || Format::of_file(name).is_some();
    is_own && is_channel_folder(&if folder.is_empty() { String::new() } else { format!("{folder}/") })
}

/// The page of a folder.
pub fn index(folder: &str) -> String {
    format!("{folder}{INDEX}")
}

/// The folder of a page, where it is one's index.
pub fn folder_of(path: &str) -> Option<&str> {
    path.strip_suffix(INDEX).filter(|folder| folder.is_empty() || folder.ends_with('/'))
}

/// Folder of one of the numbered pages of a list or a day.
pub fn numbered(folder: &str, number: u32) -> String {
    format!("{folder}page/{number}/")
}

/// Folder of an item's own page.
pub fn item(short_id: &str) -> String {
    format!("{ITEMS}{short_id}/")
}

/// The short id of the item whose own page would stand at a path, or in a folder.
pub fn item_at(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("items/")?;
    let (short_id, file) = rest.split_once('/').unwrap_or((rest, ""));
    (!short_id.is_empty() && ["", INDEX].contains(&file)).then_some(short_id)
}

/// Folder of an edition.
pub fn edition(slug: &str) -> String {
    format!("{EDITIONS}{slug}/")
}

/// Folder of the editions of a month.
pub fn month(slug: &str) -> String {
    format!("{EDITIONS}month/{slug}/")
}

/// Folder of a tag.
pub fn tag(slug: &str) -> String {
    format!("{TAGS}{slug}/")
}

/// Folder of a source's host.
pub fn source(host: &str) -> String {
    format!("{SOURCES}{host}/")
}

/// Whether a name is one that files of ours have in many folders; others need not be read to know whose they are.
pub fn is_common_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == INDEX || Format::of_file(name).is_some() || path.starts_with(SEARCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Channel, ChannelKind};

    #[test]
    fn every_path_has_its_phase_and_rank() {
        for (path, phase_of, rank_of) in [
            ("index.html", Phase::Index, Rank::Front),
            ("atom.xml", Phase::Feed, Rank::Front),
            ("page/7/index.html", Phase::Index, Rank::Seldom),
            ("style.css", Phase::Page, Rank::Front),
            ("404.html", Phase::Index, Rank::Seldom),
            ("icon.png", Phase::Page, Rank::Front),
            ("search.html", Phase::Index, Rank::Front),
            ("search.json", Phase::Feed, Rank::List),
            ("search/titles/2026.json", Phase::Page, Rank::List),
            ("sitemap.xml", Phase::Index, Rank::Seldom),
            ("sitemap-12.xml", Phase::Feed, Rank::Seldom),
            ("status.json", Phase::Feed, Rank::Front),
            ("tags/index.html", Phase::Index, Rank::Seldom),
            ("tags/开源/feed.json", Phase::Feed, Rank::Feed),
            ("tags/开源/index.html", Phase::Index, Rank::List),
            ("editions/rss.xml", Phase::Feed, Rank::Front),
            ("editions/page/2/index.html", Phase::Index, Rank::Seldom),
            ("editions/month/2026-06/index.html", Phase::Index, Rank::Seldom),
            ("editions/2026-06-01/index.html", Phase::Page, Rank::Seldom),
            ("editions/2026-06-01/page/2/index.html", Phase::Page, Rank::Seldom),
            ("items/abc/index.html", Phase::Page, Rank::Seldom),
        ] {
            assert!(is_known(path), "{path}");
            assert_eq!((phase(path), rank(path)), (phase_of, rank_of), "{path}");
        }
        for path in [
            "",
            "x.html",
            "sitemap-.xml",
            "sitemap-1.xml/x",
            "tags/a/b/index.html",
            "items/index.html",
            "editions//index.html",
            "tags/a",
        ] {
            assert!(!is_known(path), "{path}");
        }
    }

    #[test]
    fn the_table_knows_where_channels_stand() {
        for kind in [ChannelKind::Combined, ChannelKind::Tag, ChannelKind::Source, ChannelKind::Editions] {
            let folder = Channel { kind, slug: "x".to_owned(), name: String::new() }.folder();
            assert!(is_channel_folder(&folder), "{folder}");
            for path in [index(&folder), format!("{folder}atom.xml")] {
                assert!(is_known(&path) && is_of_channel(&path), "{path}");
            }
            let page = index(&numbered(&folder, 3));
            assert!(is_known(&page) && !is_of_channel(&page), "{page}");
        }
        assert!(["tags/", "items/a/", "editions/1/", "tags"].iter().all(|folder| !is_channel_folder(folder)));
        assert_eq!((tag("a"), edition("7")), ("tags/a/".to_owned(), "editions/7/".to_owned()));
    }

    #[test]
    fn items_are_told_by_their_path() {
        for path in ["items/a", "items/a/", "items/a/index.html"] {
            assert_eq!(item_at(path), Some("a"));
        }
        for path in ["items/", "items/a/b", "item/a", "items/a/index.html/"] {
            assert_eq!(item_at(path), None);
        }
    }
}
