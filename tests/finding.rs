//! How a site is found: the list of its pages, what robots may visit, its icon, and which of these make way for others.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

#[allow(dead_code, reason = "some of the sample is for others")]
#[path = "feeds/sample.rs"]
mod sample;
mod support;

use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeMap;
use std::fs;
use support::{Site, noon, post};
use wellsourced::model::Verdict;
use wellsourced::publish;

const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\"/></svg>";

fn read(site: &Site, path: &str) -> String {
    fs::read_to_string(site.path("feeds").join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Address → date of the pages in the list, read by an XML parser.
fn listed(xml: &str) -> BTreeMap<String, Option<String>> {
    let (mut reader, mut listed) = (Reader::from_str(xml), BTreeMap::new());
    let (mut within, mut address, mut date) = (String::new(), String::new(), None);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) => element.name().as_ref().clone_into(&mut within),
            Event::Text(text) if within == "loc" => address.push_str(&text.xml10_content()),
            Event::Text(text) if within == "lastmod" => date = Some(text.xml10_content().into_owned()),
            Event::End(element) if element.name().as_ref() == "url" => {
                listed.insert(std::mem::take(&mut address), date.take());
            }
            Event::End(_) => within.clear(),
            Event::Eof => return listed,
            _ => {}
        }
    }
}

fn of_posts() -> Site {
    let site = Site::new("");
    site.write("posts/1.md", post(1, &[10, 11]).markdown());
    site.write("posts/2.md", post(2, &[20]).markdown());
    site
}

