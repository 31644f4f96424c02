//! Documents that end before their end, with an `ETag`: read as far as they go, and fetched again until they are whole.

use crate::support::noon;
use crate::upstream::{A_DAY, Entry, Upstream, complaints, cycle, rss, titles};
use async_compression::tokio::bufread::GzipEncoder;
use tokio::io::AsyncReadExt;
use wellsourced::pipeline::Fetched;
use wiremock::ResponseTemplate;

const ALL: [&str; 5] = ["News 5", "News 4", "News 3", "News 2", "News 1"];

fn answer(document: impl Into<Vec<u8>>, etag: &str) -> ResponseTemplate {
    let answer = ResponseTemplate::new(200).set_body_raw(document, "application/octet-stream");
    answer.insert_header("etag", etag).insert_header("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")
}

fn whole() -> String {
    rss("The News", &(1..=5).rev().map(Entry::number).collect::<Vec<_>>())
}

fn json() -> String {
    let item = |number| {
        let date = Entry::number(number).date.unwrap().to_rfc3339();
        format!(
            "{{\"id\":\"{number}\",\"title\":\"News {number}\",\"content_text\":\"It happened.\",\
             \"date_published\":\"{date}\"}}"
        )
    };
    let items: Vec<String> = (1..=5).rev().map(item).collect();
    let items = items.join(",");
    format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"The News\",\"items\":[{items}]}}")
}

/// What stands before some words, and the first characters of them.
fn until(document: &str, words: &str, more: usize) -> String {
    let (before, _) = document.split_once(words).unwrap();
    format!("{before}{}", words.chars().take(more).collect::<String>())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_was_cut_is_fetched_again_until_it_is_whole() {
    for (why, cut, whole) in [
        ("between entries", until(&whole(), "<item><title>News 2", 0), whole()),
        ("within an entry", until(&whole(), "News 2", 3), whole()),
        ("within a tag", until(&whole(), "<item><title>News 2", 4), whole()),
        ("JSON between entries", until(&json(), ",{\"id\":\"2\"", 0), json()),
        ("JSON within a string", until(&json(), "News 2", 3), json()),
    ] {
        let upstream = Upstream::start().await;
        let site = upstream.site(&["/news"], "");
        // Twice the same bytes under the same tag, then all of it.
        upstream.answer("/news", answer(cut.clone(), "\"part\""));
        for poll in 0..2 {
            let report = cycle(&site, noon() + A_DAY * poll).await;
            assert_eq!(titles(&site, ""), ALL[..3], "{why}");
            assert_eq!(report.inputs[1].feed.as_ref().unwrap().fetched, Fetched::Changed, "{why}");
            let told = report.complaints.iter().find(|complaint| complaint.message.contains("cut short")).unwrap();
            assert!(told.help.contains("`wellsourced fetch 'news'`"), "{told:?}");
        }
        upstream.answer("/news", answer(whole, "\"whole\""));
        let report = cycle(&site, noon() + A_DAY * 2).await;
        assert_eq!((titles(&site, ""), complaints(&report).len()), (ALL.map(str::to_owned).to_vec(), 0), "{why}");
        // Cut once more: nothing leaves, and what the whole one gave to ask with is forgotten.
        upstream.answer("/news", answer(cut, "\"part\""));
        let (ids, published) = (site.ids(), site.feed(""));
        for poll in 3..5 {
            cycle(&site, noon() + A_DAY * poll).await;
            assert_eq!((site.ids(), site.feed("")), (ids.clone(), published.clone()), "{why}");
        }
        for header in ["if-none-match", "if-modified-since"] {
            let sent: Vec<bool> = upstream.sent("/news", header).await.iter().map(|value| !value.is_empty()).collect();
            assert_eq!(sent, [false, false, false, true, false], "{why}: {header}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_before_it_meant_anything_is_fetched_again_too() {
    let mut packed = Vec::new();
    GzipEncoder::new(whole().as_bytes()).read_to_end(&mut packed).await.unwrap();
    let half = answer(packed[..packed.len() / 2].to_vec(), "\"part\"").insert_header("content-encoding", "gzip");
    for (why, cut) in [
        ("nothing of it", answer(Vec::new(), "\"part\"")),
        ("within its first tag", answer(&b"<?xml version=\"1.0\"?>\n<rss vers"[..], "\"part\"")),
        ("within its declaration", answer(&b"<?xml versi"[..], "\"part\"")),
        ("JSON before its items", answer(&b"{\"title\":\"The Ne"[..], "\"part\"")),
        ("packed", half),
    ] {
        let upstream = Upstream::start().await;
        let site = upstream.site(&["/news"], "");
        upstream.answer("/news", answer(whole(), "\"whole\""));
        cycle(&site, noon()).await;
        upstream.answer("/news", cut);
        for poll in 1..3 {
            let report = cycle(&site, noon() + A_DAY * poll).await;
            assert_eq!(report.inputs[1].feed.as_ref().unwrap().fetched, Fetched::Failed, "{why}");
            assert_eq!(titles(&site, ""), ALL, "{why}");
        }
        upstream.answer("/news", answer(whole().replace("happened", "came to pass"), "\"new\""));
        let report = cycle(&site, noon() + A_DAY * 4).await;
        assert_eq!(report.inputs[1].feed.as_ref().unwrap().fetched, Fetched::Changed, "{why}: {report:?}");
        let sent = upstream.sent("/news", "if-none-match").await;
        assert!(sent.iter().all(|value| value != "\"part\""), "{why}: {sent:?}");
    }
}
