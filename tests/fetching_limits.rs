//! What one feed may cost at most: bombs, floods, documents without an end. A process of its own, since memory is measured.
#![allow(clippy::unwrap_used, reason = "what these tests set up must work; a panic is the message")]

#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "verify/server.rs"]
mod server;

use futures::StreamExt;
use server::{Reply, Step, Wire};
use std::collections::BTreeMap;
use std::future::pending;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use url::Url;
use wellsourced::collect::feed::{Ask, FetchOutcome, fetch_all};
use wellsourced::model::PollState;
use wellsourced::net::{Client, Options};

const MIB: usize = 1 << 20;

async fn packed(coding: &str, bytes: usize) -> Vec<u8> {
    use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder, ZstdEncoder};
    let text = tokio::io::BufReader::new(tokio::io::repeat(b'x').take(bytes as u64));
    let mut out = Vec::new();
    match coding {
        "gzip" => GzipEncoder::new(text).read_to_end(&mut out).await.unwrap(),
        "br" => {
            BrotliEncoder::with_quality(text, async_compression::Level::Fastest).read_to_end(&mut out).await.unwrap()
        }
        _ => ZstdEncoder::new(text).read_to_end(&mut out).await.unwrap(),
    };
    out
}

fn flood(head: &str, with: &[u8]) -> Vec<Reply> {
    vec![Reply::steps(vec![Step::Send(head.as_bytes().to_vec()), Step::Flood(with.repeat(1000))])]
}

/// Paths of `bomb.test` with what must come of each: a length, or words of the trouble.
async fn armed(wire: &Wire) -> Vec<(String, Result<usize, &'static str>)> {
    let mut paths = Vec::new();
    for coding in ["gzip", "br", "zstd"] {
        let head = format!("Content-Encoding: {coding}\r\n");
        for (bytes, expected) in [(15 * MIB, Ok(15 * MIB)), (40 * MIB, Err("larger than 15 MiB"))] {
            let path = format!("/{coding}{bytes}");
            wire.add("bomb.test", &path, vec![Reply::with(200, &head, packed(coding, bytes).await)]);
            paths.push((path, expected));
        }
    }
    for (bytes, expected) in [(15 * MIB, Ok(15 * MIB)), (15 * MIB + 1, Err("larger than 15 MiB"))] {
        let path = format!("/plain{bytes}");
        // Sent bit by bit, so that what is measured is not the server's.
        wire.add("bomb.test", &path, flood(&format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n"), b"x"));
        paths.push((path, expected));
    }
    let endless = [("/body", "\r\n", "<item/>"), ("/headers", "", "X: y\r\n"), ("/header", "X: ", "yyyyyyyy")];
    for (path, head, with) in endless {
        wire.add("bomb.test", path, flood(&format!("HTTP/1.1 200 OK\r\n{head}"), with.as_bytes()));
        paths.push((path.to_owned(), Err(if path == "/body" { "larger than 15 MiB" } else { "" })));
    }
    paths
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_and_floods_cost_little() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    let paths = armed(&wire).await;
    let before = resident();
    let client = Client::new(Options {
        timeout: Duration::from_mins(1),
        interval: Duration::ZERO,
        per_host: 64,
        allow_networks: vec!["127.0.0.1/32".parse().unwrap()],
        resolve: [("bomb.test".to_owned(), vec!["127.0.0.1".parse().unwrap()])].into(),
        ..Options::default()
    })
    .unwrap();
    let asks: Vec<Ask> = (0..paths.len() * 3)
        .map(|index| {
            let url = Url::parse(&format!("http://bomb.test:{port}{}", paths[index % paths.len()].0)).unwrap();
            Ask { index, url, state: PollState::default() }
        })
        .collect();
    let count = asks.len();
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut stream = fetch_all(&client, asks, &BTreeMap::new(), now, pending());
    let mut seen = 0;
    while let Some((index, exchange)) = stream.next().await {
        seen += 1;
        let (path, expected) = &paths[index % paths.len()];
        match (expected, &exchange.outcome) {
            (Ok(bytes), FetchOutcome::Body(body)) => assert_eq!(body.bytes.len(), *bytes, "{path}"),
            (Err(words), FetchOutcome::Failed(trouble)) => {
                assert!(trouble.why.contains(words), "{path}: {}", trouble.why);
            }
            (_, outcome) => panic!("{path}: {outcome:?}"),
        }
    }
    assert_eq!(seen, count);
    if let (Some(before), Some(after)) = (before, resident()) {
        let more = after.saturating_sub(before);
        assert!(more < 150_000, "{more} kB more than before, {after} kB at most");
    }
}

/// The most memory this process ever held, in kB, where the system says.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().split(' ').next()?.parse().ok()
}
