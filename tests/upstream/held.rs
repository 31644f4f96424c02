//! Feeds that become others at their address: held until somebody says otherwise. What a subscriber gets, poll by poll.

use crate::support::{Site, noon};
use crate::upstream::{A_DAY, Entry, Upstream, complaints, configure, cycle, rss, titles};
use wellsourced::pipeline::{Fetched, Report};
use wiremock::ResponseTemplate;

const ENGLISH: [&str; 3] = [
    "What I learned from ten years of writing compilers",
    "Why the standard library should be smaller than it is",
    "A week without a keyboard, and what came of it",
];
const INDONESIAN: [&str; 3] = [
    "Daftar situs terpercaya dengan bonus anggota baru terbesar",
    "Cara bermain permainan ini untuk pemula yang ingin menang",
    "Tempat bermain yang paling menguntungkan di seluruh negeri",
];

fn entries(from: u32, titles: &[&str], host: &str) -> Vec<Entry> {
    let entry = |(number, title): (u32, &&str)| Entry {
        id: Some(format!("https://{host}/?p={number}")),
        ..Entry::number(number).linked(&format!("https://{host}/{number}")).titled(title)
    };
    (from..).zip(titles).map(entry).collect()
}

fn feed(title: &str, language: &str, entries: &[Entry]) -> ResponseTemplate {
    let text = rss(title, entries).replace("<channel>", &format!("<channel><language>{language}</language>"));
    let tag = format!("\"{}\"", text.len());
    ResponseTemplate::new(200).set_body_raw(text, "application/rss+xml").insert_header("etag", tag)
}

fn blog(titles: &[&str]) -> ResponseTemplate {
    feed("Notes on Compilers", "en-US", &entries(1, titles, "compilers.example"))
}

fn casino(titles: &[&str]) -> ResponseTemplate {
    feed("Situs Slot Gacor", "id", &entries(50, titles, "compilers.example"))
}

fn fetched(report: &Report) -> Fetched {
    report.inputs[1].feed.as_ref().unwrap().fetched
}

fn said(site: &Site, arguments: &[&str]) -> (i32, String) {
    let output = site.binary(arguments);
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap(), told)
}

