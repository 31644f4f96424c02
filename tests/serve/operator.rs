//! What the operator is told, on a listener of its own.

use crate::server::{Server, parse};
use chrono::Utc;
use futures::FutureExt;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wellsourced::serve::{self, Health, Limits};
use wellsourced::telemetry::metrics::{self, Metrics};

async fn ask(address: SocketAddr, request: &str) -> crate::server::Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("{request}\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut read = Vec::new();
    stream.read_to_end(&mut read).await.unwrap();
    parse(&read, false)
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "a process starts at some time")]
async fn the_operator_sees_life_readiness_and_metrics() {
    let counted = Metrics::start(Utc::now()).unwrap();
    let server = Server::start("", Limits::default()).await;
    let well = Arc::new(AtomicBool::new(true));
    let asked = Arc::clone(&well);
    let ready = move || {
        let verdict = if asked.load(Ordering::Relaxed) { Ok(()) } else { Err("the last publish\nis old".to_owned()) };
        async move { verdict }.boxed()
    };
    let rendered = counted.clone();
    let links = Arc::new(|| async { Ok("https://a.example/ — gone\n".to_owned()) }.boxed());
    let page = Arc::new(|| async { Ok(b"<!DOCTYPE html><title>Status</title>".to_vec()) }.boxed());
    let style = Arc::new(|| b"body {}".to_vec());
    let health = Health { ready: Arc::new(ready), metrics: Arc::new(move || rendered.render()), links, page, style };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = server.stop.clone().cancelled_owned();
    let admin = tokio::spawn(serve::admin(listener, health, Limits::default(), stop));

    assert_eq!(ask(address, "GET /livez HTTP/1.1").await.text(), "alive\n");
    let endpoints = ask(address, "GET / HTTP/1.1").await.text();
    for endpoint in endpoints.lines().filter_map(|line| line.split_whitespace().next()) {
        assert_eq!(ask(address, &format!("GET {endpoint} HTTP/1.1")).await.status, 200, "{endpoint}");
    }
    assert_eq!(endpoints.lines().count(), 5);
    check_page(address, &server).await;
    assert_eq!(ask(address, "GET /links HTTP/1.1").await.text(), "https://a.example/ — gone\n");
    assert_eq!(ask(address, "GET /readyz HTTP/1.1").await.status, 200);
    well.store(false, Ordering::Relaxed);
    let reply = ask(address, "GET /readyz HTTP/1.1\r\nX-Forwarded-For: 10.0.0.1").await;
    assert_eq!((reply.status, reply.text()), (503, "not ready: the last publish\\nis old\n".to_owned()));
    assert_eq!(ask(address, "GET /nothing HTTP/1.1").await.status, 404);
    assert_eq!(ask(address, "POST /metrics HTTP/1.1\r\nContent-Length: 0").await.status, 405);
    assert_eq!(server.get("/metrics", &[]).await.status, 404, "not for the public");

    let tag = server.get("/atom.xml", &[]).await.header("etag").to_owned();
    server.get("/atom.xml", &[&format!("If-None-Match: {tag}")]).await;
    metrics::cycle_ended(Utc::now(), std::time::Duration::from_secs(3), true);
    metrics::written(3, 5);
    metrics::inputs("well", 2);
    metrics::links("gone", 1);
    metrics::checks("reachable", 7);
    let reply = ask(address, "GET /metrics HTTP/1.1").await;
    assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = reply.text();
    for line in [
        "wellsourced_http_requests_total{kind=\"page\",status=\"5xx\"} 0",
        "wellsourced_cycles_total{result=\"published\"} 1",
        "wellsourced_cycle_duration_seconds_bucket{le=\"10\"} 1",
        "wellsourced_feeds_written_total 3",
        "wellsourced_inputs{state=\"well\"} 2",
        "wellsourced_links{verdict=\"gone\"} 1",
        "wellsourced_checks_total{verdict=\"reachable\"} 7",
        "# TYPE process_cpu_seconds_total counter",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    check_requests(&text);
    check_exposition(&text);
    server.stop.cancel();
    admin.await.unwrap().unwrap();
}

/// The operator's page runs nothing, loads only its stylesheet, and is for nobody else.
async fn check_page(address: SocketAddr, server: &Server) {
    let page = ask(address, "GET /status HTTP/1.1").await;
    assert_eq!((page.header("content-type"), page.header("cache-control")), ("text/html; charset=utf-8", "no-store"));
    assert!(page.header("content-security-policy").contains("default-src 'none'; style-src 'self'"));
    assert_eq!(ask(address, "GET /style.css HTTP/1.1").await.text(), "body {}");
    assert_eq!(server.get("/status", &[]).await.status, 404, "not for the public");
}

/// That requests were counted; those of other tests of this process are too.
fn check_requests(text: &str) {
    for end in ["304", "2xx", "4xx"] {
        let kind = if end == "4xx" { "other" } else { "feed" };
        let series = format!("wellsourced_http_requests_total{{kind=\"{kind}\",status=\"{end}\"}} ");
        let count = text.lines().find_map(|line| line.strip_prefix(&series)?.parse::<u64>().ok());
        assert!(count.is_some_and(|count| count > 0), "{series}");
    }
}

/// What `promtool check metrics` looks at, and that the series are few.
fn check_exposition(text: &str) {
    let of =
        |prefix: &str| text.lines().filter_map(|l| l.strip_prefix(prefix)?.split(' ').next()).collect::<BTreeSet<_>>();
    let (helped, typed) = (of("# HELP "), of("# TYPE "));
    let series: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(series.len() < 200, "{} series", series.len());
    for line in &series {
        let name = line.split(['{', ' ']).next().unwrap();
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|s| name.strip_suffix(s)).unwrap_or(name);
        assert!(helped.contains(family) && typed.contains(family), "{line} has no HELP or TYPE");
        let is_counter = text.contains(&format!("# TYPE {family} counter"));
        assert_eq!(is_counter, family.ends_with("_total"), "{family}");
        assert!(name.starts_with("wellsourced_") || name.starts_with("process_"), "{name}");
    }
    assert_eq!(series.iter().map(|l| l.rsplit_once(' ').unwrap().0).collect::<BTreeSet<_>>().len(), series.len());
}
