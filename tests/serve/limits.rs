//! Slow, idle and many clients, and the end.

use crate::server::{Kept, Server};
use std::time::Duration;
use wellsourced::serve::Limits;

/// Long enough for any machine; reached only where something is never closed.
const PATIENCE: Duration = Duration::from_mins(1);

async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what} never happened"))
}

fn short() -> Limits {
    let brief = Duration::from_millis(40);
    Limits { head: brief, idle: brief, stalled: brief, ..Limits::default() }
}

#[tokio::test]
async fn who_is_slow_is_closed() {
    let server = Server::start("", short()).await;
    // Nothing, a part of a head, and nothing more after an answer.
    let mut silent = Kept::to(server.address).await;
    assert!(in_time("the end of a silent connection", silent.rest()).await.is_empty());
    let mut loris = Kept::to(server.address).await;
    loris.send("GET /atom.xml HTTP/1.1\r\nHost: a\r\nX: ").await.unwrap();
    assert!(in_time("the end of half a request", loris.rest()).await.is_empty());
    let mut idle = Kept::to(server.address).await;
    assert_eq!(idle.get("/atom.xml", "").await.status, 200);
    assert!(in_time("the end of an idle connection", idle.rest()).await.is_empty());
    // Trickling does not help: the head as a whole has its time.
    let mut trickling = Kept::to(server.address).await;
    let trickle = async {
        trickling.send("GET /atom.xml HTTP/1.1\r\n").await?;
        loop {
            trickling.send("X: 1\r\n").await?;
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let ended: std::io::Result<()> = in_time("the end of a trickle", trickle).await;
    assert!(ended.is_err());
    assert_eq!(server.get("/atom.xml", &[]).await.status, 200);
}

#[tokio::test]
async fn who_does_not_take_the_answer_is_closed() {
    let server = Server::start("", short()).await;
    let mut stuck = Kept::to(server.address).await;
    // Far more than the buffers of both ends hold, and nothing is read meanwhile.
    let request = "GET /atom.xml HTTP/1.1\r\nHost: a\r\n\r\n".repeat(20);
    let asking = async { while stuck.send(&request).await.is_ok() {} };
    in_time("the end of a connection whose answers nobody takes", asking).await;
    assert_eq!(server.get("/atom.xml", &[]).await.status, 200);
}

#[tokio::test]
async fn at_the_limit_the_one_that_was_idle_longest_makes_way() {
    let server = Server::start("", Limits { connections: 20, ..Limits::default() }).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let mut kept = Kept::to(server.address).await;
        assert_eq!(kept.get("/atom.xml", "").await.status, 200);
        idle.push(kept);
    }
    for _ in 0..20 {
        assert_eq!(in_time("an answer at the limit", server.get("/atom.xml", &[])).await.status, 200);
    }
    assert!(in_time("the end of the one idle longest", idle[0].rest()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_idle_connections_and_half_requests_leave_others_unharmed() {
    let server = Server::start("", Limits::default()).await;
    // Both ends are in this process: two descriptors each.
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let open_files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let open_files: usize = open_files.split_whitespace().next().unwrap().parse().unwrap_or(usize::MAX);
    let count = (open_files.saturating_sub(500) / 2).min(9_500);
    let mut others = Vec::with_capacity(count);
    for number in 0..count {
        let mut kept = Kept::to(server.address).await;
        match number % 3 {
            0 => {}
            1 => kept.send("GET /atom.xml HTTP/1.1\r\nHost: a\r\n").await.unwrap(),
            _ => assert_eq!(kept.get("/style.css", "").await.status, 200),
        }
        others.push(kept);
    }
    let mut kept = Kept::to(server.address).await;
    for _ in 0..200 {
        assert_eq!(kept.get("/atom.xml", "").await.status, 200);
        assert_eq!(server.get("/atom.xml", &[]).await.status, 200);
    }
}

#[tokio::test]
async fn stopping_ends_idle_connections_and_finishes_answers() {
    let mut server = Server::start("", Limits::default()).await;
    let mut idle = Kept::to(server.address).await;
    assert_eq!(idle.get("/atom.xml", "").await.status, 200);
    // An answer under way: more is asked for than the buffers hold, so that the server waits for this reader.
    let mut reading = Kept::to(server.address).await;
    let count = 200;
    reading.send(&"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n".repeat(count)).await.unwrap();
    assert_eq!(reading.reply().await.body, server.file("rss.xml"));
    server.stop.cancel();
    assert!(in_time("the end of the idle one", idle.rest()).await.is_empty());
    // What comes after is whole answers, then the end.
    let rest = in_time("the end of the reading one", reading.rest()).await;
    let whole = server.file("rss.xml");
    let head = rest.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    assert_eq!(rest.len() % (head + whole.len()).max(1), 0, "a torn answer at the end");
    in_time("the end", &mut server.served).await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(server.address).await.is_err());
}