#[test]
fn every_page_with_words_of_its_own_is_listed_with_when_it_changed() {
    let site = of_posts();
    site.cycle(noon());
    let first = listed(&read(&site, "sitemap.xml"));
    for address in ["", "editions/", "editions/1/", "editions/2/", "tags/", "tags/ai/", "sources/source1.example/"] {
        assert!(first.contains_key(&format!("https://feeds.example/{address}")), "{address}: {first:#?}");
    }
    let items = || first.keys().filter(|address| address.contains("/items/"));
    assert_eq!(items().count(), 3);
    for (address, date) in &first {
        // Each leads to a file.
        let path = address.strip_prefix("https://feeds.example/").unwrap();
        let path = percent_encoding::percent_decode_str(path).decode_utf8().unwrap();
        assert!(site.path("feeds").join(path.as_ref()).join("index.html").is_file(), "{address}");
        let date = date.as_ref().map(|date| date.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        assert!(date.is_none_or(|date| date <= noon()), "{address}: {date:?}");
    }
    // Nothing new: nothing moves. A later edit moves the dates of what shows it, and of nothing else.
    let before = site.published();
    site.cycle(noon() + chrono::TimeDelta::hours(1));
    assert_eq!(site.published(), before);
    let mut edited = post(2, &[20]);
    edited.stories[0].text.push_str("又及：补充一句。");
    site.write("posts/2.md", edited.markdown());
    site.cycle(noon() + chrono::TimeDelta::hours(2));
    let second = listed(&read(&site, "sitemap.xml"));
    let moved: Vec<&str> = second.iter().filter(|(k, v)| first[*k] != **v).map(|(k, _)| k.as_str()).collect();
    let item = items().find(|item| second[*item] != first[*item]).unwrap();
    assert_eq!(
        moved,
        ["https://feeds.example/", "https://feeds.example/editions/", "https://feeds.example/editions/2/", item]
    );
    // What left is not listed.
    site.remove("posts/2.md");
    site.cycle(noon() + chrono::TimeDelta::hours(3));
    let third = listed(&read(&site, "sitemap.xml"));
    assert!(!third.contains_key(item) && !third.contains_key("https://feeds.example/editions/2/"), "{third:#?}");
}

#[test]
fn robots_are_told_where_the_list_is_at_the_root_of_a_host_only() {
    let site = of_posts();
    site.cycle(noon());
    assert!(read(&site, "robots.txt").contains("\nSitemap: https://feeds.example/sitemap.xml\n"));
    let config = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", config.replace("https://feeds.example/", "https://feeds.example/news/"));
    site.cycle(noon());
    assert!(!site.path("feeds/robots.txt").exists(), "below a root nobody asks for it");
    assert!(read(&site, "sitemap.xml").contains("<loc>https://feeds.example/news/</loc>"));
}

#[test]
fn what_an_operator_put_there_stays_and_is_no_error() {
    let site = of_posts();
    for path in ["robots.txt", "sitemap.xml", "icon.svg"] {
        site.write(&format!("feeds/{path}"), "mine");
    }
    for _ in 0..2 {
        let output = site.binary(&["--once", "--offline"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        for path in ["robots.txt", "sitemap.xml", "icon.svg"] {
            assert_eq!(read(&site, path), "mine");
        }
    }
    // Once they are taken away, ours come, and are known as ours even when nothing remembers them.
    for path in ["robots.txt", "sitemap.xml", "icon.svg"] {
        site.remove(&format!("feeds/{path}"));
    }
    site.write("posts/3.md", post(3, &[30]).markdown());
    site.cycle(noon());
    assert!(read(&site, "sitemap.xml").contains("/editions/3/"));
    site.lose_store();
    fs::remove_dir_all(site.path("feeds/.wellsourced")).unwrap();
    site.write("posts/4.md", post(4, &[40]).markdown());
    let output = site.binary(&["--once", "--offline"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(read(&site, "sitemap.xml").contains("/editions/4/"));
}

#[test]
fn the_icon_is_the_built_in_one_or_the_configured_one() {
    let site = of_posts();
    site.cycle(noon());
    assert!(read(&site, "icon.svg").starts_with("<svg "));
    let plain = site.bytes();
    let feeds = ["rss.xml", "atom.xml", "feed.json"].map(|path| site.path("feeds").join(path));
    for path in &feeds {
        assert!(!String::from_utf8_lossy(&plain[path]).contains("icon."), "feeds say nothing of the built-in one");
    }
    let configure = |name: &str, bytes: &[u8]| {
        site.write(name, bytes);
        site.configure(&format!("icon = \"{}\"", site.path(name).display()), "");
    };
    configure("mine.svg", DRAWING.as_bytes());
    site.cycle(noon());
    assert_eq!(read(&site, "icon.svg"), DRAWING);
    assert!(read(&site, "atom.xml").contains("<icon>https://feeds.example/icon.svg</icon>"));
    assert_eq!(site.feed("")["icon"], "https://feeds.example/icon.svg");
    assert!(!read(&site, "rss.xml").contains("<image>"), "RSS takes no drawing");
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x09\0\0\0\x09".as_slice(), b"IEND\xaeB`\x82"].concat();
    configure("mine.png", &png);
    site.cycle(noon());
    assert!(!site.path("feeds/icon.svg").exists() && site.path("feeds/icon.png").is_file());
    let rss = read(&site, "rss.xml");
    let parsed = rss.parse::<rss::Channel>().unwrap();
    let image = parsed.image().unwrap();
    assert_eq!((image.url(), image.title()), ("https://feeds.example/icon.png", parsed.title()));
    assert_eq!(image.link(), parsed.link());
    let before = site.published();
    site.cycle(noon());
    assert_eq!(site.published(), before);
    // Without it all is as it was.
    site.configure("", "");
    site.cycle(noon());
    assert_eq!(site.bytes(), plain);
}

#[test]
fn an_icon_that_may_run_something_is_refused_with_its_place() {
    let site = of_posts();
    site.write("mine.svg", DRAWING.replace("<path", "<script>alert(1)</script><path"));
    site.configure(&format!("icon = \"{}\"", site.path("mine.svg").display()), "");
    let output = site.binary(&["--once", "--offline"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && told.contains("wellsourced.toml:5:8"), "{told}");
    assert!(told.contains("holds <script>, which does more than draw; save it as a plain drawing"), "{told}");
    assert!(!site.path("feeds").exists());
}

/// The JSON-LD of a page.
fn article(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("<script type=\"application/ld+json\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn an_item_says_what_it_is_and_what_it_is_based_on() {
    let mut item = sample::item(7, "</script><script>alert(1)</script> & <!--");
    item.sources = vec![
        sample::source("首发", "https://a.example/1?a&b", Verdict::Reachable),
        sample::source("另一处", "https://b.example/2", Verdict::Reachable),
        sample::source("无处", "javascript:alert(1)", Verdict::Refused),
    ];
    let page = String::from_utf8(publish::item_page(&sample::site(), &item, [None; 2]).unwrap()).unwrap();
    assert_eq!(page.matches("<script").count(), 1, "nothing of it runs: {page}");
    let article = article(&page);
    assert_eq!((&article["@type"], &article["inLanguage"]), (&"NewsArticle".into(), &"zh-CN".into()));
    assert_eq!(article["headline"], "</script><script>alert(1)</script> & <!--");
    assert_eq!(article["datePublished"], "2023-05-05T20:49:56+08:00");
    assert_eq!(article["author"], serde_json::json!({ "@type": "Person", "name": "硬核老王" }));
    assert_eq!(article["url"], "https://observe.example.org/news/items/item7/");
    assert_eq!(article["isBasedOn"]["url"], "https://a.example/1?a&b");
    let cited = article["citation"].as_array().unwrap();
    assert_eq!((cited.len(), &cited[0]["name"]), (1, &"另一处".into()));
    for said in [
        "<meta property=\"og:type\" content=\"article\">",
        "<meta property=\"og:site_name\" content=\"每日观察\">",
        "<meta property=\"og:url\" content=\"https://observe.example.org/news/items/item7/\">",
        "<link rel=\"icon\" href=\"../../icon.svg\" type=\"image/svg+xml\">",
        "<a href=\"../../search.html\">",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[test]
fn a_link_with_an_archived_copy_is_a_robust_link() {
    let copy = "https://web.archive.org/web/20240401123456/https://a.example/1";
    let page = |verdict: Verdict, archive: &str| {
        let mut item = sample::item(7, "标题");
        let mut source = sample::source("首发", "https://a.example/1", verdict);
        source.archive = Some(archive.to_owned());
        item.sources = vec![source];
        String::from_utf8(publish::item_page(&sample::site(), &item, [None; 2]).unwrap()).unwrap()
    };
    let gone = page(Verdict::Gone, copy);
    let link = format!("<a href=\"{copy}\" data-originalurl=\"https://a.example/1\" data-versiondate=\"2024-04-01\">");
    assert!(gone.contains(&link), "{gone}");
    let original =
        format!("<a href=\"https://a.example/1\" data-versionurl=\"{copy}\" data-versiondate=\"2024-04-01\">");
    assert!(gone.contains(&original), "{gone}");
    let failing = page(Verdict::Failing, copy);
    assert!(!failing.contains("data-version"), "{failing}");
    let undated = page(Verdict::Gone, "https://archive.example/x");
    assert!(undated.contains("data-originalurl=") && !undated.contains("data-versiondate"), "{undated}");
}
