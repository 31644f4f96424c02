//! Files, languages and Markdown of entries, read back from every format with parsers that are not the writers' own.

use crate::sample::{channel, edition, header, item, items, site, source};
use crate::xml::{Element, elements, text};
use serde_json::{Value, json};
use wellsourced::model::{Attachment, ChannelKind, CitedSource, EditionNeighbours, Feed, Home, StoredItem, Verdict};
use wellsourced::publish::{self, Format, Language};

/// An episode of a foreign feed: audio with all that may be said of it, a document, a picture, and files of unknown type.
fn episode() -> StoredItem {
    let mut episode = item(0, "An episode");
    episode.home = Home::Day { slug: "2023-05-05".to_owned(), page: None };
    episode.item.language = Some("en-GB".to_owned());
    episode.item.attachments = [
        ("https://pod.example/文.pdf?a=1&b=2", None, None),
        ("https://pod.example/1.mp3", Some("audio/mpeg"), Some(4096)),
        ("https://pod.example/get", None, Some(7)),
        ("https://pod.example/show?id=1", Some("image"), None),
    ]
    .into_iter()
    .map(|(url, kind, length)| Attachment::of(url, kind, length).unwrap())
    .collect();
    episode.item.images = vec!["https://pod.example/cover.png".to_owned()];
    episode
}

fn feed(items: &[StoredItem]) -> Feed {
    publish::feed(&site(), &channel(ChannelKind::Combined, ""), items, None)
}

