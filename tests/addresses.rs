//! Addresses from input to everything that is published: each is a URI by RFC 3986 (an independent grammar says so), leads where
//! its author meant, and is the same wherever it was written.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use fluent_uri::{Uri, UriRef};
use proptest::prelude::*;
use quick_xml::events::Event;
use scraper::{Html, Selector};
use serde_json::Value;
use std::collections::BTreeSet;
use support::{Site, noon};
use url::Url;
use wellsourced::collect::feed::{self, Document, FeedOptions, Origin};
use wellsourced::model::{CitedSource, EditionHeader, LinkKey, StoredItem, Verdict};
use wellsourced::publish;

/// An http address as somebody might write it.
fn address() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        Just("例子.example"),
        Just("Example.com"),
        Just("ex_a.example:8443"),
        Just("u:p|w@a.example"),
        Just("%E4%BE%8B.example"),
        Just("ＡＢ.example"),
        Just("a.example."),
        Just("[2001:db8::1]"),
    ];
    let piece = || {
        prop_oneof![
            "[a-z0-9]{1,3}",
            Just("路径".to_owned()),
            Just("%".to_owned()),
            Just("%2F".to_owned()),
            Just("%zz".to_owned()),
            "[\\[\\]|^`{}\"'<>()*!$&+,;=:@~ ]",
            Just("/".to_owned()),
            Just("é".to_owned()),
            Just("&amp;".to_owned()),
        ]
    };
    let part = || prop::collection::vec(piece(), 0..5).prop_map(|pieces| pieces.concat());
    (
        prop_oneof![Just("https"), Just("http"), Just("HTTPS")],
        host,
        part(),
        prop::option::of(part()),
        prop::option::of(part()),
    )
        .prop_map(|(scheme, host, path, query, fragment)| {
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
            format!("{scheme}://{host}/{path}{query}{fragment}").trim_end().to_owned()
        })
}

fn in_markdown(address: &str) -> String {
    let escape = |c: char| if c.is_ascii_punctuation() { format!("\\{c}") } else { c.to_string() };
    format!("<{}>", address.chars().map(escape).collect::<String>())
}

fn in_html(address: &str) -> String {
    address.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The resource that an address names, as far as browsers tell: encoded once or not is the same.
fn resource(address: &str) -> (Option<String>, Option<u16>, Vec<u8>, Option<Vec<u8>>) {
    let url = Url::parse(address).unwrap();
    let decoded = |part: &str| percent_encoding::percent_decode_str(part).collect::<Vec<u8>>();
    (url.host_str().map(str::to_owned), url.port(), decoded(url.path()), url.query().map(decoded))
}

/// Every attribute of a page or of an entry's content that holds an address.
fn of_html(html: &str) -> Vec<String> {
    let document = Html::parse_document(html);
    let mut found = Vec::new();
    for name in ["href", "src", "cite", "action", "poster", "srcset"] {
        let selector = Selector::parse(&format!("[{name}]")).unwrap();
        found.extend(document.select(&selector).map(|element| element.value().attr(name).unwrap().to_owned()));
    }
    found
}

/// Every address of an XML document, and the HTML within it.
fn of_xml(xml: &str) -> (Vec<String>, Vec<String>) {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let (mut addresses, mut html, mut open) = (Vec::new(), Vec::new(), Vec::<(String, String)>::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                for attribute in start.attributes() {
                    let attribute = attribute.unwrap();
                    let name = attribute.key.0.to_owned();
                    let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap().into_owned();
                    if ["href", "url", "src", "xmlUrl", "htmlUrl", "domain", "scheme", "archive", "xmlns"]
                        .contains(&name.as_str())
                    {
                        addresses.push(value);
                    }
                }
                open.push((start.name().0.to_owned(), String::new()));
            }
            Event::Text(text) => open.last_mut().into_iter().for_each(|(_, held)| held.push_str(&text)),
            Event::CData(text) => open.last_mut().into_iter().for_each(|(_, held)| held.push_str(&text)),
            Event::GeneralRef(reference) => {
                let known = quick_xml::escape::resolve_predefined_entity(&reference).map(str::to_owned);
                let text = known.unwrap_or_else(|| reference.resolve_char_ref().unwrap().unwrap().to_string());
                open.last_mut().unwrap().1.push_str(&text);
            }
            Event::End(_) => {
                let (name, text) = open.pop().unwrap();
                match name.as_str() {
                    "link" | "id" | "guid" | "uri" | "url" | "docs" if !text.is_empty() => addresses.push(text),
                    "content" | "content:encoded" | "description" | "summary" => html.push(text),
                    _ => {}
                }
            }
            Event::Eof => return (addresses, html),
            _ => {}
        }
    }
}