fn read(site: &Site, file: &str) -> String {
    std::fs::read_to_string(site.path("feeds").join(file)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bought_domain_is_held_told_and_released() {
    let upstream = Upstream::start().await;
    upstream.answer("/news", blog(&ENGLISH));
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    let (before, feed_before) = (titles(&site, ""), site.feed(""));
    assert_eq!((before.len(), read(&site, "status.json").contains("held")), (3, false));
    let (code, told) = said(&site, &["release", "news"]);
    assert_eq!((code, told.contains("nothing of `news` is held")), (0, true), "{told}");

    upstream.answer("/news", casino(&INDONESIAN[..2]));
    let report = cycle(&site, noon() + A_DAY).await;
    assert_eq!((fetched(&report), report.exit_code(false), report.exit_code(true)), (Fetched::Held, 0, 4));
    let told = complaints(&report);
    assert!(
        told.len() == 1
            && told[0].contains("it was “Notes on Compilers” (language en, site news.example)")
            && told[0].contains("“Situs Slot Gacor” (language id, site news.example) with “Daftar situs"),
        "{told:?}"
    );
    assert!(report.complaints.iter().any(|complaint| complaint.help.contains("wellsourced release 'news'")));
    assert_eq!((titles(&site, ""), site.feed("")), (before.clone(), feed_before.clone()));
    let json: serde_json::Value = serde_json::from_str(&read(&site, "status.json")).unwrap();
    let held = json["inputs"].as_array().unwrap().iter().find_map(|input| input.get("held")).unwrap();
    assert_eq!((&held["now"]["title"], &held["before"]["language"]), (&"Situs Slot Gacor".into(), &"en".into()));
    assert!(read(&site, "status.html").contains("<code>wellsourced release "));
    let (_, status) = said(&site, &["status"]);
    assert!(status.contains("it looks like another feed and is held") && status.contains("`release`"), "{status}");

    // The same once more: nothing is written. Then it says something else, and the account follows.
    upstream.answer("/news", ResponseTemplate::new(304));
    let published = site.published();
    let report = cycle(&site, noon() + A_DAY * 2).await;
    assert_eq!((fetched(&report), complaints(&report).len(), site.published()), (Fetched::Held, 1, published));
    upstream.answer("/news", casino(&INDONESIAN[2..]));
    let report = cycle(&site, noon() + A_DAY * 3).await;
    assert!(complaints(&report)[0].contains("“Tempat bermain"), "{report:?}");
    assert_eq!((titles(&site, ""), site.feed("")), (before, feed_before));

    let (code, told) = said(&site, &["release", "nwes"]);
    assert!(code == 2 && told.contains("the nearest name of a feed is `news`"), "{told}");
    assert_eq!(said(&site, &["release", "digest"]).0, 2);
    let (code, told) = said(&site, &["release", "news"]);
    assert!(code == 0 && told.contains("“Situs Slot Gacor”"), "{told}");
    assert!(said(&site, &["status"]).1.contains("the next cycle lets it through"));
    // At once, though it would not be asked for hours.
    let report = cycle(&site, noon() + A_DAY * 3 + chrono::Duration::minutes(2)).await;
    assert_eq!((fetched(&report), titles(&site, "").len(), complaints(&report).len()), (Fetched::Changed, 4, 0));
    assert!(titles(&site, "").contains(&INDONESIAN[2].to_owned()), "{report:?}");
    assert!(!read(&site, "status.json").contains("held"));
    upstream.answer("/news", casino(&INDONESIAN));
    let report = cycle(&site, noon() + A_DAY * 5).await;
    assert_eq!((fetched(&report), titles(&site, "").len()), (Fetched::Changed, 6));
    assert_eq!(upstream.asked("/news").await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_successor_that_is_redirected_to_is_held_and_nowhere_to_move_to() {
    let (upstream, other) = (Upstream::start().await, Upstream::start().await);
    upstream.answer("/news", blog(&ENGLISH));
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    let before = titles(&site, "");
    let text = rss("Kasino", &entries(9, &["1", "2"], "casino.example")).replace("news.example", "casino.example");
    other.answer("/kasino", ResponseTemplate::new(200).set_body_raw(text, "application/rss+xml"));
    upstream.answer("/news", ResponseTemplate::new(301).insert_header("location", other.url("/kasino")));
    for poll in 1..7 {
        let report = cycle(&site, noon() + A_DAY * poll).await;
        assert_eq!((fetched(&report), titles(&site, "")), (Fetched::Held, before.clone()), "poll {poll}");
    }
    assert_eq!(upstream.asked("/news").await, 7, "it is asked at its own address");
    // What it was comes back, and it goes on by itself.
    let more = [ENGLISH.as_slice(), &["The tests that we should have written before"]].concat();
    upstream.answer("/news", blog(&more));
    let report = cycle(&site, noon() + A_DAY * 7).await;
    assert_eq!((fetched(&report), titles(&site, "").len(), complaints(&report)), (Fetched::Changed, 4, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_let_through_is_what_was_looked_at() {
    let upstream = Upstream::start().await;
    upstream.answer("/news", blog(&ENGLISH));
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    let before = titles(&site, "");
    upstream.answer("/news", casino(&INDONESIAN));
    cycle(&site, noon() + A_DAY).await;
    assert_eq!(said(&site, &["release", "news"]).0, 0);
    // Meanwhile it became a third one.
    let third = entries(90, &["编译器十年回顾与反思", "标准库为什么应该更小一些"], "compilers.example");
    upstream.answer("/news", feed("编译器笔记", "zh", &third));
    let report = cycle(&site, noon() + A_DAY * 2).await;
    assert_eq!((fetched(&report), titles(&site, "")), (Fetched::Held, before.clone()));
    // A changed address lets everything through.
    upstream.answer("/elsewhere", feed("编译器笔记", "zh", &third));
    configure(&site, &[("news", upstream.url("/elsewhere"))], "");
    let report = cycle(&site, noon() + A_DAY * 3).await;
    assert_eq!((fetched(&report), titles(&site, "").len()), (Fetched::Changed, before.len() + 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_in_part_goes_on() {
    let new = ["The tests that we should have written before", "Ten years of notes on one page"];
    let own = "compilers.example";
    for (why, changed, shown) in [
        ("retitled, in another language", feed("Gedanken", "de", &entries(1, &ENGLISH, own)), 3),
        ("another platform, the same title", feed("Notes on Compilers", "en", &entries(70, &new, "b.example")), 5),
        ("redesigned with another language tag", feed("Notes on Compilers", "id", &entries(70, &new, own)), 5),
        ("nothing in it", feed("Situs Slot Gacor", "id", &[]), 3),
    ] {
        let upstream = Upstream::start().await;
        upstream.answer("/news", blog(&ENGLISH));
        let site = upstream.site(&["/news"], "");
        cycle(&site, noon()).await;
        upstream.answer("/news", changed);
        let report = cycle(&site, noon() + A_DAY).await;
        assert_eq!((fetched(&report), titles(&site, "").len()), (Fetched::Changed, shown), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_gave_an_entry_is_of_no_kind() {
    let upstream = Upstream::start().await;
    upstream.answer("/news", feed("Notes on Compilers", "en", &[]));
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    upstream.answer("/news", casino(&INDONESIAN));
    let report = cycle(&site, noon() + A_DAY).await;
    assert_eq!((fetched(&report), titles(&site, "").len()), (Fetched::Changed, 3));
}