fn attribute(element: &Element, name: &str) -> String {
    element.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn named(xml: &str, name: &str) -> Vec<Element> {
    elements(xml).into_iter().filter(|element| element.name == name).collect()
}

#[test]
fn files_are_in_every_format() {
    let feed = feed(&[episode()]);
    let urls = [
        "https://pod.example/%E6%96%87.pdf?a=1&b=2",
        "https://pod.example/1.mp3",
        "https://pod.example/get",
        "https://pod.example/show?id=1",
        "https://pod.example/cover.png",
    ];
    let rss = text(&feed, Format::Rss);
    let enclosures = named(&rss, "enclosure");
    let first = |name| attribute(&enclosures[0], name);
    assert_eq!((enclosures.len(), first("url").as_str()), (1, urls[1]), "what is heard comes first");
    assert_eq!((first("type").as_str(), first("length").as_str()), ("audio/mpeg", "4096"));
    let media = named(&rss, "media:content");
    assert_eq!(media.iter().map(|element| attribute(element, "url")).collect::<Vec<_>>(), urls);
    let said: Vec<[String; 3]> =
        media.iter().map(|element| ["medium", "type", "fileSize"].map(|name| attribute(element, name))).collect();
    assert_eq!(said[0], ["document", "application/pdf", ""]);
    assert_eq!(said[1], ["audio", "audio/mpeg", "4096"]);
    assert_eq!(
        (&said[2], &said[3]),
        (&["document", "", "7"].map(str::to_owned), &["image", "", ""].map(str::to_owned))
    );
    let thumbnails = named(&rss, "media:thumbnail");
    assert_eq!((thumbnails.len(), attribute(&thumbnails[0], "url").as_str()), (1, urls[4]));
    let atom = named(&text(&feed, Format::Atom), "link");
    let links: Vec<&Element> = atom.iter().filter(|link| attribute(link, "rel") == "enclosure").collect();
    assert_eq!(links.iter().map(|link| attribute(link, "href")).collect::<Vec<_>>(), urls);
    assert_eq!((attribute(links[1], "type").as_str(), attribute(links[1], "length").as_str()), ("audio/mpeg", "4096"));
    assert_eq!(attribute(links[2], "type"), "application/octet-stream", "without a type it would be taken for a page");
    let json: Value = serde_json::from_str(&text(&feed, Format::Json)).unwrap();
    let item = &json["items"][0];
    assert_eq!(item["image"], urls[4]);
    assert_eq!(item["attachments"][1], json!({ "url": urls[1], "mime_type": "audio/mpeg", "size_in_bytes": 4096 }));
    assert_eq!(
        item["attachments"][2],
        json!({ "url": urls[2], "mime_type": "application/octet-stream", "size_in_bytes": 7 })
    );
    assert_eq!(item["attachments"].as_array().unwrap().len(), 5);
}

#[test]
fn feed_rs_finds_the_files() {
    let feed = feed(&[episode()]);
    for format in [Format::Rss, Format::Atom] {
        let entry = feed_rs::parser::parse(text(&feed, format).as_bytes()).unwrap().entries.remove(0);
        let mut found: Vec<String> =
            entry.links.iter().filter(|l| l.rel.as_deref() == Some("enclosure")).map(|l| l.href.clone()).collect();
        found.extend(
            entry.media.iter().flat_map(|m| &m.content).filter_map(|c| c.url.as_ref()).map(ToString::to_string),
        );
        for file in &feed.entries[0].attachments {
            assert!(found.contains(&file.url), "{format:?}: {} in {found:?}", file.url);
        }
    }
}

#[test]
fn a_picture_is_enclosed_where_nothing_else_is_and_stands_in_the_content_too() {
    let feed = feed(&items());
    let enclosures = named(&text(&feed, Format::Rss), "enclosure");
    assert_eq!(enclosures.len(), 1);
    let said = ["url", "type", "length"].map(|name| attribute(&enclosures[0], name));
    assert_eq!(said, ["https://img.example/a.jpg?x=1&y=2", "image/jpeg", "0"]);
    assert!(feed.entries[0].content_html.contains("<img src=\"https://img.example/a.jpg?x=1&amp;y=2\""));
    let mut unknown = item(0, "A");
    unknown.item.images = vec!["https://img.example/show?id=1".to_owned()];
    let rss = text(&self::feed(&[unknown]), Format::Rss);
    assert!(named(&rss, "enclosure").is_empty() && named(&rss, "media:content").len() == 1, "{rss}");
}

#[test]
fn another_language_is_told_and_the_sites_own_is_not() {
    let mut own = episode();
    own.item.language = Some("zh-cn".to_owned());
    let feed = feed(&[episode(), own, item(1, "B")]);
    let languages: Vec<String> =
        named(&text(&feed, Format::Atom), "entry").iter().map(|entry| attribute(entry, "xml:lang")).collect();
    assert_eq!(languages, ["en-GB", "", ""]);
    let rss = named(&text(&feed, Format::Rss), "dc:language");
    assert_eq!(rss.iter().map(|element| element.text.as_str()).collect::<Vec<_>>(), ["en-GB"]);
    let json: Value = serde_json::from_str(&text(&feed, Format::Json)).unwrap();
    let of = |n: usize| json["items"][n]["language"].clone();
    assert_eq!((of(0), of(1), of(2)), (json!("en-GB"), Value::Null, Value::Null));
    let page = |item: &StoredItem| String::from_utf8(publish::item_page(&site(), item, [None; 2]).unwrap()).unwrap();
    let [foreign, own] = [page(&episode()), page(&item(1, "B"))];
    assert!(foreign.contains("<html lang=\"zh-CN\">") && foreign.contains("<article lang=\"en-GB\">"), "{foreign}");
    assert!(own.contains("<html lang=\"zh-CN\">") && own.contains("<article>"), "{own}");
    let paging = publish::Paging { number: None, older: None, newer: publish::Newer::None, total: 2 };
    let day = publish::day_page(&site(), &header(), &[episode(), item(1, "B")], &paging).unwrap();
    let day = String::from_utf8(day).unwrap();
    assert!(day.contains("<li id=\"item0\" lang=\"en-GB\">") && day.contains("<li id=\"item1\">"), "{day}");
    assert!(day.contains("<a href=\"https://pod.example/1.mp3\" type=\"audio/mpeg\">1.mp3</a>"), "{day}");
    assert!(!day.contains(">cover.png</a>"), "pictures are seen");
}

#[test]
fn pages_without_pictures_lead_to_them_and_feeds_keep_them() {
    let mut site = site();
    let (mut one, mut edition) = (items().remove(0), edition());
    one.item.body_html.push_str("<p>a<img src=\"https://img.example/b.png\" alt=\"一张 &amp; 图\">b</p>");
    edition.cover = Some("https://img.example/cover.png".to_owned());
    let text = |page: Result<Vec<u8>, publish::Error>| String::from_utf8(page.unwrap()).unwrap();
    let pages = |site: &publish::Site| {
        let alone = EditionNeighbours::default();
        let edition = text(publish::edition_page(site, &edition, std::slice::from_ref(&one), &alone));
        [text(publish::item_page(site, &one, [None; 2])), edition]
    };
    let shows = |page: &str| page.matches("src=\"https://img.example/").count();
    let [with, of_edition] = pages(&site);
    assert!(with.contains("og:image") && with.contains("\"image\":"), "{with}");
    assert_eq!((shows(&with), shows(&of_edition)), (2, 3));
    let feed = |site: &publish::Site| {
        let channel = channel(ChannelKind::Combined, "");
        publish::feed(site, &channel, std::slice::from_ref(&one), None)
    };
    let before = feed(&site);
    site.options.pictures = false;
    for page in pages(&site) {
        let main = page.split_once("<main").unwrap().1;
        assert!(shows(&page) == 0 && !main.contains("<img"), "{page}");
        assert!(main.contains("<p>a（插图：一张 &amp; 图）b</p>"), "{page}");
        assert!(
            main.contains("<a href=\"https://img.example/a.jpg?x=1&#38;y=2\" type=\"image/jpeg\">a.jpg</a>"),
            "{page}"
        );
        assert!(!page.contains("og:image") && !page.contains("\"image\":"), "{page}");
    }
    assert_eq!(feed(&site), before);
}

#[test]
fn an_editors_item_is_there_as_markdown_with_its_closing_line() {
    let feed = feed(&items());
    let written = named(&text(&feed, Format::Rss), "source:markdown");
    let first = "![](https://img.example/a.jpg?x=1&y=2)\n\n*插图：MJ：\\<AI\\>*\n\n\
                 正文，[链接](https://other.example/)。\n\nA & B \\]\\]\\> C\n\n> **老王**：拭目以待。\n\n\
                 来源：[Semi \"Analysis\" \\<blog\\>](https://www.semianalysis.example/p/google?a=1&b=2) · \
                 [xn--fsqu00a.example](https://xn--fsqu00a.example/%E8%B7%AF%E5%BE%84)";
    assert_eq!(written[0].text, first);
    // Those that were not read as Markdown yet, and what feeds bring, have none.
    assert_eq!(written.len(), 1);
    let mut dead = item(1, "B");
    (dead.item.body_markdown, dead.sources) = ("正文 1。".to_owned(), items()[1].sources.clone());
    dead.sources[1].link.url = "https://old.example/x_(y)".to_owned();
    let markdown = self::feed(std::slice::from_ref(&dead)).entries[0].markdown.clone().unwrap();
    assert_eq!(
        markdown,
        "正文 1。\n\n来源：[死链](https://gone.example/x)（自 2024-03-01 起已失效，\
         [存档副本](https://archive.example/web/2023/https://gone.example/x)） · \
         [搬家](https://old.example/x_%28y%29)（已迁至 [https://new.example/x](https://new.example/x)） · \
         [时好时坏](https://flaky.example/x)（暂时无法访问） · [门卫](https://blocked.example/x)"
    );
    dead.home = Home::Day { slug: "2023-05-05".to_owned(), page: None };
    assert_eq!(self::feed(&[dead]).entries[0].markdown, None);
}

/// A source of which everything is known that may be shown.
fn troubled(verdict: Verdict) -> CitedSource {
    CitedSource {
        since: Some("2024-03-01T00:00:00Z".parse().unwrap()),
        moved_to: Some("https://new.example/x".to_owned()),
        archive: Some("https://archive.example/copy".to_owned()),
        ..source("源", "https://old.example/x", verdict)
    }
}

#[test]
fn where_something_else_stands_the_copy_comes_first() {
    let mut one = items().remove(0);
    for (verdict, copy_first) in [(Verdict::Gone, false), (Verdict::Replaced, true)] {
        one.sources = vec![troubled(verdict)];
        let entry = feed(std::slice::from_ref(&one)).entries.remove(0);
        let page = String::from_utf8(publish::item_page(&site(), &one, [None; 2]).unwrap()).unwrap();
        let (copy, link) = (page.find("archive.example/copy").unwrap(), page.find(">原链接</a>").unwrap());
        assert!(copy < link, "on pages the copy is what is read: {page}");
        for text in [entry.content_html.as_str(), entry.markdown.as_deref().unwrap()] {
            let (copy, stands) = (text.rfind("archive.example/copy").unwrap(), text.rfind("自 2024-03-01 起").unwrap());
            assert_eq!(copy < stands, copy_first, "{verdict}: {text}");
        }
    }
}

#[test]
fn markdown_and_html_say_the_same() {
    let mut one = items().remove(0);
    one.item.comment_by = Some("老*王_[x]".to_owned());
    one.sources.push(source("*[a](javascript:x)* & `b` <i>", "https://a.example/b(c)&lt;d", Verdict::Gone));
    for verdict in Verdict::ALL {
        one.sources.push(troubled(verdict));
    }
    for language in [Language::ZhCn, Language::En] {
        let mut site = site();
        site.options.language = language;
        let feed = publish::feed(&site, &channel(ChannelKind::Combined, ""), std::slice::from_ref(&one), None);
        let html = comrak::markdown_to_html(feed.entries[0].markdown.as_deref().unwrap(), &comrak::Options::default());
        let links = |html: &str| {
            html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let words = |html: &str| {
            let tags = html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
            tags.collect::<String>().split_whitespace().collect::<String>()
        };
        let decoded = |links: Vec<String>| {
            links.into_iter().map(|l| l.replace("%28", "(").replace("%29", ")")).collect::<Vec<_>>()
        };
        assert_eq!(decoded(links(&html)), decoded(links(&feed.entries[0].content_html)));
        assert_eq!(words(&html), words(&feed.entries[0].content_html), "{language:?}");
    }
}
