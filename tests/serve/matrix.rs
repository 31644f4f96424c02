//! A first look.

use crate::server::Server;
use wellsourced::serve::Limits;

#[tokio::test]
async fn files_are_served_as_they_were_published() {
    let server = Server::start("", Limits::default()).await;
    for path in [
        "index.html",
        "atom.xml",
        "rss.xml",
        "feed.json",
        "feeds.opml",
        "style.css",
        "status.html",
        "tags/ai/atom.xml",
        "editions/index.html",
    ] {
        let reply = server.get(&format!("/{path}"), &[]).await;
        assert_eq!((reply.status, reply.body == server.file(path)), (200, true), "{path}");
        let tag = reply.header("etag");
        assert!(tag.starts_with('"') && tag.len() == 34, "{tag}");
        let again = server.get(&format!("/{path}"), &[&format!("If-None-Match: {tag}")]).await;
        assert_eq!((again.status, again.header("etag")), (304, tag));
        println!("{path} {reply:?}", reply = reply.headers);
    }
    for (path, status) in [
        ("/", 200),
        ("/tags/AI", 308),
        ("/nothing", 404),
        ("/.wellsourced/manifest.jsonl", 404),
        ("/tags/%E5%BC%80%E6%BA%90/", 200),
    ] {
        let reply = server.get(path, &[]).await;
        assert_eq!(reply.status, status, "{path}");
        println!("{path} {:?} {}", reply.headers, if status > 300 { reply.text() } else { String::new() });
    }
    for encoding in ["gzip", "br", "zstd"] {
        let reply = server.get("/atom.xml", &[&format!("Accept-Encoding: {encoding}")]).await;
        println!("{encoding} {} of {} {:?}", reply.body.len(), server.file("atom.xml").len(), reply.headers);
    }
    server.stop.cancel();
    server.served.await.unwrap().unwrap();
}
