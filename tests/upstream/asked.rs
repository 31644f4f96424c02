//! `fetch`: feeds that somebody asks now, with the binary, and what `status` and the status page tell of those that fail.

use crate::support::Site;
use crate::upstream::{Entry, Upstream, rss, titles};
use wiremock::ResponseTemplate;

fn feed(numbers: &[u32]) -> ResponseTemplate {
    let entries: Vec<Entry> = numbers.iter().map(|number| Entry::number(*number)).collect();
    let answer = ResponseTemplate::new(200).set_body_raw(rss("The News", &entries), "application/rss+xml");
    answer.insert_header("etag", "\"feed\"")
}

fn said(site: &Site, arguments: &[&str]) -> (i32, String) {
    let output = site.binary(arguments);
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap(), told)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_asked_now_and_nobody_else_is() {
    let upstream = Upstream::start().await;
    upstream.answer("/news", feed(&[2, 1]));
    upstream.answer("/other", feed(&[9]));
    let site = upstream.site(&["/news", "/other"], "");
    assert_eq!(said(&site, &["--once"]).0, 0);
    upstream.answer("/news", ResponseTemplate::new(304));
    let (code, told) = said(&site, &["fetch", "news"]);
    assert!(code == 0 && told.starts_with("news: unchanged; asked again "), "{told}");
    assert!(told.contains("Nothing to write"), "{told}");
    upstream.answer("/news", feed(&[3, 2, 1]));
    let (code, told) = said(&site, &["fetch", "news", "--whole"]);
    assert!(code == 0 && told.starts_with("news: 3 entries, 1 new, 0 revised; asked again "), "{told}");
    assert!(titles(&site, "").contains(&"News 3".to_owned()) && told.contains("Published"), "{told}");
    let (_, told) = said(&site, &["fetch", "--json", "news"]);
    let json: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((json["inputs"].as_array().unwrap().len(), &json["inputs"][0]["name"]), (1, &"news".into()));
    assert_eq!(json["inputs"][0]["feed"]["fetched"], "unchanged");
    assert_eq!(upstream.sent("/news", "if-none-match").await, ["", "\"feed\"", "", "\"feed\""]);
    assert_eq!(upstream.asked("/other").await, 1);
    for (arguments, words) in [
        (&["fetch", "Nwes"][..], "no input is named `Nwes`; the nearest name of a feed is `news`"),
        (&["fetch", "news", "digest"], "`digest` is a digest, no feed"),
        (&["--offline", "fetch", "news"], "--offline forbids"),
    ] {
        let (code, told) = said(&site, arguments);
        assert!(code == 2 && told.contains(words), "{told}");
    }
    assert_eq!(upstream.asked("/news").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_wants_to_be_left_alone_is() {
    let upstream = Upstream::start().await;
    upstream.answer("/news", feed(&[2, 1]));
    upstream.answer("/other", feed(&[9]));
    let site = upstream.site(&["/news", "/other"], "");
    assert_eq!(said(&site, &["--once"]).0, 0);
    upstream.answer("/news", ResponseTemplate::new(429).insert_header("retry-after", "360000"));
    let (code, told) = said(&site, &["fetch", "news"]);
    assert!(code == 3 && told.contains("news: failed: 429 Too Many Requests; asked again 20"), "{told}");
    assert!(told.contains("(Retry-After)"), "{told}");
    let (code, told) = said(&site, &["fetch", "--whole", "news", "other"]);
    for name in ["news", "other"] {
        let line = told.lines().find(|line| line.starts_with(&format!("{name}: not asked; asked again 20"))).unwrap();
        assert!(code == 3 && line.ends_with("(its host asked to be left alone (Retry-After))"), "{line}");
    }
    assert_eq!((upstream.asked("/news").await, upstream.asked("/other").await), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn since_when_a_feed_fails_is_told_and_a_further_failure_writes_nothing() {
    let upstream = Upstream::start().await;
    upstream.answer("/news", feed(&[2, 1]));
    let site = upstream.site(&["/news"], "");
    said(&site, &["--once"]);
    let read = |file: &str| std::fs::read_to_string(site.path("feeds").join(file)).unwrap();
    assert!(!read("status.json").contains("failing_since"));
    upstream.answer("/news", ResponseTemplate::new(500));
    let (code, told) = said(&site, &["fetch", "news"]);
    assert!(code == 3 && told.contains("500 Internal Server Error"), "{told}");
    let published = site.published();
    said(&site, &["fetch", "news"]);
    assert_eq!(site.published(), published);
    let (_, told) = said(&site, &["status"]);
    assert!(
        told.contains("last error: 500 Internal Server Error (failing since 20") && told.contains(", 2 failures)"),
        "{told}"
    );
    let (_, told) = said(&site, &["status", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&told).unwrap();
    let news = status["inputs"].as_array().unwrap().iter().find(|input| input["name"] == "news").unwrap();
    let since: chrono::DateTime<chrono::Utc> = news["feed"]["failing_since"].as_str().unwrap().parse().unwrap();
    let day = since.with_timezone(&chrono_tz::Asia::Shanghai).date_naive();
    assert_eq!(news["feed"]["failures"], 2);
    assert!(read("status.json").contains(&format!("\"failing_since\": \"{day}\"")), "{}", read("status.json"));
    assert!(read("status.json").contains("\"rule\": \"http-500\""), "{}", read("status.json"));
    assert!(read("status.json").contains(&format!("\"last_success\": \"{day}\"")), "{}", read("status.json"));
    let page = read("status.html");
    assert!(
        page.contains("日起取不到：服务器出错（500）</span><br><small>最后一次取到：")
            && page.contains("处输入需要看看"),
        "{page}"
    );
    upstream.answer("/news", feed(&[3, 2, 1]));
    assert_eq!(said(&site, &["fetch", "news"]).0, 0);
    assert!(["failing_since", "last_success", "rule"].iter().all(|key| !read("status.json").contains(key)));
    assert!(
        !read("status.html").contains("最后一次取到"),
        "only while it fails, or the page would change with each try"
    );
}