fn of_json(value: &Value, addresses: &mut Vec<String>, html: &mut Vec<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|value| of_json(value, addresses, html)),
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value.as_str()) {
                    (
                        "url" | "id" | "home_page_url" | "feed_url" | "external_url" | "image" | "archive",
                        Some(text),
                    ) => {
                        addresses.push(text.to_owned());
                    }
                    ("content_html", Some(text)) => html.push(text.to_owned()),
                    _ => of_json(value, addresses, html),
                }
            }
        }
        _ => {}
    }
}

/// Whether every address of a published file is one.
fn check(name: &str, text: &str) {
    let (absolute, html) = match name.rsplit('.').next().unwrap() {
        "html" => {
            for reference in of_html(text) {
                assert!(UriRef::parse(reference.as_str()).is_ok(), "{name}: {reference}");
            }
            return;
        }
        "xml" | "opml" => of_xml(text),
        "json" => {
            let (mut addresses, mut html) = (Vec::new(), Vec::new());
            of_json(&serde_json::from_str(text).unwrap(), &mut addresses, &mut html);
            // The status page names its items by their path.
            addresses.retain(|address| name != "status.json" || address.contains(':'));
            (addresses, html)
        }
        _ => return,
    };
    for address in absolute.into_iter().chain(html.iter().flat_map(|html| of_html(html))) {
        let uri = Uri::parse(address.as_str());
        assert!(uri.is_ok(), "{name}: {address}");
        assert!(!uri.unwrap().authority().is_some_and(|a| a.host().contains('%')), "{name}: {address}");
    }
}

fn check_all(site: &Site) {
    let mut kinds = BTreeSet::new();
    for (path, bytes) in site.bytes() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        kinds.insert(name.rsplit('.').next().unwrap().to_owned());
        check(&name, std::str::from_utf8(&bytes).unwrap());
    }
    assert!(["html", "xml", "json", "opml"].iter().all(|kind| kinds.contains(*kind)), "{kinds:?}");
}

/// An item that shows an address in every way there is.
fn everywhere(at: usize, address: &str) -> String {
    let (markdown, html) = (in_markdown(address), in_html(address));
    format!(
        "### 第 {at} 条\n\n![]({markdown})\n\n正文 [甲]({markdown})，<a href=\"{html}\">乙</a>。\n\n\
         > **[消息来源：丙]({markdown})**\n\n> 编者点评：看 [丁]({markdown})。\n\n"
    )
}

const HEAD: &str =
    "---\ntitle: '观察 #1 地址'\ndate: 2026-05-01 08:00:00\ntags: [AI, 开源]\npermalink: '/a|b [1].html'\n---\n\n";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn what_a_post_cites_is_published_as_one_uri(addresses in prop::collection::vec(address(), 6)) {
        let site = Site::new("[tags]\nslugs = { AI = \"A|I\" }\n");
        let items: String = addresses.iter().enumerate().map(|(at, address)| everywhere(at, address)).collect();
        site.write("posts/1.md", format!("{HEAD}{items}"));
        site.cycle(noon());
        check_all(&site);
        let feed = site.feed("");
        for (at, address) in addresses.iter().enumerate() {
            let title = format!("第 {at} 条");
            let item = feed["items"].as_array().unwrap().iter().find(|item| item["title"] == title.as_str()).unwrap();
            let shown = of_html(item["content_html"].as_str().unwrap());
            // The picture, two links of the text, the remark's and the source.
            prop_assert_eq!(shown.len(), 5, "{} in {}", address, &item["content_html"]);
            let forms: BTreeSet<&str> = shown.iter().map(String::as_str).chain(item["external_url"].as_str()).collect();
            prop_assert_eq!(forms.len(), 1, "{}: {:?}", address, forms);
            prop_assert_eq!(resource(&shown[0]), resource(address));
        }
    }

    #[test]
    fn what_a_feed_links_is_published_as_a_uri(address in address()) {
        // A link that a feed escaped twice is mended.
        prop_assume!(!address.contains("&amp;"));
        let html = in_html(&address);
        let content = in_html(&format!("<p><a href=\"{html}\">a</a> <img src=\"{html}\"> <q cite=\"{html}\">b</q> <a href=\"#c\">c</a></p>"));
        let xml = format!(
            "<rss version=\"2.0\"><channel><title>F</title><link>https://f.example/</link><item><title>t</title>\
             <link>{html}</link><description>{content}</description></item></channel></rss>"
        );
        let base = Url::parse("https://f.example/feed.xml").unwrap();
        let source = Origin { place: "f", base: Some(&base), content_type: None, timezone: chrono_tz::UTC };
        let Document::Feed(read) = feed::read(xml.as_bytes(), &source) else { panic!("no feed") };
        let options = FeedOptions { content: feed::ContentKind::Full, ..FeedOptions::default() };
        let item = feed::entry_items(&read, "F", &options).remove(0).item;
        let cited = |link: &wellsourced::model::SourceLink| CitedSource {
            host: LinkKey::host_of(&link.url).unwrap_or_default(), link: link.clone(), verdict: Verdict::Moved, rule: "moved".into(), since: Some(noon()),
            moved_to: Some(address.clone()), archive: Some(address.clone()),
        };
        let stored = StoredItem {
            id: uuid::Uuid::nil(), short_id: "x".into(), home: wellsourced::model::Home::Page, position: 0, tags: Vec::new(), published: noon(), updated: noon(),
            edition: EditionHeader {
                slug: "1".into(), title: "T".into(), number: None, date: noon().fixed_offset(), author: None,
                permalink: Some(address.clone()),
            },
            sources: item.sources.iter().map(cited).collect(), item,
        };
        let site = publish::Site {
            id: uuid::Uuid::nil(),
            options: publish::Options {
                title: "T".into(), base_url: "https://feeds.example/".parse().unwrap(), language: publish::Language::En, author: "A".into(),
                timezone: chrono_tz::UTC, formats: publish::Format::ALL.to_vec(), items_per_feed: 50, item_link: publish::ItemLink::Source, pictures: true, exact_keys: false,
                theme: publish::Theme::default(),
                icon: publish::Icon::default(),
            },
        };
        let channel = wellsourced::model::Channel { kind: wellsourced::model::ChannelKind::Combined, slug: String::new(), name: String::new() };
        let document = publish::feed(&site, &channel, std::slice::from_ref(&stored), None);
        for format in publish::Format::ALL {
            let bytes = publish::render(&document, format).unwrap();
            check(format.file_name(), std::str::from_utf8(&bytes).unwrap());
        }
        let shown = of_html(&document.entries[0].content_html);
        let forms: BTreeSet<&str> = shown.iter().map(String::as_str).collect();
        prop_assert_eq!((shown.len(), forms.len()), (5, 1), "{}: {:?}", &address, &document.entries[0].content_html);
        prop_assert_eq!(resource(&shown[0]), resource(&address));
    }
}

