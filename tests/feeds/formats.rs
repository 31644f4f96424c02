//! RSS, Atom, JSON Feed and OPML, read back with `feed-rs`, `quick-xml` and `serde_json`.

use crate::sample::{at, channel, edition, item, items, site, source, tag};
use crate::xml::{Element, elements, text};
use serde_json::Value;
use wellsourced::model::{ChannelKind, StoredItem, Verdict};
use wellsourced::publish::{self, Format, ItemLink, Language};

#[test]
fn each_format_looks_as_before() {
    let combined = publish::feed(&site(), &channel(ChannelKind::Combined, ""), &items(), None);
    insta::assert_snapshot!("rss", text(&combined, Format::Rss));
    insta::assert_snapshot!("atom", text(&combined, Format::Atom));
    insta::assert_snapshot!("json", text(&combined, Format::Json));
    let editions = publish::editions_feed(&site(), &[(edition(), items())], None);
    insta::assert_snapshot!("editions_atom", text(&editions, Format::Atom));
}

#[test]
fn feed_rs_finds_the_same_in_every_format() {
    let feed = publish::feed(&site(), &channel(ChannelKind::Tag, "开源"), &items(), None);
    for format in Format::ALL {
        let read = feed_rs::parser::parse(text(&feed, format).as_bytes()).unwrap();
        assert_eq!(read.title.unwrap().content, "开源 · 每日观察");
        assert_eq!(read.entries.len(), feed.entries.len());
        for (read, entry) in read.entries.iter().zip(&feed.entries) {
            assert_eq!(read.id, entry.id, "{format:?}");
            assert_eq!(read.title.as_ref().unwrap().content, entry.title, "{format:?}");
            assert_eq!(read.published, Some(entry.published), "{format:?}");
            assert!(read.links.iter().any(|link| link.href == entry.link), "{format:?}");
            let tags: Vec<&str> = read.categories.iter().map(|category| category.term.as_str()).collect();
            assert_eq!(tags, entry.categories.iter().map(|c| c.term.as_str()).collect::<Vec<_>>(), "{format:?}");
            let body = read.content.as_ref().and_then(|content| content.body.clone()).unwrap();
            assert_eq!(body.trim(), entry.content_html.trim(), "{format:?}");
        }
    }
}

#[test]
fn sources_say_what_is_known_of_them_alike_in_every_format() {
    let feed = publish::feed(&site(), &channel(ChannelKind::Combined, ""), &items(), None);
    let xml_facts = |format| -> Vec<Vec<(String, String)>> {
        let all = elements(&text(&feed, format)).into_iter();
        all.filter(|element| element.name == "ws:source").map(|element| element.attributes).collect()
    };
    let rss = xml_facts(Format::Rss);
    assert_eq!(rss, xml_facts(Format::Atom));
    assert_eq!(rss.len(), 6);
    let has = |n: usize, name: &str, value: &str| rss[n].contains(&(name.to_owned(), value.to_owned()));
    assert!(has(0, "href", "https://www.semianalysis.example/p/google?a=1&b=2"));
    assert!(has(0, "label", "Semi \"Analysis\" <blog>") && has(0, "verdict", "reachable"));
    assert!(has(2, "verdict", "gone") && has(2, "since", "2024-02-29T18:00:00Z"));
    // A death not yet confirmed has no date (DESIGN §3).
    assert!(has(4, "verdict", "failing") && rss[4].iter().all(|(name, _)| name != "since"));
    let json: Value = serde_json::from_str(&text(&feed, Format::Json)).unwrap();
    let found: Vec<&Value> = json["items"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|i| i["_wellsourced"]["sources"].as_array().unwrap())
        .collect();
    assert_eq!(found.len(), rss.len());
    for (json, xml) in found.iter().zip(&rss) {
        for (name, value) in xml {
            assert_eq!(json[if name == "href" { "url" } else { name }], **value);
        }
        assert_eq!(json.as_object().unwrap().len(), xml.len());
    }
}

