//! One story in several feeds.

use crate::support::noon;
use crate::upstream::{A_DAY, Entry, Upstream, by_title, carriers, complaints, configure, cycle, titles};
use chrono::Duration;
use wiremock::ResponseTemplate;

#[tokio::test(flavor = "multi_thread")]
async fn a_story_in_three_feeds_is_one_item() {
    let upstream = Upstream::start().await;
    let story = |link: &str, tag: &str| Entry::number(1).linked(link).tagged(&[tag]);
    upstream.serve("/a", "Alpha", &[story("https://news.example/1", "Chips")]);
    upstream.serve(
        "/b",
        "Beta",
        &[story("http://www.news.example/1?utm_source=b#top", "chips").titled("Beta's words")],
    );
    upstream.serve("/c", "Gamma", &[story("https://news.example/1", "Money").titled("Gamma's words")]);
    let site = upstream.site(&["/a", "/b", "/c"], "");
    cycle(&site, noon()).await;
    assert_eq!(titles(&site, "").len(), 1);
    let title = titles(&site, "").remove(0);
    let mut labels = carriers(&site, &title);
    labels.sort();
    assert_eq!(labels, ["Alpha", "Beta", "Gamma"]);
    assert_eq!(titles(&site, "tags/chips").len(), 1);
    assert_eq!(titles(&site, "tags/money"), [title.as_str()]);
    // A fourth feed names it too, and nothing else changes for those who read it.
    let (ids, dates) = (site.ids(), by_title(&site, "date_published"));
    upstream.serve("/d", "Delta", &[story("https://news.example/1", "Late").titled("Delta's words")]);
    upstream.configure(&site, &["/a", "/b", "/c", "/d"], "");
    cycle(&site, noon() + Duration::hours(1)).await;
    assert_eq!((site.ids(), by_title(&site, "date_published")), (ids, dates));
    assert_eq!(carriers(&site, &title).len(), 4);
    assert_eq!(titles(&site, "tags/late"), [title.as_str()]);
    // The first one's input is taken out: the others carry it on.
    let ids: Vec<String> = site.ids().into_values().collect();
    upstream.configure(&site, &["/d"], "");
    cycle(&site, noon() + Duration::hours(2)).await;
    assert_eq!(site.ids().into_values().collect::<Vec<_>>(), ids);
    assert_eq!(titles(&site, ""), ["Delta's words"]);
    assert_eq!(carriers(&site, "Delta's words"), ["Delta"]);
    assert_eq!(titles(&site, "tags/money"), Vec::<String>::new());
    upstream.configure(&site, &[], "");
    cycle(&site, noon() + Duration::hours(3)).await;
    assert_eq!(titles(&site, ""), Vec::<String>::new());
    // It comes back as itself.
    upstream.configure(&site, &["/b"], "");
    cycle(&site, noon() + Duration::hours(4)).await;
    assert_eq!(site.ids().into_values().collect::<Vec<_>>(), ids);
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_that_come_together_carry_one_story_too() {
    let upstream = Upstream::start().await;
    let paths: Vec<String> = (0..60).map(|number| format!("/{number}")).collect();
    for path in &paths {
        upstream.serve(path, &format!("Feed {path}"), &[Entry::number(1)]);
    }
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let site = upstream.site(&paths, "");
    cycle(&site, noon()).await;
    assert_eq!(titles(&site, ""), ["News 1"]);
    assert_eq!(carriers(&site, "News 1").len(), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn front_pages_and_shared_links_name_no_story() {
    let upstream = Upstream::start().await;
    let front = "https://news.example/";
    upstream.serve(
        "/a",
        "Alpha",
        &[Entry::number(1).linked(front), Entry::number(2).linked("https://news.example/live")],
    );
    upstream.serve("/b", "Beta", &[Entry::number(3).linked(front)]);
    let shared = |number| Entry::number(number).linked("https://news.example/live");
    upstream.serve("/c", "Gamma", &[shared(4), shared(5)]);
    let site = upstream.site(&["/a", "/b", "/c"], "");
    cycle(&site, noon()).await;
    assert_eq!(titles(&site, "").len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_input_repeats_nothing() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1), Entry::number(2)]);
    let site = upstream.site(&["/a"], "");
    cycle(&site, noon()).await;
    let (ids, dates) = (site.ids(), by_title(&site, "date_modified"));
    let (page, asked) = (site.bytes(), upstream.asked("/a").await);
    configure(&site, &[("Another name", upstream.url("/a"))], "");
    let report = cycle(&site, noon() + Duration::minutes(10)).await;
    assert_eq!(report.renamed, [("a".to_owned(), "Another name".to_owned())]);
    assert_eq!(
        (report.inputs[1].new_items, upstream.asked("/a").await),
        (0, asked),
        "its entries and what is known of asking"
    );
    assert_eq!((site.ids(), by_title(&site, "date_modified")), (ids, dates));
    let status = |path: &std::path::PathBuf| path.to_string_lossy().contains("status");
    let but_status = |files: std::collections::BTreeMap<_, Vec<u8>>| {
        files.into_iter().filter(|(p, _)| !status(p)).collect::<Vec<_>>()
    };
    assert_eq!(but_status(site.bytes()), but_status(page));
    // Another address under another name is another feed.
    upstream.serve("/b", "Beta", &[Entry::number(7)]);
    configure(&site, &[("Third", upstream.url("/b"))], "");
    let report = cycle(&site, noon() + Duration::minutes(20)).await;
    assert_eq!((report.renamed, titles(&site, "")), (vec![], vec!["News 7".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn redirecting_links_are_compared_by_where_they_lead() {
    let upstream = Upstream::start().await;
    upstream.answer("/story", ResponseTemplate::new(200).set_body_string("<title>Story</title><p>Some text.</p>"));
    for path in ["/r/1", "/r/2"] {
        upstream.answer(path, ResponseTemplate::new(302).insert_header("location", upstream.url("/story")));
    }
    upstream.serve("/a", "Alpha", &[Entry::number(1).linked(&upstream.url("/r/1")).titled("By Alpha")]);
    let site = upstream.site(&["/a", "/b"], "");
    let text = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", text.replace("budget = \"0s\"", "budget = \"1m\""));
    cycle(&site, noon()).await;
    let ids = site.ids();
    upstream.serve("/b", "Beta", &[Entry::number(2).linked(&upstream.url("/story")).titled("By Beta")]);
    cycle(&site, noon() + A_DAY).await;
    assert_eq!(titles(&site, ""), ["By Alpha"], "known to lead there");
    assert_eq!(carriers(&site, "By Alpha"), ["Alpha", "Beta"]);
    // Two at once are one as soon as it is known, and the older id stays.
    assert_eq!(site.ids(), ids);
    let other = upstream.site(&["/a", "/b"], "");
    other.write(
        "wellsourced.toml",
        text.replace("budget = \"0s\"", "budget = \"1m\"")
            .replace(&path(&site), &path(&other))
            .replace(&site.store_url(), &other.store_url()),
    );
    let first = cycle(&other, noon()).await;
    assert_eq!((titles(&other, "").len(), complaints(&first)), (2, vec![]));
    cycle(&other, noon() + Duration::hours(1)).await;
    assert_eq!(titles(&other, "").len(), 1);
    assert_eq!(carriers(&other, &titles(&other, "")[0]).len(), 2);
    let before = other.published();
    cycle(&other, noon() + Duration::hours(2)).await;
    assert_eq!(other.published(), before);
}

fn path(site: &crate::support::Site) -> String {
    site.folder.path().display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_links_to_one_place_name_no_story() {
    let upstream = Upstream::start().await;
    upstream.answer("/consent", ResponseTemplate::new(200).set_body_string("<title>May we?</title><p>Some text.</p>"));
    let entries: Vec<Entry> = (1..=4)
        .map(|number| {
            let path = format!("/r/{number}");
            let away = ResponseTemplate::new(302).insert_header("location", upstream.url("/consent"));
            upstream.answer(&path, away);
            Entry::number(number).linked(&upstream.url(&path))
        })
        .collect();
    upstream.serve("/a", "Alpha", &entries);
    let site = upstream.site(&["/a"], "");
    let text = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", text.replace("budget = \"0s\"", "budget = \"1m\""));
    for hour in 0..3 {
        cycle(&site, noon() + Duration::hours(hour)).await;
    }
    assert_eq!(titles(&site, "").len(), 4);
}
