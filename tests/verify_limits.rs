//! What one link may cost at most: bombs, floods, headers without an end. A process of its own, since memory is measured.
#![allow(clippy::unwrap_used, reason = "what these tests set up must work; a panic is the message")]

#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "verify/server.rs"]
mod server;

use futures::StreamExt;
use server::{Reply, Step, Wire};
use std::future::pending;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::time::Instant;
use wellsourced::model::{Check, Verdict};
use wellsourced::net::{Client, Options};
use wellsourced::verify::{CheckOptions, Target, check_all};

async fn packed(coding: &str, bytes: usize) -> Vec<u8> {
    use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder, ZstdEncoder};
    let zeros = tokio::io::BufReader::new(tokio::io::repeat(b' ').take(bytes as u64));
    let mut out = Vec::new();
    match coding {
        "gzip" => GzipEncoder::new(zeros).read_to_end(&mut out).await.unwrap(),
        "br" => {
            BrotliEncoder::with_quality(zeros, async_compression::Level::Fastest).read_to_end(&mut out).await.unwrap()
        }
        _ => ZstdEncoder::new(zeros).read_to_end(&mut out).await.unwrap(),
    };
    out
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_and_floods_cost_little() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    for coding in ["gzip", "br", "zstd"] {
        let bomb = packed(coding, 20_000_000).await;
        let head = format!("Content-Encoding: {coding}\r\nContent-Type: text/html\r\n");
        wire.add("bomb.test", &format!("/{coding}"), vec![Reply::with(200, &head, bomb)]);
    }
    let flood = |head: &str, with: &[u8]| {
        vec![Reply::steps(vec![Step::Send(head.as_bytes().to_vec()), Step::Flood(with.repeat(1000))])]
    };
    wire.add("bomb.test", "/body", flood("HTTP/1.1 200 OK\r\n\r\n", b"<p>more</p>"));
    wire.add("bomb.test", "/headers", flood("HTTP/1.1 200 OK\r\n", b"X: y\r\n"));
    wire.add("bomb.test", "/header", flood("HTTP/1.1 200 OK\r\nX: ", b"yyyyyyyy"));
    wire.add("bomb.test", "/status", flood("HTTP/1.1 200 ", b"yyyyyyyy"));
    let paths = ["gzip", "br", "zstd", "body", "headers", "header", "status"];
    let before = resident();
    let client = Client::new(Options {
        timeout: Duration::from_secs(30),
        interval: Duration::ZERO,
        per_host: 64,
        allow_networks: vec!["127.0.0.1/32".parse().unwrap()],
        resolve: [("bomb.test".to_owned(), vec!["127.0.0.1".parse().unwrap()])].into(),
        ..Options::default()
    })
    .unwrap();
    let urls: Vec<String> = (0..70).map(|n| format!("http://bomb.test:{port}/{}", paths[n % paths.len()])).collect();
    let targets = futures::stream::iter(urls).map(Target::new);
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let options = CheckOptions { backoff: Duration::from_millis(5), ..CheckOptions::default() };
    let began = Instant::now();
    let checks: Vec<Check> = check_all(&client, &options, targets, now, pending()).collect().await;
    assert_eq!(checks.len(), 70);
    for check in &checks {
        let floods_headers = ["/headers", "/header", "/status"].iter().any(|path| check.url.ends_with(path));
        let expected = if floods_headers { Verdict::Failing } else { Verdict::Reachable };
        assert_eq!(check.verdict, expected, "{}: {}", check.url, check.evidence);
    }
    assert!(began.elapsed() < Duration::from_secs(105), "three timeouts and the waits end every check");
    if let (Some(before), Some(after)) = (before, resident()) {
        assert!(after < 100_000, "{before} kB before, {after} kB at most");
    }
}

/// The most memory this process ever held, in kB, where the system says.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().split(' ').next()?.parse().ok()
}
