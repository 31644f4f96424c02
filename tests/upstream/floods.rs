//! Upstreams that send too much, change everything, or mean harm: one complaint each, and the others are unharmed.

use crate::support::noon;
use crate::upstream::{A_DAY, Entry, Upstream, complaints, cycle, rss, titles};
use std::fmt::Write as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_changes_all_its_ids_floods_nobody() {
    let upstream = Upstream::start().await;
    let with_ids = |round: u32| -> Vec<Entry> {
        let entry = |number| Entry { id: Some(format!("round {round}, {number}")), ..Entry::number(number) };
        (1..=40).rev().map(entry).collect()
    };
    upstream.serve("/news", "News", &with_ids(0));
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    let (ids, before) = (site.ids(), site.bytes());
    for round in 1..4 {
        upstream.serve("/news", "News", &with_ids(round));
        let report = cycle(&site, noon() + A_DAY * i32::try_from(round).unwrap()).await;
        assert_eq!((report.inputs[1].new_items, report.inputs[1].revised_items), (0, 0));
        assert_eq!(site.ids(), ids);
    }
    assert_eq!(titles(&site, "").len(), 40);
    let combined = site.path("feeds/atom.xml");
    assert_eq!(site.bytes()[&combined], before[&combined]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_doubling_feed_five_hundred_new_entries_a_poll_are_shown() {
    let upstream = Upstream::start().await;
    let site = upstream.site(&["/news", "/calm"], "");
    upstream.serve("/calm", "Calm", &[Entry::number(5000).titled("Calm")]);
    let entries = |count: u32| (1..=count).rev().map(Entry::number).collect::<Vec<_>>();
    let mut shown = 0;
    for (round, count) in [300, 600, 1200].into_iter().enumerate() {
        upstream.serve("/news", "News", &entries(count));
        let report = cycle(&site, noon() + A_DAY * i32::try_from(round).unwrap()).await;
        shown += (count - if round == 0 { 0 } else { count / 2 }).min(500);
        assert_eq!(report.items, u64::from(shown) + 1);
        let told = complaints(&report);
        match round {
            2 => assert!(told.len() == 1 && told[0].contains("600 new entries at once"), "{told:?}"),
            _ => assert_eq!(told, Vec::<String>::new()),
        }
    }
    // What was held back is not shown later either, and the complaint goes with the next document.
    upstream.serve("/news", "News", &entries(1201));
    let report = cycle(&site, noon() + A_DAY * 3).await;
    assert_eq!((report.inputs[1].new_items, report.items), (1, u64::from(shown) + 2));
    assert_eq!(complaints(&report), Vec::<String>::new());
}

/// A server that answers with a head and then the same bytes for ever.
async fn endless(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss><channel>")
                    .await;
                while stream.write_all(bytes).await.is_ok() {}
            });
        }
    });
    format!("http://{address}/feed")
}

/// An address that must not be contacted, and how often it was.
async fn trap() -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.9:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let sprung = std::sync::Arc::<std::sync::atomic::AtomicUsize>::default();
    let counting = std::sync::Arc::clone(&sprung);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counting.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
    });
    (url, sprung)
}

#[tokio::test(flavor = "multi_thread")]
async fn harmful_upstreams_are_one_complaint_each_and_harm_nobody() {
    let upstream = Upstream::start().await;
    upstream.serve("/good", "Good", &[Entry::number(1)]);
    upstream.answer(
        "/items",
        ResponseTemplate::new(200).set_body_raw(
            format!("<rss version=\"2.0\"><channel><title>Items</title>{}", "<item>".repeat(15 * 1024 * 1024 / 6 - 20)),
            "application/rss+xml",
        ),
    );
    let mut bomb = "<!DOCTYPE rss [<!ENTITY a0 \"ha\">".to_owned();
    for n in 1..60 {
        write!(bomb, "<!ENTITY a{n} \"&a{};&a{};&a{};\">", n - 1, n - 1, n - 1).unwrap();
    }
    bomb.push_str("]><rss version=\"2.0\"><channel><title>&a59;</title></channel></rss>");
    upstream.answer("/bomb", ResponseTemplate::new(200).set_body_raw(bomb, "application/rss+xml"));
    upstream.answer("/inside", ResponseTemplate::new(302).insert_header("location", "http://169.254.169.254/latest/"));
    let (url, sprung) = trap().await;
    upstream.answer("/trap", ResponseTemplate::new(302).insert_header("location", url));
    upstream.answer("/broken", ResponseTemplate::new(500));
    upstream.answer("/nothing", ResponseTemplate::new(200).set_body_raw("", "application/rss+xml"));
    let mut inputs: Vec<(&str, String)> =
        ["/good", "/items", "/bomb", "/inside", "/trap", "/broken", "/nothing", "/missing"]
            .iter()
            .map(|path| (*path, upstream.url(path)))
            .collect();
    inputs.push(("endless", endless(b"<item><title>More</title></item>").await));
    let site = upstream.site(&[], "");
    crate::upstream::configure(&site, &inputs, "");
    let text = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    // Only the servers' own address, so that the trap is as far away as the rest of the inside.
    site.write("wellsourced.toml", text.replace("127.0.0.0/8", "127.0.0.1/32"));
    let report = cycle(&site, noon()).await;
    assert!(titles(&site, "").contains(&"News 1".to_owned()));
    assert_eq!(sprung.load(std::sync::atomic::Ordering::SeqCst), 0);
    let told = complaints(&report);
    for (name, url) in inputs.iter().skip(1) {
        assert_eq!(told.iter().filter(|told| told.starts_with(url.as_str())).count(), 1, "{name}: {told:#?}");
    }
    assert!(told.len() < inputs.len(), "{told:#?}");
    assert_eq!(report.exit_code(false), 0, "{:#?}", report.complaints);
    assert_eq!(report.exit_code(true), 4);
    // The next cycle asks none of those that failed just now.
    let before = upstream.asked("/broken").await;
    cycle(&site, noon() + chrono::Duration::minutes(1)).await;
    assert_eq!(upstream.asked("/broken").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_document_at_the_limit_is_read_and_one_beyond_is_not() {
    let upstream = Upstream::start().await;
    let entries: Vec<Entry> = (1..=6000).rev().map(Entry::number).collect();
    upstream.serve("/large", "Large", &entries);
    let too_large = rss("Too large", &[Entry { text: "x".repeat(16 * 1024 * 1024), ..Entry::number(9000) }]);
    upstream.answer("/beyond", ResponseTemplate::new(200).set_body_raw(too_large, "application/rss+xml"));
    let site = upstream.site(&["/large", "/beyond"], "");
    let report = cycle(&site, noon()).await;
    assert_eq!(report.items, 5000);
    let told = complaints(&report);
    assert_eq!(told.iter().filter(|told| told.contains("/beyond")).count(), 1, "{told:?}");
}
