//! One document: what is sent, what counts as one, and who is never asked.

use crate::server::{Reply, Step, Wire};
use crate::{client, now, options, remembered, why};
use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder, ZstdEncoder};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use url::Url;
use wellsourced::collect::feed::{Exchange, FetchOutcome, TroubleKind, fetch};
use wellsourced::model::PollState;
use wellsourced::net::Client;

fn url(wire: &Wire, host: &str, path: &str) -> Url {
    Url::parse(&format!("http://{host}:{}{path}", wire.address.port())).unwrap()
}

fn bytes(exchange: Exchange) -> Vec<u8> {
    match exchange.outcome {
        FetchOutcome::Body(body) => body.bytes,
        other => panic!("{other:?}"),
    }
}

/// Header lines of the n-th request, in lower case but for their values.
fn sent(wire: &Wire, request: usize) -> Vec<(String, Vec<u8>)> {
    let heads = wire.heads.lock().unwrap();
    let lines = heads[request].split(|byte| *byte == b'\n').skip(1);
    lines
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = String::from_utf8_lossy(&line[..colon]).to_lowercase();
            Some((name, line[colon + 1..].trim_ascii().to_vec()))
        })
        .collect()
}

fn header(wire: &Wire, request: usize, name: &str) -> Option<Vec<u8>> {
    sent(wire, request).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

#[tokio::test]
async fn a_document_in_each_coding_comes_whole() {
    let wire = Wire::start().await;
    let text = "<rss>每日观察</rss>".repeat(100);
    let mut packed = vec![("identity", text.clone().into_bytes())];
    for coding in ["gzip", "br", "zstd"] {
        let mut out = Vec::new();
        match coding {
            "gzip" => GzipEncoder::new(text.as_bytes()).read_to_end(&mut out).await.unwrap(),
            "br" => BrotliEncoder::new(text.as_bytes()).read_to_end(&mut out).await.unwrap(),
            _ => ZstdEncoder::new(text.as_bytes()).read_to_end(&mut out).await.unwrap(),
        };
        packed.push((coding, out));
    }
    packed.push(("gzip", text.clone().into_bytes()));
    for (coding, body) in packed {
        let head = format!("Content-Encoding: {coding}\r\nContent-Type: application/rss+xml; charset=gbk\r\n");
        wire.add("a.test", "/feed", vec![Reply::with(200, &head, body)]);
        let exchange = fetch(&client(&["a.test"]), &url(&wire, "a.test", "/feed"), &PollState::default(), now()).await;
        assert!(exchange.reached_http && exchange.at >= now());
        let FetchOutcome::Body(body) = exchange.outcome else { panic!("{coding}: {:?}", exchange.outcome) };
        assert_eq!(body.bytes, text.as_bytes(), "{coding}");
        assert_eq!(body.content_type.as_deref(), Some("application/rss+xml; charset=gbk"));
    }
}

async fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    GzipEncoder::new(bytes).read_to_end(&mut out).await.unwrap();
    out
}

#[tokio::test]
async fn what_is_packed_though_nobody_said_so_comes_whole() {
    let wire = Wire::start().await;
    let text = "<rss>\u{6bcf}\u{65e5}</rss>".repeat(100).into_bytes();
    let once = gzip(&text).await;
    let twice = gzip(&once).await;
    let mut brotli = Vec::new();
    BrotliEncoder::new(&text[..]).read_to_end(&mut brotli).await.unwrap();
    let book = gzip(b"PK\x03\x04").await;
    for (head, body, meant) in [
        ("", &once, &text),
        ("Content-Type: application/gzip\r\n", &once, &text),
        ("", &twice, &text),
        ("", &brotli, &text),
        ("Content-Encoding: gzip\r\n", &twice, &text),
        ("Content-Encoding: gzip, gzip\r\n", &twice, &text),
        ("Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", &once, &text),
        ("Content-Encoding: br\r\n", &once, &text),
        ("Content-Encoding: br\r\n", &brotli, &text),
        ("", &book, &book),
    ] {
        wire.add("a.test", "/feed", vec![Reply::with(200, head, body.clone())]);
        let exchange = fetch(&client(&["a.test"]), &url(&wire, "a.test", "/feed"), &PollState::default(), now()).await;
        assert_eq!(&bytes(exchange), meant, "{head}");
    }
    // The bound is on what comes out, however it was packed.
    let bomb = gzip(&gzip(&[b"<rss>".to_vec(), vec![b' '; 16 << 20]].concat()).await).await;
    assert!(bomb.len() < 2_000);
    wire.add("a.test", "/bomb", vec![Reply::with(200, "", bomb)]);
    let exchange = fetch(&client(&["a.test"]), &url(&wire, "a.test", "/bomb"), &PollState::default(), now()).await;
    assert_eq!(why(&exchange), "larger than 15 MiB");
    wire.add("a.test", "/half", vec![Reply::with(200, "", &once[..once.len() - 9])]);
    let exchange = fetch(&client(&["a.test"]), &url(&wire, "a.test", "/half"), &PollState::default(), now()).await;
    assert!(why(&exchange).contains("cannot be unpacked"), "{}", why(&exchange));
}