#[test]
fn illegal_characters_never_reach_a_reader() {
    let bad = "a\u{8}b\u{fffe}c\u{ffff}\u{0}]]>d\u{1b}\r\n&#8;";
    let mut odd = item(0, bad);
    odd.item.body_html = format!("<p>{}</p>", bad.replace('>', "&gt;"));
    odd.item.remark_html = odd.item.body_html.clone();
    odd.item.text = bad.repeat(2);
    odd.item.comment_by = Some(bad.to_owned());
    odd.item.image_credit = Some(bad.to_owned());
    odd.item.images = vec![format!("https://img.example/{bad}")];
    odd.edition.author = Some(bad.to_owned());
    odd.edition.title = bad.to_owned();
    odd.tags = vec![tag(bad)];
    odd.sources = vec![source(bad, &format!("https://x.example/{bad}"), Verdict::Gone)];
    let mut site = site();
    site.options.title = bad.to_owned();
    site.options.author = bad.to_owned();
    let feed = publish::feed(&site, &channel(ChannelKind::Tag, bad), &[odd], None);
    for format in Format::ALL {
        let written = text(&feed, format);
        assert!(
            written.chars().all(|c| c == '\n' || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))),
            "{format:?}"
        );
        let read = feed_rs::parser::parse(written.as_bytes()).unwrap();
        assert_eq!(read.entries[0].title.as_ref().unwrap().content, "abc]]>d &#8;", "{format:?}");
        if format != Format::Json {
            assert!(elements(&written).iter().any(|element| element.text == "abc]]>d &#8;"), "{format:?}");
        }
    }
    let list = String::from_utf8(publish::opml(&site, &[channel(ChannelKind::Tag, bad)]).unwrap()).unwrap();
    assert!(elements(&list).iter().any(|element| element.name == "outline"));
    assert!(list.chars().all(|c| c == '\n' || c >= ' '));
}

#[test]
fn an_empty_channel_is_a_valid_feed_dated_by_the_removal() {
    let removed = at("2024-05-06T07:08:09Z");
    let feed = publish::feed::<StoredItem>(&site(), &channel(ChannelKind::Tag, "AI"), &[], Some(removed));
    assert_eq!(feed.updated, removed);
    for format in Format::ALL {
        let read = feed_rs::parser::parse(text(&feed, format).as_bytes()).unwrap();
        assert!(read.entries.is_empty());
    }
    assert!(text(&feed, Format::Rss).contains("<lastBuildDate>Mon, 6 May 2024 07:08:09 +0000</lastBuildDate>"));
    assert!(publish::editions_feed(&site(), &[], None).updated < removed);
}

#[test]
fn ids_do_not_depend_on_the_address_or_the_words() {
    let here = site();
    let mut there = site();
    there.options.base_url = "http://elsewhere.example/".parse().unwrap();
    there.options.title = "Other".to_owned();
    there.options.language = Language::En;
    there.options.item_link = ItemLink::Source;
    let mut ids = std::collections::HashSet::new();
    for channel in [
        channel(ChannelKind::Combined, ""),
        channel(ChannelKind::Editions, ""),
        channel(ChannelKind::Tag, "x"),
        channel(ChannelKind::Source, "x"),
    ] {
        let (a, b) = (publish::feed(&here, &channel, &items(), None), publish::feed(&there, &channel, &items(), None));
        assert_eq!(a.id, b.id);
        assert!(a.entries.iter().zip(&b.entries).all(|(a, b)| a.id == b.id));
        assert_eq!(b.entries[0].link, "https://www.semianalysis.example/p/google?a=1&b=2");
        assert_eq!(b.entries[2].link, "http://elsewhere.example/items/item2/");
        assert!(ids.insert(a.id));
    }
}

#[test]
fn the_newest_change_dates_the_feed_and_no_check_does() {
    let mut checked = items();
    checked[1].sources[2].verdict = Verdict::Reachable;
    let combined = channel(ChannelKind::Combined, "");
    let (before, after) =
        (publish::feed(&site(), &combined, &items(), None), publish::feed(&site(), &combined, &checked, None));
    assert_eq!(before.updated, at("2023-05-06T01:02:03Z"));
    assert_eq!(before.updated, after.updated);
    assert_eq!(before.entries[1].updated, after.entries[1].updated);
}

#[test]
fn the_list_of_subscriptions_names_every_channel() {
    let channels = [
        channel(ChannelKind::Tag, "开源 & <more>"),
        channel(ChannelKind::Source, "例子.example"),
        channel(ChannelKind::Combined, ""),
        channel(ChannelKind::Editions, ""),
    ];
    let list = String::from_utf8(publish::opml(&site(), &channels).unwrap()).unwrap();
    insta::assert_snapshot!("opml", list);
    let subscribes = |element: &Element| element.attributes.iter().any(|(name, _)| name == "xmlUrl");
    assert_eq!(elements(&list).into_iter().filter(subscribes).count(), 4);
    assert!(opml::OPML::from_str(&list).is_ok());
    assert!(publish::opml(&site(), &[]).is_ok());
}
