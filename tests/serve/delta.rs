//! RFC 3229: a reader that asks for it gets only what it has not seen.

use crate::server::{Reply, Server};
use crate::support::{noon, post, story};
use crate::table::decoded;
use chrono::TimeDelta;
use wellsourced::serve::Limits;

/// Ids of the entries of a feed in any format.
fn ids(text: &str) -> Vec<String> {
    let marks = [
        ("<id>urn:uuid:", "</id>"),
        ("<guid isPermaLink=\"false\">urn:uuid:", "</guid>"),
        ("\"id\": \"urn:uuid:", "\""),
    ];
    let (open, close) = marks.into_iter().find(|(open, _)| text.contains(open)).unwrap_or(marks[0]);
    let mut ids: Vec<String> =
        text.split(open).skip(1).map(|rest| rest.split(close).next().unwrap().to_owned()).collect();
    // The feed's own id is in the head of Atom and of JSON Feed.
    if open != marks[1].0 {
        ids.remove(0);
    }
    ids
}

fn well_formed(text: &str) {
    if text.starts_with('{') {
        serde_json::from_str::<serde_json::Value>(text).unwrap();
        return;
    }
    let mut reader = quick_xml::Reader::from_str(text);
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
}

const FEEDS: [&str; 3] = ["/atom.xml", "/rss.xml", "/feed.json"];

#[tokio::test]
async fn readers_get_only_what_they_have_not_seen() {
    let server = Server::start("", Limits::default()).await;
    let mut before: Vec<Reply> = Vec::new();
    for feed in FEEDS {
        before.push(server.get(feed, &["A-IM: feed"]).await);
    }
    // A new post, and one story of an old one told anew.
    server.files.write("posts/20.md", post(20, &[900, 901]).markdown());
    let mut edited = post(8, &[80, 81, 82, 83, 84, 85, 86, 87]);
    edited.stories[3].text.push_str("另外，还有一句。");
    assert_eq!(edited.stories[3].url, story(83).url);
    server.files.write("posts/8.md", edited.markdown());
    server.files.cycle_async(noon() + TimeDelta::hours(1), true).await;
    // Where the cycle took long, the server has seen it by itself.
    server.site.reload().await.unwrap();
    for (feed, before) in FEEDS.iter().zip(&before) {
        assert_eq!((before.status, before.header("im")), (200, ""), "nothing to compare with yet");
        let base = format!("If-None-Match: {}", before.header("etag"));
        let whole = server.get(feed, &[]).await;
        let delta = server.get(feed, &["A-IM: feed", &base]).await;
        assert_eq!((delta.status, delta.header("im")), (226, "feed"), "{feed}");
        assert_eq!(delta.header("etag"), whole.header("etag"));
        assert_eq!(delta.header("content-type"), whole.header("content-type"));
        assert_eq!(delta.header("cache-control"), "no-store, im, max-age=900");
        assert!(delta.header("vary").contains("A-IM") && delta.header("vary").contains("If-None-Match"));
        let (new, all, old) = (ids(&delta.text()), ids(&whole.text()), ids(&before.text()));
        well_formed(&delta.text());
        let unseen: Vec<String> = all.iter().filter(|id| !old.contains(id)).cloned().collect();
        assert_eq!(unseen.len(), 2, "{feed}");
        assert!(new.len() == 3 && unseen.iter().all(|id| new.contains(id)), "{feed}: {new:?}");
        assert!(new.iter().all(|id| all.contains(id)));
        // The same, compressed, by the tag of another coding, among others, on the negotiated address.
        let coded = server.get(feed, &["A-IM: gzip, feed", "Accept-Encoding: gzip", &base]).await;
        assert_eq!((coded.status, decoded(&coded).await), (226, delta.body.clone()));
        assert!(coded.header("etag").ends_with("-gz\""));
        let listed = format!("If-None-Match: \"unknown\", W/{}", before.header("etag").replace("\"\"", "-br\""));
        assert_eq!(server.get(feed, &["A-IM: feed", &listed]).await.body, delta.body);
        let accept = format!("Accept: {}", whole.header("content-type").split(';').next().unwrap());
        let negotiated = server.get("/feed", &["A-IM: feed", &accept, &base]).await;
        assert_eq!((negotiated.status, negotiated.header("content-location")), (226, feed.trim_start_matches('/')));
        // Who does not ask for it, does not know the version, or has everything.
        assert_eq!(server.get(feed, &[&base]).await.status, 200);
        assert_eq!(server.get(feed, &["A-IM: vcdiff", &base]).await.status, 200);
        assert_eq!(server.get(feed, &["A-IM: feed;q=0", &base]).await.status, 200);
        assert_eq!(server.get(feed, &["A-IM: feed", "If-None-Match: \"unknown\""]).await.body, whole.body);
        let now = format!("If-None-Match: {}", whole.header("etag"));
        assert_eq!(server.get(feed, &["A-IM: feed", &now]).await.status, 304);
        let head = server.ask("HEAD", feed, &["A-IM: feed", &base]).await;
        assert_eq!((head.status, head.header("content-length")), (226, delta.body.len().to_string().as_str()));
    }
    let base = format!("If-None-Match: {}", before[0].header("etag"));
    assert_eq!(server.get("/", &["A-IM: feed", &base]).await.status, 200, "a page is no feed");
}