#[tokio::test]
async fn validators_go_back_byte_for_byte_and_to_nobody_else() {
    let wire = Wire::start().await;
    let etag = b"W/\"\xe4\xbd\xa0,\xff x\"";
    let mut reply = b"HTTP/1.1 200 OK\r\nConnection: close\r\nLast-Modified: gestern\r\nETag:  ".to_vec();
    reply.extend_from_slice(etag);
    reply.extend_from_slice(b"\r\nContent-Length: 3\r\n\r\none");
    let renewed = Reply::raw("HTTP/1.1 304 Not Modified\r\nConnection: close\r\nETag: \"two\"\r\n\r\n");
    wire.add("a.test", "/feed", vec![Reply::redirect(302, "/real")]);
    wire.add("a.test", "/real", vec![Reply::raw(reply), renewed.clone(), renewed]);
    let client = client(&["a.test"]);
    let asked = url(&wire, "a.test", "/feed");
    let first = fetch(&client, &asked, &PollState::default(), now()).await;
    assert_eq!(first.final_url, Some(url(&wire, "a.test", "/real")));
    let mut state = remembered(&PollState::default(), &first);
    for (request, expected) in [(2, &etag[..]), (4, b"\"two\"")] {
        let exchange = fetch(&client, &asked, &state, now()).await;
        assert!(matches!(exchange.outcome, FetchOutcome::Unchanged), "{:?}", exchange.outcome);
        state = remembered(&state, &exchange);
        assert_eq!(header(&wire, request, "if-none-match"), None, "the redirect gave nothing");
        assert_eq!(header(&wire, request + 1, "if-none-match").as_deref(), Some(expected));
        assert_eq!(header(&wire, request + 1, "if-modified-since").as_deref(), Some(&b"gestern"[..]));
    }
    wire.add("a.test", "/feed", vec![Reply::redirect(302, "/elsewhere")]);
    wire.add("a.test", "/elsewhere", vec![Reply::with(200, "", "one")]);
    let exchange = fetch(&client, &asked, &state, now()).await;
    assert!(matches!(exchange.outcome, FetchOutcome::Unchanged), "the same bytes: {:?}", exchange.outcome);
    let other = url(&wire, "a.test", "/other");
    wire.add("a.test", "/other", vec![Reply::with(200, "", "one")]);
    assert_eq!(bytes(fetch(&client, &other, &state, now()).await), b"one", "another address is another input");
    for request in [7, 8] {
        assert_eq!(header(&wire, request, "if-none-match"), None);
        assert_eq!(header(&wire, request, "if-modified-since"), None);
    }
}

#[tokio::test]
async fn nothing_is_told_that_nobody_asked_for() {
    let wire = Wire::start().await;
    let cookie = "Set-Cookie: id=1; Path=/\r\n";
    wire.add("a.test", "/feed?x=1&utm=2", vec![Reply::with(302, &format!("{cookie}Location: /b\r\n"), "")]);
    wire.add("a.test", "/b", vec![Reply::with(200, cookie, "<rss/>")]);
    let client = client(&["a.test"]);
    let mut asked = url(&wire, "a.test", "/feed?x=1&utm=2");
    asked.set_username("me").unwrap();
    for _ in 0..2 {
        fetch(&client, &asked, &PollState::default(), now()).await;
    }
    let heads = wire.heads.lock().unwrap().len();
    assert_eq!(heads, 4);
    for request in 0..heads {
        let mut names: Vec<String> = sent(&wire, request).into_iter().map(|(name, _)| name).collect();
        names.sort();
        assert_eq!(names, ["accept", "accept-encoding", "accept-language", "host", "user-agent"]);
        let accept = header(&wire, request, "accept").unwrap();
        assert!(accept.starts_with(b"application/atom+xml, application/rss+xml"));
    }
    let first = wire.heads.lock().unwrap()[0].clone();
    assert!(first.starts_with(b"GET /feed?x=1&utm=2 HTTP/1.1\r\n"));
}

