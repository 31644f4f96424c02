//! Pages that come in place of a feed: portals, maintenance, log-ins. Five polls each, with what a subscriber gets.

use crate::support::{Site, noon};
use crate::upstream::{A_DAY, Entry, Upstream, complaints, configure, cycle, rss, titles};
use wellsourced::pipeline::{Fetched, Report};
use wiremock::ResponseTemplate;

const OLD: [&str; 2] = ["News 2", "News 1"];

fn page(title: &str, named: &str) -> ResponseTemplate {
    let html = format!(
        "<!doctype html><html><head><title>{title}</title><link rel=alternate type=application/rss+xml href=\"{named}\">\
         </head><body>Please wait</body></html>"
    );
    ResponseTemplate::new(200).set_body_raw(html, "text/html").insert_header("etag", "\"page\"")
}

fn feed(entries: &[Entry]) -> ResponseTemplate {
    let answer = ResponseTemplate::new(200).set_body_raw(rss("The News", entries), "application/rss+xml");
    answer.insert_header("etag", "\"feed\"")
}

fn two() -> [Entry; 2] {
    [Entry::number(2), Entry::number(1)]
}

fn three() -> [Entry; 3] {
    [Entry::number(3), Entry::number(2), Entry::number(1)]
}

/// What became of the feed input, and what is wrong with it.
fn came(report: &Report) -> (Fetched, String) {
    let feed = report.inputs[1].feed.as_ref().unwrap();
    (feed.fetched, feed.problem.clone().unwrap_or_default())
}

