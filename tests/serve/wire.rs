//! Requests as no client library would send them, and several on one connection.

use crate::server::{Kept, Server, parse};
use wellsourced::serve::Limits;

/// Bytes sent on a fresh connection, and the status of the first answer; 0: none, the connection just ends.
const SENT: &[(&str, u16)] = &[
    ("GET /atom.xml HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.0\r\n\r\n", 200),
    ("GET /atom.xml HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", 200),
    ("GET /atom.xml HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.1\r\nHost: a\r\nhost: a\r\nConnection: close\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.1\r\nHost: a/b?<x>\r\nConnection: close\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.0\r\nHost: a b\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.1\r\nHost: a, b\r\nConnection: close\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.1\r\nHost: a\u{ff}\r\nConnection: close\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.1\r\nHost:  [::1]:8080 \r\nConnection: close\r\n\r\n", 200),
    ("OPTIONS * HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400),
    ("POST /atom.xml HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 400),
    // The target's own host stands before the line's, which must be there and valid all the same (section 3.2.2).
    ("GET http://a/atom.xml HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n", 200),
    ("GET http://a:80/atom.xml HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    ("GET http://a/atom.xml HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
    ("GET http://a/atom.xml HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n", 400),
    ("GET http://user@a/atom.xml HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
    ("GET http://:80/atom.xml HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
    ("GET http:///atom.xml HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
    ("GET http://a/atom.xml HTTP/1.0\r\n\r\n", 200),
    ("GET /atom.xml HTTP/1.1\nHost: a\nConnection: close\n\n", 200),
    ("\r\n\r\nGET /atom.xml HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200),
    ("GET /atom.xml\r\n\r\n", 400),
    ("GET atom.xml HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("GET /atom xml HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /atom.xml HTTP/9.9\r\nHost: a\r\n\r\n", 400),
    ("GET /\u{0}atom.xml HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n", 400),
    ("GET /atom.xml HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n", 400),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0),
    ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}", 400),
    ("CONNECT feeds.example:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405),
    ("GET /atom.xml HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400),
    ("GET /atom.xml HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST /atom.xml HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n", 400),
    ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n", 405),
    (
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        405,
    ),
    ("GET /atom.xml HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc", 200),
    ("", 0),
];

#[tokio::test]
async fn odd_requests_are_refused_and_never_answered_by_a_file_they_do_not_name() {
    let server = Server::start("", Limits::default()).await;
    let mut wrong = Vec::new();
    for (sent, status) in SENT {
        let mut got = 0;
        // A connection that is closed while a body stands unread is reset, and now and then takes the answer with it.
        for _ in 0..8 {
            let mut kept = Kept::to(server.address).await;
            kept.send(sent).await.unwrap();
            kept.done().await;
            let read = kept.rest().await;
            if !read.is_empty() {
                got = parse(&first(&read), false).status;
                break;
            }
        }
        if got != *status {
            wrong.push(format!("{sent:?}: {got}, not {status}"));
        }
    }
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(70_000));
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: 1\r\n".repeat(200));
    let large = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(20_000));
    for (sent, statuses) in [(&long, [414, 431]), (&many, [431, 431]), (&large, [431, 431])] {
        let mut got = 0;
        for _ in 0..8 {
            let read = server.raw(sent.as_bytes()).await;
            if !read.is_empty() {
                got = parse(&first(&read), false).status;
                break;
            }
        }
        if !statuses.contains(&got) {
            wrong.push(format!("{} bytes: {got}", sent.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first answer of several.
fn first(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let end = text.find("\r\n\r\n").unwrap_or_else(|| panic!("{text:?}")) + 4;
    let length = text.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    bytes[..end + length.unwrap_or(0)].to_vec()
}

#[tokio::test]
async fn several_requests_on_one_connection_are_answered_in_their_order() {
    let server = Server::start("", Limits::default()).await;
    let mut kept = Kept::to(server.address).await;
    for path in ["atom.xml", "editions/3/index.html", "rss.xml", "atom.xml"] {
        assert_eq!(kept.get(&format!("/{path}"), "").await.body, server.file(path), "{path}");
    }
    let tag = kept.get("/atom.xml", "").await.header("etag").to_owned();
    assert_eq!(kept.get("/atom.xml", &format!("If-None-Match: {tag}\r\n")).await.status, 304);
    assert_eq!(kept.get("/nothing", "").await.status, 404);
    // Sent in one go; what is read from the disk first must not be overtaken.
    let request = |path: &str| format!("GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n");
    let paths = ["editions/5/index.html", "atom.xml", "editions/6/index.html", "rss.xml"];
    kept.send(&paths.map(request).concat()).await.unwrap();
    for path in paths {
        assert_eq!(kept.reply().await.body, server.file(path), "{path}");
    }
    // A body that nobody asked for does not become a request.
    kept.send("GET /atom.xml HTTP/1.1\r\nHost: a\r\nContent-Length: 41\r\n\r\nGET /style.css HTTP/1.1\r\nHost: a.example\r\n\r\n").await.unwrap();
    assert_eq!(kept.reply().await.body, server.file("atom.xml"));
    kept.done().await;
    assert!(!String::from_utf8_lossy(&kept.rest().await).contains("text/css"));
}