#[tokio::test]
async fn less_than_a_document_is_none() {
    let wire = Wire::start().await;
    let cut = |head: &str, body: &[u8], more: Vec<Step>| {
        let mut bytes = format!("HTTP/1.1 200 OK\r\n{head}\r\n").into_bytes();
        bytes.extend_from_slice(body);
        Reply::steps([vec![Step::Send(bytes)], more].concat())
    };
    let mut gzip = Vec::new();
    GzipEncoder::new(&b"<rss>a document</rss>"[..]).read_to_end(&mut gzip).await.unwrap();
    let half = gzip[..gzip.len() - 9].to_vec();
    let passing = TroubleKind::Passing;
    let cases: Vec<(&str, Reply, TroubleKind, &str)> = vec![
        ("/short", cut("Content-Length: 100\r\n", b"<rss>", vec![]), passing, "the body broke off"),
        ("/chunks", cut("Transfer-Encoding: chunked\r\n", b"5\r\n<rss>\r\n", vec![]), passing, "the body broke off"),
        ("/reset", cut("Content-Length: 9\r\n", b"<rss>", vec![Step::Reset]), passing, "the body broke off"),
        ("/hang", cut("Content-Length: 9\r\n", b"<rss>", vec![Step::Hang]), passing, "did not end in time"),
        ("/half", Reply::with(200, "Content-Encoding: gzip\r\n", half), passing, "cannot be unpacked"),
        ("/noise", Reply::with(200, "Content-Encoding: br\r\n", [0xff, 0, 1, 2]), passing, "cannot be unpacked"),
        ("/empty", Reply::with(200, "ETag: \"e\"\r\n", " \r\n"), passing, "200 OK with an empty body"),
        ("/part", Reply::with(206, "", "<rss>"), passing, "206 Partial Content, which is no document"),
        ("/304", Reply::with(304, "", ""), passing, "304 Not Modified to an unconditional request"),
        ("/404", Reply::html(404, "no"), TroubleKind::Lasting, "404 Not Found"),
        ("/429", Reply::with(429, "Retry-After: 60\r\n", ""), passing, "429 Too Many Requests"),
        ("/500", Reply::html(500, "no"), passing, "500 Internal Server Error"),
        ("/circle", Reply::redirect(301, "/circle"), passing, "redirects in a circle"),
        ("/nowhere", Reply::redirect(301, ""), passing, "301 without a Location"),
    ];
    let mut limits = options(&["a.test"]);
    limits.timeout = Duration::from_secs(2);
    let client = Client::new(limits).unwrap();
    for (path, reply, kind, words) in cases {
        wire.add("a.test", path, vec![reply]);
        let exchange = fetch(&client, &url(&wire, "a.test", path), &PollState::default(), now()).await;
        assert!(why(&exchange).contains(words), "{path}: {}", why(&exchange));
        assert!(matches!(&exchange.outcome, FetchOutcome::Failed(trouble) if trouble.kind == kind), "{path}");
        assert!(exchange.reached_http && exchange.validators.is_none(), "{path}");
    }
    wire.add("a.test", "/410", vec![Reply::html(410, "gone")]);
    let exchange = fetch(&client, &url(&wire, "a.test", "/410"), &PollState::default(), now()).await;
    assert!(matches!(exchange.outcome, FetchOutcome::Gone));
}

#[tokio::test]
async fn what_may_not_be_contacted_is_not() {
    let wire = Wire::start().await;
    let trap = format!("http://{}/", wire.trap);
    for (path, to) in [("/meta", "http://169.254.169.254/latest/"), ("/file", "file:///etc/passwd"), ("/in", &trap)] {
        wire.add("a.test", path, vec![Reply::redirect(302, to)]);
        let exchange = fetch(&client(&["a.test"]), &url(&wire, "a.test", path), &PollState::default(), now()).await;
        let FetchOutcome::Failed(trouble) = &exchange.outcome else { panic!("{path}: {:?}", exchange.outcome) };
        assert_eq!(trouble.kind, TroubleKind::Lasting, "{path}: {}", trouble.why);
        assert!(exchange.reached_http, "the redirect was");
    }
    assert_eq!(wire.trapped.load(Ordering::SeqCst), 0);
    let closed = Url::parse(&format!("http://{}/", wire.closed)).unwrap();
    let exchange = fetch(&client(&[]), &closed, &PollState::default(), now()).await;
    assert!(!exchange.reached_http && matches!(exchange.outcome, FetchOutcome::Failed(_)));
    let no_host = Url::parse("http://nowhere.invalid/feed").unwrap();
    let exchange = fetch(&client(&[]), &no_host, &PollState::default(), now()).await;
    assert!(matches!(&exchange.outcome, FetchOutcome::Failed(trouble) if trouble.kind == TroubleKind::Lasting));
}
