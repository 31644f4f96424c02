//! What entries enclose, and the language they are in, from the wire to what subscribers get.

use crate::support::noon;
use crate::upstream::{A_DAY, Entry, Upstream, by_title, cycle};
use serde_json::json;

fn enclosure(url: &str, kind: &str, length: &str) -> String {
    format!("<enclosure url=\"{url}\" type=\"{kind}\" length=\"{length}\"/>")
}

fn episode(number: u32, more: String) -> Entry {
    Entry { link: None, more, ..Entry::number(number) }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_episode_without_a_page_cites_its_file_and_carries_it() {
    let upstream = Upstream::start().await;
    let file = "https://pod.example/1.mp3?a=1&amp;b=2";
    let more = enclosure(file, "audio/mpeg", "4096") + &enclosure("https://pod.example/1.jpg", "image/jpeg", "");
    upstream.serve("/pod", "The Pod", &[episode(1, more)]);
    let site = upstream.site(&["/pod"], "content = \"none\"\n");
    cycle(&site, noon()).await;
    let url = "https://pod.example/1.mp3?a=1&b=2";
    let item = site.feed("")["items"][0].clone();
    assert_eq!(item["attachments"], json!([{ "url": url, "mime_type": "audio/mpeg", "size_in_bytes": 4096 }]));
    assert_eq!(item["external_url"], url);
    assert_eq!(item["_wellsourced"]["sources"][0]["url"], url);
    let rss = std::fs::read_to_string(site.path("feeds/rss.xml")).unwrap();
    let written = url.replace('&', "&#x26;");
    assert!(rss.contains(&format!("<enclosure url=\"{written}\" length=\"4096\" type=\"audio/mpeg\"/>")), "{rss}");
    let day = std::fs::read_to_string(site.path("feeds/editions/2026-06-01/index.html")).unwrap();
    assert!(day.contains("https://pod.example/1.mp3?a=1&#38;b=2"), "{day}");
    assert!(site.path("feeds/sources/pod.example/index.html").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_whose_file_is_replaced_by_another_has_changed() {
    let upstream = Upstream::start().await;
    let serve = |first: &str, second: &str| {
        let entry = |number, file: &str| Entry { more: enclosure(file, "audio/mpeg", "1"), ..Entry::number(number) };
        upstream.serve("/pod", "The Pod", &[entry(2, second), entry(1, first)]);
    };
    serve("https://pod.example/1.mp3", "https://pod.example/2.mp3");
    let site = upstream.site(&["/pod"], "");
    cycle(&site, noon()).await;
    let (ids, modified) = (site.ids(), by_title(&site, "date_modified"));
    serve("https://pod.example/1-mended.mp3", "https://pod.example/2.mp3?utm_source=feed");
    cycle(&site, noon() + A_DAY).await;
    let now = by_title(&site, "date_modified");
    assert_eq!(site.ids(), ids);
    assert_ne!(now["News 1"], modified["News 1"]);
    assert_eq!(now["News 2"], modified["News 2"], "how a file is counted changes nothing");
    assert!(by_title(&site, "attachments")["News 1"].contains("1-mended.mp3"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_in_another_language_says_so() {
    let upstream = Upstream::start().await;
    let english = Entry {
        more: "<dc:language xmlns:dc=\"http://purl.org/dc/elements/1.1/\">en</dc:language>".into(),
        ..Entry::number(1)
    };
    upstream.serve("/news", "The News", &[english, Entry::number(2)]);
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    let languages = by_title(&site, "language");
    assert_eq!((languages["News 1"].as_str(), languages["News 2"].as_str()), ("\"en\"", "null"));
    let atom = std::fs::read_to_string(site.path("feeds/atom.xml")).unwrap();
    assert_eq!(atom.matches("<entry xml:lang=\"en\">").count(), 1);
    let day = std::fs::read_to_string(site.path("feeds/editions/2026-06-01/index.html")).unwrap();
    assert!(day.contains(" lang=\"en\">"), "{day}");
}