/// Addresses that were published wrongly, or could be.
const ODD: [&str; 8] = [
    "https://例子.example/路径",
    "https://a.example/100%",
    "https://a.example/a|b",
    "https://a.example/x[1]?y[]=z",
    "https://a.example/^`{}",
    "https://a.example/?q=\"词\"",
    "https://a.example/#节#二",
    "https://%E4%BE%8B%E5%AD%90.example/",
];

#[test]
fn odd_addresses_are_uris_everywhere() {
    let site = Site::new("");
    let items: String = ODD.iter().enumerate().map(|(at, address)| everywhere(at, address)).collect();
    site.write("posts/1.md", format!("{HEAD}{items}\n### 上文\n\n见 <a href=\"#top\">上文</a> 与 [下文](#end)。\n"));
    site.cycle(noon());
    check_all(&site);
    let rss = String::from_utf8(site.bytes()[&site.path("feeds/rss.xml")].clone()).unwrap();
    assert!(rss.contains("https://xn--fsqu00a.example/%E8%B7%AF%E5%BE%84") && !rss.contains("//%E4"), "{rss}");
    assert!(rss.contains("见 上文 与 下文") && !rss.contains("#top"), "{rss}");
}

#[test]
fn another_spelling_of_a_source_is_the_same_item() {
    let site = Site::new("");
    let post = |addresses: &[&str]| {
        let items = addresses.iter().enumerate().fold(String::new(), |items, (at, address)| {
            let link = in_markdown(address);
            items + &format!("### 第 {at} 条\n\n正文 {at} [页]({link})。\n\n> **[消息来源：A]({link})**\n\n")
        });
        format!("{HEAD}{items}")
    };
    site.write("posts/1.md", post(&ODD));
    site.cycle(noon());
    let (ids, feed) = (site.ids(), site.feed(""));
    assert_eq!(ids.len(), ODD.len());
    // As an older program stored it: the same post, read again by other rules of writing.
    site.write(
        "wellsourced.toml",
        std::fs::read_to_string(site.path("wellsourced.toml")).unwrap() + "tags = [\"新\"]\n",
    );
    site.cycle(noon() + chrono::Duration::hours(1));
    assert_eq!(site.ids(), ids);
    for (before, after) in feed["items"].as_array().unwrap().iter().zip(site.feed("")["items"].as_array().unwrap()) {
        assert_eq!(before["date_modified"], after["date_modified"], "no writer wrote anything");
    }
    // The editor writes the addresses as browsers show them, and other titles.
    let spelled: Vec<String> = ODD.iter().map(|address| Url::parse(address).unwrap().into()).collect();
    let spelled: Vec<&str> = spelled.iter().map(String::as_str).collect();
    site.write("posts/1.md", post(&spelled).replace(" 条", " 则"));
    site.cycle(noon() + chrono::Duration::hours(2));
    let again: BTreeSet<String> = site.ids().into_values().collect();
    assert_eq!(again, ids.into_values().collect());
    check_all(&site);
}
