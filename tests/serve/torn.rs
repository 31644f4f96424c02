//! Requests while publishes happen: every answer is a whole file of one publish, under its own tag.

use crate::server::{Kept, Server};
use crate::support::{noon, post};
use crate::table::decoded;
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wellsourced::publish::content_hash;
use wellsourced::serve::Limits;

const PUBLISHES: u32 = 8;
const READERS: usize = 4;
const PATHS: [&str; 8] = [
    "atom.xml",
    "rss.xml",
    "feed.json",
    "index.html",
    "tags/ai/atom.xml",
    "editions/3/index.html",
    "editions/index.html",
    "status.json",
];

/// What a reader got: path → hashes of the bodies.
type Got = BTreeMap<&'static str, BTreeSet<String>>;

async fn read(address: std::net::SocketAddr, number: usize, ended: Arc<AtomicBool>) -> (Got, u32) {
    let (mut got, mut count) = (Got::new(), 0);
    let mut kept = Kept::to(address).await;
    let coding = ["", "Accept-Encoding: gzip\r\n", "Accept-Encoding: br\r\n", "Accept-Encoding: zstd\r\n"][number % 4];
    while !ended.load(Ordering::Relaxed) || count < 100 {
        let path = PATHS[(count as usize + number) % PATHS.len()];
        let reply = kept.get(&format!("/{path}"), coding).await;
        assert_eq!(reply.status, 200, "{path}");
        let body =
            if reply.headers.contains_key("content-encoding") { decoded(&reply).await } else { reply.body.clone() };
        let hash = content_hash(&body);
        assert!(reply.header("etag").trim_matches('"').starts_with(&hash), "{path}: a body under the tag of another");
        got.entry(path).or_default().insert(hash);
        count += 1;
    }
    (got, count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn no_answer_is_torn_mixed_or_missing_while_publishes_happen() {
    let server = Server::start("", Limits::default()).await;
    let published = |wholes: &mut Got| {
        for path in PATHS {
            wholes.entry(path).or_default().insert(content_hash(&server.file(path)));
        }
    };
    let (mut wholes, ended) = (Got::new(), Arc::new(AtomicBool::new(false)));
    published(&mut wholes);
    let readers: Vec<_> =
        (0..READERS).map(|number| tokio::spawn(read(server.address, number, Arc::clone(&ended)))).collect();
    for number in 1..=PUBLISHES {
        // An old edition changes too: its page is not in memory.
        server.files.write("posts/3.md", post(3, &[30, 31, 1000 + number]).markdown());
        server.files.write(&format!("posts/new{number}.md"), post(100 + number, &[2000 + number]).markdown());
        server.files.cycle_async(noon() + TimeDelta::hours(i64::from(number)), true).await;
        published(&mut wholes);
        // Every other one is left for the server to notice.
        if number % 2 == 0 {
            server.site.reload().await.unwrap();
            let reply = server.get("/atom.xml", &[]).await;
            assert_eq!(reply.body, server.file("atom.xml"));
        }
    }
    ended.store(true, Ordering::Relaxed);
    let mut requests = 0;
    for reader in readers {
        let (got, count) = reader.await.unwrap();
        requests += count;
        for (path, hashes) in got {
            assert!(hashes.is_subset(&wholes[path]), "{path}: bytes that were never published whole");
        }
    }
    assert!(requests >= 400, "{requests}");
}
