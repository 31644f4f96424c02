//! Inputs and the cycle as a whole: options that change, inputs that leave, a network that is down, a store that is lost.

use crate::support::{Site, noon, post};
use crate::upstream::{A_DAY, Entry, Upstream, by_title, complaints, configure, cycle, titles};
use chrono::Duration;
use wellsourced::pipeline::Fetched;
use wiremock::ResponseTemplate;

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_store_repeats_nothing() {
    let upstream = Upstream::start().await;
    let untold = Entry { link: None, ..Entry::number(9) };
    upstream.serve("/a", "Alpha", &[untold.clone(), Entry::number(2), Entry::number(1)]);
    upstream.serve("/b", "Beta", &[Entry::number(2)]);
    let site = upstream.site(&["/a", "/b"], "");
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    cycle(&site, noon()).await;
    // Piece by piece, so that the journal of ids has lines of single items.
    upstream.serve("/a", "Alpha", &[untold, Entry::number(3), Entry::number(2), Entry::number(1)]);
    cycle(&site, noon() + A_DAY).await;
    let (ids, dates) = (site.ids(), by_title(&site, "date_published"));
    let editions = site.feed("editions");
    assert_eq!(ids.len(), 6);
    site.lose_store();
    let report = cycle(&site, noon() + A_DAY + Duration::hours(1)).await;
    assert_eq!(complaints(&report), Vec::<String>::new());
    assert_eq!(by_title(&site, "date_published"), dates);
    assert_eq!(site.ids(), ids);
    let now = site.feed("editions");
    let of = |feed: &serde_json::Value| -> Vec<String> {
        feed["items"].as_array().unwrap().iter().map(|item| item["id"].to_string()).collect()
    };
    assert_eq!(of(&now), of(&editions));
    let lines = std::fs::read_to_string(site.path("feeds/.wellsourced/ids.jsonl")).unwrap();
    for id in ids.values() {
        let id = id.trim_start_matches("urn:uuid:");
        let editions: std::collections::BTreeSet<&str> =
            lines.lines().filter(|line| line.contains(id)).map(|line| line.split("\"id\"").next().unwrap()).collect();
        assert_eq!(editions.len(), 1, "{id} stands in one edition");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_store_knows_whose_words_a_story_has_and_where_a_feed_moved_to() {
    let upstream = Upstream::start().await;
    let story = |title: &str| Entry::number(1).linked("https://news.example/1").titled(title);
    let moved = upstream.url("/moved");
    upstream.answer("/b", ResponseTemplate::new(301).insert_header("Location", moved.as_str()));
    upstream.serve("/moved", "Beta", &[story("Beta's words")]);
    let site = upstream.site(&["/b"], "");
    for day in 0..9 {
        cycle(&site, noon() + A_DAY * day).await;
    }
    // Another feed has it too, and comes first in the configuration from now on.
    upstream.serve("/a", "Alpha", &[story("Alpha's words")]);
    upstream.configure(&site, &["/a", "/b"], "");
    cycle(&site, noon() + A_DAY * 9).await;
    assert_eq!(titles(&site, ""), ["Beta's words"]);
    let (items, editions) = (site.feed(""), site.feed("editions"));
    let asked = upstream.asked("/b").await;
    site.lose_store();
    cycle(&site, noon() + A_DAY * 10).await;
    assert_eq!(site.feed(""), items, "neither words nor dates change");
    assert_eq!(site.feed("editions"), editions);
    assert_eq!(upstream.asked("/b").await, asked, "it is asked where it moved to");
    // While its own feed is silent the others' words are shown; then it speaks for itself again.
    site.lose_store();
    upstream.answer("/moved", ResponseTemplate::new(503));
    cycle(&site, noon() + A_DAY * 11).await;
    assert_eq!(titles(&site, ""), ["Alpha's words"]);
    upstream.serve("/moved", "Beta", &[story("Beta's words")]);
    cycle(&site, noon() + A_DAY * 13).await;
    assert_eq!(titles(&site, ""), ["Beta's words"]);
    let ids = |feed: &serde_json::Value| feed["items"][0]["id"].clone();
    assert_eq!(ids(&site.feed("")), ids(&items));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_days_own_line_of_ids_does_not_grow_with_its_items() {
    let upstream = Upstream::start().await;
    let entries: Vec<Entry> = (1..=300).map(Entry::number).collect();
    upstream.serve("/a", "Alpha", &entries);
    let site = upstream.site(&["/a"], "");
    cycle(&site, noon()).await;
    let bytes = || std::fs::metadata(site.path("feeds/.wellsourced/ids.jsonl")).unwrap().len();
    let before = bytes();
    upstream.serve("/a", "Alpha", &[entries.as_slice(), &[Entry::number(301)]].concat());
    cycle(&site, noon() + A_DAY).await;
    assert!(bytes() - before < 3000, "{} bytes for one item", bytes() - before);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_options_take_the_same_document_over_anew() {
    let upstream = Upstream::start().await;
    let entries = [Entry::number(1).tagged(&["人工智能"]), Entry::number(2)];
    let answer = ResponseTemplate::new(200)
        .set_body_raw(crate::upstream::rss("Alpha", &entries), "application/rss+xml")
        .insert_header("etag", "\"1\"");
    upstream.answer("/a", answer);
    let site = upstream.site(&["/a"], "");
    cycle(&site, noon()).await;
    let ids = site.ids();
    assert_eq!(titles(&site, "tags/人工智能"), ["News 1"]);
    upstream.configure(&site, &["/a"], "exclude = [\"News 2\"]\n[tags]\naliases = { \"人工智能\" = \"AI\" }");
    cycle(&site, noon() + A_DAY).await;
    assert_eq!(titles(&site, "tags/ai"), ["News 1"]);
    assert_eq!(titles(&site, "tags/人工智能"), Vec::<String>::new());
    assert_eq!(site.ids()["News 1"], ids["News 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_becomes_a_feed_leaves_with_its_posts() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1)]);
    let site = Site::new("");
    site.write("posts/1.md", post(1, &[1]).markdown());
    site.cycle_async(noon(), true).await;
    assert_eq!(titles(&site, ""), ["Story 1"]);
    let text = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    let (before, _) = text.split_once("[[inputs]]").unwrap();
    let input = format!("[[inputs]]\nname = \"digest\"\nfeed = \"{}\"\n", upstream.url("/a"));
    site.write(
        "wellsourced.toml",
        format!("{before}{input}[net]\nallow_networks = [\"127.0.0.0/8\"]\n[verify]\nbudget = \"0s\"\n"),
    );
    cycle(&site, noon() + A_DAY).await;
    assert_eq!(titles(&site, ""), ["News 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_feed_does_not_harm_the_others() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1)]);
    upstream.answer("/b", ResponseTemplate::new(503));
    upstream.answer("/c", ResponseTemplate::new(200).set_body_string("neither feed nor page"));
    let site = upstream.site(&["/a", "/b", "/c"], "");
    let report = cycle(&site, noon()).await;
    assert_eq!(titles(&site, ""), ["News 1"]);
    let told = complaints(&report);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with(&upstream.url("/b")) && told[0].contains("503"), "{told:?}");
    let fetched: Vec<Fetched> = report.inputs.iter().filter_map(|i| Some(i.feed.as_ref()?.fetched)).collect();
    assert_eq!(fetched, [Fetched::Changed, Fetched::Failed, Fetched::Failed]);
    // What is mended is no longer complained of; what was published from it stays while it fails.
    upstream.serve("/b", "Beta", &[Entry::number(2)]);
    upstream.answer("/a", ResponseTemplate::new(404));
    let report = cycle(&site, noon() + A_DAY).await;
    assert_eq!(titles(&site, ""), ["News 2", "News 1"]);
    assert!(complaints(&report).iter().all(|told| !told.starts_with(&upstream.url("/b"))));
    upstream.answer("/b", ResponseTemplate::new(410));
    let report = cycle(&site, noon() + A_DAY * 2).await;
    assert!(complaints(&report).iter().any(|told| told.contains("410 Gone")), "{report:?}");
    let asked = upstream.asked("/b").await;
    cycle(&site, noon() + A_DAY * 90).await;
    assert_eq!(upstream.asked("/b").await, asked, "not asked any more");
    assert_eq!(titles(&site, "").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_followed_to_the_feed_that_it_names() {
    let upstream = Upstream::start().await;
    upstream.serve("/feed.xml", "Alpha", &[Entry::number(1)]);
    let page = "<!doctype html><html><head><title>Alpha</title>\
                <link rel=alternate type=application/rss+xml href=/none.xml>\
                <link rel=alternate type=application/rss+xml href=/feed.xml></head><body>Hello</body></html>";
    upstream.answer("/page", ResponseTemplate::new(200).set_body_raw(page, "text/html"));
    let other = Upstream::start().await;
    other.answer("/empty", ResponseTemplate::new(200).set_body_raw("<!doctype html><html><body>Hello", "text/html"));
    let site = Site::new("");
    configure(&site, &[("page", upstream.url("/page")), ("empty", other.url("/empty"))], "");
    let report = cycle(&site, noon()).await;
    assert_eq!(titles(&site, ""), ["News 1"]);
    let told = complaints(&report);
    assert!(told.iter().any(|told| told.contains("/page") && told.contains("/feed.xml")), "{told:?}");
    assert_eq!(told.iter().filter(|told| told.starts_with(&other.url("/empty"))).count(), 1, "{told:?}");
    cycle(&site, noon() + A_DAY).await;
    assert_eq!((upstream.asked("/page").await, upstream.asked("/feed.xml").await), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn large_pages_keep_no_room_that_large_feeds_need() {
    let upstream = Upstream::start().await;
    let large = " ".repeat(3 << 20);
    for path in ["/p", "/q"] {
        let page =
            format!("<!doctype html><html><head><link rel=alternate type=application/rss+xml href=/none.xml>{large}");
        upstream.answer(path, ResponseTemplate::new(200).set_body_raw(page, "text/html"));
    }
    let feed = crate::upstream::rss("Alpha", &[Entry::number(1)]).replace("</channel>", &format!("{large}</channel>"));
    upstream.answer("/a", ResponseTemplate::new(200).set_body_raw(feed, "application/rss+xml"));
    let site = upstream.site(&["/p", "/q", "/a"], "");
    let report = cycle(&site, noon()).await;
    assert_eq!(titles(&site, ""), ["News 1"], "{:?}", complaints(&report));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_of_its_own_says_when_an_input_is_asked() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1)]);
    // The keys behind the last input belong to it; two at night in Shanghai is six hours after noon, UTC.
    let site = upstream.site(&["/a"], "schedule = \"0 2 * * *\"");
    cycle(&site, noon()).await;
    for (hours, asked) in [(3, 1), (5, 1), (6, 2), (29, 2), (30, 3)] {
        cycle(&site, noon() + Duration::hours(hours)).await;
        assert_eq!(upstream.asked("/a").await, asked, "after {hours} hours");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_nothing_is_fetched_and_it_is_said() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1)]);
    let site = upstream.site(&["/a"], "");
    let report = site.cycle_async(noon(), true).await;
    assert_eq!(report.inputs[1].feed.as_ref().unwrap().fetched, Fetched::Offline);
    assert_eq!(upstream.asked("/a").await, 0);
    assert_eq!(complaints(&report), Vec::<String>::new());
    let output = site.binary(&["--once", "--offline"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.to_lowercase().contains("offline: no feed was fetched"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_down_is_said_once() {
    let site = Site::new("");
    let inputs: Vec<(String, String)> =
        (1..=5).map(|n| (format!("feed {n}"), format!("http://127.0.0.1:9/{n}"))).collect();
    let inputs: Vec<(&str, String)> = inputs.iter().map(|(name, url)| (name.as_str(), url.clone())).collect();
    configure(&site, &inputs, "");
    site.write("posts/1.md", post(1, &[1]).markdown());
    let report = cycle(&site, noon()).await;
    let told = complaints(&report);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("none of the 5 feeds"), "{told:?}");
    assert_eq!((report.exit_code(false), titles(&site, "").len()), (0, 1));
    // They are due again at once.
    let report = cycle(&site, noon() + Duration::minutes(1)).await;
    assert_eq!(complaints(&report).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_items_wait_for_their_source_too() {
    let upstream = Upstream::start().await;
    upstream.answer("/good", ResponseTemplate::new(200).set_body_string("<title>A page</title><p>Some text.</p>"));
    let link = |number: u32, path: &str| Entry::number(number).linked(&upstream.url(path));
    upstream.serve("/a", "Alpha", &[link(1, "/good"), link(2, "/dead")]);
    let site = upstream.site(&["/a"], "");
    let text = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", text.replace("budget = \"0s\"", "policy = \"withhold\""));
    let report = cycle(&site, noon()).await;
    assert_eq!((titles(&site, ""), report.hidden), (vec!["News 1".to_owned()], 1));
    let dates = by_title(&site, "date_modified");
    cycle(&site, noon() + A_DAY).await;
    assert_eq!(titles(&site, ""), ["News 2", "News 1"], "it waited long enough");
    assert_eq!(by_title(&site, "date_modified")["News 1"], dates["News 1"]);
}