/// A known feed answers thrice with something else, then with a third entry. The subscriber never gets anything but its entries,
/// and the configured address is asked each time.
async fn interrupted(upstream: &Upstream, elsewhere: ResponseTemplate, told: &str) {
    upstream.answer("/news", feed(&two()));
    let site = upstream.site(&["/news"], "");
    cycle(&site, noon()).await;
    assert_eq!(titles(&site, ""), OLD);
    upstream.answer("/news", elsewhere);
    for poll in 1..4 {
        let published = site.feed("");
        let report = cycle(&site, noon() + A_DAY * poll).await;
        assert_eq!((titles(&site, ""), site.feed("")), (OLD.map(str::to_owned).to_vec(), published), "poll {poll}");
        let (fetched, problem) = came(&report);
        assert!(fetched == Fetched::Failed && problem.contains(told), "{problem}");
        assert_eq!(complaints(&report).len(), 1, "{report:?}");
        assert_eq!((report.exit_code(false), report.exit_code(true)), (0, 4));
        // It is not asked again before the wait is over.
        cycle(&site, noon() + A_DAY * poll + chrono::Duration::minutes(1)).await;
    }
    upstream.answer("/news", feed(&three()));
    let report = cycle(&site, noon() + A_DAY * 4).await;
    assert_eq!(titles(&site, ""), ["News 3", "News 2", "News 1"]);
    assert_eq!((came(&report), complaints(&report)), ((Fetched::Changed, String::new()), Vec::new()));
    assert_eq!(upstream.sent("/news", "if-none-match").await, ["", "\"feed\"", "\"feed\"", "\"feed\"", "\"feed\""]);
    assert_eq!(upstream.paths().await, ["/news"], "nobody else was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_redirects_is_not_the_feed() {
    for status in [301, 302, 307, 308] {
        let (upstream, portal) = (Upstream::start().await, Upstream::start().await);
        portal.answer("/login", page("Free&nbsp;Wi-Fi:\n log in", "/news.xml"));
        portal.serve("/news.xml", "The Portal's Own", &[Entry::number(77).titled("Advertisement")]);
        let to = ResponseTemplate::new(status).insert_header("location", portal.url("/login?session=1"));
        interrupted(&upstream, to, "a page came in place of the feed: Free Wi-Fi: log in (from 127.0.0.1").await;
        assert_eq!(portal.paths().await, ["/login"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_answers_in_its_place_is_not_the_feed() {
    let upstream = Upstream::start().await;
    upstream.serve("/other.xml", "Other", &[Entry::number(77).titled("Advertisement")]);
    interrupted(&upstream, page("Log in", "/other.xml"), "a page came in place of the feed: Log in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_guessed_for_a_known_feed() {
    let upstream = Upstream::start().await;
    for path in ["/feed", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/rss", "/blog/feed"] {
        upstream.serve(path, "Guessed", &[Entry::number(77).titled("Advertisement")]);
    }
    let bare = ResponseTemplate::new(200).set_body_raw("<!doctype html><html><body>Hello", "text/html");
    interrupted(&upstream, bare, "a page came in place of the feed: 127.0.0.1/news").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_maintenance_passes_however_it_is_answered() {
    for (status, told) in [(503, "503"), (200, "a page came in place of the feed: Down for maintenance"), (404, "404")]
    {
        let upstream = Upstream::start().await;
        let html = "<!doctype html><html><head><title>Down for maintenance</title></head><body>Soon</body></html>";
        let answer = ResponseTemplate::new(status).set_body_raw(html, "text/html");
        interrupted(&upstream, answer, told).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_gave_an_entry_is_followed_and_what_is_known_is_not() {
    let upstream = Upstream::start().await;
    // A feed that is valid and empty has given nothing yet.
    upstream.answer("/news", feed(&[]));
    upstream.serve("/named.xml", "Named", &two());
    upstream.serve("/other.xml", "Other", &[Entry::number(77).titled("Advertisement")]);
    let site = upstream.site(&["/news"], "");
    assert_eq!(cycle(&site, noon()).await.items, 0);
    upstream.answer("/news", page("Home", "/named.xml"));
    let report = cycle(&site, noon() + A_DAY).await;
    assert_eq!(titles(&site, ""), OLD, "{:?}", complaints(&report));
    // The feed that the page named is the input's from now on, whatever comes in its place and however long.
    upstream.answer("/named.xml", page("Log in", "/other.xml"));
    for poll in 2..9 {
        let report = cycle(&site, noon() + A_DAY * poll).await;
        assert_eq!(titles(&site, ""), OLD, "poll {poll}");
        assert_eq!(came(&report), (Fetched::Failed, "a page came in place of the feed: Log in".to_owned()));
        let told = complaints(&report);
        assert!(told.iter().any(|told| told.contains("/named.xml, is asked instead")), "both are told: {told:?}");
    }
    upstream.serve("/named.xml", "Named", &three());
    cycle(&site, noon() + A_DAY * 9).await;
    assert_eq!(titles(&site, ""), ["News 3", "News 2", "News 1"]);
    let asked = [("/news", 2), ("/named.xml", 9), ("/other.xml", 0)];
    for (path, often) in asked {
        assert_eq!(upstream.asked(path).await, often, "{path}");
    }
    // Another configured address is another feed.
    upstream.answer("/home", page("Home", "/other.xml"));
    configure(&site, &[("news", upstream.url("/home"))], "");
    cycle(&site, noon() + A_DAY * 10).await;
    assert_eq!(titles(&site, "").first().map(String::as_str), Some("Advertisement"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_stays_known_with_other_options_and_without_its_store() {
    let upstream = Upstream::start().await;
    // All that it gave was refused by the input's filter.
    let refused = ResponseTemplate::new(200).set_body_raw(rss("Refused", &[Entry::number(5)]), "application/rss+xml");
    upstream.answer("/refused", refused);
    upstream.answer("/news", feed(&two()));
    upstream.serve("/other.xml", "Other", &[Entry::number(77).titled("Advertisement")]);
    let site = Site::new("");
    let inputs = [("news", upstream.url("/news")), ("refused", upstream.url("/refused"))];
    configure(&site, &inputs, "exclude = [\"News 5\"]\n");
    cycle(&site, noon()).await;
    for path in ["/news", "/refused"] {
        upstream.answer(path, page("Log in", "/other.xml"));
    }
    configure(&site, &inputs, "exclude = [\"News 5\"]\ntags = [\"other\"]\n");
    cycle(&site, noon() + A_DAY).await;
    assert_eq!(titles(&site, ""), OLD);
    let ids = site.ids();
    for poll in 2..5 {
        // What was published is known by its ids alone then, until its feed is read again.
        site.lose_store();
        let report = cycle(&site, noon() + A_DAY * poll).await;
        assert_eq!((came(&report).0, titles(&site, "")), (Fetched::Failed, Vec::new()));
    }
    upstream.answer("/news", feed(&three()));
    cycle(&site, noon() + A_DAY * 5).await;
    assert_eq!(titles(&site, ""), ["News 3", "News 2", "News 1"]);
    assert!(ids.iter().all(|(title, id)| site.ids()[title] == *id));
    assert_eq!(upstream.paths().await, ["/news", "/refused"]);
}
