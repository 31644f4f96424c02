//! From entries to items: what is shown, what is compared, what is left out.

use super::*;
use crate::collect::feed::{Filter, TagRule};
use crate::model::compare_key;
use chrono::{TimeZone, Utc};
use proptest::prelude::*;
use regex::Regex;

fn entry(id: &str, link: &str, title: &str) -> UpstreamEntry {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    UpstreamEntry { id: some(id), link: some(link), title: title.to_owned(), ..UpstreamEntry::default() }
}

fn feed(entries: Vec<UpstreamEntry>) -> UpstreamFeed {
    UpstreamFeed { entries, ..UpstreamFeed::default() }
}

fn items(entries: Vec<UpstreamEntry>, options: &FeedOptions) -> Vec<EntryItem> {
    entry_items(&feed(entries), "A Paper", options)
}

fn one(entry: UpstreamEntry, options: &FeedOptions) -> EntryItem {
    items(vec![entry], options).pop().expect("an item")
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn an_entry_becomes_an_item_that_cites_it() {
    let noon = Utc.with_ymd_and_hms(2026, 6, 1, 12, 0, 0).single();
    let written = UpstreamEntry {
        content: "<p>Some <b>text</b> &amp; more.</p>".into(),
        published: noon,
        author: Some(" A.\nWriter ".into()),
        tags: names(&["Kernel"]),
        ..entry(" tag:a,1 ", "https://www.example.org/a?utm_source=feed&id=1", " A  title ")
    };
    let found = one(written, &FeedOptions::default());
    assert_eq!(found.key, "tag:a,1");
    assert_eq!(found.link.as_deref(), Some("https://example.org/a?id=1"));
    assert!(found.is_specific);
    assert_eq!((found.published, found.author.as_deref()), (noon, Some("A. Writer")));
    let item = found.item;
    assert_eq!(item.title, "A title");
    let url = "https://www.example.org/a?utm_source=feed&id=1".to_owned();
    assert_eq!(item.sources, [SourceLink { label: "A Paper".into(), url }]);
    assert_eq!(item.source_kind, SourceKind::Inline);
    assert_eq!(item.body_html, "<p>Some text &amp; more.</p>");
    assert_eq!((item.text.as_str(), item.line), ("A title\nSome text & more.", 0));
    assert_eq!(item.tags, ["Kernel"]);
}

#[test]
fn content_is_summary_full_or_none() {
    let long = format!("<p>{}</p><ul><li>last</li></ul>", "A sentence of six words here. ".repeat(30));
    let written = UpstreamEntry { content: long.clone(), ..entry("1", "", "T") };
    let of = |content| one(written.clone(), &FeedOptions { content, ..FeedOptions::default() }).item;
    let summary = of(ContentKind::Summary).body_html;
    assert!(
        summary.starts_with("<p>A sentence") && summary.ends_with("here. …</p>") && summary.len() < 320,
        "{summary}"
    );
    assert_eq!(of(ContentKind::Full).body_html, long);
    let none = of(ContentKind::None);
    assert_eq!((none.body_html.as_str(), none.text.as_str()), ("", "T"));
    assert_eq!((none.sources.len(), none.source_kind), (0, SourceKind::None));
    // Markup that is only text stays text.
    let sly = UpstreamEntry { content: "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>".into(), ..entry("1", "", "T") };
    assert_eq!(one(sly, &FeedOptions::default()).item.body_html, "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
    let same = UpstreamEntry { content: "<p>T</p>".into(), ..entry("1", "", "T") };
    assert_eq!(one(same, &FeedOptions::default()).item.body_html, "", "a body that repeats the title says nothing");
}

#[test]
fn an_entry_without_a_title_gets_one() {
    let options = FeedOptions::default();
    let text = UpstreamEntry {
        content: "<p>今天发布了新的版本。</p>".into(), ..entry("1", "https://a.example/1", "")
    };
    assert_eq!(one(text, &options).item.title, "今天发布了新的版本。");
    let long = "word ".repeat(40);
    let title = one(UpstreamEntry { content: long, ..entry("1", "", "\n") }, &options).item.title;
    assert!(title.ends_with("word…") && title.chars().count() <= 81, "{title}");
    assert_eq!(one(entry("1", "https://a.example/1", ""), &options).item.title, "https://a.example/1");
    assert!(items(vec![entry("1", "", " ")], &options).is_empty(), "nothing to show");
    let endless = one(entry("1", "", &"字".repeat(100_000)), &options).item.title;
    assert_eq!(endless.chars().count(), 501);
}

#[test]
fn tracking_goes_from_what_is_shown_only_where_configured() {
    let written = || entry("1", "https://a.example/1?utm_source=x&b=2", "T");
    let shown = |strip_tracking| {
        let options = FeedOptions { strip_tracking, ..FeedOptions::default() };
        one(written(), &options).item.sources.pop().expect("a source").url
    };
    assert_eq!(shown(false), "https://a.example/1?utm_source=x&b=2");
    assert_eq!(shown(true), "https://a.example/1?b=2");
    for no_link in ["javascript:alert(1)", "mailto:a@example.org", "/relative", "urn:x"] {
        let found = one(entry("1", no_link, "T"), &FeedOptions::default());
        assert!(found.item.sources.is_empty() && found.link.is_none(), "{no_link}");
    }
}

#[test]
fn tags_come_from_the_input_rules_and_categories() {
    let options = FeedOptions {
        tags: names(&["news", "Linux"]),
        aliases: [("人工智能".to_owned(), "AI".to_owned()), ("Artificial  Intelligence".to_owned(), "AI".to_owned())]
            .into(),
        rules: vec![TagRule { pattern: Regex::new(r"(?i)\bdebian\b").unwrap(), tag: "发行版".into() }],
        ..FeedOptions::default()
    };
    let tags = |title: &str, content: &str, categories: &[&str]| {
        let written = UpstreamEntry { tags: names(categories), content: content.into(), ..entry("1", "", title) };
        one(written, &options).item.tags
    };
    assert_eq!(tags("DEBIAN 13", "", &["linux", "ARTIFICIAL intelligence"]), ["news", "Linux", "发行版", "AI"]);
    assert_eq!(tags("x", "<p>on <b>Debian</b></p>", &["人工智能", "AI", "ＡＩ"]), ["news", "Linux", "发行版", "AI"]);
    assert_eq!(tags("x", "", &["", " ", "\u{8}", "https://a.example/kind#post", &"长".repeat(101)]), ["news", "Linux"]);
    assert_eq!(tags("x", "", &["two\n lines", &"长".repeat(100)]).len(), 4);
    let many: Vec<String> = (0..500).map(|n| format!("tag {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(tags("x", "", &many).len(), 20);
}

#[test]
fn filters_look_at_title_text_link_and_tags() {
    let written = UpstreamEntry {
        content: "<p>About <i>compilers</i>.</p>".into(),
        tags: names(&["Sponsored"]),
        ..entry("1", "https://a.example/deals/1", "New release")
    };
    let taken = |include: &[&str], exclude: &[&str]| {
        let regexes = |patterns: &[&str]| patterns.iter().map(|pattern| Regex::new(pattern).unwrap()).collect();
        let filter = Filter { include: regexes(include), exclude: regexes(exclude) };
        let options = FeedOptions { filter, tags: names(&["own"]), ..FeedOptions::default() };
        !items(vec![written.clone()], &options).is_empty()
    };
    for (include, exclude, expected) in [
        (&[][..], &[][..], true),
        (&["release"], &[], true),
        (&["Release"], &[], false),
        (&["nothing", "About compilers"], &[], true),
        (&["/deals/"], &[], true),
        (&["^Sponsored$"], &[], true),
        (&[], &["Sponsored"], false),
        (&["release"], &["/deals/"], false),
        (&[], &["nothing"], true),
        (&["^own$"], &[], false),
    ] {
        assert_eq!(taken(include, exclude), expected, "{include:?} {exclude:?}");
    }
}

#[test]
fn an_enclosed_picture_illustrates_a_summary() {
    let enclosure = |url: &str, kind: &str| Enclosure { url: url.into(), media_type: Some(kind.into()), length: None };
    let enclosures = vec![
        enclosure("https://a.example/1.mp3", "audio/mpeg"),
        enclosure("javascript:alert(1)", "image/png"),
        enclosure("https://a.example/1.jpg", "Image/JPEG"),
        enclosure("https://a.example/2.jpg", "image/jpeg"),
    ];
    let written = UpstreamEntry { enclosures, ..entry("1", "", "T") };
    let images = |content| one(written.clone(), &FeedOptions { content, ..FeedOptions::default() }).item.images;
    assert_eq!(images(ContentKind::Summary), ["https://a.example/1.jpg"]);
    assert!(images(ContentKind::Full).is_empty() && images(ContentKind::None).is_empty());
}

#[test]
fn what_is_enclosed_travels_and_an_episode_without_a_page_is_its_file() {
    let enclosure = |url: &str, kind: &str, length| Enclosure {
        url: url.into(),
        media_type: Some(kind.to_owned()).filter(|kind| !kind.is_empty()),
        length,
    };
    let enclosures = vec![
        enclosure("https://a.example/cover.jpg", "", None),
        enclosure("https://a.example/notes.pdf", "", None),
        enclosure("https://a.example/1.mp3?x=1", "audio/mpeg", Some(1234)),
        enclosure("https://a.example/1.mp3?x=1", "audio/mpeg", Some(1)),
        enclosure("javascript:alert(1)", "audio/mpeg", None),
    ];
    let written = UpstreamEntry { enclosures, language: Some("en".into()), ..entry("1", "", "T") };
    let of = |content| one(written.clone(), &FeedOptions { content, ..FeedOptions::default() });
    for (content, urls) in [
        (ContentKind::Full, &["notes.pdf", "1.mp3?x=1", "cover.jpg"][..]),
        (ContentKind::Summary, &["notes.pdf", "1.mp3?x=1", "cover.jpg"]),
        (ContentKind::None, &["notes.pdf", "1.mp3?x=1"]),
    ] {
        let EntryItem { item, key, link, .. } = of(content);
        let found: Vec<&str> =
            item.attachments.iter().map(|file| file.url.trim_start_matches("https://a.example/")).collect();
        assert_eq!(found, urls, "{content:?}");
        assert_eq!(
            (item.attachments[1].media_type.as_deref(), item.attachments[1].length),
            (Some("audio/mpeg"), Some(1234))
        );
        assert_eq!(item.language.as_deref(), Some("en"));
        let url = "https://a.example/1.mp3?x=1".to_owned();
        assert_eq!(item.sources, [SourceLink { label: "A Paper".into(), url }], "{content:?}");
        assert_eq!((key.as_str(), link), ("1", None), "who it is does not change with that");
    }
    let linked =
        one(UpstreamEntry { link: Some("https://a.example/1".into()), ..written.clone() }, &FeedOptions::default());
    assert_eq!(linked.item.sources[0].url, "https://a.example/1");
    let picture = vec![enclosure("https://a.example/cover.jpg", "image/jpeg", None)];
    let picture = one(UpstreamEntry { enclosures: picture, ..written.clone() }, &FeedOptions::default());
    assert!(picture.item.sources.is_empty(), "a picture is no source");
    let many = (0..50).map(|n| enclosure(&format!("https://a.example/{n}.png"), "", None));
    let many = many.chain([enclosure("https://a.example/last.mp3", "", None)]).collect();
    let many = one(UpstreamEntry { enclosures: many, ..written }, &FeedOptions::default()).item.attachments;
    assert_eq!((many.len(), many[0].url.as_str()), (MAX_ATTACHMENTS, "https://a.example/last.mp3"));
}

#[test]
fn only_what_is_shown_counts_as_an_edit() {
    let hash = |title: &str, content: &str, kind| {
        let options = FeedOptions { content: kind, ..FeedOptions::default() };
        one(UpstreamEntry { content: content.into(), ..entry("1", "", title) }, &options).item.content_hash
    };
    let start = "A sentence of six words here. ".repeat(12);
    let (a, b) = (format!("<p>{start}</p><p>The end.</p>"), format!("<p>{start}</p><p>Another end.</p>"));
    assert_eq!(hash("T", &a, ContentKind::Summary), hash("T", &b, ContentKind::Summary));
    assert_ne!(hash("T", &a, ContentKind::Full), hash("T", &b, ContentKind::Full));
    assert_eq!(hash("T", &a, ContentKind::None), hash("T", &b, ContentKind::None));
    for kind in [ContentKind::Summary, ContentKind::Full] {
        assert_eq!(hash("A  b", "<p>c&nbsp;d\n e</p>", kind), hash("A b", "<p>c d e </p>\n", kind), "{kind:?}");
        assert_ne!(hash("A b", "<p>c</p>", kind), hash("A c", "<p>c</p>", kind));
        assert_ne!(hash("A b", "<p>c</p>", kind), hash("A b", "<p>d</p>", kind));
    }
}

#[test]
fn entries_are_told_apart_though_they_share_an_id_or_a_link() {
    let keys = |entries: Vec<UpstreamEntry>| -> Vec<String> {
        items(entries, &FeedOptions::default()).into_iter().map(|item| item.key).collect()
    };
    let page = "https://a.example/news";
    // One id for all.
    let all = vec![entry("x", "https://a.example/1", "A"), entry("x", "https://a.example/2", "B")];
    assert_eq!(keys(all), ["https://a.example/1", "https://a.example/2"]);
    assert_eq!(keys(vec![entry("x", "", "A"), entry("x", "", "B")]).len(), 2, "no link tells them apart");
    let home = "https://a.example/";
    assert_eq!(keys(vec![entry("x", home, "A"), entry("x", home, "B")]).len(), 2, "nor does a front page");
    assert_eq!(keys(vec![entry("x", "", "A"), entry("x", "", "A")]), ["x"], "the same title is the same story");
    assert_eq!(keys(vec![entry("x", page, "A"), entry("x", page, "B")]), ["x"], "the same link is");
    // One link for all, with and without ids.
    assert_eq!(keys(vec![entry("1", page, "A"), entry("2", page, "B")]), ["1", "2"]);
    assert_eq!(keys(vec![entry("", page, "A"), entry("", page, "B")]).len(), 2);
    let shared = items(vec![entry("1", page, "A"), entry("2", page, "B")], &FeedOptions::default());
    assert!(shared.iter().all(|item| !item.is_specific && item.link.is_some()));
    assert!(!one(entry("1", "https://a.example/", "A"), &FeedOptions::default()).is_specific);
    // Neither.
    assert_eq!(keys(vec![entry("", "", "A"), entry("", "", "B"), entry("", "", "A")]).len(), 2);
    assert!(keys(vec![entry(&"x".repeat(100_000), "", "A")])[0].len() < 100);
}

#[test]
fn of_two_versions_of_an_entry_the_newest_stays() {
    let at = |hour| Utc.with_ymd_and_hms(2026, 6, 1, hour, 0, 0).single();
    let version = |title: &str, updated| UpstreamEntry { updated, ..entry("1", "https://a.example/1", title) };
    let other = entry("2", "https://a.example/2", "Other");
    let found = items(
        vec![version("old", at(1)), other, version("new", at(3)), version("mid", at(2))],
        &FeedOptions::default(),
    );
    let titles: Vec<&str> = found.iter().map(|item| item.item.title.as_str()).collect();
    assert_eq!(titles, ["new", "Other"]);
    assert!(found.iter().all(|item| item.is_specific), "two versions share their link with nobody");
    assert_eq!(found[0].published, at(3), "an entry that only says when it was updated");
}

#[test]
fn versions_that_differ_in_a_fragment_of_their_link_are_one_entry() {
    let page = "https://www.a.example/story?at_medium=RSS&at_campaign=rss";
    let hour = |hour| Utc.with_ymd_and_hms(2026, 6, 1, hour, 0, 0).single();
    let version = |number: u32, title: &str, text: &str| UpstreamEntry {
        content: format!("<p>{text}</p>"),
        updated: hour(number),
        ..entry(&format!("https://www.a.example/story#{number}"), page, title)
    };
    let keys = |entries: &[UpstreamEntry]| -> Vec<(String, bool)> {
        let found = items(entries.to_vec(), &FeedOptions::default());
        found.into_iter().map(|item| (item.key, item.is_specific)).collect()
    };
    let key = |number: u32, alone: bool| (format!("https://www.a.example/story#{number}"), alone);
    let (first, edited) = (version(0, "A", "x"), version(3, "A", "y"));
    assert_eq!(keys(&[first.clone(), edited.clone()]), [key(3, true)], "the newest stays");
    assert_eq!(keys(&[edited.clone(), first.clone()]), [key(3, true)], "wherever it stands");
    assert_eq!(keys(&[first.clone(), version(3, "A, corrected", "x")]), [key(3, true)], "another title");
    assert_eq!(keys(&[first.clone(), edited.clone(), version(5, "B", "y")]), [key(5, true)], "one by one");
    assert_eq!(keys(std::slice::from_ref(&first)), [key(0, true)]);
    // A page that lists the week, an anchor each.
    let week = [version(1, "A", "x"), version(2, "B", "y"), version(4, "C", "z")];
    assert_eq!(keys(&week), [key(1, false), key(2, false), key(4, false)], "stories of their own");
    let untitled = [version(1, "", "x"), version(2, "", "y")];
    assert_eq!(keys(&untitled).len(), 2, "no title is no title in common");
    // Without dates the one that the document lists first is the newest.
    let undated = |number| UpstreamEntry { updated: None, ..version(number, "A", "x") };
    assert_eq!(keys(&[undated(3), undated(0)]), [key(3, true)]);
    // Ids that are something else keep apart what they kept apart.
    let other = entry("https://b.example/x#1", page, "A");
    assert_eq!(keys(&[other, entry("https://b.example/x#2", page, "A")]).len(), 2);
    assert_eq!(keys(&[entry("tag:a#1", page, "A"), entry("tag:a#2", page, "A")]).len(), 2);
}

#[test]
fn labels_are_the_feeds_title_else_the_inputs_name() {
    let titled = |title: &str| UpstreamFeed { title: title.into(), ..UpstreamFeed::default() };
    assert_eq!(label_of(&titled(" A\n Paper "), "input"), "A Paper");
    assert_eq!(label_of(&titled("\u{8} "), "input"), "input");
    assert_eq!(label_of(&titled(&"长".repeat(1000)), "input").chars().count(), 101);
    let unnamed = entry_items(&feed(vec![entry("1", "https://www.a.example/1", "T")]), "", &FeedOptions::default());
    assert_eq!(unnamed[0].item.sources[0].label, "a.example");
}

proptest! {
    #[test]
    fn whatever_is_written_gives_items_that_can_be_published(
        title in "\\PC{0,40}|[\\x00-\\x1f]{0,9}", content in "\\PC{0,400}", id in "\\PC{0,9}", link in "(https?://)?\\PC{0,20}",
        kind in 0..3_usize,
    ) {
        let content_kind = [ContentKind::Full, ContentKind::Summary, ContentKind::None][kind];
        let content = html::sanitise(&content, None);
        let options = FeedOptions { content: content_kind, ..FeedOptions::default() };
        for found in items(vec![UpstreamEntry { content, ..entry(&id, &link, &title) }], &options) {
            prop_assert!(!found.item.title.is_empty() && !found.key.is_empty());
            prop_assert!(found.item.title.chars().all(|c| c >= ' '));
            prop_assert_eq!(html::sanitise(&found.item.body_html, None), found.item.body_html);
            prop_assert_eq!(found.link, found.item.sources.first().and_then(|source| compare_key(&source.url)));
        }
    }
}
